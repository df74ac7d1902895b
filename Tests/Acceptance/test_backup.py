"""`queue backup`, and the restore drill: nothing that a backup had is lost, and nothing is at Planhat twice."""

import json
import shlex
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from harness.deployment import BINARY, REPOSITORY, Deploy, Deployment
from harness.http_client import fetch
from harness.ledger import Comparison
from harness.load import Load
from harness.ports import free_port
from harness.program import Program, run_command
from harness.waiting import LONG_DEADLINE, wait_until
from harness.webhook import fresh_response, response_id

UNIT = REPOSITORY / "deploy/nps-collector-backup.service"
CONFIGURATION = 78
FAILURE = 1
UNREACHABLE = 69

SENTENCE = "everything is sent by upsert"
"""What log, `check` and `queue status` say of a file that was put back."""


def sqlite(path: Path, sql: str) -> str:
    """What Debian's own program says about a file."""
    result = run_command("sqlite3", path, sql)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def put_back(kept: Path, deployment: Deployment) -> None:
    """As Operations says it: away with the file and what belongs to it, and the kept one in its place."""
    queue = deployment.directory / "queue.db"
    for suffix in ("", "-wal", "-shm"):
        Path(f"{queue}{suffix}").unlink(missing_ok=True)
    shutil.copy(kept, queue)
    queue.chmod(0o600)


def forget_the_wait(deployment: Deployment) -> None:
    """A file that was put back sends nothing for two minutes; nothing is under way here."""
    with closing(sqlite3.connect(deployment.directory / "queue.db", isolation_level=None)) as connection:
        connection.execute("UPDATE epoch SET sends_from = restored_at")


def await_logged(deployment: Deployment, *sentences: str) -> None:
    """Lines are written a moment after what they tell."""
    log = deployment.serve.log
    wait_until(lambda: all(sentence in log.read_text() for sentence in sentences), f"{sentences} in the log")


def ids_in(path: Path, table: str) -> set[str]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return {"nps1-" + row[0] for row in connection.execute(f"SELECT lower(hex(id)) FROM {table}")}


def source_ids(deployment: Deployment) -> list[str]:
    return [record["sourceId"] for record in deployment.records()]


def test_the_restore_drill(deploy: Deploy) -> None:
    """A backup under traffic, everything is delivered, the machine dies, the backup is put back, tools send again."""
    deployment = deploy({"planhat": {"batch-size": 50}, "log": {"level": "info"}})
    deployment.start()
    backup = deployment.directory / "drill.db"
    with Load(deployment.http_port, deployment.secret, "drill") as load:
        load.await_acknowledged(1_500)
        # From now on the API is slow, so that the backup has what waits.
        assert deployment.set_faults({"slow-delay": 1_000, "slow": 1_000_000})
        load.await_acknowledged(load.acknowledged + 1_000)
        before = load.ledger.promises.copy()
        report = deployment.data("queue", "backup", "drill.db")
        after = load.ledger.promises.copy()
        load.await_acknowledged(load.acknowledged + 500)
    assert report["file"] == str(backup)
    assert len(before) <= report["accepted"]
    assert len(after) > len(before), "nothing was accepted while the backup was made"
    assert report["pending"] + report["sending"] > 0
    assert deployment.set_faults({"slow": 0})
    deployment.await_drained()
    delivered = source_ids(deployment)
    assert len(delivered) == len(set(delivered)) >= load.acknowledged
    deployment.serve.kill()

    assert sqlite(backup, "PRAGMA integrity_check") == "ok"
    assert sqlite(backup, "PRAGMA journal_mode") == "delete"
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    waiting, closed = ids_in(backup, "queue"), ids_in(backup, "receipts")
    assert len(waiting) + len(closed) == report["accepted"]
    assert before.keys() <= waiting | closed

    put_back(backup, deployment)
    deployment.start_serve()
    await_logged(deployment, SENTENCE, "is an earlier state of the queue")
    assert deployment.books()["pending"] == len(waiting)
    assert SENTENCE in deployment.run("queue", "status").stdout
    assert SENTENCE in deployment.run("check").stderr
    # Whatever tools send again is known, or upserted like the rest. They do so one by one.
    with Load(deployment.http_port, deployment.secret, "drill", workers=1, limit=300) as repeated:
        wait_until(lambda: repeated.is_finished, "all to be sent again")
    deployment.await_drained(LONG_DEADLINE)
    with Load(deployment.http_port, deployment.secret, "drill", workers=1, limit=load.acknowledged + 8) as repeated:
        wait_until(lambda: repeated.is_finished, "all to be sent again", LONG_DEADLINE)
    deployment.await_drained(LONG_DEADLINE)
    comparison = Comparison.of(load.ledger.promises | repeated.ledger.promises, list(deployment.records()))
    assert comparison.is_clean, comparison
    assert waiting <= set(source_ids(deployment))
    assert deployment.writes()["overlaps"] == 0


