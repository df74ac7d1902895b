"""Chaos test: responses, edits and repetitions come in while the API fails in every way it can and both programs are
killed. Afterwards the API must hold each response exactly once, with its newest content."""

import contextlib
import http.client
import itertools
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Self

from harness import canary
from harness.deployment import Deployment, is_balanced
from harness.ledger import Comparison, Ledger
from harness.load import deliver
from harness.waiting import LONG_DEADLINE, wait_until
from harness.webhook import Sender

WORKERS = 8
BATCH = 100
EDIT_LAG = 150
"""An edit comes so many responses after the response, a repetition twice as many."""

STORM_SHARE = 0.55
"""The share of the responses that comes in while the API fails. The rest comes in while it is away, and is enough to
count the requests that deliver it."""

SAMPLES = 100
"""The books are read more often than this."""

CALM = 1.05
"""So many times the least possible number of requests is allowed when the API is back."""

TIMEOUT_SECONDS = 30
"""After which the collector gives up a request."""

REFUSAL_REASONS = ("could not be saved", "permission", "while others")
"""What is said of the items that the sandbox refuses on purpose. Those are meant to be parked."""

POISON_EVERY = 1000
"""One response in so many makes every request fail that it is in, until the storm is over."""

POISON = ("none", "403", "404", "408", "425", "429", "500", "503", "drop")
"""How those requests fail, one after the other."""

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
"""Faults of the sandbox, one after the other; each number says how many requests have the fault."""


@dataclass(frozen=True)
class ChaosResult:
    """How it went."""

    comparison: Comparison
    records: int
    parked_wrongly: list[str]
    """Reasons of parked responses that the sandbox did not refuse on purpose."""
    parked_on_purpose: int
    interruptions: int
    kills: int
    unexpected: list[str]
    samples: int
    """How often the books were read; each time they must balance."""
    calm_requests: int
    """Requests that delivered what had piled up when the API came back."""
    least_requests: int
    """The fewest that can do it."""
    poisonous: int
    """How many made requests fail during the storm. Each is tried again when its own wait is over."""
    seconds: float

    @property
    def is_economical(self) -> bool:
        """One request finds out that the API is back."""
        return self.calm_requests <= CALM * self.least_requests + self.poisonous + 1

    @property
    def is_clean(self) -> bool:
        is_complete = self.comparison.is_clean and self.comparison.promised == self.records
        return is_complete and not self.parked_wrongly and not self.unexpected


class Traffic:
    """Responses at a steady rate, a tenth edited later, a tenth delivered again. It pauses after the storm, and then
    sends the rest as fast as it can."""

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
        self._has_paused = threading.Event()
        self._may_resume = threading.Event()
        self._is_given_up = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(WORKERS)]

    def __enter__(self) -> Self:
        self._begin = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._is_given_up.set()
            self._may_resume.set()
        for thread in self._threads:
            thread.join()

    @property
    def has_paused(self) -> bool:
        return self._has_paused.is_set()

    def resume(self) -> None:
        """Sends the rest."""
        self._may_resume.set()

    @property
    def is_finished(self) -> bool:
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self) -> None:
        with Sender(self.deployment.http_port, self.deployment.secret) as sender:
            while not self._is_given_up.is_set():
                with self._lock:
                    number = next(self._next, None)
                if number is None:
                    return
                if number >= STORM_SHARE * self.responses and not self._may_resume.is_set():
                    self._has_paused.set()
                    self._may_resume.wait()
                # Nothing waits for this: it only spreads the traffic over the storm.
                if not self._may_resume.is_set():
                    time.sleep(max(0.0, self._begin + number / self.rate - time.monotonic()))
                self._send(sender, number, 0)
                if (number - EDIT_LAG) % 10 == 3:
                    self._send(sender, number - EDIT_LAG, 1)
                if (number - 2 * EDIT_LAG) % 10 == 7:
                    self._send(sender, number - 2 * EDIT_LAG, 0)

    def _send(self, sender: Sender, number: int, version: int) -> None:
        if not 0 <= number < self.responses:
            return
        name = f"chaos-{number}"
        poison = " poison" if number % POISON_EVERY == POISON_EVERY // 2 else ""
        response = {
            "id": name,
            "email": canary.address(name),
            "score": (number + 4 * version) % 11,
            "comment": canary.comment(f"{number} in version {version}{poison}"),
        }
        deadline = time.monotonic() + LONG_DEADLINE
        outcomes = ("accepted", "updated", "unchanged")

        def may_go_on() -> bool:
            return time.monotonic() < deadline and not self._is_given_up.is_set()

        with self._turns[number]:
            if not deliver(sender, response, f"msg_{name}_{version}", self.ledger, outcomes, may_go_on):
                self.ledger.note_unexpected(f"{name} was never acknowledged")


