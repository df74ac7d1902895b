"""A standby that doesn't have all becomes the primary: what is lost is warned of, and nothing is doubled."""

import time
from dataclasses import dataclass
from typing import Any

from harness.fleet import Fleet
from harness.ledger import Comparison
from harness.postgres import PostgresPair
from harness.waiting import wait_until
from harness.webhook import response_id
from scenarios.failover import SANDBOX
from scenarios.shared_traffic import Traffic
from scenarios.storm import Note, Story

LOSS_WARNING = "may be missing"


@dataclass(frozen=True)
class LossResult:
    """How the promotion of a standby went that didn't have all."""

    comparison: Comparison
    lost: int
    """Contents that were acknowledged while the standby got nothing, and are nowhere."""
    lost_wrongly: list[str]
    """Those that were acknowledged before."""
    hold_seconds: float
    """From the promotion to the next request to the API."""
    warnings: int
    """Collectors that say that acknowledged answers may be missing."""
    overlaps: int
    unexpected: list[str]


def lose(fleet: Fleet, pair: PostgresPair, *, rate: float, note: Note) -> LossResult:
    """Promotes a standby that is behind, while a request to the API is under way and responses come in."""
    fleet.start()
    fleet.sandbox.set_faults(SANDBOX)
    with Traffic(fleet.members, rate, "loss") as traffic:
        story = Story(note)
        fleet.await_arrival(3)
        # Otherwise what is lost in the database would have been delivered.
        fleet.sandbox.set_faults({"slow": 1, "slow-delay": 25_000})
        wait_until(lambda: not fleet.sandbox.faults().get("slow"), "a long request", interval=0.005)
        held_at = time.time()
        pair.await_copy()
        pair.hold_back()
        story.tell("the standby gets no more")
        traffic.await_acknowledged(50)
        requests = len(fleet.sandbox.writes()["arrivals"])
        promoted_at = time.time()
        pair.promote("kill")
        story.tell("promoted the standby")
        traffic.await_acknowledged(50)
        story.tell("responses are acknowledged again")
        fleet.await_arrival(requests)
        story.tell("requests arrive at the API again")
        arrivals = fleet.sandbox.writes()["arrivals"]
        traffic.finish()
    fleet.members[0].deployment.await_drained()
    story.tell("everything is delivered")
    records = {record["sourceId"]: record for record in fleet.sandbox.records()}
    lost = lost_contents(traffic, records)
    return LossResult(
        comparison=Comparison.of(traffic.promises, fleet.sandbox.records()),
        lost=len(lost),
        lost_wrongly=[name for name, at in lost.items() if at < held_at],
        hold_seconds=arrivals[requests] / 1_000 - promoted_at,
        warnings=sum(1 for member in fleet.members if LOSS_WARNING in member.deployment.serve.log.read_text()),
        overlaps=fleet.sandbox.writes()["overlaps"],
        unexpected=traffic.unexpected,
    )


def lost_contents(traffic: Traffic, records: dict[str, dict[str, Any]]) -> dict[str, float]:
    """The names of responses that are missing or have an older content, and when what is lost was acknowledged."""
    lost: dict[str, float] = {}
    for (name, version), at in traffic.acknowledged_at.items():
        key = response_id(name)
        record = records.get(key)
        if record is None or (version == 1 and record["nps"] != traffic.promises[key].score):
            lost[name] = min(at, lost.get(name, at))
    return lost
