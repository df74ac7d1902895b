"""The open form without a browser: what it keeps, what it says, and what a second click does."""

import re
from html import unescape

import pytest

from harness import canary
from harness.deployment import Deployment


def fresh_nonce(deployment: Deployment) -> str:
    page = deployment.get("/survey")
    assert page.status == 200
    hidden = re.search(r"<input type=\"hidden\" name=\"nonce\" value=\"([^\"]+)\">", page.text)
    assert hidden, "the form has no hidden nonce"
    return unescape(hidden[1])


def test_a_get_records_nothing(running: Deployment) -> None:
    before = running.books()["accepted"]
    for path in ("/survey", "/survey?score=9", "/survey/thanks"):
        assert running.get(path).status == 200
    assert running.books()["accepted"] == before


def test_a_double_click_is_one_response(running: Deployment) -> None:
    before = running.books()["accepted"]
    fields = {"nonce": fresh_nonce(running), "email": canary.address("double"), "score": "10", "comment": ""}
    for _ in range(2):
        answer = running.post_form(fields)
        assert answer.status == 303
        assert "/survey/thanks?score=10" in answer.headers["location"]
    assert running.books()["accepted"] == before + 1


@pytest.mark.parametrize(
    ("field", "value"), [("email", f"{canary.WORD} at example"), ("score", ""), ("score", "11"), ("email", "")]
)
def test_what_was_typed_is_kept_when_something_is_wrong(running: Deployment, field: str, value: str) -> None:
    before = running.books()["accepted"]
    typed = {"nonce": fresh_nonce(running), "email": canary.address("typed"), "score": "4"}
    typed |= {"comment": canary.comment('<b>bold</b> & "quoted"'), field: value}
    answer = running.post_form(typed)
    assert answer.status == 422
    assert typed["comment"] in unescape(answer.text)
    assert "<b>bold" not in answer.text
    assert field == "email" or typed["email"] in unescape(answer.text)
    assert typed["nonce"] in unescape(answer.text)
    assert running.books()["accepted"] == before


def test_the_page_needs_nothing_and_tells_nobody(running: Deployment) -> None:
    page = running.get("/survey")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "set-cookie" not in page.headers
    assert "<script" not in page.text
    assert len(re.findall(r"<input[^>]*type=\"?radio\"?[^>]*id=", page.text)) == 11
