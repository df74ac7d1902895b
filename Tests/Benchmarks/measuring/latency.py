"""How long an accept takes at half the rate that the collector can accept, beside the disk's own syncs."""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from harness.deployment import Deployment
from measuring import servers, signed_requests
from measuring.disk import fdatasync_seconds, percentile
from measuring.steady_load import Latencies, SteadyLoad
from measuring.table import print_head, print_line
from measuring.wrk import CONNECTIONS


@dataclass(frozen=True)
class Round:
    """Accepts, and syncs of the same disk right before and right after them."""

    accepts: Latencies
    syncs: list[float]


def take_rounds(directory: Path, rounds: int, seconds: int, rate: float, log_level: str) -> list[Round]:
    """At `rate` requests a second, after a second that only warms up."""
    with (
        Deployment(directory, servers.settings(log_level)) as deployment,
        servers.collector(deployment),
    ):
        load = SteadyLoad(deployment.http_port, rate, CONNECTIONS)

        def accept(seconds: int) -> Latencies:
            requests = signed_requests.series(signed_requests.standard, deployment.secret)
            return load.send(list(islice(requests, max(1, int(rate * seconds)))))

        def take_round() -> Round:
            before = fdatasync_seconds(directory, seconds / 2)
            accepts = accept(seconds)
            return Round(accepts, before + fdatasync_seconds(directory, seconds / 2))

        accept(1)
        return [take_round() for _ in range(rounds)]


def print_results(rounds: list[Round], rate: float) -> None:
    print_head(f"latency at half load ({rate:,.0f} accepts/s), µs")
    for share in (0.5, 0.99):
        name = f"p{share * 100:.0f}"
        print_line(f"accept, {name}", [percentile(each.accepts.answers, share) * 1e6 for each in rounds], ",.0f")
        print_line(f"the disk's fdatasync, {name}", [percentile(each.syncs, share) * 1e6 for each in rounds], ",.0f")
    late = [percentile(each.accepts.lateness, 0.99) * 1e6 for each in rounds]
    print_line("lateness of the load itself, p99 (not in the latency)", late, ",.0f")
    ratios = [percentile(each.accepts.answers, 0.99) / percentile(each.syncs, 0.99) for each in rounds]
    print_line("p99 of an accept ÷ p99 of fdatasync", ratios, ".2f", "≤ 3")
