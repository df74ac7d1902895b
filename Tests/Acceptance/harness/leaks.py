"""Canary words that are all different, and the search for them wherever they should not be."""

import re
import secrets
from collections.abc import Iterable
from pathlib import Path

from harness import canary

DIGITS = 16
"""Hex digits of each canary word: no two words are the same, and none comes about by chance."""

HEX = re.compile(rb"[0-9a-f]{%d,}" % DIGITS)


class LeakSearch:
    """Hands out canary words and looks for them, or for their digits alone, in texts and files."""

    def __init__(self) -> None:
        self._digits: set[bytes] = set()

    def fresh_word(self) -> str:
        digits = secrets.token_hex(DIGITS // 2)
        self._digits.add(digits.encode())
        return f"{canary.WORD}-{digits}"

    def assert_absent(self, *texts: bytes) -> None:
        """No text contains a word, whole or in part."""
        for text in texts:
            lowered = text.lower()
            assert canary.WORD.encode() not in lowered, "a canary word leaked"
            for run in HEX.findall(lowered):
                windows = (run[start : start + DIGITS] for start in range(len(run) - DIGITS + 1))
                assert not any(window in self._digits for window in windows), "a part of a canary word leaked"

    def assert_absent_from_files(self, files: Iterable[Path]) -> None:
        for file in files:
            self.assert_absent(file.read_bytes())
