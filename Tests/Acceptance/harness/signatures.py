"""The ways in which survey tools sign their webhooks, made with Python's `hmac` and `hashlib` or with the vendor's own
library, and with nothing of the collector's."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode


@dataclass
class Delivery:
    """One request, before or after signing."""

    body: bytes
    headers: dict[str, str]
    path: str
    timestamp: int = field(default_factory=lambda: int(time.time()))
    """When the tool claims to sign it, in Unix seconds."""


Sign = Callable[[Delivery, str, str], None]
"""Makes a delivery authentic; given the secret and the collector's public address."""


def mac(algorithm: str, secret: str, content: bytes) -> bytes:
    return hmac.new(secret.encode(), content, algorithm).digest()


def in_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def over_body(
    header: str, prefix: str = "", algorithm: str = "sha256", encode: Callable[[bytes], str] = bytes.hex
) -> Sign:
    """An HMAC of the body and nothing else."""

    def sign(delivery: Delivery, secret: str, _: str) -> None:
        delivery.headers[header] = prefix + encode(mac(algorithm, secret, delivery.body))

    return sign


def token_in_header(delivery: Delivery, secret: str, _: str) -> None:
    delivery.headers["authorization"] = f"Bearer {secret}"


def token_in_address(delivery: Delivery, secret: str, _: str) -> None:
    delivery.path += "?" + urlencode({"token": secret})


def standard(library: Any, brand: str) -> Sign:
    """Standard Webhooks by the class `Webhook` of a vendor's library."""

    def sign(delivery: Delivery, secret: str, _: str) -> None:
        moment = datetime.fromtimestamp(delivery.timestamp, UTC)
        delivery.headers |= {
            f"{brand}-id": "msg_1",
            f"{brand}-timestamp": str(delivery.timestamp),
            f"{brand}-signature": library(secret).sign("msg_1", moment, delivery.body.decode()),
        }

    return sign


def hubspot_v3(delivery: Delivery, secret: str, origin: str) -> None:
    moment = str(delivery.timestamp * 1000)
    content = f"POST{origin}{delivery.path}".encode() + delivery.body + moment.encode()
    delivery.headers |= {
        "X-HubSpot-Signature-v3": in_base64(mac("sha256", secret, content)),
        "X-HubSpot-Request-Timestamp": moment,
    }


def zendesk(delivery: Delivery, secret: str, _: str) -> None:
    moment = datetime.fromtimestamp(delivery.timestamp, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    delivery.headers |= {
        "X-Zendesk-Webhook-Signature": in_base64(mac("sha256", secret, moment.encode() + delivery.body)),
        "X-Zendesk-Webhook-Signature-Timestamp": moment,
    }


def stripe(delivery: Delivery, secret: str, _: str) -> None:
    code = mac("sha256", secret, f"{delivery.timestamp}.".encode() + delivery.body).hex()
    delivery.headers["Stripe-Signature"] = f"t={delivery.timestamp},v1={code},v0=00"


def slack(delivery: Delivery, secret: str, _: str) -> None:
    code = mac("sha256", secret, f"v0:{delivery.timestamp}:".encode() + delivery.body).hex()
    delivery.headers |= {"X-Slack-Signature": f"v0={code}", "X-Slack-Request-Timestamp": str(delivery.timestamp)}


def qualtrics(delivery: Delivery, secret: str, _: str) -> None:
    message = json.dumps({"Status": "Complete", "ResponseID": "R_1", "CompletedDate": "2026-02-03 10:00:05"})
    fields = {"MSG": message, "HMAC": mac("sha512", secret, message.encode()).hex(), "Topic": "t"}
    delivery.body = urlencode(fields).encode()


def hubspot_v2(delivery: Delivery, secret: str, origin: str) -> None:
    content = secret.encode() + f"POST{origin}{delivery.path}".encode() + delivery.body
    delivery.headers |= {
        "X-HubSpot-Signature": hashlib.sha256(content).hexdigest(),
        "X-HubSpot-Signature-Version": "v2",
    }
