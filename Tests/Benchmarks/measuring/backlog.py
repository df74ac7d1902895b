"""What many waiting responses cost: memory, and the start after a kill."""

import time
from dataclasses import dataclass
from pathlib import Path

from harness.deployment import Deployment
from measuring import servers
from measuring.receipts import fill
from measuring.signed_requests import deliver_batches
from measuring.table import WIDTH


@dataclass(frozen=True)
class Backlog:
    """Of one file, before and after."""

    responses: int
    receipts: int
    start_seconds: float
    """From the start of the program to its first 200 at `/readyz`, with the responses waiting."""
    idle_kib: int
    """Resident memory when nothing waits."""
    waiting_kib: int


def pile_up(directory: Path, responses: int, receipts: int) -> Backlog:
    """Accepts so many with the API away, kills the collector, and starts it again."""
    with Deployment(directory, servers.settings("warning")) as deployment:
        fill(deployment, receipts)
        deployment.start_serve()
        idle = deployment.serve.resident_kib
        deliver_batches(deployment, responses)
        deployment.serve.kill()
        begin = time.monotonic()
        deployment.start_serve()
        seconds = time.monotonic() - begin
        assert deployment.books()["pending"] == responses
        return Backlog(responses, receipts, seconds, idle, deployment.serve.resident_kib)


def print_results(backlog: Backlog) -> None:
    title = f"with {backlog.responses:,} waiting and {backlog.receipts:,} receipts"
    print(f"\n{title:<{WIDTH}}{'measured':>11}{'goal':>11}")
    lines = (
        ("start to ready after kill -9, s", f"{backlog.start_seconds:.2f}", "≤ 0.5"),
        ("resident memory idle, MB", f"{backlog.idle_kib * 1024 / 1e6:.1f}", "≤ 45"),
        ("resident memory ÷ idle", f"{backlog.waiting_kib / backlog.idle_kib:.2f}", "≤ 1.1"),
    )
    for name, value, goal in lines:
        print(f"{name:<{WIDTH}}{value:>11}{goal:>11}", flush=True)
