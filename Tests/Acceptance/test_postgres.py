"""Two collectors that share a PostgreSQL: both accept, and one of them forwards."""

import json
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest

from harness.deployment import Deploy, Deployment
from harness.ledger import Comparison
from harness.links import new_key
from harness.load import Load
from harness.postgres import Postgres, running_postgres
from harness.waiting import wait_until
from harness.webhook import fresh_response, response_id, sign

CONFIGURATION = 78
UNREACHABLE = 69

OVERLAP = {"overlap-window": 300}
"""Two upserts of one id at a time would make two records."""


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with running_postgres(secrets.token_hex(12)) as server:
        yield server


def two_collectors(deploy: Deploy, postgres: Postgres, database: str) -> tuple[Deployment, Deployment]:
    """Two running collectors with the same secrets; the second forwards. The sandbox is the first one's."""
    first = deploy({"queue": {"url": postgres.url(database), "name": "first"}, "log": {"level": "info"}})
    second = deploy()
    settings = json.loads(first.config.read_text())
    settings["http"]["port"], settings["admin"]["port"] = second.http_port, second.admin_port
    settings["queue"]["name"] = "second"
    second.config.write_text(json.dumps(settings))
    second.secret, second.admin_token, second.api_token = first.secret, first.admin_token, first.api_token
    second.sandbox_port = first.sandbox_port
    # Nobody else is there to forward.
    second.start_serve()
    first.start()
    return first, second


def await_delivered(deployment: Deployment, count: int) -> None:
    """Until so many are delivered, as a collector says that is at hand."""
    wait_until(lambda: deployment.admin_status().json()["delivered"] >= count, f"{count} delivered responses")


def await_slow_request(deployment: Deployment) -> None:
    """Until a request to this one's sandbox is under way that takes long."""
    assert deployment.set_faults({"slow": 1, "slow-delay": 3_000})
    wait_until(lambda: not deployment.faults().get("slow"), "a long request", interval=0.005)


def await_status(deployment: Deployment, status: int) -> None:
    """Until the collector's readiness is this."""
    wait_until(lambda: deployment.get("/readyz").status == status, f"a readiness of {status}")


def end_waits(postgres: Postgres, database: str) -> None:
    """What was being sent when its collector was killed waits for a minute, because the API may still be at work on it.
    Here it isn't, since nothing was sent for a while: so the time may have passed."""
    changes = "next_attempt_at = accepted_at WHERE state = 1 AND reason LIKE 'ambiguous: the collector stopped%'"
    postgres.sql(database, f"UPDATE nps.responses SET {changes}")


def test_each_answer_is_there_once_whatever_is_killed(deploy: Deploy, postgres: Postgres) -> None:
    database = postgres.new_database()
    first, second = two_collectors(deploy, postgres, database)
    assert first.set_faults(OVERLAP)
    with ExitStack() as stack:
        # The same ids and contents come to both, at about the same time.
        loads = [stack.enter_context(Load(each.http_port, each.secret, "both", workers=4)) for each in (first, second)]
        to_first, to_second = loads
        for load in loads:
            load.await_acknowledged(200)
        await_delivered(second, 100)

        # The first only accepts. The second goes on with all.
        first.serve.kill()
        to_second.await_acknowledged(to_second.acknowledged + 200)
        await_delivered(second, second.admin_status().json()["delivered"] + 100)

        # Started again, it leaves the forwarding to the other, until that one is killed at it.
        first.start_serve()
        to_first.await_acknowledged(to_first.acknowledged + 200)
        status = first.admin_status().json()
        assert (status["forwarding"], status["leader"]) == ("elsewhere", "second")
        await_slow_request(first)
        second.serve.kill()
        await_delivered(first, first.admin_status().json()["delivered"] + 200)
        assert first.admin_status().json()["leader"] == "first"
        second.start_serve()
        to_second.await_acknowledged(to_second.acknowledged + 200)
        assert second.admin_status().json()["forwarding"] == "elsewhere"

        for mode in ("fast", "kill"):
            postgres.control(mode)
            for load in loads:
                load.await_acknowledged(load.acknowledged + 200)
            await_delivered(first, first.admin_status().json()["delivered"] + 100)

    # Nothing but what was interrupted is left.
    wait_until(
        lambda: int(postgres.sql(database, "SELECT count(*) FROM nps.responses WHERE state = 2")) == 0,
        "the end of the last request",
    )
    end_waits(postgres, database)
    books = first.await_drained()
    assert second.books()["delivered"] == books["delivered"]
    records = list(first.records())
    comparison = Comparison.of(to_first.ledger.promises | to_second.ledger.promises, records)
    assert comparison.is_clean, comparison
    assert books["accepted"] == books["delivered"] == len(records) == comparison.arrived
    assert to_first.ledger.interruptions >= 2, "no request was interrupted, so the kills proved nothing"
    assert "interrupted a delivery" in first.serve.log.read_text(), (
        "nothing was being sent, so the kills proved nothing"
    )
    assert to_first.ledger.unexpected == to_second.ledger.unexpected == []


