"""Waiting for a state instead of sleeping for a time."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def wait_until(probe: Callable[[], Found | None], what: str, timeout: float = 30, interval: float = 0.05) -> Found:
    """Polls `probe` until it returns something true, and returns that. Fails with `what` after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        found = probe()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout:g} s in vain for {what}")
        time.sleep(interval)
