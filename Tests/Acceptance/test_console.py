"""The operators' pages as operators meet them: each with much and with nothing in it, in every look, by keyboard alone,
and as text; and what they refuse.

Screenshots of all pages are left in `.artefacts/console`.
"""

import json
import re
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver

from harness import canary
from harness.browser import browser, network_log, next_page
from harness.console import PLACES, Console, Form, ReadPage
from harness.deployment import BOOKS, Deploy, Deployment
from harness.http_client import FORM_HEADERS, fetch
from harness.looks import LANGUAGES, complaints, faults, look, text_browser
from harness.waiting import wait_until
from harness.webhook import fresh_response, new_secret, sign

WRONG = "preset: standard\nmapping: |\n  {id, email, score: .rating}\n"
FIXED = "preset: standard\nmapping: |\n  {id, email, score: .nps}\n"
SAID = "Slow & late.\n\nأسبوعًا كاملاً I waited, and then nobody knew anything about it."
PERSONAL = ("payload", "person-wrong", "person-found", "person-full", "erasure")
"""The pages that show a person."""


@dataclass
class Site:
    """A collector with something to do on every page."""

    deployment: Deployment
    secret: str

    @property
    def mapping(self) -> Path:
        return self.deployment.directory / "sources" / "acme.yaml"

    def park(self, name: str, **others: Any) -> str:
        """Sends a response that Planhat refuses, and returns its address."""
        response = fresh_response(name) | {"email": f"{canary.WORD}-{secrets.token_hex(4)}@elsewhere.test"} | others
        assert self.deployment.post(response).status == 200
        return str(response["email"])

    def talk(self, name: str, count: int = 6) -> str:
        """Sends answers of one person with nothing but quotation marks in their comments, and returns the address."""
        address = canary.address(f"{name}-{secrets.token_hex(4)}")
        for number in range(count):
            fields = {"email": address, "comment": canary.comment('"' * 2_000)}
            assert self.deployment.post(fresh_response(f"{name}-{number}") | fields).status == 200
        return address

    def quarantine(self, name: str) -> str:
        """Sends what the mapping can't read, and returns its address."""
        response = fresh_response(name)
        body = json.dumps(response | {"nps": 9, "comment": canary.comment(SAID)}).encode()
        assert self.deployment.post_webhook(body, sign(self.secret, body), "/webhooks/acme").status == 422
        return str(response["email"])

    def await_parked(self, count: int) -> None:
        wait_until(lambda: self.deployment.books()["parked"] == count, f"{count} to be parked", interval=0.2)


def new_site(deploy: Deploy) -> Site:
    secret = new_secret()
    deployment = deploy({"webhooks": {"directory": "sources", "acme": {"secrets": [secret]}}})
    site = Site(deployment, secret)
    site.mapping.parent.mkdir()
    site.mapping.write_text(WRONG)
    deployment.start()
    return site


@pytest.fixture(scope="module")
def site(deploy_for_module: Deploy) -> Site:
    """With answers that were delivered, twelve that are parked for two reasons, and nine payloads in quarantine."""
    site = new_site(deploy_for_module)
    for number in range(40):
        fields = {"email": canary.address(f"known-{number}"), "score": str(number * 7 % 11)}
        assert site.deployment.post_form(fields).status == 303
    site.deployment.await_drained()
    site.deployment.set_faults({"unknown-contact": "reject-400"})
    for number in range(9):
        site.park(f"stranger-{number}")
    for number in range(3):
        site.park(f"misplaced-{number}", companyId="extid-nowhere")
    for number in range(9):
        site.quarantine(f"unread-{number}")
    site.await_parked(12)
    return site


@pytest.fixture(scope="module")
def driver() -> Iterator[WebDriver]:
    """A browser in which the tests' own scripts run; the pages have none."""
    with browser(scripts=True) as driver:
        yield driver


