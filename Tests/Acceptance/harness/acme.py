"""Debian's pebble, a certificate authority for tests that speaks ACME (RFC 8555), and Debian's certbot, its client."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.certificate import make_certificate
from harness.http_client import fetch
from harness.ports import accepts, free_port
from harness.program import Program, run_command
from harness.waiting import LONG_DEADLINE, wait_until

if TYPE_CHECKING:
    import subprocess

QUERY_A = b"\x00\x01\x00\x01"
"""The type A and the class IN (RFC 1035 §3.2)."""
ANSWER = b"\xc0\x0c" + QUERY_A + b"\x00\x00\x00\x01\x00\x04" + bytes([127, 0, 0, 1])
"""Of the name in the question, 127.0.0.1."""


class LoopbackNames:
    """A DNS server to which every name is this machine's."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                query, client = self._socket.recvfrom(512)
            except OSError:
                return
            end = query.index(b"\x00", 12) + 5
            question = query[12:end]
            answers = [ANSWER] if question.endswith(QUERY_A) else []
            counts = b"\x00\x01" + len(answers).to_bytes(2) + bytes(4)
            self._socket.sendto(query[:2] + b"\x81\x80" + counts + question + b"".join(answers), client)

    def close(self) -> None:
        self._socket.close()


@dataclass(frozen=True)
class Pebble:
    directory: Path
    port: int
    management_port: int

    def root(self) -> Path:
        """The certificate of the authority that it made at its start."""
        trust = self.directory / "certificate.pem"
        address = f"https://localhost:{self.management_port}/roots/0"
        root = self.directory / "root.pem"
        result = run_command("curl", "-sSf", "--noproxy", "*", "--cacert", trust, "-o", root, address)
        assert result.returncode == 0, result.stderr
        return root

    def certbot(self, *words: str | Path, variables: dict[str, str]) -> "subprocess.CompletedProcess[str]":
        """Runs certbot with this authority, and with these variables, which its hooks get, too."""
        folders: list[str | Path] = []
        for name in ("config", "work", "logs"):
            folders += [f"--{name}-dir", self.directory / f"certbot-{name}"]
        environment = {"REQUESTS_CA_BUNDLE": str(self.directory / "certificate.pem"), "NO_PROXY": "*"} | variables
        server = ["--server", f"https://localhost:{self.port}/dir", "--non-interactive"]
        return run_command("certbot", *words, *server, *folders, environment=environment, timeout=LONG_DEADLINE)


@contextmanager
def running_pebble(directory: Path, http_port: int) -> Iterator[Pebble]:
    """An authority that asks every host, which is this machine, at `http_port`."""
    directory.mkdir()
    certificate, key = make_certificate(directory, "ECDSA")
    port, management_port = free_port(), free_port()
    settings = {
        "listenAddress": f"127.0.0.1:{port}",
        "managementListenAddress": f"127.0.0.1:{management_port}",
        "certificate": str(certificate),
        "privateKey": str(key),
        "httpPort": http_port,
        "tlsPort": free_port(),
        "ocspResponderURL": "",
        "externalAccountBindingRequired": False,
    }
    config = directory / "pebble.json"
    config.write_text(json.dumps({"pebble": settings}))
    names = LoopbackNames()
    command = ["pebble", "-config", str(config), "-strict", "-dnsserver", f"127.0.0.1:{names.port}"]
    environment = {"PEBBLE_VA_NOSLEEP": "1"}
    try:
        with Program(command, directory / "pebble.log", directory, environment):
            wait_until(lambda: accepts(port) and accepts(management_port), "pebble")
            yield Pebble(directory, port, management_port)
    finally:
        names.close()


def challenge(port: int, token: str) -> tuple[int, bytes]:
    """What the authority would see."""
    answer = fetch(port, "GET", f"/.well-known/acme-challenge/{token}")
    return answer.status, answer.body
