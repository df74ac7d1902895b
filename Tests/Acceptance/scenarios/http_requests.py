"""Requests at the edge of HTTP/1.1 and beyond it, each by a name of its own, and what has to come back.

What a line quotes is the rule of RFC 9110 or RFC 9112 that decides. `BASE` stands for the path before every route,
`HOST` for a name that the server knows.
"""

from dataclasses import dataclass

FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
ANSWER = b"nonce=MDEyMzQ1Njc4OWFiY2RlZg&email=after%40smuggled.example&score=9"
NEXT = b"GET BASE/survey/thanks HTTP/1.1\r\nHost: HOST\r\n\r\n"
"""A request that is fine."""


def form(body: bytes = ANSWER, more: bytes = b"") -> bytes:
    """An answer that is recorded if anybody takes these bytes for a request."""
    length = b"Content-Length: %d\r\n" % len(body)
    return b"POST BASE/survey HTTP/1.1\r\nHost: HOST\r\n" + FORM + more + length + b"\r\n" + body


def get(*fields: bytes, line: bytes = b"GET BASE/survey HTTP/1.1", host: bytes = b"Host: HOST\r\n") -> bytes:
    return line + b"\r\n" + host + b"".join(field + b"\r\n" for field in fields) + b"\r\n"


def post(*fields: bytes, body: bytes = b"", version: bytes = b"1.1") -> bytes:
    line = b"POST BASE/survey HTTP/" + version + b"\r\nHost: HOST\r\n" + FORM
    return line + b"".join(field + b"\r\n" for field in fields) + b"\r\n" + body


def chunked(body: bytes, *fields: bytes) -> bytes:
    return post(b"Transfer-Encoding: chunked", *fields, body=body)


LENGTH_TWO = b"Content-Length: 2"
ONE_CHUNK = b"2\r\na=\r\n0\r\n\r\n"
FORM_REFUSED = 422
"""What an empty form is answered with: it was read as a whole."""


@dataclass(frozen=True)
class Case:
    name: str
    rule: str
    request: bytes
    status: int
    closes: bool
    """Whether that is the connection's last answer: then whatever follows must not be acted upon. Otherwise the request
    after it is answered as well."""

    @property
    def is_head(self) -> bool:
        return self.request.startswith(b"HEAD ")

    def bytes_for(self, base: str, host: str, trap: bytes) -> bytes:
        """The request, and behind it one that is fine, or the trap if nothing may follow."""
        following = trap if self.closes else NEXT
        return (self.request + following).replace(b"BASE", base.encode()).replace(b"HOST", host.encode())


def fine(name: str, rule: str, request: bytes, status: int = 200) -> Case:
    """A request after which the connection goes on."""
    return Case(name, rule, request, status, closes=False)


def last(name: str, rule: str, request: bytes, status: int = 400) -> Case:
    """A request after which the connection ends, refused if nothing else is said."""
    return Case(name, rule, request, status, closes=True)


