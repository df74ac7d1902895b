"""Waiting for a state instead of sleeping for a time."""

import time
from collections.abc import Callable
from typing import TypeVar

DEADLINE = 120.0
"""Seconds after which a test gives up. A safety net only: far more than any step takes on a slow and busy machine."""

LONG_DEADLINE = 900.0
"""Seconds for what takes minutes even on a fast machine, such as delivering everything after the API was away."""

Found = TypeVar("Found")


def wait_until(
    probe: Callable[[], Found | None], what: str, timeout: float = DEADLINE, interval: float = 0.05
) -> Found:
    """Polls `probe` until it returns something true, and returns that. Fails with `what` after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        found = probe()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout:g} s for {what}")
        time.sleep(interval)
