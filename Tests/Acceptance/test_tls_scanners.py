"""TLS as scanners see it, and certificates that change under the hands of clients."""

import re
import signal
import socket
import ssl
import threading
from pathlib import Path
from typing import Self

import pytest

from harness.certificate import make_certificate
from harness.deployment import REPOSITORY, Deploy
from harness.mozilla import write_profile
from harness.program import run_command
from harness.proxies import KINDS, running_front
from harness.waiting import wait_until

PYTHON = REPOSITORY / ".venv-sslyze/bin/python"
"""SSLyze's own; `prepare_sslyze` in deploy/lib.bash makes it."""
ROTATIONS = 100
CLIENTS = 4


def sslyze(profile: Path, port: int) -> set[str]:
    """What SSLyze finds of the server at this port that isn't in accord with the profile."""
    result = run_command(PYTHON, "-m", "sslyze", "--custom_tls_config", profile, f"localhost:{port}")
    assert "SCANS COMPLETED" in result.stdout, result.stdout[-1_500:] + result.stderr[-500:]
    verdict = result.stdout.partition("COMPLIANCE AGAINST TLS CONFIGURATION")[2]
    return set(re.findall(r"^ +\* (\w+): ", verdict, re.MULTILINE))


SELF_SIGNED = {"certificate_path_validation"}
"""The only thing that is wrong: nobody signed the certificate but the test."""


@pytest.mark.parametrize(("profile", "key"), [("intermediate", "ECDSA"), ("intermediate", "RSA"), ("modern", "ECDSA")])
def test_the_collector_follows_mozilla(profile: str, key: str, deploy: Deploy, tmp_path: Path) -> None:
    deployment = deploy()
    certificate, private_key = make_certificate(deployment.directory, key)
    deployment.configure(
        {"tls": {"certificate": str(certificate), "private-key": str(private_key), "profile": profile}}
    )
    deployment.trust(certificate)
    deployment.start_serve()
    assert sslyze(write_profile(profile, tmp_path), deployment.http_port) == SELF_SIGNED


@pytest.mark.parametrize("kind", KINDS)
def test_a_proxy_as_shipped_follows_mozilla(kind: str, deploy: Deploy, tmp_path: Path) -> None:
    deployment = deploy()
    deployment.start_serve()
    with running_front(kind, tmp_path, deployment.http_port) as front:
        assert sslyze(write_profile("intermediate", tmp_path), front.port) == SELF_SIGNED


def test_sslyze_would_complain(deploy: Deploy, tmp_path: Path) -> None:
    """Of a certificate with an RSA key, say, which is not modern."""
    deployment = deploy()
    certificate, private_key = make_certificate(deployment.directory, "RSA")
    deployment.configure({"tls": {"certificate": str(certificate), "private-key": str(private_key)}})
    deployment.trust(certificate)
    deployment.start_serve()
    found = sslyze(write_profile("modern", tmp_path), deployment.http_port)
    assert {"certificate_types", "tls_versions"} <= found


class Clients:
    """Connect all the time, and note which certificate they saw."""

    def __init__(self, port: int, trust: ssl.SSLContext) -> None:
        self.port, self.trust = port, trust
        self.seen: list[bytes] = []
        self.failures: list[Exception] = []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(CLIENTS)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def connect(self) -> bytes:
        """The certificate that a new connection sees, over which a request is answered."""
        with (
            socket.create_connection(("127.0.0.1", self.port), timeout=30) as plain,
            self.trust.wrap_socket(plain, server_hostname="localhost") as connection,
        ):
            connection.sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            assert b" 200 OK" in connection.recv(65_536)
            return connection.getpeercert(binary_form=True) or b""

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                self.seen.append(self.connect())
            except (OSError, AssertionError) as failure:
                self.failures.append(failure)


def put(pair: tuple[Path, Path], places: tuple[Path, Path]) -> None:
    """Replaces the certificate, and then the key: in between they don't belong together."""
    for source, place in zip(pair, places, strict=True):
        renewed = place.with_suffix(".new")
        renewed.write_bytes(source.read_bytes())
        renewed.replace(place)


def test_a_hundred_renewals_fail_no_handshake(deploy: Deploy, tmp_path: Path) -> None:
    trust = ssl.create_default_context()
    pairs = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        pairs.append(make_certificate(tmp_path / name, "ECDSA"))
        trust.load_verify_locations(pairs[-1][0])
    known = [ssl.PEM_cert_to_DER_cert(certificate.read_text()) for certificate, _ in pairs]
    deployment = deploy()
    places = (deployment.directory / "certificate.pem", deployment.directory / "key.pem")
    put(pairs[0], places)
    files = {"certificate": str(places[0]), "private-key": str(places[1])}
    deployment.configure({"tls": files, "log": {"level": "info"}})
    deployment.trust(places[0])
    deployment.start_serve()
    with Clients(deployment.http_port, trust) as clients:
        for rotation in range(1, ROTATIONS + 1):
            put(pairs[rotation % 2], places)
            deployment.serve.signal(signal.SIGHUP)
            renewed = known[rotation % 2]
            wait_until(lambda: clients.connect() == renewed, f"certificate {rotation}", interval=0.005)  # noqa: B023
    assert not clients.failures, clients.failures[:3]
    assert len(clients.seen) > ROTATIONS and set(clients.seen) == set(known)
