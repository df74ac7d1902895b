"""The servers that are measured: the collector alone, nginx that does nothing, and a Go receiver."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.deployment import Deployment
from harness.links import HEADER, by_joserfc, claims, new_key
from harness.ports import accepts, free_port
from harness.program import Program, run_command
from harness.waiting import wait_until
from measuring.signed_requests import TYPEFORM

RECEIVER = Path(__file__).parents[1] / "receiver"
GO_SOURCES = Path("/usr/share/gocode")
"""Where Debian's packages of Go libraries are."""
LINK_KEY = new_key()


@dataclass(frozen=True)
class Server:
    """One that runs."""

    address: str
    processes: list[int]


def settings(log_level: str) -> dict[str, object]:
    return {
        "log": {"level": log_level},
        "survey": {"link-keys": [f"k:{LINK_KEY}"]},
        "webhooks": {"typeform": {"secrets": [TYPEFORM.secret]}},
    }


def link() -> str:
    """The path of a personal link, with a score."""
    token = by_joserfc(claims("bench", lifetime=86_400), LINK_KEY, HEADER | {"kid": "k"})
    return f"/s/{token}/9"


@contextmanager
def collector(deployment: Deployment) -> Iterator[Server]:
    """The collector alone: the API is away, so that accepting is measured and not delivering."""
    deployment.start_serve()
    yield Server(f"http://127.0.0.1:{deployment.http_port}", [deployment.serve.pid])
    deployment.serve.stop()
    # A line for each of millions of requests, among which the harness would look for private data.
    deployment.serve.log.unlink()


@contextmanager
def nginx(directory: Path) -> Iterator[Server]:
    """nginx that answers 200 and does nothing else."""
    port = free_port()
    config = directory / "nginx.conf"
    config.write_text(
        f"daemon off; pid {directory}/nginx.pid; worker_processes auto; events {{ worker_connections 1024; }}"
        "http { access_log off; keepalive_requests 1000000000;"
        f" server {{ listen 127.0.0.1:{port}; location / {{ return 200 ok; }} }} }}"
    )
    command: list[str | Path] = ["/usr/sbin/nginx", "-c", config, "-e", directory / "nginx-error.log", "-p", directory]
    with Program(command, directory / "nginx.log", directory) as program:
        wait_until(lambda: accepts(port), "nginx")
        workers = run_command("pgrep", "-P", str(program.pid)).stdout
        yield Server(f"http://127.0.0.1:{port}", [int(worker) for worker in workers.split()])
        program.stop()


def missing_for_receiver() -> str | None:
    """What there is not and the Go receiver needs; None when it can be built."""
    if not shutil.which("go"):
        return "Go is not installed (Debian's golang)"
    if not (GO_SOURCES / "src/github.com/mattn/go-sqlite3").is_dir():
        return "go-sqlite3 is not installed (Debian's golang-github-mattn-go-sqlite3-dev)"
    return None


@contextmanager
def go_receiver(directory: Path, secret: str) -> Iterator[Server]:
    """The receiver in the folder `receiver`, built from source, with a file of its own."""
    port, program_file = free_port(), directory / "receiver"
    environment = os.environ | {"GO111MODULE": "off", "GOPATH": str(GO_SOURCES), "GOFLAGS": "", "CGO_ENABLED": "1"}
    subprocess.run(["go", "build", "-o", program_file, "."], check=True, cwd=RECEIVER, env=environment)
    command: list[str | Path] = [program_file, "-port", str(port), "-database", directory / "receiver.db"]
    with Program(command, directory / "receiver.log", directory, {"RECEIVER_SECRET": secret}) as program:
        wait_until(lambda: accepts(port), "the Go receiver")
        yield Server(f"http://127.0.0.1:{port}", [program.pid])
