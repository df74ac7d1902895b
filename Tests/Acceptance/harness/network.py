"""A network of its own for one collector, in which it can be cut off from the database, from the API or from both: then
packets are lost without a word, as when somebody pulls a cable."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

from harness.program import Program, run_command
from harness.waiting import wait_until

NOBODY = "02:00:00:00:00:99"
"""A hardware address that is nobody's."""

CABLES = 250
OUTER, INNER = "npsa{}", "npsb{}"
"""The ends of each, by its number."""


class Peer(Enum):
    """Whom the collector talks to; the values are the last parts of their addresses on the cable."""

    TESTS = 1
    DATABASE = 2
    API = 3


ADDRESSES = {Peer.DATABASE: "127.0.0.1", Peer.API: "127.0.0.2"}
"""Where the collector finds them. These addresses are here, outside, and lead over the cable from inside: the program
talks without TLS to nobody but its own machine."""

FORWARDS_LOOPBACK = "/proc/sys/net/ipv4/conf/{}/route_localnet"


def can_make_networks() -> bool:
    """Only root may do it, and not in every container."""
    return os.geteuid() == 0 and run_command("unshare", "--net", "true").returncode == 0


class Network:
    """The inner end of a cable. Programs run in it under the command `prefix`, and are found at `address`."""

    def __init__(self, process: int) -> None:
        number = _lay_cable(process)
        self._outer, self._inner = OUTER.format(number), INNER.format(number)
        # Of the addresses that RFC 2544 gives to trials.
        self._net = f"198.18.{number}"
        self.prefix = ["nsenter", f"--net=/proc/{process}/ns/net"]
        self.address = self._inside(Peer.TESTS)
        for peer in Peer:
            _do("ip", "address", "add", f"{self._outside(peer)}/24", "dev", self._outer)
            self._do("ip", "address", "add", f"{self._inside(peer)}/24", "dev", self._inner)
        _do("ip", "link", "set", self._outer, "up")
        self._do("ip", "link", "set", self._inner, "up")
        Path(FORWARDS_LOOPBACK.format(self._outer)).write_text("1")
        self._do("tee", FORWARDS_LOOPBACK.format(self._inner), typed="1")
        for peer, address in ADDRESSES.items():
            via = ("via", self._outside(peer), "dev", self._inner, "src", self._inside(peer))
            self._do("ip", "route", "add", f"{address}/32", *via)

    def cut(self, *peers: Peer) -> None:
        """From now on no packet arrives, in either direction."""
        for peer in peers:
            neighbour = ("lladdr", NOBODY, "nud", "permanent", "dev")
            _do("ip", "neighbour", "replace", self._inside(peer), *neighbour, self._outer)
            self._do("ip", "neighbour", "replace", self._outside(peer), *neighbour, self._inner)

    def mend(self) -> None:
        """All packets arrive again."""
        _do("ip", "neighbour", "flush", "dev", self._outer, "nud", "permanent")
        self._do("ip", "neighbour", "flush", "dev", self._inner, "nud", "permanent")

    def remove(self) -> None:
        _do("ip", "link", "delete", self._outer)

    def _outside(self, peer: Peer) -> str:
        return f"{self._net}.{peer.value}"

    def _inside(self, peer: Peer) -> str:
        return f"{self._net}.{10 + peer.value}"

    def _do(self, *words: str, typed: str = "") -> None:
        _do(*self.prefix, *words, typed=typed)


def _lay_cable(process: int) -> int:
    """Lays one into the network of this process, and returns its number: the first that nobody has. Other test workers
    lay cables at the same time, and a test that was killed has left its own."""
    for number in range(CABLES):
        ends = (OUTER.format(number), "type", "veth", "peer", "name", INNER.format(number), "netns", str(process))
        result = run_command("ip", "link", "add", *ends)
        if result.returncode == 0:
            return number
        assert "File exists" in result.stderr, result.stderr
    raise AssertionError(f"there are {CABLES} cables already")


def _do(*words: str, typed: str = "") -> None:
    result = run_command(*words, typed=typed)
    assert result.returncode == 0, f"{' '.join(words)}: {result.stderr}"


@contextmanager
def new_network(log: Path) -> Iterator[Network]:
    """A new network, which is gone afterwards; a process that does nothing holds it open."""
    with Program(["unshare", "--net", "sleep", "infinity"], log, log.parent) as program:
        own = Path("/proc/self/ns/net").readlink()
        path = Path(f"/proc/{program.pid}/ns/net")
        wait_until(lambda: path.readlink() != own, "a new network", interval=0.01)
        network = Network(program.pid)
        try:
            yield network
        finally:
            network.remove()
