"""The shipped configurations of nginx, HAProxy and Caddy in the real programs, under a base path."""

import http.client
import itertools
import json
import re
import ssl
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from harness import canary
from harness.browser import answer_form, browser
from harness.deployment import REPOSITORY, Deploy, Deployment
from harness.http_client import FORM_HEADERS, HTTPResponse, fetch
from harness.links import by_jwcrypto, claims, new_key
from harness.ports import free_port
from harness.proxies import KINDS, Front, running_front
from harness.raw_http import converse
from harness.waiting import wait_until
from harness.webhook import Sender, fresh_response, sign

BASE = "/a/b"
BURST = 300
"""Requests that one client of the open form may send at once."""
KEY = new_key()
HOST = {"host": "localhost"}


@dataclass(frozen=True)
class Site:
    """A proxy before a collector."""

    deployment: Deployment
    front: Front

    @property
    def address(self) -> str:
        return f"https://localhost:{self.front.port}{BASE}"

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> HTTPResponse:
        return fetch(self.front.port, method, path, HOST | (headers or {}), body, self.front.trust)


def make_site(deploy: Deploy, port: int) -> Deployment:
    """A collector that the world sees under the base path at this port."""
    public = {"public-url": f"https://localhost:{port}{BASE}", "trusted-proxies": ["127.0.0.1/32"]}
    return deploy({"http": public, "survey": {"link-keys": [f"new:{KEY}"]}})


