"""Client certificates as the signature of a source, shown by real clients over TLS."""

import http.client
import json
import shutil
import signal
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.authority import Authority
from harness.browser import answer_form, browser
from harness.certificate import make_certificate
from harness.deployment import Deploy, Deployment
from harness.http_client import HTTPResponse
from harness.program import run_command
from harness.waiting import DEADLINE, wait_until
from harness.webhook import fresh_response

NAME = "nps.acme.example"
MAPPING = "mapping: .\n"
JSON = {"content-type": "application/json"}


def scheme(authority: str, name: str = NAME) -> str:
    return f"{{kind: client_certificate, ca: {authority}, san: {name}}}"


@dataclass(frozen=True)
class Sources:
    """A collector with TLS, whose source `acme` believes `acme` and whose source `other` believes `other`; the source
    `both` wants a token, too. The authority `between` has its certificate of `acme`."""

    deployment: Deployment
    directory: Path
    acme: Authority
    other: Authority
    between: Authority

    def context(self, pair: tuple[Path, Path] | None) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.deployment.directory / "certificate.pem"))
        if pair:
            context.load_cert_chain(*map(str, pair))
        return context

    def connect(self, client: ssl.SSLContext | tuple[Path, Path] | None) -> http.client.HTTPSConnection:
        port = self.deployment.http_port
        context = client if isinstance(client, ssl.SSLContext) else self.context(client)
        return http.client.HTTPSConnection("localhost", port, timeout=DEADLINE, context=context)

    def post(
        self,
        client: ssl.SSLContext | tuple[Path, Path] | None,
        source: str = "acme",
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
    ) -> HTTPResponse:
        connection = self.connect(client)
        try:
            body = body or json.dumps(fresh_response(source)).encode()
            connection.request("POST", f"/webhooks/{source}", body, JSON | (headers or {}))
            return HTTPResponse.read(connection.getresponse())
        finally:
            connection.close()

    def chain(self) -> tuple[Path, Path]:
        """A certificate that the authority in between issued, with that one's own behind it."""
        certificate, key = self.between.issue(f"DNS:{NAME}", usage="clientAuth", name="client")
        both = certificate.with_suffix(".chain.pem")
        both.write_text(certificate.read_text() + self.between.certificate.read_text())
        return both, key

    def reload(self, sentence: str) -> None:
        """Has the sources read again, after which the log has this sentence once more than before."""
        log = self.deployment.serve.log
        before = log.read_text().count(sentence)
        self.deployment.serve.signal(signal.SIGHUP)
        wait_until(lambda: log.read_text().count(sentence) > before, sentence)


READ_AGAIN = "webhook sources read again"
TOKEN = "a token of a decent length"


@pytest.fixture
def sources(deploy: Deploy, tmp_path: Path) -> Sources:
    deployment = deploy()
    directory = tmp_path / "sources"
    directory.mkdir()
    acme, other = (Authority.new(tmp_path / name) for name in ("acme", "other"))
    for name, authority in (("acme", acme), ("other", other)):
        (directory / f"{name}.yaml").write_text(f"signature: {scheme(f'{name}.pem')}\n{MAPPING}")
        shutil.copy(authority.certificate, directory / f"{name}.pem")
    token = "{kind: token, header: X-Token}"
    both = f"signature: {{all_of: [{token}, {scheme('acme.pem')}]}}\n{MAPPING}"
    (directory / "both.yaml").write_text(both)
    certificate, key = make_certificate(deployment.directory, "ECDSA")
    deployment.configure(
        {
            "tls": {"certificate": str(certificate), "private-key": str(key)},
            "webhooks": {"directory": str(directory), "both": {"secrets": [TOKEN]}},
        }
    )
    deployment.trust(certificate)
    deployment.start()
    return Sources(deployment, directory, acme, other, acme.below(tmp_path / "between"))


