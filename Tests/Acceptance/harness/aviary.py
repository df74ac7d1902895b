"""Five thousand canaries: every request carries words of its own, which must never sing from a log or a file."""

import http.client
import itertools
import re
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from harness import canary
from harness.deployment import Deployment
from harness.http1 import Answer, connect
from harness.webhook import signed_headers

DIGITS = 16
"""Hex digits of each canary: no two are the same, and none comes about by chance."""

CRASH_LIMIT = 1_000_000
"""More requests than anybody answers while it is being killed."""

HEX = re.compile(rb"[0-9a-f]{%d,}" % DIGITS)


Kind = Callable[["Aviary"], Answer]
"""Makes one request of a kind, with fresh words."""


class Aviary:
    """Makes requests of a kind, remembers their words, and looks for them wherever they should not be."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.sent = 0
        self._hatched: set[bytes] = set()
        self._errors: list[bytes] = []
        self._connection: http.client.HTTPConnection | None = None

    def word(self) -> str:
        """A fresh canary."""
        digits = secrets.token_hex(DIGITS // 2)
        self._hatched.add(digits.encode())
        return f"{canary.WORD}-{digits}"

    def response(self, domain: str = "example.com") -> dict[str, Any]:
        return {
            "id": secrets.token_hex(8),
            "email": f"{self.word()}@{domain}",
            "score": secrets.randbelow(11),
            "comment": f"said {self.word()}, and then\n{self.word()}",
        }

    def release(self, count: int, kinds: Iterator[Kind]) -> None:
        """Sends so many requests; what is refused may tell why, but not with the words that were sent."""
        for kind in itertools.islice(kinds, count):
            self._release(kind)
        self._close()

    def release_until(self, crash: Callable[[], None], kinds: Iterator[Kind], after: int) -> None:
        """Sends requests without a pause, lets it crash after so many, and ends with the one that gets no answer."""
        crashing = threading.Thread(target=crash)
        for number, kind in enumerate(kinds):
            if number == after:
                crashing.start()
            assert number < CRASH_LIMIT, "it crashed, and yet every request was answered"
            try:
                self._release(kind)
            except (OSError, http.client.HTTPException):
                assert number >= after, "a request got no answer although nothing crashed"
                break
        crashing.join()

    def _release(self, kind: Kind) -> None:
        self.sent += 1
        answer = kind(self)
        if answer.status >= 400 and b"<form" not in answer.body:
            self._errors.append(answer.body)

    def request(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Answer:
        self._connection = self._connection or connect(self.deployment.http_port)
        try:
            self._connection.request(method, path, body, headers)
            return Answer.read(self._connection.getresponse())
        except (OSError, http.client.HTTPException):
            self._close()
            raise

    def _close(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None

    def sign(self, body: bytes) -> dict[str, str]:
        return signed_headers(self.deployment.secret, body, f"msg_{secrets.token_hex(12)}", int(time.time()))

    def abandon(self) -> None:
        """A request that ends in the middle of a word."""
        word = self.word().encode()
        head = b"POST /webhooks/standard?%b HTTP/1.1\r\nhost: %b\r\ncontent-length: 9999\r\n\r\n" % (word, word)
        self.sent += 1
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.deployment.http_port), timeout=5) as end:
            end.sendall(head + word)

    def assert_silent(self, *texts: bytes) -> None:
        """None of the texts, and none of the errors answered so far, has a word of any canary in it."""
        for text in (*texts, *self._errors):
            lowered = text.lower()
            assert canary.WORD.encode() not in lowered, "a canary sings"
            for run in HEX.findall(lowered):
                windows = (run[start : start + DIGITS] for start in range(len(run) - DIGITS + 1))
                assert not any(window in self._hatched for window in windows), "a part of a canary sings"

    def assert_files_silent(self, files: Iterator[Path]) -> None:
        for file in files:
            self.assert_silent(file.read_bytes())
