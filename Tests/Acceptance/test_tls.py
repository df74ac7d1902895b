"""TLS as Mozilla's intermediate profile asks for it, seen by openssl."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.certificate import make_certificate
from harness.deployment import Deployment
from harness.ports import accepts, free_port
from harness.program import Program
from harness.waiting import wait_until
from harness.webhook import fresh_response

EVERYTHING = "ALL:@SECLEVEL=0"
"""Makes openssl offer also what Debian switched off, so that it is the server that refuses."""

SUITES = {
    "ECDSA": {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"},
    "RSA": {"ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-CHACHA20-POLY1305"},
}


def handshake(port: int, *options: str) -> bool:
    """Whether openssl and the server agree."""
    result = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", *options],
        input="",
        capture_output=True,
        text=True,
        timeout=20,
    )
    return result.returncode == 0 and "Cipher is (NONE)" not in result.stdout


@pytest.fixture(scope="module", params=["ECDSA", "RSA"])
def kind(request: pytest.FixtureRequest) -> str:
    """Of the key in the certificate."""
    return str(request.param)


@pytest.fixture(scope="module")
def secure(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    directory = tmp_path_factory.mktemp("tls")
    certificate, key = make_certificate(directory, kind)
    deployment = Deployment(directory, {"tls": {"certificate": str(certificate), "private-key": str(key)}})
    deployment.trust(certificate)
    deployment.start()
    yield deployment
    deployment.stop()


def test_old_protocols_are_refused(secure: Deployment) -> None:
    for version in ("-tls1", "-tls1_1"):
        assert not handshake(secure.http_port, version, "-cipher", EVERYTHING)
    assert handshake(secure.http_port, "-tls1_2")
    assert handshake(secure.http_port, "-tls1_3")


def test_only_authenticated_encryption_is_agreed_on(secure: Deployment, kind: str) -> None:
    offered = subprocess.check_output(["openssl", "ciphers", "-s", "-tls1_2", EVERYTHING], text=True).strip().split(":")
    port = secure.http_port
    agreed = {suite for suite in offered if handshake(port, "-tls1_2", "-cipher", f"{suite}:@SECLEVEL=0")}
    assert agreed == SUITES[kind]


def test_a_response_comes_in_over_tls(secure: Deployment) -> None:
    assert secure.post(fresh_response("tls")).json()["status"] == "accepted"


def test_this_openssl_would_speak_the_old_protocols(tmp_path: Path) -> None:
    """Without this, the refusals above might be the client's own."""
    certificate, key = make_certificate(tmp_path, "RSA")
    port = free_port()
    options = ["-accept", str(port), "-cert", str(certificate), "-key", str(key), "-tls1_1", "-cipher", EVERYTHING]
    server = Program(["openssl", "s_server", "-www", *options], tmp_path / "server.log", tmp_path)
    try:
        wait_until(lambda: accepts(port), "openssl s_server")
        assert handshake(port, "-tls1_1", "-cipher", EVERYTHING)
    finally:
        server.kill()
