"""What is done to several collectors and to their database while responses come in."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

from harness.fleet import Fleet, Member
from harness.network import Peer
from harness.postgres import Postgres, PostgresPair
from harness.waiting import wait_until
from scenarios.shared_traffic import Traffic

TRUST_SECONDS = 2.4
"""So long a leader goes on without hearing from the database."""

Note = Callable[[str], None]


@dataclass
class Story:
    """What was done to whom and when, for people and for the search for the longest gap."""

    note: Note
    begin: float = field(default_factory=time.time)
    strikes: Counter[str] = field(default_factory=Counter)
    _excused: list[tuple[float, float]] = field(default_factory=list)

    def tell(self, what: str, strike: str | None = None) -> None:
        """`strike` says what is counted."""
        if strike:
            self.strikes[strike] += 1
        self.note(f"{time.time() - self.begin:6.1f} s  {what}")

    @contextmanager
    def excused(self) -> Iterator[None]:
        """While this lasts, nothing need arrive at the API."""
        begin = time.time()
        try:
            yield
        finally:
            self._excused.append((begin, time.time()))

    def longest_gap(self, arrivals: list[int], end: float) -> float:
        """Seconds between two arrivals at the API, until `end`. A gap that touches an excused time isn't counted."""
        seconds = [milliseconds / 1_000 for milliseconds in arrivals if milliseconds / 1_000 <= end]
        gaps = [
            (later - earlier, earlier)
            for earlier, later in pairwise(seconds)
            if not any(begin < later and earlier < finish for begin, finish in self._excused)
        ]
        gap, earlier = max(gaps, default=(0.0, self.begin))
        self.tell(f"the longest time without a request was {gap:.2f} s, from {earlier - self.begin:.1f} s on")
        return gap


class Storm:
    """What is done to the collectors and to their database while the traffic goes on. Each step returns when requests
    arrive at the API again."""

    def __init__(self, fleet: Fleet, traffic: Traffic, seed: int, note: Note) -> None:
        self.fleet = fleet
        self.traffic = traffic
        self.chance = random.Random(seed)
        self.story = Story(note)
        self._timers: list[threading.Timer] = []

    def kill(self, count: int) -> None:
        """Kills one after the other, whichever; a leader is caught sending every other time."""
        for number in range(count):
            victim = self.chance.choice([member for member in self.fleet.members if member.answers])
            with self._bereaved(victim, is_sending=number % 2 == 0) as what:
                victim.kill()
                self.story.tell(f"killed {what}", "kills")
            self.traffic.await_acknowledged(self.chance.randint(1, 30))
            victim.start()

    def freeze_leader(self, seconds: float, *, is_sending: bool = False) -> None:
        """For so long; goes on as soon as requests arrive."""
        leader = self.fleet.leader()
        with self._bereaved(leader, is_sending=is_sending) as what:
            leader.freeze()
            self.story.tell(f"froze {what} for {seconds:.1f} s", "freezes")
            self._later(seconds, leader.thaw)

    def cut_leader(self, seconds: float, *peers: Peer, is_sending: bool = False) -> None:
        """From these, for so long; goes on as soon as requests arrive."""
        leader = self.fleet.leader()
        with self._bereaved(leader, is_sending=is_sending) as what:
            leader.cut(*peers)
            self.story.tell(f"cut {what} from {' and '.join(peer.name for peer in peers)} for {seconds:.1f} s", "cuts")
            self._later(seconds, leader.mend)

    def hand_over(self, member: Member) -> None:
        """Makes this one the leader, by restarting the others as an upgrade does."""
        while (leader := self.fleet.leader()) is not member:
            with self._arrival():
                status = leader.deployment.serve.stop()
                self.story.tell(f"stopped {leader.name}", "hand-overs")
            if status != 0:
                self.traffic.ledgers[0].note_unexpected(f"{leader.name} ended with {status}")
            leader.start()

    def restart_database(self, server: Postgres, mode: str) -> None:
        with self._arrival():
            server.control(mode)
            self.story.tell(f"restarted PostgreSQL: {mode}", "restarts")

    def terminate(self, server: Postgres) -> None:
        """Ends one of the collectors' connections, whichever."""
        chosen = "application_name LIKE 'nps-collector/%' ORDER BY random() LIMIT 1"
        server.sql("postgres", f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {chosen}")
        self.story.tell("terminated a connection", "terminations")

    def promote(self, pair: PostgresPair, mode: str) -> None:
        # The leader has to have noticed that commits wait for the standby.
        self.traffic.await_acknowledged(int(2 * self.traffic.rate))
        with self._arrival():
            pair.promote(mode)
            self.story.tell(f"promoted the standby: the primary was stopped, {mode}", "promotions")

    def await_thaw(self) -> None:
        """Until nobody is frozen or cut off."""
        for timer in self._timers:
            timer.join()

    def rage(self, pair: PostgresPair, seconds: float) -> None:
        """Does anything of this, one thing after the other, for so long. Of three collectors at most one is away for
        longer."""
        end = time.monotonic() + seconds
        ways = ("fast", "immediate", "kill")
        while time.monotonic() < end:
            self._timers = [timer for timer in self._timers if timer.is_alive()]
            away = self.chance.uniform(0.1, 90 if self.chance.random() < 0.3 else 5)
            is_sending = self.chance.random() < 0.5 and away > TRUST_SECONDS
            kinds = ["kill"] * 6 + ["restart", "promote", "terminate"]
            kinds += [] if self._timers else ["freeze", "cut", "cut", "part", "reset"]
            match self.chance.choice(kinds):
                case "kill":
                    self.kill(1)
                case "restart":
                    self.restart_database(pair.primary, self.chance.choice(ways))
                case "terminate":
                    self.terminate(pair.primary)
                case "promote":
                    self.promote(pair, self.chance.choice(ways))
                    pair.renew_standby()
                case "freeze":
                    self.freeze_leader(away, is_sending=is_sending)
                case "cut":
                    self.cut_leader(away, Peer.DATABASE, is_sending=is_sending)
                case "part":
                    self.cut_leader(away, Peer.DATABASE, Peer.API, is_sending=is_sending)
                case "reset":
                    self.fleet.leader().reset(self.chance.choice((Peer.DATABASE, Peer.API)))
                    self.story.tell("reset the leader's connections", "resets")
            self.traffic.await_acknowledged(self.chance.randint(1, 60))

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        timer = threading.Timer(seconds, action)
        timer.start()
        self._timers.append(timer)

    @contextmanager
    def _bereaved(self, victim: Member, *, is_sending: bool) -> Iterator[str]:
        """Before: if the victim forwards and `is_sending`, a request of it is under way that takes long. Gives a name
        for the victim, which says so. After: waits until others forward."""
        if not victim.forwards:
            yield victim.name
            return
        if is_sending:
            self.fleet.sandbox.set_faults({"slow": 1})
            wait_until(lambda: not self.fleet.sandbox.faults().get("slow"), "a long request", interval=0.005)
        with self._arrival():
            yield f"{victim.name}, which was {'sending' if is_sending else 'the leader'}"

    @contextmanager
    def _arrival(self) -> Iterator[None]:
        """After what is done within, waits until somebody forwards, and then for the next request to the API: one that
        arrives before may be the last of who forwarded until then."""
        yield
        self.fleet.leader()
        self.fleet.await_arrival(len(self.fleet.sandbox.writes()["arrivals"]))
