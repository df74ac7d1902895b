"""Canary words stand for a person's data: whatever the tests send carries one, and no log may ever contain one."""

from collections.abc import Iterable
from pathlib import Path

WORD = "kanarienvogel"
"""Part of every address and comment that the tests send."""

DEMONSTRATION = ("ada@example.com", "Up in a minute", "Quick and kind")
"""What the requests printed by deploy/run and in the README send."""


def address(name: str) -> str:
    return f"{WORD}-{name}@example.com"


def comment(text: str) -> str:
    return f"{WORD}: {text}"


def assert_not_logged(logs: Iterable[Path], secrets: Iterable[str] = ()) -> None:
    """No log contains an address, a comment or a secret. The failure names the file and the line, not the words."""
    forbidden = [word.encode().lower() for word in (WORD, *DEMONSTRATION, *secrets)]
    for log in logs:
        for number, line in enumerate(log.read_bytes().lower().splitlines(), 1):
            assert not any(word in line for word in forbidden), f"{log}:{number} contains private data"
