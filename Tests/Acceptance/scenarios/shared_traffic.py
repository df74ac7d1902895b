"""The same responses and edits to several collectors at the same time."""

import threading
import time
from collections import Counter
from collections.abc import Sequence
from typing import Self

from harness import canary
from harness.fleet import Member
from harness.ledger import Ledger, Promise
from harness.load import deliver
from harness.waiting import LONG_DEADLINE, wait_until
from harness.webhook import Sender

WORKERS = 4
"""Senders for each collector."""

EDIT_LAG = 25 * WORKERS
"""An edit comes so many responses after the response."""


class Traffic:
    """Each response goes to all collectors at about the same time, and a tenth of them is edited a little later,
    likewise. All are delivered until each collector has acknowledged each content."""

    def __init__(self, members: Sequence[Member], rate: float, name: str) -> None:
        self.rate = rate
        self.name = name
        self.ledgers = (Ledger(), Ledger())
        """By version of the content."""
        self.acknowledged_at: dict[tuple[str, int], float] = {}
        """When a content got its first 200."""
        self._begin = time.monotonic()
        self._last: int | None = None
        self._is_given_up = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(member, worker)) for member in members for worker in range(WORKERS)
        ]

    def __enter__(self) -> Self:
        self._begin = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_given_up.set()
        for thread in self._threads:
            thread.join()

    @property
    def promises(self) -> dict[str, Promise]:
        """The newest acknowledged contents."""
        return self.ledgers[0].promises | self.ledgers[1].promises

    @property
    def interruptions(self) -> int:
        return sum(ledger.interruptions for ledger in self.ledgers)

    @property
    def unexpected(self) -> list[str]:
        return [what for ledger in self.ledgers for what in ledger.unexpected]

    @property
    def statuses(self) -> Counter[int]:
        return self.ledgers[0].statuses + self.ledgers[1].statuses

    def await_acknowledged(self, more: int) -> None:
        """Until so many more responses were acknowledged."""
        count = len(self.ledgers[0].promises) + more
        wait_until(lambda: len(self.ledgers[0].promises) >= count, f"{count} acknowledged responses", interval=0.01)

    def finish(self) -> None:
        """Begins no more responses, and waits until all are acknowledged everywhere."""
        self._last = int((time.monotonic() - self._begin) * self.rate)

        def is_over() -> bool:
            return not any(thread.is_alive() for thread in self._threads)

        wait_until(is_over, "all responses to be acknowledged", LONG_DEADLINE)

    def _run(self, member: Member, worker: int) -> None:
        number = worker
        with Sender(member.deployment.http_port, member.deployment.secret) as sender:
            while not self._is_given_up.is_set() and (self._last is None or number <= self._last + EDIT_LAG):
                if self._last is None:
                    # Nothing waits for this: it only makes the rate.
                    time.sleep(max(0.0, self._begin + number / self.rate - time.monotonic()))
                if self._last is None or number <= self._last:
                    self._send(sender, number, 0)
                if number >= EDIT_LAG and number % 10 == 3:
                    self._send(sender, number - EDIT_LAG, 1)
                number += WORKERS

    def _send(self, sender: Sender, number: int, version: int) -> None:
        name = f"{self.name}-{number}"
        response = {
            "id": name,
            "email": canary.address(name),
            "score": (number + 4 * version) % 11,
            "comment": canary.comment(f"{number} in version {version}"),
            "updatedAt": f"2026-01-0{1 + version}T00:00:00Z",
        }
        deadline = time.monotonic() + LONG_DEADLINE
        outcomes = ("accepted", "updated", "unchanged")

        def may_go_on() -> bool:
            return time.monotonic() < deadline and not self._is_given_up.is_set()

        if deliver(sender, response, f"msg_{name}_{version}", self.ledgers[version], outcomes, may_go_on):
            self.acknowledged_at.setdefault((name, version), time.time())
        elif not self._is_given_up.is_set():
            self.ledgers[version].note_unexpected(f"{name} was never acknowledged")
