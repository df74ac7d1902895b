"""Several surveys: from their files to the records at the API, and back when a file is wrong."""

import csv
import io
import json
import re
import signal
import time
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from harness import canary
from harness.deployment import Deploy, Deployment
from harness.http_client import fetch
from harness.links import new_key
from harness.waiting import wait_until

CAMPAIGN = "65d4a5a2f0e1c8b7a6958473"
KEY = new_key()
SURVEYS: dict[str, dict[str, Any]] = {
    "academy": {
        "brand": "Academy",
        "campaignId": CAMPAIGN,
        "custom": {"programme": "academy"},
        "parameters": ["plan"],
        "thanks": {"promoters": {"link": "https://reviews.example.com/academy"}},
        "languages": {"de": {"send": "Ab die Post"}},
    },
    "renewal": {"open": False, "brand": "Renewal", "languages": {"en": {"commentDetractor": "What would keep you?"}}},
    "later": {"opens": "2199-01-01"},
    "over": {"closes": "2001-01-01"},
}


def write(directory: Path, surveys: dict[str, dict[str, Any]]) -> None:
    """Every JSON document is YAML."""
    directory.mkdir(exist_ok=True)
    for name, survey in surveys.items():
        (directory / f"{name}.yaml").write_text(json.dumps(survey, indent=1))


@pytest.fixture
def running(deploy: Deploy, tmp_path: Path) -> Deployment:
    write(tmp_path / "surveys", SURVEYS)
    settings = {"surveys": {"directory": str(tmp_path / "surveys")}, "survey": {"link-keys": [f"new:{KEY}"]}}
    deployment = deploy(settings | {"http": {"public-url": "https://nps.example.com"}})
    deployment.start()
    return deployment


def hidden(page: str, name: str) -> str:
    field = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert field, f"the form has no hidden {name}"
    return unescape(field[1])


def test_a_programme_of_two_surveys(running: Deployment) -> None:
    """An open survey that takes a parameter of its address, and one that only links lead to."""
    page = running.get("/survey/academy?plan=gold&other=1&lang=de")
    assert page.status == 200 and "Ab die Post" in page.text
    action = re.search(r'action="([^"]*)"', page.text)
    assert action and unescape(action[1]) == "/survey/academy?lang=de&plan=gold"
    fields = {"nonce": hidden(page.text, "nonce"), "email": canary.address("open"), "score": "9"}
    words = canary.comment("Schnell & freundlich")
    sent = running.post_form(fields | {"comment": words}, unescape(action[1]))
    assert sent.status == 303 and canary.WORD not in sent.headers["location"]
    thanks = running.get(sent.headers["location"])
    assert words in unescape(thanks.text) and "https://reviews.example.com/academy" in thanks.text
    assert canary.WORD not in running.get(sent.headers["location"]).text, "the comment is shown twice"

    contacts = "email,id,Plan,Seats\n" + "".join(
        f"{canary.address(f'linked-{number}')},c{number},{plan},{number}\n"
        for number, plan in enumerate(("gold", "", "silver"))
    )
    minted = running.run(
        *("links", "--survey", "renewal", "--custom", "plan=Plan,seats:number=Seats"),
        *("--sent-at", "2026-12-01T08:00:00+01:00"),
        typed=contacts,
    )
    assert minted.returncode == 0, minted.stderr
    rows = list(csv.DictReader(io.StringIO(minted.stdout)))
    links = [row["link"].removeprefix("https://nps.example.com") for row in rows]
    page = running.get(links[0] + "/2")
    assert "Renewal" in page.text and '<b class="detractor">What would keep you?</b>' in page.text
    issued = [hidden(running.get(link).text, "issued") for link in links]
    time.sleep(2.1)
    for score, (link, stamp) in zip(("2", "8", "10"), zip(links, issued, strict=True), strict=True):
        assert running.post_form({"score": score, "issued": stamp}, link).status == 303

    assert running.await_drained()["delivered"] == 4
    records = {record["email"].split("-", 1)[1].split("@")[0]: record for record in running.records()}
    assert records["open"]["custom"] == {"programme": "academy", "plan": "gold"}
    assert records["open"]["campaignId"] == CAMPAIGN
    assert records["linked-0"]["custom"] == {"plan": "gold", "seats": 0}
    assert records["linked-1"]["custom"] == {"seats": 1}
    assert [records[f"linked-{number}"]["nps"] for number in range(3)] == [2, 8, 10]
    assert {records[f"linked-{number}"]["dateSent"] for number in range(3)} == {"2026-12-01T07:00:00.000Z"}


def test_surveys_that_take_nothing_say_so(running: Deployment) -> None:
    for name, status, sentence in (
        ("renewal", 404, "This survey is closed"),
        ("later", 404, "It opens on January 1, 2199."),
        ("over", 410, "This survey is closed"),
    ):
        page = running.get(f"/survey/{name}")
        assert page.status == status and sentence in page.text
        form = {"email": canary.address("late"), "score": "9"}
        assert running.post_form(form, f"/survey/{name}").status == status
    assert running.get("/survey/nobody").status == 404
    assert running.books()["accepted"] == 0


def test_check_lists_the_surveys_and_all_their_mistakes(running: Deployment, tmp_path: Path) -> None:
    listed = {entry["key"]: entry["value"] for entry in running.data("check") if entry["key"].startswith("surveys.")}
    assert listed["surveys.academy"] == "open"
    assert listed["surveys.later"] == "open, opens 2199-01-01T00:00:00.000Z"
    assert listed["surveys.renewal"] == "links only"
    write(tmp_path / "surveys", {"academy": {"brnad": "x"}, "renewal": {"languages": {"en": {"qestion": "x"}}}})
    result = running.run("check")
    assert result.returncode == 78
    assert "academy.yaml:2: brnad is not a known key: did you mean brand?" in result.stderr
    assert "renewal.yaml:4: languages.en.qestion is not a known key: did you mean question?" in result.stderr
    misnamed = running.run("links", "--survey", "academi", typed="email\nada@example.com\n")
    assert misnamed.returncode == 78 or "Did you mean academy?" in misnamed.stderr


def test_a_reload_brings_new_surveys_and_a_broken_one_changes_nothing(running: Deployment, tmp_path: Path) -> None:
    def brand() -> str | None:
        found = re.search(r'class="brand">([^<]*)<', running.get("/survey/academy").text)
        return found[1] if found else None

    write(tmp_path / "surveys", {"academy": {"brand": "Broken", "open": "maybe"}})
    running.serve.signal(signal.SIGHUP)
    wait_until(lambda: "stay in force" in running.serve.log.read_text(), "a complaint")
    assert "academy.yaml:3: open must be true or false" in running.serve.log.read_text()
    assert brand() == "Academy"
    write(tmp_path / "surveys", {"academy": {"brand": "New"}, "second": {}})
    running.serve.signal(signal.SIGHUP)
    wait_until(lambda: brand() == "New", "the new survey")
    assert running.get("/survey/second").status == 200


def test_a_frame_of_another_site_may_show_a_survey_if_it_is_named(deploy: Deploy, tmp_path: Path) -> None:
    write(tmp_path / "surveys", {"academy": {}})
    settings = {"surveys": {"directory": str(tmp_path / "surveys")}}
    deployment = deploy(settings | {"survey": {"frame-ancestors": ["https://www.example.com"]}})
    deployment.start()
    page = fetch(deployment.http_port, "GET", "/survey/academy")
    assert "frame-ancestors https://www.example.com" in page.headers["content-security-policy"]
    assert page.headers["cross-origin-resource-policy"] == "cross-origin"
