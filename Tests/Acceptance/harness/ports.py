"""Free TCP ports for servers that are killed and started again."""

import random
import socket

RANGE = range(10_000, 32_000)
"""Below the ports that the kernel gives to outgoing connections: one of those could be taken by a client while the
server is down, and a client that calls the dead server could even be connected to itself."""

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