def test_the_right_certificate_is_accepted_and_every_other_one_refused(sources: Sources) -> None:
    good = sources.acme.issue(f"DNS:{NAME}", usage="clientAuth", name="good")
    refused = {
        "none": None,
        "of another authority": sources.other.issue(f"DNS:{NAME}", usage="clientAuth", name="stranger"),
        "expired": sources.acme.issue(f"DNS:{NAME}", days=-1, usage="clientAuth", name="old"),
        "of another name": sources.acme.issue("DNS:evil.example", usage="clientAuth", name="evil"),
        "with a wildcard": sources.acme.issue("DNS:*.acme.example", usage="clientAuth", name="wildcard"),
        "of a server": sources.acme.issue(f"DNS:{NAME}", usage="serverAuth", name="server"),
        "without a purpose": sources.acme.issue(f"DNS:{NAME}", name="purposeless"),
        "self-signed": make_certificate(sources.other.directory, "ECDSA", NAME),
    }
    before = sources.deployment.books()["accepted"]
    answer = sources.post(good)
    assert answer.status == 200 and answer.json()["status"] == "accepted"
    for why, pair in refused.items():
        answer = sources.post(pair)
        assert answer.status == 401, why
        assert answer.json()["title"] == "Signature refused", why
    # Each source believes its own authority alone.
    assert sources.post(refused["of another authority"], "other").status == 200
    assert sources.post(good, "other").status == 401
    assert sources.deployment.books()["accepted"] == before + 2
    # One of another authority was shown to both, and the good one to the other.
    series = 'nps_webhook_deliveries_total{source="%s",status="401"}'
    assert metric(sources.deployment, series % "acme") == len(refused)
    assert metric(sources.deployment, series % "other") == 1
    edge = 'nps_edge_refusals_total{listener="public",cause="signature"}'
    assert metric(sources.deployment, edge) == len(refused) + 1


def metric(deployment: Deployment, series: str) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", deployment.admin_port, timeout=DEADLINE)
    connection.request("GET", "/metrics")
    page = connection.getresponse().read().decode()
    connection.close()
    found = [line.removeprefix(series) for line in page.splitlines() if line.startswith(series)]
    assert len(found) == 1, f"{series} is there {len(found)} times"
    return float(found[0])


def test_both_lanes_judge_alike(sources: Sources) -> None:
    """A request that comes in one piece is answered by its connection; a large one, and one with Expect, by the
    router."""
    good = sources.acme.issue(f"DNS:{NAME}", usage="clientAuth", name="good")
    stranger = sources.other.issue(f"DNS:{NAME}", usage="clientAuth", name="stranger")
    large = fresh_response("large") | {"more": "x" * 500_000}
    for pair, status in ((good, 200), (stranger, 401), (None, 401)):
        assert sources.post(pair).status == status
        assert sources.post(pair, headers={"Expect": "100-continue"}).status == status
        answer = large_answer(sources, pair, json.dumps(large).encode())
        assert answer == status


def large_answer(sources: Sources, pair: tuple[Path, Path] | None, body: bytes) -> int:
    """Sends half of it, and the rest if that isn't refused."""
    connection = sources.connect(pair)
    try:
        connection.putrequest("POST", "/webhooks/acme")
        for name, value in (JSON | {"Content-Length": str(len(body))}).items():
            connection.putheader(name, value)
        connection.endheaders()
        half = len(body) // 2
        connection.send(body[:half])
        if pair and "good" in pair[0].name:
            connection.send(body[half:])
        return connection.getresponse().status
    finally:
        connection.close()


def test_a_certificate_and_a_token_are_both_needed(sources: Sources) -> None:
    good = sources.acme.issue(f"DNS:{NAME}", usage="clientAuth", name="good")
    assert sources.post(good, "both", {"X-Token": TOKEN}).status == 200
    assert sources.post(good, "both").status == 401
    assert sources.post(good, "both", {"X-Token": "a wrong token of some length"}).status == 401
    assert sources.post(None, "both", {"X-Token": TOKEN}).status == 401


