"""Clients of HTTP/2 that make as much work as they can, or take up as much room, while somebody else is served."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from hpack import Encoder
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

from harness.deployment import Deployment
from harness.http2 import CANCEL, HTTP2, INITIAL_WINDOW, get, head, raw_frame

BYSTANDER = "127.0.0.9"
"""The address of the client that asks meanwhile; floods come from 127.0.0.1."""
KIB = 1024
MIB = 1024 * KIB
MANY = 20_000
AT_ONCE = 100
"""Streams that a connection may have open."""
FORM = {"content-type": "application/x-www-form-urlencoded"}


def pour(client: HTTP2, pieces: Iterator[bytes], at_a_time: int = 200) -> None:
    """Sends until all is sent or the server has closed; reads nothing, as a flood does."""
    waiting: list[bytes] = []
    with suppress(OSError):
        for piece in pieces:
            waiting.append(piece)
            if len(waiting) == at_a_time:
                client.socket.sendall(b"".join(waiting))
                waiting.clear()
        client.socket.sendall(b"".join(waiting))


def rapid_reset(client: HTTP2) -> None:
    """Streams that are begun and reset at once (CVE-2023-44487)."""
    block = Encoder().encode(get("/survey"))
    pour(
        client,
        (
            HeadersFrame(stream, block, flags=["END_HEADERS", "END_STREAM"]).serialize()
            + RstStreamFrame(stream, CANCEL).serialize()
            for stream in range(1, 2 * MANY, 2)
        ),
    )


def made_resets(client: HTTP2) -> None:
    """Streams that the server has to reset, because their windows grow by nothing (CVE-2025-8671)."""
    block = Encoder().encode(get("/survey"))
    pour(
        client,
        (
            HeadersFrame(stream, block, flags=["END_HEADERS"]).serialize() + raw_frame(8, 0, stream, bytes(4))
            for stream in range(1, 2 * MANY, 2)
        ),
    )


def malformed_heads(client: HTTP2) -> None:
    """Heads that only a look at each byte shows to be malformed."""
    block = Encoder().encode(head("GET", "/survey", {"x-y": "a\x0bb"}))
    pour(
        client,
        (
            HeadersFrame(stream, block, flags=["END_HEADERS", "END_STREAM"]).serialize()
            for stream in range(1, 2 * MANY, 2)
        ),
    )


def continuations(client: HTTP2) -> None:
    """A head that never ends (CVE-2024-27316)."""
    pour(client, iter([HeadersFrame(1, Encoder().encode(get("/survey"))).serialize()]))
    pour(client, (ContinuationFrame(1, b"").serialize() for _ in range(MANY)))


def long_continuations(client: HTTP2) -> None:
    """The same with something in each."""
    pour(client, iter([HeadersFrame(1, Encoder().encode(get("/survey"))).serialize()]))
    piece = Encoder().encode([("x-y", "a" * 10_000)])
    pour(client, (ContinuationFrame(1, piece).serialize() for _ in range(MANY // 100)))


def bomb(client: HTTP2) -> None:
    """A long field that is remembered once and named many times: a byte of it is four thousand in memory."""
    client.fetch(get("/livez"))
    encoder = client.encoder
    remembered = encoder.encode([*get("/livez"), ("x-long", "a" * 3_900)])
    named = encoder.encode([*get("/livez")]) + encoder.encode([("x-long", "a" * 3_900)]) * 15_000
    pour(client, iter([HeadersFrame(3, remembered, flags=["END_HEADERS", "END_STREAM"]).serialize()]))
    pour(client, (HeadersFrame(stream, named, flags=["END_HEADERS", "END_STREAM"]).serialize() for stream in (5, 7, 9)))


def hundred_thousand_fields(client: HTTP2) -> None:
    """A head of as many fields, in frames of their own."""
    block = Encoder().encode(get("/livez")) + b"".join(b"\0\4x%03x\1a" % (number % 4096) for number in range(100_000))
    pieces = [block[start : start + 16_000] for start in range(0, len(block), 16_000)]
    pour(client, iter([HeadersFrame(1, pieces[0]).serialize()]))
    pour(client, (ContinuationFrame(1, piece).serialize() for piece in pieces[1:]), at_a_time=1)


def settings(client: HTTP2) -> None:
    """Settings that change nothing, and each have to be acknowledged."""
    pour(client, (SettingsFrame(settings={INITIAL_WINDOW: 65_535}).serialize() for _ in range(MANY)))


def pings(client: HTTP2) -> None:
    pour(client, (PingFrame(0, b"flooding").serialize() for _ in range(MANY)))


def priorities(client: HTTP2) -> None:
    pour(client, (PriorityFrame(number, depends_on=0).serialize() for number in range(1, 2 * MANY, 2)))


def empty_data(client: HTTP2) -> None:
    pour(client, iter([client.headers(1, head("POST", "/survey", FORM)).serialize()]))
    pour(client, (DataFrame(1, b"").serialize() for _ in range(MANY)))


def single_bytes(client: HTTP2) -> list[int]:
    """Bodies of frames of a byte, each until long after it is refused; returns their streams."""
    streams = []
    for _ in range(20):
        stream = client.begin(head("POST", "/survey", FORM))
        pour(client, (DataFrame(stream, b"a").serialize() for _ in range(MANY // 4)))
        streams.append(stream)
    return streams


def overflowing_windows(client: HTTP2) -> None:
    pour(client, (WindowUpdateFrame(0, 2**31 - 1).serialize() for _ in range(2)))


def an_even_stream(client: HTTP2) -> None:
    """Only a server could begin it."""
    pour(client, iter([client.headers(2, get("/livez"), "END_STREAM").serialize()]))


def a_stream_that_was(client: HTTP2) -> None:
    pour(client, (client.headers(stream, get("/livez"), "END_STREAM").serialize() for stream in (5, 3)))


def data_of_no_stream(client: HTTP2) -> None:
    pour(client, iter([DataFrame(7, b"a").serialize()]))


def a_frame_too_long(client: HTTP2) -> None:
    pour(client, iter([raw_frame(0, 0, 1, b"a" * 20_000)]))


def no_frames(client: HTTP2) -> None:
    """Bytes that are none of its frames."""
    pour(client, iter([b"GET / HTTP/1.1\r\n\r\n" * MANY]))


def too_many_at_once(client: HTTP2) -> None:
    """Streams beyond the limit, whose settings are acknowledged."""
    client.fetch(get("/livez"))
    stalled = head("POST", "/survey", FORM)
    pour(client, (client.headers(stream, stalled).serialize() for stream in range(3, 3 + 4 * AT_ONCE, 2)))


REFUSED: dict[str, Callable[[HTTP2], None]] = {
    function.__name__.replace("_", " "): function
    for function in (
        rapid_reset,
        made_resets,
        malformed_heads,
        continuations,
        long_continuations,
        bomb,
        hundred_thousand_fields,
        settings,
        pings,
        priorities,
        empty_data,
        overflowing_windows,
        an_even_stream,
        a_stream_that_was,
        data_of_no_stream,
        a_frame_too_long,
        no_frames,
        too_many_at_once,
    )
}
"""Those that the protocol, or a limit, forbids: they end the connection at once."""

OF_FRAMES = [
    function.__name__.replace("_", " ")
    for function in (
        continuations,
        long_continuations,
        hundred_thousand_fields,
        settings,
        pings,
        overflowing_windows,
        a_frame_too_long,
        no_frames,
    )
]
"""Those of them that need no new stream."""


def nothing(client: HTTP2) -> None:
    """A connection that asks for nothing."""


def half_a_frame(client: HTTP2) -> None:
    client.socket.sendall(client.headers(1, get("/survey"), "END_STREAM").serialize()[:-3])


def unknown_frames(client: HTTP2) -> None:
    """Frames of a kind that nobody knows have to be let pass (RFC 9113 §4.1), and are no request."""
    pour(client, (raw_frame(0xFA, 0xFF, number, b"unknown") for number in range(MANY)))


def stalled_requests(client: HTTP2) -> None:
    """As many requests as may be, whose bodies never come."""
    client.fetch(get("/livez"))
    stalled = head("POST", "/survey", FORM)
    pour(client, (client.headers(stream, stalled).serialize() for stream in range(3, 3 + 2 * AT_ONCE, 2)))


def closed_windows(client: HTTP2) -> None:
    """Answers that the client's window lets nothing of out."""
    client.is_polite = False
    client.send(SettingsFrame(settings={INITIAL_WINDOW: 0}))
    client.send(SettingsFrame(flags=["ACK"]))
    pour(client, (client.headers(stream, get("/survey"), "END_STREAM").serialize() for stream in range(1, 200, 2)))


