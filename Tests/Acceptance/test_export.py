"""`queue export` and `queue show` print all that is kept of a response, and of a delivered one only the receipt."""

import csv
import io
import json
from typing import Any

from harness.deployment import Deploy, Deployment
from harness.waiting import wait_until
from harness.webhook import fresh_response, response_id

CAMPAIGN, COMPANY = "65d4a5a2f0e1c8b7a6958473", "65d4a5a2f0e1c8b7a6958474"


def exported(deployment: Deployment, *options: str) -> str:
    result = deployment.run("queue", "export", *options)
    assert result.returncode == 0, result.stderr
    # How many there are of one state or one person isn't known, and a few leave no line.
    assert {"--state", "--email"} & set(options) or "Exporting" in result.stderr, "there is no progress"
    return result.stdout


def complete_response() -> dict[str, Any]:
    """A response with everything that a tool can send."""
    return fresh_response("complete") | {
        "comment": 'two\nlines, and a "quote"',
        "answeredAt": "2026-01-02T03:04:05.000Z",
        "sentAt": "2026-01-01T00:00:00.000Z",
        "campaignId": CAMPAIGN,
        "companyId": COMPANY,
        "custom": {"plan": "gold, yearly", "seats": 12},
    }


def test_an_export_has_all_that_is_kept(deploy: Deploy) -> None:
    deployment = deploy()
    deployment.start()
    known = fresh_response("known")
    assert deployment.post(known).status == 200
    deployment.await_drained()
    assert deployment.sandbox.stop() == 0
    waiting = complete_response()
    assert deployment.post(waiting).status == 200

    receipt, whole = (json.loads(line) for line in exported(deployment).splitlines())
    assert receipt["id"] == response_id(known["id"]) and receipt["state"] == "delivered" and receipt["planhatId"]
    assert not {"email", "score", "comment", "custom", "answeredAt"} & receipt.keys()
    for field in waiting.keys() - {"id"}:
        assert whole[field] == waiting[field], field

    def pending() -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(exported(deployment, "--format", "csv", "--state", "pending"))))

    # Now and then it is being sent, in vain.
    (row,) = wait_until(pending, "the one that waits")
    assert (row["email"], row["comment"], row["score"]) == (waiting["email"], waiting["comment"], str(waiting["score"]))
    assert (row["answeredAt"], row["sentAt"]) == (waiting["answeredAt"], waiting["sentAt"])
    assert (row["campaignId"], row["companyId"]) == (CAMPAIGN, COMPANY)
    assert json.loads(row["custom"]) == waiting["custom"]

    shown = deployment.run("queue", "show", response_id(waiting["id"])).stdout
    for words in (CAMPAIGN, COMPANY, "gold, yearly", waiting["answeredAt"]):
        assert words in shown

    again = deployment.run("queue", "retry", response_id(known["id"]))
    assert (again.returncode, again.stdout) == (1, "0 responses are pending again.\n")
    assert "not parked" in again.stderr


def test_one_persons_responses_are_found_delivered_or_not(deploy: Deploy) -> None:
    deployment = deploy()
    deployment.start()
    ours = [fresh_response("ours") | {"email": "ada.found@example.com"} for _ in range(2)]
    for response in (ours[0], fresh_response("other")):
        assert deployment.post(response).status == 200
    deployment.await_drained()
    assert deployment.sandbox.stop() == 0
    assert deployment.post(ours[1]).status == 200
    ids = [response_id(response["id"]) for response in ours]

    found = [json.loads(line) for line in exported(deployment, "--email", "Ada.Found@example.com").splitlines()]
    assert [(item["id"], item["state"] == "delivered") for item in found] == [(ids[0], True), (ids[1], False)]
    assert found[1]["email"] == ours[1]["email"] and "email" not in found[0]

    listed = deployment.data("queue", "list", "--email", "ada.found@example.com", "--state", "delivered")
    assert [item["id"] for item in listed] == ids[:1]
    typed = deployment.run("queue", "list", "--email", "-", typed="ada.found@example.com\n")
    assert typed.returncode == 0 and all(one in typed.stdout for one in ids), typed.stderr
    assert "no such responses" in deployment.run("queue", "list", "--email", "stranger@example.com").stdout
    wrong = deployment.run("queue", "list", "--email", "nobody")
    assert wrong.returncode == 64 and "nobody" not in wrong.stdout
