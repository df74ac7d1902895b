"""Requests through the shipped proxies after pauses of all lengths, over connections that the proxy has kept."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from harness.deployment import Deployment
from harness.http_client import fetch
from harness.proxies import KINDS, UNLIMITED, Front, running_front

PAUSES = range(3, 82)
"""Seconds; the collector closes a connection that was idle for 75."""


def ask(front: Front) -> int:
    return fetch(front.port, "GET", f"{front.base}/survey", {"host": "localhost"}, trust=front.trust).status


def ask_again(front: Front, pause: int) -> list[int]:
    """What a request is answered with, and three after a pause."""
    first = ask(front)
    time.sleep(pause)
    return [first, *(ask(front) for _ in range(3))]


def ask_after_pauses(deployment: Deployment, directory: Path) -> Counter[str]:
    """How often each proxy answered with each status."""
    statuses: Counter[str] = Counter()
    for kind in KINDS:
        place = directory / kind
        place.mkdir()
        with (
            running_front(kind, place, deployment.http_port, changes=UNLIMITED[kind]) as front,
            ThreadPoolExecutor(len(PAUSES)) as pool,
        ):
            for answered in pool.map(partial(ask_again, front), PAUSES):
                statuses.update(f"{kind} {status}" for status in answered)
    return statuses