@pytest.fixture(scope="module")
def pages(site: Site, deploy_for_module: Deploy) -> dict[tuple[str, str], str]:
    """The HTML of every page in every language under test, by name and language."""
    empty = deploy_for_module()
    empty.start()
    closed = deploy_for_module()
    settings = json.loads(closed.config.read_text())
    del settings["admin"]["token"]
    closed.config.write_text(json.dumps(settings))
    closed.start()
    found: dict[tuple[str, str], str] = {}
    for language in LANGUAGES:
        full = Console(site.deployment, language)
        groups = [form.buttons for form in full.page("/console/parked").forms]
        key = next(sent["group"] for buttons in groups for sent in buttons.values() if "group" in sent)
        entry = site.deployment.data("quarantine", "list")[0]["id"]
        parked = site.park(f"person-{language}", comment=canary.comment(SAID))
        erased = fresh_response(f"erased-{language}")
        assert site.deployment.post(erased).status == 200
        ask = full.post("/console/person/erase", {"email": erased["email"]}).text
        (form,) = [form for form in ReadPage.of(ask).forms if "ticket" in form.fields]
        wait_until(
            lambda parked=parked: site.deployment.data("queue", "list", "--parked", "--email", parked),  # type: ignore[misc]
            "the person's response to be parked",
        )
        retried = full.post("/console/parked", {"id": "nps1-" + "0" * 32})
        talker = site.talk(f"talker-{language}")
        asked = ReadPage.of(full.post("/console/person/erase", {"email": site.talk(f"leaver-{language}", 30)}).text)
        (leaving,) = asked.forms
        shown = {name: full.get(path).text for name, path in PLACES.items()}
        shown |= {f"empty-{name}": Console(empty, language).get(path).text for name, path in PLACES.items()}
        shown |= {
            "parked-reason": full.get(f"/console/parked?group={key}").text,
            "retried": full.get(retried.headers["location"]).text,
            "payload": full.get(f"/console/quarantine/{entry}").text,
            "trial": full.get(f"/console/quarantine/replay?id={entry}").text,
            "trial-all": full.get("/console/quarantine/replay?all=1").text,
            "discard": full.get("/console/quarantine/discard?source=acme").text,
            "discard-nothing": full.get("/console/quarantine/discard?source=nobody").text,
            "of-source": full.get("/console/quarantine?source=acme").text,
            "quarantined-sources": full.get("/console/quarantine?sources=0").text,
            "weeks": full.get("/console/nps?by=week").text,
            "person-found": full.post("/console/person", {"email": parked}).text,
            "person-full": full.post("/console/person", {"email": talker}).text,
            "person-none": full.post("/console/person", {"email": "nobody@example.com"}).text,
            "person-wrong": full.post("/console/person", {"email": canary.WORD}).text,
            "erasure": ask,
            "receipt": full.post(form.action, form.fields | {"remote": "1"}).text,
            "receipt-long": full.post(leaving.action, leaving.fields).text,
            "foreign": full.post("/console/parked", {"all": "1"}, {"origin": "https://evil.example"}).text,
            "not-found": full.get("/console/nowhere", 404).text,
            "sign-in": fetch(full.port, "GET", "/", {"accept-language": language}).text,
            "closed": fetch(closed.admin_port, "GET", "/", {"accept-language": language}).text,
        }
        found |= {(name, language): html for name, html in shown.items()}
    return found


def test_every_page_is_accessible(driver: WebDriver, pages: dict[tuple[str, str], str]) -> None:
    found = [
        fault
        for (name, language), html in pages.items()
        for fault in faults(driver, html, f"{name}-{language}", "console", language == "en")
    ]
    assert not found, "\n".join(found)


def test_every_page_is_valid(pages: dict[tuple[str, str], str], tmp_path: Path) -> None:
    found = complaints({f"{name}-{language}": html for (name, language), html in pages.items()}, tmp_path)
    assert not found, "\n".join(found)


def test_every_page_is_small_and_needs_nothing_else(pages: dict[tuple[str, str], str]) -> None:
    # The head of the answer takes some 640 bytes.
    most = 10_240 - 640
    large = {where: len(html.encode()) - most for where, html in pages.items() if len(html.encode()) > most}
    assert not large, f"bytes too many: {large}"
    for where, html in pages.items():
        for foreign in ("<script", "<link", "<img", "src=", "url(", "@import", "style="):
            assert foreign not in html, f"{where}: {foreign}"
        assert not re.search(r"\son\w+=", html), where


def test_only_the_pages_that_show_a_person_have_words_of_anybody(site: Site, pages: dict[tuple[str, str], str]) -> None:
    for (name, language), html in pages.items():
        words = canary.WORD in html.lower()
        assert words == (name in PERSONAL), f"{name}-{language}"
        for secret in (site.deployment.admin_token, site.deployment.api_token, site.secret, site.deployment.secret):
            assert secret not in html, f"{name}-{language} has a secret"


def test_the_pages_tell_what_was_said(pages: dict[tuple[str, str], str]) -> None:
    page = ReadPage.of(pages["person-found", "en"])
    assert SAID.split("\n", maxsplit=1)[0] in page.text and "7" in page.text
    assert canary.WORD in ReadPage.of(pages["payload", "en"]).text
    assert "Nothing is parked." in ReadPage.of(pages["empty-parked", "en"]).text
    assert "Nothing is in quarantine." in ReadPage.of(pages["empty-quarantine", "en"]).text
    assert "There was nothing left to do" in ReadPage.of(pages["retried", "en"]).text
    assert 'dir="rtl"' in pages["now", "ar"]


