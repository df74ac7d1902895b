"""Everything that survey tools send, good and bad, from many connections at once, and what must come of it."""

import http.client
import itertools
import json
import secrets
import threading
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from harness import canary
from harness.deployment import Deployment
from harness.http_client import HTTPResponse, connect
from harness.ledger import Comparison, Ledger, Promise
from harness.signatures import Delivery
from harness.survey_tools import TOOLS, SurveyTool
from harness.waiting import LONG_DEADLINE, wait_until
from harness.webhook import response_id, sign

WORKERS = 8
SAMPLES = 20
"""How often the memory is measured, evenly spread over the payloads."""

BY_NAME = {tool.name: tool for tool in TOOLS}
STANDARD, TYPEFORM = BY_NAME["standard"], BY_NAME["typeform"]
CONFIGURATION = {
    "webhooks": {tool.name: {"secrets": [tool.secret]} for tool in (STANDARD, TYPEFORM)},
    "planhat": {"batch-size": 500},
    "log": {"level": "info"},
}


@dataclass
class Expectation:
    """What the collector must end up with."""

    ledger: Ledger = field(default_factory=Ledger)
    quarantined: int = 0
    answers: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class MixedResult:
    """How the run went; `residents` are KiB of resident memory, at even distances."""

    payloads: int
    answers: dict[str, int]
    comparison: Comparison
    books: dict[str, int]
    quarantined: int
    unexpected: list[str]
    residents: list[int]
    seconds: float

    @property
    def growth(self) -> float:
        """The largest memory of the last quarter ÷ the largest of the second, when everything is warm."""
        quarter = len(self.residents) // 4
        return max(self.residents[-quarter:]) / max(self.residents[quarter : 2 * quarter])


class MixedTraffic:
    """Conversations, each of a few deliveries, until `payloads` deliveries were made."""

    def __init__(self, deployment: Deployment, payloads: int) -> None:
        self.deployment = deployment
        self.payloads = payloads
        self.expectation = Expectation()
        self.sent = 0
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    def run(self) -> list[int]:
        """Returns the memory samples."""
        with ThreadPoolExecutor(WORKERS) as pool:
            workers = [pool.submit(self._converse) for _ in range(WORKERS)]
            residents = []
            for sample in range(SAMPLES):
                self._await_sent(self.payloads * (sample + 1) // SAMPLES, workers)
                residents.append(self.deployment.serve.resident_kib)
            for worker in workers:
                worker.result()
        return residents

    def _await_sent(self, goal: int, workers: list[Future[None]]) -> None:
        """Returns also when a worker has ended, which before the last payload means that it failed."""
        wait_until(
            lambda: self.sent >= goal or any(worker.done() for worker in workers), f"{goal} payloads", LONG_DEADLINE
        )

    def _converse(self) -> None:
        connection = connect(self.deployment.http_port)
        while self.sent < self.payloads:
            self._conversation(connection, next(self._numbers))
        connection.close()

    def _conversation(self, connection: http.client.HTTPConnection, number: int) -> None:
        tool = TYPEFORM if number // 10 % 2 else STANDARD
        name, score = f"mixed-{number}", number % 11
        match number % 10:
            case 0:
                self._send(connection, tool, tool.delivery(name, 11), 422)
                self._expect_quarantined()
            case 1:
                self._send(connection, TYPEFORM, delivery(TYPEFORM, {"event_type": "form_opened"}), 200, "ignored")
            case 2:
                item = STANDARD.write(name, score, canary.comment(name))[0]
                items = [item, item | {"id": "x", "email": "nobody"}]
                self._send(connection, STANDARD, delivery(STANDARD, items), 422)
                self._expect_record(STANDARD, name, score)
                self._expect_quarantined()
            case 3:
                unsigned = tool.delivery(name, score)
                self._post(connection, unsigned, 401, None)
                broken = tool.delivery(name, score)
                broken.body = broken.body[:-1]
                self._send(connection, tool, broken, 422)
                self._expect_quarantined()
            case 4 | 5:
                self._send(connection, tool, tool.delivery(name, (score + 1) % 11), 200, "accepted")
                repeated = tool.delivery(name, score)
                self._send(connection, tool, repeated, 200, "updated")
                self._post(connection, repeated, 200, "unchanged")
                self._expect_record(tool, name, score)
            case _:
                self._send(connection, tool, tool.delivery(name, score, canary.comment(name)), 200, "accepted")
                self._expect_record(tool, name, score)

    def _send(
        self,
        connection: http.client.HTTPConnection,
        tool: SurveyTool,
        message: Delivery,
        status: int,
        outcome: str | None = None,
    ) -> None:
        """Signs a delivery and posts it."""
        if tool is STANDARD:
            # The reference library's signature has a fixed message id; each delivery here needs one of its own.
            message.headers |= sign(tool.secret, message.body, f"msg_{secrets.token_hex(8)}")
        else:
            tool.sign(message, tool.secret, "")
        self._post(connection, message, status, outcome)

    def _post(
        self, connection: http.client.HTTPConnection, message: Delivery, status: int, outcome: str | None
    ) -> None:
        connection.request("POST", message.path, message.body, message.headers)
        answer = HTTPResponse.read(connection.getresponse())
        said = answer.json().get("status") if answer.status == 200 else None
        with self._lock:
            self.sent += 1
            self.expectation.answers[said or str(answer.status)] += 1
        if (answer.status, said) != (status, outcome):
            self.expectation.ledger.note_unexpected(f"{answer.status} {said} instead of {status} {outcome}")

    def _expect_record(self, tool: SurveyTool, name: str, score: int) -> None:
        promise = Promise(canary.address(name), score)
        self.expectation.ledger.note_promise(response_id(name, tool.name), promise)

    def _expect_quarantined(self) -> None:
        with self._lock:
            self.expectation.quarantined += 1


def delivery(tool: SurveyTool, payload: Any) -> Delivery:
    return Delivery(json.dumps(payload).encode(), {"content-type": "application/json"}, f"/webhooks/{tool.name}")


def send_mixed_payloads(deployment: Deployment, payloads: int) -> MixedResult:
    """Sends `payloads` deliveries and waits until all that was accepted is delivered."""
    begin = time.monotonic()
    deployment.start()
    traffic = MixedTraffic(deployment, payloads)
    residents = traffic.run()
    books = deployment.await_drained()
    expected = traffic.expectation
    unexpected = list(expected.ledger.unexpected)
    if books["accepted"] != len(expected.ledger.promises):
        unexpected.append(f"accepted {books['accepted']} instead of {len(expected.ledger.promises)}")
    if books["quarantined"] != expected.quarantined:
        unexpected.append(f"quarantined {books['quarantined']} instead of {expected.quarantined}")
    return MixedResult(
        payloads=traffic.sent,
        answers=dict(expected.answers),
        comparison=Comparison.of(expected.ledger.promises, deployment.records()),
        books=books,
        quarantined=expected.quarantined,
        unexpected=unexpected,
        residents=residents,
        seconds=time.monotonic() - begin,
    )
