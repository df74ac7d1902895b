"""TLS as Mozilla's intermediate profile asks for it, seen by openssl."""

import signal
from pathlib import Path

import pytest

from harness.certificate import make_certificate
from harness.deployment import Deploy, Deployment
from harness.ports import accepts, free_port
from harness.program import Program, run_command
from harness.waiting import wait_until
from harness.webhook import Sender, fresh_response

EVERYTHING = "ALL:@SECLEVEL=0"
"""Makes openssl offer also what Debian switched off, so that it is the server that refuses."""

SUITES = {
    "ECDSA": {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"},
    "RSA": {"ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-CHACHA20-POLY1305"},
}


def handshake(port: int, *options: str) -> bool:
    """Whether openssl and the server agree."""
    result = run_command("openssl", "s_client", "-connect", f"127.0.0.1:{port}", *options)
    return result.returncode == 0 and "Cipher is (NONE)" not in result.stdout


@pytest.fixture(scope="module", params=["ECDSA", "RSA"])
def kind(request: pytest.FixtureRequest) -> str:
    """Of the key in the certificate."""
    return str(request.param)


@pytest.fixture(scope="module")
def secure(kind: str, deploy_for_module: Deploy, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    certificate, key = make_certificate(tmp_path_factory.mktemp("certificate"), kind)
    deployment = deploy_for_module({"tls": {"certificate": str(certificate), "private-key": str(key)}})
    deployment.trust(certificate)
    deployment.start()
    return deployment


def test_browsers_are_told_to_stay_with_tls(secure: Deployment) -> None:
    for path in ("/survey", "/nowhere"):
        assert secure.get(path).headers["strict-transport-security"] == "max-age=63072000"


def test_old_protocols_are_refused(secure: Deployment) -> None:
    for version in ("-tls1", "-tls1_1"):
        assert not handshake(secure.http_port, version, "-cipher", EVERYTHING)
    assert handshake(secure.http_port, "-tls1_2")
    assert handshake(secure.http_port, "-tls1_3")


def test_only_authenticated_encryption_is_agreed_on(secure: Deployment, kind: str) -> None:
    offered = run_command("openssl", "ciphers", "-s", "-tls1_2", EVERYTHING).stdout.strip().split(":")
    port = secure.http_port
    agreed = {suite for suite in offered if handshake(port, "-tls1_2", "-cipher", f"{suite}:@SECLEVEL=0")}
    assert agreed == SUITES[kind]


def test_a_response_comes_in_over_tls(secure: Deployment) -> None:
    assert secure.post(fresh_response("tls")).json()["status"] == "accepted"


def presented(port: int) -> str:
    """The fingerprint of the certificate that a new connection sees."""
    shown = run_command("openssl", "s_client", "-connect", f"127.0.0.1:{port}").stdout
    result = run_command("openssl", "x509", "-noout", "-fingerprint", "-sha256", typed=shown)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("new_kind", ["ECDSA", "RSA"])
def test_a_renewed_certificate_is_used_without_a_restart(deploy: Deploy, new_kind: str) -> None:
    deployment = deploy()
    certificate, key = make_certificate(deployment.directory, "ECDSA")
    deployment.configure({"tls": {"certificate": str(certificate), "private-key": str(key)}})
    deployment.trust(certificate)
    deployment.start()
    first = presented(deployment.http_port)
    with Sender(deployment.http_port, deployment.secret, trust=deployment.trusted) as open_before:
        assert open_before.post(fresh_response("before")).status == 200

        renewal = deployment.directory / "renewal"
        renewal.mkdir()
        new_certificate, new_key = make_certificate(renewal, new_kind)
        # Half of a renewal: a certificate without its key stays unused.
        new_certificate.replace(certificate)
        deployment.serve.signal(signal.SIGHUP)
        wait_until(lambda: "the certificate in use stays" in deployment.serve.log.read_text(), "the complaint")
        assert presented(deployment.http_port) == first

        new_key.replace(key)
        deployment.serve.signal(signal.SIGHUP)
        wait_until(lambda: presented(deployment.http_port) != first, "the new certificate")
        assert open_before.post(fresh_response("after")).status == 200, "an open connection was cut"
    deployment.trust(certificate)
    assert deployment.post(fresh_response("renewed")).status == 200


def test_this_openssl_would_speak_the_old_protocols(tmp_path: Path) -> None:
    """Without this, the refusals above might be the client's own."""
    certificate, key = make_certificate(tmp_path, "RSA")
    port = free_port()
    options = ["-accept", str(port), "-cert", str(certificate), "-key", str(key), "-tls1_1", "-cipher", EVERYTHING]
    with Program(["openssl", "s_server", "-www", *options], tmp_path / "server.log", tmp_path):
        wait_until(lambda: accepts(port), "openssl s_server")
        assert handshake(port, "-tls1_1", "-cipher", EVERYTHING)
