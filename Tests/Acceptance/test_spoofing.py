"""No header of a client's changes who it is, where a link leads, or what a log says."""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.deployment import Deploy, Deployment
from harness.proxies import KINDS, UNLIMITED, Front, running_front
from harness.raw_http import Answer, converse
from scenarios.spoofed_headers import MARKS, SPOOFED

BASE = "/a/b"
CLIENT = "127.0.0.5"
"""The client's address; 127.0.0.1 is the proxy's, and that alone is trusted."""
DIRECT = "direct"
TRIES = 30
BURST, PER_SECOND = 300, 5
"""Requests that a client may send at once, and those for which its limit gives room again when it is used up."""


@dataclass(frozen=True)
class Way:
    """To the collector, over a proxy or without one."""

    deployment: Deployment
    front: Front | None

    def ask(self, line: str, spoof: str, body: str = "") -> Answer:
        fields = (
            f"Host: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        )
        request = f"{line} HTTP/1.1\r\n{fields}{spoof}\r\nX-End: 1\r\n\r\n{body}".encode("latin-1")
        port, trust = (self.front.port, self.front.trust) if self.front else (self.deployment.http_port, None)
        answers = converse(port, request, trust, CLIENT, expected=1).answers()
        assert len(answers) == 1
        return answers[0]

    def is_limited(self, spoof: str) -> bool:
        """Whether the collector still knows the client, whose requests are used up; true also for a request that is
        refused as malformed."""
        begin = time.monotonic()
        # A limit that is used up lets half of these through at most, that of another client all.
        for tries in range(BURST):
            if tries > TRIES + 2 * PER_SECOND * (time.monotonic() - begin):
                break
            if self.ask(f"POST {BASE}/survey", spoof, "score=11").status in (429, 400):
                return True
        return False

    @property
    def logs(self) -> list[Path]:
        return [*self.deployment.directory.glob("*.log"), *(self.front.logs if self.front else [])]


@pytest.fixture(scope="module", params=[*KINDS, DIRECT])
def way(
    request: pytest.FixtureRequest, deploy_for_module: Deploy, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Way]:
    kind = str(request.param)
    proxies = [] if kind == DIRECT else ["127.0.0.1/32"]
    settings = {"public-url": f"https://localhost{BASE}", "trusted-proxies": proxies}
    deployment = deploy_for_module({"http": settings, "log": {"level": "trace", "format": "json"}})
    deployment.start_serve()
    if kind == DIRECT:
        yield Way(deployment, None)
        return
    directory = tmp_path_factory.mktemp(kind)
    with running_front(kind, directory, deployment.http_port, base=BASE, changes=UNLIMITED[kind]) as front:
        yield Way(deployment, front)


def test_there_are_enough_headers() -> None:
    assert len(SPOOFED) == len(set(SPOOFED)) and len(SPOOFED) >= 60


def page(answer: Answer) -> tuple[int, str]:
    """What is the same in each page: without the form's nonce and stamp."""
    return answer.status, re.sub(rb'name="?(nonce|issued)"? value="[^"]*"', b"", answer.body).decode()


def test_no_header_changes_a_page_or_a_redirect(way: Way) -> None:
    usual = {
        line: page(way.ask(line, "X-A: b")) for line in (f"GET {BASE}/survey", f"GET {BASE}/survey/thanks?score=9")
    }
    for spoof in SPOOFED:
        for line, expected in usual.items():
            answer = way.ask(line, spoof)
            assert answer.status == 400 or page(answer) == expected, spoof
            assert not any(mark in repr(answer) for mark in MARKS), spoof


def test_no_header_makes_another_client(way: Way) -> None:
    for _ in range(1_000):
        if way.ask(f"POST {BASE}/survey", "X-A: b", "score=11").status == 429:
            break
    else:
        pytest.fail("nothing was ever refused")
    believed = [spoof for spoof in SPOOFED if not way.is_limited(spoof)]
    assert not believed


def access_lines(log: Path) -> set[str]:
    """The access log without what differs from request to request."""
    kept: set[str] = set()
    for line in log.read_text().splitlines():
        entry = json.loads(line)
        if entry.get("message") == "request":
            metadata = entry.get("metadata", entry)
            kept.add(json.dumps({name: metadata[name] for name in ("listener", "method", "route", "status")}))
    return kept


def test_no_header_gets_into_a_log(way: Way) -> None:
    """After all of the above."""
    for log in way.logs:
        text = log.read_text(errors="replace")
        assert not any(mark in text for mark in (*MARKS, CLIENT)), log
    methods = {json.loads(line)["method"] for line in access_lines(way.deployment.serve.log)}
    assert methods <= {"GET", "POST"}
