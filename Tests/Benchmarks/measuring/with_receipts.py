"""Durable accepts into files with more and fewer receipts, in turns: rate, CPU, and what is written to the log."""

import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from harness.deployment import Deployment
from measuring import servers, signed_requests
from measuring.receipts import fill
from measuring.table import cpu, print_head, print_line, rate, ratios
from measuring.write_ahead_log import LogWatcher
from measuring.wrk import Figure, Load


@dataclass(frozen=True)
class Accepts:
    """One load for one round."""

    figure: Figure
    log_bytes: float
    """Written to SQLite's log for each accept."""


Results = dict[int, list[Accepts]]
"""By the number of receipts, one a round."""


def accept(deployment: Deployment, server: servers.Server, seconds: int) -> Accepts:
    directory = deployment.directory
    signed = signed_requests.prepare(signed_requests.standard, deployment.secret, directory, seconds)
    with LogWatcher(directory / "queue.db") as log:
        figure = Load(server.address, server.processes, signed).measure(seconds)
    return Accepts(figure, log.bytes_written / figure.requests)


def take_rounds(directory: Path, receipts: list[int], rounds: int, seconds: int, log_level: str) -> Results:
    """All of them in each round, after a short one that only warms up."""
    results: Results = {count: [] for count in receipts}
    with ExitStack() as stack:
        running: dict[int, tuple[Deployment, servers.Server]] = {}
        for count in results:
            folder = directory / str(count)
            folder.mkdir()
            deployment = stack.enter_context(Deployment(folder, servers.settings(log_level)))
            fill(deployment, count)
            server = stack.enter_context(servers.collector(deployment))
            assert deployment.books()["delivered"] == count
            running[count] = (deployment, server)
        # Gigabytes were just written, and the disk is not to be busy with them while it is measured.
        os.sync()
        for number in range(rounds + 1):
            for count, (deployment, server) in running.items():
                accepts = accept(deployment, server, seconds if number else 1)
                if number:
                    results[count].append(accepts)
            print(f"round {number} of {rounds}" if number else "warmed up", flush=True)
    return results


def print_results(results: Results) -> None:
    figures = {count: [accepts.figure for accepts in rounds] for count, rounds in results.items()}
    print_head("durable accepts, by receipts in the file")
    for count, rounds in results.items():
        print_line(f"{count:,} receipts, accepts/s", map(rate, figures[count]), ",.0f")
        print_line(f"{count:,} receipts, server CPU µs/accept", map(cpu, figures[count]), ",.1f")
        log = [accepts.log_bytes for accepts in rounds]
        print_line(f"{count:,} receipts, log bytes/accept", log, ",.0f", "≤ 2,500" if count else "")
    fewest = min(results)
    for count in results:
        if count != fewest:
            values = ratios(figures[count], figures[fewest], rate)
            print_line(f"accepts/s with {count:,} ÷ with {fewest:,}", values, ".2f", "≥ 0.9")
