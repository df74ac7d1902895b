"""Alerts that go out by themselves: an outage is played through, and each is told once when it begins and once when it
is over."""

import json
import secrets
import sqlite3
import time
from pathlib import Path
from typing import Any

from harness import canary
from harness.certificate import make_certificate
from harness.deployment import Deploy, Deployment
from harness.http_client import fetch
from harness.receiver import MEBIBYTE, Receiver, in_order, metrics
from harness.waiting import wait_until
from harness.webhook import fresh_response, sign

HOUR = 3_600
DAY = 24 * HOUR
PICKY = "preset: standard\nmapping: 'select(.nps) | {id, email, score: .nps}'\n"
USUAL = {
    "observed": 20 * DAY,
    "quiet": HOUR,
    "activeDays": 15,
    "lastActiveDay": 19,
    "longestGaps": [5 * HOUR, 6 * HOUR],
    "presentWeek": 2,
    "ignored": 0,
    "ignoredFor": 0,
    "wasFruitful": True,
    "quarantined": 0,
    "seenDeliveries": 500,
    "seenFruitful": 400,
    "seenIgnored": 100,
}
"""What is kept of a source that delivers every few hours."""


def known_sources(deployment: Deployment, histories: dict[str, dict[str, Any]]) -> None:
    """Writes what a collector would have kept of sources that it has watched for weeks. Not while it runs."""
    with sqlite3.connect(deployment.directory / "queue.db") as database:
        for source, history in histories.items():
            database.execute(
                "INSERT OR REPLACE INTO source_activity VALUES (?, 500, 400, 100, 0, 0, ?, ?)",
                (source, int(time.time() - history["quiet"]) * 1000, json.dumps(history)),
            )
    database.close()


def deliver(deployment: Deployment, source: str, content: dict[str, Any]) -> int:
    body = json.dumps(content).encode()
    return deployment.post_webhook(body, sign(deployment.secret, body), f"/webhooks/{source}").status


def with_sources(deployment: Deployment, *names: str) -> None:
    (deployment.directory / "sources").mkdir()
    settings = json.loads(deployment.config.read_text())
    settings["webhooks"]["directory"] = "sources"
    for name in names:
        (deployment.directory / f"sources/{name}.yaml").write_text(PICKY)
        settings["webhooks"][name] = {"secrets": [deployment.secret]}
    deployment.config.write_text(json.dumps(settings))


def test_an_outage_is_told_from_beginning_to_end(deploy: Deploy, receiver: Receiver) -> None:
    deployment = deploy(receiver.settings)
    with_sources(deployment, "quiet", "changed", "weekly", "once")
    deployment.start()
    deployment.serve.stop()
    ignored = USUAL | {"ignored": 30, "ignoredFor": 2 * DAY}
    once = USUAL | {"activeDays": 3, "quiet": 100 * DAY}
    weekly = USUAL | {"longestGaps": [7 * DAY], "quiet": 8 * DAY}
    quiet = USUAL | {"quiet": 2 * DAY}
    known_sources(deployment, {"quiet": quiet, "changed": ignored, "once": once, "weekly": weekly})
    deployment.set_faults({"unknown-contact": "reject-400"})
    deployment.start_serve()
    stranger = fresh_response("stranger") | {"email": f"{canary.WORD}-{secrets.token_hex(4)}@elsewhere.test"}
    assert deployment.post(stranger).status == 200
    wait_until(lambda: deployment.books()["parked"] == 1, "the stranger to be parked")
    # The token is revoked for as long as it takes to try again.
    deployment.set_faults({"401": 1})
    assert deployment.post(fresh_response("first")).status == 200
    assert deployment.post(fresh_response("wrong") | {"score": 11}).status == 422
    begun = ["NPSSourceSilent quiet", "NPSSourceOnlyIgnored changed", "NPSDeliveryPaused"]
    begun.append("NPSQuarantineGrowing standard")
    receiver.wait_for(*(f"{subject} began" for subject in begun))
    # Whoever was told isn't told again by the next process.
    deployment.serve.kill()
    deployment.start_serve()
    wait_until(lambda: metrics(deployment, "nps_alerts_active")["NPSSourceSilent"] == 1, "the alerts to be known again")
    shown = json.loads(fetch(deployment.admin_port, "GET", "/readyz").text)["alerts"]
    assert {"NPSSourceSilent quiet", "NPSSourceOnlyIgnored changed"} <= set(shown)
    # All is mended.
    assert deliver(deployment, "quiet", {"event": "opened"}) == 200
    answer = fresh_response("changed")
    assert deliver(deployment, "changed", {"id": answer["id"], "email": answer["email"], "nps": 9}) == 200
    entries = deployment.data("quarantine", "list")
    assert deployment.run("quarantine", "discard", "--yes", str(entries[0]["id"])).returncode == 0
    receiver.wait_for("NPSResponsesParked began")
    deployment.set_faults({"unknown-contact": "domain-create"})
    assert deployment.run("queue", "retry", "--all").returncode == 0
    begun.append("NPSResponsesParked")
    receiver.wait_for(*(f"{subject} ended" for subject in begun))
    assert in_order(receiver.events) and len(receiver.events) == 2 * len(begun)
    paused = next(message["data"] for message in receiver.messages if message["data"]["alert"] == "NPSDeliveryPaused")
    assert (paused["severity"], paused["reason"]) == ("critical", "token")
    wait_until(lambda: set(metrics(deployment, "nps_alerts_active").values()) == {0}, "no alert to hold")
    assert metrics(deployment, "nps_alert_oldest_undelivered_seconds") == {"": 0}


