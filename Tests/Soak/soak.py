"""The scenarios of the acceptance tests at full length, and a table of what they found."""

import argparse
import csv
import io
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from harness import canary
from harness.deployment import BOOKS, Deployment, deployments
from harness.fleet import new_fleet
from harness.links import new_key
from harness.network import can_make_networks
from harness.postgres import running_pair
from harness.testssl import findings
from scenarios.chaos import BATCH, chaos
from scenarios.failover import LONGEST_GAP, weather
from scenarios.http2_floods import REFUSED, STALLING, storm
from scenarios.idle_proxies import PAUSES, ask_after_pauses
from scenarios.kills import kill_repeatedly
from scenarios.load_result import LoadResult
from scenarios.mail_scanner import scan
from scenarios.mixed_payloads import CONFIGURATION, MixedResult, send_mixed_payloads
from scenarios.outage import outage
from scenarios.rolling_upgrade import rolling_upgrade
from scenarios.slow_attacks import ATTACKS, LONGEST, MOST_MIB, deployment_settings
from scenarios.storm import Storm

TRIALS = ("kills", "outage", "chaos", "mixture", "scanner", "failover", "edge")
UPGRADE = "upgrade"
"""Needs another program, so it is no part of all."""
RESPONSES_PER_SECOND = 133
FLOODS, FLOOD_SECONDS = 20, 20
GROWTH = 1.1
"""How much the resident memory may grow while payloads keep coming."""
OVERLAP = {"overlap-window": 300, "post-duplicate": "duplicate"}

COLUMNS = ("trial", "minutes", "promised", "arrived", "missing", "doubled", "different", "cut off", "verdict")
LAYOUT = "{:<22} {:>8} {:>9} {:>9} {:>8} {:>8} {:>10} {:>8}  {}"

Trial = Callable[[], bool]
"""Runs, prints what it found, and returns whether all is well."""