LINES = (
    fine("COMP-BASELINE", "9112 §3", get()),
    fine("COMP-LEADING-CRLF", "9112 §2.2: an empty line before a request is ignored", b"\r\n" + get()),
    fine("COMP-CRLF-BETWEEN", "9112 §2.2: the same between two requests", form(b"score=11") + b"\r\n", 422),
    last("COMP-BARE-LF-LINE", "9112 §2.2: a single LF may be refused", get().replace(b"1.1\r\n", b"1.1\n", 1)),
    last("COMP-BARE-LF-FIELD", "9112 §2.2", get(b"X-A: b\nX-C: d")),
    last("COMP-BARE-LF-END", "9112 §2.2", b"GET BASE/survey HTTP/1.1\r\nHost: HOST\r\n\n"),
    last("COMP-BARE-LF-ALL", "9112 §2.2", get().replace(b"\r\n", b"\n")),
    last("COMP-CR-ONLY", "9112 §2.2: a bare CR is invalid", get().replace(b"\r\n", b"\r")),
    last("COMP-BARE-CR-FIELD", "9112 §2.2", get(b"X-A: b\rX-C: d")),
    last("COMP-HTTP09", "9112 §2.3: there is a version", b"GET BASE/survey\r\n\r\n"),
    last("COMP-VERSION-0.9", "9110 §2.5", get(line=b"GET BASE/survey HTTP/0.9")),
    last("COMP-VERSION-1.2", "9110 §2.5: a higher minor version may be refused", get(line=b"GET BASE/survey HTTP/1.2")),
    last("COMP-VERSION-2.0", "9110 §15.6.6: another major version", get(line=b"GET BASE/survey HTTP/2.0")),
    last("COMP-VERSION-LONG", "9112 §2.3: one digit each", get(line=b"GET BASE/survey HTTP/1.10")),
    last("COMP-VERSION-ZERO", "9112 §2.3", get(line=b"GET BASE/survey HTTP/01.1")),
    last("COMP-VERSION-MINOR", "9112 §2.3", get(line=b"GET BASE/survey HTTP/1")),
    last("COMP-VERSION-CASE", "9112 §2.3: HTTP is in capitals", get(line=b"GET BASE/survey http/1.1")),
    last("COMP-VERSION-SPACE", "9112 §2.3", get(line=b"GET BASE/survey HTTP/ 1.1")),
    last("COMP-VERSION-OTHER", "9112 §2.3", get(line=b"GET BASE/survey ICAP/1.0")),
    last("COMP-PREFACE", "9113 §3.4: no HTTP/2 here", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    last("COMP-LINE-TAB", "9112 §3: one space", get(line=b"GET\tBASE/survey\tHTTP/1.1")),
    fine("COMP-LINE-SPACES", "9112 §3: may be split at whitespace", get(line=b"GET BASE/survey  HTTP/1.1")),
    last("COMP-LINE-TRAILING", "9112 §3", get(line=b"GET BASE/survey HTTP/1.1 ")),
    last("COMP-LINE-LEADING", "9112 §3", get(line=b" GET BASE/survey HTTP/1.1")),
    last("COMP-NO-TARGET", "9112 §3", get(line=b"GET HTTP/1.1")),
    last("COMP-TARGET-SPACE", "9112 §3.2: no whitespace in it", get(line=b"GET BASE/survey x HTTP/1.1")),
    last("COMP-TARGET-FRAGMENT", "9112 §3.2: no fragment", get(line=b"GET BASE/survey#x HTTP/1.1")),
    last("COMP-TARGET-RELATIVE", "9112 §3.2", get(line=b"GET survey HTTP/1.1")),
    last("COMP-TARGET-AUTHORITY", "9112 §3.2.3: for CONNECT alone", get(line=b"GET HOST:80 HTTP/1.1")),
    last("COMP-TARGET-STAR", "9112 §3.2.4: for OPTIONS alone", get(line=b"GET * HTTP/1.1")),
    last("COMP-TARGET-NUL", "9112 §3.2", get(line=b"GET BASE/survey\0 HTTP/1.1")),
    last("COMP-TARGET-UTF8", "9112 §3.2: ASCII alone", get(line="GET BASE/survey/ä HTTP/1.1".encode())),
    fine("COMP-ABSOLUTE", "9112 §3.2.2: is accepted", get(line=b"GET http://HOSTBASE/survey HTTP/1.1")),
    fine("COMP-ABSOLUTE-HTTPS", "9112 §3.2.2", get(line=b"GET https://HOSTBASE/survey HTTP/1.1")),
    last("COMP-METHOD-CASE", "9110 §9.1: has case", get(line=b"get BASE/survey HTTP/1.1")),
    last("COMP-METHOD-UNKNOWN", "9110 §9.1", get(line=b"BREW BASE/survey HTTP/1.1")),
    last("COMP-METHOD-NONE", "9110 §9.1: a token", get(line=b"G@T BASE/survey HTTP/1.1")),
    last("COMP-CONNECT", "9110 §9.3.6: this is no proxy", get(line=b"CONNECT HOST:443 HTTP/1.1")),
    fine("COMP-TRACE", "9110 §9.3.8: not echoed", get(b"X-Secret: echo", line=b"TRACE BASE/survey HTTP/1.1"), 405),
    fine("COMP-DELETE", "9110 §15.5.6", get(line=b"DELETE BASE/survey HTTP/1.1"), 405),
    fine("COMP-HEAD", "9110 §9.3.2: no content", get(line=b"HEAD BASE/survey HTTP/1.1")),
    fine("COMP-HEAD-404", "9110 §9.3.2", get(line=b"HEAD BASE/nowhere HTTP/1.1"), 404),
    fine(
        "COMP-LONG-TARGET",
        "9112 §3: 414 over 2,048 bytes",
        get(line=b"GET BASE/survey?%s HTTP/1.1" % (b"a" * 2_100)),
        414,
    ),
    last("COMP-LONG-HEAD", "6585 §5", get(b"X-Long: " + b"a" * 9_000), 431),
    last("COMP-MANY-FIELDS", "6585 §5", get(*([b"a: b"] * 101)), 431),
)

FIELDS = (
    last("COMP-HOST-MISSING", "9112 §3.2", get(host=b"")),
    last("COMP-HOST-TWICE", "9112 §3.2", get(b"Host: other.example")),
    last("COMP-HOST-TWICE-SAME", "9112 §3.2", get(b"Host: HOST")),
    last("COMP-HOST-EMPTY", "9112 §3.2.1: this server has a name", get(host=b"Host: \r\n")),
    last("COMP-HOST-LIST", "9112 §3.2", get(host=b"Host: HOST, other.example\r\n")),
    last("COMP-HOST-USER", "9110 §7.2", get(host=b"Host: user@HOST\r\n")),
    last("COMP-HOST-PATH", "9110 §7.2", get(host=b"Host: HOST/x\r\n")),
    last("COMP-HOST-PORT", "9110 §7.2", get(host=b"Host: HOST:80x\r\n")),
    last("COMP-HOST-SPACE", "9110 §7.2", get(host=b"Host: HO ST\r\n")),
    fine("COMP-HOST-PORT-FINE", "9110 §7.2", get(host=b"Host: HOST:8443\r\n")),
    last("COMP-SPACE-BEFORE-COLON", "9112 §5.1: refused with 400", get(b"X-A : b")),
    last("COMP-TAB-BEFORE-COLON", "9112 §5.1", get(b"X-A\t: b")),
    last("COMP-HOST-SPACE-COLON", "9112 §5.1", get(host=b"Host : HOST\r\n")),
    last("COMP-OBS-FOLD", "9112 §5.2: refused or unfolded", get(b"X-A: b\r\n c")),
    last("COMP-OBS-FOLD-TAB", "9112 §5.2", get(b"X-A: b\r\n\tc")),
    last("COMP-LEADING-SPACE", "9112 §2.2: before the first field", get(host=b" X-A: b\r\nHost: HOST\r\n")),
    last("COMP-NO-COLON", "9112 §5", get(b"X-A b")),
    last("COMP-EMPTY-NAME", "9110 §5.1", get(b": b")),
    last("COMP-NAME-AT", "9110 §5.1: a token", get(b"X@A: b")),
    last("COMP-NAME-UTF8", "9110 §5.1", get("Ä: b".encode())),
    last("COMP-NAME-NUL", "9110 §5.1", get(b"X\0A: b")),
    last("COMP-VALUE-NUL", "9110 §5.5", get(b"X-A: b\0c")),
    last("COMP-VALUE-CR", "9110 §5.5", get(b"X-A: b\rc")),
    last("COMP-VALUE-CONTROL", "9110 §5.5", get(b"X-A: b\x01c")),
    fine("COMP-VALUE-EMPTY", "9110 §5.5", get(b"X-A:")),
    fine("COMP-VALUE-OBS-TEXT", "9110 §5.5: opaque", get(b"X-A: \xe4")),
    fine("COMP-VALUE-WHITESPACE", "9110 §5.5: stripped", get(b"X-A:  \t b \t ")),
    last("COMP-UPGRADE", "9110 §7.8: ignored", get(b"Connection: upgrade", b"Upgrade: websocket"), 200),
    last("COMP-UPGRADE-H2C", "9110 §7.8", get(b"Connection: Upgrade", b"Upgrade: h2c", b"HTTP2-Settings: AA"), 200),
    last("COMP-UPGRADE-ALONE", "9110 §7.8", get(b"Upgrade: websocket"), 200),
    last("COMP-UPGRADE-POST", "9110 §7.8", post(b"Connection: upgrade", b"Upgrade: x", LENGTH_TWO, body=b"a="), 422),
    fine("COMP-EXPECT-GET", "9110 §10.1.1: nothing to continue", get(b"Expect: 100-continue")),
    fine(
        "COMP-EXPECT-BODY",
        "9110 §10.1.1: the body is there",
        post(b"Expect: 100-continue", LENGTH_TWO, body=b"a="),
        422,
    ),
    fine("COMP-RANGE", "9110 §14.2: ignored", get(b"Range: bytes=-x")),
    last("COMP-CLOSE", "9112 §9.6: the last request", get(b"Connection: close"), 200),
    last("COMP-CLOSE-CASE", "9110 §7.6.1", get(b"Connection: Close"), 200),
    last("COMP-CLOSE-LIST", "9110 §7.6.1", get(b"Connection: TE, close"), 200),
    last("COMP-CLOSE-SECOND-LINE", "9110 §5.3", get(b"Connection: TE", b"Connection: close"), 200),
    last("COMP-1.0", "9112 §9.3: not persistent", get(line=b"GET BASE/survey HTTP/1.0"), 200),
    last("COMP-1.0-NO-HOST", "9112 §3.2: HTTP/1.0 needs none", get(line=b"GET BASE/survey HTTP/1.0", host=b""), 200),
)

LENGTHS = (
    fine("COMP-LENGTH", "9112 §6.2", post(LENGTH_TWO, body=b"a="), FORM_REFUSED),
    fine("COMP-LENGTH-ZERO", "9112 §6.2", post(b"Content-Length: 0"), FORM_REFUSED),
    fine("COMP-LENGTH-NONE", "9112 §6.3: no body", post(), FORM_REFUSED),
    fine("COMP-LENGTH-ZEROS", "9112 §6.2: 1*DIGIT", post(b"Content-Length: 0002", body=b"a="), FORM_REFUSED),
    fine("COMP-LENGTH-BLANKS", "9110 §5.5", post(b"Content-Length: \t 2 ", body=b"a="), FORM_REFUSED),
    fine("COMP-GET-BODY", "9110 §9.3.1", get(b"Content-Length: 2") + b"a="),
    fine("COMP-HEAD-BODY", "9110 §9.3.2", get(b"Content-Length: 2", line=b"HEAD BASE/survey HTTP/1.1") + b"a="),
    last("SMUG-LENGTH-PLUS", "9112 §6.2", post(b"Content-Length: +2", body=b"a=")),
    last("SMUG-LENGTH-MINUS", "9112 §6.2", post(b"Content-Length: -2", body=b"a=")),
    last("SMUG-LENGTH-HEX", "9112 §6.2", post(b"Content-Length: 0x2", body=b"a=")),
    last("SMUG-LENGTH-WORD", "9112 §6.2", post(b"Content-Length: two", body=b"a=")),
    last("SMUG-LENGTH-DOT", "9112 §6.2", post(b"Content-Length: 2.0", body=b"a=")),
    last("SMUG-LENGTH-UNDERSCORE", "9112 §6.2", post(b"Content-Length: 1_0", body=b"a=")),
    last("SMUG-LENGTH-SPACE", "9112 §6.2", post(b"Content-Length: 2 2", body=b"a=")),
    last("SMUG-LENGTH-EMPTY", "9112 §6.3", post(b"Content-Length: ", body=b"a=")),
    last("SMUG-LENGTH-COMMA", "9112 §6.3", post(b"Content-Length: 2,", body=b"a=")),
    last("SMUG-LENGTH-LIST", "9112 §6.3: may be refused", post(b"Content-Length: 2, 2", body=b"a=")),
    last("SMUG-LENGTH-LIST-DIFFERENT", "9112 §6.3", post(b"Content-Length: 2, 0", body=b"a=")),
    last("SMUG-LENGTH-TWICE", "9112 §6.3", post(LENGTH_TWO, LENGTH_TWO, body=b"a=")),
    last("SMUG-LENGTH-DIFFERENT", "9112 §6.3", post(LENGTH_TWO, b"Content-Length: 0", body=b"a=")),
    last("SMUG-LENGTH-CASE-TWICE", "9110 §5.1", post(LENGTH_TWO, b"CONTENT-LENGTH: 0", body=b"a=")),
    last("SMUG-LENGTH-2^63", "9112 §6.3", post(b"Content-Length: 9223372036854775808", body=b"a="), 413),
    last("SMUG-LENGTH-2^64+2", "9112 §6.3: no overflow", post(b"Content-Length: 18446744073709551618", body=b"a=")),
    last("SMUG-LENGTH-COLON-SPACE", "9112 §5.1", post(b"Content-Length : 2", body=b"a=")),
    last("SMUG-LENGTH-NAME-TAB", "9112 §5.1", post(b"\tContent-Length: 2", body=b"a=")),
    last("SMUG-LENGTH-NUL", "9110 §5.5", post(b"Content-Length: 2\0", body=b"a=")),
    last("SMUG-LENGTH-VT", "9110 §5.5", post(b"Content-Length: \x0b2", body=b"a=")),
    last("SMUG-LENGTH-FOLDED", "9112 §5.2", post(b"Content-Length:\r\n 2", body=b"a=")),
    last("SMUG-LENGTH-BARE-LF", "9112 §2.2", post(b"X: y\nContent-Length: 2", body=b"a=")),
)

CODINGS = (
    fine("COMP-CHUNKED", "9112 §7.1", chunked(ONE_CHUNK), FORM_REFUSED),
    fine(
        "COMP-CHUNKED-CASE", "9112 §7: has no case", post(b"Transfer-Encoding: CHUNKED", body=ONE_CHUNK), FORM_REFUSED
    ),
    fine("COMP-CHUNKED-BLANKS", "9110 §5.5", post(b"Transfer-Encoding:\t chunked ", body=ONE_CHUNK), FORM_REFUSED),
    fine("COMP-CHUNKED-NONE", "9112 §7.1", chunked(b"0\r\n\r\n"), FORM_REFUSED),
    fine("COMP-CHUNKED-MANY", "9112 §7.1", chunked(b"1\r\na\r\n1\r\n=\r\n0\r\n\r\n"), FORM_REFUSED),
    fine("COMP-CHUNKED-CAPITALS", "9112 §7.1", chunked(b"A\r\na=bbbbbbbb\r\n0\r\n\r\n"), FORM_REFUSED),
    fine("COMP-CHUNKED-ZEROS", "9112 §7.1", chunked(b"0002\r\na=\r\n000\r\n\r\n"), FORM_REFUSED),
    fine("COMP-CHUNKED-EXTENSION", "9112 §7.1.1: ignored", chunked(b"2;a=b\r\na=\r\n0;c\r\n\r\n"), FORM_REFUSED),
    fine("COMP-CHUNKED-QUOTED", "9112 §7.1.1", chunked(b'2;a="b;c"\r\na=\r\n0\r\n\r\n'), FORM_REFUSED),
    fine("COMP-TRAILER", "9112 §7.1.2", chunked(b"2\r\na=\r\n0\r\nX-A: b\r\n\r\n"), FORM_REFUSED),
    last("COMP-TRAILER-LENGTH", "9110 §6.5.1: not there", chunked(b"0\r\nContent-Length: 50\r\n\r\n")),
    last("COMP-TRAILER-CODING", "9110 §6.5.1", chunked(b"0\r\nTransfer-Encoding: chunked\r\n\r\n")),
    fine("COMP-TRAILER-HOST", "9110 §6.5.1", chunked(b"0\r\nHost: other.example\r\n\r\n"), FORM_REFUSED),
    last("SMUG-CL-TE", "9112 §6.3", chunked(b"0\r\n\r\n", b"Content-Length: 5")),
    last("SMUG-CL-TE-SHORT", "9112 §6.3", chunked(b"0\r\n\r\n", b"Content-Length: 0")),
    last("SMUG-TE-CL", "9112 §6.3", post(b"Content-Length: 4", b"Transfer-Encoding: chunked", body=b"5c\r\n0\r\n\r\n")),
    last("SMUG-CL-TE-CASE", "9112 §6.3", chunked(b"0\r\n\r\n", b"content-length: 5")),
    last("SMUG-TE-1.0", "9112 §6.1: faulty", post(b"Transfer-Encoding: chunked", body=b"0\r\n\r\n", version=b"1.0")),
    last("SMUG-TE-IDENTITY", "9112 §6.1", post(b"Transfer-Encoding: identity", body=ONE_CHUNK)),
    last("SMUG-TE-GZIP", "9112 §6.3: chunked isn't the last", post(b"Transfer-Encoding: gzip", body=ONE_CHUNK)),
    last("SMUG-TE-CHUNKED-GZIP", "9112 §6.3", post(b"Transfer-Encoding: chunked, gzip", body=ONE_CHUNK)),
    last(
        "SMUG-TE-GZIP-CHUNKED", "9112 §6.1: not understood", post(b"Transfer-Encoding: gzip, chunked", body=ONE_CHUNK)
    ),
    last("SMUG-TE-TWICE", "9112 §6.1: chunked once", post(b"Transfer-Encoding: chunked, chunked", body=ONE_CHUNK)),
    last("SMUG-TE-TWO-LINES", "9112 §6.1", chunked(ONE_CHUNK, b"Transfer-Encoding: chunked")),
    last("SMUG-TE-IDENTITY-LINE", "9112 §6.1", chunked(ONE_CHUNK, b"Transfer-Encoding: identity")),
    last(
        "SMUG-TE-LINE-AFTER", "9112 §6.1", post(b"Transfer-Encoding: x", b"Transfer-Encoding: chunked", body=ONE_CHUNK)
    ),
    last("SMUG-TE-EMPTY", "9112 §6.1", post(b"Transfer-Encoding: ", body=ONE_CHUNK)),
    last("SMUG-TE-X", "9112 §6.1", post(b"Transfer-Encoding: xchunked", body=ONE_CHUNK)),
    last("SMUG-TE-SUFFIX", "9112 §6.1", post(b"Transfer-Encoding: chunked-x", body=ONE_CHUNK)),
    last("SMUG-TE-PARAMETER", "9112 §7: chunked has none", post(b"Transfer-Encoding: chunked;q=1", body=ONE_CHUNK)),
    last("SMUG-TE-QUOTED", "9112 §7", post(b'Transfer-Encoding: "chunked"', body=ONE_CHUNK)),
    last("SMUG-TE-COMMA", "9110 §5.6.1", post(b"Transfer-Encoding: chunked,", body=ONE_CHUNK)),
    last("SMUG-TE-COMMA-FIRST", "9110 §5.6.1", post(b"Transfer-Encoding: ,chunked", body=ONE_CHUNK)),
    last("SMUG-TE-VT", "9110 §5.5", post(b"Transfer-Encoding: \x0bchunked", body=ONE_CHUNK)),
    last("SMUG-TE-FF", "9110 §5.5", post(b"Transfer-Encoding: chunked\x0c", body=ONE_CHUNK)),
    last("SMUG-TE-NUL", "9110 §5.5", post(b"Transfer-Encoding: chunked\0", body=ONE_CHUNK)),
    last("SMUG-TE-NBSP", "9112 §7", post(b"Transfer-Encoding: \xa0chunked", body=ONE_CHUNK)),
    last("SMUG-TE-KELVIN", "9112 §7: ASCII", post("Transfer-Encoding: chun\u212aed".encode(), body=ONE_CHUNK)),
    last("SMUG-TE-FOLDED", "9112 §5.2", post(b"Transfer-Encoding:\r\n chunked", body=ONE_CHUNK)),
    last("SMUG-TE-COLON-SPACE", "9112 §5.1", post(b"Transfer-Encoding : chunked", body=ONE_CHUNK)),
    last("SMUG-TE-COLON-TAB", "9112 §5.1", post(b"Transfer-Encoding\t: chunked", body=ONE_CHUNK)),
    last("SMUG-TE-NAME-SPACE", "9112 §5.1", post(b"X: y", b" Transfer-Encoding: chunked", body=ONE_CHUNK)),
    last("SMUG-TE-BARE-LF", "9112 §2.2", post(b"X: y\nTransfer-Encoding: chunked", body=ONE_CHUNK)),
    last("SMUG-TE-BARE-CR", "9112 §2.2", post(b"X: y\rTransfer-Encoding: chunked", body=ONE_CHUNK)),
    last("SMUG-TE-GET", "9112 §6.3", get(b"Content-Length: 5", b"Transfer-Encoding: chunked") + b"0\r\n\r\n"),
)

CHUNKS = (
    last("SMUG-CHUNK-PREFIX", "9112 §7.1: 1*HEXDIG", chunked(b"0x2\r\na=\r\n0\r\n\r\n")),
    last("SMUG-CHUNK-PLUS", "9112 §7.1", chunked(b"+2\r\na=\r\n0\r\n\r\n")),
    last("SMUG-CHUNK-MINUS", "9112 §7.1", chunked(b"-2\r\na=\r\n0\r\n\r\n")),
    last("SMUG-CHUNK-UNDERSCORE", "9112 §7.1", chunked(b"0_2\r\na=\r\n0\r\n\r\n")),
    last("SMUG-CHUNK-DOT", "9112 §7.1", chunked(b"2.0\r\na=\r\n0\r\n\r\n")),
    last("SMUG-CHUNK-LEADING-SPACE", "9112 §7.1", chunked(b" 2\r\na=\r\n0\r\n\r\n")),
    last("SMUG-CHUNK-TRAILING-SPACE", "9112 §7.1.1: bad whitespace", chunked(b"2 \r\na=\r\n0\r\n\r\n")),
    last("SMUG-CHUNK-NO-SIZE", "9112 §7.1", chunked(b"\r\na=\r\n0\r\n\r\n")),
    last("SMUG-CHUNK-WORD", "9112 §7.1", chunked(b"two\r\na=\r\n0\r\n\r\n")),
    last("SMUG-CHUNK-OVERFLOW", "9112 §7.1: recipients guard", chunked(b"10000000000000002\r\na=\r\n0\r\n\r\n")),
    last("SMUG-CHUNK-SPILL", "9112 §7.1", chunked(b"2\r\na=bcd\r\n0\r\n\r\n")),
    last("SMUG-CHUNK-NO-CRLF", "9112 §7.1", chunked(b"2\r\na=0\r\n\r\n")),
    last("SMUG-CHUNK-LF-SIZE", "9112 §7.1", chunked(b"2\na=\r\n0\r\n\r\n")),
    last("SMUG-CHUNK-LF-DATA", "9112 §7.1", chunked(b"2\r\na=\n0\r\n\r\n")),
    last("SMUG-CHUNK-LF-LAST", "9112 §7.1", chunked(b"2\r\na=\r\n0\n\n")),
    last("SMUG-CHUNK-CR-SIZE", "9112 §7.1", chunked(b"2\ra=\r\n0\r\n\r\n")),
    last("SMUG-CHUNK-CR-CR", "9112 §7.1", chunked(b"2\r\r\na=\r\n0\r\n\r\n")),
    last("SMUG-CHUNK-EXT-LF", "9112 §7.1.1", chunked(b"2;a\nb\r\na=\r\n0\r\n\r\n")),
    last("SMUG-CHUNK-EXT-CR", "9112 §7.1.1", chunked(b"2;a\rb\r\na=\r\n0\r\n\r\n")),
    last("SMUG-CHUNK-EXT-NUL", "9112 §7.1.1", chunked(b"2;a\0\r\na=\r\n0\r\n\r\n")),
    last("SMUG-CHUNK-EXT-QUOTED-LF", "9112 §7.1.1", chunked(b'2;a="\n"\r\na=\r\n0\r\n\r\n')),
    last("SMUG-CHUNK-EXT-BARE", "9112 §7.1.1: a name", chunked(b"2;\r\na=\r\n0\r\n\r\n")),
    last("SMUG-TRAILER-NO-COLON", "9112 §7.1.2", chunked(b"0\r\nX\r\n\r\n")),
    last("SMUG-TRAILER-SPACE", "9112 §5.1", chunked(b"0\r\nX : y\r\n\r\n")),
    last("SMUG-TRAILER-FOLDED", "9112 §5.2", chunked(b"0\r\nX: y\r\n z\r\n\r\n")),
    last("SMUG-TRAILER-LF", "9112 §2.2", chunked(b"0\r\nX: y\nZ: a\r\n\r\n")),
    last("SMUG-TRAILER-NUL", "9110 §5.5", chunked(b"0\r\nX: \0\r\n\r\n")),
)

CASES = LINES + FIELDS + LENGTHS + CODINGS + CHUNKS
