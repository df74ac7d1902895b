"""HTTP/2 at its worst: whoever floods, stalls or breaks it is cut off, others are served, and memory stays bounded."""

import time
from contextlib import ExitStack

import pytest
from hyperframe.frame import DataFrame, GoAwayFrame, SettingsFrame, WindowUpdateFrame

from harness import http2
from harness.deployment import Deployment
from harness.http2 import HTTP2, INITIAL_WINDOW, connect, get, head
from harness.program import run_command
from harness.waiting import wait_until
from scenarios.http2_floods import AT_ONCE, FORM, OF_FRAMES, REFUSED, STALLING, single_bytes, watched

MOST_MIB = 100
"""By which a flood may make the collector grow."""
STALLED_CONNECTIONS = 100
"""As many as one client may have."""

pytestmark = pytest.mark.usefixtures("secure_afterwards")


@pytest.mark.parametrize("name", REFUSED)
def test_a_flood_ends_its_connection(secure: Deployment, name: str) -> None:
    with watched(secure) as watch:
        for _ in range(3):
            with connect(secure) as client:
                REFUSED[name](client)
                begin = time.monotonic()
                client.await_close()
                # Not by a deadline; how much sooner depends on the machine.
                assert client.goodbyes or time.monotonic() - begin < 9
                assert all(goodbye.error_code != http2.NO_ERROR for goodbye in client.goodbyes)
    assert watch.unanswered == []
    assert watch.grown_mib < MOST_MIB


@pytest.mark.parametrize("name", OF_FRAMES)
def test_a_flood_ends_a_connection_that_is_about_to_end(secure: Deployment, name: str) -> None:
    """One that waits for its last stream, and has told the client so."""
    with watched(secure) as watch, connect(secure) as client:
        client.begin(head("POST", "/survey", FORM))
        client.send(GoAwayFrame(0, last_stream_id=0))
        client.read(lambda: len(client.goodbyes) == 2)
        REFUSED[name](client)
        begin = time.monotonic()
        client.await_close()
        assert time.monotonic() - begin < 9
    assert watch.unanswered == []
    assert watch.grown_mib < MOST_MIB


@pytest.mark.parametrize("name", STALLING)
def test_who_stalls_is_cut_off(secure: Deployment, name: str) -> None:
    with watched(secure) as watch, ExitStack() as stack:
        clients = [stack.enter_context(connect(secure)) for _ in range(3)]
        for client in clients:
            STALLING[name](client)
        for client in clients:
            client.await_close()
            assert client.goodbyes
    assert watch.unanswered == []
    assert watch.grown_mib < MOST_MIB


def test_a_client_that_does_not_take_its_answers(secure: Deployment) -> None:
    """The windows of HTTP/2 are open, but not that of TCP: what the kernel can not hold waits in the server."""
    assert secure.trusted
    with (
        watched(secure) as watch,
        HTTP2(secure.http_port, secure.trusted, is_polite=False, receive_buffer=2_304) as slow,
    ):
        largest = 2**31 - 1
        slow.send(SettingsFrame(settings={INITIAL_WINDOW: largest}), SettingsFrame(flags=["ACK"]))
        slow.send(WindowUpdateFrame(0, largest - 65_535))
        peer = f"127.0.0.1:{slow.socket.getsockname()[1]}"

        def queued() -> int | None:
            """The bytes in the server's kernel; nothing once the connection is gone."""
            shown = run_command("ss", "-Htn", "state", "established", "sport", f"= :{secure.http_port}").stdout
            line = next((line for line in shown.splitlines() if line.split()[-1] == peer), None)
            return int(line.split()[1]) if line else None

        before = -1
        while (now := queued()) is not None and now != before:
            before = now
            for _ in range(50):
                slow.begin(get("/survey"), "END_STREAM")
                # Each is answered before the next comes, or waits.
                time.sleep(0.002)
        wait_until(lambda: queued() is None, "the server to close", 60)
    assert watch.unanswered == []
    assert watch.grown_mib < MOST_MIB


def test_a_body_of_single_bytes_is_refused_and_its_connection_lives(secure: Deployment) -> None:
    with watched(secure) as watch, connect(secure) as client:
        for stream in single_bytes(client):
            answer = client.answer(stream)
            assert answer.status == 400
        assert client.fetch(get("/livez")).status == 200
    assert watch.unanswered == []
    assert watch.grown_mib < MOST_MIB


def test_a_hundred_connections_of_a_hundred_stalled_requests(secure: Deployment) -> None:
    """The most that one client can keep waiting. Their heads are as long as they may be."""
    fields = head("POST", "/survey", FORM | {"x-long": "a" * 8_000})
    with watched(secure) as watch, ExitStack() as stack:
        clients = []
        for _ in range(STALLED_CONNECTIONS):
            client = stack.enter_context(connect(secure, is_polite=False))
            client.send(*[client.headers(stream, fields) for stream in range(1, 2 * AT_ONCE, 2)])
            clients.append(client)
        wait_until(lambda: watch.answers > 0, "somebody to be served")
        for client in clients:
            client.await_close()
    assert watch.unanswered == []
    assert watch.grown_mib < MOST_MIB


def test_bodies_are_refused_before_they_take_too_much_memory(secure: Deployment) -> None:
    """One client's share of all bodies is 16 MiB, over all its connections and streams."""
    signed = {"webhook-id": "x", "webhook-timestamp": str(int(time.time())), "webhook-signature": f"v1,{'A' * 43}="}
    with watched(secure) as watch, connect(secure) as first, connect(secure) as second:
        streams = [
            (client, client.begin(head("POST", "/webhooks/standard", signed))) for client in [first, second] * 10
        ]
        for _ in range(34):
            for client, stream in streams:
                if not client.answers[stream].is_over:
                    client.send(*[DataFrame(stream, b"a" * 15_000) for _ in range(2)])
            for client in (first, second):
                # Everything before it has been read, so that at least half of each window is open again.
                assert client.fetch(get("/livez")).status == 200
        answers = [client.answers[stream] for client, stream in streams]
        assert {answer.status for answer in answers} == {0, 503}
        # What is refused makes room for others.
        assert sum(answer.status == 0 for answer in answers) >= 10
    assert watch.unanswered == []
    assert watch.grown_mib < MOST_MIB
