"""HTTP/1.1 with nothing in between: no proxy settings, no retries, no redirects followed."""

import http.client
import json
import ssl
from dataclasses import dataclass
from typing import Any

from harness.waiting import DEADLINE

FORM_HEADERS = {"content-type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class HTTPResponse:
    """A whole response; the names of its headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @classmethod
    def read(cls, response: http.client.HTTPResponse) -> "HTTPResponse":
        return cls(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


def connect(port: int, trust: ssl.SSLContext | None = None) -> http.client.HTTPConnection:
    """A connection to this machine, over TLS if there is a certificate to trust."""
    if trust:
        return http.client.HTTPSConnection("127.0.0.1", port, timeout=DEADLINE, context=trust)
    return http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)


def fetch(
    port: int,
    method: str,
    path: str,
    headers: dict[str, str] | None = None,
    body: bytes | None = None,
    trust: ssl.SSLContext | None = None,
) -> HTTPResponse:
    """One request on a connection of its own."""
    connection = connect(port, trust)
    try:
        connection.request(method, path, body, headers or {})
        return HTTPResponse.read(connection.getresponse())
    finally:
        connection.close()
