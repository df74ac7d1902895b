"""Emailed links: minted by three programs and the documentation, opened by scanners, answered by people."""

import base64
import csv
import io
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.by import By

from harness import canary
from harness.browser import browser
from harness.deployment import REPOSITORY, Deploy, Deployment
from harness.http_client import HTTPResponse, connect, fetch
from harness.links import HEADER, by_joserfc, by_jwcrypto, claims, new_key
from harness.program import run_command
from scenarios.mail_scanner import scan

KEY, OLD_KEY = new_key(), new_key()
KEYS = [f"new:{KEY}", f"old:{OLD_KEY}"]
CAMPAIGN = "65d4a5a2f0e1c8b7a6958473"
PROGRAMS = REPOSITORY / "Sources/NPSApp/Documentation.docc/Links.md"
"""Has a program in each of two languages that makes links."""


@pytest.fixture(scope="module")
def running(deploy_for_module: Deploy) -> Iterator[Deployment]:
    """A collector that takes answers through links only."""
    deployment = deploy_for_module({"survey": {"open": False, "link-keys": KEYS}, "log": {"level": "trace"}})
    deployment.start()
    yield deployment
    deployment.stop()
    for log in deployment.directory.glob("*.log"):
        text = log.read_text()
        assert "eyJ" not in text, f"{log} contains a token"
        assert KEY not in text and OLD_KEY not in text, f"{log} contains a key"


def get(deployment: Deployment, token: str) -> HTTPResponse:
    return deployment.get(f"/s/{token}")


def post(deployment: Deployment, token: str, **fields: str) -> HTTPResponse:
    return deployment.post_form(fields, f"/s/{token}")


def hidden(page: str, name: str) -> str:
    field = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert field, f"the form has no hidden {name}"
    return unescape(field[1])


def send_as_a_person(deployment: Deployment, token: str, **typed: str) -> HTTPResponse:
    """Opens the form, takes the time that people take, and sends it."""
    issued = hidden(get(deployment, token).text, "issued")
    # Whoever sends it sooner is taken for a bot.
    time.sleep(2.1)
    return post(deployment, token, **typed, issued=issued)


def record_of(deployment: Deployment, name: str) -> dict[str, Any]:
    """The one record of a person at the API, once everything is delivered."""
    deployment.await_drained()
    (record,) = [record for record in deployment.records() if record["email"] == canary.address(name)]
    return record


def waiting_of(deployment: Deployment, name: str) -> dict[str, Any]:
    """The one response of a person in the queue that is not delivered yet."""
    listed = deployment.data("queue", "list")
    (waiting,) = [response for response in listed if response.get("email") == canary.address(name)]
    return dict(waiting)


@pytest.mark.parametrize("mint", [by_jwcrypto, by_joserfc])
def test_a_link_of_another_program_takes_one_answer_that_can_be_changed(
    running: Deployment, mint: Callable[..., str]
) -> None:
    name = mint.__name__.replace("_", "-")
    token = mint(claims(name, iat=int(time.time()), campaignId=CAMPAIGN, lang="en"), KEY)
    page = get(running, f"{token}/9")
    assert page.status == 200
    assert canary.WORD not in page.text, "the page shows the address"
    for score in ("9", "3"):
        answer = send_as_a_person(running, token, score=score, comment=canary.comment(name))
        assert answer.status == 303
        assert running.await_drained()["parked"] == 0
        thanks = fetch(running.http_port, "GET", answer.headers["location"])
        assert thanks.status == 200
        assert f"You gave {score} out of 10." in thanks.text, "once it is delivered, the thanks don't say what was sent"
    record = record_of(running, name)
    assert record["nps"] == 3
    assert record["campaignId"] == CAMPAIGN
    again = get(running, token)
    assert re.search(r'<time datetime="\d{4}-\d\d-\d\d"', again.text), "the page doesn't say when an answer was given"
    assert canary.WORD not in again.text, "what was delivered is still known"
    assert send_as_a_person(running, token, score="4", comment="", earlier=hidden(again.text, "earlier")).status == 303
    record = record_of(running, name)
    assert record["nps"] == 4
    assert canary.WORD in record["npsComment"], "who changed the number lost the comment"
    assert send_as_a_person(running, token, score="4", comment="", earlier="unknown", remove="1").status == 303
    assert not record_of(running, name)["npsComment"], "a comment can't be removed"


def test_the_key_ring_opens_links_of_the_old_key(running: Deployment) -> None:
    old = by_joserfc(claims("rotation"), OLD_KEY, HEADER | {"kid": "old"})
    assert get(running, old).status == 200
    assert get(running, by_joserfc(claims("rotation"), OLD_KEY)).status == 404


