"""A file that an earlier version wrote: everything goes on while its rows are brought into the new tables."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from harness.deployment import Deploy, Deployment
from harness.waiting import LONG_DEADLINE, wait_until
from scenarios.kills import kill_repeatedly

FIXTURES = Path(__file__).parents[1] / "NPSQueueTests" / "Fixtures"
RECEIPTS = 12_000
MANY_RECEIPTS = 60_000
"""To bring so many over takes much longer than a few verbs."""
SEED = 20_261_128


def put_former_file(deployment: Deployment, version: str, receipts: int = RECEIPTS) -> int:
    """Gives the deployment a file of that version, with many receipts; returns how many responses it has."""
    path = deployment.directory / "queue.db"
    shutil.copy(FIXTURES / f"queue-{version}.db", path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        rows = connection.execute("SELECT * FROM responses WHERE state = 'delivered' LIMIT 1")
        columns = [name for name, *_ in rows.description if name not in ("sequence", "id")]
        names = ", ".join(columns)
        connection.execute(
            f"""
            WITH RECURSIVE copies (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < {receipts})
            INSERT INTO responses (id, {names}) SELECT 'nps1-' || lower(hex(randomblob(16))), {names}
            FROM copies, (SELECT {names} FROM responses WHERE state = 'delivered' LIMIT 1)
            """
        )
        connection.execute("UPDATE books SET accepted = accepted + ?1, delivered = delivered + ?1", (receipts,))
        (accepted,) = connection.execute("SELECT accepted FROM books").fetchone()
        return int(accepted)


def is_upgraded(deployment: Deployment) -> bool:
    return "upgradedPercent" not in deployment.admin_status().json()


def uncounted(deployment: Deployment) -> int:
    """How many rows wait for being counted; those that a bot may have sent aren't counted."""
    with closing(sqlite3.connect(deployment.directory / "queue.db")) as connection:
        (left,) = connection.execute("SELECT COUNT(*) FROM queue WHERE tally IS NULL AND suspect <> 1").fetchone()
        return int(left)


def counted(deployment: Deployment) -> tuple[int, int]:
    """How many answers the statistics count, and how many rows say that they are counted."""
    with closing(sqlite3.connect(deployment.directory / "queue.db")) as connection:
        (counts,) = connection.execute("SELECT COALESCE(SUM(count), 0) FROM tallies").fetchone()
        sums = "SELECT (SELECT COUNT(tally) FROM queue) + (SELECT COUNT(tally) FROM receipts)"
        (rows,) = connection.execute(sums).fetchone()
        return counts, rows


@pytest.mark.parametrize("version", ["73a827a", "4dcc2ec"])
def test_nothing_is_lost_or_duplicated_by_kill_9_while_rows_are_brought_over(deploy: Deploy, version: str) -> None:
    deployment = deploy({"planhat": {"batch-size": 500}, "log": {"level": "info"}})
    former = put_former_file(deployment, version)
    result = kill_repeatedly(deployment, kills=12, seed=SEED)
    assert result.comparison.is_clean, result
    assert result.unexpected == []
    wait_until(lambda: is_upgraded(deployment), "the end of the upgrade", LONG_DEADLINE)
    books = deployment.books()
    assert books["accepted"] >= former + result.comparison.promised
    log = deployment.serve.log.read_text()
    assert "form of this version" in log
    assert "everything works meanwhile" not in deployment.run("queue", "status").stdout

    def has_counted() -> bool:
        """Nobody else can read the file while a collector has it."""
        deployment.serve.stop()
        if uncounted(deployment) == 0:
            return True
        deployment.start_serve()
        return False

    wait_until(has_counted, "all to be counted", LONG_DEADLINE)
    deployment.stop()
    counts, rows = counted(deployment)
    assert counts == rows > 0


def test_a_person_is_found_and_erased_before_their_rows_are_brought_over(deploy: Deploy) -> None:
    deployment = deploy({"log": {"level": "info"}})
    put_former_file(deployment, "4dcc2ec", MANY_RECEIPTS)
    deployment.start()
    status = deployment.admin_status().json()
    assert status["upgradedPercent"] < 100
    assert "everything works meanwhile" in deployment.run("queue", "status").stdout
    listed = deployment.data("queue", "list", "--email", "ana@example.com")
    assert len(listed) >= 8
    receipt = deployment.data("queue", "erase", "--email", "ana@example.com", "--yes")
    assert sum(receipt["responses"].values()) == len(listed)
    assert {item["state"] for item in deployment.data("queue", "list", "--email", "ana@example.com")} <= {"erased"}
    wait_until(lambda: is_upgraded(deployment), "the end of the upgrade", LONG_DEADLINE)
    assert "ana@example.com" not in json.dumps(deployment.data("queue", "list", "--state", "pending"))
    deployment.books()
