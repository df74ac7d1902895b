"""An open loop: requests are sent when they are due, at random moments, however long the answers take.

wrk sends the next request when it has the answer to the one before, and always as fast as it can, so its latencies are
those of a server that has too much to do.
"""

import ctypes
import gc
import random
import select
import socket
import time
from collections import deque
from contextlib import ExitStack
from dataclasses import dataclass, field

PR_SET_TIMERSLACK = 29
PATIENCE = 30.0
"""Seconds after which an answer is missing."""


@dataclass
class Latencies:
    """In seconds, from sending a request to reading its answer. When no connection was free at the moment when the
    request was due, from that moment."""

    answers: list[float] = field(default_factory=list)
    lateness: list[float] = field(default_factory=list)
    """By how much the load itself was late."""


class SteadyLoad:
    """`rate` requests a second at exponentially distributed distances, over so many connections."""

    def __init__(self, port: int, rate: float, connections: int) -> None:
        self._port = port
        self._rate = rate
        self._connections = connections
        # A fixed seed: every round has the same bursts.
        self._random = random.Random(1)
        # Without it, the kernel may wake us 50 µs late.
        ctypes.CDLL(None).prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0)

    def send(self, requests: list[bytes]) -> Latencies:
        """Each of them once. Every answer must be a 200."""
        with ExitStack() as stack:
            address = ("127.0.0.1", self._port)
            connections = [socket.create_connection(address) for _ in range(self._connections)]
            for connection in connections:
                stack.enter_context(connection)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            gc.disable()
            stack.callback(gc.enable)
            return self._send(requests, deque(connections))

    def _send(self, requests: list[bytes], free: deque[socket.socket]) -> Latencies:
        latencies = Latencies()
        waiting: dict[socket.socket, float] = {}
        sent, due, had_to_wait = 0, time.perf_counter(), False
        while sent < len(requests) or waiting:
            now = time.perf_counter()
            if sent < len(requests) and due <= now and free:
                connection = free.popleft()
                connection.sendall(requests[sent])
                waiting[connection] = due if had_to_wait else now
                if not had_to_wait:
                    latencies.lateness.append(now - due)
                sent += 1
                due += self._random.expovariate(self._rate)
                had_to_wait = False
                continue
            had_to_wait = sent < len(requests) and due <= now
            until_due = due - now if sent < len(requests) and free else PATIENCE
            readable = select.select(list(waiting), [], [], until_due)[0]
            answered = time.perf_counter()
            if not readable and until_due == PATIENCE:
                raise SystemExit(f"no answer for {PATIENCE:g} s")
            for connection in readable:
                check(connection.recv(65_536))
                latencies.answers.append(answered - waiting.pop(connection))
                free.append(connection)
        return latencies


def check(answer: bytes) -> None:
    """A 200 with its body: on the loopback interface, so short an answer arrives as a whole."""
    if not answer.startswith(b"HTTP/1.1 200 ") or not answer.rstrip().endswith(b"}"):
        raise SystemExit(f"a steady load was answered {answer!r}")
