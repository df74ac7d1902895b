"""The trials of the acceptance tests at full length, and a table of what they found."""

import argparse
import base64
import csv
import io
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness import canary
from harness.chaos import BATCH, chaos
from harness.deployment import Deployment
from harness.mixture import CONFIGURATION, Outcome, mixture
from harness.program import clean_environment
from harness.scanner import scan
from harness.trials import Trial, outage, storm

COLUMNS = ("trial", "minutes", "promised", "arrived", "missing", "doubled", "different", "cut off", "verdict")
TRIALS = ("kills", "outage", "chaos", "mixture", "scanner")
RESPONSES_PER_SECOND = 133
CALM = 1.05
"""Requests once the storm is over, against the least possible."""
GROWTH = 1.1
"""How much the resident memory may grow while payloads keep coming."""
LAYOUT = "{:<22} {:>8} {:>9} {:>9} {:>8} {:>8} {:>10} {:>8}  {}"


def row(name: str, trial: Trial | AssertionError) -> str:
    if isinstance(trial, AssertionError):
        return f"{name:<22} broken off: {trial}"
    found = trial.reckoning
    verdict = "clean" if is_clean(trial) else f"NOT CLEAN {trial.books} {trial.oddities[:3]}"
    minutes = f"{trial.seconds / 60:.1f}"
    counts = (found.promised, found.arrived, found.missing, found.doubled, found.different, trial.interruptions)
    return LAYOUT.format(name, minutes, *counts, verdict)


def is_clean(trial: Trial | AssertionError) -> bool:
    if isinstance(trial, AssertionError):
        return False
    return trial.reckoning.is_clean and not trial.oddities and trial.books["parked"] == 0


def conduct(begin: Callable[[Deployment], Trial]) -> Trial | AssertionError:
    """One trial in a directory that is removed afterwards, or what broke it off."""
    with tempfile.TemporaryDirectory(prefix="nps-soak-") as directory:
        deployment = Deployment(Path(directory), {"planhat": {"batch-size": 500}, "log": {"level": "info"}})
        try:
            trial = begin(deployment)
            deployment.stop()
            return trial
        except AssertionError as problem:
            deployment.kill()
            return problem


def mix(payloads: int) -> bool:
    """Sends good and bad payloads, prints what came of them, and says whether all is well."""
    with tempfile.TemporaryDirectory(prefix="nps-soak-") as directory:
        deployment = Deployment(Path(directory), CONFIGURATION)
        try:
            outcome = mixture(deployment, payloads)
            deployment.stop()
        except AssertionError as problem:
            deployment.kill()
            print(f"mixed payloads: broken off: {problem}")
            return False
    is_well = outcome.reckoning.is_clean and not outcome.oddities and outcome.growth <= GROWTH
    print_mixture(outcome, "clean" if is_well else f"NOT CLEAN {outcome.oddities[:3]}")
    return is_well


