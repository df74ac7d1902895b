"""Requests that are too much: refused, cut off, and no harm to anybody else."""

import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from harness.deployment import Deploy, Deployment
from harness.mixture import resident_kib
from harness.waiting import wait_until
from harness.webhook import fresh_response

KIB = 1024
MIB = 1024 * KIB
SLOW_REQUEST_SECONDS = 30
"""The longest a request may take to arrive."""


@pytest.fixture(autouse=True)
def alive_afterwards(running: Deployment) -> Iterator[None]:
    yield
    assert running.get("/readyz").status == 200
    assert running.post(fresh_response("afterwards")).status == 200


def converse(port: int, request: bytes, timeout: float = 15) -> bytes:
    """Sends as much as the server takes, and reads until the server closes. Fails when it does not close in time."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        answer = b""
        with suppress(ConnectionError):
            connection.sendall(request)
        with suppress(ConnectionError):
            while piece := connection.recv(65_536):
                answer += piece
        return answer


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def test_a_header_bomb(running: Deployment) -> None:
    fields = b"".join(b"x-%d: %s\r\n" % (number, b"a" * 100) for number in range(100_000))
    answer = converse(running.http_port, b"GET /livez HTTP/1.1\r\nhost: localhost\r\n" + fields + b"\r\n")
    assert answer == b"" or 400 <= status_of(answer) < 500


def test_one_huge_header(running: Deployment) -> None:
    head = b"GET /livez HTTP/1.1\r\nhost: localhost\r\nx-long: " + b"a" * MIB + b"\r\n\r\n"
    answer = converse(running.http_port, head)
    assert answer == b"" or 400 <= status_of(answer) < 500


def test_a_uri_of_a_megabyte(running: Deployment) -> None:
    answer = converse(running.http_port, b"GET /" + b"a" * MIB + b" HTTP/1.1\r\nhost: localhost\r\n\r\n")
    assert answer == b"" or 400 <= status_of(answer) < 500


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /livez HTTP/1.1\r\n", 400),
        (b"GET /livez HTTP/1.1\r\nhost: a\r\nhost: a\r\n", 400),
        (b"GET /livez HTTP/1.1\r\nhost:\r\n", 200),
        (b"GET /livez HTTP/1.1\r\nhost: a\r\n", 200),
        (b"GET /livez HTTP/1.0\r\n", 200),
    ],
)
def test_a_request_names_its_host_once_or_is_of_1_0(running: Deployment, head: bytes, status: int) -> None:
    assert status_of(converse(running.http_port, head + b"connection: close\r\n\r\n")) == status


@pytest.mark.parametrize("path", ["/survey", "/webhooks/standard"])
def test_a_body_that_announces_too_much(running: Deployment, path: str) -> None:
    head = f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {10 * KIB * MIB}\r\n\r\n".encode()
    begin = time.monotonic()
    answer = converse(running.http_port, head + b"a" * 64 * KIB)
    assert status_of(answer) == 413
    assert time.monotonic() - begin < 10


@pytest.mark.parametrize("path", ["/survey", "/webhooks/standard"])
def test_a_body_that_grows_too_much(running: Deployment, path: str) -> None:
    head = f"POST {path} HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n".encode()
    chunk = b"10000\r\n" + b"a" * 64 * KIB + b"\r\n"
    assert status_of(converse(running.http_port, head + chunk * 64)) == 413


def test_a_body_that_hardly_comes(running: Deployment) -> None:
    """One byte at a time, always soon enough for an idle timer: only a deadline for the whole request ends it."""
    head = b"POST /webhooks/standard HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", running.http_port), timeout=1) as connection:
        connection.sendall(head)
        begin = time.monotonic()
        assert cut_off(connection, begin + 2 * SLOW_REQUEST_SECONDS)
        assert time.monotonic() - begin < SLOW_REQUEST_SECONDS + 10


def cut_off(connection: socket.socket, deadline: float) -> bool:
    """Drips a byte each second, and returns whether the server closed the connection before the deadline."""
    while time.monotonic() < deadline:
        try:
            connection.sendall(b"a")
            if connection.recv(4096) == b"":
                return True
        except TimeoutError:
            continue
        except ConnectionError:
            return True
    return False


def test_bytes_that_are_no_http(running: Deployment) -> None:
    answer = converse(running.http_port, secrets.token_bytes(4 * KIB) + b"\r\n\r\n")
    assert answer == b"" or 400 <= status_of(answer) < 500


def test_bodies_of_many_connections_do_not_fill_the_memory(deploy: Deploy) -> None:
    """Each connection may send a webhook of a megabyte; all of them together may not."""
    deployment = deploy()
    deployment.start()
    before = resident_kib(deployment.serve.pid)
    head = b"POST /webhooks/standard HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"
    connections: list[socket.socket] = []
    refused = 0
    try:
        for number in range(300):
            connection = socket.socket()
            # Several clients, since one may hold only a hundred connections.
            connection.bind((f"127.0.0.{2 + number // 90}", 0))
            connection.settimeout(5)
            connection.connect(("127.0.0.1", deployment.http_port))
            connections.append(connection)
            try:
                connection.sendall(head + b"x" * 900_000)
            except OSError:
                refused += 1
        grown = resident_kib(deployment.serve.pid) - before
        assert grown < 400_000, f"{grown} KiB more"
        answers = 0
        for connection in connections[200:]:
            with suppress(OSError):
                answers += b" 503 " in connection.recv(4_096)
        assert answers + refused > 50
    finally:
        for connection in connections:
            connection.close()
    wait_until(lambda: deployment.post(fresh_response("afterwards")).status == 200, "room for others")
