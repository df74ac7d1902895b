"""Rates, server CPU, latency and memory of the collector, beside nginx, a Go receiver, PostgreSQL, and the disk itself.

Absolute figures depend on the machine, and even on the minute. The loads therefore take turns, and what counts
are the ratios within one round. Each part has a directory of its own.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.deployment import REPOSITORY
from measuring import backlog, latency, side_by_side, with_postgres, with_receipts
from measuring.signed_requests import BODY_BYTES
from measuring.wrk import CONNECTIONS

DIRECTORY = REPOSITORY / ".artefacts"


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="deploy/bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="default %(default)s")
    parser.add_argument("--seconds", type=int, default=5, help="of each load in each round, default %(default)s")
    parser.add_argument(
        "--receipts",
        type=counts,
        default=[0, 1_000_000],
        metavar="N,N,…",
        help="in the files that accept in turns; nothing (“--receipts=”) skips this; default 0,1000000",
    )
    parser.add_argument(
        "--backlog", type=int, default=1_000_000, help="responses that wait; 0 skips this; default %(default)s"
    )
    parser.add_argument("--postgres", action="store_true", help="only compare a PostgreSQL with a file")
    parser.add_argument("--log-level", default="info", help="of the collector, default %(default)s")
    parser.add_argument(
        "--directory", type=Path, default=DIRECTORY, help="on the disk to measure; a folder in it is made and removed"
    )
    options = parser.parse_args()
    options.directory = options.directory.resolve()
    return options


def counts(text: str) -> list[int]:
    return [int(part) for part in text.split(",") if part]


@contextmanager
def folder(parent: Path) -> Iterator[Path]:
    """A new one, which is removed at the end."""
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="nps-bench-", dir=parent) as name:
        yield Path(name)


def main() -> int:
    options = parse()
    rounds, seconds, level = options.rounds, options.seconds, options.log_level
    print(f"{CONNECTIONS} connections, {BODY_BYTES}-byte signed bodies, every 200 durable, wrk on the same machine")
    if not options.postgres:
        measure_on_files(options)
    with folder(options.directory) as directory:
        with_postgres.print_results(with_postgres.take_rounds(directory, rounds, seconds, level))
    return 0


def measure_on_files(options: argparse.Namespace) -> None:
    rounds, seconds, level = options.rounds, options.seconds, options.log_level
    with folder(options.directory) as directory:
        results = side_by_side.take_rounds(directory, rounds, seconds, level)
    side_by_side.print_results(results)
    half = statistics.median(figure.rate for figure in results[side_by_side.ACCEPT]) / 2
    with folder(options.directory) as directory:
        latency.print_results(latency.take_rounds(directory, rounds, seconds, half, level), half)
    if options.receipts:
        with folder(options.directory) as directory:
            with_receipts.print_results(with_receipts.take_rounds(directory, options.receipts, rounds, seconds, level))
    if options.backlog:
        with folder(options.directory) as directory:
            backlog.print_results(backlog.pile_up(directory, options.backlog, max(options.receipts, default=0)))


if __name__ == "__main__":
    sys.exit(main())