def print_mixture(outcome: Outcome, verdict: str) -> None:
    found = outcome.reckoning
    lines = {
        "payloads": f"{outcome.payloads:,} in {outcome.seconds / 60:.1f} minutes",
        "answers": ", ".join(f"{count:,} {said}" for said, count in sorted(outcome.answers.items())),
        "promised / arrived": f"{found.promised:,} / {found.arrived:,}, {found.missing} missing, {found.doubled} doubled",
        "quarantined": f"{outcome.quarantined:,} expected, {outcome.books['quarantined']:,} there",
        "memory, MiB": " ".join(str(kib // 1024) for kib in outcome.residents),
        "memory, last ÷ 2nd quarter": f"{outcome.growth:.2f}, at most {GROWTH}",
        "verdict": verdict,
    }
    for name, value in lines.items():
        print(f"{name:<28}{value}")


def blow(seconds: float, behaviour: dict[str, Any]) -> bool:
    """The storm of the acceptance tests for as long as is said; prints what came of it, and says whether all is well."""
    with tempfile.TemporaryDirectory(prefix="nps-soak-") as directory:
        deployment = Deployment(Path(directory), {"planhat": {"batch-size": BATCH}, "log": {"level": "info"}})
        try:
            result = chaos(deployment, int(seconds * RESPONSES_PER_SECOND), seconds, seed=1, behaviour=behaviour)
            deployment.stop()
        except AssertionError as problem:
            deployment.kill()
            print(f"chaos: broken off: {problem}")
            return False
    is_well = result.is_clean and result.calm_requests <= CALM * result.least_requests + 1
    for name, value in vars(result).items():
        print(f"{name:<28}{value}")
    print(f"{'verdict':<28}{'clean' if is_well else 'NOT CLEAN'}")
    return is_well


def scanner(links: int) -> bool:
    """Opens every link twenty times with all scores; nothing may be recorded."""
    with tempfile.TemporaryDirectory(prefix="nps-soak-") as directory:
        key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        deployment = Deployment(Path(directory), {"survey": {"link-keys": [f"k:{key}"]}, "log": {"level": "info"}})
        try:
            deployment.start()
            contacts = "email\n" + "".join(f"{canary.address(str(number))}\n" for number in range(links))
            command = [str(word) for word in deployment.command("links")]
            minted = subprocess.run(
                command, cwd=directory, env=clean_environment(), input=contacts, capture_output=True, text=True, check=True
            )
            tokens = [row["link"].rpartition("/")[2] for row in csv.DictReader(io.StringIO(minted.stdout))]
            begin = time.monotonic()
            count = scan(deployment, tokens, rounds=20)
            accepted = deployment.books()["accepted"]
            deployment.stop()
        except AssertionError as problem:
            deployment.kill()
            print(f"scanner: broken off: {problem}")
            return False
    minutes = (time.monotonic() - begin) / 60
    print(f"{count:,} requests to {len(tokens):,} links in {minutes:.1f} minutes recorded {accepted}")
    return accepted == 0 and len(tokens) == links


def table(trials: dict[str, Callable[[Deployment], Trial]]) -> bool:
    results: dict[str, Trial | AssertionError] = {}
    for name, begin in trials.items():
        print(f"running: {name}", flush=True)
        results[name] = conduct(begin)
    print("\n" + LAYOUT.format(*COLUMNS))
    for name, trial in results.items():
        print(row(name, trial))
    return all(map(is_clean, results.values()))


def main() -> int:
    parser = argparse.ArgumentParser(prog="deploy/soak", description=__doc__)
    parser.add_argument("trials", nargs="*", help=f"of {', '.join(TRIALS)}; all without any (default)")
    parser.add_argument("--kills", type=int, default=500, help="SIGKILLs of the collector (default %(default)s)")
    parser.add_argument("--responses", type=int, default=10_000, help="during the outage (default %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments of the kills (default %(default)s)")
    parser.add_argument("--payloads", type=int, default=100_000, help="good and bad, mixed (default %(default)s)")
    parser.add_argument("--seconds", type=int, default=1_500, help="of the storm (default %(default)s)")
    options = parser.parse_args()
    unknown = set(options.trials) - set(TRIALS)
    if unknown:
        parser.error(f"there is no trial {', '.join(sorted(unknown))}; there are {', '.join(TRIALS)}")
    chosen = options.trials or TRIALS

    trials: dict[str, Callable[[Deployment], Trial]] = {}
    if "kills" in chosen:
        trials[f"{options.kills} x kill -9"] = lambda d: storm(d, options.kills, options.seed)
    if "outage" in chosen:
        trials[f"outage, {options.responses:,}"] = lambda d: outage(d, options.responses, away_seconds=60)
    is_well = table(trials) if trials else True
    if "chaos" in chosen:
        for behaviour in ({}, {"overlap-window": 300, "post-duplicate": "duplicate"}):
            print(f"\nrunning: a storm of {options.seconds} s {behaviour or ''}", flush=True)
            is_well = blow(options.seconds, behaviour) and is_well
    if "mixture" in chosen:
        print(f"\nrunning: {options.payloads:,} mixed payloads through standard and typeform", flush=True)
        is_well = mix(options.payloads) and is_well
    if "scanner" in chosen:
        print("\nrunning: a scanner opens 1,000 links with all scores, 20 times", flush=True)
        is_well = scanner(1_000) and is_well
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
