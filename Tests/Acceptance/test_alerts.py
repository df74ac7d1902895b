"""Alerts that go out by themselves: an outage is played through, and each is told once when it begins and once when it
is over, whatever happens to the collector and to the receiver meanwhile."""

import json
import os
import secrets
import signal
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness import canary
from harness.certificate import make_certificate
from harness.deployment import Deploy, Deployment
from harness.fleet import new_fleet
from harness.http_client import fetch
from harness.postgres import Postgres, running_postgres
from harness.program import run_command
from harness.promql import parse_scrape
from harness.receiver import MEBIBYTE, Receiver
from harness.waiting import wait_until
from harness.webhook import fresh_response, new_secret, sign

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

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs the right to mount a file system")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(new_secret()) as receiver:
        yield receiver


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


def metrics(deployment: Deployment, name: str) -> dict[str, float]:
    samples = parse_scrape(fetch(deployment.admin_port, "GET", "/metrics").text)
    return {"".join(sample.labels.values()): sample.value for sample in samples if sample.name == name}


def in_order(events: list[str]) -> bool:
    """Whether everything began once and ended once, in this order."""
    subjects = {event.rsplit(" ", 1)[0] for event in events}
    return all(
        [event for event in events if event.rsplit(" ", 1)[0] == subject] == [f"{subject} began", f"{subject} ended"]
        for subject in subjects
    )


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
    assert deployment.run("quarantine", "discard", str(entries[0]["id"])).returncode == 0
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


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of its own with little room."""
    directory = Path(tempfile.mkdtemp(prefix="nps-disk-"))
    mounted = run_command("mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", directory)
    assert mounted.returncode == 0, mounted.stderr
    yield directory
    run_command("umount", "--lazy", directory)
    directory.rmdir()


@as_root
def test_a_full_disk_is_told_although_nothing_can_be_written(
    deploy: Deploy, small_disk: Path, receiver: Receiver
) -> None:
    deployment = deploy(receiver.settings | {"queue": {"url": f"sqlite:{small_disk / 'queue.db'}"}})
    deployment.start()
    ballast = small_disk / "ballast"
    run_command("dd", "if=/dev/zero", f"of={ballast}", "bs=64k")
    run_command("dd", "if=/dev/zero", f"of={ballast}", "bs=512", "oflag=append", "conv=notrunc")
    receiver.wait_for("NPSDiskLow began", "NPSNotAccepting began")
    reason = [message["data"].get("reason") for message in receiver.messages]
    assert "diskFull" in reason
    ballast.unlink()
    # It goes on when the next write has succeeded.
    wait_until(lambda: deployment.post(fresh_response("room")).status == 200, "room")
    receiver.wait_for("NPSDiskLow ended", "NPSNotAccepting ended")
    assert in_order(receiver.events)
    deployment.serve.kill()
    deployment.start_serve()
    assert in_order(receiver.events)


def test_while_the_receiver_is_away_nothing_is_lost_or_doubled(deploy: Deploy, receiver: Receiver) -> None:
    deployment = deploy(receiver.settings)
    receiver.stop()
    deployment.start()
    assert deployment.post(fresh_response("wrong") | {"score": 11}).status == 422
    wait_until(lambda: metrics(deployment, "nps_alert_deliveries_total").get("unreachable"), "an attempt")
    # It comes back, hangs, and the collector is stopped and killed while it posts.
    for stop in (signal.SIGTERM, signal.SIGKILL):
        receiver.start()
        receiver.held.clear()
        receiver.hangs.set()
        wait_until(receiver.held.is_set, "a message under way")
        begin = time.monotonic()
        deployment.serve.signal(stop)
        status = deployment.serve.wait()
        assert status == (0 if stop == signal.SIGTERM else -signal.SIGKILL)
        assert time.monotonic() - begin < 20
        receiver.stop()
        deployment.start_serve()
    entry = deployment.data("quarantine", "list")[0]["id"]
    assert deployment.run("quarantine", "discard", str(entry)).returncode == 0
    receiver.start()
    receiver.wait_for("NPSQuarantineGrowing standard began", "NPSQuarantineGrowing standard ended")
    assert in_order(receiver.events)
    assert "an alert can't be delivered" in deployment.serve.log.read_text() or receiver.attempts >= 2


@pytest.mark.parametrize("is_frozen", [False, True])
def test_of_several_collectors_one_tells_also_when_another_takes_over(
    deploy: Deploy, receiver: Receiver, is_frozen: bool
) -> None:
    with (
        running_postgres(secrets.token_hex(12)) as postgres,
        new_fleet(deploy, [postgres], 2) as fleet,
    ):
        for member in fleet.members:
            settings = json.loads(member.deployment.config.read_text())
            member.deployment.config.write_text(json.dumps(settings | receiver.settings))
        fleet.start()
        leader = fleet.leader()
        other = next(member for member in fleet.members if member is not leader)
        await_watch(postgres, fleet.database)
        # What one that doesn't forward takes in, the other tells.
        assert other.deployment.post(fresh_response("wrong") | {"score": 11}).status == 422
        receiver.wait_for("NPSQuarantineGrowing standard began")
        if is_frozen:
            leader.freeze()
        else:
            leader.kill()
        wait_until(lambda: other.forwards, "the other to forward")
        wait_until(lambda: metrics(other.deployment, "nps_alerts_active")["NPSQuarantineGrowing"] == 1, "it to know")
        if is_frozen:
            leader.thaw()
        else:
            leader.start()
        wait_until(lambda: not metrics(leader.deployment, "nps_alerts_active")["NPSQuarantineGrowing"], "it to let go")
        entry = other.deployment.data("quarantine", "list")[0]["id"]
        assert other.deployment.run("quarantine", "discard", str(entry)).returncode == 0
        receiver.wait_for("NPSQuarantineGrowing standard ended")
        assert in_order(receiver.events)
        assert [message["data"]["collector"] for message in receiver.messages] == [leader.name, other.name]
        # One that had told and was stopped in that moment hadn't written so.
        assert receiver.doubles <= 1


def await_watch(postgres: Postgres, database: str) -> None:
    """Waits until the collector that forwards has begun to watch: what is in quarantine before is no news."""
    query = "SELECT count(*) FROM nps.source_activity WHERE history IS NOT NULL"
    wait_until(lambda: postgres.sql(database, query).strip().endswith("1"), "the sources to be watched")


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
