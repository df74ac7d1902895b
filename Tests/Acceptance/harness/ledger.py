"""What the collector promised by a 200, kept independently of it, and the comparison with what arrived at the API."""

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True)
class Promise:
    """What the collector acknowledged, and must therefore deliver to Planhat."""

    email: str
    score: int


@dataclass
class Ledger:
    """Written by many senders at once. `promises` holds the newest acknowledged content by response id."""

    promises: dict[str, Promise] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    interruptions: int = 0
    """Requests that got no answer, because the collector was killed."""
    unexpected: list[str] = field(default_factory=list)
    """What should not have happened, in words."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note_promise(self, response_id: str, promise: Promise) -> None:
        with self._lock:
            self.promises[response_id] = promise

    def note_status(self, status: int) -> None:
        with self._lock:
            self.statuses[status] += 1

    def note_interruption(self) -> None:
        with self._lock:
            self.interruptions += 1

    def note_unexpected(self, what: str) -> None:
        with self._lock:
            self.unexpected.append(what)


@dataclass(frozen=True)
class Comparison:
    """Promises against records. More than was promised may arrive, since the 200 itself can get lost."""

    promised: int
    arrived: int
    """Responses at the API, each counted once."""
    missing: int
    duplicated: int
    """Responses with more than one record."""
    different: int
    """Responses whose records do not have the newest acknowledged content."""

    @classmethod
    def of(cls, promises: dict[str, Promise], records: Iterable[dict[str, Any]]) -> Self:
        arrived: dict[str, list[Promise]] = {}
        for record in records:
            arrived.setdefault(record["sourceId"], []).append(Promise(record["email"], record["nps"]))
        return cls(
            promised=len(promises),
            arrived=len(arrived),
            missing=len(promises.keys() - arrived.keys()),
            duplicated=sum(1 for contents in arrived.values() if len(contents) > 1),
            different=sum(1 for key in promises.keys() & arrived.keys() if promises[key] not in arrived[key]),
        )

    @property
    def is_clean(self) -> bool:
        return self.missing == self.duplicated == self.different == 0
