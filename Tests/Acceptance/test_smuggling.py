"""No proxy can be made to send a request that it doesn't know of."""

import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from harness.deployment import Deploy, Deployment
from harness.proxies import KINDS, UNLIMITED, Front, Logged, running_front
from harness.raw_http import converse
from harness.waiting import wait_until
from scenarios.smuggling import HIDDEN, in_base, payloads, seen, smuggled

BASE = "/a/b"
WORKERS = 32


@pytest.fixture(scope="module", params=KINDS)
def front(
    request: pytest.FixtureRequest, deploy_for_module: Deploy, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    kind = str(request.param)
    deployment = deploy(deploy_for_module)
    with running_front(
        kind, tmp_path_factory.mktemp(kind), deployment.http_port, base=BASE, changes=UNLIMITED[kind]
    ) as front:
        COLLECTORS[kind] = deployment
        yield front


COLLECTORS: dict[str, Deployment] = {}
"""The one behind each proxy."""


def deploy(make: Deploy) -> Deployment:
    settings = {"public-url": f"https://localhost{BASE}", "trusted-proxies": ["127.0.0.1/32"]}
    deployment = make({"http": settings, "log": {"level": "info", "format": "json"}})
    deployment.start()
    return deployment


def test_there_are_enough_payloads() -> None:
    assert len(payloads(BASE, "localhost")) >= 80 * len(KINDS)


def test_the_collector_sees_what_the_proxy_sent(front: Front) -> None:
    """Between the payloads, another client of the same proxy asks for a page, over the same connections to the
    collector: it must never get an answer that was meant for what somebody hid."""
    bystander = in_base(
        b"GET BASE/survey/thanks HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n", BASE, "localhost"
    )

    def send(payload: tuple[str, bytes]) -> str | None:
        converse(front.port, payload[1], front.trust)
        # One answer more than there may be.
        answers = converse(front.port, bystander, front.trust, expected=2).answers()
        is_right = [answer.status for answer in answers] == [200] and b"<h1" in answers[0].body
        return None if is_right else f"after {payload[0]} a bystander got {answers}"

    with ThreadPoolExecutor(WORKERS) as pool:
        wrong = [problem for problem in pool.map(send, payloads(BASE, "localhost").items()) if problem]
    assert not wrong
    log = COLLECTORS[front.kind].serve.log
    with suppress(AssertionError):
        wait_until(lambda: not smuggled(front.logged(), seen(log)), "the logs", timeout=10)
    assert not smuggled(front.logged(), seen(log))
    assert any(entry.is_sent for entry in front.logged()) and seen(log)
    # Each form that is taken has an id of its own, and its 303 in the proxy's log.
    recorded = sum(entry.status == 303 for entry in front.logged())
    assert COLLECTORS[front.kind].books()["accepted"] == recorded > 0


def test_the_comparison_notices_a_proxy_that_can_be_fooled(deploy_for_module: Deploy) -> None:
    """One that passes all bytes of a connection on as a single request."""
    deployment = deploy(deploy_for_module)
    sent: list[Logged] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            client, _ = server.accept()
            with client, socket.create_connection(("127.0.0.1", deployment.http_port)) as collector:
                collector.sendall(client.recv(65_536))
                answer = collector.recv(65_536)
                status = re.match(rb"HTTP/1.1 (\d{3})", answer)
                sent.append(Logged(int(status[1]) if status else 0, is_sent=True))
                client.sendall(answer)
                collector.settimeout(1)
                with suppress(OSError):
                    while collector.recv(65_536):
                        pass

        thread = threading.Thread(target=serve)
        thread.start()
        two = payloads(BASE, "localhost")["pipelined"]
        converse(server.getsockname()[1], two)
        thread.join()
    wait_until(lambda: len(seen(deployment.serve.log)) >= 2, "both requests in the log")
    assert smuggled(sent, seen(deployment.serve.log))


def test_what_is_hidden_would_be_recorded(deploy_for_module: Deploy) -> None:
    deployment = deploy(deploy_for_module)
    answers = converse(deployment.http_port, in_base(HIDDEN, BASE, "localhost"), expected=1).answers()
    assert [answer.status for answer in answers] == [303]
    assert deployment.books()["accepted"] == 1
