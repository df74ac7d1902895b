"""TLS as scanners see it, and certificates that change under the hands of clients."""

import re
import signal
import ssl
from pathlib import Path

import pytest

from harness.certificate import make_certificate
from harness.deployment import REPOSITORY, Deploy
from harness.handshakes import Clients, put
from harness.mozilla import write_profile
from harness.program import run_command
from harness.proxies import KINDS, running_front
from harness.waiting import LONG_DEADLINE, wait_until

PYTHON = REPOSITORY / ".venv-sslyze/bin/python"
"""SSLyze's own; `prepare_sslyze` in deploy/lib.bash makes it."""
ROTATIONS = 100


def sslyze(profile: Path, port: int) -> set[str]:
    """What SSLyze finds of the server at this port that isn't in accord with the profile."""
    words = ("-m", "sslyze", "--custom_tls_config", profile, f"localhost:{port}")
    result = run_command(PYTHON, *words, timeout=LONG_DEADLINE)
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


@pytest.mark.parametrize("host", ["localhost", "nps.example.com"], ids=["the only one", "one of two"])
def test_a_hundred_renewals_fail_no_handshake(host: str, deploy: Deploy, tmp_path: Path) -> None:
    """Of the only certificate, and of one of two, whose other one is seen by clients that ask for its name."""
    trust = ssl.create_default_context()
    pairs = []
    for name in ("first", "second", "other"):
        (tmp_path / name).mkdir()
        hosts = [] if name == "other" or host == "localhost" else [host]
        pairs.append(make_certificate(tmp_path / name, "ECDSA", *hosts))
        trust.load_verify_locations(pairs[-1][0])
    known = [ssl.PEM_cert_to_DER_cert(certificate.read_text()) for certificate, _ in pairs]
    deployment = deploy()
    places = (deployment.directory / "certificate.pem", deployment.directory / "key.pem")
    put(pairs[0], places)
    used = [places] if host == "localhost" else [pairs[2], places]
    files = {
        "certificate": [str(certificate) for certificate, _ in used],
        "private-key": [str(key) for _, key in used],
    }
    deployment.configure({"tls": files, "log": {"level": "info"}})
    deployment.trust(used[0][0])
    deployment.start_serve()
    with Clients(deployment.http_port, trust, host) as clients, Clients(deployment.http_port, trust) as others:
        for rotation in range(1, ROTATIONS + 1):
            put(pairs[rotation % 2], places)
            deployment.serve.signal(signal.SIGHUP)
            renewed = known[rotation % 2]
            wait_until(lambda: clients.connect() == renewed, f"certificate {rotation}", interval=0.005)  # noqa: B023
    assert not clients.failures + others.failures, (clients.failures + others.failures)[:3]
    assert len(clients.seen) > ROTATIONS and set(clients.seen) == set(known[:2])
    assert set(others.seen) == set(known[:2] if host == "localhost" else known[2:])
