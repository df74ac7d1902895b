"""A person's data is removed here and at Planhat, and what is repeated later doesn't bring it back."""

import json
from pathlib import Path
from typing import Any

from harness.deployment import Deploy, Deployment
from harness.program import Program
from harness.waiting import wait_until
from harness.webhook import fresh_response, response_id, sign


def erase(deployment: Deployment, address: str, *flags: str) -> dict[str, Any]:
    receipt: dict[str, Any] = deployment.data("queue", "erase", "--email", address, "--yes", *flags)
    return receipt


def readable_in_database(deployment: Deployment, *words: str) -> list[str]:
    """Which of the words are readable in the queue's files, in whatever case."""
    files = [Path(f"{deployment.directory / 'queue.db'}{suffix}") for suffix in ("", "-wal", "-journal", "-shm")]
    content = b"".join(file.read_bytes().lower() for file in files if file.exists())
    return [word for word in words if word.lower().encode() in content]


def test_a_person_is_gone_everywhere_and_stays_gone(deploy: Deploy) -> None:
    deployment = deploy()
    deployment.start()
    person, stranger = fresh_response("person"), fresh_response("stranger")
    wrong = json.dumps(person | {"id": "wrong", "score": 11}).encode()
    for response in (person, stranger):
        assert deployment.post(response).status == 200
    kept = deployment.post_webhook(wrong, sign(deployment.secret, wrong))
    assert kept.status == 422
    deployment.await_drained()
    assert readable_in_database(deployment, person["email"]) == [person["email"]], "the quarantine keeps what came"
    assert len(list(deployment.records())) == 2

    identity = response_id(person["id"])
    receipt = erase(deployment, person["email"].upper(), "--remote")
    assert receipt["responses"] == {"delivered": 1} and receipt["ids"] == [identity]
    assert receipt["quarantined"] == 1
    assert [(record["id"], record["result"]) for record in receipt["remote"]] == [(identity, "deleted")]
    assert person["email"] not in json.dumps(receipt).lower()
    assert [record["sourceId"] for record in deployment.records()] == [response_id(stranger["id"])]
    assert readable_in_database(deployment, person["email"], person["comment"], person["id"]) == []

    for repeated in (person, person | {"score": 1}):
        assert deployment.post(repeated).json() == {"status": "unchanged", "ids": [identity]}
    again = deployment.run("queue", "erase", "--email", person["email"], "--remote", "--yes")
    assert again.returncode == 0
    assert again.stdout.startswith("Nothing of this person was found.")
    books = deployment.books()
    assert (books["accepted"], books["delivered"], books["erased"], books["quarantined"]) == (2, 1, 1, 0)
    assert readable_in_database(deployment, person["email"]) == []


def test_what_fails_at_planhat_is_found_by_the_next_try(deploy: Deploy) -> None:
    deployment = deploy()
    deployment.start()
    person = fresh_response("person")
    assert deployment.post(person).status == 200
    deployment.await_drained()
    assert deployment.sandbox.stop() == 0
    failed = deployment.run("queue", "erase", "--email", person["email"], "--remote", "--yes", "--json")
    assert failed.returncode == 1
    assert [record["result"] for record in json.loads(failed.stdout)["remote"]] == ["failed"]
    assert readable_in_database(deployment, person["email"], person["comment"]) == []
    deployment.start_sandbox()
    assert len(list(deployment.records())) == 1
    receipt = erase(deployment, person["email"], "--remote")
    assert receipt["ids"] == [] and [record["result"] for record in receipt["remote"]] == ["deleted"]
    assert list(deployment.records()) == []


def test_every_record_with_the_same_id_is_deleted(deploy: Deploy) -> None:
    deployment = deploy()
    deployment.start()
    person = fresh_response("person")
    assert deployment.post(person).status == 200
    deployment.await_drained()
    identity = response_id(person["id"])
    for score in ("1", "2"):
        twin = ("--email", person["email"], "--score", score, "--source-id", identity)
        assert deployment.run("planhat", "create", *twin).returncode == 0
    assert [record["sourceId"] for record in deployment.records()] == [identity] * 3
    receipt = erase(deployment, person["email"], "--remote")
    assert [record["result"] for record in receipt["remote"]] == ["deleted"]
    assert list(deployment.records()) == []