def test_a_copy_that_is_put_back_doubles_nothing(deploy: Deploy) -> None:
    """One that was copied by hand, which has one response that waits, and has never heard of another."""
    deployment = deploy({"log": {"level": "info"}})
    deployment.start()
    assert deployment.set_faults({"slow-delay": 600_000, "slow": 1})
    first, waiting, later = (fresh_response(name) for name in ("first", "waiting", "later"))
    assert deployment.post(first).status == 200
    wait_until(lambda: deployment.admin_status().json()["sending"] > 0, "a request to the API")
    assert deployment.post(waiting).status == 200
    deployment.serve.kill()
    kept = deployment.directory / "kept.db"
    shutil.copy(deployment.directory / "queue.db", kept)
    shutil.copy(deployment.directory / "queue.db-wal", f"{kept}-wal")
    assert sqlite(kept, "SELECT count(*) FROM queue WHERE state = 1") == "1"

    deployment.sandbox.kill()
    deployment.start()
    wait_until(lambda: deployment.books()["delivered"] == 1, "the one that waited alone")
    assert deployment.post(later).status == 200
    wait_until(lambda: deployment.books()["delivered"] == 2, "the one that came alone")
    deployment.serve.kill()

    put_back(kept, deployment)
    deployment.start_serve()
    await_logged(deployment, SENTENCE)
    deployment.serve.stop()
    forget_the_wait(deployment)
    deployment.start_serve()
    assert deployment.post(later).status == 200
    wait_until(lambda: deployment.books()["delivered"] == 2, "both", LONG_DEADLINE)
    arrived = [found for found in source_ids(deployment) if found != response_id(first["id"])]
    assert sorted(arrived) == sorted(response_id(answer["id"]) for answer in (waiting, later))


def test_a_stop_and_a_kill_are_no_restore(deploy: Deploy) -> None:
    deployment = deploy({"log": {"level": "info"}})
    deployment.start()
    for end in (Program.stop, Program.kill):
        assert deployment.post(fresh_response("one")).status == 200
        deployment.await_drained()
        end(deployment.serve)
        deployment.start_serve()
    assert SENTENCE not in deployment.serve.log.read_text()
    assert SENTENCE not in deployment.run("queue", "status").stdout
    assert SENTENCE not in deployment.run("check").stderr


@pytest.fixture(scope="module")
def filled(deploy_for_module: Deploy) -> Deployment:
    deployment = deploy_for_module({"log": {"level": "info"}})
    deployment.start()
    assert deployment.post(fresh_response("one")).status == 200
    deployment.await_drained()
    return deployment


def test_what_cannot_be_written_is_said(filled: Deployment) -> None:
    there = filled.directory / "there.db"
    there.write_text("mine")
    refusals = [
        ("there.db", "is there already"),
        ("queue.db", "the queue's own"),
        ("/nowhere/at/all.db", "There is no directory"),
        (300 * "x", "It writes the backup itself"),
    ]
    for name, said in refusals:
        result = filled.run("queue", "backup", name)
        assert (result.returncode, result.stdout) == (FAILURE, ""), result.stderr
        assert said in result.stderr
    assert there.read_text() == "mine"


def test_a_backup_without_a_collector_and_with_a_bar(filled: Deployment) -> None:
    running = filled.run("queue", "backup", "running.db")
    assert running.returncode == 0, running.stderr
    assert "It was checked" in running.stdout
    assert "Checking [##############################]" in running.stderr
    filled.serve.stop()
    stopped = filled.run("queue", "backup", "stopped.db")
    assert stopped.returncode == 0, stopped.stderr
    assert sqlite(filled.directory / "stopped.db", "PRAGMA integrity_check") == "ok"
    assert "is missing in the audit log" not in stopped.stderr
    # One that answers nobody has the file all the same.
    command = filled.command("serve", "--admin-port", str(free_port()))
    log = filled.directory / "other.log"
    with Program(command, log, filled.directory):
        wait_until(lambda: "accepting responses" in log.read_text(), "the other collector")
        refused = filled.run("queue", "backup", "refused.db")
        assert refused.returncode == UNREACHABLE, refused.stderr
        assert "No collector answers" in refused.stderr
    filled.start_serve()
    audit = filled.data("queue", "audit", "--action", "backup")
    assert [entry["actor"] for entry in audit[:2]] == ["verb", "verb"]
    assert all(entry["outcome"].startswith("written and checked") for entry in audit[:2])


def test_only_who_has_the_token_makes_one(deploy: Deploy) -> None:
    deployment = deploy({"log": {"level": "info"}})
    deployment.start()
    body = json.dumps({"file": "secret.db"}).encode()
    for method, sent in (("POST", body), ("GET", None)):
        assert fetch(deployment.admin_port, method, "/queue/backup", {"authorization": "Bearer no"}, sent).status == 401
    token = {"authorization": f"Bearer {deployment.admin_token}"}
    assert fetch(deployment.admin_port, "GET", "/queue/backup", token).status == 404
    assert fetch(deployment.admin_port, "POST", "/queue/backup", token, b"{}").status == 400
    assert not (deployment.directory / "secret.db").exists()


def test_the_shipped_unit_asks_the_collector(filled: Deployment) -> None:
    """Without systemd: what its ExecStart does, with the settings that it gives."""
    [line] = [line for line in UNIT.read_text().splitlines() if line.startswith("ExecStart=")]
    words = shlex.split(line.removeprefix("ExecStart=").replace("$$", "$").replace("%%", "%"))
    command = [word.replace("/usr/local/bin/nps-collector", str(BINARY)) for word in words]
    token = filled.directory / "admin-token"
    token.write_text(filled.admin_token)
    settings = {"ADMIN_TOKEN_FILE": str(token), "ADMIN_PORT": str(filled.admin_port)}
    result = run_command(*command, directory=filled.directory / "..", environment=settings)
    assert result.returncode == 0, result.stderr
    [backup] = filled.directory.glob("backup-*Z.db")
    assert sqlite(backup, "PRAGMA integrity_check") == "ok"
    assert str(backup) in result.stdout


def test_postgres_has_its_own_tools(deploy: Deploy) -> None:
    deployment = deploy({"queue": {"url": "postgres://nobody@127.0.0.1:1/nps"}})
    result = deployment.run("queue", "backup", "backup.db")
    assert result.returncode == CONFIGURATION
    assert "pg_dump" in result.stderr
