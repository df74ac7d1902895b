"""A service manager as far as a service notices it: it opens the sockets, passes them on, and is notified."""

import fcntl
import os
import secrets
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from harness.deployment import Deployment
from harness.waiting import wait_until

FIRST_DESCRIPTOR = 3
HIGH = 100
"""Copies of descriptors get numbers from here on, which nothing else has."""


def listening(port: int) -> socket.socket:
    """A socket as a socket unit opens it, with as many waiting connections as the kernel allows."""
    opened = socket.socket()
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.bind(("127.0.0.1", port))
    opened.listen(65_535)
    return opened


def listening_unix(path: Path) -> socket.socket:
    opened = socket.socket(socket.AF_UNIX)
    opened.bind(str(path))
    opened.listen(65_535)
    return opened


class ServiceManager:
    """Holds sockets by their names while collectors come and go, and keeps what they say of themselves."""

    def __init__(self, directory: Path, sockets: Mapping[str, socket.socket], is_abstract: bool = False) -> None:
        self.messages: list[tuple[float, str]] = []
        """What it was told, with the time by the monotonic clock."""
        self._sockets = dict(sockets)
        self._notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        name = f"nps-{secrets.token_hex(6)}"
        self.address = f"@{name}" if is_abstract else str(directory / name)
        self._notified.bind(f"\0{name}" if is_abstract else self.address)
        self._notified.settimeout(0.1)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._listen)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()
        for opened in (self._notified, *self._sockets.values()):
            opened.close()

    def _listen(self) -> None:
        while not self._ending.is_set():
            try:
                message = self._notified.recv(4_096).decode()
            except TimeoutError:
                continue
            self.messages.append((time.monotonic(), message))

    def said(self, text: str) -> bool:
        """Whether a message has this as one of its lines, or as the beginning of one."""
        return any(line.startswith(text) for _, message in self.messages for line in message.split("\n"))

    def await_said(self, text: str) -> None:
        wait_until(lambda: self.said(text), f"{text}; it said {self.messages}")

    @property
    def statuses(self) -> list[str]:
        lines = [line for _, message in self.messages for line in message.split("\n")]
        return [line.removeprefix("STATUS=") for line in lines if line.startswith("STATUS=")]

    def begin(self, deployment: Deployment, watchdog_seconds: float | None = None, prefix: Sequence[str] = ()) -> None:
        """Starts the collector as a service, under the command `prefix` if there is one, and doesn't wait for it."""
        copies = [fcntl.fcntl(opened, fcntl.F_DUPFD, HIGH) for opened in self._sockets.values()]
        variables = {"NOTIFY_SOCKET": self.address}
        if copies:
            variables |= {"LISTEN_FDS": str(len(copies)), "LISTEN_FDNAMES": ":".join(self._sockets)}
        if watchdog_seconds:
            variables["WATCHDOG_USEC"] = str(int(watchdog_seconds * 1_000_000))
        # The process keeps its id through both programs, and the sockets get the numbers that a service expects.
        moves = "".join(f" {FIRST_DESCRIPTOR + n}<&{copy} {copy}<&-" for n, copy in enumerate(copies))
        script = f'exec env LISTEN_PID=$$ WATCHDOG_PID=$$ "$@"{moves}'
        words = [f"{name}={value}" for name, value in variables.items()]
        try:
            deployment.begin_serve(["bash", "-c", script, "bash", *words, *prefix], copies)
        finally:
            for copy in copies:
                os.close(copy)

    def start(self, deployment: Deployment, watchdog_seconds: float | None = None, prefix: Sequence[str] = ()) -> None:
        """Starts the collector as a service and waits until it says that it is ready."""
        before = self.count("READY=1")
        self.begin(deployment, watchdog_seconds, prefix)

        def is_ready() -> bool:
            assert deployment.serve.is_running, deployment.serve.tail()
            return self.count("READY=1") > before

        wait_until(is_ready, "READY=1", interval=0.01)

    def count(self, line: str) -> int:
        return sum(line in message.split("\n") for _, message in self.messages)

    def await_count(self, line: str, count: int) -> None:
        wait_until(lambda: self.count(line) >= count, f"{line} {count} times", interval=0.01)
