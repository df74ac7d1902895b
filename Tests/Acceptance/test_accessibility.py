"""Every page as people meet it: small and large, light, dark and in forced colours, by keyboard, and as plain text.

Screenshots of all pages are left in `.artefacts/pages`.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver

from harness import canary
from harness.browser import browser, next_page
from harness.deployment import Deploy, Deployment
from harness.http_client import fetch
from harness.links import by_jwcrypto, claims, new_key
from harness.looks import LANGUAGES, complaints, faults, focused, look, press, show, text_browser
from harness.waiting import wait_until

KEY = new_key()
SURVEYS: dict[str, dict[str, Any]] = {
    "academy": {
        "brand": "Acme Academy",
        "accent": "#0b6e4f",
        "thanks": {
            "detractors": {"link": "https://acme.example.com/call-me"},
            "passives": {"link": "mailto:academy@example.com"},
            "promoters": {"link": "https://reviews.example.com/acme"},
        },
        "languages": {"en": {"thanksDetractorBody": "Your answer has arrived. Somebody calls you, if you like."}},
    },
    "same": {"follow-ups": "neutral"},
    "later": {"opens": "2199-01-01"},
    "over": {"closes": "2001-01-01"},
}
WORDS = "Slow & late.\n\nI waited for a week, and then nobody knew anything about it."


def token(name: str, lifetime: int = 3600, **others: Any) -> str:
    return by_jwcrypto(claims(name, lifetime, **others), KEY)


@pytest.fixture(scope="module")
def running(deploy_for_module: Deploy, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    surveys = tmp_path_factory.mktemp("surveys")
    for name, survey in SURVEYS.items():
        # Every JSON document is YAML.
        (surveys / f"{name}.yaml").write_text(json.dumps(survey))
    settings = {"survey": {"brand": "Acme", "link-keys": [f"new:{KEY}"]}, "surveys": {"directory": str(surveys)}}
    deployment = deploy_for_module(settings)
    deployment.start()
    return deployment


@pytest.fixture(scope="module")
def closed(deploy_for_module: Deploy) -> Deployment:
    deployment = deploy_for_module({"survey": {"open": False}})
    deployment.start()
    return deployment


@pytest.fixture(scope="module")
def limited(deploy_for_module: Deploy) -> dict[tuple[str, str], str]:
    """The pages of a collector that gets too many requests from one network."""
    deployment = deploy_for_module()
    deployment.start()

    def refused(language: str, body: bytes) -> str | None:
        answer = deployment.post_form(body, f"/survey?lang={language}")
        return answer.text if answer.status == 429 else None

    found = {}
    for language in LANGUAGES:
        for name, body in (("wait", b"score=7&comment=Quick&email=ana%40example.com"), ("too-many", b"%")):
            what = f"a refusal of {name} in {language}"
            text = wait_until(lambda language=language, body=body: refused(language, body), what, interval=0)  # type: ignore[misc]
            assert name == "too-many" or "Quick" in text
            found[name, language] = text
    return found


@pytest.fixture(scope="module")
def driver() -> Iterator[WebDriver]:
    """A browser in which the tests' own scripts run; the pages have none."""
    with browser(scripts=True) as driver:
        yield driver