def test_an_expired_link_is_gone_and_takes_nothing(running: Deployment) -> None:
    before = running.books()["accepted"]
    token = by_jwcrypto(claims("expired", lifetime=-1), KEY)
    assert get(running, f"{token}/9").status == 410
    assert post(running, token, score="9").status == 410
    assert running.books()["accepted"] == before


def mutations(token: str) -> Iterator[str]:
    """Over five hundred ways in which a token can be wrong and still stand in a path."""
    header, _, iv, text, tag = token.split(".")
    for index, character in enumerate(token):
        yield token[:index] + ("B" if character == "A" else "A") + token[index + 1 :]
        yield token[:index]
        yield token[:index] + "." + token[index:]
    for parts in (
        [header, iv, "", text, tag],
        [header, "", text, iv, tag],
        [header, "", iv, tag, text],
        [header, text],
    ):
        yield ".".join(parts)
    for changed in (
        HEADER | {"alg": "none"},
        HEADER | {"alg": "A256KW"},
        HEADER | {"enc": "A128GCM"},
        HEADER | {"kid": "old"},
        HEADER | {"kid": "other"},
        HEADER | {"zip": "DEF"},
        HEADER | {"crit": ["exp"]},
    ):
        encoded = base64.urlsafe_b64encode(json.dumps(changed).encode()).decode().rstrip("=")
        yield f"{encoded}..{iv}.{text}.{tag}"
    yield from (token + "A", token + token, "A" * 1500, by_jwcrypto(claims("x"), OLD_KEY))
    yield by_jwcrypto(claims("zipped"), KEY, HEADER | {"zip": "DEF"})
    yield by_jwcrypto(claims("long", survey="x" * 900), KEY)
    yield by_jwcrypto({"jti": "x", "email": "nobody", "exp": 4102444800}, KEY)


def test_mutated_links_are_all_refused_with_one_answer(running: Deployment) -> None:
    before = running.books()["accepted"]
    token = by_joserfc(claims("mutated"), KEY)
    tried = [mutated for mutated in dict.fromkeys(mutations(token)) if mutated]
    assert len(tried) > 500
    connection = connect(running.http_port)
    answers = set()
    for mutated in tried:
        connection.request("GET", f"/s/{mutated}")
        answer = HTTPResponse.read(connection.getresponse())
        headers = frozenset((name.lower(), value) for name, value in answer.headers.items() if name.lower() != "date")
        answers.add((answer.status, answer.body, headers))
    connection.close()
    assert len(answers) == 1
    assert next(iter(answers))[0] == 404
    assert get(running, token).status == 200
    assert running.books()["accepted"] == before


@pytest.mark.parametrize("ending", [".", ",", "=", "%22", "%3E", "&utm_source=x", "./9", "%22/9", "/9.", "/9&x=y"])
def test_what_a_mail_program_appends_to_a_link_does_no_harm(running: Deployment, ending: str) -> None:
    token = by_joserfc(claims("appended"), KEY)
    page = get(running, token + ending)
    assert page.status == 200
    assert (b" checked" in page.body) == ("9" in ending)


def test_scanners_that_open_every_link_and_score_record_nothing(running: Deployment) -> None:
    """A tenth of what deploy/soak does: a hundred links, all scores, GET and HEAD, twenty times."""
    before = running.books()["accepted"]
    tokens = [by_joserfc(claims(f"scanned-{number}"), KEY) for number in range(100)]
    assert scan(running, tokens, rounds=20) == 100 * 12 * 2 * 20
    assert running.books()["accepted"] == before


def test_a_browser_that_opens_every_score_and_waits_records_nothing(running: Deployment) -> None:
    """With scripts on: a page that sent itself would do it here."""
    before = running.books()["accepted"]
    token = by_joserfc(claims("browsed"), KEY)
    with browser(scripts=True) as driver:
        for score in range(11):
            driver.get(f"http://127.0.0.1:{running.http_port}/s/{token}/{score}")
            chosen = driver.find_element(By.CSS_SELECTOR, "input[name=score]:checked")
            assert chosen.get_attribute("value") == str(score)
        # Longer than any of the delays after which pages are known to send themselves.
        time.sleep(2)
    assert running.books()["accepted"] == before


def test_a_scanner_that_sends_the_form_ends_flagged_and_overwritten(running: Deployment) -> None:
    """It leaves out the time that every form carries, which flags it however slow it or this machine is."""
    name = "form-scanner"
    token = by_joserfc(claims(name), KEY)
    assert get(running, f"{token}/0").status == 200
    assert post(running, token, score="0").status == 303
    waiting = waiting_of(running, name)
    assert waiting["state"] == "pending" and waiting["nextAttemptAt"] > waiting["acceptedAt"]
    assert post(running, token, score="1", nps_blank="https://example.com").status == 429
    assert send_as_a_person(running, token, score="10").status == 303
    record = record_of(running, name)
    assert record["nps"] == 10
    assert not (record.get("custom") or {}).get("suspect")