@contextmanager
def deployment(settings: dict[str, Any]) -> Iterator[Deployment]:
    """One in a directory that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="nps-soak-") as directory, Deployment(Path(directory), settings) as made:
        yield made


def report(lines: dict[str, object], is_well: bool) -> bool:
    for name, value in lines.items():
        print(f"{name:<28}{value}")
    print(f"{'verdict':<28}{'clean' if is_well else 'NOT CLEAN'}")
    return is_well


def load_trial(name: str, scenario: Callable[[Deployment], LoadResult]) -> bool:
    print(f"running: {name}", flush=True)
    with deployment({"planhat": {"batch-size": 500}, "log": {"level": "info"}}) as started:
        result = scenario(started)
    found = result.comparison
    is_well = found.is_clean and not result.unexpected and result.books["parked"] == 0
    minutes = f"{result.seconds / 60:.1f}"
    counts = (found.promised, found.arrived, found.missing, found.duplicated, found.different, result.interruptions)
    verdict = "clean" if is_well else f"NOT CLEAN {result.books} {result.unexpected[:3]}"
    print(LAYOUT.format(*COLUMNS))
    print(LAYOUT.format(name, minutes, *counts, verdict))
    return is_well


def kills_trial(kills: int, seed: int) -> bool:
    return load_trial(f"{kills} x kill -9", lambda started: kill_repeatedly(started, kills, seed))


def outage_trial(responses: int) -> bool:
    return load_trial(f"outage, {responses:,}", lambda started: outage(started, responses, away_seconds=60))


def upgrade_trial(other: Path, seconds: float, seed: int) -> bool:
    print(f"running: two collectors change between this program and {other} for {seconds:g} s", flush=True)
    with tempfile.TemporaryDirectory(prefix="nps-soak-") as directory, deployments(Path(directory)) as deploy:
        result = rolling_upgrade(deploy, other, seconds, seed)
    found = result.comparison
    lines: dict[str, object] = {
        "starts": ", ".join(f"{count} of {program}" for program, count in sorted(result.changes.items())),
        "promised / arrived": f"{found.promised:,} / {found.arrived:,}",
        "missing / doubled": f"{found.missing} / {found.duplicated}, {found.different} different",
        "minutes": f"{result.seconds / 60:.1f}",
        "unexpected": result.unexpected[:3] or "nothing",
    }
    return report(lines, result.is_clean)


def chaos_trial(seconds: float, behaviour: dict[str, Any]) -> bool:
    print(f"running: a storm of {seconds} s {behaviour or ''}", flush=True)
    with deployment({"planhat": {"batch-size": BATCH}, "log": {"level": "info"}}) as started:
        result = chaos(started, int(seconds * RESPONSES_PER_SECOND), seconds, seed=1, behaviour=behaviour)
    return report(vars(result), result.is_clean and result.is_economical)


def mixture_trial(payloads: int) -> bool:
    print(f"running: {payloads:,} mixed payloads through standard and typeform", flush=True)
    with deployment(CONFIGURATION) as started:
        result = send_mixed_payloads(started, payloads)
    return report(
        mixture_lines(result), result.comparison.is_clean and not result.unexpected and result.growth <= GROWTH
    )


def mixture_lines(result: MixedResult) -> dict[str, object]:
    found = result.comparison
    return {
        "payloads": f"{result.payloads:,} in {result.seconds / 60:.1f} minutes",
        "answers": ", ".join(f"{count:,} {said}" for said, count in sorted(result.answers.items())),
        "promised / arrived": f"{found.promised:,} / {found.arrived:,}",
        "missing / doubled": f"{found.missing} / {found.duplicated}",
        "quarantined": f"{result.quarantined:,} expected, {result.books['quarantined']:,} there",
        "memory, MiB": " ".join(str(kib // 1024) for kib in result.residents),
        "memory, last ÷ 2nd quarter": f"{result.growth:.2f}, at most {GROWTH}",
        "unexpected": result.unexpected[:3] or "nothing",
    }


def scanner_trial(links: int) -> bool:
    print(f"running: a scanner opens {links:,} links with all scores, 20 times", flush=True)
    with deployment({"survey": {"link-keys": [f"k:{new_key()}"]}, "log": {"level": "info"}}) as started:
        started.start()
        contacts = "email\n" + "".join(f"{canary.address(str(number))}\n" for number in range(links))
        minted = started.run("links", typed=contacts)
        assert minted.returncode == 0, minted.stderr
        tokens = [row["link"].rpartition("/")[2] for row in csv.DictReader(io.StringIO(minted.stdout))]
        begin = time.monotonic()
        count = scan(started, tokens, rounds=20)
        accepted = started.books()["accepted"]
    minutes = (time.monotonic() - begin) / 60
    lines = {"requests": f"{count:,} to {len(tokens):,} links in {minutes:.1f} minutes", "recorded": accepted}
    return report(lines, accepted == 0 and len(tokens) == links)


def failover_trial(seconds: float, seed: int) -> bool:
    print(f"running: three collectors on a PostgreSQL with a standby, {seconds} s of whatever may happen", flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="nps-soak-") as directory,
        running_pair(secrets.token_hex(12), synchronous=True) as pair,
        deployments(Path(directory)) as deploy,
        new_fleet(deploy, pair.servers, 3, networked=[0] if can_make_networks() else []) as fleet,
    ):
        strike = partial(Storm.rage, pair=pair, seconds=seconds)
        result = weather(fleet, lambda: pair.primary, strike, rate=40, seed=seed, note=partial(print, flush=True))
    found = result.comparison
    lines = {
        "seconds": f"{result.seconds:.0f}",
        "what was done": ", ".join(f"{count} {what}" for what, count in sorted(result.strikes.items())),
        "promised / arrived": f"{found.promised:,} / {found.arrived:,}",
        "missing, doubled, different": f"{found.missing} / {found.duplicated} / {found.different}",
        "requests, overlaps": f"{result.requests:,}, {result.overlaps}",
        "books": ", ".join(f"{result.books[state]:,} {state}" for state in BOOKS),
        "rows": ", ".join(f"{count:,} {state}" for state, count in result.rows.items()),
        "longest gap, s": f"{result.longest_gap:.1f}, at most {LONGEST_GAP}",
        "cut off": result.interruptions,
        "unexpected": result.unexpected[:3] or "nothing",
    }
    return report(lines, result.is_clean and result.longest_gap <= LONGEST_GAP)


def slow_attack_trial(name: str) -> bool:
    print(f"running: {name}, over TLS, with no limit for their address", flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="nps-soak-") as directory,
        deployment(deployment_settings(Path(directory))) as attacked,
    ):
        attacked.trust(Path(directory) / "certificate.pem")
        attacked.start_serve()
        watch = ATTACKS[name](attacked)
    lines: dict[str, object] = {
        "attackers at once": f"{watch.attackers:,}",
        "longest connection, s": f"{watch.longest:.1f}, at most {LONGEST:g}",
        "memory, MiB": f"{watch.most_mib}, at most {MOST_MIB}",
        "somebody else": f"{len(watch.answers)} answers, the slowest after {watch.slowest * 1_000:.0f} ms",
        "without an answer": watch.unanswered[:3] or "nobody",
    }
    return report(lines, watch.is_well)


def flood_trial(name: str) -> bool:
    print(f"running: HTTP/2, {name}, on {FLOODS} connections at once for {FLOOD_SECONDS} s", flush=True)
    with tempfile.TemporaryDirectory(prefix="nps-soak-") as directory:
        settings = deployment_settings(Path(directory)) | {"http": {}}
        with deployment(settings) as flooded:
            flooded.trust(Path(directory) / "certificate.pem")
            flooded.start_serve()
            watch = storm(flooded, name, FLOOD_SECONDS, FLOODS)
            is_alive = flooded.serve.is_running
    lines: dict[str, object] = {
        "memory, MiB": f"{watch.grown_mib:.0f} more, at most {MOST_MIB}",
        "somebody else": f"{watch.answers} answers",
        "without an answer": watch.unanswered[:3] or "nobody",
    }
    return report(lines, is_alive and not watch.unanswered and watch.answers > 10 and watch.grown_mib <= MOST_MIB)


def idle_proxies_trial() -> bool:
    print(f"running: requests through each proxy after pauses of {PAUSES[0]} to {PAUSES[-1]} s", flush=True)
    with tempfile.TemporaryDirectory(prefix="nps-soak-") as directory:
        settings = {"public-url": "https://localhost/feedback", "trusted-proxies": ["127.0.0.1/32"]}
        with deployment({"http": settings, "log": {"level": "info"}}) as started:
            started.start_serve()
            statuses = ask_after_pauses(started, Path(directory))
    answered = ", ".join(f"{count} {what}" for what, count in sorted(statuses.items()))
    return report({"answers": answered}, all(what.endswith(" 200") for what in statuses))


def testssl_trial() -> bool:
    print("running: testssl.sh, which takes minutes", flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="nps-soak-") as directory,
        deployment(deployment_settings(Path(directory))) as scanned,
    ):
        scanned.trust(Path(directory) / "certificate.pem")
        scanned.start_serve()
        found = findings(scanned.http_port, Path(directory))
    return report({"LOW or above": "; ".join(found) or "nothing but that the certificate is self-signed"}, not found)


def is_well(trial: Trial) -> bool:
    """Runs a trial; one that is broken off is not well, and the next one still runs."""
    try:
        return trial()
    except AssertionError as problem:
        print(f"broken off: {problem}")
        return False
    finally:
        print(flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="deploy/soak", description=__doc__)
    parser.add_argument("trials", nargs="*", help=f"of {', '.join(TRIALS)}; all without any (default)")
    parser.add_argument("--kills", type=int, default=500, help="SIGKILLs of the collector (default %(default)s)")
    parser.add_argument("--responses", type=int, default=10_000, help="during the outage (default %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of what happens by chance (default %(default)s)")
    parser.add_argument("--payloads", type=int, default=100_000, help="good and bad, mixed (default %(default)s)")
    parser.add_argument("--seconds", type=int, default=1_500, help="of the storms (default %(default)s)")
    parser.add_argument("--other", type=Path, help="the program of another version, for the trial upgrade")
    options = parser.parse_args()
    unknown = set(options.trials) - {*TRIALS, UPGRADE}
    if unknown:
        parser.error(f"there is no trial {', '.join(sorted(unknown))}; there are {', '.join((*TRIALS, UPGRADE))}")
    if UPGRADE in options.trials and not (options.other and options.other.is_file()):
        parser.error("the trial upgrade needs --other PROGRAM")

    trials: dict[str, list[Trial]] = {
        "kills": [partial(kills_trial, options.kills, options.seed)],
        "outage": [partial(outage_trial, options.responses)],
        "chaos": [partial(chaos_trial, options.seconds, {}), partial(chaos_trial, options.seconds, OVERLAP)],
        "mixture": [partial(mixture_trial, options.payloads)],
        "scanner": [partial(scanner_trial, 1_000)],
        UPGRADE: [partial(upgrade_trial, options.other, min(options.seconds, 600), options.seed)],
        "failover": [partial(failover_trial, options.seconds, options.seed)],
        "edge": [
            *(partial(slow_attack_trial, name) for name in ATTACKS),
            *(partial(flood_trial, name) for name in REFUSED | STALLING),
            idle_proxies_trial,
            testssl_trial,
        ],
    }
    chosen = [name for name in (*TRIALS, UPGRADE) if name in (options.trials or TRIALS)]
    verdicts = {name: [is_well(trial) for trial in trials[name]] for name in chosen}
    for name, wells in verdicts.items():
        print(f"{name:<12}{', '.join('clean' if well else 'NOT CLEAN' for well in wells)}")
    return 0 if all(all(wells) for wells in verdicts.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
