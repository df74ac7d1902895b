"""Signed payloads that were no valid responses: kept, shown, replayed after the mapping was fixed, discarded."""

import json
import secrets
import signal
from pathlib import Path
from typing import Any

import pytest

from harness import canary
from harness.deployment import Deploy, Deployment
from harness.http_client import HTTPResponse
from harness.program import Program
from harness.waiting import wait_until
from harness.webhook import new_secret, response_id, sign

WRONG = "preset: standard\nmapping: |\n  .[] | {id, email, score: .rating}\n"
FIXED = "preset: standard\nmapping: |\n  .[] | {id, email, score: (.rating // .nps)}\n"
BROKEN = "preset: standard\nmapping: |\n  .[] |\n  {id: }}\n"


class Acme:
    """A deployment with one source of its own, whose mapping can be changed."""

    def __init__(self, deployment: Deployment, secret: str) -> None:
        self.deployment = deployment
        self.secret = secret
        self.file = deployment.directory / "sources" / "acme.yaml"

    def write_mapping(self, text: str) -> None:
        self.file.parent.mkdir(exist_ok=True)
        self.file.write_text(text)

    def deliver(self, items: list[dict[str, Any]], message_id: str | None = None) -> HTTPResponse:
        body = json.dumps(items).encode()
        return self.deployment.post_webhook(body, sign(self.secret, body, message_id), "/webhooks/acme")

    def entries(self) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.deployment.data("quarantine", "list")
        return entries


def items() -> list[dict[str, Any]]:
    """One that the wrong mapping understands, and one that only the fixed mapping does."""
    first, second = secrets.token_hex(6), secrets.token_hex(6)
    return [
        {"id": first, "email": canary.address(first), "rating": 3},
        {"id": second, "email": canary.address(second), "nps": 8},
    ]


@pytest.fixture
def acme(deploy: Deploy) -> Acme:
    secret = new_secret()
    deployment = deploy({"webhooks": {"directory": "sources", "acme": {"secrets": [secret]}}})
    acme = Acme(deployment, secret)
    acme.write_mapping(WRONG)
    deployment.start()
    return acme


def test_a_fixed_mapping_accepts_what_was_missing_once(acme: Acme) -> None:
    batch = items()
    answer = acme.deliver(batch)
    assert answer.status == 422
    assert answer.json()["ids"] == [response_id(batch[0]["id"], "acme")]
    assert [error["field"] for error in answer.json()["errors"]] == ["[1].score"]
    run = acme.deployment.run
    still_wrong = run("quarantine", "replay", "--all")
    assert still_wrong.returncode == 1
    assert "[1].score" in still_wrong.stdout
    acme.write_mapping(FIXED)
    trial = run("quarantine", "replay", "--all", "--dry-run")
    assert trial.returncode == 0 and "would be accepted" in trial.stdout
    assert len(acme.entries()) == 1 and acme.deployment.books()["accepted"] == 1
    replay = run("quarantine", "replay", "999", str(acme.entries()[0]["id"]))
    assert replay.returncode == 1 and "999" in replay.stderr
    books = acme.deployment.await_drained()
    assert (books["accepted"], books["quarantined"]) == (2, 0)
    arrived = [record["sourceId"] for record in acme.deployment.records()]
    assert sorted(arrived) == sorted(response_id(item["id"], "acme") for item in batch)


def test_sighup_reads_the_mapping_again_and_refuses_a_broken_one(acme: Acme) -> None:
    serve = acme.deployment.serve
    acme.write_mapping(BROKEN)
    serve.signal(signal.SIGHUP)
    wait_until(lambda: "acme.yaml:4: mapping" in serve.log.read_text(), "the mistake to be logged")
    assert "acme.yaml:4: mapping" in acme.deployment.run("quarantine", "replay", "1").stderr
    assert acme.deliver(items()[:1]).status == 200
    acme.write_mapping(FIXED)
    serve.signal(signal.SIGHUP)
    wait_until(lambda: acme.deliver(items()).status == 200, "the fixed mapping")
    assert serve.is_running


def test_more_than_a_page_is_replayed(acme: Acme) -> None:
    for number in range(1_050):
        assert acme.deliver([{"id": f"n{number}", "email": canary.address(str(number)), "nps": 5}]).status == 422
    acme.write_mapping(FIXED)
    replay = acme.deployment.run("quarantine", "replay", "--all")
    assert replay.returncode == 0, replay.stderr
    assert "1050/1050" in replay.stderr
    assert acme.deployment.books()["accepted"] == 1_050
    assert acme.entries() == []


def test_a_replay_that_is_killed_neither_loses_nor_doubles(acme: Acme) -> None:
    count = 600
    for number in range(count):
        assert acme.deliver([{"id": f"n{number}", "email": canary.address(str(number)), "nps": 5}]).status == 422
    acme.write_mapping(FIXED)
    deployment = acme.deployment
    with Program(
        deployment.command("quarantine", "replay", "--all"), deployment.directory / "replay.log", Path()
    ) as replay:
        wait_until(lambda: deployment.books()["accepted"] > 0, "the first accepted payload", interval=0)
        deployment.serve.kill()
        replay.wait()
    deployment.start_serve()
    books = deployment.books()
    assert books["accepted"] + books["quarantined"] == count
    assert deployment.run("quarantine", "replay", "--all").returncode == 0
    books = deployment.books()
    assert (books["accepted"], books["quarantined"]) == (count, 0)


def test_repetitions_are_counted_and_shown(acme: Acme) -> None:
    batch = items()
    for _ in range(3):
        assert acme.deliver(batch, "msg_again").status == 422
    entry = acme.entries()[0]
    assert entry["timesSeen"] == 3 and entry["lastSeenAt"] >= entry["receivedAt"]
    shown = acme.deployment.run("quarantine", "show", str(entry["id"]))
    assert "[1].score" in shown.stdout and canary.WORD not in shown.stdout
    assert json.loads(acme.deployment.run("quarantine", "show", str(entry["id"]), "--body").stdout) == batch


def test_all_is_discarded_only_with_a_yes(acme: Acme) -> None:
    acme.deliver(items())
    acme.deliver(items())
    assert acme.deployment.run("quarantine", "discard", "--all").returncode == 64
    unasked = acme.deployment.run("quarantine", "discard", str(acme.entries()[0]["id"]))
    assert unasked.returncode == 64 and "no terminal to ask on" in unasked.stderr
    assert len(acme.entries()) == 2
    assert acme.deployment.run("quarantine", "discard", "--all", "--yes").returncode == 0
    assert acme.entries() == []
    assert acme.deployment.run("quarantine", "discard", "1", "--yes").returncode == 1


def test_a_full_quarantine_refuses_a_delivery_and_takes_its_valid_responses(deploy: Deploy) -> None:
    secret = new_secret()
    deployment = deploy(
        {"webhooks": {"directory": "sources", "acme": {"secrets": [secret]}}, "quarantine": {"max-bytes": 1_000}}
    )
    acme = Acme(deployment, secret)
    acme.write_mapping(WRONG)
    deployment.start()
    answers = [acme.deliver(items()) for _ in range(2)]
    assert [answer.status for answer in answers] == [422, 503]
    assert int(answers[1].headers["retry-after"]) > 0
    assert deployment.books()["accepted"] == 2
    assert "acme has 1 in quarantine" in deployment.run("queue", "status").stdout
