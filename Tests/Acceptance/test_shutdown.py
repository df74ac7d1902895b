"""SIGTERM: stop accepting, finish what is in flight, exit 0 within ten seconds."""

import json
import secrets
import signal
import socket
import time

from harness.deployment import Deploy
from harness.load import Load
from harness.ports import accepts
from harness.waiting import wait_until
from harness.webhook import fresh_response, signed_headers


def test_under_load_it_ends_well_and_keeps_its_promises(deploy: Deploy) -> None:
    deployment = deploy()
    deployment.start()
    with Load(deployment.http_port, deployment.secret, "shutdown") as load:
        load.await_acknowledged(500)
        assert deployment.serve.stop(timeout=10) == 0
    deployment.start_serve()
    books = deployment.await_drained(timeout=60)
    assert books["accepted"] >= load.acknowledged
    assert load.ledger.oddities == []


def test_a_request_in_flight_is_finished(deploy: Deploy) -> None:
    deployment = deploy()
    deployment.start()
    body = json.dumps(fresh_response("in-flight")).encode()
    headers = signed_headers(deployment.secret, body, f"msg_{secrets.token_hex(12)}", int(time.time()))
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with socket.create_connection(("127.0.0.1", deployment.http_port), timeout=10) as connection:
        connection.sendall(
            f"POST /webhooks/standard HTTP/1.1\r\nhost: localhost\r\ncontent-length: {len(body)}\r\n{head}\r\n".encode()
        )
        connection.sendall(body[:20])
        # Two hundred answers later the server has certainly read the beginning of ours.
        for _ in range(200):
            assert deployment.get("/livez").status == 200
        deployment.serve.signal(signal.SIGTERM)
        wait_until(lambda: not accepts(deployment.http_port), "the collector to stop accepting")
        connection.sendall(body[20:])
        answer = connection.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert deployment.serve.wait(timeout=10) == 0
