"""Several surveys: from their files to the records at the API, and back when a file is wrong."""

import csv
import io
import json
import re
import signal
import time
from datetime import UTC, datetime, timedelta, timezone
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from selenium.webdriver.common.by import By

from harness import canary
from harness.browser import browser, next_page
from harness.deployment import Deploy, Deployment
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
        "languages": {"de": {"send": "Ab die Post"}, "cs": {"send": "Odeslat"}},
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

    mailed = datetime.now(timezone(timedelta(hours=1))).replace(microsecond=0) - timedelta(days=1)
    contacts = "email,id,Plan,Seats\n" + "".join(
        f"{canary.address(f'linked-{number}')},c{number},{plan},{number}\n"
        for number, plan in enumerate(("gold", "", "silver"))
    )
    minted = running.run(
        *("links", "--survey", "renewal", "--custom", "plan=Plan,seats:number=Seats"),
        *("--sent-at", mailed.strftime("%Y-%m-%dT%H:%M:%S+01:00")),
        typed=contacts,
    )
    assert minted.returncode == 0, minted.stderr
    rows = list(csv.DictReader(io.StringIO(minted.stdout)))
    links = [row["link"].removeprefix("https://nps.example.com") for row in rows]
    page = running.get(links[0] + "/2")
    assert "Renewal" in page.text and "<b>What would keep you?</b>" in page.text
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
    sent_at = mailed.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert {records[f"linked-{number}"]["dateSent"] for number in range(3)} == {sent_at}
    for wrong in ("20261201", "soon", "1999-01-01"):
        assert running.run("links", "--sent-at", wrong, typed=contacts).returncode == 64


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
    contacts = f"email,lang\n{canary.address('cs')},cs\n"
    for words in ([], ["email"], ["answered"]):
        misnamed = running.run("links", *words, "--survey", "academi", typed=contacts)
        assert (misnamed.returncode, misnamed.stdout) == (64, ""), misnamed.stderr
        assert "There is no survey academi in surveys.directory. Did you mean academy?" in misnamed.stderr
    label = running.run("links", "--survey", "academi", "--unlisted", typed=contacts)
    assert label.returncode == 0 and "there is no form in this lang" in label.stderr
    spoken = running.run("links", "--survey", "academy", typed=contacts)
    assert "1 link written." in spoken.stderr and "there is no" not in spoken.stderr.lower(), spoken.stderr
    listed = {entry["key"]: entry["value"] for entry in running.data("check") if entry["key"].startswith("surveys.")}
    assert listed["surveys.academy"] == "open"
    assert listed["surveys.later"] == "open, opens 2199-01-01T00:00:00.000Z"
    assert listed["surveys.renewal"] == "links only"
    write(tmp_path / "surveys", {"academy": {"brnad": "x"}, "renewal": {"languages": {"en": {"qestion": "x"}}}})
    result = running.run("check")
    assert result.returncode == 78
    assert "academy.yaml:2: brnad is not a known key: did you mean brand?" in result.stderr
    assert "renewal.yaml:4: languages.en.qestion is not a known key: did you mean question?" in result.stderr


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


class Site:
    """Another web site, with one page that has a survey in a frame."""

    def __init__(self) -> None:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = (
                    f'<!doctype html><title>Ours</title><iframe src="{site.framed}" width="900" height="900">'.encode()
                )
                self.send_response(200)
                self.send_header("content-type", "text/html")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.framed = ""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()


