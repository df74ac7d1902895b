"""`queue move` takes a queue from a file to PostgreSQL and back, and whatever kills it, one place forwards."""

import json
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from harness.deployment import Deploy, Deployment
from harness.ledger import Comparison
from harness.load import Load
from harness.postgres import Postgres, running_postgres
from harness.program import Program
from harness.waiting import wait_until
from harness.webhook import fresh_response, sign

USAGE = 64
UNREACHABLE = 69
CONFIGURATION = 78

RECEIPTS = 40_000
"""So many that a move takes long enough to be killed in it."""


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with running_postgres(secrets.token_hex(12)) as server:
        yield server


def add_receipts(path: Path) -> None:
    """Copies a receipt many times, under other ids."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        rows = connection.execute("SELECT * FROM receipts LIMIT 1")
        names = ", ".join(name for name, *_ in rows.description if name not in ("sequence", "id"))
        connection.execute(
            f"""
            WITH RECURSIVE copies (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < {RECEIPTS})
            INSERT INTO receipts (id, sequence, {names})
            SELECT randomblob(16), n + (SELECT last_sequence FROM books), {names}
            FROM copies, (SELECT {names} FROM receipts WHERE state = 3 LIMIT 1)
            """
        )
        connection.execute(
            "UPDATE books SET accepted = accepted + ?1, delivered = delivered + ?1, last_sequence = last_sequence + ?1",
            (RECEIPTS,),
        )


def use(deployment: Deployment, url: str) -> None:
    """Sets `queue.url`, and leaves all other settings."""
    settings = json.loads(deployment.config.read_text())
    settings["queue"]["url"] = url
    deployment.config.write_text(json.dumps(settings))


def assert_closed(deployment: Deployment, url: str, said: str) -> None:
    """No collector opens this queue: `serve` and `check` say why in one line."""
    former = json.loads(deployment.config.read_text())["queue"]["url"]
    use(deployment, url)
    for verb in ("serve", "check"):
        result = deployment.run(verb)
        assert result.returncode == CONFIGURATION, f"{verb}: {result.stdout}{result.stderr}"
        assert said in result.stderr
        assert len(result.stderr.splitlines()) == 1, result.stderr
    use(deployment, former)


def kill_moves(deployment: Deployment, target: str, postgres: Postgres, database: str) -> None:
    """Kills a move in several moments, by how many rows the PostgreSQL has."""

    def has_tables() -> bool:
        return postgres.sql(database, "SELECT to_regclass('nps.responses') IS NOT NULL") == "t"

    for least in (1, RECEIPTS // 6, RECEIPTS // 3):

        def reached(least: int = least) -> bool:
            return int(postgres.sql(database, "SELECT count(*) FROM nps.responses")) >= least

        log = deployment.directory / "move.log"
        with Program(deployment.command("queue", "move", "--to", target), log, deployment.directory) as move:
            wait_until(has_tables, "the tables in the target", interval=0.002)
            wait_until(reached, f"{least} rows in the target", interval=0.002)
            assert move.is_running, "the move was over before it could be killed"
            move.kill()
        source = json.loads(deployment.config.read_text())["queue"]["url"]
        assert_closed(deployment, source, "is being moved to")
        assert_closed(deployment, target, "is being moved here from")


def test_a_queue_goes_to_postgres_and_back(deploy: Deploy, postgres: Postgres) -> None:
    database = postgres.new_database()
    deployment = deploy({"planhat": {"batch-size": 500}, "log": {"level": "info"}})
    there, file = postgres.url(database), f"sqlite:{deployment.directory / 'queue.db'}"
    deployment.start()
    with Load(deployment.http_port, deployment.secret, "before", limit=200) as before:
        wait_until(lambda: before.is_finished, "everything to be accepted")
    deployment.await_drained()
    wrong = json.dumps(fresh_response("wrong") | {"score": 11}).encode()
    assert deployment.post_webhook(wrong, sign(deployment.secret, wrong)).status == 422
    # What is accepted next waits, some of it in a request when the collector is killed.
    assert deployment.set_faults({"slow-delay": 600_000, "slow": 1_000})
    with Load(deployment.http_port, deployment.secret, "during", limit=300) as during:
        wait_until(lambda: during.is_finished, "everything to be accepted")
    wait_until(lambda: deployment.admin_status().json()["sending"] > 0, "a request to the API")
    deployment.serve.kill()
    deployment.sandbox.kill()

    add_receipts(deployment.directory / "queue.db")
    kill_moves(deployment, there, postgres, database)
    moved = deployment.run("queue", "move", "--to", there)
    assert moved.returncode == 0, moved.stderr
    assert "Comparing" in moved.stderr
    assert "Set queue.url to that" in moved.stdout
    assert_closed(deployment, file, "was moved to")
    again = deployment.data("queue", "move", "--to", there)
    assert (again["isMovedNow"], again["accepted"], again["quarantined"]) == (False, RECEIPTS + 500, 1)

    use(deployment, there)
    deployment.start()
    with Load(deployment.http_port, deployment.secret, "before", limit=200) as repeated:
        wait_until(lambda: repeated.is_finished, "everything to be repeated")
    with Load(deployment.http_port, deployment.secret, "after", limit=200) as after:
        wait_until(lambda: after.is_finished, "everything to be accepted")
    deployment.serve.stop()

    back = f"sqlite:{deployment.directory / 'back.db'}"
    report = deployment.data("queue", "move", "--to", back)
    assert (report["isMovedNow"], report["accepted"], report["quarantined"]) == (True, RECEIPTS + 700, 1)
    assert_closed(deployment, there, "was moved to")
    use(deployment, back)
    # What was being sent when the collector was killed waits, because the API may still be at work on it. It isn't.
    with closing(sqlite3.connect(deployment.directory / "back.db", isolation_level=None)) as connection:
        connection.execute(
            "UPDATE queue SET next_attempt_at = accepted_at WHERE reason LIKE 'ambiguous: the collector%'"
        )
    deployment.start_serve()
    books = deployment.await_drained()
    assert (books["accepted"], books["delivered"]) == (RECEIPTS + 700, RECEIPTS + 700)
    promises = before.ledger.promises | during.ledger.promises | after.ledger.promises
    comparison = Comparison.of(promises, list(deployment.records()))
    assert comparison.is_clean, comparison
    assert comparison.arrived == comparison.promised == 700
    assert [load.ledger.unexpected for load in (before, during, repeated, after)] == [[], [], [], []]


def test_a_move_is_given_up(deploy: Deploy, postgres: Postgres) -> None:
    database = postgres.new_database()
    deployment = deploy({"log": {"level": "info"}})
    deployment.start()
    assert deployment.post(fresh_response("one")).status == 200
    deployment.await_drained()
    deployment.serve.stop()
    nothing = deployment.run("queue", "move", "--cancel")
    assert nothing.returncode == CONFIGURATION
    assert "Nothing is being moved" in nothing.stderr
    add_receipts(deployment.directory / "queue.db")
    kill_moves(deployment, postgres.url(database), postgres, database)
    assert deployment.run("queue", "move", "--cancel").returncode == 0
    deployment.start_serve()
    assert deployment.books()["delivered"] == RECEIPTS + 1
    deployment.serve.stop()
    again = deployment.run("queue", "move", "--to", postgres.url(database))
    assert again.returncode == CONFIGURATION
    assert "unfinished move" in again.stderr


def test_what_cannot_be_moved_is_refused(deploy: Deploy, postgres: Postgres) -> None:
    database, other = postgres.new_database(), postgres.new_database()
    deployment = deploy({"log": {"level": "info"}})
    deployment.start()
    refusals = [
        ((), USAGE, "Give --to URL"),
        (("--to", "mysql://somewhere"), USAGE, "--to must be"),
        (("--to", "postgres://user:secret@127.0.0.1/nps"), USAGE, "password"),
        (("--to", "postgres://nobody@127.0.0.1:1/nps"), UNREACHABLE, "in use by another process"),
        (("--to", postgres.url(database)), UNREACHABLE, "in use by another process"),
    ]
    for words, status, said in refusals:
        assert_refused(deployment, words, status, said)
    deployment.serve.stop()
    assert_refused(deployment, ("--to", "postgres://nobody@127.0.0.1:1/nps"), UNREACHABLE, "127.0.0.1")
    assert_refused(deployment, ("--to", postgres.url("nowhere")), CONFIGURATION, "does not exist")
    file = f"sqlite:{deployment.directory / 'queue.db'}"
    assert_refused(deployment, ("--to", file), CONFIGURATION, "already")

    # Nothing of that has marked it. A collector that runs on the target keeps it away.
    second = deploy({"queue": {"url": postgres.url(other), "name": "second"}})
    second.start()
    assert_refused(deployment, ("--to", postgres.url(other)), CONFIGURATION, "second")
    deployment.start_serve()
    assert second.post(fresh_response("one")).status == 200
    second.stop()
    deployment.serve.stop()
    assert_refused(deployment, ("--to", postgres.url(other)), CONFIGURATION, "holds a queue already")

    password = deployment.directory / "password"
    password.write_text(f"{postgres.password}\n")
    postgres.sql("postgres", f"GRANT CREATE ON DATABASE {database} TO guarded")
    guarded = postgres.url(database, "guarded")
    assert_refused(deployment, ("--to", guarded), CONFIGURATION, "password")
    result = deployment.run("queue", "move", "--to", guarded, "--password-file", str(password))
    assert result.returncode == 0, result.stderr
    assert postgres.password not in result.stdout + result.stderr


def assert_refused(deployment: Deployment, words: tuple[str, ...], status: int, said: str) -> None:
    result = deployment.run("queue", "move", *words)
    assert result.returncode == status, result.stdout + result.stderr
    assert said in result.stderr, result.stderr
