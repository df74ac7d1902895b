"""Free TCP ports for servers that are killed and started again."""

import os
import random
import socket

WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))

RANGE = range(10_000 + WORKER, 32_000, WORKERS)
"""Other ports than those of the tests that run beside these. All are below the ports that the kernel gives to outgoing
connections: one of those could be taken by a client while the server is down, and a client that calls the dead server
could even be connected to itself."""

_taken: set[int] = set()
"""Ports that were handed out and whose servers may not have started yet."""


def free_port() -> int:
    """A port that nobody listens on and that was not handed out before."""
    while True:
        port = random.choice(RANGE)
        if port in _taken:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            _taken.add(port)
            return port


def accepts(port: int) -> bool:
    """Whether a connection to the port is accepted now. The kernel decides that, so a busy server is not mistaken."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=10).close()
    except OSError:
        return False
    return True
