"""The public listener at a Unix socket, with the real nginx in front of it."""

import itertools
import os
import socket
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.certificate import make_certificate
from harness.deployment import REPOSITORY, Deploy, Deployment
from harness.http_client import FORM_HEADERS, fetch
from harness.nginx import plain_nginx
from harness.ports import free_port
from harness.shipped import replaced
from harness.waiting import wait_until
from harness.webhook import Sender, fresh_response

UNREACHABLE = 69
CONFIGURATION = 78
PROXY = "www-data"
"""The group that Debian's nginx works in."""
IS_ROOT = os.getuid() == 0


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that everybody may enter, as /run/nps-collector is."""
    with tempfile.TemporaryDirectory(prefix="nps-") as directory:
        Path(directory).chmod(0o755)
        yield Path(directory) / "public.sock"


def ask(path: Path, request: str = "GET /readyz") -> bytes:
    """One request by the socket itself."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        connection.sendall(f"{request} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def start(deployment: Deployment) -> None:
    deployment.start_serve(logged="accepting responses")


def block_of_page(marker: str) -> str:
    """The nginx configuration in the page Operations that has this in it."""
    page = (REPOSITORY / "Sources/NPSApp/Documentation.docc/Operations.md").read_text()
    return next(text.split("```")[0] for text in page.split("```nginx\n") if marker in text)


def front(path: Path, port: int) -> str:
    """nginx in front of a collector at this socket, as the page has it. Each client is a header of the test's."""
    upstream = replaced(block_of_page("server unix:"), {"/run/nps-collector.sock": str(path)})
    return upstream + (
        f"server {{ listen 127.0.0.1:{port}; access_log off; location / {{"
        "  proxy_http_version 1.1; proxy_set_header Connection ''; proxy_pass http://nps_collector;"
        "  proxy_set_header X-Forwarded-For $http_x_test_client; } }"
    )


def test_nginx_in_front_is_believed_and_each_of_its_clients_has_a_limit_of_its_own(
    deploy: Deploy, tmp_path: Path, place: Path
) -> None:
    port = free_port()
    http: dict[str, object] = {"unix-socket": str(place), "public-url": "https://nps.example.com"}
    if IS_ROOT:
        http["unix-socket-group"] = PROXY
    deployment = deploy({"http": http})
    start(deployment)
    with plain_nginx(tmp_path, port, front(place, port)):

        def allowed(client: str) -> int:
            """How many forms are let through before one is refused."""
            headers = FORM_HEADERS | {"x-test-client": client}
            for count in itertools.count():
                if fetch(port, "POST", "/survey", headers, b"score=11").status == 429:
                    return count
            raise AssertionError("unreachable")

        assert fetch(port, "GET", "/survey").status == 200
        burst = allowed("198.51.100.1")
        assert burst > 20
        assert allowed("198.51.100.1") < burst / 2
        assert allowed("198.51.100.2") > burst / 2
        # What stands further left was written by the client itself.
        assert allowed("203.0.113.5, 198.51.100.2") < burst / 2
        with Sender(port, deployment.secret) as sender:
            assert sender.post(fresh_response("unix")).json()["status"] == "accepted"
    assert "http.trusted-proxies" not in deployment.serve.log.read_text()


@pytest.mark.skipif(not IS_ROOT, reason="only root may start nginx as another user")
def test_whoever_is_not_in_the_group_stays_out(deploy: Deploy, tmp_path: Path, place: Path) -> None:
    port = free_port()
    deployment = deploy({"http": {"unix-socket": str(place), "unix-socket-group": "root"}})
    start(deployment)
    with plain_nginx(tmp_path, port, front(place, port)):
        assert fetch(port, "GET", "/survey").status == 502
    assert "Permission denied" in (tmp_path / "nginx.log").read_text()


def test_mode_and_group_are_those_of_the_settings(deploy: Deploy, place: Path) -> None:
    group = 33 if IS_ROOT else os.getgid()
    settings = {"unix-socket": str(place), "unix-socket-mode": "0620", "unix-socket-group": str(group)}
    deployment = deploy({"http": settings})
    start(deployment)
    status = place.lstat()
    assert (stat.S_IMODE(status.st_mode), status.st_gid) == (0o620, group)
    assert ask(place).startswith(b"HTTP/1.1 200 ")


