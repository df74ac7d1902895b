"""Several collectors that share a database, a sandbox API and their secrets, and can be cut off from either."""

import http.client
import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from harness.deployment import Deploy, Deployment
from harness.network import ADDRESSES, Network, Peer, new_network
from harness.postgres import Postgres
from harness.relay import Relay
from harness.waiting import LONG_DEADLINE, wait_until

FORWARDS = "this collector forwards now"


class Member:
    """One of the collectors."""

    def __init__(self, name: str, deployment: Deployment, network: Network | None) -> None:
        self.name = name
        self.deployment = deployment
        self.relays: dict[Peer, list[Relay]] = {Peer.DATABASE: [], Peer.API: []}
        self.under: list[str] = []
        """The words of a command that runs it. Then it isn't asked whether it is ready."""
        self.is_frozen = False
        self.is_cut = False
        self._network = network

    @property
    def answers(self) -> bool:
        """Whether it is of use to ask it something."""
        return self.deployment.serve.is_running and not self.is_frozen and not self.is_cut

    def start(self) -> None:
        prefix = [*(self._network.prefix if self._network else ()), *self.under]
        self.deployment.start_serve(prefix, FORWARDS if self.under else None)

    def kill(self) -> None:
        self.is_frozen = False
        self.deployment.serve.kill()

    def freeze(self) -> None:
        self.is_frozen = True
        self.deployment.serve.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        if self.is_frozen:
            self.deployment.serve.signal(signal.SIGCONT)
            self.is_frozen = False

    def cut(self, *peers: Peer) -> None:
        """Nothing that it sends to these arrives, nor what they answer; no connection is closed. For one with a network
        of its own the packets are lost, else a relay holds the bytes back."""
        self.is_cut = True
        if self._network:
            self._network.cut(*peers)
        else:
            for relay in self._relays(peers):
                relay.deafen()

    def mend(self) -> None:
        if self._network:
            self._network.mend()
        for relay in self._relays(Peer):
            relay.hear()
        self.is_cut = False

    def reset(self, *peers: Peer) -> None:
        """Its connections to these are reset; new ones are accepted."""
        for relay in self._relays(peers):
            relay.reset()

    def status(self) -> dict[str, Any]:
        """What it says of the queue; empty when it says nothing."""
        if not self.answers:
            return {}
        try:
            answer = self.deployment.admin_status()
        except (OSError, http.client.HTTPException):
            return {}
        status: dict[str, Any] = answer.json() if answer.status == 200 else {}
        return status

    @property
    def forwards(self) -> bool:
        return bool(self.status().get("forwarding", "elsewhere") != "elsewhere")

    def _relays(self, peers: Iterator[Peer] | Sequence[Peer] | type[Peer]) -> list[Relay]:
        return [relay for peer in peers for relay in self.relays.get(peer, [])]


class Fleet:
    """The collectors and what they share."""

    def __init__(self, members: list[Member], database: str) -> None:
        self.members = members
        self.database = database

    @property
    def sandbox(self) -> Deployment:
        """The one that has the sandbox API."""
        return self.members[0].deployment

    def start(self) -> None:
        """The first one forwards."""
        self.sandbox.start_sandbox()
        for member in self.members:
            member.start()

    def leader(self) -> Member:
        """Who forwards; waits until somebody does."""

        def leader() -> Member | None:
            return next((member for member in self.members if member.forwards), None)

        return wait_until(leader, "a leader", LONG_DEADLINE)

    def await_arrival(self, after: int) -> None:
        """Until more than so many requests came to the API."""

        def is_there() -> bool:
            return len(self.sandbox.writes()["arrivals"]) > after

        wait_until(is_there, "a request to the API", LONG_DEADLINE, interval=0.02)


@contextmanager
def new_fleet(
    deploy: Deploy,
    servers: Sequence[Postgres],
    size: int,
    networked: Sequence[int] = (),
) -> Iterator[Fleet]:
    """Collectors that aren't started yet, and are stopped in the end; those with the numbers `networked` are each in a
    network of its own. They share a new database of the first of the `servers`, and know all of these."""
    database = servers[0].new_database()
    with ExitStack() as stack:
        members: list[Member] = []
        for number in range(size):
            deployment = deploy()
            network = None
            if number in networked:
                network = stack.enter_context(new_network(deployment.directory / "network.log"))
            member = Member(f"collector-{number}", deployment, network)
            members.append(member)
            first = members[0].deployment
            for name in ("secret", "admin_token", "api_token", "sandbox_port"):
                setattr(deployment, name, getattr(first, name))
            for peer, targets in (
                (Peer.DATABASE, [server.socket for server in servers]),
                (Peer.API, [("127.0.0.1", first.sandbox_port)]),
            ):
                for target in targets:
                    relay = stack.enter_context(Relay(target, ADDRESSES[peer]))
                    member.relays[peer].append(relay)
            deployment.configure(_settings(member, database, network))
            if network:
                for port in (deployment.http_port, deployment.admin_port):
                    stack.enter_context(Relay((network.address, port), port=port))
        yield Fleet(members, database)
        # Before what they are connected to goes.
        for member in reversed(members):
            member.deployment.stop()


def _settings(member: Member, database: str, network: Network | None) -> dict[str, Any]:
    hosts = ",".join(f"{relay.host}:{relay.port}" for relay in member.relays[Peer.DATABASE])
    api = member.relays[Peer.API][0]
    settings: dict[str, Any] = {
        "queue": {"url": f"postgres://collector@{hosts}/{database}", "name": member.name},
        "planhat": {"url": f"http://{api.host}:{api.port}"},
        "log": {"level": "info"},
    }
    if network:
        settings |= {"http": {"host": network.address}, "admin": {"host": network.address}}
    return settings
