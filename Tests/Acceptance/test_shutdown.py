"""SIGTERM: stop accepting, finish what is in flight, exit 0 within ten seconds."""

import json
import signal
import socket
from datetime import datetime
from pathlib import Path

import pytest

from harness.deployment import Deploy
from harness.load import Load
from harness.ports import accepts
from harness.waiting import DEADLINE, wait_until
from harness.webhook import fresh_response, sign

LONGEST_SECONDS = 20
"""The service unit's `TimeoutStopSec`, after which systemd kills it: twice what is promised, for slow machines."""


def seconds_to_stop(log: Path) -> float:
    """From the signal to the last line, by the collector's own clock."""
    lines = log.read_text().splitlines()
    caught = next(line for line in lines if "Signal caught" in line)
    begin, end = (datetime.fromisoformat(line.split()[0]) for line in (caught, lines[-1]))
    return (end - begin).total_seconds()


def test_under_load_it_ends_well_and_keeps_its_promises(deploy: Deploy) -> None:
    deployment = deploy()
    deployment.start()
    with Load(deployment.http_port, deployment.secret, "shutdown") as load:
        load.await_acknowledged(500)
        assert deployment.serve.stop() == 0
        assert "stopped" in deployment.serve.tail(1)
        assert seconds_to_stop(deployment.serve.log) <= LONGEST_SECONDS
    deployment.start_serve()
    books = deployment.await_drained()
    assert books["accepted"] >= load.acknowledged
    assert load.ledger.unexpected == []


def test_a_request_in_flight_is_finished(deploy: Deploy) -> None:
    deployment = deploy()
    deployment.start()
    body = json.dumps(fresh_response("in-flight")).encode()
    headers = sign(deployment.secret, body)
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with socket.create_connection(("127.0.0.1", deployment.http_port), timeout=DEADLINE) as connection:
        connection.sendall(
            f"POST /webhooks/standard HTTP/1.1\r\nhost: localhost\r\ncontent-length: {len(body)}\r\n{head}\r\n".encode()
        )
        connection.sendall(body[:20])
        # Fifty answers later the server has certainly read the beginning of ours.
        for _ in range(50):
            assert deployment.get("/livez").status == 200
        deployment.serve.signal(signal.SIGTERM)
        wait_until(lambda: not accepts(deployment.http_port), "the collector to stop accepting")
        connection.sendall(body[20:])
        answer = connection.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert deployment.serve.wait() == 0


@pytest.mark.parametrize("listener", ["http", "admin"])
def test_a_taken_port_is_all_that_is_told_of_a_start_that_fails(deploy: Deploy, listener: str) -> None:
    deployment = deploy()
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        result = deployment.run("serve", f"--{listener}-port", str(stranger.getsockname()[1]))
    told = result.stdout + result.stderr
    assert result.returncode == 69 and "is taken by another program" in told, told
    for word in ("accepting responses", "The queue is closed", "couldn't", "could not"):
        assert word not in told, told
