"""Two collectors on one PostgreSQL, of which now one and now the other changes to a program of another version."""

import json
import random
import secrets
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from harness.deployment import BINARY, Deploy, Deployment
from harness.ledger import Comparison
from harness.load import Load
from harness.postgres import running_postgres


@dataclass(frozen=True)
class UpgradeResult:
    """What the two promised together, and what became of it."""

    comparison: Comparison
    unexpected: list[str]
    books: dict[str, int]
    changes: Counter[str]
    """How often a collector was started, by program and by how the former one ended."""
    seconds: float

    @property
    def is_clean(self) -> bool:
        counts = self.books["accepted"] == self.books["delivered"] == self.comparison.arrived
        return self.comparison.is_clean and not self.unexpected and counts


def rolling_upgrade(deploy: Deploy, other: Path, seconds: float, seed: int) -> UpgradeResult:
    """Both programs have to know the tables. At the end both collectors are of this version."""
    chance = random.Random(seed)
    begin = time.monotonic()
    changes: Counter[str] = Counter()
    with running_postgres(secrets.token_hex(8)) as postgres, ExitStack() as stack:
        pair = two_collectors(deploy, postgres.url("nps"))
        pair[0].start_sandbox()
        pair[0].set_faults({"overlap-window": 300})
        for deployment in pair:
            # The older one makes the tables.
            deployment.binary = other
            deployment.start_serve()
        # The same ids and contents come to both.
        loads = [stack.enter_context(Load(each.http_port, each.secret, "upgrade", workers=4)) for each in pair]
        turns = 0
        while time.monotonic() < begin + seconds or turns < 4:
            turns += 1
            for load in loads:
                load.await_acknowledged(load.acknowledged + chance.randint(20, 200))
            deployment = pair[turns % 2]
            ending = chance.choice(["stop", "kill"])
            deployment.serve.stop() if ending == "stop" else deployment.serve.kill()
            deployment.binary = BINARY if deployment.binary == other else other
            deployment.start_serve()
            changes[f"{'this' if deployment.binary == BINARY else 'other'} after {ending}"] += 1
        for deployment in pair:
            deployment.serve.stop()
            deployment.binary = BINARY
            deployment.start_serve()
        for load in loads:
            load.await_acknowledged(load.acknowledged + 20)
        stack.pop_all().close()
        books = pair[0].await_drained()
        promises = loads[0].ledger.promises | loads[1].ledger.promises
        comparison = Comparison.of(promises, pair[0].records())
        unexpected = loads[0].ledger.unexpected + loads[1].ledger.unexpected
        for deployment in reversed(pair):
            deployment.stop()
    return UpgradeResult(comparison, unexpected, books, changes, time.monotonic() - begin)


def two_collectors(deploy: Deploy, url: str) -> list[Deployment]:
    """With the same secrets and the first one's sandbox; not started yet."""
    pair = [deploy({"queue": {"url": url, "name": name}, "log": {"level": "info"}}) for name in ("first", "second")]
    first, second = pair
    settings = json.loads(first.config.read_text())
    settings["http"]["port"], settings["admin"]["port"] = second.http_port, second.admin_port
    settings["queue"]["name"] = "second"
    second.config.write_text(json.dumps(settings))
    for name in ("secret", "admin_token", "api_token", "sandbox_port"):
        setattr(second, name, getattr(first, name))
    return pair