def test_a_page_is_one_request_and_runs_nothing(site: Site) -> None:
    console = Console(site.deployment)
    with browser(network_log=True) as driver:
        for path in PLACES.values():
            driver.get(signed_in(site.deployment, path))
            sent = [one["params"] for one in network_log(driver) if one["method"] == "Network.requestWillBeSent"]
            asked = {urlsplit(one["request"]["url"]) for one in sent}
            assert {one.port for one in asked} == {console.port}
            assert {one.path for one in asked} <= {path, "/favicon.ico"}
            assert driver.get_cookies() == []


def test_lynx_shows_the_pages(site: Site) -> None:
    console = Console(site.deployment)
    credentials = f"-auth=operator:{site.deployment.admin_token}"
    shown = {
        name: text_browser("lynx", "-dump", "-width=200", credentials, console.origin + path)
        for name, path in PLACES.items()
    }
    assert "Delivered" in shown["now"] and "Parked" in shown["now"]
    assert "nps1-" in shown["parked"] and "elsewhere" not in shown["parked"]
    assert "score" in shown["quarantine"] and "acme" in shown["quarantine"]
    assert "Email address" in shown["person"]


GOES_ON = "It goes on whether you wait or not."
"""What a page says when an erasure takes longer than it waits."""

POSTS: dict[str, dict[str, str]] = {
    "/console/parked": {"all": "1"},
    "/console/quarantine/replay": {"all": "1"},
    "/console/quarantine/discard": {"all": "1"},
    "/console/person": {"email": canary.address("known-1")},
    "/console/person/erase": {"email": canary.address("known-1"), "ticket": "made-up"},
}


def counts(deployment: Deployment) -> dict[str, int]:
    """The books, without what changes by itself as time passes."""
    books = deployment.books()
    return {state: books[state] for state in (*BOOKS, "accepted", "quarantined")}


def test_forms_of_other_pages_change_nothing(site: Site) -> None:
    console, own = Console(site.deployment), Console(site.deployment).origin
    before = counts(site.deployment)
    for path, fields in POSTS.items():
        for foreign in (
            {},
            {"origin": "null"},
            {"origin": "https://evil.example"},
            {"origin": own, "sec-fetch-site": "cross-site"},
            {"origin": own, "sec-fetch-site": "same-site"},
            {"origin": "https://evil.example", "sec-fetch-site": "same-origin"},
            {"origin": own.replace("127.0.0.1", "127.0.0.2")},
            {"origin": own, "host": "evil.example"},
        ):
            answer = console.post(path, fields, foreign)
            assert answer.status in (403, 421), f"{path} {foreign}: {answer.status}"
            assert canary.WORD not in answer.text.lower()
        unsigned = fetch(
            console.port, "POST", path, FORM_HEADERS | {"origin": own, "sec-fetch-site": "same-origin"}, b"all=1"
        )
        assert unsigned.status == 401
        # Where there is nothing to see, it leads to a page where there is.
        assert console.get(path, 200 if path in PLACES.values() else 303)
    assert counts(site.deployment) == before


def signed_in(deployment: Deployment, path: str) -> str:
    return f"http://operator:{deployment.admin_token}@127.0.0.1:{deployment.admin_port}{path}"


def tab_to(driver: WebDriver, name: str) -> None:
    """Presses Tab until what is called so, or leads there, has the focus, which is seen."""
    for _ in range(80):
        driver.switch_to.active_element.send_keys(Keys.TAB)
        element = driver.switch_to.active_element
        called = element.get_attribute("aria-label") or element.text or element.get_attribute("name")
        if name in (called, urlsplit(element.get_attribute("href") or "").path):
            assert element.value_of_css_property("outline-style") == "solid", f"the focus on {name} isn't seen"
            return
    raise AssertionError(f"Tab never comes to {name}")


def enter(driver: WebDriver, name: str) -> str:
    """Goes to what is called so with Tab, presses Enter, and returns the text of the page that follows."""
    tab_to(driver, name)
    with next_page(driver):
        driver.switch_to.active_element.send_keys(Keys.ENTER)
    return driver.find_element(By.TAG_NAME, "main").text


