"""HTTP/1.1 byte by byte: what a well-behaved client would never send, and what comes back."""

import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass

from harness.waiting import DEADLINE

FIRST = 8.0
"""Seconds in which the first byte of an answer has to come where nobody knows whether there is one: many more than that
takes on a busy machine."""
QUIET = 3.0
"""Seconds without a further byte after which a connection is taken for one that stays open. A server lingers for a
second before it closes, so that the client gets to read the answer."""


@dataclass(frozen=True)
class Answer:
    status: int
    fields: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Conversation:
    """What came back, and whether the server ended the connection."""

    received: bytes
    is_closed: bool

    def answers(self, *, to_head: bool = False) -> list[Answer]:
        """The final answers, in order; `to_head` if the first request was a HEAD."""
        return [answer for answer in self._split(to_head) if answer.status >= 200]

    def interim(self) -> list[int]:
        return [answer.status for answer in self._split(False) if answer.status < 200]

    def _split(self, to_head: bool) -> list[Answer]:
        answers: list[Answer] = []
        rest = self.received
        while rest:
            head, separator, rest = rest.partition(b"\r\n\r\n")
            assert separator and head.startswith(b"HTTP/1.1 "), f"no answer begins with {head[:80]!r}"
            lines = head.decode("latin-1").split("\r\n")
            fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            status = int(lines[0].split(" ")[1])
            is_bodyless = status < 200 or (to_head and not answers)
            # Without a length the body goes on to the end (RFC 9112 §6.3).
            length = 0 if is_bodyless else int(fields.get("content-length", len(rest)))
            assert len(rest) >= length, "an answer is cut off"
            answers.append(Answer(status, fields, rest[:length]))
            rest = rest[length:]
        return answers


def converse(
    port: int,
    request: bytes,
    trust: ssl.SSLContext | None = None,
    source: str = "127.0.0.1",
    quiet: float = QUIET,
    expected: int | None = None,
    to_head: bool = False,
) -> Conversation:
    """Sends these bytes from the address `source`, and reads as `read_all` does."""
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE, source_address=(source, 0)) as plain:
        connection = trust.wrap_socket(plain, server_hostname="localhost") if trust else plain
        with connection:
            with suppress(OSError):
                connection.sendall(request)
            return read_all(connection, quiet, expected, to_head)


def read_all(
    connection: socket.socket, quiet: float = QUIET, expected: int | None = None, to_head: bool = False
) -> Conversation:
    """Reads until the server closes or says nothing for a while, or until it has given the `expected` number of answers
    by the lengths of their bodies, whatever comes then; the first of them to a HEAD or not."""
    received = b""
    deadline = time.monotonic() + (FIRST if expected is None else DEADLINE)
    while (left := deadline - time.monotonic()) > 0:
        connection.settimeout(left)
        try:
            piece = connection.recv(65_536)
        except TimeoutError:
            break
        except OSError:
            return Conversation(received, is_closed=True)
        if not piece:
            return Conversation(received, is_closed=True)
        received += piece
        deadline = time.monotonic() + quiet
        if expected is not None and count_answers(received, to_head) >= expected:
            break
    return Conversation(received, is_closed=False)


def count_answers(received: bytes, to_head: bool) -> int:
    """How many whole answers have come."""
    try:
        return len(Conversation(received, is_closed=False).answers(to_head=to_head))
    except (AssertionError, ValueError, IndexError):
        return 0
