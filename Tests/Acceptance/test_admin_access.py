"""Who gets to the admin listener: under which name, with which token, from which page, and how often."""

import base64
import itertools
import json
import re
import subprocess
from typing import Any

import pytest

from harness import canary
from harness.deployment import Deploy, Deployment
from harness.http_client import HTTPResponse, fetch
from harness.raw_http import Answer, converse
from harness.waiting import wait_until
from harness.webhook import fresh_response

FOREIGN = "kanarienvogel.example"
REALM = 'Basic realm="nps-collector", charset="UTF-8"'


def ask(deployment: Deployment, head: str, *fields: str) -> Answer:
    """The answer to a request whose head is exactly this."""
    request = "\r\n".join((head, *fields, "Connection: close", "", "")).encode()
    (answer,) = converse(deployment.admin_port, request, expected=1).answers(to_head=head.startswith("HEAD"))
    return answer


def basic(password: str, user: str = "ana") -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def page(deployment: Deployment, method: str = "GET", path: str = "/", **headers: str) -> HTTPResponse:
    return fetch(deployment.admin_port, method, path, headers)


def refusals(deployment: Deployment) -> dict[str, int]:
    text = fetch(deployment.admin_port, "GET", "/metrics").text
    return {cause: int(count) for cause, count in re.findall(r'nps_admin_refusals_total\{cause="(\w+)"\} (\d+)', text)}


@pytest.mark.parametrize("path", ["/", "/livez", "/readyz", "/metrics", "/queue/status", "/console/nps", "/nowhere"])
def test_no_path_is_answered_under_a_strangers_name(running: Deployment, path: str) -> None:
    before = refusals(running)["host"]
    token = f"Authorization: Bearer {running.admin_token}"
    for method in ("GET", "HEAD", "POST"):
        answer = ask(running, f"{method} {path} HTTP/1.1", f"Host: {FOREIGN}:{running.admin_port}", token)
        assert answer.status == 421
        assert answer.fields["content-type"] == "application/problem+json"
        if method != "HEAD":
            assert "admin.host-names" in json.loads(answer.body)["detail"]
        assert canary.WORD.encode() not in answer.body
    assert refusals(running)["host"] == before + 3


def test_the_host_that_counts_is_that_of_the_address(running: Deployment) -> None:
    own = f"Host: 127.0.0.1:{running.admin_port}"
    assert ask(running, f"GET http://{FOREIGN}/livez HTTP/1.1", own).status == 421
    assert ask(running, "GET http://localhost/livez HTTP/1.1", f"Host: {FOREIGN}").status == 200
    claimed = f"X-Forwarded-Host: {FOREIGN}", f"Forwarded: host={FOREIGN}"
    assert ask(running, "GET /livez HTTP/1.1", own, *claimed).status == 200
    assert ask(running, "GET /livez HTTP/1.1").status == 400
    assert ask(running, "GET /livez HTTP/1.1", own, f"Host: {FOREIGN}").status == 400
    # Probes of HTTP/1.0 name no host, and browsers don't speak it.
    assert ask(running, "GET /livez HTTP/1.0").status == 200


def test_names_of_the_settings_are_answered(deploy: Deploy) -> None:
    deployment = deploy({"admin": {"host-names": ["nps-admin.example.com", ".cluster.local"]}})
    deployment.start()
    expected = {
        "nps-admin.example.com:9": 200,
        "NPS.nps.svc.Cluster.local": 200,
        "localhost": 200,
        "nps.internal": 200,
        "example.com": 421,
        "nps.local": 421,
    }
    assert {name: ask(deployment, "GET /livez HTTP/1.1", f"Host: {name}").status for name in expected} == expected
    shown = deployment.data("check")
    assert "nps-admin.example.com, .cluster.local" in json.dumps(shown)


def test_a_browser_is_asked_for_the_password_and_programs_for_the_token(running: Deployment) -> None:
    asked = page(running)
    assert (asked.status, asked.headers["www-authenticate"]) == (401, REALM)
    assert asked.headers["referrer-policy"] == "same-origin"
    refused = fetch(running.admin_port, "GET", "/queue/status")
    assert (refused.status, refused.headers["www-authenticate"]) == (401, 'Bearer realm="nps-collector"')
    # What a browser sends by itself is no key to what programs use.
    assert fetch(running.admin_port, "GET", "/queue/status", basic(running.admin_token)).status == 401
    token = running.admin_token
    for headers in (basic(token), basic(token, user=""), bearer(token)):
        assert page(running, **headers).status not in (401, 403, 429)


def test_without_a_token_a_page_says_how_to_get_in(deploy: Deploy) -> None:
    deployment = deploy({"admin": {"token": None}})
    settings: dict[str, Any] = json.loads(deployment.config.read_text())
    del settings["admin"]["token"]
    deployment.config.write_text(json.dumps(settings))
    deployment.start()
    for headers in ({}, basic(""), basic("x")):
        answer = page(deployment, **headers)
        assert answer.status == 403 and "admin.token" in answer.text
        assert "www-authenticate" not in answer.headers