def test_a_trial_says_what_came_back(deploy: Deploy, receiver: Receiver, tmp_path: Path) -> None:
    nobody = deploy().run("check", "--alerts")
    assert nobody.returncode == 78 and "alerts.url" in nobody.stderr
    deployment = deploy(receiver.settings)
    taken = deployment.run("check", "--alerts")
    assert taken.returncode == 0, taken.stderr
    assert receiver.events == ["trial trial"]
    # What an answer says is never read, and a redirect is not followed.
    receiver.answer = b"x" * 10 * MEBIBYTE
    assert deployment.run("check", "--alerts").returncode == 0
    receiver.answer = b""
    elsewhere = Receiver(receiver.secret)
    receiver.headers = {"location": elsewhere.url}
    with elsewhere:
        for status in (301, 307, 400, 401, 404, 410, 429, 500, 503):
            receiver.status = status
            result = deployment.run("check", "--alerts")
            assert result.returncode == 69 and str(status) in result.stderr, result.stderr
            assert canary.WORD not in result.stderr + result.stdout
    assert elsewhere.attempts == 0
    receiver.stop()
    assert deployment.run("check", "--alerts").returncode == 69
    with Receiver(receiver.secret, make_certificate(tmp_path, "ECDSA")) as untrusted:
        deployment.configure(untrusted.settings)
        result = deployment.run("check", "--alerts")
        assert result.returncode == 69 and "certificate" in result.stderr
        assert untrusted.attempts == 0
    shown = deployment.run("check")
    assert shown.returncode == 0 and canary.WORD not in shown.stdout + shown.stderr


def test_a_receiver_that_never_answers_well_costs_the_collector_nothing(deploy: Deploy, receiver: Receiver) -> None:
    deployment = deploy(receiver.settings)
    receiver.status = 500
    receiver.answer = b"x" * 10 * MEBIBYTE
    deployment.start()
    assert deployment.post(fresh_response("wrong") | {"score": 11}).status == 422
    wait_until(lambda: metrics(deployment, "nps_alert_deliveries_total")["busy"] >= 2, "it to be tried again")
    assert metrics(deployment, "nps_alert_oldest_undelivered_seconds")[""] >= 0
    assert deployment.serve.log.read_text().count("an alert can't be delivered") == 1
    assert deployment.post(fresh_response("goes-on")).status == 200
    deployment.serve.stop()


def test_slack_gets_what_it_can_show(deploy: Deploy) -> None:
    with Receiver() as slack:
        deployment = deploy(slack.settings)
        deployment.start()
        assert deployment.post(fresh_response("wrong") | {"score": 11}).status == 422
        wait_until(lambda: slack.messages, "a message")
        message = slack.messages[0]
        assert message["text"] == ":warning: Warning: Deliveries of standard go into quarantine, where it has 1 now."
        assert [block["type"] for block in message["blocks"]] == ["section", "context"]
        assert "quarantine replay" in message["blocks"][0]["text"]["text"]
        assert "Operations.md#NPSQuarantineGrowing" in message["blocks"][1]["elements"][0]["text"]
