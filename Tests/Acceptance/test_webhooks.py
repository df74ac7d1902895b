"""Signed webhooks as PyPI's `standardwebhooks` makes them, and what is said to those that are not right."""

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from harness import canary
from harness.deployment import Deploy, Deployment
from harness.http_client import HTTPResponse
from harness.waiting import wait_until
from harness.webhook import fresh_response, new_secret, response_id, sign


def deliver(
    deployment: Deployment, response: dict[str, Any], secret: str | None = None, age: timedelta = timedelta()
) -> HTTPResponse:
    """Signs with the reference library and posts."""
    body = json.dumps(response)
    message_id, moment = f"msg_{secrets.token_hex(12)}", datetime.now(UTC) - age
    headers = {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret or deployment.secret).sign(message_id, moment, body),
    }
    return deployment.post_webhook(body.encode(), headers)


def assert_problem(answer: HTTPResponse, status: int) -> dict[str, Any]:
    """An RFC 9457 problem document that repeats nothing of what was sent."""
    assert answer.status == status
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert canary.WORD.encode() not in answer.body
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status and problem["title"]
    return problem


def test_the_reference_library_is_understood(running: Deployment) -> None:
    response = fresh_response("reference")
    answer = deliver(running, response)
    assert answer.status == 200
    assert answer.json() == {"status": "accepted", "ids": [response_id(response["id"])]}


def test_a_repetition_is_unchanged_and_an_edit_updates(running: Deployment) -> None:
    response = fresh_response("edit")
    answers = [deliver(running, response), deliver(running, response), deliver(running, response | {"score": 3})]
    assert [answer.json()["status"] for answer in answers] == ["accepted", "unchanged", "updated"]
    assert {answer.json()["ids"][0] for answer in answers} == {response_id(response["id"])}

    def has_arrived() -> bool:
        scores = [r["nps"] for r in running.records() if r["sourceId"] == response_id(response["id"])]
        return scores == [3]

    wait_until(has_arrived, "the edit at the API", interval=0.2)


def test_another_secret_is_refused(running: Deployment) -> None:
    assert_problem(deliver(running, fresh_response("stranger"), secret=new_secret()), 401)


@pytest.mark.parametrize("minutes", [7, -7], ids=["old", "from-the-future"])
def test_a_stale_delivery_is_refused(running: Deployment, minutes: int) -> None:
    assert_problem(deliver(running, fresh_response("stale"), age=timedelta(minutes=minutes)), 401)


def test_a_delivery_within_five_minutes_is_fresh(running: Deployment) -> None:
    """With a minute for a slow machine to deliver it in; unit tests look at the limit itself."""
    assert deliver(running, fresh_response("late"), age=timedelta(minutes=4)).status == 200


def test_a_changed_body_is_refused(running: Deployment) -> None:
    response = fresh_response("changed")
    body = json.dumps(response).encode()
    headers = sign(running.secret, body)
    assert_problem(running.post_webhook(body.replace(b'"score": 7', b'"score": 9'), headers), 401)
    assert running.post_webhook(body, headers).status == 200


def test_a_missing_signature_is_refused(running: Deployment) -> None:
    assert_problem(running.post_webhook(json.dumps(fresh_response("unsigned")).encode(), {}), 401)


@pytest.mark.parametrize("score", [11, -1, 9.5, True, "", "nine", None])
def test_an_impossible_score_is_quarantined(running: Deployment, score: object) -> None:
    before = running.data("quarantine", "list")
    problem = assert_problem(deliver(running, fresh_response("score") | {"score": score}), 422)
    assert [error["field"] for error in problem["errors"]] == ["score"]
    after = running.data("quarantine", "list")
    assert len(after) == len(before) + 1
    assert canary.WORD not in json.dumps(after)


@pytest.mark.parametrize("score", [0, "9", 9.0, 10])
def test_a_score_in_another_spelling_is_understood(running: Deployment, score: object) -> None:
    assert deliver(running, fresh_response("spelling") | {"score": score}).json()["status"] == "accepted"


def test_every_wrong_field_is_named(running: Deployment) -> None:
    wrong = {"id": secrets.token_hex(8), "email": f"{canary.WORD}@@example", "score": 12, "comment": canary.comment("")}
    problem = assert_problem(deliver(running, wrong), 422)
    assert {error["field"] for error in problem["errors"]} == {"email", "score"}


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_what_is_not_json_is_quarantined(running: Deployment, encoding: str) -> None:
    before = running.data("quarantine", "list")
    body = (canary.comment("not JSON") + "{ü").encode(encoding)
    problem = assert_problem(running.post_webhook(body, sign(running.secret, body)), 422)
    assert [error["field"] for error in problem["errors"]] == ["body"]
    assert len(running.data("quarantine", "list")) == len(before) + 1


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252", "utf-16"])
def test_a_body_is_read_in_the_charset_that_is_stated(running: Deployment, encoding: str) -> None:
    body = json.dumps(fresh_response("charset") | {"comment": "Größe"}, ensure_ascii=False).encode(encoding)
    headers = sign(running.secret, body) | {"content-type": f"application/json; charset={encoding}"}
    answer = running.post_webhook(body, headers)
    assert answer.json()["status"] == "accepted"


def test_an_unknown_source_is_not_found(running: Deployment) -> None:
    body = json.dumps(fresh_response("nobody")).encode()
    assert_problem(running.post_webhook(body, sign(running.secret, body), "/webhooks/nobody"), 404)


def test_a_handshake_is_answered(running: Deployment) -> None:
    assert running.get("/webhooks/standard").status == 200


def test_two_secrets_while_one_replaces_the_other(deploy: Deploy) -> None:
    old, new = new_secret(), new_secret()
    deployment = deploy({"webhooks": {"standard": {"secrets": [new, old]}}})
    deployment.start()
    assert deliver(deployment, fresh_response("old"), secret=old).status == 200
    assert deliver(deployment, fresh_response("new"), secret=new).status == 200
    assert_problem(deliver(deployment, fresh_response("none"), secret=deployment.secret), 401)


def test_a_signature_list_needs_one_that_is_right(running: Deployment) -> None:
    body = json.dumps(fresh_response("list")).encode()
    headers = sign(running.secret, body)
    right = headers["webhook-signature"]
    others = "v2,bm90IHlldCBpbnZlbnRlZA== v1,bm90IHRoaXMgb25l v1a,bm9yIHRoaXM="
    assert running.post_webhook(body, headers | {"webhook-signature": f"{others} {right}"}).status == 200
    assert_problem(running.post_webhook(body, headers | {"webhook-signature": others}), 401)