def test_what_planhat_never_confirmed_is_listed_counted_and_deleted_in_bulk(deploy: Deploy) -> None:
    deployment = deploy()
    deployment.start()
    persons = [fresh_response(f"person-{number}") for number in range(3)]
    for person in persons:
        assert deployment.post(person).status == 200
    deployment.await_drained()
    for person in persons:
        erase(deployment, person["email"])
    assert len(list(deployment.records())) == 3
    assert deployment.data("queue", "status")["unconfirmedErasures"] == 3
    listed = deployment.data("queue", "list", "--unconfirmed")
    assert [item["id"] for item in listed] == [response_id(person["id"]) for person in persons]
    assert not any(item["isRemoteDeletionWanted"] for item in listed)
    assert deployment.run("queue", "erase", "--unconfirmed").returncode == 64, "it asks, or wants --yes"
    receipt = deployment.data("queue", "erase", "--unconfirmed", "--yes")
    assert receipt == {"alreadyGone": 0, "deleted": 3, "failed": [], "left": 0, "sending": 0}
    assert list(deployment.records()) == []
    assert deployment.data("queue", "list", "--unconfirmed") == []
    again = deployment.run("queue", "erase", "--unconfirmed", "--yes")
    assert (again.returncode, again.stdout) == (0, "Nothing is left to confirm at Planhat.\n")


def test_an_interrupted_erasure_reports_what_it_did(deploy: Deploy) -> None:
    deployment = deploy()
    deployment.start()
    person = fresh_response("person")
    for number in range(2):
        assert deployment.post(person | {"id": f"{person['id']}-{number}"}).status == 200
    deployment.await_drained()
    # Long enough for a slow machine to kill the collector meanwhile, and shorter than any limit of a request.
    deployment.set_faults({"slow-delay": 20_000, "slow": "1@delete"})
    words = deployment.command("queue", "erase", "--email", person["email"], "--remote", "--yes", "--json")
    output, errors = deployment.directory / "erasure.json", deployment.directory / "erasure.log"
    with Program(words, output, deployment.directory, errors=errors) as erasing:
        wait_until(lambda: not deployment.faults().get("slow"), "the first deletion under way")
        deployment.serve.kill()
        assert erasing.wait() == 69
    receipt = json.loads(output.read_text())
    ids = [response_id(f"{person['id']}-{number}") for number in range(2)]
    assert receipt["responses"] == {"delivered": 2} and receipt["ids"] == ids
    assert [record["result"] for record in receipt["remote"]] == ["deleted", "failed"]
    deployment.start_serve()
    again = erase(deployment, person["email"], "--remote")
    assert [record["result"] for record in again["remote"]] == ["alreadyGone", "deleted"]
    assert list(deployment.records()) == []


def test_what_is_erased_while_it_is_sent_is_deleted_once_it_arrived(deploy: Deploy) -> None:
    deployment = deploy()
    deployment.start()
    # Long enough for a slow machine to begin the erasure meanwhile, and shorter than any limit of a request.
    deployment.set_faults({"slow-delay": 20_000, "slow": "1@write"})
    person = fresh_response("person")
    assert deployment.post(person).status == 200
    wait_until(lambda: deployment.books()["sending"] == 1, "a request under way")
    receipt = erase(deployment, person["email"], "--remote")
    assert receipt["responses"] == {"sending": 1}
    assert [record["result"] for record in receipt["remote"]] == ["deleted"]
    assert list(deployment.records()) == []
    assert deployment.books()["erased"] == 1


def test_nothing_is_erased_by_accident(deploy: Deploy) -> None:
    deployment = deploy()
    deployment.start()
    person = fresh_response("person")
    assert deployment.post(person).status == 200
    deployment.await_drained()
    assert deployment.run("queue", "erase", "--email", person["email"]).returncode == 64
    assert deployment.run("queue", "erase", "--email", "nobody", "--yes").returncode == 64
    assert deployment.books()["erased"] == 0


def test_the_address_may_come_from_standard_input(deploy: Deploy) -> None:
    deployment = deploy()
    deployment.start()
    person = fresh_response("person")
    assert deployment.post(person).status == 200
    deployment.await_drained()
    erased = deployment.run("queue", "erase", "--email", "-", "--yes", typed=person["email"] + "\n")
    assert erased.returncode == 0, erased.stderr
    assert response_id(person["id"]) in erased.stdout and "--remote" in erased.stdout
    assert deployment.books()["erased"] == 1
