"""Standard Webhooks as a sender makes them, written from the specification and independent of the collector."""

import base64
import hashlib
import hmac
import http.client
import json
import secrets
import ssl
import time
from typing import Any, Self

from harness import canary
from harness.http_client import HTTPResponse, connect


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def response_id(provider_id: str, source: str = "standard") -> str:
    """The permanent id that the collector must give this response, and Planhat must know as its `sourceId`."""
    return "nps1-" + hashlib.sha256(source.encode() + b"\0" + provider_id.encode()).hexdigest()[:32]


def fresh_response(name: str) -> dict[str, Any]:
    """A response nobody has sent before."""
    provider_id = f"{name}-{secrets.token_hex(6)}"
    return {"id": provider_id, "email": canary.address(provider_id), "score": 7, "comment": canary.comment(name)}


def sign(secret: str, body: bytes, message_id: str | None = None) -> dict[str, str]:
    """The headers of a delivery that is signed now, with a fresh message id if none is given."""
    message_id = message_id or f"msg_{secrets.token_hex(12)}"
    timestamp = int(time.time())
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = b".".join([message_id.encode(), str(timestamp).encode(), body])
    signature = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{signature}",
    }


class Sender:
    """One survey tool: signs deliveries and posts them over one kept-alive connection."""

    def __init__(
        self, port: int, secret: str, path: str = "/webhooks/standard", trust: ssl.SSLContext | None = None
    ) -> None:
        self.secret = secret
        self.path = path
        self.connection = connect(port, trust)

    def post(self, response: dict[str, Any], message_id: str | None = None) -> HTTPResponse:
        """Delivers one response. After an exception the next call opens a new connection."""
        body = json.dumps(response).encode()
        return self.post_raw(body, sign(self.secret, body, message_id))

    def post_raw(self, body: bytes, headers: dict[str, str]) -> HTTPResponse:
        try:
            self.connection.request("POST", self.path, body, headers)
            return HTTPResponse.read(self.connection.getresponse())
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.connection.close()
