"""Files of deploy/ with the names and places of a test."""

from collections.abc import Mapping


def replaced(text: str, changes: Mapping[str, str]) -> str:
    """`text` with each key replaced by its value; every key must be there, or the test no longer fits the file."""
    for old, new in changes.items():
        assert old in text, f"the shipped file no longer contains {old}"
        text = text.replace(old, new)
    return text