def test_the_verbs_work_on_a_collector_that_does_not_forward(deploy: Deploy, postgres: Postgres) -> None:
    first, second = two_collectors(deploy, postgres, postgres.new_database())
    person, stranger = fresh_response("person"), fresh_response("stranger")
    for response, collector in ((person, second), (stranger, first)):
        assert collector.post(response).json()["status"] == "accepted"
    for response, collector in ((person, first), (stranger, second)):
        assert collector.post(response).json()["status"] == "unchanged"
    wrong = json.dumps(fresh_response("wrong") | {"score": 11}).encode()
    assert second.post_webhook(wrong, sign(second.secret, wrong)).status == 422

    assert first.await_drained()["delivered"] == 2
    assert first.books()["quarantined"] == len(first.data("quarantine", "list")) == 1
    identity = response_id(person["id"])
    assert {item["id"] for item in listed(first)} == {identity, response_id(stranger["id"])}
    assert [item["id"] for item in listed(first, "--email", person["email"])] == [identity]
    assert first.data("queue", "show", identity)["state"] == "delivered"

    receipt = first.data("queue", "erase", "--email", person["email"], "--yes", "--remote")
    assert receipt["ids"] == [identity]
    assert [record["result"] for record in receipt["remote"]] == ["deleted"]
    assert [record["sourceId"] for record in first.records()] == [response_id(stranger["id"])]
    assert second.post(person).json() == {"status": "unchanged", "ids": [identity]}
    assert listed(second, "--email", person["email"]) == []
    books = second.books()
    assert (books["accepted"], books["delivered"], books["erased"]) == (2, 1, 1)


def listed(deployment: Deployment, *words: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = deployment.data("queue", "list", *words)
    return items


def test_a_database_that_is_away_costs_503_and_loses_nothing(deploy: Deploy, postgres: Postgres) -> None:
    first, second = two_collectors(deploy, postgres, postgres.new_database())
    known, refused = fresh_response("known"), fresh_response("refused")
    assert first.post(known).status == 200
    postgres.control("stop")
    try:
        # Both wait for five seconds.
        with ThreadPoolExecutor() as senders:
            answer = senders.submit(first.post, refused)
            await_status(second, 503)
        assert answer.result().status == 503
    finally:
        postgres.control("start")
    for collector in (first, second):
        await_status(collector, 200)
    assert first.post(known).json()["status"] == "unchanged"
    assert first.post(refused).status == 200
    assert first.await_drained()["delivered"] == 2


@pytest.mark.parametrize(
    ("user", "database", "password", "said"),
    [
        pytest.param("guarded", "nps", "wrong", "password authentication failed", id="wrong password"),
        pytest.param("guarded", "nps", None, "no password", id="no password"),
        pytest.param("collector", "nowhere", None, 'database "nowhere" does not exist', id="no database"),
        pytest.param("nobody", "nps", None, 'role "nobody" does not exist', id="no role"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    deploy: Deploy, postgres: Postgres, user: str, database: str, password: str | None, said: str
) -> None:
    queue = {"url": postgres.url(database, user)} | (
        {"password": f"{password}-{postgres.password}"} if password else {}
    )
    assert_refused(deploy({"queue": queue}), CONFIGURATION, said, postgres.password)


def test_a_server_that_is_away_is_named(deploy: Deploy, postgres: Postgres) -> None:
    away = deploy({"queue": {"url": "postgres://guarded@127.0.0.1:1/nps", "password": postgres.password}})
    assert_refused(away, UNREACHABLE, "127.0.0.1", postgres.password)


def assert_refused(deployment: Deployment, status: int, said: str, password: str) -> None:
    """Neither verb goes on; each says why in one line, without the password."""
    for verb in ("check", "serve"):
        result = deployment.run(verb)
        output = result.stdout + result.stderr
        assert result.returncode == status, output
        assert said in result.stderr
        assert len(result.stderr.splitlines()) == 1, result.stderr
        assert password not in output


def test_a_key_keeps_what_people_write_out_of_the_database(deploy: Deploy, postgres: Postgres) -> None:
    database = postgres.new_database()
    key = new_key()
    collector = deploy({"queue": {"url": postgres.url(database), "payload-key": f"k1:{key}"}})
    # The API is away, so that everything stays.
    collector.start_serve()
    response = fresh_response("sealed") | {"comment": "a canary sings"}
    assert collector.post(response).json()["status"] == "accepted"
    wrong = json.dumps(response | {"score": 11}).encode()
    assert collector.post_webhook(wrong, sign(collector.secret, wrong)).status == 422

    dump = postgres.dump(database)
    assert "nps.responses" in dump
    for words in ("canary", str(response["email"]), key):
        assert words not in dump
        assert words.encode().hex() not in dump
    assert [item["comment"] for item in listed(collector)] == ["a canary sings"]
    assert [item["email"] for item in listed(collector, "--email", response["email"])] == [response["email"]]
    assert key not in collector.run("check").stdout

    queue = {"url": postgres.url(database), "name": "other"}
    assert_refused(deploy({"queue": queue}), CONFIGURATION, "has no key: give it theirs (k1)", key)
    for kid, said in (("k1", "k1 is another key there"), ("k2", "k1, which isn't listed")):
        other = deploy({"queue": queue | {"payload-key": f"{kid}:{new_key()}"}})
        assert_refused(other, CONFIGURATION, said, key)


def test_check_says_what_it_found(deploy: Deploy, postgres: Postgres) -> None:
    database = postgres.new_database()
    postgres.sql("postgres", f"GRANT CREATE ON DATABASE {database} TO guarded")
    deployment = deploy()
    password = deployment.directory / "password"
    password.write_text(f"{postgres.password}\n")
    deployment.configure({"queue": {"url": postgres.url(database, "guarded"), "password-file": str(password)}})
    before = deployment.run("check")
    assert before.returncode == 0, before.stderr
    assert "has no tables of a queue yet" in before.stderr
    assert "no synchronous standby" in before.stderr
    deployment.start()
    after = deployment.run("check")
    assert "has the queue's tables" in after.stderr
    assert postgres.password not in before.stdout + before.stderr + after.stdout + after.stderr
    assert postgres.password not in deployment.serve.log.read_text()