def opened_by_a_scanner(running: Deployment) -> tuple[str, str, list[str]]:
    """A response, its link, and the times in its eleven forms, which were opened as quickly as scanners do it."""
    for attempt in range(20):
        name = f"patient-scanner-{attempt}"
        token = by_joserfc(claims(name), KEY)
        begin = time.monotonic()
        stamps = [hidden(get(running, f"{token}/{score}").text, "issued") for score in range(11)]
        if time.monotonic() - begin < 1.5:
            return name, token, stamps
    pytest.fail("this machine is too slow to be a scanner")


def test_a_patient_scanner_that_sends_every_score_ends_flagged(running: Deployment) -> None:
    """It waits longer than a person who is in a hurry, and sends each form with the time that the form carries."""
    name, token, stamps = opened_by_a_scanner(running)
    time.sleep(3)
    for score, issued in enumerate(stamps):
        assert post(running, token, score=str(score), issued=issued).status in (303, 429)
    assert waiting_of(running, name)["heldUntil"], "a bot's answer goes out as a person's"
    assert send_as_a_person(running, token, score="9").status == 303
    record = record_of(running, name)
    assert record["nps"] == 9 and not (record.get("custom") or {}).get("suspect")


def test_a_form_from_before_the_answer_does_not_replace_it(running: Deployment) -> None:
    name = "stale"
    token = by_joserfc(claims(name), KEY)
    issued = hidden(get(running, token).text, "issued")
    assert send_as_a_person(running, token, score="9", comment=canary.comment(name)).status == 303
    late = post(running, token, score="0", issued=issued)
    assert late.status == 409
    assert "Please send it once more" in late.text
    assert record_of(running, name)["nps"] == 9


def test_links_for_contacts(running: Deployment) -> None:
    address = canary.address("contact")
    contacts = f'Name,email,id,lang,Phone\n"Lovelace, Ada",{address},17,de,+44\nNobody,{canary.WORD},18,,\n'
    result = running.run("links", "--survey", "autumn", "--expires-in-days", "7", typed=contacts)
    assert result.returncode == 1
    assert "line 3 left out: email" in result.stderr
    assert "1 link written, 1 row left out." in result.stderr
    assert canary.WORD not in result.stderr
    (row,) = csv.DictReader(io.StringIO(result.stdout))
    assert (row["Name"], row["email"], row["id"], row["Phone"]) == ("Lovelace, Ada", address, "17", "+44")
    address_of_link = urlsplit(row["link"])
    assert address_of_link.port == running.http_port
    page = fetch(running.http_port, "GET", address_of_link.path + "/7")
    assert page.status == 200
    assert re.search(r'value="7"[^>]* checked', unescape(page.text))


@pytest.mark.parametrize(
    ("syntax", "tag"),
    [("mailchimp", "*|LINK|*"), ("sendgrid", "{{link}}"), ("hubspot", "{{ contact.link }}"), ("plain", "{link}")],
)
def test_the_email_block_has_eleven_scores(running: Deployment, syntax: str, tag: str) -> None:
    for part in ("--html", "--text"):
        result = running.run("links", "email", part, "--syntax", syntax)
        assert result.returncode == 0, result.stderr
        assert all(f"{tag}/{score}" in result.stdout for score in range(11))
        assert "<img" not in result.stdout and "<script" not in result.stdout


@pytest.mark.parametrize("words", [["email", "--split"], ["--split", "email"]])
def test_the_email_block_joins_a_split_link(running: Deployment, words: list[str]) -> None:
    result = running.run("links", *words, "--text", "--syntax", "mailchimp")
    assert result.returncode == 0, result.stderr
    assert all(f"*|LINK|**|LINK2|*/{score}\n" in result.stdout for score in range(11))


@pytest.mark.parametrize("language", ["python", "js"])
def test_the_programs_in_the_documentation_make_links(running: Deployment, tmp_path: Path, language: str) -> None:
    program = sys.executable if language == "python" else shutil.which("node")
    if program is None:
        pytest.skip("there is no node on this machine")
    match = re.search(rf"^```{language}\n(.*?)^```$", PROGRAMS.read_text(), re.MULTILINE | re.DOTALL)
    assert match, f"{PROGRAMS.name} has no example in {language}"
    script = tmp_path / ("link.py" if language == "python" else "link.mjs")
    script.write_text(match[1])
    environment = {"SURVEY_LINK_KEYS": ",".join(KEYS), "PATH": os.environ["PATH"]}
    result = run_command(program, script, environment=environment)
    assert result.returncode == 0, result.stderr
    address = urlsplit(result.stdout.strip())
    assert fetch(running.http_port, "GET", address.path + "/10").status == 200