def test_what_a_header_says_about_a_certificate_is_not_believed(sources: Sources) -> None:
    certificate, _ = sources.acme.issue(f"DNS:{NAME}", usage="clientAuth", name="good")
    pem = certificate.read_text().replace("\n", "%0A")
    headers = {"X-SSL-Client-Verify": "SUCCESS", "X-SSL-Client-Cert": pem, "X-Client-Cert": pem, "Client-Cert": pem}
    headers |= {"X-SSL-Client-S-DN": f"CN={NAME}", "X-Forwarded-Client-Cert": f"By=x;DNS={NAME};Cert={pem}"}
    assert sources.post(None, headers=headers).status == 401


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_resumed_session_still_has_the_certificate(sources: Sources, version: ssl.TLSVersion) -> None:
    """Also where the client sends one in between, which the session's ticket doesn't show again."""
    pair = sources.chain()
    context = sources.context(pair)
    context.minimum_version = context.maximum_version = version
    session, resumed = None, []
    for attempt in range(3):
        plain = socket.create_connection(("127.0.0.1", sources.deployment.http_port), timeout=DEADLINE)
        with plain, context.wrap_socket(plain, server_hostname="localhost", session=session) as connection:
            resumed.append(connection.session_reused)
            # The first connection asks for something else: nothing is remembered because a source accepted it.
            path = "/webhooks/acme" if attempt else "/livez"
            method = "POST" if attempt else "GET"
            body = json.dumps(fresh_response("resumed")).encode() if attempt else b""
            head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            connection.sendall(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
            answer = b""
            while part := connection.recv(65_536):
                answer += part
            assert answer.startswith(b"HTTP/1.1 200 "), answer
            session = connection.session
    assert resumed == [False, True, True]


def test_curl_and_openssl_show_certificates_that_were_issued_in_between(sources: Sources) -> None:
    certificate, key = sources.chain()
    address = f"https://localhost:{sources.deployment.http_port}/webhooks/acme"
    trust = sources.deployment.directory / "certificate.pem"

    def curl(*options: str | Path) -> str:
        body = json.dumps(fresh_response("curl"))
        words: list[str | Path] = ["-sS", "--cacert", trust, "-w", "%{http_version} %{http_code}", "-o", "/dev/null"]
        words += ["--noproxy", "*", "-H", "content-type: application/json", "--data-binary", body, *options, address]
        return run_command("curl", *words).stdout

    for option, version in (("--http1.1", "1.1"), ("--http2", "2")):
        assert curl(option, "--cert", certificate, "--key", key) == f"{version} 200"
        assert curl(option) == f"{version} 401"
    connection = ["-connect", f"127.0.0.1:{sources.deployment.http_port}", "-servername", "localhost"]
    shown = run_command("openssl", "s_client", *connection, "-cert", certificate, "-key", key).stdout
    # Named, so that a browser knows which of its certificates are meant.
    assert "Acceptable client certificate CA names" in shown
    assert shown.count("CN = An authority of the tests") >= 1


TLS_1_2 = ssl.TLSVersion.TLSv1_2


def test_tls_1_2_opens_only_with_a_certificate_that_some_source_accepts(sources: Sources) -> None:
    """Where the client takes no tickets, the server keeps sessions, certificates included, of whoever gets that far."""
    good = sources.acme.issue(f"DNS:{NAME}", usage="clientAuth", name="good")
    stranger = sources.other.issue("DNS:nobody.example", usage="clientAuth", name="stranger")
    before = metric(sources.deployment, TLS_REFUSALS)
    for attempt in range(20):
        context = sources.context(stranger)
        context.maximum_version = TLS_1_2
        context.options |= ssl.OP_NO_TICKET
        with pytest.raises(ssl.SSLError):
            sources.post(context, body=b"{}" if attempt % 2 else None)
    # A client may know of it sooner than whoever counts.
    wait_until(lambda: metric(sources.deployment, TLS_REFUSALS) >= before + 20, "all to be counted")
    assert metric(sources.deployment, TLS_REFUSALS) == before + 20
    for pair, status in ((good, 200), (None, 401)):
        context = sources.context(pair)
        context.maximum_version = TLS_1_2
        assert sources.post(context).status == status


TLS_REFUSALS = 'nps_edge_refusals_total{listener="public",cause="tls"}'


@pytest.mark.parametrize("version", [TLS_1_2, ssl.TLSVersion.TLSv1_3])
def test_more_certificates_than_anybody_needs_open_nothing(sources: Sources, version: ssl.TLSVersion) -> None:
    certificate, key = sources.chain()
    more = certificate.with_suffix(".more.pem")
    more.write_text(certificate.read_text() + sources.other.certificate.read_text() * 3)
    context = sources.context((more, key))
    context.minimum_version = context.maximum_version = version
    with pytest.raises((OSError, http.client.HTTPException)):
        sources.post(context)
    assert sources.post((certificate, key)).status == 200


def test_many_authorities_close_the_form_to_nobody(sources: Sources, tmp_path: Path) -> None:
    """Their names would be larger than what many clients take of a handshake."""
    names = "".join(f"/OU={'x' * 60}" for _ in range(5))
    request = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    with (sources.directory / "other.pem").open("a") as authorities:
        for number in range(30):
            files = ["-keyout", str(tmp_path / "many.key"), "-out", str(tmp_path / "many.pem")]
            assert run_command(*request, "-subj", f"/CN={number}{names}", *files).returncode == 0
            authorities.write((tmp_path / "many.pem").read_text())
    sources.reload(READ_AGAIN)
    assert "none is named when a client is asked" in sources.deployment.serve.log.read_text()
    for version in ("-tls1_2", "-tls1_3"):
        connection = ["-connect", f"127.0.0.1:{sources.deployment.http_port}", version]
        shown = run_command("openssl", "s_client", *connection).stdout
        assert "Cipher is (NONE)" not in shown and "No client certificate CA names sent" in shown
    good = sources.acme.issue(f"DNS:{NAME}", usage="clientAuth", name="good")
    assert sources.post(good).status == 200


def test_a_page_in_a_browser_can_not_use_a_certificate(sources: Sources) -> None:
    good = sources.acme.issue(f"DNS:{NAME}", usage="clientAuth", name="good")
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = sources.post(good, headers=headers | {"Content-Type": "text/plain"})
        assert answer.status == 401 and "page in a browser" in answer.json()["detail"]


def test_signatures_by_sha1_prove_nothing(sources: Sources, tmp_path: Path) -> None:
    """Of an authority with an RSA key, since swift-certificates knows no other signature by it."""
    authority = Authority.new(tmp_path / "rsa", ["-newkey", "rsa:2048"])
    shutil.copy(authority.certificate, sources.directory / "acme.pem")
    sources.reload(READ_AGAIN)
    for digest, status in (("sha256", 200), ("sha1", 401)):
        pair = authority.issue(f"DNS:{NAME}", usage="clientAuth", name=digest, digest=digest)
        context = sources.context(None)
        # This machine's OpenSSL wouldn't even show the second one.
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.load_cert_chain(*map(str, pair))
        assert sources.post(context).status == status, digest


def test_a_rule_that_is_new_needs_no_new_authority(sources: Sources) -> None:
    """A session that began before doesn't have the certificates in between any more that the rule would need."""
    pair = sources.chain()
    context = sources.context(pair)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    plain = socket.create_connection(("127.0.0.1", sources.deployment.http_port), timeout=DEADLINE)
    with plain, context.wrap_socket(plain, server_hostname="localhost") as connection:
        session = connection.session
    more = scheme("acme.pem", "[nps.acme.example, other.example]")
    (sources.directory / "acme.yaml").write_text(f"signature: {more}\n{MAPPING}")
    sources.reload(READ_AGAIN)
    plain = socket.create_connection(("127.0.0.1", sources.deployment.http_port), timeout=DEADLINE)
    with plain, context.wrap_socket(plain, server_hostname="localhost", session=session) as connection:
        assert not connection.session_reused
        body = json.dumps(fresh_response("rule")).encode()
        head = "POST /webhooks/acme HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")


