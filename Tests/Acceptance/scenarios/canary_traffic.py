"""Requests of every kind, right and wrong, each with canary words of its own wherever a request can hold any."""

import http.client
import itertools
import json
import secrets
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from harness.deployment import Deployment
from harness.http_client import FORM_HEADERS, HTTPResponse, connect, fetch
from harness.leaks import LeakSearch
from harness.webhook import sign

CRASH_LIMIT = 1_000_000
"""More requests than anybody answers while it is being killed."""

RequestKind = Callable[["CanaryTraffic"], HTTPResponse]
"""Makes one request of a kind, with fresh words."""


class CanaryTraffic:
    """Makes requests of a kind over one connection and searches the errors they are answered with."""

    def __init__(self, deployment: Deployment, leaks: LeakSearch) -> None:
        self.deployment = deployment
        self.leaks = leaks
        self.sent = 0
        self._connection: http.client.HTTPConnection | None = None

    def word(self) -> str:
        return self.leaks.fresh_word()

    def response(self, domain: str = "example.com") -> dict[str, Any]:
        return {
            "id": secrets.token_hex(8),
            "email": f"{self.word()}@{domain}",
            "score": secrets.randbelow(11),
            "comment": f"said {self.word()}, and then\n{self.word()}",
        }

    def send(self, count: int, *kinds: RequestKind) -> None:
        """Sends so many requests of these kinds in turn. An error may not repeat what was sent."""
        for kind in itertools.islice(itertools.cycle(kinds), count):
            self._send(kind)
        self._close()

    def send_through_crash(self, crash: Callable[[], None], after: int, *kinds: RequestKind) -> None:
        """Sends requests without a pause, calls `crash` after so many, and ends with the one that gets no answer."""
        crashing = threading.Thread(target=crash)
        for number, kind in enumerate(itertools.cycle(kinds)):
            if number == after:
                crashing.start()
            assert number < CRASH_LIMIT, "it crashed, and yet every request was answered"
            try:
                self._send(kind)
            except (OSError, http.client.HTTPException):
                assert number >= after, "a request got no answer although nothing crashed"
                break
        crashing.join()

    def send_truncated(self) -> None:
        """A request that ends in the middle of a word."""
        word = self.word().encode()
        head = b"POST /webhooks/standard?%b HTTP/1.1\r\nhost: %b\r\ncontent-length: 9999\r\n\r\n" % (word, word)
        self.sent += 1
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.deployment.http_port)) as connection:
            connection.sendall(head + word)

    def request(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> HTTPResponse:
        self._connection = self._connection or connect(self.deployment.http_port)
        try:
            self._connection.request(method, path, body, headers)
            return HTTPResponse.read(self._connection.getresponse())
        except (OSError, http.client.HTTPException):
            self._close()
            raise

    def signed(self, body: bytes) -> HTTPResponse:
        return self.request("POST", "/webhooks/standard", sign(self.deployment.secret, body), body)

    def form(self, fields: dict[str, str]) -> HTTPResponse:
        return self.request("POST", "/survey", FORM_HEADERS, urlencode(fields).encode())

    def _send(self, kind: RequestKind) -> None:
        self.sent += 1
        answer = kind(self)
        # A form with an error shows again what was typed into it.
        if answer.status >= 400 and b"<form" not in answer.body:
            self.leaks.assert_absent(answer.body)

    def _close(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None


def good_webhook(traffic: CanaryTraffic) -> HTTPResponse:
    return traffic.signed(json.dumps(traffic.response()).encode())


def good_form(traffic: CanaryTraffic) -> HTTPResponse:
    response = traffic.response()
    return traffic.form({name: str(response[name]) for name in ("email", "score", "comment")})


def unknown_contact(traffic: CanaryTraffic) -> HTTPResponse:
    """A response of somebody whom Planhat does not know."""
    return traffic.signed(json.dumps(traffic.response("elsewhere.test")).encode())


def wrong_values(traffic: CanaryTraffic) -> HTTPResponse:
    """Authentic and invalid: all of it goes into quarantine."""
    wrong = traffic.response() | {"score": traffic.word(), "answeredAt": traffic.word(), "email": traffic.word()}
    return traffic.signed(json.dumps(wrong | {traffic.word(): traffic.word()}).encode())


def no_json(traffic: CanaryTraffic) -> HTTPResponse:
    return traffic.signed(json.dumps(traffic.response()).encode()[:-1])


def forged(traffic: CanaryTraffic) -> HTTPResponse:
    """Words in every header that anybody reads."""
    word = traffic.word()
    names = ("webhook-id", "webhook-signature", "webhook-timestamp", "authorization", "cookie", "referer", "user-agent")
    return traffic.request("POST", f"/webhooks/standard?token={word}", dict.fromkeys(names, word), word.encode())


def wrong_link(traffic: CanaryTraffic) -> HTTPResponse:
    return traffic.request("GET", f"/s/{traffic.word()}?email={traffic.word()}", {"x-forwarded-for": traffic.word()})


def wrong_form(traffic: CanaryTraffic) -> HTTPResponse:
    fields = {"email": traffic.word(), "score": "11", "comment": traffic.word(), "nonce": traffic.word()}
    return traffic.form(fields)


def wrong_source(traffic: CanaryTraffic) -> HTTPResponse:
    return traffic.request("POST", f"/webhooks/{traffic.word()}", {}, json.dumps(traffic.response()).encode())


def wrong_admin_token(traffic: CanaryTraffic) -> HTTPResponse:
    headers = {"authorization": f"Bearer {traffic.word()}"}
    return fetch(traffic.deployment.admin_port, "GET", f"/queue/responses?state={traffic.word()}", headers)


GOOD = (good_webhook, good_webhook, good_webhook, good_form)
WRONG = (wrong_values, no_json, forged, wrong_link, wrong_form, wrong_source, wrong_admin_token)
