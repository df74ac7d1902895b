"""Many survey tools at once, and a ledger of every response that the collector answered with 200."""

import http.client
import itertools
import threading
import time
from collections.abc import Callable, Collection
from typing import Any, Self

from harness import canary
from harness.ledger import Ledger, Promise
from harness.waiting import wait_until
from harness.webhook import Sender, response_id

RETRY_SECONDS = 0.01
"""A sender's pause before it delivers again what got no 200."""


def deliver(
    sender: Sender,
    response: dict[str, Any],
    message_id: str,
    ledger: Ledger,
    outcomes: Collection[str],
    may_go_on: Callable[[], bool],
) -> bool:
    """Delivers one response again and again until it gets its 200, as survey tools do; returns whether it did.

    Only 503 and an interrupted connection are reasons to deliver it again. Whatever else is answered, and a 200 with
    another outcome than `outcomes`, is unexpected.
    """
    while may_go_on():
        try:
            answer = sender.post(response, message_id)
        except (OSError, http.client.HTTPException):
            ledger.note_interruption()
        else:
            ledger.note_status(answer.status)
            if answer.status == 200:
                said, expected = answer.json(), response_id(response["id"])
                if said["status"] not in outcomes or said["ids"] != [expected]:
                    ledger.note_unexpected(f"{response['id']}: {said}")
                ledger.note_promise(expected, Promise(response["email"], response["score"]))
                return True
            if answer.status != 503:
                ledger.note_unexpected(f"{response['id']}: {answer.status}")
        time.sleep(RETRY_SECONDS)
    return False


class Load:
    """`workers` senders, each with its own connection, that deliver response after response until they are stopped.

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

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        for sender in self._senders:
            sender.close()

    @property
    def acknowledged(self) -> int:
        return len(self.ledger.promises)

    @property
    def is_finished(self) -> bool:
        """Whether every sender has come to its end: the limit, or being stopped."""
        return not any(thread.is_alive() for thread in self._threads)

    def await_acknowledged(self, count: int) -> None:
        wait_until(lambda: self.acknowledged >= count, f"{count} acknowledged responses", interval=0.002)

    def _deliver_all(self, sender: Sender) -> None:
        while not self._stopping.is_set():
            number = next(self._numbers, None)
            if number is None:
                return
            provider_id = f"{self.name}-{number}"
            response = {
                "id": provider_id,
                "email": canary.address(provider_id),
                "score": number % 11,
                "comment": canary.comment(f"response {number}"),
            }
            message_id = f"msg_{provider_id}"
            deliver(
                sender,
                response,
                message_id,
                self.ledger,
                ("accepted", "unchanged"),
                lambda: not self._stopping.is_set(),
            )
