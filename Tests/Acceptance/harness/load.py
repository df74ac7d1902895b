"""Many survey tools at once, and an independent ledger of every response the collector said 200 to."""

import http.client
import itertools
import threading
import time
from dataclasses import dataclass, field

from harness import canary
from harness.http1 import Answer
from harness.waiting import wait_until
from harness.webhook import Sender, response_id

RETRY_SECONDS = 0.01
"""A sender's pause before it delivers again what got no 200."""


@dataclass(frozen=True)
class Promise:
    """What the collector acknowledged, and must therefore bring to Planhat."""

    email: str
    score: int


@dataclass
class Ledger:
    """Written by the senders. `promises` is keyed by response id."""

    promises: dict[str, Promise] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)
    interruptions: int = 0
    oddities: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, provider_id: str, promise: Promise, answer: Answer) -> bool:
        """Books one answer, and returns whether it acknowledges the response."""
        with self.lock:
            self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
            if answer.status != 200:
                if answer.status != 503:
                    self.oddities.append(f"{provider_id}: {answer.status}")
                return False
            outcome = answer.json()
            expected = response_id(provider_id)
            if outcome["status"] not in ("accepted", "unchanged") or outcome["ids"] != [expected]:
                self.oddities.append(f"{provider_id}: {outcome}")
            self.promises[expected] = promise
            return True

    def note_interruption(self) -> None:
        with self.lock:
            self.interruptions += 1


class Load:
    """`workers` senders, each with a connection of its own, that deliver response after response.

    Like real survey tools they deliver again whatever got no 200, so a response that was stored without an
    acknowledgement comes in a second time.
    """

    def __init__(self, port: int, secret: str, name: str, workers: int = 8, limit: int | None = None) -> None:
        self.ledger = Ledger()
        self.name = name
        self._numbers = itertools.count() if limit is None else iter(range(limit))
        self._stopping = threading.Event()
        self._senders = [Sender(port, secret) for _ in range(workers)]
        self._threads = [threading.Thread(target=self._deliver_all, args=(sender,)) for sender in self._senders]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self.join()
        for sender in self._senders:
            sender.close()

    @property
    def acknowledged(self) -> int:
        return len(self.ledger.promises)

    @property
    def is_finished(self) -> bool:
        return not any(thread.is_alive() for thread in self._threads)

    def await_acknowledged(self, count: int, timeout: float = 60) -> None:
        wait_until(lambda: self.acknowledged >= count, f"{count} acknowledged responses", timeout, interval=0.002)

    def join(self) -> None:
        """Returns when every sender has come to its end: the limit, or being stopped."""
        for thread in self._threads:
            thread.join()

    def _deliver_all(self, sender: Sender) -> None:
        while not self._stopping.is_set():
            number = next(self._numbers, None)
            if number is None:
                return
            self._deliver(sender, number)

    def _deliver(self, sender: Sender, number: int) -> None:
        provider_id = f"{self.name}-{number}"
        promise = Promise(canary.address(provider_id), number % 11)
        response = {
            "id": provider_id,
            "email": promise.email,
            "score": promise.score,
            "comment": canary.comment(f"response {number}"),
        }
        while not self._stopping.is_set():
            try:
                answer = sender.post(response, message_id=f"msg_{provider_id}")
            except (OSError, http.client.HTTPException):
                self.ledger.note_interruption()
            else:
                if self.ledger.note(provider_id, promise, answer):
                    return
            time.sleep(RETRY_SECONDS)
