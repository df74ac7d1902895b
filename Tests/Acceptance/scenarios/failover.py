"""Several collectors take the same responses and edits at the same time, while one after the other is killed, frozen or
cut off. Afterwards the API must hold each response exactly once, with its newest content."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.deployment import BOOKS
from harness.fleet import Fleet
from harness.ledger import Comparison
from harness.postgres import Postgres
from scenarios.shared_traffic import Traffic
from scenarios.storm import Note, Pulse, Storm

STATES = dict(enumerate(BOOKS, start=1))
"""What the numbers in the database stand for."""

LONGEST_GAP = 5.0
"""Seconds that a failover may take, between two requests at the API."""

SANDBOX: dict[str, Any] = {"overlap-window": 300, "slow-delay": 10_000}
"""Two requests at a time for one new response would make two records. A slow request takes longer than a takeover, and
less than a collector waits for its answer."""


@dataclass(frozen=True)
class FailoverResult:
    """How it went."""

    comparison: Comparison
    books: dict[str, int]
    rows: dict[str, int]
    """Counted by state in the table."""
    records: int
    requests: int
    overlaps: int
    """How often two requests at a time wrote the same response."""
    longest_gap: float
    """Seconds without a request to the API while there was something to send."""
    interruptions: int
    unexpected: list[str]
    strikes: Counter[str]
    """How often what was done."""
    seconds: float

    @property
    def is_clean(self) -> bool:
        is_complete = self.comparison.is_clean and self.comparison.promised == self.records
        is_balanced = self.rows == {state: self.books[state] for state in BOOKS if self.books[state]}
        return is_complete and is_balanced and self.overlaps == 0 and not self.unexpected


def weather(
    fleet: Fleet,
    server: Callable[[], Postgres],
    strike: Callable[[Storm], None],
    *,
    rate: float,
    seed: int,
    note: Note,
    silent: int = 0,
) -> FailoverResult:
    """Starts the fleet, lets `strike` do what it does while responses come in, waits until all is delivered, and
    compares. `server` says which one is the primary. The first `silent` members get no responses themselves."""
    begin = time.monotonic()
    fleet.start()
    fleet.sandbox.set_faults(SANDBOX)
    with Pulse() as pulse, Traffic(fleet.members[silent:], rate, f"failover-{seed}") as traffic:
        storm = Storm(fleet, traffic, seed, note)
        fleet.await_arrival(3)
        strike(storm)
        end = time.time()
        storm.await_thaw()
        traffic.finish()
        storm.story.tell("everything is acknowledged")
    reporter = next(member for member in fleet.members if member.answers).deployment
    books = reporter.await_drained()
    storm.story.tell("everything is delivered")
    records = list(fleet.sandbox.records())
    writes = fleet.sandbox.writes()
    return FailoverResult(
        comparison=Comparison.of(traffic.promises, records),
        books=books,
        rows=count_rows(server(), fleet.database),
        records=len(records),
        requests=len(writes["arrivals"]),
        overlaps=writes["overlaps"],
        longest_gap=storm.story.longest_gap(writes["arrivals"], traffic.acknowledged_at.values(), end, pulse),
        interruptions=traffic.interruptions,
        unexpected=traffic.unexpected,
        strikes=storm.story.strikes,
        seconds=time.monotonic() - begin,
    )


def count_rows(server: Postgres, database: str) -> dict[str, int]:
    """The responses by state."""
    lines = server.sql(database, "SELECT state, count(*) FROM nps.responses GROUP BY state").splitlines()
    return {STATES[int(state)]: int(count) for state, count in (line.split("|") for line in lines)}
