"""TLS as Mozilla's intermediate profile asks for it, seen by openssl."""

import json
import signal
from pathlib import Path

import pytest

from harness.authority import Authority
from harness.browser import browser, network_log
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


def test_browsers_agree_on_a_key_that_no_quantum_computer_finds_later(secure: Deployment) -> None:
    with browser(network_log=True) as driver:
        driver.get(f"https://localhost:{secure.http_port}/survey")
        messages = network_log(driver)
    answers = [message["params"]["response"] for message in messages if message["method"] == "Network.responseReceived"]
    groups = {answer["securityDetails"]["keyExchangeGroup"] for answer in answers if "/survey" in answer["url"]}
    assert groups == {"X25519MLKEM768"}


def test_older_clients_agree_on_the_curves_that_mozilla_lists(secure: Deployment) -> None:
    for curve in ("X25519", "P-256", "P-384"):
        assert handshake(secure.http_port, "-groups", curve), curve
    for curve in ("P-521", "X448"):
        assert not handshake(secure.http_port, "-groups", curve), curve


HOSTS = {
    "nps.example.com": "first",
    "NPS.EXAMPLE.COM": "first",
    "other.example.org": "second",
    "a.example.org": "third",
    "b.a.example.org": "first",
    "unknown.example": "first",
}
"""Whose certificate a client gets that asks for a name; the first is also for unknown names."""


@pytest.fixture
def three(deploy: Deploy) -> tuple[Deployment, dict[str, Path]]:
    """A collector with three certificates, and their files by name."""
    deployment = deploy()
    pairs = {}
    for name, hosts in (
        ("first", ["nps.example.com"]),
        ("second", ["other.example.org"]),
        ("third", ["*.example.org"]),
    ):
        directory = deployment.directory / name
        directory.mkdir()
        pairs[name] = make_certificate(directory, "RSA" if name == "second" else "ECDSA", *hosts)
    files = {
        "certificate": ",".join(str(certificate) for certificate, _ in pairs.values()),
        "private-key": [str(key) for _, key in pairs.values()],
    }
    deployment.configure({"tls": files, "http": {"public-url": "https://elsewhere.example"}, "log": {"level": "info"}})
    deployment.start_sandbox()
    deployment.start_serve(logged="accepting responses")
    return deployment, {name: certificate for name, (certificate, _) in pairs.items()}


def fingerprint(certificate: Path) -> str:
    return run_command("openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", certificate).stdout


def test_each_name_has_its_certificate(three: tuple[Deployment, dict[str, Path]]) -> None:
    deployment, certificates = three
    for host, name in HOSTS.items():
        assert presented(deployment.http_port, "-servername", host) == fingerprint(certificates[name]), host
    assert presented(deployment.http_port, "-noservername") == fingerprint(certificates["first"])


def test_each_certificate_is_renewed_by_itself(three: tuple[Deployment, dict[str, Path]]) -> None:
    deployment, certificates = three
    port, log = deployment.http_port, deployment.serve.log
    before = {name: fingerprint(certificate) for name, certificate in certificates.items()}
    certificates["second"].write_text("no certificate any more")
    make_certificate(certificates["third"].parent, "ECDSA", "*.example.org")
    deployment.serve.signal(signal.SIGHUP)
    wait_until(lambda: "the renewed certificate is in use" in log.read_text(), "the third")
    wait_until(lambda: "the certificate in use stays" in log.read_text(), "the second's complaint")
    assert "other.example.org" in log.read_text()
    assert presented(port, "-servername", "other.example.org") == before["second"]
    third = presented(port, "-servername", "a.example.org")
    assert third == fingerprint(certificates["third"]) != before["third"]
    make_certificate(certificates["second"].parent, "ECDSA", "other.example.org")
    deployment.serve.signal(signal.SIGHUP)
    wait_until(lambda: presented(port, "-servername", "other.example.org") != before["second"], "the second")