def test_everything_is_done_by_keyboard_alone(deploy: Deploy) -> None:
    site = new_site(deploy)
    site.deployment.set_faults({"unknown-contact": "reject-400"})
    person = site.park("by-keyboard")
    site.park("another")
    site.quarantine("unread")
    site.await_parked(2)
    site.deployment.set_faults({"unknown-contact": "domain-create"})
    site.mapping.write_text(FIXED)
    with browser() as driver:
        look(driver, 1280, "light")
        driver.get(signed_in(site.deployment, "/"))
        assert "Retry all of these (2)" in enter(driver, "/console/parked")
        assert "Back in the queue: 2." in enter(driver, "Retry all of these (2)")
        assert site.deployment.await_drained()["delivered"] == 2

        assert "Payload 1" in enter(driver, "/console/quarantine")
        assert "Nothing has been done yet." in enter(driver, "Try again")
        assert site.deployment.books()["accepted"] == 2
        assert "Out of quarantine: 1." in enter(driver, "Do it (1)")
        assert site.deployment.await_drained()["delivered"] == 3

        assert "What is kept of a person." in enter(driver, "/console/person")
        tab_to(driver, "email")
        with next_page(driver):
            driver.switch_to.active_element.send_keys(person, Keys.ENTER)
        assert "Delivered" in driver.find_element(By.TAG_NAME, "main").text
        assert "can’t be undone" in enter(driver, "Erase this person …")
        tab_to(driver, "remote")
        driver.switch_to.active_element.send_keys(Keys.SPACE)
        said = enter(driver, "Erase for good")
        while GOES_ON in said:
            said = enter(driver, "Show the receipt")
        assert "Receipt of an erasure" in said
        assert canary.WORD not in driver.current_url + driver.page_source.lower()
        done = enter(driver, "/console/audit")
    assert all(word in done for word in ("Retry", "Replay", "Erasure"))
    audit = site.deployment.data("queue", "audit")
    assert [(entry["action"], entry["actor"]) for entry in audit] == [
        ("erase", "page"),
        ("replay", "page"),
        ("retry", "page"),
    ]
    assert site.deployment.books()["erased"] == 1
    wait_until(lambda: len(list(site.deployment.records())) == 2, "the person's record to be deleted", interval=0.5)


def test_nothing_is_done_twice_by_a_double_click(deploy: Deploy) -> None:
    """Each form is sent twice at the same time."""
    site = new_site(deploy)
    console = Console(site.deployment)
    person = fresh_response("twice")
    assert site.deployment.post(person).status == 200
    site.deployment.await_drained()
    for name in ("first", "second"):
        site.quarantine(name)
    site.deployment.set_faults({"unknown-contact": "reject-400"})
    site.park("parked")
    site.await_parked(1)
    site.deployment.set_faults({"unknown-contact": "domain-create"})
    site.mapping.write_text(FIXED)

    def click(form: Form, **sent: str) -> list[str]:
        """What both answers say in the end."""

        def send() -> str:
            answer = console.post(form.action, form.fields | sent)
            while GOES_ON in answer.text:
                answer = console.post(form.action, form.fields | sent)
            return console.get(answer.headers["location"]).text if answer.status == 303 else answer.text

        with ThreadPoolExecutor(2) as pool:
            return [answer.result() for answer in [pool.submit(send), pool.submit(send)]]

    asked = ReadPage.of(console.post("/console/person/erase", {"email": person["email"]}).text)
    receipts = click(*asked.forms)
    assert receipts[0] == receipts[1] and "Responses: Delivered" in receipts[0]
    for page, done in (("discard", "Discarded: 1."), ("replay", "Out of quarantine: 1.")):
        entry = site.deployment.data("quarantine", "list")[0]["id"]
        answers = click(*console.page(f"/console/quarantine/{page}?id={entry}").forms)
        assert sum(done in answer for answer in answers) == 1
        assert not any("Still as before" in answer for answer in answers)
    (form,) = console.page("/console/parked").forms
    answers = click(form, **next(iter(form.buttons.values())))
    assert sum("Back in the queue: 1." in answer for answer in answers) == 1
    site.deployment.await_drained()
    assert [entry["action"] for entry in site.deployment.data("queue", "audit")] == [
        "retry",
        "replay",
        "discard",
        "erase",
    ]
    assert site.deployment.books()["accepted"] == 3


def test_an_erasure_has_one_receipt_however_often_and_with_what_it_is_asked_for(deploy: Deploy) -> None:
    site = new_site(deploy)
    console = Console(site.deployment)
    person = site.talk("leaver", 40)
    site.deployment.await_drained()
    (form,) = ReadPage.of(console.post("/console/person/erase", {"email": person}).text).forms
    first = console.post(form.action, form.fields | {"remote": "1"})
    while GOES_ON in first.text:
        first = console.post(form.action, form.fields)
    receipt = ReadPage.of(console.post(form.action, form.fields).text)
    assert receipt.text == ReadPage.of(first.text).text
    assert "To be deleted at Planhat: 40." in receipt.text and "Responses 1 to 10 of 40." in receipt.text
    found: set[str] = set()
    while True:
        found |= set(re.findall(r"nps1-[0-9a-f]{32}", receipt.text))
        if "Show more" not in receipt.links:
            break
        receipt = console.page(receipt.links["Show more"])
    assert len(found) == 40
    (entry,) = site.deployment.data("queue", "audit")
    assert "40 records ordered to be deleted at Planhat" in entry["outcome"]
