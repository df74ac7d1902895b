"""Durable accepts of one collector on a SQLite file, of one on a PostgreSQL, and of two on that, in turns."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.deployment import Deployment
from harness.postgres import Postgres, running_postgres
from measuring import servers, signed_requests
from measuring.table import cpu, print_head, print_line, rate, ratios
from measuring.wrk import CONNECTIONS, Figure, Load

FILE = "a SQLite file"
ONE = "one collector on a PostgreSQL"
TWO = "two collectors on it"

Results = dict[str, list[Figure]]
"""One figure a round; the CPU is that of the collectors, without the database's."""


@dataclass(frozen=True)
class Accepting:
    """A collector, and the load for it."""

    deployment: Deployment
    server: servers.Server

    def load(self, seconds: int) -> Load:
        directory, secret = self.deployment.directory, self.deployment.secret
        signed = signed_requests.prepare(signed_requests.standard, secret, directory, seconds)
        return Load(self.server.address, self.server.processes, signed)


def start(stack: ExitStack, directory: Path, settings: dict[str, Any]) -> Accepting:
    directory.mkdir()
    deployment = stack.enter_context(Deployment(directory, settings))
    return Accepting(deployment, stack.enter_context(servers.collector(deployment)))


def together(accepting: list[Accepting], seconds: int) -> Figure:
    """All at once, each with its part of the connections."""
    loads = [replace(each.load(seconds), connections=CONNECTIONS // len(accepting)) for each in accepting]
    with ThreadPoolExecutor() as threads:
        figures = list(threads.map(lambda load: load.measure(seconds), loads))
    requests = sum(figure.requests for figure in figures)
    spent = sum(figure.cpu_microseconds * figure.requests for figure in figures)
    return Figure(requests, sum(figure.rate for figure in figures), spent / requests)


def take_rounds(directory: Path, rounds: int, seconds: int, log_level: str) -> Results:
    """All of them in each round, after a short one that only warms up."""
    results: Results = {FILE: [], ONE: [], TWO: []}
    with ExitStack() as stack:
        postgres = stack.enter_context(running_postgres(secrets.token_hex(8)))
        settings = servers.settings(log_level)
        file = start(stack, directory / "file", settings)
        pair = [
            start(stack, directory / name, settings | {"queue": {"url": postgres.url("nps"), "name": name}})
            for name in ("first", "second")
        ]
        for number in range(rounds + 1):
            length = seconds if number else 1
            for name, accepting in ((FILE, [file]), (ONE, pair[:1]), (TWO, pair)):
                figure = together(accepting, length)
                if number:
                    results[name].append(figure)
            # What was written is to be on its place before the next round, and not in it.
            checkpoint(postgres)
            print(f"round {number} of {rounds}" if number else "warmed up", flush=True)
    return results


def checkpoint(postgres: Postgres) -> None:
    postgres.sql("nps", "CHECKPOINT")


def print_results(results: Results) -> None:
    print_head("durable accepts/s, by where the queue is")
    for name, figures in results.items():
        print_line(name, map(rate, figures), ",.0f")
    print_head("CPU of the collectors, µs an accept")
    for name, figures in results.items():
        print_line(name, map(cpu, figures), ",.1f")
    print_head("ratios")
    print_line("accepts/s on a PostgreSQL ÷ in a file", ratios(results[ONE], results[FILE], rate), ".2f", "≥ 0.7")
    print_line("accepts/s of two collectors ÷ of one", ratios(results[TWO], results[ONE], rate), ".2f", "≥ 1.3")
