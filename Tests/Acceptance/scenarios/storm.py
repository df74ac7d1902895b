"""What is done to several collectors and to their database while responses come in."""

import random
import signal
import threading
import time
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Self

from harness.fleet import Fleet, Member
from harness.network import Peer
from harness.postgres import Postgres, PostgresPair
from harness.waiting import wait_until
from scenarios.shared_traffic import Traffic

TAKEOVER_SECONDS = 5.0
"""Whoever is away for longer isn't the leader any more."""

Note = Callable[[str], None]


class Pulse:
    """Beats many times a second, and so finds out when this machine is too busy to let anybody run."""

    PAUSE = 0.02

    def __init__(self) -> None:
        self._delays: list[tuple[float, float]] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def lost(self, begin: float, end: float) -> float:
        """Of the seconds between two times of day, those by which beats were late."""
        return sum(delay for at, delay in self._delays if begin <= at <= end)

    def _beat(self) -> None:
        due = time.monotonic() + self.PAUSE
        while not self._ended.wait(max(0.0, due - time.monotonic())):
            now = time.monotonic()
            self._delays.append((time.time(), now - due))
            due = now + self.PAUSE


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

    def longest_gap(self, arrivals: list[int], acknowledged: Iterable[float], end: float, pulse: Pulse) -> float:
        """Seconds between two arrivals at the API, until `end`: from when something was acknowledged after the first,
        less those in which this machine let nobody run. A gap that touches an excused time isn't counted."""
        seconds = [milliseconds / 1_000 for milliseconds in arrivals if milliseconds / 1_000 <= end]
        due = sorted(acknowledged)
        longest, since = 0.0, self.begin
        for earlier, later in pairwise(seconds):
            index = bisect(due, earlier)
            is_excused = any(begin < later and earlier < finish for begin, finish in self._excused)
            if is_excused or index == len(due):
                continue
            gap = later - due[index] - pulse.lost(due[index], later)
            if gap > longest:
                longest, since = gap, due[index]
        self.tell(f"the longest time without a request was {longest:.2f} s, from {since - self.begin:.1f} s on")
        return longest


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
        """Kills one after the other, whichever; a leader is caught sending half of the times."""
        for _ in range(count):
            victim = self.chance.choice([member for member in self.fleet.members if member.answers])
            with self._bereaved(victim, is_sending=self.chance.random() < 0.5) as what:
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

    def await_end(self, member: Member) -> None:
        """Until the kernel has killed it. It isn't asked anything before."""
        with self._arrival():
            wait_until(lambda: not member.deployment.serve.is_running, f"the end of {member.name}", interval=0.01)
            status = member.deployment.serve.wait()
            self.story.tell(f"{member.name} has ended with {status}", "ends")
            if status != -signal.SIGKILL:
                self.traffic.ledgers[0].note_unexpected(f"{member.name} ended with {status}")
        member.under = []

    def cut_leader(self, seconds: float, *peers: Peer, is_sending: bool = False) -> None:
        """From these, for so long; goes on as soon as requests arrive."""
        leader = self.fleet.leader()
        with self._bereaved(leader, is_sending=is_sending) as what:
            leader.cut(*peers)
            self.story.tell(f"cut {what} from {' and '.join(peer.name for peer in peers)} for {seconds:.1f} s", "cuts")
            self._later(seconds, leader.mend)

    def reset_leader(self, peer: Peer) -> None:
        leader = self.fleet.leader()
        leader.reset(peer)
        self.story.tell(f"reset the connections of {leader.name} to {peer.name}", "resets")

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
        """How long that takes is the server's affair."""
        with self.story.excused(), self._arrival():
            server.control(mode)
            self.story.tell(f"restarted PostgreSQL: {mode}", "restarts")

    def terminate(self, server: Postgres) -> None:
        """Ends one of the collectors' connections, whichever."""
        chosen = "application_name LIKE 'nps-collector/%' ORDER BY random() LIMIT 1"
        server.sql("postgres", f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {chosen}")
        self.story.tell("terminated a connection", "terminations")

    def promote(self, pair: PostgresPair, mode: str) -> None:
        """Makes the standby the primary, and a new standby of it. How long that takes is the servers' affair."""
        # The leader has to have noticed that commits wait for the standby.
        self.traffic.await_acknowledged(int(2 * self.traffic.rate))
        with self.story.excused(), self._arrival():
            pair.promote(mode)
            self.story.tell(f"promoted the standby: the primary was stopped, {mode}", "promotions")
        pair.renew_standby()

    def lose_standby(self, pair: PostgresPair, seconds: float) -> None:
        """Nothing may be acknowledged meanwhile, because only one machine would have it."""
        with self.story.excused(), self._arrival():
            pair.standby.control("stop-fast")
            self.story.tell(f"stopped the standby for {seconds:.1f} s", "standbys lost")
            # What had a copy when the standby went may be acknowledged a moment later.
            time.sleep(1)
            before = self.traffic.statuses[200]
            time.sleep(seconds - 1)
            if self.traffic.statuses[200] != before:
                self.traffic.ledgers[0].note_unexpected("a response was acknowledged that only one machine has")
            pair.standby.control("start")

    def await_thaw(self) -> None:
        """Until nobody is frozen or cut off. Whoever has ended by itself is started again: a collector that is frozen
        in the moment in which it begins to send does."""
        for timer in self._timers:
            timer.join()
        for member in self.fleet.members:
            if not member.deployment.serve.is_running:
                self.story.tell(f"{member.name} has ended with {member.deployment.serve.wait()}", "ends")
                member.start()

    def rage(self, pair: PostgresPair, seconds: float) -> None:
        """Does whatever may happen, one thing after the other, for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.chance.choice(self._strikes(pair))()
            self.traffic.await_acknowledged(self.chance.randint(1, 60))

    def _strikes(self, pair: PostgresPair) -> list[Callable[[], None]]:
        """What may be done now; what is there more than once is done more often. While somebody is away, nobody else
        goes for longer."""
        self._timers = [timer for timer in self._timers if timer.is_alive()]
        way = self.chance.choice(("fast", "immediate", "kill"))
        away = self.chance.uniform(0.1, 90 if self.chance.random() < 0.3 else TAKEOVER_SECONDS)
        is_sending = self.chance.random() < 0.5 and away > TAKEOVER_SECONDS
        strikes: list[Callable[[], None]] = [partial(self.kill, 1)] * 6
        strikes += [
            partial(self.restart_database, pair.primary, way),
            partial(self.promote, pair, way),
            partial(self.lose_standby, pair, 2 + away / 10),
            partial(self.terminate, pair.primary),
        ]
        if not self._timers:
            strikes += [
                partial(self.freeze_leader, away, is_sending=is_sending),
                partial(self.cut_leader, away, Peer.DATABASE, is_sending=is_sending),
                partial(self.cut_leader, away, Peer.DATABASE, Peer.API, is_sending=is_sending),
                partial(self.reset_leader, self.chance.choice((Peer.DATABASE, Peer.API))),
            ]
        return strikes

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
