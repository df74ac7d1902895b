"""Everything at once: responses, edits and repetitions come in while the API fails in every way there is and both
programs are killed. Afterwards the API must hold each response exactly once, with its newest content."""

import contextlib
import http.client
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from harness import canary
from harness.deployment import BOOKS, Deployment
from harness.http1 import fetch
from harness.load import Promise
from harness.waiting import wait_until
from harness.webhook import Sender, response_id

WORKERS = 8
RETRY_SECONDS = 0.05
BATCH = 100
EDIT_LAG = 150
"""An edit comes so many responses after the response, a repetition twice as many."""

STORM_SHARE = 0.55
"""So much has come in when the storm ends; the rest waits for the calm, and is enough to count requests by."""

TIMEOUT_SECONDS = 30
"""After which the collector gives up a request."""

PARTIAL_REASONS = ("could not be saved", "permission")
"""What the sandbox says about the items that it refuses on purpose: those are parked rightly."""

STORM: list[dict[str, Any]] = [
    {"429": 2, "rate-limit-form": "seconds"},
    {"500-before": 3},
    {"500-after": 3},
    {"429": 2, "rate-limit-form": "date"},
    {"drop-before": 2},
    {"drop-after": 3},
    {"truncated": 2},
    {"206-partial": 1, "error-entry": "string"},
    {"502-html": 2},
    {"504-html": 2},
    {"206-partial": 1, "error-entry": "object"},
    {"empty-2xx": 2},
    {"403-partial": 1},
    {"created-201": 3},
    {"401": 1},
    {"slow": 1, "slow-delay": (TIMEOUT_SECONDS + 2) * 1000},
    {"429": 1, "rate-limit-form": "none"},
]
"""Faults of the sandbox, one after the other; a number is how many requests it strikes."""


@dataclass
class Ledger:
    """What the senders were told. `promises` is keyed by response id and holds the newest acknowledged content."""

    promises: dict[str, Promise] = field(default_factory=dict)
    interruptions: int = 0
    oddities: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True)
class Chaos:
    """How it went."""

    promised: int
    records: int
    missing: int
    doubled: int
    different: int
    parked_wrongly: list[str]
    parked_rightly: int
    interruptions: int
    kills: int
    oddities: list[str]
    samples: int
    """Looks at the books, each of which balanced."""
    calm_requests: int
    least_requests: int
    seconds: float

    @property
    def is_clean(self) -> bool:
        wrong = self.missing or self.doubled or self.different or self.parked_wrongly or self.oddities
        return not wrong and self.promised == self.records


class Traffic:
    """Responses at a steady rate, a tenth edited later, a tenth delivered again."""

    def __init__(self, deployment: Deployment, responses: int, seconds: float) -> None:
        self.deployment = deployment
        self.responses = responses
        self.rate = responses / seconds
        self.ledger = Ledger()
        self._next = iter(range(responses + 2 * EDIT_LAG))
        self._lock = threading.Lock()
        self._turns = [threading.Lock() for _ in range(responses)]
        """One at a time for each response: an edit is sent after what it edits was acknowledged."""
        self._begin = time.monotonic()
        self._threads = [threading.Thread(target=self._run) for _ in range(WORKERS)]

    def start(self) -> None:
        self._begin = time.monotonic()
        for thread in self._threads:
            thread.start()

    @property
    def is_finished(self) -> bool:
        return not any(thread.is_alive() for thread in self._threads)

    @property
    def share(self) -> float:
        """Of the responses that were acknowledged."""
        return len(self.ledger.promises) / self.responses

    def _run(self) -> None:
        with Sender(self.deployment.http_port, self.deployment.secret) as sender:
            while True:
                with self._lock:
                    number = next(self._next, None)
                if number is None:
                    return
                # The rate is what the test is about, so here time itself is waited for.
                time.sleep(max(0.0, self._begin + number / self.rate - time.monotonic()))
                self._send(sender, number, 0)
                if (number - EDIT_LAG) % 10 == 3:
                    self._send(sender, number - EDIT_LAG, 1)
                if (number - 2 * EDIT_LAG) % 10 == 7:
                    self._send(sender, number - 2 * EDIT_LAG, 0)

    def _send(self, sender: Sender, number: int, version: int) -> None:
        if 0 <= number < self.responses:
            with self._turns[number]:
                self._deliver(sender, number, version)

    def _deliver(self, sender: Sender, number: int, version: int) -> None:
        """Delivers until it is acknowledged, as survey tools do."""
        name = f"chaos-{number}"
        promise = Promise(canary.address(name), (number + 4 * version) % 11)
        response = {"id": name, "email": promise.email, "score": promise.score}
        response["comment"] = canary.comment(f"{number} in version {version}")
        for _ in range(2_000):
            try:
                answer = sender.post(response, message_id=f"msg_{name}_{version}")
            except (OSError, http.client.HTTPException):
                with self.ledger.lock:
                    self.ledger.interruptions += 1
            else:
                if answer.status == 200:
                    with self.ledger.lock:
                        self.ledger.promises[response_id(name)] = promise
                    return
                if answer.status != 503:
                    self._note(f"{name} was answered {answer.status}")
                    return
            time.sleep(RETRY_SECONDS)
        self._note(f"{name} was never acknowledged")

    def _note(self, oddity: str) -> None:
        with self.ledger.lock:
            self.ledger.oddities.append(oddity)


