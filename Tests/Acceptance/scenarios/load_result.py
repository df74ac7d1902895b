"""What came of a scenario with a steady load."""

import time
from dataclasses import dataclass
from typing import Self

from harness.deployment import Deployment
from harness.ledger import Comparison
from harness.load import Load


@dataclass(frozen=True)
class LoadResult:
    """The comparison of promises and records once the queue is empty, and what the senders saw."""

    comparison: Comparison
    books: dict[str, int]
    interruptions: int
    unexpected: list[str]
    seconds: float

    @classmethod
    def of(cls, load: Load, deployment: Deployment, begin: float) -> Self:
        """Waits until everything is delivered. `begin` is a reading of the monotonic clock."""
        books = deployment.await_drained()
        return cls(
            comparison=Comparison.of(load.ledger.promises, deployment.records()),
            books=books,
            interruptions=load.ledger.interruptions,
            unexpected=load.ledger.unexpected,
            seconds=time.monotonic() - begin,
        )