def test_the_file_goes_with_the_collector_and_what_a_killed_one_left_is_replaced(deploy: Deploy, place: Path) -> None:
    deployment = deploy({"http": {"unix-socket": str(place)}})
    start(deployment)
    deployment.serve.kill()
    assert place.exists()
    deployment.serve.log.unlink()
    start(deployment)
    assert ask(place).startswith(b"HTTP/1.1 200 ")
    assert deployment.serve.stop() == 0
    assert not place.exists()


def test_no_other_collectors_socket_is_taken(deploy: Deploy, place: Path) -> None:
    first, second = deploy({"http": {"unix-socket": str(place)}}), deploy({"http": {"unix-socket": str(place)}})
    start(first)
    result = second.run("serve")
    assert result.returncode == UNREACHABLE
    assert f"{place} is taken by another program" in result.stderr
    wait_until(lambda: ask(place).startswith(b"HTTP/1.1 200 "), "the first to go on")


def test_what_is_no_socket_stays_and_check_says_so(deploy: Deploy, place: Path) -> None:
    target = place.with_name("target")
    target.write_text("precious")
    place.symlink_to(target)
    deployment = deploy({"http": {"unix-socket": str(place)}})
    for verb in ("check", "serve"):
        result = deployment.run(verb)
        assert result.returncode == CONFIGURATION
        assert "is no socket" in result.stderr
    assert place.is_symlink() and target.read_text() == "precious"


@pytest.mark.parametrize(
    ("settings", "status", "said"),
    [
        ({"http": {"unix-socket": "missing/public.sock"}}, CONFIGURATION, "No such file or directory"),
        ({"http": {"unix-socket": "nps-collector.yaml/public.sock"}}, CONFIGURATION, "Not a directory"),
        # TEST-NET-1 of RFC 5737, which no machine has.
        ({"http": {"host": "192.0.2.77"}}, UNREACHABLE, "Cannot assign requested address"),
        ({"admin": {"host": "192.0.2.77"}}, UNREACHABLE, "Cannot assign requested address"),
        ({"queue": {"url": "sqlite:missing/queue.db"}}, CONFIGURATION, "there is no directory"),
        ({"queue": {"url": "sqlite:nps-collector.yaml"}}, CONFIGURATION, "is no SQLite database"),
        ({"queue": {"url": "sqlite:."}}, CONFIGURATION, "is a directory"),
    ],
)
def test_what_keeps_a_collector_from_starting_has_one_status(
    deploy: Deploy, settings: dict[str, dict[str, str]], status: int, said: str
) -> None:
    deployment = deploy(settings)
    results = [deployment.run(verb) for verb in ("check", "serve")]
    assert [result.returncode for result in results] == [status, status]
    assert all(said in result.stderr for result in results), [result.stderr for result in results]


def relay(port: int, planhat: str, authority: Path) -> str:
    """The configuration that the page Operations has for what goes out, for another Planhat."""
    changes = {
        "127.0.0.1:8480": f"127.0.0.1:{port}",
        "https://api.planhat.com": f"https://{planhat}",
        "Host api.planhat.com": "Host localhost",
        "/etc/ssl/certs/ca-certificates.crt": str(authority),
    }
    return replaced(block_of_page("proxy_ssl_verify on"), changes)


@pytest.mark.parametrize("is_genuine", [True, False], ids=["genuine", "false"])
def test_what_goes_to_planhat_may_pass_a_proxy_on_this_machine(
    deploy: Deploy, tmp_path: Path, is_genuine: bool
) -> None:
    certificate, key = make_certificate(tmp_path, "ECDSA")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    authority = certificate if is_genuine else make_certificate(elsewhere, "ECDSA")[0]
    port, planhat_port = free_port(), free_port()
    deployment = deploy({"planhat": {"url": f"http://127.0.0.1:{port}"}})
    deployment.start_sandbox()
    planhat = (
        f"server {{ listen 127.0.0.1:{planhat_port} ssl; access_log off;"
        f" ssl_certificate {certificate}; ssl_certificate_key {key};"
        f" location / {{ proxy_pass http://127.0.0.1:{deployment.sandbox_port}; }} }}"
    )
    site = relay(port, f"localhost:{planhat_port}", authority) + planhat
    with plain_nginx(tmp_path, port, site):
        deployment.start_serve()
        assert deployment.post(fresh_response("relay")).status == 200
        if is_genuine:
            assert deployment.await_drained()["delivered"] == 1
        else:
            wait_until(lambda: "certificate verify error" in (tmp_path / "nginx.log").read_text(), "nginx to refuse it")
            assert deployment.books()["delivered"] == 0
            assert deployment.statistics()["requestsTotal"] == 0
        deployment.serve.stop()