@pytest.fixture(scope="module")
def pages(running: Deployment, closed: Deployment, limited: dict[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """The HTML of every page in every language under test, by name and language.

    Only the pages for faults of our own are missing, since no request can cause them: when nothing can be saved, the
    page is that of `wait` with other sentences, and after an unforeseen error it is a notice like `too-many`.
    """
    answered = token("answered")
    body = b"score=7&comment=Quick"
    assert running.post_form(body, f"/s/{answered}").status == 303
    changed = "a1" * 16
    found = dict(limited)
    for language in LANGUAGES:
        query = f"?lang={language}"

        def get(path: str, status: int, deployment: Deployment = running, query: str = query) -> str:
            answer = deployment.get(path + query)
            assert answer.status == status, f"{path}: {answer.status}"
            return answer.text

        def post(path: str, body: bytes, status: int, query: str = query) -> str:
            answer = running.post_form(body, path + query)
            assert answer.status == status, f"{path}: {answer.status}"
            return answer.text

        def sent(score: int, language: str = language) -> str:
            """The thanks of a survey for an answer that was just sent, with its comment."""
            fields = {"email": canary.address(f"sent-{language}-{score}"), "score": str(score), "comment": WORDS}
            answer = running.post_form(fields, f"/survey/academy?lang={language}")
            assert answer.status == 303
            page = running.get(answer.headers["location"])
            assert "<blockquote" in page.text
            return page.text

        browsers = {"accept": "text/html", "accept-language": language}
        found |= {
            ("not-found", language): fetch(running.http_port, "GET", "/nowhere", browsers).text,
            ("form", language): get("/survey", 200),
            ("error", language): post("/survey", b"comment=Quick&email=ana%40", 422),
            ("thanks", language): get("/survey/thanks", 200),
            ("sent", language): running.get(f"/survey/thanks{query}&score=0&answer={changed}").text,
            ("change", language): running.get(f"/survey{query}&score=3&answer={changed}").text,
            ("once-more", language): post(f"/s/{answered}", b"score=3&comment=Quick", 429),
            ("personal", language): get(f"/s/{token('personal')}/9", 200),
            ("personal-error", language): post(f"/s/{token('personal')}", b"comment=Quick", 422),
            ("answered", language): get(f"/s/{answered}", 200),
            ("expired", language): get(f"/s/{token('late', -60)}", 410),
            ("unknown", language): get("/s/nonsense", 404),
            ("closed", language): get("/survey", 404, closed),
            ("too-large", language): post("/survey", b"comment=" + b"x" * 100_000, 413),
            ("unreadable", language): post("/survey", b"comment=%", 400),
            ("survey", language): get("/survey/academy", 200),
            ("survey-same", language): get("/survey/same", 200),
            ("survey-error", language): post("/survey/academy", b"score=3&comment=Quick", 422),
            ("survey-link", language): get(f"/s/{token('survey', survey='academy')}/3", 200),
            ("survey-later", language): get("/survey/later", 404),
            ("survey-over", language): get("/survey/over", 410),
            ("sent-detractor", language): sent(0),
            ("sent-passive", language): sent(7),
            ("sent-promoter", language): sent(10),
        }
    return found


def test_every_page_is_accessible(driver: WebDriver, pages: dict[tuple[str, str], str]) -> None:
    found = [
        fault
        for (name, language), html in pages.items()
        for fault in faults(driver, html, f"{name}-{language}", "pages")
    ]
    assert not found, "\n".join(found)


def test_every_page_is_small_and_needs_nothing_else(pages: dict[tuple[str, str], str]) -> None:
    # The head of the answer takes some 640 bytes.
    most = 10_240 - 640
    large = {where: len(html.encode()) - most for where, html in pages.items() if len(html.encode()) > most}
    assert not large, f"bytes too many: {large}"
    for where, html in pages.items():
        for foreign in ("<script", "<link", "<img", "src=", "url(", "@import"):
            assert foreign not in html, where


def test_every_page_is_valid(pages: dict[tuple[str, str], str], tmp_path: Path) -> None:
    found = complaints({f"{name}-{language}": html for (name, language), html in pages.items()}, tmp_path)
    assert not found, "\n".join(found)


QUESTIONS = {
    "": "What is the main reason for your score?",
    "detractor": "What should we do better?",
    "passive": "What could we still improve?",
    "promoter": "What do you like most?",
}


# What is seen of the question about the reason: the style sheet may put another one before it that isn't in the text.
SEEN = """
const label = document.querySelector('label[for=comment]');
const before = getComputedStyle(label.querySelector('.asked'), '::before').content;
const put = before === 'none' ? '' : JSON.parse(before);
return `${put} ${label.innerText}`.replace(/\\s+/g, ' ').trim();
"""


def asked(driver: WebDriver) -> list[str]:
    """The question about the reason: as it is seen, and as a screen reader says it."""
    seen = driver.execute_script(SEEN)
    nodes = driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    properties = [({p["name"]: p["value"].get("value") for p in node.get("properties", [])}, node) for node in nodes]
    (heard,) = [node["name"]["value"] for values, node in properties if values.get("multiline")]
    return [seen.removesuffix(" (optional)"), heard.removesuffix(" (optional)")]


def test_the_second_question_follows_the_score(driver: WebDriver, pages: dict[tuple[str, str], str]) -> None:
    for name in ("form", "personal", "survey", "error"):
        html = pages[name, "en"]
        show(driver, html)
        look(driver, 320, "light")
        if name != "personal":
            assert asked(driver) == [QUESTIONS[""]] * 2, name
        else:
            assert asked(driver) == [QUESTIONS["promoter"]] * 2, "the link has chosen 9"
        for score, group in ((0, "detractor"), (6, "detractor"), (7, "passive"), (8, "passive"), (9, "promoter")):
            driver.find_element(By.CSS_SELECTOR, f"#score-{score}").click()
            assert asked(driver) == [QUESTIONS[group]] * 2, f"{name}, {score}"
        driver.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
        assert focused(driver) == "score-10"
        assert asked(driver) == [QUESTIONS["promoter"]] * 2
    # Who asks everybody the same goes on doing so.
    show(driver, pages["survey-same", "en"])
    for score in (0, 7, 10):
        driver.find_element(By.CSS_SELECTOR, f"#score-{score}").click()
        assert asked(driver) == [QUESTIONS[""]] * 2
    # A browser that doesn't know the selector drops the rules with it.
    for chosen in (None, 3, 9):
        bare = re.sub(r"[^{}]*:has\([^{}]*\{[^{}]*\}", "", pages["form", "en"])
        assert ":has" not in bare
        show(driver, bare)
        if chosen:
            driver.find_element(By.CSS_SELECTOR, f"#score-{chosen}").click()
        assert asked(driver) == [QUESTIONS[""]] * 2


def test_the_form_is_completed_by_keyboard_alone(driver: WebDriver, running: Deployment) -> None:
    before = running.books()["accepted"]
    look(driver, 1280, "light")
    driver.get(f"http://127.0.0.1:{running.http_port}/survey")
    assert press(driver, Keys.TAB) == "score-0"
    assert press(driver, Keys.TAB) == "email", "the scale is one stop"
    assert press(driver, Keys.TAB) == "comment"
    assert press(driver, Keys.TAB) == "button"
    with next_page(driver):
        driver.switch_to.active_element.send_keys(Keys.SPACE)
    assert driver.title.startswith("Error: ")
    wait_until(lambda: focused(driver) == "summary", "the summary to have the focus")
    press(driver, Keys.TAB)
    assert press(driver, Keys.ENTER) == "score-0", "the summary leads to the field"
    assert press(driver, Keys.ARROW_LEFT) == "score-10"
    for _ in range(2):
        press(driver, Keys.ARROW_LEFT)
    assert focused(driver) == "score-8"
    outline = driver.switch_to.active_element.value_of_css_property("outline-style")
    assert outline == "solid", "the focus is seen"
    press(driver, Keys.TAB)
    with next_page(driver):
        driver.switch_to.active_element.send_keys(canary.address("keyboard"), Keys.ENTER)
    assert "You gave 8 out of 10." in driver.find_element(By.TAG_NAME, "body").text
    assert running.books()["accepted"] == before + 1


def questions(shown: str) -> list[str]:
    """Those about the reason that a text has."""
    text = " ".join(shown.split())
    return [question for question in QUESTIONS.values() if question in text]


def test_lynx_shows_and_sends_the_form(running: Deployment) -> None:
    address = f"http://127.0.0.1:{running.http_port}/s/{token('lynx')}"
    opened = text_browser("lynx", "-dump", "-nolist", f"http://127.0.0.1:{running.http_port}/survey")
    assert questions(opened) == [QUESTIONS[""]]
    shown = text_browser("lynx", "-dump", "-nolist", f"{address}/9")
    assert "How likely are you to recommend us" in shown and questions(shown) == [QUESTIONS["promoter"]]
    assert "0, not at all likely" in shown and "10, extremely likely" in shown
    assert "(*) 9" in shown
    # It chooses the first radio for whoever chooses none, which must not be a score.
    assert re.search(r"\(\*\) *\d", text_browser("lynx", "-dump", "-nolist", address)) is None
    before = running.books()["accepted"]
    sent = text_browser("lynx", "-dump", "-post_data", address, typed="score=9&comment=lynx\n---\n")
    assert "You gave 9 out of 10." in sent, sent
    assert running.books()["accepted"] == before + 1


def test_w3m_shows_and_sends_the_form(running: Deployment) -> None:
    address = f"http://127.0.0.1:{running.http_port}/s/{token('w3m')}"
    shown = text_browser("w3m", "-dump", "-T", "text/html", address)
    assert "0, not at all likely" in shown and "Send your answer" in shown
    assert questions(shown) == [QUESTIONS[""]]
    before = running.books()["accepted"]
    body = running.directory / "w3m.txt"
    body.write_text("score=9&comment=w3m")
    sent = text_browser("w3m", "-dump", "-post", body, address)
    assert "You gave 9 out of 10." in sent, sent
    assert running.books()["accepted"] == before + 1
