"""Several collectors share a PostgreSQL; whatever goes down, another one forwards, and each answer is there once.

What was being sent when its collector went waits for a minute, because the API may still be at work on it. All trials
run at the same time, so that they wait together.
"""

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from harness.deployment import Deploy
from harness.fleet import new_fleet
from harness.network import Peer, can_make_networks
from harness.postgres import running_pair, running_postgres
from scenarios.failover import LONGEST_GAP, FailoverResult, weather
from scenarios.lossy_promotion import LossResult, lose
from scenarios.storm import Storm

HOLD = 60.0
"""Seconds in which nobody forwards after claims may have been lost: a request may still be under way."""

RATE = 40.0
"""Responses a second, each of which comes to every collector."""

Trial = Callable[[Deploy], FailoverResult]


def kills_and_freezes(deploy: Deploy) -> FailoverResult:
    def strike(storm: Storm) -> None:
        storm.hand_over(storm.fleet.members[1])
        storm.freeze_leader(0.1)
        storm.freeze_leader(2)
        storm.freeze_leader(12, is_sending=True)
        storm.await_thaw()
        # It comes back when what it was sending has been sent again by others.
        storm.freeze_leader(90, is_sending=True)
        storm.kill(20)

    with running_postgres(secrets.token_hex(12)) as server, new_fleet(deploy, [server], 3) as fleet:
        return weather(fleet, lambda: server, strike, rate=RATE, seed=1, note=print)


def restarts_and_promotions(deploy: Deploy) -> FailoverResult:
    with running_pair(secrets.token_hex(12), synchronous=True) as pair:

        def strike(storm: Storm) -> None:
            for mode in ("fast", "immediate", "kill"):
                storm.restart_database(pair.primary, mode)
            for mode in ("fast", "immediate", "kill"):
                storm.promote(pair, mode)
            storm.lose_standby(pair, 8)

        with new_fleet(deploy, pair.servers, 3) as fleet:
            return weather(fleet, lambda: pair.primary, strike, rate=RATE, seed=2, note=print)


def cuts(deploy: Deploy) -> FailoverResult:
    def strike(storm: Storm) -> None:
        inside, outside = storm.fleet.members
        storm.cut_leader(30, Peer.DATABASE, is_sending=True)
        storm.cut_leader(1, Peer.DATABASE)
        storm.await_thaw()
        # Whoever is still waiting for an answer, from before it was cut off, sends nothing else until then.
        with storm.story.excused():
            storm.hand_over(inside)
        storm.cut_leader(10, Peer.DATABASE, Peer.API, is_sending=True)
        storm.await_thaw()
        outside.reset(Peer.DATABASE, Peer.API)
        if not networked:
            storm.story.tell("no network can be made here, so nobody was cut off from the API alone")
            return
        # A leader that can't reach the API hands over when it has tried for a minute.
        with storm.story.excused():
            storm.hand_over(inside)
            storm.cut_leader(150, Peer.API)

    networked = [0] if can_make_networks() else []
    with running_postgres(secrets.token_hex(12)) as server, new_fleet(deploy, [server], 2, networked) as fleet:
        return weather(fleet, lambda: server, strike, rate=RATE, seed=3, note=print)


@dataclass(frozen=True)
class Outcomes:
    """Of the trials, which go on."""

    clean: dict[str, Future[FailoverResult]]
    lossy: Future[LossResult]


def freeze_before_the_write(deploy: Deploy) -> FailoverResult:
    """The leader stops when it may send and hasn't yet. Were it to go on, its request would come among others."""

    def strike(storm: Storm) -> None:
        storm.await_end(storm.fleet.members[0])

    with running_postgres(secrets.token_hex(12)) as server, new_fleet(deploy, [server], 2) as fleet:
        # Nobody asks this one anything. So the first bytes that it writes in several pieces are a request to the API.
        leader = fleet.members[0]
        stop = "inject=writev:delay_enter=20s:when=1"
        trace = leader.deployment.directory / "trace"
        leader.under = ["strace", "-D", "-f", "-e", "trace=writev", "-e", stop, "-o", str(trace)]
        return weather(fleet, lambda: server, strike, rate=RATE, seed=4, note=print, silent=1)


TRIALS: dict[str, Trial] = {
    "kills and freezes": kills_and_freezes,
    "restarts and promotions": restarts_and_promotions,
    "cuts": cuts,
    "freeze before the write": freeze_before_the_write,
}


def lossy_promotion(deploy: Deploy) -> LossResult:
    with running_pair(secrets.token_hex(12), synchronous=False) as pair, new_fleet(deploy, pair.servers, 2) as fleet:
        return lose(fleet, pair, rate=RATE, note=print)


@pytest.fixture(scope="module")
def outcomes(deploy_for_module: Deploy) -> Iterator[Outcomes]:
    with ThreadPoolExecutor(len(TRIALS) + 1) as threads:
        clean = {name: threads.submit(trial, deploy_for_module) for name, trial in TRIALS.items()}
        yield Outcomes(clean, threads.submit(lossy_promotion, deploy_for_module))


@pytest.mark.parametrize("name", TRIALS)
def test_each_answer_is_there_once_and_another_collector_goes_on(outcomes: Outcomes, name: str) -> None:
    result = outcomes.clean[name].result()
    assert result.is_clean, result
    # All trials share the processors, so it takes longer than the soak allows.
    assert result.longest_gap <= 2 * LONGEST_GAP, result


def test_what_a_standby_did_not_have_is_warned_of_and_nothing_is_doubled(outcomes: Outcomes) -> None:
    result = outcomes.lossy.result()
    assert result.lost > 0, "nothing was lost, so nothing was proved"
    assert result.lost_wrongly == result.unexpected == []
    assert result.comparison.duplicated == result.overlaps == 0, result
    assert result.warnings > 0, result
    assert result.hold_seconds >= HOLD, result
