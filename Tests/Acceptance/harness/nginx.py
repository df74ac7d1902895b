"""The shipped nginx.conf in a real nginx."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.certificate import make_certificate
from harness.deployment import REPOSITORY
from harness.ports import accepts
from harness.program import Program, run_command
from harness.shipped import replaced
from harness.waiting import wait_until

SHIPPED = REPOSITORY / "deploy/nginx.conf"


PLACES = {
    "certificate": "/etc/letsencrypt/live/localhost/fullchain.pem",
    "key": "/etc/letsencrypt/live/localhost/privkey.pem",
    "log": "/var/log/nginx/nps-collector.log",
    "errors": "/var/log/nginx/nps-collector-error.log",
}


@contextmanager
def running_nginx(
    directory: Path, port: int, plain_port: int, shipped: Path = SHIPPED, places: dict[str, str] = PLACES
) -> Iterator[Path]:
    """nginx with a shipped file, whose names and places are replaced by the test's; gives its certificate."""
    certificate, key = make_certificate(directory, "ECDSA")
    site = directory / "site.conf"
    changes = {
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
        "listen [::]:443 ssl http2;": "",
        "listen 80;": f"listen 127.0.0.1:{plain_port};",
        "listen [::]:80;": "",
        "feedback.example.com": "localhost",
        f"{places['errors']} ": f"{directory / 'nginx-error.log'} ",
        f"{places['log']} ": f"{directory / 'nginx-access.log'} ",
        places["certificate"]: str(certificate),
        places["key"]: str(key),
    }
    site.write_text(replaced(shipped.read_text(), changes))
    with plain_nginx(directory, port, f"include {site};"):
        yield certificate


@contextmanager
def plain_nginx(directory: Path, port: int, site: str) -> Iterator[None]:
    """nginx with this in its http block, where something listens at the port."""
    main = directory / "main.conf"
    temporary = "".join(
        f"{kind}_temp_path {directory}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # As Debian's packages have it; only root may change to another user.
    user = "user www-data;" if os.getuid() == 0 else ""
    main.write_text(
        f"{user} daemon off; pid {directory}/nginx.pid; error_log {directory}/nginx.log; worker_processes 1;"
        f"events {{}} http {{ {temporary} {site} }}"
    )
    command: list[str | Path] = ["/usr/sbin/nginx", "-c", main, "-e", directory / "nginx.log", "-p", directory]
    tested = run_command(*command, "-t")
    assert tested.returncode == 0, tested.stderr
    with Program(command, directory / "nginx-output.log", directory) as nginx:
        wait_until(lambda: accepts(port), "nginx")
        yield
        nginx.stop()


def shipped_for(directory: Path, collector_port: int, more_changes: dict[str, str] | None = None) -> Path:
    """The shipped file for a collector at this port."""
    changed = directory / "shipped.conf"
    changes = {"127.0.0.1:8080": f"127.0.0.1:{collector_port}"} | (more_changes or {})
    changed.write_text(replaced(SHIPPED.read_text(), changes))
    return changed
