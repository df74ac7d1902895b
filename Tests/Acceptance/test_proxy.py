"""The shipped nginx.conf in a real nginx, under a base path."""

import itertools
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from harness import canary
from harness.browser import answer_form, browser
from harness.deployment import Deploy, Deployment
from harness.http_client import HTTPResponse, fetch
from harness.nginx import running_nginx, shipped_for
from harness.ports import free_port
from harness.waiting import wait_until
from harness.webhook import Sender, fresh_response

BASE = "/feedback"
BURST = 60
"""Requests that one client of the form may send at once."""

HOSTILE = {
    "x-forwarded-host": "evil.example",
    "x-forwarded-proto": "gopher",
    "x-forwarded-prefix": "/evil",
    "x-forwarded-for": "203.0.113.9",
    "forwarded": "for=203.0.113.9;host=evil.example;proto=gopher",
}


@dataclass(frozen=True)
class Front:
    """nginx before a collector."""

    deployment: Deployment
    port: int
    plain_port: int

    @property
    def address(self) -> str:
        return f"https://localhost:{self.port}{BASE}"

    def get(self, path: str, headers: dict[str, str] | None = None) -> HTTPResponse:
        return fetch(self.port, "GET", path, headers, trust=self.deployment.trusted)


@pytest.fixture(scope="module")
def front(deploy_for_module: Deploy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    port, plain_port = free_port(), free_port()
    public = {"public-url": f"https://localhost:{port}{BASE}", "trusted-proxies": ["127.0.0.0/8"]}
    deployment = deploy_for_module({"http": public})
    deployment.start()
    directory = tmp_path_factory.mktemp("nginx")
    shipped = shipped_for(directory, deployment.http_port)
    with running_nginx(directory, port, plain_port, shipped) as certificate:
        deployment.trust(certificate)
        yield Front(deployment, port, plain_port)


def links(page: str) -> list[str]:
    return [unescape(link) for link in re.findall(r"(?:href|action|src)=\"?([^\"\s>]+)", page)]


def test_the_form_works_under_a_base_path(front: Front) -> None:
    before = front.deployment.books()["accepted"]
    with browser() as driver:
        text = answer_form(driver, f"{front.address}/survey", canary.address("nginx"), 8, canary.comment("nginx"))
        assert driver.current_url.startswith(f"{front.address}/survey/thanks?")
    assert "thank" in text.lower()
    assert front.deployment.books()["accepted"] == before + 1


@pytest.mark.parametrize("path", ["/survey", "/survey/thanks", "/nowhere"])
@pytest.mark.parametrize("headers", [{}, HOSTILE], ids=["plain", "hostile"])
def test_every_link_has_the_base_path_whatever_headers_say(front: Front, path: str, headers: dict[str, str]) -> None:
    page = front.get(BASE + path, headers)
    assert "evil" not in page.text and "gopher" not in page.text
    for link in links(page.text):
        target = urlsplit(link)
        is_local = not target.netloc and target.scheme in ("", "data", "mailto")
        assert is_local or target.netloc == f"localhost:{front.port}"
        assert not target.path.startswith("/") or target.path.startswith(f"{BASE}/"), link


def test_hostile_headers_change_nothing_without_a_proxy_either(front: Front) -> None:
    """They reach the collector itself here, from an address that it was told to trust."""
    for path in ("/survey", "/survey/thanks"):
        page = fetch(front.deployment.http_port, "GET", path, HOSTILE)
        assert page.status == 200
        assert "evil" not in page.text and "gopher" not in page.text


@pytest.mark.parametrize(("proxies", "is_believed"), [(["127.0.0.0/8"], True), ([], False)])
def test_only_a_trusted_proxy_says_who_the_client_is(deploy: Deploy, proxies: list[str], is_believed: bool) -> None:
    """Seen through the limit that each client of the form has: sixty requests at once, and one more each second."""
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
    # however slow this machine is, but never another sixty.
    assert allowed("203.0.113.5, 198.51.100.1") < BURST
    assert (allowed("198.51.100.2") >= BURST) == is_believed


def test_a_webhook_passes_the_proxy(front: Front) -> None:
    trusted = front.deployment.trusted
    with Sender(front.port, front.deployment.secret, f"{BASE}/webhooks/standard", trusted) as sender:
        assert sender.post(fresh_response("proxy")).json()["status"] == "accepted"


def test_no_log_names_a_link_a_token_or_a_source(deploy: Deploy, tmp_path: Path) -> None:
    """Requests refused by the limit, answered, and failed because there is no collector."""
    deployment = deploy({})
    deployment.start_serve()
    port = free_port()
    # At the shipped rate a slow machine could send so few requests that none is refused.
    slow_limit = {"rate=5r/s": "rate=1r/s"}
    shipped = shipped_for(tmp_path, deployment.http_port, slow_limit)
    with running_nginx(tmp_path, port, free_port(), shipped) as certificate:
        trust = ssl.create_default_context(cafile=str(certificate))

        def get(path: str) -> int:
            return fetch(port, "GET", BASE + path, trust=trust).status

        webhook = "/webhooks/CANARYSOURCE?token=CANARYTOKEN"
        assert {get(f"/s/CANARYLINK{number}/9") for number in range(100)} == {404, 429}
        assert get(webhook) == 404
        deployment.serve.stop()
        wait_until(lambda: get("/s/CANARYLINK/9") == 502, "a page that fails because there is no collector")
        assert get(webhook) == 502
    written = {log.name: log.read_text() for log in tmp_path.glob("nginx*.log")}
    assert len(written) == 4
    assert "/feedback/s/TOKEN" in written["nginx-access.log"] and "/webhooks/NAME" in written["nginx-access.log"]
    for name, text in written.items():
        assert "CANARY" not in text, name


def test_plain_http_is_redirected_but_never_for_a_webhook(front: Front) -> None:
    page = fetch(front.plain_port, "GET", f"{BASE}/survey")
    assert (page.status, page.headers["location"]) == (308, f"https://localhost{BASE}/survey")
    with Sender(front.plain_port, front.deployment.secret, f"{BASE}/webhooks/standard") as sender:
        assert sender.post(fresh_response("plain")).status == 403


def test_other_paths_stay_with_nginx(front: Front) -> None:
    assert front.get("/survey").status == 404
