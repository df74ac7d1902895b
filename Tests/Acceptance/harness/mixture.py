"""Everything that survey tools send, good and bad, from many connections at once, with a ledger of what must follow."""

import http.client
import itertools
import json
import secrets
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness import canary
from harness.deployment import Deployment
from harness.http1 import Answer, connect
from harness.load import Ledger, Promise
from harness.reckoning import Reckoning
from harness.tools import TOOLS, Delivery, Tool
from harness.waiting import wait_until
from harness.webhook import response_id, signed_headers

WORKERS = 8
SAMPLES = 20
"""Looks at the memory, spread over the run."""

CONFIGURATION = {
    "webhooks": {tool.name: {"secrets": [tool.secret]} for tool in TOOLS if tool.name in ("standard", "typeform")},
    "planhat": {"batch-size": 500},
    "log": {"level": "info"},
}
BY_NAME = {tool.name: tool for tool in TOOLS}


@dataclass
class Expectation:
    """What the collector must end up with."""

    ledger: Ledger = field(default_factory=Ledger)
    quarantined: int = 0
    answers: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Outcome:
    """How the run went; `residents` are KiB of resident memory, at even distances."""

    payloads: int
    answers: dict[str, int]
    reckoning: Reckoning
    books: dict[str, int]
    quarantined: int
    oddities: list[str]
    residents: list[int]
    seconds: float

    @property
    def growth(self) -> float:
        """The largest memory of the last quarter ÷ the largest of the second, when everything is warm."""
        quarter = len(self.residents) // 4
        return max(self.residents[-quarter:]) / max(self.residents[quarter : 2 * quarter])


class Mixture:
    """Sends conversations, each of a few deliveries, until `payloads` deliveries were made."""

    def __init__(self, deployment: Deployment, payloads: int) -> None:
        self.deployment = deployment
        self.payloads = payloads
        self.expectation = Expectation()
        self.sent = 0
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    def run(self) -> list[int]:
        """Returns the memory samples."""
        threads = [threading.Thread(target=self._converse) for _ in range(WORKERS)]
        for thread in threads:
            thread.start()
        residents = []
        for sample in range(SAMPLES):
            goal = self.payloads * (sample + 1) // SAMPLES
            wait_until(lambda goal=goal: self.sent >= goal, f"{goal} payloads", timeout=600, interval=0.05)
            residents.append(resident_kib(self.deployment.serve.pid))
        for thread in threads:
            thread.join()
        return residents

    def _converse(self) -> None:
        connection = connect(self.deployment.http_port)
        while self.sent < self.payloads:
            self._conversation(connection, next(self._numbers))
        connection.close()

    def _conversation(self, connection: http.client.HTTPConnection, number: int) -> None:
        tool = BY_NAME["typeform" if number // 10 % 2 else "standard"]
        name, score = f"mixture-{number}", number % 11
        match number % 10:
            case 0:
                self._send(connection, tool, tool.delivery(name, 11), 422)
                self._quarantine()
            case 1:
                tool = BY_NAME["typeform"]
                self._send(connection, tool, delivery(tool, {"event_type": "form_opened"}), 200, "ignored")
            case 2:
                tool = BY_NAME["standard"]
                item = BY_NAME["standard"].write(name, score, canary.comment(name))[0]
                self._send(connection, tool, delivery(tool, [item, item | {"id": "x", "email": "nobody"}]), 422)
                self._promise(tool, name, score)
                self._quarantine()
            case 3:
                unsigned = tool.delivery(name, score)
                self._post(connection, unsigned, 401, None)
                broken = tool.delivery(name, score)
                broken.body = broken.body[:-1]
                self._send(connection, tool, broken, 400)
            case 4 | 5:
                self._send(connection, tool, tool.delivery(name, (score + 1) % 11), 200, "accepted")
                repeated = tool.delivery(name, score)
                self._send(connection, tool, repeated, 200, "updated")
                self._post(connection, repeated, 200, "unchanged")
                self._promise(tool, name, score)
            case _:
                self._send(connection, tool, tool.delivery(name, score, canary.comment(name)), 200, "accepted")
                self._promise(tool, name, score)

    def _send(
        self,
        connection: http.client.HTTPConnection,
        tool: Tool,
        message: Delivery,
        status: int,
        outcome: str | None = None,
    ) -> None:
        tool.sign(message, tool.secret, "")
        if tool.name == "standard":
            message.headers["webhook-id"] = f"msg_{secrets.token_hex(8)}"
            resign(message, tool.secret)
        self._post(connection, message, status, outcome)

    def _post(
        self, connection: http.client.HTTPConnection, message: Delivery, status: int, outcome: str | None
    ) -> None:
        connection.request("POST", message.path, message.body, message.headers)
        answer = Answer.read(connection.getresponse())
        said = answer.json().get("status") if answer.status == 200 else None
        with self._lock:
            self.sent += 1
            self.expectation.answers[said or str(answer.status)] += 1
            if (answer.status, said) != (status, outcome):
                self.expectation.ledger.oddities.append(f"{answer.status} {said} instead of {status} {outcome}")

    def _promise(self, tool: Tool, name: str, score: int) -> None:
        with self._lock:
            promise = Promise(canary.address(name), score)
            self.expectation.ledger.promises[response_id(name, tool.name)] = promise

    def _quarantine(self) -> None:
        with self._lock:
            self.expectation.quarantined += 1


def delivery(tool: Tool, payload: Any) -> Delivery:
    return Delivery(json.dumps(payload).encode(), {"content-type": "application/json"}, f"/webhooks/{tool.name}")


def resign(message: Delivery, secret: str) -> None:
    """With the id that the message has now."""
    message.headers |= signed_headers(secret, message.body, message.headers["webhook-id"], int(time.time()))


def resident_kib(process: int) -> int:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("the process shows no resident memory")


def mixture(deployment: Deployment, payloads: int) -> Outcome:
    """Sends `payloads` deliveries and waits until all that was accepted is delivered."""
    begin = time.monotonic()
    deployment.start()
    run = Mixture(deployment, payloads)
    residents = run.run()
    books = deployment.await_drained(timeout=600)
    expected = run.expectation
    oddities = list(expected.ledger.oddities)
    if books["accepted"] != len(expected.ledger.promises):
        oddities.append(f"accepted {books['accepted']} instead of {len(expected.ledger.promises)}")
    if books["quarantined"] != expected.quarantined:
        oddities.append(f"quarantined {books['quarantined']} instead of {expected.quarantined}")
    return Outcome(
        payloads=run.sent,
        answers=dict(expected.answers),
        reckoning=Reckoning.of(expected.ledger, deployment),
        books=books,
        quarantined=expected.quarantined,
        oddities=oddities,
        residents=residents,
        seconds=time.monotonic() - begin,
    )