STALLING: dict[str, Callable[[HTTP2], None]] = {
    function.__name__.replace("_", " "): function
    for function in (nothing, half_a_frame, unknown_frames, stalled_requests, closed_windows)
}
"""Those that take up room: a deadline ends the connection."""


@dataclass
class Watch:
    """What is seen while floods go on."""

    answers: int = 0
    unanswered: list[str] = field(default_factory=list)
    before_kib: int = 0
    most_kib: int = 0

    @property
    def grown_mib(self) -> float:
        return (self.most_kib - self.before_kib) / 1024


@contextmanager
def watched(deployment: Deployment) -> Iterator[Watch]:
    """Asks again and again, over new connections and over one that stays, and looks at the collector's memory."""
    watch = Watch(before_kib=deployment.serve.resident_kib)
    over = threading.Event()
    assert deployment.trusted

    def ask(kept: HTTP2) -> None:
        while not over.is_set():
            try:
                assert kept.fetch(get("/survey")).status == 200
                assert deployment.trusted
                with HTTP2(deployment.http_port, deployment.trusted, source=BYSTANDER) as fresh:
                    assert fresh.fetch(get("/survey")).status == 200
                watch.answers += 2
            except (OSError, AssertionError) as problem:
                watch.unanswered.append(repr(problem))
            watch.most_kib = max(watch.most_kib, deployment.serve.resident_kib)
            over.wait(0.05)

    with HTTP2(deployment.http_port, deployment.trusted, source=BYSTANDER) as kept:
        thread = threading.Thread(target=ask, args=[kept])
        thread.start()
        try:
            yield watch
            # Until somebody was served after it as well.
            asked = watch.answers
            deadline = time.monotonic() + 60
            while watch.answers < asked + 4 and not watch.unanswered and time.monotonic() < deadline:
                time.sleep(0.01)
        finally:
            over.set()
            thread.join()


def storm(deployment: Deployment, name: str, seconds: float, connections: int = 20) -> Watch:
    """One flood on so many connections at once, each opened again as soon as it is closed, for that long."""
    flood = (REFUSED | STALLING)[name]
    end = time.monotonic() + seconds
    trust = deployment.trusted
    assert trust

    def go_on() -> None:
        while time.monotonic() < end:
            # Over the limit of its connections a client isn't let in.
            with suppress(OSError), HTTP2(deployment.http_port, trust) as client:
                flood(client)
                client.await_close()

    threads = [threading.Thread(target=go_on) for _ in range(connections)]
    with watched(deployment) as watch:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return watch
