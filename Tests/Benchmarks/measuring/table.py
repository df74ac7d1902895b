"""Lines of figures: minimum, median and maximum of the rounds, and the goal."""

import statistics
from collections.abc import Callable, Iterable

from measuring.wrk import Figure

WIDTH = 58


def print_head(title: str) -> None:
    columns = "".join(f"{name:>11}" for name in ("min", "median", "max", "goal"))
    print(f"\n{title:<{WIDTH}}{columns}", flush=True)


def print_line(name: str, values: Iterable[float], form: str, goal: str = "") -> None:
    """`goal` with its sign, such as "≤ 3"."""
    rounds = list(values)
    columns = (min(rounds), statistics.median(rounds), max(rounds))
    figures = "".join(f"{format(value, form):>11}" for value in columns)
    print(f"{name:<{WIDTH}}{figures}{goal:>11}".rstrip(), flush=True)


def rate(figure: Figure) -> float:
    return figure.rate


def cpu(figure: Figure) -> float:
    return figure.cpu_microseconds


def ratios(above: list[Figure], below: list[Figure], of: Callable[[Figure], float]) -> list[float]:
    """Round by round."""
    return [of(a) / of(b) for a, b in zip(above, below, strict=True)]
