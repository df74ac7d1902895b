"""The time series that PromQL expressions name, and whether a scrape has them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from prometheus_client.parser import text_string_to_metric_families

TOKENS = re.compile(
    r"""
    (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)
    | (?P<number>\d(?:[eE][+-]?\d|[\w.])*)
    | (?P<name>[A-Za-z_:][\w:]*)
    | (?P<variable>\$\w+)
    | (?P<mark>=~|!~|!=|==|<=|>=|[{}()\[\],=<>+\-*/%^@:])
    | (?P<space>\s+|\#[^\n]*)
    """,
    re.VERBOSE,
)
OPERATORS = {"and", "or", "unless", "bool", "offset", "atan2", "inf", "nan"}
CLAUSES = {"by", "without", "on", "ignoring", "group_left", "group_right"}
"""What is followed by labels in parentheses."""


class Matcher(NamedTuple):
    label: str
    operator: str
    value: str

    def fits(self, value: str) -> bool:
        match self.operator:
            case "=":
                return value == self.value
            case "!=":
                return value != self.value
            case "=~":
                return re.fullmatch(self.value, value) is not None
            case _:
                return re.fullmatch(self.value, value) is None


class Sample(NamedTuple):
    """One line of a scrape."""

    name: str
    labels: dict[str, str]
    value: float


@dataclass(frozen=True)
class Selector:
    """Series of one name, with the suffix that those of a histogram have."""

    name: str
    matchers: tuple[Matcher, ...] = ()

    def finds(self, samples: list[Sample]) -> bool:
        """Whether any of the samples is meant, as far as labels of the collector's own tell."""
        own = [matcher for matcher in self.matchers if matcher.label not in {"job", "instance"}]
        return any(
            sample.name == self.name and all(matcher.fits(sample.labels.get(matcher.label, "")) for matcher in own)
            for sample in samples
        )


def parse_scrape(text: str) -> list[Sample]:
    """All samples, as Prometheus' own client library reads them."""
    families = text_string_to_metric_families(text)
    return [Sample(sample.name, sample.labels, sample.value) for family in families for sample in family.samples]


def _tokens(expression: str) -> Iterator[tuple[str, str]]:
    position = 0
    while position < len(expression):
        found = TOKENS.match(expression, position)
        assert found, f"no PromQL at {expression[position:]!r}"
        position = found.end()
        if found.lastgroup and found.lastgroup != "space":
            yield found.lastgroup, found.group()
    yield "end", ""


def _end(tokens: list[tuple[str, str]], index: int, mark: str) -> int:
    """The index behind the next such mark."""
    while tokens[index][1] != mark:
        index += 1
    return index + 1


def _matchers(tokens: list[tuple[str, str]], index: int) -> tuple[Matcher, ...]:
    """Those between the braces that begin there."""
    inside = tokens[index + 1 : _end(tokens, index, "}") - 1]
    words = [text for _, text in inside if text != ","]
    parts = zip(words[::3], words[1::3], words[2::3], strict=True)
    return tuple(Matcher(label, operator, value[1:-1]) for label, operator, value in parts)


def selectors(expression: str) -> list[Selector]:
    """What the expression selects, in its order: the names outside of functions, aggregations and clauses."""
    tokens = list(_tokens(expression))
    found: list[Selector] = []
    index = 0
    while index < len(tokens) - 1:
        kind, text = tokens[index]
        following = tokens[index + 1][1]
        index += 1
        assert text != "{", f"a selector without a name: {expression}"
        if text == "[":
            index = _end(tokens, index, "]")
        elif text in CLAUSES and following == "(":
            index = _end(tokens, index, ")")
        elif kind == "name" and text not in OPERATORS | CLAUSES and following not in {"(", "by", "without"}:
            found.append(Selector(text, _matchers(tokens, index) if following == "{" else ()))
            index = _end(tokens, index, "}") if following == "{" else index
    return found
