"""Requests that are too much: refused, cut off, and no harm to anybody else."""

import secrets
import select
import socket
import time
from contextlib import ExitStack, suppress

import pytest

from harness.deployment import Deploy, Deployment
from harness.program import run_command
from harness.raw_http import read_all
from harness.waiting import DEADLINE, wait_until
from harness.webhook import fresh_response

KIB = 1024
MIB = 1024 * KIB
SLOW_REQUEST_SECONDS = 10
"""The longest that a request may take to arrive whose body comes at less than 500 bytes a second."""

pytestmark = pytest.mark.usefixtures("running_afterwards")


def converse(port: int, request: bytes) -> bytes:
    """Sends as much as the server takes, and reads until the server closes. Fails when it never closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as connection:
        answer = b""
        with suppress(ConnectionError):
            connection.sendall(request)
        with suppress(ConnectionError):
            while piece := connection.recv(65_536):
                answer += piece
        return answer


def webhook_head(fields: bytes) -> bytes:
    """A head that could be a signed delivery's, so that its body is read."""
    signature = b"webhook-id: x\r\nwebhook-timestamp: %d\r\nwebhook-signature: v1,%s=\r\n" % (time.time(), b"A" * 43)
    return b"POST /webhooks/standard HTTP/1.1\r\nhost: localhost\r\n" + signature + fields + b"\r\n"


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
        (b"GET /livez HTTP/1.1\r\nhost:\r\n", 400),
        (b"GET /livez HTTP/1.1\r\nhost: a, b\r\n", 400),
        (b"GET * HTTP/1.1\r\nhost: a\r\n", 400),
        (b"GET /livez HTTP/1.1\r\nhost: a\r\ntransfer-encoding:\r\n", 400),
        (b"GET /livez HTTP/1.1\r\nhost: a\r\n", 200),
        (b"GET /livez HTTP/1.0\r\n", 200),
    ],
)
def test_a_request_names_its_host_once_or_is_of_1_0(running: Deployment, head: bytes, status: int) -> None:
    assert status_of(converse(running.http_port, head + b"connection: close\r\n\r\n")) == status


@pytest.mark.parametrize("fields", [b"host: a\r\nConnection: Close\r\n", b"host: user@a\r\n"])
def test_a_connection_closes_when_it_was_asked_to_or_its_head_is_malformed(running: Deployment, fields: bytes) -> None:
    """`converse` reads to the end: a connection that stays open costs it its deadline."""
    answer = converse(running.http_port, b"GET /livez HTTP/1.1\r\n" + fields + b"\r\n")
    assert b"\r\nconnection: close\r\n" in answer.lower()


@pytest.mark.parametrize("path", ["/survey", "/webhooks/standard"])
def test_a_body_that_announces_too_much(running: Deployment, path: str) -> None:
    """Refused for what it announces: the rest never comes, and waiting for it would end with another status."""
    head = f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {10 * KIB * MIB}\r\n\r\n".encode()
    assert status_of(converse(running.http_port, head + b"a" * 64 * KIB)) == 413


@pytest.mark.parametrize("is_webhook", [False, True])
def test_a_body_that_grows_too_much(running: Deployment, is_webhook: bool) -> None:
    fields = b"transfer-encoding: chunked\r\n"
    form_head = b"POST /survey HTTP/1.1\r\nhost: localhost\r\n" + fields + b"\r\n"
    head = webhook_head(fields) if is_webhook else form_head
    chunk = b"10000\r\n" + b"a" * 64 * KIB + b"\r\n"
    assert status_of(converse(running.http_port, head + chunk * 64)) == 413


def test_a_body_that_hardly_comes(running: Deployment) -> None:
    """One byte at a time, always soon enough for an idle timer: only a deadline for the whole request ends it."""
    head = webhook_head(b"content-length: 1000\r\n")
    begin = time.monotonic()
    with socket.create_connection(("127.0.0.1", running.http_port), timeout=1) as connection:
        connection.sendall(head)
        wait_until(lambda: is_cut_off_after_a_byte(connection), "the server to close", SLOW_REQUEST_SECONDS + DEADLINE)
    # How much later depends on the machine.
    assert time.monotonic() - begin >= SLOW_REQUEST_SECONDS


def is_cut_off_after_a_byte(connection: socket.socket) -> bool:
    """Sends a byte, and returns whether the server closes the connection within a second."""
    try:
        connection.sendall(b"a")
        return connection.recv(4096) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


def test_a_client_that_does_not_take_its_answers(running: Deployment) -> None:
    """Its window is closed, so that the kernel holds the rest; one that has taken its answer may idle for longer."""
    request = b"GET /survey HTTP/1.1\r\nhost: localhost\r\n\r\n"
    with socket.socket() as slow, socket.create_connection(("127.0.0.1", running.http_port)) as idle:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_304)
        slow.connect(("127.0.0.1", running.http_port))
        slow.sendall(request * 10)
        idle.sendall(request)
        begin = time.monotonic()
        assert len(read_all(idle, expected=1).answers()) == 1
        # The server's end disappears although nothing was read.
        peer = f"127.0.0.1:{slow.getsockname()[1]}"
        shown = ["ss", "-Htn", "state", "established", "sport", f"= :{running.http_port}"]
        wait_until(lambda: peer not in run_command(*shown).stdout, "the server to close", 60)
        assert time.monotonic() - begin >= 9
        idle.sendall(request)
        assert len(read_all(idle, expected=1).answers()) == 1


def test_an_unsigned_body_is_refused_before_it_is_read(running: Deployment) -> None:
    head = b"POST /webhooks/standard HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n"
    assert status_of(converse(running.http_port, head)) == 401


def test_bytes_that_are_no_http(running: Deployment) -> None:
    answer = converse(running.http_port, secrets.token_bytes(4 * KIB) + b"\r\n\r\n")
    assert answer == b"" or 400 <= status_of(answer) < 500


def test_bodies_of_many_connections_do_not_fill_the_memory(deploy: Deploy) -> None:
    """Each connection may send a webhook of a megabyte; all of them together may not."""
    deployment = deploy()
    deployment.start()
    before = deployment.serve.resident_kib
    head = webhook_head(b"content-length: 1000000\r\n")
    with ExitStack() as stack:
        connections: dict[int, socket.socket] = {}
        refused = 0
        for number in range(300):
            connection = stack.enter_context(socket.socket())
            # Several clients, since one may hold only a hundred connections.
            connection.bind((f"127.0.0.{2 + number // 90}", 0))
            connection.settimeout(DEADLINE)
            connection.connect(("127.0.0.1", deployment.http_port))
            try:
                connection.sendall(head + b"x" * 900_000)
                connections[connection.fileno()] = connection
            except OSError:
                refused += 1
        grown = deployment.serve.resident_kib - before
        assert grown < 400_000, f"{grown} KiB more"
        wait_until(lambda: refused + answered_503(connections) > 50, "more than 50 connections to be refused")
    wait_until(lambda: deployment.post(fresh_response("afterwards")).status == 200, "room for others")


def answered_503(connections: dict[int, socket.socket]) -> int:
    """How many of the connections have got a 503 by now."""
    poll = select.poll()
    for descriptor in connections:
        poll.register(descriptor, select.POLLIN)
    count = 0
    for descriptor, _ in poll.poll(0):
        with suppress(OSError):
            count += b" 503 " in connections[descriptor].recv(4_096, socket.MSG_PEEK)
    return count
