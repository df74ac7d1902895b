"""A queue's file after months of use: the collector makes it and delivers one response, and SQL multiplies the receipt.

The rows are those of the program that is measured, whatever its tables look like: each value of the original is copied
or, by its form, replaced by another one like it.
"""

import os
import re
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from harness.deployment import Deployment
from harness.webhook import fresh_response

SPREAD = 300 * 86_400_000
"""The time in milliseconds over which the receipts are spread. They are kept for 400 days."""
EPOCH = 1_000_000_000_000
"""A larger integer is a time in milliseconds since 1970."""
BYTES_EACH = 700
"""On disk, and more than it takes."""
MEMORY_EACH = 700
"""SQLite's cache while they are written. With less, pages at random places are read and written again and again."""

Value = str | bytes | int | float | None


def fill(deployment: Deployment, receipts: int) -> None:
    """Leaves the deployment stopped, and its file with so many receipts and balanced books."""
    if not receipts:
        return
    deployment.start()
    answer = deployment.post(fresh_response("receipt"))
    assert answer.status == 200, f"the first response was answered {answer.status}"
    deployment.await_drained()
    deployment.stop()
    begin = time.monotonic()
    if receipts > 1:
        multiply(deployment.directory / "queue.db", receipts - 1)
    print(f"made {receipts:,} receipts in {time.monotonic() - begin:.0f} s", flush=True)


def multiply(database: Path, copies: int) -> None:
    """Adds copies of the only receipt, with other ids, digests and times, in one transaction."""
    free = shutil.disk_usage(database.parent).free
    if free < copies * BYTES_EACH:
        raise SystemExit(f"{copies:,} receipts need {copies * BYTES_EACH:,} bytes at {database.parent}")
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"PRAGMA cache_size = -{cache_kib(copies)}")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(insertion(connection, copies))
        connection.execute(
            "UPDATE books SET accepted = accepted + ?1, delivered = delivered + ?1, last_sequence = last_sequence + ?1",
            (copies,),
        )
        connection.execute("COMMIT")


def cache_kib(copies: int) -> int:
    """For all of them, but at most half of the machine's memory."""
    half = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    return max(2_000, min(copies * MEMORY_EACH, half) // 1024)


def insertion(connection: sqlite3.Connection, copies: int) -> str:
    """The statement that copies the only row so many times."""
    rows = connection.execute("SELECT * FROM receipts")
    columns = [column for column, *_ in rows.description]
    receipt = rows.fetchone()
    assert receipt, "there is no receipt"
    values = [expression(column, value, copies) for column, value in zip(columns, receipt, strict=True)]
    return f"""
        WITH RECURSIVE copies (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < {copies})
        INSERT INTO receipts ({", ".join(columns)}) SELECT {", ".join(values)} FROM copies
        """


def expression(column: str, value: Value, copies: int) -> str:
    """The value of copy `n`: numbers go on, older copies are earlier, and what is random in the original stays so."""
    if isinstance(value, int) and column == "sequence":
        return f"{value} + n"
    if isinstance(value, int) and value > EPOCH:
        return f"{value} - ({copies} - n) * {SPREAD} / {copies}"
    if isinstance(value, bytes) and len(value) >= 8:
        return f"randomblob({len(value)})"
    if isinstance(value, str) and (match := re.fullmatch(r"(.*?)([0-9a-f]{16,})", value)):
        start, digits = match.groups()
        return f"'{start}' || substr(lower(hex(randomblob({len(digits)}))), 1, {len(digits)})"
    return "NULL" if value is None else repr(value)
