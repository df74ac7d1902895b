"""HTTP/2 frame by frame, so that a test can also send what no client sends: hyperframe makes and reads frames, hpack
the heads, and nothing here keeps to the rules by itself but what it answers."""

import socket
import ssl
import struct
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from hpack import Decoder, Encoder
from hyperframe.frame import (
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

from harness.certificate import make_certificate
from harness.deployment import Deploy, Deployment
from harness.waiting import DEADLINE

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
NO_ERROR, PROTOCOL_ERROR, REFUSED_STREAM, CANCEL, ENHANCE_YOUR_CALM = 0, 1, 7, 8, 11
LAST_POSSIBLE_STREAM = 2**31 - 1
INITIAL_WINDOW = SettingsFrame.INITIAL_WINDOW_SIZE

Fields = Iterable[tuple[str, str]]


@dataclass
class Answer:
    """What has come on one stream."""

    heads: list[dict[str, str]] = field(default_factory=list)
    """Interim ones as well; the names are in lower case, as they come."""
    body: bytes = b""
    is_whole: bool = False
    reset: int | None = None
    """The error code that the server has reset the stream with."""

    @property
    def status(self) -> int:
        return int(self.heads[-1][":status"]) if self.heads else 0

    @property
    def headers(self) -> dict[str, str]:
        return self.heads[-1]

    @property
    def is_over(self) -> bool:
        return self.is_whole or self.reset is not None


def contexts(trust: ssl.SSLContext, protocols: list[str]) -> ssl.SSLContext:
    """A client's TLS that names these protocols and believes what `trust` believes."""
    context = ssl.create_default_context()
    for certificate in trust.get_ca_certs(binary_form=True):
        context.load_verify_locations(cadata=certificate)
    if protocols:
        context.set_alpn_protocols(protocols)
    return context


def get(path: str) -> list[tuple[str, str]]:
    """The head of a request."""
    return head("GET", path)


def head(method: str, path: str, more: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    """The head of a request with further fields."""
    pseudo = {":method": method, ":scheme": "https", ":authority": "localhost", ":path": path}
    return list((pseudo | dict(more or {})).items())


class HTTP2:
    """One connection. It acknowledges settings and pings, and gives windows back, unless it is told not to."""

    def __init__(
        self,
        port: int,
        trust: ssl.SSLContext,
        settings: Mapping[int, int] | None = None,
        is_polite: bool = True,
        source: str = "127.0.0.1",
        receive_buffer: int = 0,
    ) -> None:
        plain = socket.socket()
        plain.settimeout(DEADLINE)
        if receive_buffer:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        plain.bind((source, 0))
        plain.connect(("127.0.0.1", port))
        self.socket = contexts(trust, ["h2"]).wrap_socket(plain, server_hostname="localhost")
        assert self.socket.selected_alpn_protocol() == "h2"
        self.is_polite = is_polite
        self.answers: dict[int, Answer] = {}
        self.goodbyes: list[GoAwayFrame] = []
        self.frames: list[Frame] = []
        """All but heads and bodies."""
        self.is_closed = False
        self.encoder, self._decoder = Encoder(), Decoder()
        self._received = b""
        self._next = 1
        self.send(PREFACE, SettingsFrame(settings=dict(settings or {})))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, *parts: Frame | bytes) -> None:
        self.socket.sendall(b"".join(part if isinstance(part, bytes) else part.serialize() for part in parts))

    def headers(self, stream: int, fields: Fields, *flags: str) -> HeadersFrame:
        """A frame with a whole head."""
        return HeadersFrame(stream, self.encoder.encode(list(fields)), flags=["END_HEADERS", *flags])

    def begin(self, fields: Fields, *flags: str) -> int:
        """Opens a stream with this head."""
        stream, head = self._open(fields, *flags)
        self.send(head)
        return stream

    def prepare(self, fields: Fields, body: bytes = b"") -> tuple[int, list[Frame]]:
        """A stream and its whole request, which isn't sent yet. Whoever prepares several sends them in that order."""
        if not body:
            stream, head = self._open(fields, "END_STREAM")
            return stream, [head]
        stream, head = self._open(fields)
        pieces = [body[start : start + 16_384] for start in range(0, len(body), 16_384)]
        frames = [DataFrame(stream, piece) for piece in pieces]
        frames[-1].flags.add("END_STREAM")
        return stream, [head, *frames]

    def request(self, fields: Fields, body: bytes = b"") -> int:
        """Sends a whole request. Its body has to fit into the window."""
        stream, frames = self.prepare(fields, body)
        self.send(*frames)
        return stream

    def fetch(self, fields: Fields, body: bytes = b"") -> Answer:
        return self.answer(self.request(fields, body))

    def answer(self, stream: int) -> Answer:
        """The answer, once it is over."""
        self.read(lambda: self.answers[stream].is_over)
        return self.answers[stream]

    def await_close(self, timeout: float = DEADLINE) -> None:
        self.read(lambda: False, timeout)

    def read(self, is_enough: Callable[[], bool], timeout: float = DEADLINE) -> None:
        """Reads until that is so or the server has closed; fails when neither ever is."""
        deadline = time.monotonic() + timeout
        while not is_enough() and not self.is_closed:
            left = deadline - time.monotonic()
            assert left > 0, f"waited {timeout:g} s for the server"
            self.socket.settimeout(left)
            try:
                piece = self.socket.recv(65_536)
            except TimeoutError:
                continue
            except OSError:
                piece = b""
            self.is_closed = not piece
            self._received += piece
            self._parse()

    def _open(self, fields: Fields, *flags: str) -> tuple[int, HeadersFrame]:
        stream = self._next
        self._next += 2
        self.answers[stream] = Answer()
        return stream, self.headers(stream, fields, *flags)

    def _parse(self) -> None:
        while len(self._received) >= 9:
            frame, length = Frame.parse_frame_header(memoryview(self._received)[:9])
            if len(self._received) < 9 + length:
                return
            body, self._received = self._received[9 : 9 + length], self._received[9 + length :]
            frame.parse_body(memoryview(body))
            self._take(frame)

    def _take(self, frame: Frame) -> None:
        answer = self.answers.setdefault(frame.stream_id, Answer()) if frame.stream_id else Answer()
        match frame:
            case HeadersFrame():
                fields: list[tuple[Any, Any]] = [(name, value) for name, value in self._decoder.decode(frame.data)]
                answer.heads.append({str(name): str(value) for name, value in fields})
            case DataFrame():
                answer.body += frame.data
            case RstStreamFrame():
                answer.reset = frame.error_code
            case GoAwayFrame():
                self.goodbyes.append(frame)
        if "END_STREAM" in frame.flags:
            answer.is_whole = True
        if not isinstance(frame, HeadersFrame | DataFrame):
            self.frames.append(frame)
        reply = reply_to(frame)
        if reply and self.is_polite:
            try:
                self.send(reply)
            except OSError:
                # The server may have closed meanwhile; what it has sent before is still read.
                return


def reply_to(frame: Frame) -> Frame | None:
    """What the protocol asks for; the window is that of the connection."""
    match frame:
        case SettingsFrame() if "ACK" not in frame.flags:
            return SettingsFrame(flags=["ACK"])
        case PingFrame() if "ACK" not in frame.flags:
            return PingFrame(0, frame.opaque_data, flags=["ACK"])
        case DataFrame() if frame.data:
            return WindowUpdateFrame(0, len(frame.data))
    return None


def deploy_securely(deploy: Deploy) -> Deployment:
    """One with TLS, started."""
    deployment = deploy()
    certificate, key = make_certificate(deployment.directory, "ECDSA")
    deployment.configure({"tls": {"certificate": str(certificate), "private-key": str(key)}})
    deployment.trust(certificate)
    deployment.start()
    return deployment


def connect(deployment: Deployment, is_polite: bool = True) -> HTTP2:
    assert deployment.trusted
    return HTTP2(deployment.http_port, deployment.trusted, is_polite=is_polite)


def raw_frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """A frame that hyperframe would refuse to make."""
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload
