"""Requests that hide another one from a proxy, and the comparison that tells whether one got through."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from harness.proxies import Logged
from scenarios.http_requests import CASES, CHUNKS, LENGTH_TWO, form, get, post

HIDDEN = form()
"""An answer that is recorded if it gets through as a request of its own."""

CODINGS = (
    b"Transfer-Encoding: chunked",
    b"transfer-encoding: Chunked",
    b"Transfer-Encoding : chunked",
    b"Transfer-Encoding\t: chunked",
    b" Transfer-Encoding: chunked",
    b"X: y\r\n Transfer-Encoding: chunked",
    b"X: y\nTransfer-Encoding: chunked",
    b"X: y\rTransfer-Encoding: chunked",
    b"X: y\0\r\nTransfer-Encoding: chunked",
    b"Transfer-Encoding:\tchunked",
    b"Transfer-Encoding:chunked",
    b"Transfer-Encoding: \x0bchunked",
    b"Transfer-Encoding: chunked\x0c",
    b"Transfer-Encoding: chunked\0",
    b"Transfer-Encoding: chunked\x7f",
    b"Transfer-Encoding: \xa0chunked",
    b"Transfer-Encoding:\r\n chunked",
    b"Transfer-Encoding:\r\n\tchunked",
    b"Transfer-Encoding: xchunked",
    b"Transfer-Encoding: chunkedx",
    b"Transfer-Encoding: chunked;a=b",
    b'Transfer-Encoding: "chunked"',
    b"Transfer-Encoding: chunked,",
    b"Transfer-Encoding: ,chunked",
    b"Transfer-Encoding: identity, chunked",
    b"Transfer-Encoding: chunked, identity",
    b"Transfer-Encoding: gzip, chunked",
    b"Transfer-Encoding: chunked, chunked",
    b"Transfer-Encoding: x\r\nTransfer-Encoding: chunked",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
    b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
    b"Transfer_Encoding: chunked",
    b"Transfer-Encodin\xe7: chunked",
    b"X-Transfer-Encoding: chunked",
    b"Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked",
)
"""Ways to say `chunked` that one of two may understand."""

LENGTHS = (
    b"Content-Length: 0\r\nContent-Length: LENGTH",
    b"Content-Length: LENGTH\r\nContent-Length: 0",
    b"Content-Length: 0, LENGTH",
    b"Content-Length: 0\r\nContent-Length : LENGTH",
    b"Content-Length: 0\r\nContent_Length: LENGTH",
    b"Content-Length: 0\r\n Content-Length: LENGTH",
    b"Content-Length: +LENGTH",
    b"Content-Length: LENGTH.0",
    b"Content-Length: \x0bLENGTH",
    b"Content-Length: 0 LENGTH",
    b"Content-Length: 000000000000000000LENGTH",
    b"Connection: Content-Length\r\nContent-Length: LENGTH",
    b"X: y\nContent-Length: LENGTH",
    b"Content-Length:\r\n LENGTH",
)
"""Ways to say a length that one of two may take for nothing."""


def in_base(request: bytes, base: str, host: str) -> bytes:
    return request.replace(b"BASE", base.encode()).replace(b"HOST", host.encode())


def payloads(base: str, host: str) -> dict[str, bytes]:
    """By name, each with a request hidden in its body or behind it."""
    hidden = in_base(HIDDEN, base, host)
    made: dict[str, bytes] = {}

    def add(name: str, request: bytes) -> None:
        assert name not in made
        made[name] = in_base(request, base, host).replace(b"LENGTH", b"%d" % len(hidden)).replace(b"INNER", hidden)

    ended = b"0\r\n\r\n"
    one_chunk = b"%x\r\n" % len(hidden)
    for number, coding in enumerate(CODINGS):
        # The length covers the hidden request; whoever takes the body for chunks sees its end before it.
        add(f"CL.TE {number}", post(b"Content-Length: %d" % (len(ended) + len(hidden)), coding, body=ended + b"INNER"))
        # The chunk covers it; whoever goes by the length sees it as the next request.
        body = one_chunk + b"INNER\r\n0\r\n\r\n"
        add(f"TE.CL {number}", post(b"Content-Length: %d" % len(one_chunk), coding, body=body))
        add(f"TE alone {number}", post(coding, body=ended + b"INNER"))
    for number, length in enumerate(LENGTHS):
        add(f"CL.CL {number}", post(length, body=b"INNER"))
        add(f"CL.CL GET {number}", get(length) + b"INNER")
    for case in CHUNKS:
        add(f"chunks {case.name}", case.request + b"INNER")
    add("1.0 TE", post(b"Content-Length: LENGTH", b"Transfer-Encoding: chunked", body=ended + b"INNER", version=b"1.0"))
    add("0.CL", get(b"Content-Length: LENGTH") + b"INNER")
    add("0.CL Expect", get(b"Content-Length: LENGTH", b"Expect: 100-continue") + b"INNER")
    add("CL Expect", post(b"Content-Length: LENGTH", b"Expect: 100-continue", body=b"INNER"))
    add("CL Expect y", post(b"Content-Length: LENGTH", b"Expect: y 100-continue", body=b"INNER"))
    add(
        "CL Expect twice",
        post(b"Content-Length: LENGTH", b"Expect: 100-continue", b"Expect: 100-continue", body=b"INNER"),
    )
    add("HEAD CL", get(b"Content-Length: LENGTH", line=b"HEAD BASE/survey HTTP/1.1") + b"INNER")
    add("HEAD behind", get(line=b"HEAD BASE/survey HTTP/1.1") + b"INNER")
    add("upgrade", get(b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Version: 777") + b"INNER")
    add(
        "h2c",
        get(b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQAAP__") + b"INNER",
    )
    add("connect", get(line=b"CONNECT HOST:443 HTTP/1.1") + b"INNER")
    add("absolute", get(line=b"GET http://other.exampleBASE/survey HTTP/1.1") + b"INNER")
    add("absolute twice", get(line=b"GET http://HOSTBASE/survey HTTP/1.1", host=b"Host: other.example\r\n") + b"INNER")
    add("line feed in target", get(line=b"GET BASE/survey?a=b\nX: y HTTP/1.1") + b"INNER")
    add("space in target", get(line=b"GET BASE/survey HTTP/1.1 HTTP/1.1") + b"INNER")
    add("encoded line in target", get(line=b"GET BASE/survey?%0d%0a%0d%0aGET%20/%20HTTP/1.1 HTTP/1.1") + b"INNER")
    add("encoded line in path", get(line=b"GET BASE/%0d%0a%0d%0aGET%20/ HTTP/1.1") + b"INNER")
    add("version", get(line=b"GET BASE/survey HTTP/1.9") + b"INNER")
    add("close", get(b"Connection: close") + b"INNER")
    add("pipelined", post(LENGTH_TWO, body=b"a=") + b"INNER")
    add("empty lines", b"\r\n\r\n" + get() + b"\r\n\r\nINNER")
    add("preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nINNER")
    add("early end", b"GET BASE/survey HTTP/1.1\r\nHost: HOST\r\nX: y\n\nINNER")
    add("PROXY line", b"PROXY TCP4 203.0.113.66 127.0.0.1 1 2\r\n" + get() + b"INNER")
    for case in CASES:
        add(f"case {case.name}", case.request + b"INNER")
    return made


def seen(log: Path) -> list[int]:
    """The statuses of the requests in a collector's access log, without those of health checks."""
    found: list[int] = []
    for line in log.read_text(errors="replace").splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        metadata = entry.get("metadata", entry)
        is_request = entry.get("message") == "request" and metadata.get("listener") == "public"
        if is_request and metadata.get("route") not in ("/livez", "/readyz"):
            found.append(int(metadata["status"]))
    return found