ORIGINS = [None, "own", "null", "http://evil.example", "http://127.0.0.1"]
SITES = [None, "same-origin", "same-site", "cross-site", "none"]


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("site", SITES)
def test_only_our_own_pages_change_anything(running: Deployment, origin: str | None, site: str | None) -> None:
    own = f"http://127.0.0.1:{running.admin_port}"
    headers = basic(running.admin_token)
    if origin:
        headers["origin"] = own if origin == "own" else origin
    if site:
        headers["sec-fetch-site"] = site
    is_own = (origin or site) is not None and origin in (None, "own") and site in (None, "same-origin")
    for path in ("/console/parked", "/console/nowhere", "/"):
        answer = page(running, "POST", path, **headers)
        # What is there, and takes a form, is none of this test's business.
        assert (answer.status == 403) == (not is_own), f"{answer.status} {path}"
    # Looking is free, as from a bookmark or a link.
    assert page(running, **headers).status not in (401, 403)


def test_no_cross_origin_script_is_let_in(running: Deployment) -> None:
    headers = {
        "origin": "http://evil.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization",
    }
    for path in ("/queue/retry", "/console/parked", "/"):
        answer = fetch(running.admin_port, "OPTIONS", path, headers)
        assert answer.status >= 400
        assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("kind", ["pages", "programs"])
def test_who_tries_tokens_is_stopped(deploy: Deploy, kind: str) -> None:
    deployment = deploy({"log": {"level": "info"}})
    deployment.start()
    path, credentials = ("/", basic) if kind == "pages" else ("/queue/status", bearer)

    def attempt(headers: dict[str, str]) -> HTTPResponse:
        return fetch(deployment.admin_port, "GET", path, headers)

    answers = [attempt(credentials(f"{canary.WORD}{number}")) for number in range(10)]
    assert {answer.status for answer in answers} == {401}
    # As time passes, one more is heard now and then, however slow this machine is.
    while answers[-1].status != 429 or attempt(credentials(deployment.admin_token)).status != 429:
        answers.append(attempt(credentials(f"{canary.WORD}{len(answers)}")))
    heard = [answer.status for answer in answers].count(401)
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 6
    assert attempt({}).status == 401
    for free in ("/livez", "/readyz", "/metrics"):
        assert fetch(deployment.admin_port, "GET", free).status == 200
    counts = refusals(deployment)
    assert counts["credentials"] == heard and counts["rate"] >= 2

    def told() -> int:
        return deployment.serve.log.read_text().count("the admin listener refused requests")

    # It is written a moment later, and once a minute for each of two causes.
    wait_until(lambda: told() >= 2, "both lines in the log")
    assert told() <= 4
    assert not any(canary.WORD in answer.text for answer in answers)


def test_a_verb_waits_until_it_is_heard_again(deploy: Deploy) -> None:
    deployment = deploy()
    deployment.start()
    for number in itertools.count():
        wrong = fetch(deployment.admin_port, "GET", "/queue/status", bearer(f"wrong{number}"))
        if wrong.status == 429:
            break
    assert deployment.books()["parked"] == 0


def test_a_program_with_an_old_token_keeps_nobody_out(running: Deployment) -> None:
    for _ in range(200):
        assert fetch(running.admin_port, "GET", "/queue/status", bearer("of yesterday")).status == 401
    assert fetch(running.admin_port, "GET", "/queue/status", bearer(running.admin_token)).status == 200


def test_curl_gets_in_as_the_documentation_says(running: Deployment) -> None:
    url = f"http://127.0.0.1:{running.admin_port}"
    command = ["curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}"]
    secret = ["--header", f"Authorization: Bearer {running.admin_token}"]
    host = ["--header", f"Host: {FOREIGN}"]

    def status(*words: str) -> str:
        return subprocess.run([*command, *words], capture_output=True, text=True, check=True).stdout

    assert status(url + "/queue/status") == "401"
    assert status(*secret, url + "/queue/status") == "200"
    assert status(*secret, *host, url + "/metrics") == "421"


def test_what_operators_do_is_in_the_log_without_anybodys_words(deploy: Deploy) -> None:
    deployment = deploy({"log": {"level": "info"}})
    deployment.start()
    response = fresh_response("audit")
    assert deployment.post(response).status == 200
    deployment.await_drained()
    result = deployment.run("queue", "erase", "--email", "-", "--yes", "--json", typed=response["email"] + "\n")
    assert result.returncode == 0, result.stderr

    def logged() -> list[str]:
        lines = deployment.serve.log.read_text().splitlines()
        return [line for line in lines if "an operator changed something" in line]

    # It is written a moment later.
    lines = wait_until(logged, "the line in the log")
    assert len(lines) == 1
    assert "erase" in lines[0] and "verb" in lines[0] and "1 response and 0 quarantined payloads" in lines[0]
    assert canary.WORD not in deployment.run("queue", "audit").stdout


def test_a_verb_with_a_wrong_token_says_whose_it_is_and_where_it_was_given(deploy: Deploy) -> None:
    deployment = deploy()
    deployment.start()
    result = deployment.run("queue", "status", "--admin-token", "not-the-collectors")
    assert result.returncode == 78 and "not-the-collectors" not in result.stderr
    assert "admin.token (from: command line) isn't that of the collector at http://127.0.0.1:" in result.stderr
