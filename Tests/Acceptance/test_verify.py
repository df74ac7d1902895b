"""`queue verify` finds what is wrong at Planhat, `queue status` says why nothing is sent, `queue retry` sends again."""

import json
import secrets
import time
from typing import Any

from harness import canary
from harness.deployment import Deploy, Deployment
from harness.waiting import wait_until
from harness.webhook import Sender, fresh_response, response_id


def deliver(deployment: Deployment, count: int) -> list[str]:
    """Sends responses of every kind of comment, waits until Planhat has them, and returns their ids."""
    comments = [None, "fine", "two\nlines", "  much space  ", '„Gut“ 😀 \\ "quoted"', "<b>bold</b> & more"]
    ids = []
    with Sender(deployment.http_port, deployment.secret) as sender:
        for number in range(count):
            response = fresh_response(f"verify-{number}") | {"score": number % 11}
            comment = comments[number % len(comments)]
            response["comment"] = comment and canary.comment(comment)
            assert sender.post(response).status == 200
            ids.append(response_id(response["id"]))
    assert deployment.await_drained()["delivered"] == count
    return ids


def verify(deployment: Deployment, *options: str) -> tuple[int, dict[str, Any], str]:
    """The exit status, the report, and what was said beside it."""
    result = deployment.run("queue", "verify", "--json", *options)
    return result.returncode, json.loads(result.stdout), result.stderr


def test_verify_finds_exactly_what_was_deleted_and_edited(deploy: Deploy) -> None:
    deployment = deploy()
    deployment.start()
    ids = deliver(deployment, 300)

    status, report, _ = verify(deployment)
    assert (status, report["checked"], report["matching"]) == (0, 300, 300), report

    deleted, edited = ids[17], ids[220]
    record = next(record for record in deployment.records() if record["sourceId"] == deleted)
    assert deployment.run("planhat", "delete", record["npsId"]).returncode == 0
    assert deployment.run("planhat", "update", f"srcid-{edited}", "--comment", "changed by hand").returncode == 0

    status, report, said = verify(deployment)
    assert status == 1
    assert report == {"checked": 300, "matching": 298, "missing": [deleted], "differing": [edited], "unknown": []}
    assert canary.WORD not in said and "changed by hand" not in said
    assert "300/300" in said, "there is no progress"

    status, report, _ = verify(deployment, "--limit", "10")
    assert (status, report["checked"]) == (0, 10), "the newest ten are as they were delivered"
    status, report, _ = verify(deployment, "--since", "2100-01-01")
    assert (status, report["checked"]) == (0, 0)
    words = deployment.run("queue", "verify")
    assert words.returncode == 1
    *findings, summary = words.stdout.splitlines()
    assert sorted(findings) == sorted(
        [
            f"{deleted}: Planhat has no record of it.",
            f"{edited}: Planhat's record doesn't say what was delivered: somebody changed it there.",
        ]
    )
    assert summary == "300 compared: 298 match, 1 missing, 1 differ, 0 unknown."


def test_verify_takes_half_of_the_requests(deploy: Deploy) -> None:
    deployment = deploy({"planhat": {"requests-per-minute": 240}})
    deployment.start()
    deliver(deployment, 12)
    begin = time.monotonic()
    status, report, _ = verify(deployment)
    assert (status, report["matching"]) == (0, 12), report
    # Twelve requests, at half of 240 a minute: a slow machine only takes longer.
    assert time.monotonic() - begin >= 11 * 60 / 120


def test_verify_says_what_is_wrong_with_the_api(deploy: Deploy) -> None:
    deployment = deploy()
    deployment.start()
    deliver(deployment, 1)
    deployment.set_faults({"401": 1})
    result = deployment.run("queue", "verify")
    assert result.returncode == 78
    assert "planhat.token" in result.stderr
    assert result.stdout == "0 compared: 0 match, 0 missing, 0 differ, 0 unknown.\n"


def test_status_tells_why_nothing_is_delivered(deploy: Deploy) -> None:
    deployment = deploy()
    deployment.start()
    deployment.set_faults({"401": 1_000})
    assert deployment.post(fresh_response("held")).status == 200

    def paused() -> dict[str, Any] | None:
        status: dict[str, Any] = deployment.data("queue", "status")
        # Now and then it is tried again.
        return status if status["isHeldUp"] and status["pending"] == 1 else None

    status = wait_until(paused, "delivery to be paused")
    assert status["forwarding"] == "paused"
    words = deployment.run("queue", "status").stdout
    assert f"Delivery is paused: {status['forwardingSentence']}" in words
    assert "planhat.token" in words


def test_retry_by_reason(deploy: Deploy) -> None:
    deployment = deploy()
    deployment.start()
    deployment.set_faults({"unknown-contact": "reject-400"})
    for _ in range(3):
        stranger = fresh_response("stranger") | {"email": f"{canary.WORD}-{secrets.token_hex(4)}@elsewhere.test"}
        assert deployment.post(stranger).status == 200
    wait_until(lambda: deployment.books()["parked"] == 3, "the strangers to be parked")
    deployment.set_faults({"unknown-contact": "domain-create"})
    reason = deployment.data("queue", "list", "--parked")[0]["reason"]
    unknown = deployment.run("queue", "retry", "--reason", "no such words")
    assert (unknown.returncode, unknown.stdout) == (1, "0 responses are pending again.\n")
    retried = deployment.run("queue", "retry", "--reason", reason.split()[-1].upper())
    assert retried.stdout == "3 responses are pending again.\n"
    assert deployment.await_drained()["delivered"] == 3
    for words in (("--reason", ""), ("--all", "--reason", "x"), ()):
        assert deployment.run("queue", "retry", *words).returncode == 64
