"""HTTP/1.1 to the letter, over raw sockets: what is answered, whether the connection goes on, what is never done."""

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.deployment import Deploy, Deployment
from harness.raw_http import Conversation, converse, read_all
from scenarios.http_requests import CASES, Case, form

WORKERS = 24
"""Connections at once, far fewer than one client may have."""
ENDING = 20.0
"""Seconds after an answer in which the server has to end a connection that it is done with. One that it isn't done with
it keeps for longer."""
TRAP = form()
"""What follows a connection's last request: it would be recorded."""


@pytest.fixture(scope="module")
def conversations(running: Deployment) -> dict[str, Conversation]:
    """All cases, side by side: a server that closes takes a second for it."""

    def hold(case: Case) -> Conversation:
        request = case.bytes_for("", "localhost", TRAP)
        expected = None if case.closes else 2
        return converse(running.http_port, request, quiet=ENDING, expected=expected, to_head=case.is_head)

    with ThreadPoolExecutor(WORKERS) as pool:
        return dict(zip((case.name for case in CASES), pool.map(hold, CASES), strict=True))


def test_the_names_are_different() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_request(conversations: dict[str, Conversation], case: Case) -> None:
    conversation = conversations[case.name]
    answers = conversation.answers(to_head=case.is_head)
    statuses = [answer.status for answer in answers]
    if case.closes:
        assert statuses == [case.status] and conversation.is_closed, case.rule
        assert answers[0].fields["connection"].lower() == "close"
    else:
        assert statuses == [case.status, 200], case.rule
    assert all("date" in answer.fields for answer in answers if answer.status < 400)
    assert b"echo" not in conversation.received


def test_nothing_after_a_last_request_was_acted_upon(
    conversations: dict[str, Conversation], running: Deployment, deploy: Deploy
) -> None:
    assert conversations
    assert running.books()["accepted"] == 0
    # The trap works.
    other = deploy()
    other.start()
    assert (
        converse(other.http_port, TRAP.replace(b"BASE", b"").replace(b"HOST", b"a"), expected=1).answers()[0].status
        == 303
    )
    assert other.books()["accepted"] == 1


def interim_after(running: Deployment, path: str, length: int) -> list[int]:
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    head += f"Content-Length: {length}\r\nExpect: 100-continue\r\n\r\n"
    conversation = converse(running.http_port, head.encode(), quiet=2)
    return [*conversation.interim(), *(answer.status for answer in conversation.answers())]


def test_a_client_that_waits_is_asked_for_its_body(running: Deployment) -> None:
    """RFC 9110 §10.1.1."""
    assert interim_after(running, "/survey", 10) == [100]


def test_a_client_that_waits_in_vain_gets_its_refusal_at_once(running: Deployment) -> None:
    assert interim_after(running, "/survey", 10_000_000) == [413]
    assert interim_after(running, "/webhooks/standard", 10) == [401]
    assert interim_after(running, "/nowhere", 10) == [404]


def test_answers_come_in_the_order_of_their_requests(running: Deployment) -> None:
    """RFC 9112 §9.3.2. The routes are answered by connections and by the router, some after a read of the database."""
    paths = ["/livez", "/survey", "/nowhere", "/readyz", "/survey/thanks", "/s/x", "/robots.txt", "/livez"] * 5
    request = "".join(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n" for path in paths)
    answers = converse(running.http_port, request.encode(), expected=len(paths)).answers()
    alone = {
        path: converse(running.http_port, f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode(), expected=1).answers()[0]
        for path in set(paths)
    }
    told = [(answer.status, answer.fields.get("content-type")) for answer in answers]
    assert told == [(alone[path].status, alone[path].fields.get("content-type")) for path in paths]


@pytest.mark.parametrize("path", ["/livez", "/survey", "/nowhere"])
def test_a_client_that_sends_no_more_still_gets_its_answer(running: Deployment, path: str) -> None:
    """RFC 9112 §9.6: half-closed, as many simple clients do."""
    with socket.create_connection(("127.0.0.1", running.http_port)) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        connection.shutdown(socket.SHUT_WR)
        conversation = read_all(connection, quiet=ENDING)
    assert len(conversation.answers()) == 1 and conversation.is_closed


def test_the_program_is_well(running: Deployment) -> None:
    assert running.get("/readyz").status == 200