BROKEN_OFF = {-1, 400, 408, 413, 431, 499, 502, 503, 504}
"""What a proxy's log says of a request that ended before its answer: since its body couldn't be read, and the collector
may have answered for its head already, or since the collector couldn't read it, and its log doesn't tell."""


def smuggled(sent: Iterable[Logged], answered: Sequence[int]) -> list[str]:
    """Where the log of a proxy and that of the collector behind it don't agree; nothing when each request that the
    collector answered is one that the proxy sent."""
    passed = [entry for entry in sent if entry.is_sent]
    count = sum(entry.times for entry in passed)
    problems = []
    if len(answered) > count:
        problems.append(f"the proxy sent {count} requests, the collector answered {len(answered)}")
    left = Counter(entry.status for entry in passed)
    left.subtract(answered)
    if left[303] < 0:
        problems.append(f"{-left[303]} forms that the collector took are in no line of the proxy's")
    unexplained = -sum(difference for difference in left.values() if difference < 0)
    broken_off = sum(difference for status, difference in left.items() if difference > 0 and status in BROKEN_OFF)
    if unexplained > broken_off:
        problems.append(f"{unexplained} answers of the collector's are in no line of the proxy's: {left}")
    made_up = {status: more for status, more in left.items() if more > 0 and status not in BROKEN_OFF}
    if made_up:
        problems.append(f"answers in the proxy's log that the collector didn't give: {made_up}")
    return problems
