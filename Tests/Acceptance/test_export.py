"""`queue export` and `queue show` tell all that is kept of a response, and of a delivered one only the receipt."""

import csv
import io
import json
from typing import Any

from harness.deployment import Deploy, Deployment
from harness.webhook import fresh_response, response_id

CAMPAIGN, COMPANY = "65d4a5a2f0e1c8b7a6958473", "65d4a5a2f0e1c8b7a6958474"


def exported(deployment: Deployment, *options: str) -> str:
    result = deployment.run("queue", "export", *options)
    assert result.returncode == 0, result.stderr
    assert "Exporting" in result.stderr, "there is no progress"
    return result.stdout


def talkative() -> dict[str, Any]:
    """A response with everything that a tool can say."""
    return fresh_response("talkative") | {
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
    deployment.await_drained(timeout=30)
    assert deployment.sandbox.stop() == 0
    waiting = talkative()
    assert deployment.post(waiting).status == 200

    receipt, whole = (json.loads(line) for line in exported(deployment).splitlines())
    assert receipt["id"] == response_id(known["id"]) and receipt["state"] == "delivered" and receipt["planhatId"]
    assert not {"email", "score", "comment", "custom", "answeredAt"} & receipt.keys()
    for field in waiting.keys() - {"id"}:
        assert whole[field] == waiting[field], field

    (row,) = csv.DictReader(io.StringIO(exported(deployment, "--format", "csv", "--state", "pending")))
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
