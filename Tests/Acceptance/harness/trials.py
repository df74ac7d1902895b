"""The two long trials: a collector that is killed again and again, and an API that is away."""

import random
import time
from dataclasses import dataclass

from harness.deployment import Deployment
from harness.load import Load
from harness.reckoning import Reckoning
from harness.waiting import wait_until


@dataclass(frozen=True)
class Trial:
    """How a trial went."""

    reckoning: Reckoning
    books: dict[str, int]
    statuses: dict[int, int]
    interruptions: int
    oddities: list[str]
    seconds: float


def storm(deployment: Deployment, kills: int, seed: int) -> Trial:
    """Sends responses without a break and kills the collector (SIGKILL) `kills` times at random moments."""
    chance = random.Random(seed)
    begin = time.monotonic()
    deployment.start()
    with Load(deployment.http_port, deployment.secret, f"storm-{seed}") as load:
        for _ in range(kills):
            load.await_acknowledged(load.acknowledged + chance.randint(1, 150))
            # A random moment is the point here: often within a transaction, sometimes after a while of forwarding.
            time.sleep(chance.random() ** 4)
            deployment.serve.kill()
            deployment.start_serve()
    return _reckon(deployment, load, begin, timeout=240)


def outage(deployment: Deployment, responses: int, away_seconds: float) -> Trial:
    """Stops the API while `responses` come in, for `away_seconds` at least, and looks at the books all the time."""
    begin = time.monotonic()
    deployment.start()
    status = deployment.sandbox.stop()
    assert status == 0, f"the sandbox ended with {status}"
    with Load(deployment.http_port, deployment.secret, "outage", limit=responses) as load:
        back_at = time.monotonic() + away_seconds

        def may_come_back() -> bool:
            books = deployment.books()
            assert books["delivered"] == 0, f"delivered to an API that is away: {books}"
            return load.is_finished and time.monotonic() >= back_at

        wait_until(may_come_back, "all responses to be accepted", timeout=away_seconds + 300, interval=0.2)
    books = deployment.books()
    assert books["accepted"] == responses, f"{responses} were acknowledged, but the books say {books}"
    deployment.start_sandbox()
    return _reckon(deployment, load, begin, timeout=240)


def _reckon(deployment: Deployment, load: Load, begin: float, timeout: float) -> Trial:
    books = deployment.await_drained(timeout)
    return Trial(
        reckoning=Reckoning.of(load.ledger, deployment),
        books=books,
        statuses=load.ledger.statuses,
        interruptions=load.ledger.interruptions,
        oddities=load.ledger.oddities,
        seconds=time.monotonic() - begin,
    )
