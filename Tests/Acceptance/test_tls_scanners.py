"""TLS as scanners see it, and certificates that change under the hands of clients."""

import signal
import socket
import ssl
import sys
import threading
from pathlib import Path

import pytest

from harness.certificate import make_certificate
from harness.deployment import Deploy
from harness.mozilla import write_profile
from harness.program import run_command
from harness.proxies import KINDS, running_front
from harness.waiting import wait_until

ROTATIONS = 100
CLIENTS = 4


def sslyze(profile: Path, port: int) -> str:
    """What SSLyze says of the server at this port; fails unless that is in accord with the profile."""
    result = run_command(sys.executable, "-m", "sslyze", "--custom_tls_config", profile, f"localhost:{port}")
    assert result.returncode == 0, result.stdout[-1_500:] + result.stderr[-500:]
    return result.stdout


@pytest.mark.parametrize(("profile", "key"), [("intermediate", "ECDSA"), ("intermediate", "RSA"), ("modern", "ECDSA")])
def test_the_collector_follows_mozilla(profile: str, key: str, deploy: Deploy, tmp_path: Path) -> None:
    deployment = deploy()
    certificate, private_key = make_certificate(deployment.directory, key)
    deployment.configure({"tls": {"certificate": str(certificate), "private-key": str(private_key), "profile": profile}})
    deployment.trust(certificate)
    deployment.start_serve()
    said = sslyze(write_profile(profile, tmp_path), deployment.http_port)
    assert "COMPLIANT" in said and "NOT COMPLIANT" not in said


@pytest.mark.parametrize("kind", KINDS)
def test_a_proxy_as_shipped_follows_mozilla(kind: str, deploy: Deploy, tmp_path: Path) -> None:
    deployment = deploy()
    deployment.start_serve()
    with running_front(kind, tmp_path, deployment.http_port) as front:
        sslyze(write_profile("intermediate", tmp_path), front.port)


def test_sslyze_would_complain(deploy: Deploy, tmp_path: Path) -> None:
    """Of a certificate with an RSA key, say, which is not modern."""
    deployment = deploy()
    certificate, private_key = make_certificate(deployment.directory, "RSA")
    deployment.configure({"tls": {"certificate": str(certificate), "private-key": str(private_key)}})
    deployment.trust(certificate)
    deployment.start_serve()
    with pytest.raises(AssertionError, match="COMPLIANT|ompliant"):
        sslyze(write_profile("modern", tmp_path), deployment.http_port)


def test_a_hundred_renewals_fail_no_handshake(deploy: Deploy, tmp_path: Path) -> None:
    """Clients connect all the time, while the two files are replaced one after the other and the program is told."""
    pairs = []
    for number in range(2):
        directory = tmp_path / str(number)
        directory.mkdir()
        pairs.append(make_certificate(directory, "ECDSA"))
    deployment = deploy({"log": {"level": "info"}})
    certificate, key = deployment.directory / "certificate.pem", deployment.directory / "key.pem"

    def put(pair: tuple[Path, Path]) -> None:
        for source, place in zip(pair, (certificate, key), strict=True):
            renewed = place.with_suffix(".new")
            renewed.write_bytes(source.read_bytes())
            renewed.replace(place)

    put(pairs[0])
    deployment.configure({"tls": {"certificate": str(certificate), "private-key": str(key)}, "log": {"level": "info"}})
    deployment.trust(pairs[0][0])
    deployment.start_serve()
    known = [ssl.PEM_cert_to_DER_cert(pair[0].read_text()) for pair in pairs]
    trust = ssl.create_default_context()
    for pair in pairs:
        trust.load_verify_locations(pair[0])
    seen: list[bytes] = []
    failures: list[Exception] = []
    over = threading.Event()

    def connect() -> bytes:
        with (
            socket.create_connection(("127.0.0.1", deployment.http_port), timeout=30) as plain,
            trust.wrap_socket(plain, server_hostname="localhost") as connection,
        ):
            connection.sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            assert b" 200 OK" in connection.recv(65_536)
            return connection.getpeercert(binary_form=True) or b""

    def client() -> None:
        while not over.is_set():
            try:
                seen.append(connect())
            except (OSError, AssertionError) as failure:
                failures.append(failure)

    clients = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in clients:
        thread.start()
    try:
        for rotation in range(1, ROTATIONS + 1):
            put(pairs[rotation % 2])
            deployment.serve.signal(signal.SIGHUP)
            wait_until(lambda: connect() == known[rotation % 2], f"certificate {rotation}", interval=0.005)  # noqa: B023
    finally:
        over.set()
        for thread in clients:
            thread.join()
    assert not failures, failures[:3]
    assert len(seen) > ROTATIONS and set(seen) == set(known)
