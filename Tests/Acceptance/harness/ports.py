"""Free TCP ports for servers that are killed and started again."""

import random
import socket


_given: set[int] = set()
"""Ports that were handed out and whose servers may not have started yet."""


def free_port() -> int:
    """A port nobody listens on and nobody else was given, from below the range that outgoing connections take theirs from.

    A port from inside that range could be taken by a client while the server is down, or a client that calls the dead
    server could be connected to itself.
    """
    while True:
        port = random.randrange(10_000, 32_000)
        if port in _given:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            _given.add(port)
            return port


def accepts(port: int) -> bool:
    """Whether a connection to the port is accepted now."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
