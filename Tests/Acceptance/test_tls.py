"""TLS as Mozilla's intermediate profile asks for it, seen by openssl."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import canary
from harness.certificate import make_certificate
from harness.deployment import Deployment
from harness.ports import accepts, free_port
from harness.program import Program
from harness.waiting import wait_until

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
def secure(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Deployment]]:
    directory = tmp_path_factory.mktemp("tls")
    certificate, key = make_certificate(directory, request.param)
    deployment = Deployment(directory, {"tls": {"certificate": str(certificate), "private-key": str(key)}})
    deployment.trust(certificate)
    deployment.start()
    yield request.param, deployment
    deployment.stop()


def test_old_protocols_are_refused(secure: tuple[str, Deployment]) -> None:
    port = secure[1].http_port
    for version in ("-tls1", "-tls1_1"):
        assert not handshake(port, version, "-cipher", EVERYTHING)
    assert handshake(port, "-tls1_2")
    assert handshake(port, "-tls1_3")


def test_only_authenticated_encryption_is_agreed_on(secure: tuple[str, Deployment]) -> None:
    kind, deployment = secure
    offered = subprocess.check_output(["openssl", "ciphers", "-s", "-tls1_2", EVERYTHING], text=True).strip().split(":")
    port = deployment.http_port
    agreed = {suite for suite in offered if handshake(port, "-tls1_2", "-cipher", f"{suite}:@SECLEVEL=0")}
    assert agreed == SUITES[kind]


def test_this_openssl_would_speak_the_old_protocols(tmp_path: Path) -> None:
    """Without this, the refusals above might be the client's own."""
    certificate, key = make_certificate(tmp_path, "RSA")
    port = free_port()
    options = ["-accept", str(port), "-cert", certificate, "-key", key, "-tls1_1", "-cipher", EVERYTHING]
    server = Program(["openssl", "s_server", *options], tmp_path / "server.log", tmp_path)
    try:
        wait_until(lambda: accepts(port), "openssl s_server")
        assert handshake(port, "-tls1_1", "-cipher", EVERYTHING)
    finally:
        server.kill()


def test_a_response_comes_in_over_tls(secure: tuple[str, Deployment]) -> None:
    response = {"id": "tls", "email": canary.address("tls"), "score": 10}
    assert secure[1].sender().post(response).json()["status"] in ("accepted", "unchanged")
