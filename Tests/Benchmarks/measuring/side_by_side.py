"""Our requests and the same ones of nginx and a Go receiver, in turns: rates, server CPU, and their ratios."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from harness.deployment import Deployment
from measuring import servers, signed_requests
from measuring.table import cpu, print_head, print_line, rate, ratios
from measuring.wrk import Figure, Load

BARE = "bare GET /livez"
ACCEPT = "durable accept"
MAPPED = "durable accept by jq"
FORM = "GET /survey"
LINK = "GET /s/TOKEN/9"
GO_BARE = "Go net/http, bare 200"
GO_ACCEPT = "Go net/http + SQLite, durable accept"
NGINX = "nginx, bare 200"

Results = dict[str, list[Figure]]
"""One figure a round."""


@dataclass(frozen=True)
class Measured:
    """The servers of all loads."""

    deployment: Deployment
    ours: servers.Server
    nginx: servers.Server
    receiver: servers.Server | None

    def take_round(self, seconds: int) -> dict[str, Figure]:
        """Every load for so long. The receiver gets the very requests that we got."""
        secret, directory = self.deployment.secret, self.deployment.directory
        figures = {
            BARE: get(self.ours, "/livez").measure(seconds),
            FORM: get(self.ours, "/survey").measure(seconds),
            LINK: get(self.ours, servers.link()).measure(seconds),
            NGINX: get(self.nginx).measure(seconds),
        }
        mapped = signed_requests.prepare(signed_requests.mapped, secret, directory, seconds)
        figures[MAPPED] = Load(self.ours.address, self.ours.processes, mapped).measure(seconds)
        signed = signed_requests.prepare(signed_requests.standard, secret, directory, seconds)
        figures[ACCEPT] = Load(self.ours.address, self.ours.processes, signed).measure(seconds)
        if self.receiver:
            figures[GO_ACCEPT] = Load(self.receiver.address, self.receiver.processes, signed).measure(seconds)
            figures[GO_BARE] = get(self.receiver).measure(seconds)
        return figures


def get(server: servers.Server, path: str = "/") -> Load:
    return Load(server.address + path, server.processes)


def take_rounds(directory: Path, rounds: int, seconds: int, log_level: str) -> Results:
    """All loads in each round, after a short one that only warms up."""
    results: Results = {}
    with ExitStack() as stack:
        deployment = stack.enter_context(Deployment(directory, servers.settings(log_level)))
        ours = stack.enter_context(servers.collector(deployment))
        nginx = stack.enter_context(servers.nginx(directory))
        missing = servers.missing_for_receiver()
        if missing:
            print(f"The Go receiver is not measured: {missing}.")
        receiver = None if missing else stack.enter_context(servers.go_receiver(directory, deployment.secret))
        measured = Measured(deployment, ours, nginx, receiver)
        for number in range(rounds + 1):
            figures = measured.take_round(seconds if number else 1)
            print(f"round {number} of {rounds}" if number else "warmed up", flush=True)
            for name, figure in figures.items() if number else ():
                results.setdefault(name, []).append(figure)
    return results


def print_results(results: Results) -> None:
    names = [name for name in (BARE, ACCEPT, MAPPED, FORM, LINK, GO_BARE, GO_ACCEPT, NGINX) if name in results]
    print_head("requests/s")
    for name in names:
        print_line(name, map(rate, results[name]), ",.0f")
    print_head("server CPU, µs a request")
    for name in names:
        print_line(name, map(cpu, results[name]), ",.1f")
    mapping = zip(results[MAPPED], results[ACCEPT], strict=True)
    print_line("a Typeform payload's mapping by jq", [cpu(mapped) - cpu(plain) for mapped, plain in mapping], ",.1f")
    print_head("ratios")
    if GO_ACCEPT in results:
        costs, rates = (ratios(results[ACCEPT], results[GO_ACCEPT], of) for of in (cpu, rate))
        print_line("CPU of an accept ÷ the Go receiver's", costs, ".2f", "≤ 0.45")
        print_line("accepts/s ÷ the Go receiver's", rates, ".2f", "≥ 6")
        print_line("CPU of a bare GET ÷ that of Go's bare 200", ratios(results[BARE], results[GO_BARE], cpu), ".2f")
    print_line("CPU of an accept ÷ that of nginx's bare 200", ratios(results[ACCEPT], results[NGINX], cpu), ".2f")
    print_line("accepts/s ÷ bare GET/s", ratios(results[ACCEPT], results[BARE], rate), ".2f")
    print_line("CPU of GET /survey ÷ that of an accept", ratios(results[FORM], results[ACCEPT], cpu), ".2f")
