"""Rates and server CPU per request: the collector's bare GET, its durable signed accept, and nginx's bare 200.

Absolute figures depend on the machine, and even on the minute. The loads therefore take turns, and what counts
are the ratios within one round.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.deployment import Deployment
from harness.http_client import fetch
from harness.ports import accepts, free_port
from harness.program import Program, run_command
from harness.survey_tools import TOOLS
from harness.waiting import wait_until
from harness.webhook import sign

CONNECTIONS = 64
THREADS = 2
BODY_BYTES = 150
BATCH = 1_000
"""Responses in one delivery, at most."""

SIGNED_PER_SECOND = 30_000
"""More signed requests than any machine at hand gets through, for each second of a round."""

TYPEFORM = next(tool for tool in TOOLS if tool.name == "typeform")
HERE = Path(__file__).parent
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Figure:
    """One load for one round."""

    rate: float
    cpu_microseconds: float


def cpu_seconds(processes: list[int]) -> float:
    """User and system time that the processes have used so far."""
    total = 0
    for process in processes:
        after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        total += int(after_name[11]) + int(after_name[12])
    return total / TICKS


def measure(processes: list[int], address: str, seconds: int, script: tuple[str, ...] = ()) -> Figure:
    """Runs wrk and looks at what the servers spent meanwhile. Every answer must be a 2xx."""
    command = ["wrk", f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{seconds}s"]
    command += ["-s", str(HERE / "signed.lua"), address, "--", *script] if script else [address]
    before = cpu_seconds(processes)
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    spent = cpu_seconds(processes) - before
    if "Non-2xx" in printed or "Socket errors" in printed:
        raise SystemExit(f"not every request to {address} was answered well:\n{printed}")
    requests = int(found(r"(\d+) requests in", printed))
    return Figure(float(found(r"Requests/sec:\s*([\d.]+)", printed)), spent / requests * 1e6)


def found(pattern: str, text: str) -> str:
    """The first group of a pattern that must be there."""
    match = re.search(pattern, text)
    if not match:
        raise SystemExit(f"nothing like {pattern} in:\n{text}")
    return match[1]


def signed_request(deployment: Deployment, name: str) -> bytes:
    """A complete HTTP request with a body of `BODY_BYTES`. All of them have the same length."""
    response = {"id": name, "email": f"{name}@example.com", "score": 9, "comment": ""}
    padding = BODY_BYTES - len(json.dumps(response))
    body = json.dumps(response | {"comment": "x" * padding}).encode()
    return request("standard", body, sign(deployment.secret, body, f"msg_{name}"))


def mapped_request(_: Deployment, name: str) -> bytes:
    """The same as Typeform sends it, for a mapping by jq."""
    delivery = TYPEFORM.delivery(name, comment="")
    TYPEFORM.sign(delivery, TYPEFORM.secret, "")
    return request("typeform", delivery.body, delivery.headers)


def request(source: str, body: bytes, headers: dict[str, str]) -> bytes:
    head = "".join(f"{key}: {value}\r\n" for key, value in headers.items())
    start = f"POST /webhooks/{source} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: {len(body)}\r\n{head}\r\n"
    return start.encode() + body


def prepare_signed(
    make: Callable[[Deployment, str], bytes], deployment: Deployment, directory: Path, number: int, seconds: int
) -> tuple[str, str]:
    """Signs enough for one round, now, since signatures age; returns the arguments of signed.lua."""
    prefix = directory / "signed-"
    sizes = set()
    for thread in range(THREADS):
        with (directory / f"signed-{thread}").open("wb") as file:
            for index in range(SIGNED_PER_SECOND * seconds // THREADS):
                signed = make(deployment, f"r{number:03}t{thread}n{index:08}")
                sizes.add(len(signed))
                file.write(signed)
    assert len(sizes) == 1
    return str(prefix), str(sizes.pop())


@contextmanager
def bare_nginx(directory: Path) -> Iterator[tuple[str, list[int]]]:
    """nginx that answers 200 and does nothing else: its address and its processes."""
    port = free_port()
    config = directory / "nginx.conf"
    config.write_text(
        f"daemon off; pid {directory}/nginx.pid; worker_processes auto; events {{ worker_connections 1024; }}"
        "http { access_log off; keepalive_requests 1000000000;"
        f" server {{ listen 127.0.0.1:{port}; location / {{ return 200 ok; }} }} }}"
    )
    command: list[str | Path] = ["/usr/sbin/nginx", "-c", config, "-e", directory / "nginx-error.log", "-p", directory]
    with Program(command, directory / "nginx.log", directory) as program:
        wait_until(lambda: accepts(port), "nginx")
        workers = run_command("pgrep", "-P", str(program.pid)).stdout
        yield f"http://127.0.0.1:{port}/", [int(worker) for worker in workers.split()]
        program.stop()


@contextmanager
def collector(directory: Path) -> Iterator[Deployment]:
    """The collector alone: the API is away, so that accepting is measured and not delivering."""
    webhooks = {"typeform": {"secrets": [TYPEFORM.secret]}}
    with Deployment(directory, {"log": {"level": "warning"}, "webhooks": webhooks}) as deployment:
        deployment.start_serve()
        yield deployment


def take_rounds(rounds: int, seconds: int) -> dict[str, list[Figure]]:
    """All loads in each round, after a short one that only warms up."""
    results: dict[str, list[Figure]] = {
        name: [] for name in ("bare GET", "durable accept", "durable accept by jq", "nginx bare 200")
    }
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nps-bench-")))
        ours = stack.enter_context(collector(directory))
        nginx, workers = stack.enter_context(bare_nginx(directory))
        address, process = f"http://127.0.0.1:{ours.http_port}", [ours.serve.pid]
        for number in range(rounds + 1):
            duration = seconds if number else 1
            bare = measure(process, f"{address}/livez", duration)
            signed = prepare_signed(signed_request, ours, directory, number, duration)
            accepts = measure(process, address, duration, signed)
            mapped = prepare_signed(mapped_request, ours, directory, number, duration)
            figures = {
                "bare GET": bare,
                "durable accept": accepts,
                "durable accept by jq": measure(process, address, duration, mapped),
                "nginx bare 200": measure(workers, nginx, duration),
            }
            print(f"round {number} of {rounds}" if number else "warmed up", flush=True)
            for name, figure in figures.items() if number else ():
                results[name].append(figure)
    return results


@dataclass(frozen=True)
class Backlog:
    """What so many waiting responses cost, after a kill."""

    responses: int
    start_seconds: float
    """From the start of the program to its first 200 at `/readyz`."""
    memory: float
    """Resident when ready, against an empty queue."""


def pile_up(responses: int) -> Backlog:
    """Accepts so many with the API away, kills the collector, and starts it again."""
    with tempfile.TemporaryDirectory(prefix="nps-bench-") as directory, collector(Path(directory)) as ours:
        empty = ours.serve.resident_kib
        for first in range(0, responses, BATCH):
            items = [
                {"id": f"b{number}", "email": f"b{number}@example.com", "score": number % 11, "comment": "x" * 60}
                for number in range(first, min(first + BATCH, responses))
            ]
            body = json.dumps(items).encode()
            headers = sign(ours.secret, body, f"msg_b{first}")
            answer = fetch(ours.http_port, "POST", "/webhooks/standard", headers, body)
            assert answer.status == 200, f"a batch was answered {answer.status}"
        ours.serve.kill()
        begin = time.monotonic()
        ours.start_serve()
        seconds = time.monotonic() - begin
        assert ours.books()["pending"] == responses
        return Backlog(responses, seconds, ours.serve.resident_kib / empty)


def line(name: str, values: list[float], form: str) -> str:
    columns = (min(values), statistics.median(values), max(values))
    return f"{name:<58}" + "".join(f"{format(value, form):>11}" for value in columns)


def ratios(above: list[Figure], below: list[Figure], of: Callable[[Figure], float]) -> list[float]:
    """Round by round."""
    return [of(a) / of(b) for a, b in zip(above, below, strict=True)]


def print_table(results: dict[str, list[Figure]]) -> None:
    print(f"\n{'':<58}{'min':>11}{'median':>11}{'max':>11}")
    for name, figures in results.items():
        print(line(f"{name}, requests/s", [figure.rate for figure in figures], ",.0f"))
    for name, figures in results.items():
        print(line(f"{name}, server CPU µs/request", [figure.cpu_microseconds for figure in figures], ",.1f"))
    rates = ratios(results["durable accept"], results["bare GET"], lambda figure: figure.rate)
    costs = ratios(results["durable accept"], results["nginx bare 200"], lambda figure: figure.cpu_microseconds)
    mapping = [
        mapped.cpu_microseconds - plain.cpu_microseconds
        for mapped, plain in zip(results["durable accept by jq"], results["durable accept"], strict=True)
    ]
    print(line("a Typeform payload's mapping by jq, CPU µs", mapping, ",.1f"))
    print(line("durable accepts/s ÷ bare GET/s", rates, ".2f"))
    print(line("CPU per durable accept ÷ nginx's per bare 200", costs, ".2f"))


def main() -> int:
    parser = argparse.ArgumentParser(prog="deploy/bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="default %(default)s")
    parser.add_argument("--seconds", type=int, default=5, help="of each load in each round, default %(default)s")
    parser.add_argument("--backlog", type=int, default=1_000_000, help="responses that wait, default %(default)s")
    options = parser.parse_args()
    print(f"{CONNECTIONS} connections, {BODY_BYTES}-byte signed bodies, every 200 durable, wrk on the same machine")
    print_table(take_rounds(options.rounds, options.seconds))
    backlog = pile_up(options.backlog)
    print(f"\nwith {backlog.responses:,} waiting, after kill -9")
    print(f"{'start to ready, s':<58}{backlog.start_seconds:>11.2f}")
    print(f"{'resident memory ÷ that of an empty queue':<58}{backlog.memory:>11.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