def test_check_says_what_it_knows_of_each_certificate(three: tuple[Deployment, dict[str, Path]]) -> None:
    deployment, certificates = three
    said = deployment.run("check")
    assert said.returncode == 0
    for name, key in (("first", "ECDSA P-256"), ("second", "RSA 2048"), ("third", "ECDSA P-256")):
        line = next(line for line in said.stderr.splitlines() if str(certificates[name]) in line)
        assert key in line and "example" in line and "until 20" in line
    assert "no certificate is for elsewhere.example" in said.stderr


def test_check_and_the_log_say_what_is_wrong_with_certificates(deploy: Deploy, tmp_path: Path) -> None:
    old = Authority.new(tmp_path / "authority").issue("DNS:localhost", days=-1)
    pairs = [old, make_certificate(tmp_path, "ECDSA", "localhost")]
    files = {"certificate": [str(pair[0]) for pair in pairs], "private-key": [str(pair[1]) for pair in pairs]}
    deployment = deploy({"log": {"level": "info"}})
    deployment.configure({"tls": files, "http": {"public-url": f"https://localhost:{deployment.http_port}"}})
    deployment.begin_serve()
    wait_until(lambda: "accepting responses" in deployment.serve.log.read_text(), "the collector")
    said = deployment.run("check").stderr
    for sentence in ("The certificate for localhost expired at", "more than one of tls.certificate is for localhost"):
        assert sentence in said and sentence in deployment.serve.log.read_text()
    # Nobody that checks certificates can send anything.
    ready = run_command("curl", "-sk", "--noproxy", "*", f"https://localhost:{deployment.http_port}/readyz")
    assert json.loads(ready.stdout) == {"status": "unavailable"}
    asked = run_command("curl", "-s", "--noproxy", "*", f"http://127.0.0.1:{deployment.admin_port}/readyz?verbose")
    report = json.loads(asked.stdout)
    assert report["status"] == "unavailable" and report["queue"] == "ok"
    assert "The certificate for localhost expired at" in report["certificates"][0]
    assert "The certificate for localhost expired at" in deployment.run("healthcheck").stderr

    wrong = {"certificate": [str(pair[0]) for pair in pairs], "private-key": str(pairs[0][1])}
    deployment.configure({"tls": wrong})
    assert "tls.private-key names 1, tls.certificate 2" in deployment.run("check").stderr


def test_what_is_wrong_with_files_passes_by_itself(deploy: Deploy, tmp_path: Path) -> None:
    """Without a certificate that can be used systemd starts the collector again; with one it starts, and the others
    follow."""
    pairs = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        pairs.append(make_certificate(tmp_path / name, "ECDSA", f"{name}.example"))
    (first, first_key), (second, second_key) = pairs
    deployment = deploy()
    deployment.configure({"tls": {"certificate": str(first), "private-key": str(second_key)}})
    for verb in ("check", "serve"):
        said = deployment.run(verb)
        assert said.returncode == 69 and "does not belong to the certificate" in said.stderr
    files = {"certificate": [str(first), str(second)], "private-key": [str(tmp_path / "later.key"), str(second_key)]}
    deployment.configure({"tls": files, "log": {"level": "info"}})
    assert deployment.run("check").returncode == 0
    deployment.begin_serve()
    log = deployment.serve.log
    wait_until(lambda: "accepting responses" in log.read_text(), "the collector")
    wait_until(lambda: "left out until it can be used" in log.read_text(), "the complaint")
    assert presented(deployment.http_port, "-servername", "first.example") == fingerprint(second)
    first_key.rename(tmp_path / "later.key")
    deployment.serve.signal(signal.SIGHUP)
    wait_until(lambda: presented(deployment.http_port, "-servername", "first.example") == fingerprint(first), "it")


def presented(port: int, *options: str) -> str:
    """The fingerprint of the certificate that a new connection sees."""
    shown = run_command("openssl", "s_client", "-connect", f"127.0.0.1:{port}", *options).stdout
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
