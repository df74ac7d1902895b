"""What people say is readable only on its way: not in logs, metrics or errors, and after delivery in no file."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from harness.aviary import Aviary, Kind
from harness.deployment import Deploy, Deployment
from harness.http1 import Answer, fetch
from harness.waiting import wait_until


def good(aviary: Aviary) -> Answer:
    return signed(aviary, json.dumps(aviary.response()).encode())


def good_form(aviary: Aviary) -> Answer:
    response = aviary.response()
    return form(aviary, {name: str(response[name]) for name in ("email", "score", "comment")})


def stranger(aviary: Aviary) -> Answer:
    """Planhat knows nobody there."""
    return signed(aviary, json.dumps(aviary.response("elsewhere.test")).encode())


def signed(aviary: Aviary, body: bytes) -> Answer:
    return aviary.request("POST", "/webhooks/standard", aviary.sign(body), body)


def form(aviary: Aviary, fields: dict[str, str]) -> Answer:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return aviary.request("POST", "/survey", headers, urlencode(fields).encode())


def wrong_values(aviary: Aviary) -> Answer:
    """Authentic and invalid: all of it goes into quarantine."""
    wrong = aviary.response() | {"score": aviary.word(), "answeredAt": aviary.word(), "email": aviary.word()}
    return signed(aviary, json.dumps(wrong | {aviary.word(): aviary.word()}).encode())


def no_json(aviary: Aviary) -> Answer:
    return signed(aviary, json.dumps(aviary.response()).encode()[:-1])


def forged(aviary: Aviary) -> Answer:
    """Canaries in every header that anybody reads."""
    word = aviary.word()
    names = ("webhook-id", "webhook-signature", "webhook-timestamp", "authorization", "cookie", "referer", "user-agent")
    return aviary.request("POST", f"/webhooks/standard?token={word}", dict.fromkeys(names, word), word.encode())


def wrong_place(aviary: Aviary) -> Answer:
    return aviary.request("GET", f"/s/{aviary.word()}?email={aviary.word()}", {"x-forwarded-for": aviary.word()})


def wrong_form(aviary: Aviary) -> Answer:
    return form(aviary, {"email": aviary.word(), "score": "11", "comment": aviary.word(), "nonce": aviary.word()})


def wrong_source(aviary: Aviary) -> Answer:
    return aviary.request("POST", f"/webhooks/{aviary.word()}", {}, json.dumps(aviary.response()).encode())


def wrong_key(aviary: Aviary) -> Answer:
    """At the admin listener, with a token that isn't its own."""
    headers = {"authorization": f"Bearer {aviary.word()}"}
    return fetch(aviary.deployment.admin_port, "GET", f"/queue/responses?state={aviary.word()}", headers)


def kinds(*all_kinds: Kind) -> Iterator[Kind]:
    return itertools.cycle(all_kinds)


def release_good_and_malformed(aviary: Aviary) -> None:
    aviary.release(2_500, kinds(good, good, good, good_form))
    aviary.release(1_400, kinds(wrong_values, no_json, forged, wrong_place, wrong_form, wrong_source, wrong_key))


def release_while_the_api_fails(aviary: Aviary) -> None:
    """Answers after the fact, refusals, and errors that repeat what was sent."""
    deployment = aviary.deployment
    deployment.set_faults({"500-after": 2, "truncated": 1, "401": 1, "error-entry": "object"})
    deployment.set_faults({"unknown-contact": "reject-400"})
    aviary.release(600, kinds(good, stranger))
    wait_until(lambda: deployment.books()["parked"] >= 290, "strangers to be parked", timeout=300, interval=0.5)


def release_while_the_collector_crashes(aviary: Aviary) -> None:
    """kill -9 in the middle of requests, again and again."""
    deployment = aviary.deployment
    for _ in range(6):
        aviary.release_until(deployment.serve.kill, kinds(good, wrong_values), after=80)
        for _ in range(20):
            aviary.abandon()
        deployment.start_serve()


def database_files(deployment: Deployment) -> Iterator[Path]:
    return deployment.directory.glob("queue.db*")


def test_five_thousand_canaries_are_silent(deploy: Deploy) -> None:
    deployment = deploy()
    deployment.start()
    aviary = Aviary(deployment)
    release_good_and_malformed(aviary)
    release_while_the_api_fails(aviary)
    release_while_the_collector_crashes(aviary)
    assert aviary.sent >= 5_000

    with pytest.raises(AssertionError, match="sings"):
        aviary.assert_files_silent(database_files(deployment))
    deployment.set_faults({"500-after": 0, "truncated": 0, "401": 0, "unknown-contact": "domain-create"})
    reasons = deployment.run("queue", "list", "--parked", "--limit", "1000")
    aviary.assert_silent(reasons.stdout.encode(), reasons.stderr.encode())
    assert deployment.run("queue", "retry", "--all").returncode == 0
    books = deployment.await_drained(timeout=300)
    assert books["parked"] == 0 and books["delivered"] > 2_500
    assert books["quarantined"] > 200
    assert deployment.run("quarantine", "discard", "--all", "--yes").returncode == 0

    metrics = fetch(deployment.admin_port, "GET", "/metrics").body
    assert b"nps_delivery_total" in metrics
    readiness = fetch(deployment.admin_port, "GET", "/readyz").body
    aviary.assert_silent(metrics, readiness)
    aviary.assert_files_silent(database_files(deployment))
    deployment.serve.stop()
    aviary.assert_files_silent(database_files(deployment))
    assert deployment.serve.log.stat().st_size > 100_000, "a silent log proves nothing"
    aviary.assert_files_silent(deployment.directory.glob("*.log"))