class Auditor:
    """Reads the books over and over while everything goes on."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.samples = 0
        self.unexpected: list[str] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def await_samples(self, count: int) -> None:
        wait_until(lambda: self.samples >= count, f"{count} looks at the books")

    def _run(self) -> None:
        while not self._stopping.wait(0.1):
            with contextlib.suppress(OSError, http.client.HTTPException):
                answer = self.deployment.admin_status()
                if answer.status != 200:
                    continue
                books = answer.json()
                if not is_balanced(books):
                    self.unexpected.append(f"the books do not balance: {books}")
                self.samples += 1


def chaos(
    deployment: Deployment,
    responses: int,
    seconds: float,
    seed: int,
    behaviour: dict[str, Any] | None = None,
    note: Callable[[str], None] = lambda _: None,
) -> ChaosResult:
    """Sends `responses` at a rate that would take `seconds` (or as long as this machine takes), most of them during
    faults and kills, the rest without a pause; then lets everything be delivered and compares.

    `behaviour` says how the sandbox treats what Planhat leaves open, such as overlapping upserts.
    """
    chance = random.Random(seed)
    begin = time.monotonic()
    behaviour = dict(behaviour or {})
    deployment.start()
    deployment.set_faults(behaviour)
    with Auditor(deployment) as auditor, Traffic(deployment, responses, seconds) as traffic:
        kills = _storm(deployment, chance, traffic, auditor, behaviour, note)
        note("the API is away until everything has come in")
        deployment.sandbox.kill()
        traffic.resume()
        wait_until(lambda: traffic.is_finished, "all responses to be acknowledged", seconds + LONG_DEADLINE)
        # The collector restarts before the API does, so that the number of requests needed is known beforehand.
        deployment.serve.kill()
        deployment.start_serve()
        books = deployment.books()
        note(f"the storm is over: {books}")
        least = -(-(books["pending"] + books["sending"]) // BATCH)
        _start_sandbox(deployment, behaviour | {"poison": "none"})
        deployment.await_drained(2 * LONG_DEADLINE)
        requests: int = deployment.statistics()["requestsTotal"]
        wrongly, on_purpose = _parked(deployment)
        if on_purpose:
            result = deployment.run("queue", "retry", "--all")
            assert result.returncode == 0, result.stderr
        books = deployment.await_drained()
        auditor.await_samples(SAMPLES + 1)
    note(f"at the end {books}")
    records = list(deployment.records())
    return ChaosResult(
        comparison=Comparison.of(traffic.ledger.promises, records),
        records=len(records),
        parked_wrongly=wrongly,
        parked_on_purpose=on_purpose,
        interruptions=traffic.ledger.interruptions,
        kills=kills + 1,
        unexpected=traffic.ledger.unexpected + auditor.unexpected,
        samples=auditor.samples,
        calm_requests=requests,
        least_requests=least,
        poisonous=-(-responses // POISON_EVERY),
        seconds=time.monotonic() - begin,
    )


def _storm(
    deployment: Deployment,
    chance: random.Random,
    traffic: Traffic,
    auditor: Auditor,
    behaviour: dict[str, Any],
    note: Callable[[str], None],
) -> int:
    """Goes on until the storm's share of the responses has come in; returns how often the collector was killed."""
    kills = 0
    for faults, poison in zip(_faults(chance), itertools.cycle(POISON), strict=False):
        if traffic.has_paused:
            break
        plan = faults | {"poison": poison}
        note(json.dumps(plan))
        deployment.set_faults(plan)
        # Each fault lasts for a random time, and at least until the books were read under it.
        samples = auditor.samples
        time.sleep(1 + 4 * chance.random())
        auditor.await_samples(samples + 1)
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
    wrongly = [reason for reason in reasons if not any(part in reason for part in REFUSAL_REASONS)]
    return wrongly, len(reasons) - len(wrongly)