class Auditor:
    """Looks at the books over and over while everything goes on."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.samples = 0
        self.oddities: list[str] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Auditor":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        headers = {"authorization": f"Bearer {self.deployment.admin_token}"}
        while not self._stopping.wait(0.1):
            with contextlib.suppress(OSError, http.client.HTTPException):
                answer = fetch(self.deployment.admin_port, "GET", "/queue/status", headers)
                if answer.status != 200:
                    continue
                books = answer.json()
                self.samples += 1
                if books["accepted"] != sum(books[state] for state in BOOKS):
                    self.oddities.append(f"the books do not balance: {books}")


def chaos(
    deployment: Deployment,
    responses: int,
    seconds: float,
    seed: int,
    behaviour: dict[str, Any] | None = None,
    note: Callable[[str], None] = lambda _: None,
) -> Chaos:
    """Lets the storm blow for `seconds`, then waits for the calm and looks at what is left.

    `behaviour` says how the sandbox takes what Planhat leaves open, such as overlapping upserts.
    """
    chance = random.Random(seed)
    begin = time.monotonic()
    behaviour = dict(behaviour or {})
    deployment.start()
    deployment.set_faults(behaviour)
    traffic = Traffic(deployment, responses, seconds)
    with Auditor(deployment) as auditor:
        traffic.start()
        kills = _storm(deployment, chance, traffic, behaviour, note)
        note("the API is away until everything has come in")
        deployment.sandbox.kill()
        wait_until(lambda: traffic.is_finished, "all responses to be acknowledged", timeout=seconds)
        # The collector starts anew before the API does, so that what is left is known before the first request.
        deployment.serve.kill()
        deployment.start_serve()
        books = deployment.books()
        note(f"the storm is over: {books}")
        least = -(-(books["pending"] + books["sending"]) // BATCH)
        _start_sandbox(deployment, behaviour)
        # Where overlapping requests count, the sandbox takes its time for each.
        books = deployment.await_drained(timeout=240 + least)
        requests: int = deployment.statistics()["requestsTotal"]
        wrongly, rightly = _parked(deployment)
        if rightly:
            result = deployment.run("queue", "retry", "--all")
            assert result.returncode == 0, result.stderr
            books = deployment.await_drained(timeout=120)
    note(f"at the end {books}")
    records: dict[str, list[Promise]] = {}
    for record in deployment.records():
        records.setdefault(record["sourceId"], []).append(Promise(record["email"], record["nps"]))
    promises = traffic.ledger.promises
    return Chaos(
        promised=len(promises),
        records=sum(map(len, records.values())),
        missing=len(promises.keys() - records.keys()),
        doubled=sum(1 for found in records.values() if len(found) > 1),
        different=sum(1 for key in promises.keys() & records.keys() if promises[key] not in records[key]),
        parked_wrongly=wrongly,
        parked_rightly=rightly,
        interruptions=traffic.ledger.interruptions,
        kills=kills + 1,
        oddities=traffic.ledger.oddities + auditor.oddities,
        samples=auditor.samples,
        calm_requests=requests,
        least_requests=least,
        seconds=time.monotonic() - begin,
    )


def _storm(
    deployment: Deployment,
    chance: random.Random,
    traffic: Traffic,
    behaviour: dict[str, Any],
    note: Callable[[str], None],
) -> int:
    """Blows until most of the responses have come in; gives how often the collector was killed."""
    kills = 0
    for faults in _faults(chance):
        if traffic.share > STORM_SHARE:
            break
        note(json.dumps(faults))
        deployment.set_faults(faults)
        # How long each fault may do its work is part of the storm.
        time.sleep(1 + 4 * chance.random())
        if chance.random() < 0.2:
            deployment.sandbox.kill()
            time.sleep(chance.random())
            _start_sandbox(deployment, behaviour)
        else:
            deployment.serve.kill()
            kills += 1
            deployment.start_serve()
    return kills


def _faults(chance: random.Random) -> Iterator[dict[str, Any]]:
    while True:
        yield from chance.sample(STORM, len(STORM))


def _start_sandbox(deployment: Deployment, behaviour: dict[str, Any]) -> None:
    deployment.start_sandbox()
    deployment.set_faults(behaviour)


def _parked(deployment: Deployment) -> tuple[list[str], int]:
    """The reasons of what should not be parked, and the number of those that the sandbox refused on purpose."""
    reasons = [item["reason"] for item in deployment.data("queue", "list", "--parked", "--limit", "1000")]
    wrongly = [reason for reason in reasons if not any(part in reason for part in PARTIAL_REASONS)]
    return wrongly, len(reasons) - len(wrongly)