def test_a_page_that_is_named_may_show_a_survey_in_a_frame(deploy: Deploy, tmp_path: Path) -> None:
    """Another one may not. In the frame the survey is answered as anywhere else."""
    write(tmp_path / "surveys", SURVEYS)
    named, other = Site(), Site()
    settings = {"surveys": {"directory": str(tmp_path / "surveys")}, "survey": {"frame-ancestors": [named.origin]}}
    deployment = deploy(settings)
    deployment.start()
    form = f"http://127.0.0.1:{deployment.http_port}/survey/academy?plan=gold"
    with browser() as driver:
        for site in (other, named):
            site.framed = form
            driver.get(site.origin)
            driver.switch_to.frame(0)
            assert bool(driver.find_elements(By.CSS_SELECTOR, "#score-9")) == (site is named)
        driver.find_element(By.ID, "score-9").find_element(By.XPATH, "ancestor::label").click()
        driver.find_element(By.NAME, "email").send_keys(canary.address("framed"))
        driver.find_element(By.NAME, "comment").send_keys("Good in a frame")
        with next_page(driver):
            driver.find_element(By.CSS_SELECTOR, "form button").click()
        assert "Good in a frame" in driver.find_element(By.TAG_NAME, "body").text
        offer = driver.find_element(By.CSS_SELECTOR, "a.offer")
        assert offer.get_attribute("target") == "_top", "the offer would open in the frame"
    deployment.await_drained()
    assert [record["custom"] for record in deployment.records()] == [{"programme": "academy", "plan": "gold"}]


def test_a_footer_leads_to_the_open_form_with_the_score_chosen(running: Deployment) -> None:
    block = running.run("links", "email", "--footer", "--survey", "academy", "--lang", "de")
    assert block.returncode == 0, block.stderr
    addresses = [unescape(address) for address in re.findall(r'href="([^"]*)"', block.stdout)]
    assert addresses == [f"https://nps.example.com/survey/academy?lang=de&score={score}" for score in range(11)]
    page = running.get(addresses[9].removeprefix("https://nps.example.com"))
    assert page.status == 200 and 'id="score-9" checked' in page.text and "Ab die Post" in page.text
    text = running.run("links", "email", "--footer", "--text")
    assert "10, extremely likely: https://nps.example.com/survey?lang=en&score=10" in text.stdout
    assert running.run("links", "email", "--footer", "--survey", "renewal").returncode == 64
    own = running.run("links", "email", "--survey", "renewal", "--text")
    assert "9: {link}/9" in own.stdout, "the block for personal links is as ever"


def test_reminders_go_to_those_without_an_answer(running: Deployment) -> None:
    """Links, answers, reminders, done: a whole round."""
    contacts = "email,id\n" + "".join(f"{canary.address(f'round-{number}')},{number}\n" for number in range(40))
    links = running.run("links", "--survey", "renewal", typed=contacts).stdout
    rows = list(csv.DictReader(io.StringIO(links)))
    paths = [row["link"].removeprefix("https://nps.example.com") for row in rows]
    issued = [hidden(running.get(path).text, "issued") for path in paths]
    # It leaves out what every form carries, which gives it away however slow this machine is.
    assert running.post_form({"score": "9"}, paths[39]).status == 303
    time.sleep(2.1)
    for number in range(10):
        fields = {"score": str(number), "issued": issued[number], "comment": canary.comment("round")}
        assert running.post_form(fields, paths[number]).status == 303

    def answered(text: str, *words: str) -> list[dict[str, str]]:
        result = running.run("links", "answered", *words, typed=text)
        assert result.returncode == 0, result.stderr
        return list(csv.DictReader(io.StringIO(result.stdout)))

    everybody = answered(links)
    assert [bool(row["answered"]) for row in everybody] == [number < 10 for number in range(40)]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", row["answered"]) for row in everybody[:10])
    assert canary.WORD not in "".join(row["answered"] for row in everybody)
    assert answered(contacts, "--survey", "renewal")[3]["answered"] == everybody[3]["answered"]
    remind = answered(links, "--waiting")
    assert [row["id"] for row in remind] == [str(number) for number in range(10, 40)]

    assert running.run("queue", "erase", "--yes", "--email", canary.address("round-0")).returncode == 0
    # The reminder has the same link, and an answer given before is changed by it.
    again = hidden(running.get(paths[5]).text, "issued")
    time.sleep(2.1)
    assert running.post_form({"score": "10", "issued": again}, paths[5]).status == 303
    assert running.post_form({"score": "7", "issued": issued[20]}, paths[20]).status == 303
    final = answered(links)
    assert final[0]["answered"] == "erased" and final[20]["answered"]
    assert sum(bool(row["answered"]) for row in final) == 11
    assert running.books()["accepted"] == 12
