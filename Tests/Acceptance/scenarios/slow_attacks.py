"""Clients that are slow on purpose, many at once, while somebody else asks how the server is."""

import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from harness.certificate import make_certificate
from harness.deployment import Deployment
from harness.program import Program, run_command

CONNECTIONS = 1_000
STALLED = 2_000
LONGEST = 15.0
"""Seconds after which an attacker's connection is closed at the latest."""
MOST_MIB = 150
BYSTANDER = "127.0.0.9"
"""The address of the client that asks; attackers come from 127.0.0.1."""
MODES = {
    "slow headers": ["-H", "-i", "3", "-x", "24"],
    "slow bodies": ["-B", "-i", "3", "-x", "10", "-s", "8192"],
    "ranges": ["-R", "-a", "10", "-b", "3000", "-t", "HEAD"],
    "slow reading": ["-X", "-w", "1", "-y", "20", "-n", "5", "-z", "5", "-k", "3"],
}


@dataclass
class Watch:
    """What is seen while an attack goes on."""

    attackers: int = 0
    longest: float = 0
    """Seconds for which one of its connections was open."""
    most_mib: int = 0
    answers: list[float] = field(default_factory=list)
    """How long each answer to the bystander took."""
    unanswered: list[str] = field(default_factory=list)

    @property
    def slowest(self) -> float:
        return max(self.answers, default=0)

    @property
    def is_well(self) -> bool:
        is_served = len(self.answers) > 10 and not self.unanswered
        return is_served and self.longest <= LONGEST + 1 and self.most_mib <= MOST_MIB and self.attackers > 0


def deployment_settings(directory: Path) -> dict[str, object]:
    """TLS, and no limit for the attackers: they come from a proxy that is trusted, so that all are let in."""
    certificate, key = make_certificate(directory, "ECDSA")
    return {
        "http": {"trusted-proxies": ["127.0.0.1/32"]},
        "tls": {"certificate": str(certificate), "private-key": str(key)},
        "log": {"level": "warning"},
    }


@contextmanager
def watched(deployment: Deployment) -> Iterator[Watch]:
    """Asks for the form ten times a second, over new connections, and looks at those of attackers twice a second."""
    watch = Watch()
    over = threading.Event()

    def ask() -> None:
        trust = deployment.trusted
        while not over.is_set():
            begin = time.monotonic()
            try:
                with (
                    socket.create_connection(
                        ("127.0.0.1", deployment.http_port), timeout=5, source_address=(BYSTANDER, 0)
                    ) as plain,
                    (trust or ssl.create_default_context()).wrap_socket(
                        plain, server_hostname="localhost"
                    ) as connection,
                ):
                    connection.sendall(b"GET /survey HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                    answer = connection.recv(65_536)
                assert answer.startswith(b"HTTP/1.1 200 "), f"answered {answer[:40]!r}"
                watch.answers.append(time.monotonic() - begin)
            except (OSError, AssertionError) as problem:
                watch.unanswered.append(repr(problem))
            over.wait(0.1)

    def look() -> None:
        first: dict[str, float] = {}
        while not over.is_set():
            now = time.monotonic()
            shown = run_command("ss", "-Htn", "state", "established", f"( sport = :{deployment.http_port} )").stdout
            peers = {line.split()[-1] for line in shown.splitlines() if line.split()[-1].startswith("127.0.0.1:")}
            # A port may be used again by another connection once this one is gone.
            first = {peer: first.get(peer, now) for peer in peers}
            watch.attackers = max(watch.attackers, len(peers))
            watch.longest = max(watch.longest, *(now - since for since in first.values()), 0)
            watch.most_mib = max(watch.most_mib, deployment.serve.resident_kib // 1024)
            over.wait(0.5)

    threads = [threading.Thread(target=ask), threading.Thread(target=look)]
    for thread in threads:
        thread.start()
    try:
        yield watch
    finally:
        over.set()
        for thread in threads:
            thread.join()


def slowhttptest(deployment: Deployment, mode: str, seconds: int) -> Watch:
    """Debian's slowhttptest in one of its modes."""
    address = f"https://127.0.0.1:{deployment.http_port}/survey"
    command = ["slowhttptest", "-c", str(CONNECTIONS), "-r", "500", "-l", str(seconds), "-p", "3", "-v", "1"]
    log = deployment.directory / f"slowhttptest-{re.sub(' ', '-', mode)}.log"
    with (
        watched(deployment) as watch,
        Program([*command, *MODES[mode], "-u", address], log, deployment.directory) as attack,
    ):
        # It ends by itself when its time is over or none of its connections is left.
        attack.wait()
    return watch


def stalled_handshakes(deployment: Deployment) -> Watch:
    """Connections that never begin with TLS."""
    with watched(deployment) as watch, ExitStack() as stack:
        opened = [stack.enter_context(socket.socket()) for _ in range(STALLED)]
        for connection in opened:
            connection.settimeout(30)
            connection.connect(("127.0.0.1", deployment.http_port))
        time.sleep(LONGEST + 3)
    return watch


ATTACKS: dict[str, Callable[[Deployment], Watch]] = {
    **{mode: lambda deployment, mode=mode: slowhttptest(deployment, mode, 40) for mode in MODES},  # type: ignore[misc]
    "stalled handshakes": stalled_handshakes,
}