def test_a_certificate_without_its_key_opens_no_connection(sources: Sources) -> None:
    """TLS itself proves that the client holds the key."""
    certificate, _ = sources.acme.issue(f"DNS:{NAME}", usage="clientAuth", name="stolen")
    _, key = sources.acme.issue(f"DNS:{NAME}", usage="clientAuth", name="own")
    with pytest.raises(ssl.SSLError):
        sources.context((certificate, key))


def test_browsers_are_not_bothered(sources: Sources) -> None:
    with browser() as driver:
        page = answer_form(driver, f"https://localhost:{sources.deployment.http_port}/survey", "a@b.example", 9, "")
        assert "Thank" in page


def test_a_new_authority_is_believed_after_a_reload_and_the_old_one_no_more(sources: Sources) -> None:
    good = sources.acme.issue(f"DNS:{NAME}", usage="clientAuth", name="good")
    stranger = sources.other.issue(f"DNS:{NAME}", usage="clientAuth", name="stranger")
    kept = sources.connect(good)

    def post_kept() -> int:
        kept.request("POST", "/webhooks/acme", json.dumps(fresh_response("kept")).encode(), JSON)
        return HTTPResponse.read(kept.getresponse()).status

    assert post_kept() == 200 and sources.post(stranger).status == 401
    shutil.copy(sources.other.certificate, sources.directory / "acme.pem")
    sources.reload(READ_AGAIN)
    assert sources.post(stranger).status == 200
    assert sources.post(good).status == 401 and post_kept() == 401
    (sources.directory / "acme.pem").write_text("nonsense")
    sources.reload("the webhook sources that were read before stay in force")
    assert sources.post(stranger).status == 200
    kept.close()


