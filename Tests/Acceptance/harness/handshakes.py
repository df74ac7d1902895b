"""Clients that open TLS connections all the time, and certificates that change meanwhile."""

import socket
import ssl
import threading
from pathlib import Path
from typing import Self

CLIENTS = 4


class Clients:
    """Connect all the time, asking for `host`, and note which certificate they saw."""

    def __init__(self, port: int, trust: ssl.SSLContext, host: str = "localhost") -> None:
        self.port, self.trust, self.host = port, trust, host
        self.seen: list[bytes] = []
        self.failures: list[Exception] = []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(CLIENTS)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def connect(self) -> bytes:
        """The certificate that a new connection sees, over which a request is answered."""
        with (
            socket.create_connection(("127.0.0.1", self.port), timeout=30) as plain,
            self.trust.wrap_socket(plain, server_hostname=self.host) as connection,
        ):
            connection.sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            assert b" 200 OK" in connection.recv(65_536)
            return connection.getpeercert(binary_form=True) or b""

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                self.seen.append(self.connect())
            except (OSError, AssertionError) as failure:
                self.failures.append(failure)


def put(pair: tuple[Path, Path], places: tuple[Path, Path]) -> None:
    """Replaces the certificate, and then the key: in between they don't belong together."""
    for source, place in zip(pair, places, strict=True):
        renewed = place.with_suffix(".new")
        renewed.write_bytes(source.read_bytes())
        renewed.replace(place)