@pytest.fixture(scope="module", params=KINDS)
def site(
    request: pytest.FixtureRequest, deploy_for_module: Deploy, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    port = free_port()
    deployment = make_site(deploy_for_module, port)
    deployment.start()
    kind = str(request.param)
    with running_front(kind, tmp_path_factory.mktemp(kind), deployment.http_port, base=BASE, port=port) as front:
        deployment.trust(front.certificate)
        yield Site(deployment, front)


def test_the_form_works_under_a_base_path(site: Site) -> None:
    before = site.deployment.books()["accepted"]
    with browser() as driver:
        text = answer_form(driver, f"{site.address}/survey", canary.address("proxy"), 8, canary.comment("proxy"))
        assert driver.current_url.startswith(f"{site.address}/survey/thanks?")
    assert "thank" in text.lower()
    assert site.deployment.books()["accepted"] == before + 1


def links(page: str) -> list[str]:
    return [unescape(link) for link in re.findall(r"(?:href|action|src|formaction)=\"?([^\"\s>]+)", page)]


def forms(page: str) -> list[tuple[str, bytes]]:
    """Where each form goes, with its hidden fields, and once without and once with an answer."""
    found: list[tuple[str, bytes]] = []
    for action, content in re.findall(r"<form[^>]*action=\"?([^\"\s>]+)\"?[^>]*>(.*?)</form>", page, re.DOTALL):
        fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', content)
        hidden = "&".join(f"{name}={value}" for name, value in fields)
        answers = ("", "&score=9&email=crawler%40kanarienvogel.example")
        found += [(unescape(action), (hidden + answer).encode()) for answer in answers]
    return found


def test_a_crawl_finds_no_link_that_leaves_the_base_path(site: Site) -> None:
    """Every page, form and redirect that can be reached, errors included, in several languages."""
    expired = by_jwcrypto(claims("expired", lifetime=-60), KEY)
    token = by_jwcrypto(claims(f"crawl-{site.front.kind}"), KEY)
    starts = ["/survey", "/survey?lang=de", "/survey/thanks", "/s/unknown/9", f"/s/{token}", f"/s/{token}/9?lang=ar"]
    starts += [f"/s/{expired}/9", "/nowhere", "/survey/", "//survey", "/./survey", "/survey/../survey", "/robots.txt"]
    waiting = deque[tuple[str, bytes | None]]((BASE + path, None) for path in starts)
    visited: set[tuple[str, bytes | None]] = set()
    statuses: set[int] = set()
    html = {"accept": "text/html", "accept-language": "fr"}
    while waiting:
        path, body = waiting.popleft()
        # Each form has another nonce.
        known = (path, None if body is None else re.sub(rb"(nonce|issued)=[^&]*", b"", body))
        if known in visited:
            continue
        visited.add(known)
        assert len(visited) < 400, "there is no end"
        answer = site.ask(path, "GET" if body is None else "POST", body, html | (FORM_HEADERS if body else {}))
        statuses.add(answer.status)
        page = answer.text if "text/html" in answer.headers.get("content-type", "") else ""
        found = [(link, None) for link in links(page) if not link.startswith(("data:", "mailto:", "#"))]
        found += [(answer.headers["location"], None)] if "location" in answer.headers else []
        for link, content in [*found, *forms(page)]:
            target = urlsplit(urljoin(f"https://localhost:{site.front.port}{path}", link))
            assert (target.scheme, target.netloc) == ("https", f"localhost:{site.front.port}"), f"{path}: {link}"
            assert target.path.startswith(f"{BASE}/"), f"{path} leads to {link}"
            waiting.append((target.path + (f"?{target.query}" if target.query else ""), content))
    assert {200, 303, 404, 410, 422} <= statuses, statuses
    assert len(visited) > 20


def test_a_link_that_is_minted_leads_through_the_proxy(site: Site) -> None:
    minted = site.deployment.run("links", typed=f"email\n{canary.address('minted')}\n")
    assert minted.returncode == 0, minted.stderr
    link = re.findall(r"https://[^\s,\"]+", minted.stdout)[0]
    assert link.startswith(f"{site.address}/s/")
    assert site.ask(urlsplit(link).path).status == 200


def test_a_webhook_passes_the_proxy(site: Site) -> None:
    with Sender(site.front.port, site.deployment.secret, f"{BASE}/webhooks/standard", site.front.trust) as sender:
        body = json.dumps(fresh_response("proxy")).encode()
        answer = sender.post_raw(body, HOST | sign(site.deployment.secret, body))
    assert answer.json()["status"] == "accepted"


def test_a_body_that_is_too_large_stays_with_the_proxy(site: Site) -> None:
    head = f"POST {BASE}/webhooks/standard HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1100000\r\n\r\n".encode()
    answers = converse(site.front.port, head + b"a" * 1_100_000, site.front.trust, expected=1).answers()
    # HAProxy closes at once, so that not every client gets to read it; Caddy passes on what it has read.
    assert [answer.status for answer in answers] in ([413], [413] if site.front.kind != "haproxy" else [])
    refused = wait_until(lambda: [entry for entry in site.front.logged() if entry.status == 413], "the log")
    assert site.front.kind == "caddy" or not any(entry.is_sent for entry in refused)


def test_plain_http_is_redirected_but_never_for_a_webhook(site: Site) -> None:
    """Whatever name it was asked by: what isn't refused would seem to be delivered."""
    for host in ("localhost", "other.example"):
        page = fetch(site.front.plain_port, "GET", f"{BASE}/survey?lang=de", {"host": host})
        assert (page.status, page.headers["location"]) == (308, f"https://localhost{BASE}/survey?lang=de")
        refused = fetch(site.front.plain_port, "POST", f"{BASE}/webhooks/standard", {"host": host}, b"{}")
        assert refused.status == 403


def test_browsers_are_told_to_stay_with_tls(site: Site) -> None:
    assert site.ask(f"{BASE}/survey").headers["strict-transport-security"] == "max-age=63072000"


def test_other_paths_stay_with_the_proxy(site: Site) -> None:
    for path in ("/survey", "/readyz", "/livez", f"{BASE}/../livez"):
        assert site.ask(path).status in (400, 404), path
    assert site.ask(f"{BASE}/readyz").status == 404


@pytest.mark.parametrize("kind", KINDS)
def test_no_log_names_a_link_a_token_or_a_source(kind: str, deploy: Deploy, tmp_path: Path) -> None:
    """Requests that were answered, refused by the limit, meant for another host, and failed for want of a collector."""
    deployment = deploy({})
    deployment.start_serve()
    low = {"nginx": {"rate=30r/s": "rate=1r/s", "burst=1000": "burst=20"}, "haproxy": {"gt 1900": "gt 20"}}
    with running_front(kind, tmp_path, deployment.http_port, changes=low.get(kind, {})) as front:

        def get(path: str, host: str = "localhost") -> int:
            address = f"/feedback{path}"
            return fetch(front.port, "GET", address, {"host": host, "referer": address}, trust=front.trust).status

        webhook = "/webhooks/CANARYSOURCE?token=CANARYTOKEN"
        answered = {get(f"/s/CANARYLINK{number}/9") for number in range(60)}
        assert answered == ({404} if kind == "caddy" else {404, 429})
        assert get(webhook) == 404
        get(webhook, "other.example")
        fetch(front.plain_port, "GET", f"/feedback{webhook}", {"host": "other.example"})
        deployment.serve.stop()
        down = (502, 503, 504)
        wait_until(lambda: get(webhook) in down, "a request that fails because there is no collector")
        if kind == "caddy":
            assert get("/s/CANARYLINK/9") in down
    assert "/feedback/webhooks/NAME" in front.access_log.read_text()
    assert len(front.logs) >= 2
    for log in front.logs:
        text = log.read_text(errors="replace")
        assert "CANARY" not in text, log


@pytest.mark.parametrize("kind", KINDS)
def test_a_proxy_serves_a_host_of_its_own(kind: str, deploy: Deploy, tmp_path: Path) -> None:
    """Without a base path, as the page Operations says."""
    deployment = deploy()
    deployment.start_serve()
    changes = {"    location / {\n        return 404;\n    }\n": ""} if kind == "nginx" else {}
    with running_front(kind, tmp_path, deployment.http_port, base="", changes=changes) as front:
        for path, status in [("/survey", 200), ("/s/x", 404), ("/webhooks/standard", 200), ("/webhooks/x", 404)]:
            assert fetch(front.port, "GET", path, HOST, trust=front.trust).status == status
        assert fetch(front.plain_port, "POST", "/webhooks/standard", HOST, b"{}").status == 403


@pytest.mark.parametrize("kind", KINDS)
def test_a_proxy_waits_for_a_collector_or_says_that_it_is_away(kind: str, deploy: Deploy, tmp_path: Path) -> None:
    """A restart: while the collector is away tools are told when to come again; once it is back they are answered."""
    port = free_port()
    deployment = make_site(deploy, port)
    deployment.start_serve()
    with running_front(kind, tmp_path, deployment.http_port, base=BASE, port=port) as front:
        at = Site(deployment, front)
        wait_until(lambda: at.ask(f"{BASE}/survey").status == 200, "the collector")
        deployment.serve.stop()
        wait_until(lambda: at.ask(f"{BASE}/survey").status != 200, "the proxy to notice")
        away = at.ask(f"{BASE}/survey")
        assert (away.status, away.headers["retry-after"]) == (503, "10")
        assert away.headers["strict-transport-security"] == "max-age=63072000"
        deployment.start_serve()
        wait_until(lambda: at.ask(f"{BASE}/survey").status == 200, "the proxy to find it again")


@pytest.mark.parametrize("kind", ["haproxy", "caddy"])
def test_a_collector_that_is_not_ready_is_left_out(kind: str, deploy: Deploy, tmp_path: Path) -> None:
    """With two, as the files say: both stand in them, and are asked whether they are ready."""
    collectors = [make_site(deploy, 443) for _ in range(2)]
    for collector in collectors:
        collector.start_serve()
    other = f"127.0.0.1:{collectors[1].http_port}"
    several = {
        "haproxy": {
            "server collector-1 127.0.0.1:8080 check": f"server a 127.0.0.1:8080 check\n    server b {other} check",
            "uri /livez": "uri /readyz",
            "retry-on conn-failure empty-response": "retry-on conn-failure empty-response 503",
        },
        "caddy": {
            "reverse_proxy 127.0.0.1:8080 {": f"reverse_proxy 127.0.0.1:8080 {other} {{",
            "health_uri /livez": "health_uri /readyz",
        },
    }
    with running_front(kind, tmp_path, collectors[0].http_port, base=BASE, changes=several[kind]) as front:
        at = Site(collectors[0], front)

        def answered() -> int:
            return at.ask(f"{BASE}/survey").status

        wait_until(lambda: answered() == 200, "a collector")
        collectors[0].serve.stop()
        # One after another, each is tried on the other collector if need be.
        assert {answered() for _ in range(50)} == {200}
        collectors[0].start_serve()
        collectors[1].serve.stop()
        wait_until(lambda: answered() == 200, "the first one again")


@pytest.mark.parametrize(("proxies", "is_believed"), [(["127.0.0.0/8"], True), ([], False)])
def test_only_a_trusted_proxy_says_who_the_client_is(deploy: Deploy, proxies: list[str], is_believed: bool) -> None:
    """Seen through the limit that each client of the open form has."""
    deployment = deploy({"http": {"trusted-proxies": proxies}})
    deployment.start_serve()

    def allowed(forwarded_for: str) -> int:
        """How many requests are let through before one is refused."""
        headers = {"x-forwarded-for": forwarded_for}
        for count in itertools.count():
            if deployment.post_form(b"score=11", headers=headers).status == 429:
                return count
        raise AssertionError("unreachable")

    assert allowed("198.51.100.1") >= BURST
    # What stands further left was written by the client itself, and never counts. A few requests more are allowed
    # however slow this machine is, but never as many again.
    assert allowed("203.0.113.5, 198.51.100.1") < BURST
    assert (allowed("198.51.100.2") >= BURST) == is_believed


PEOPLE = 300
OFFICE = "127.0.0.7"


def answer_as_a_browser_would(port: int, trust: ssl.SSLContext | None, base: str, token: str) -> list[int]:
    """Opens the link, reads, answers over the same connection, and looks at the thanks. An idle connection that the
    server has closed meanwhile is opened again."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=(OFFICE, 0))
    if trust:
        connection = http.client.HTTPSConnection(
            "127.0.0.1", port, timeout=60, source_address=(OFFICE, 0), context=trust
        )

    def ask(method: str, path: str, body: str | None = None) -> HTTPResponse:
        for attempt in (1, 2):
            try:
                connection.request(method, path, body, HOST | (FORM_HEADERS if body else {}))
                return HTTPResponse.read(connection.getresponse())
            except (ConnectionError, http.client.HTTPException, ssl.SSLError):
                connection.close()
                if attempt == 2:
                    raise
        raise AssertionError("unreachable")

    statuses: list[int] = []
    with suppress(OSError, http.client.HTTPException):
        page = ask("GET", f"{base}/s/{token}/9")
        statuses.append(page.status)
        sent = ask("POST", f"{base}/s/{token}", forms(page.text)[0][1].decode() + "&score=9")
        statuses.append(sent.status)
        statuses.append(ask("GET", sent.headers["location"]).status)
    connection.close()
    return statuses


@pytest.mark.parametrize("kind", [*KINDS, "direct"])
def test_a_company_behind_one_address_is_not_punished(kind: str, deploy: Deploy, tmp_path: Path) -> None:
    """300 people open a mailed link, answer, and are thanked, as fast as this machine can: in less than a minute."""
    port = free_port()
    deployment = make_site(deploy, port)
    deployment.start_serve()
    tokens = [by_jwcrypto(claims(f"employee-{number}"), KEY) for number in range(PEOPLE)]

    def all_answer(port: int, trust: ssl.SSLContext | None) -> list[list[int]]:
        with ThreadPoolExecutor(50) as pool:
            return list(pool.map(lambda token: answer_as_a_browser_would(port, trust, BASE, token), tokens))

    if kind == "direct":
        statuses = all_answer(deployment.http_port, None)
    else:
        with running_front(kind, tmp_path, deployment.http_port, base=BASE, port=port) as front:
            statuses = all_answer(front.port, front.trust)
    assert [found for found in statuses if found != [200, 303, 200]] == []
    assert deployment.books()["accepted"] == PEOPLE


@pytest.mark.parametrize(
    ("name", "pattern"), [("nginx.conf", r"keepalive_timeout (\d+)s;"), ("Caddyfile", r"\tkeepalive (\d+)s")]
)
def test_idle_connections_are_kept_for_less_time_than_the_collector_keeps_them(name: str, pattern: str) -> None:
    """Otherwise the proxy would now and then send a request into a connection that is being closed. HAProxy keeps them
    for a few seconds by itself; `deploy/soak edge` waits for it."""
    source = (REPOSITORY / "Sources/NPSServer/Listener/ConnectionLimits.swift").read_text()
    kept = re.search(r"keepAlive: TimeAmount = \.seconds\((\d+)\)", source)
    setting = re.search(pattern, (REPOSITORY / "deploy" / name).read_text())
    assert kept and setting and int(setting[1]) + 10 <= int(kept[1])