def test_nobody_is_asked_for_a_certificate_when_no_source_needs_one(sources: Sources) -> None:
    def asked() -> bool:
        shown = run_command("openssl", "s_client", "-connect", f"127.0.0.1:{sources.deployment.http_port}").stdout
        assert "Cipher is" in shown
        return "No client certificate CA names sent" not in shown

    assert asked()
    for file in sources.directory.glob("*.yaml"):
        file.unlink()
    # The secrets of `both` belong to nothing now.
    (sources.directory / "both.yaml").write_text(f"signature: {{kind: token, header: X-Token}}\n{MAPPING}")
    sources.reload(READ_AGAIN)
    assert not asked()


def plain_text_warns(text: str) -> bool:
    return "asks for a client certificate" in text and "tls.certificate" in text


@pytest.mark.parametrize("said_by", [lambda d: d.run("check").stderr, lambda d: d.serve.log.read_text()])
def test_without_tls_of_its_own_it_says_that_no_certificate_can_come(
    deploy: Deploy, tmp_path: Path, said_by: Callable[[Deployment], str]
) -> None:
    authority = Authority.new(tmp_path / "authority")
    directory = tmp_path / "sources"
    directory.mkdir()
    (directory / "acme.yaml").write_text(f"signature: {scheme(str(authority.certificate))}\n{MAPPING}")
    deployment = deploy({"webhooks": {"directory": str(directory)}, "log": {"level": "info"}})
    deployment.start_serve()
    assert plain_text_warns(said_by(deployment))
    answer = deployment.post_webhook(json.dumps(fresh_response("plain")).encode(), JSON, "/webhooks/acme")
    assert answer.status == 401
