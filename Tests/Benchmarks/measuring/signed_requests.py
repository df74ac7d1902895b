"""Signed webhooks, each with an id of its own, made before they are sent: no load has the time to sign."""

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path

from harness.deployment import Deployment
from harness.survey_tools import TOOLS
from harness.webhook import sign
from measuring.wrk import THREADS, SignedRequests

BODY_BYTES = 150
PER_SECOND = 30_000
"""More signed requests than any machine at hand gets through, for each second of a load."""
BATCH = 1_000
"""Responses in one delivery, at most."""

TYPEFORM = next(tool for tool in TOOLS if tool.name == "typeform")

Make = Callable[[str, str], bytes]
"""A complete HTTP request, given the secret of the source `standard` and the response's id."""

_prefixes = (f"r{number:04}" for number in itertools.count())
"""No two loads send the same ids."""


def standard(secret: str, name: str) -> bytes:
    """A body of `BODY_BYTES`. All of these requests have the same length."""
    response = {"id": name, "email": f"{name}@example.com", "score": 9, "comment": ""}
    padding = BODY_BYTES - len(json.dumps(response))
    body = json.dumps(response | {"comment": "x" * padding}).encode()
    return request("standard", body, sign(secret, body, f"msg_{name}"))


def mapped(_: str, name: str) -> bytes:
    """The same as Typeform sends it, for a mapping by jq."""
    delivery = TYPEFORM.delivery(name, comment="")
    TYPEFORM.sign(delivery, TYPEFORM.secret, "")
    return request("typeform", delivery.body, delivery.headers)


def request(source: str, body: bytes, headers: dict[str, str]) -> bytes:
    head = "".join(f"{key}: {value}\r\n" for key, value in headers.items())
    start = f"POST /webhooks/{source} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: {len(body)}\r\n{head}\r\n"
    return start.encode() + body


def series(make: Make, secret: str) -> Iterator[bytes]:
    """As many as one takes, signed at that moment, since signatures age."""
    prefix = next(_prefixes)
    return (make(secret, f"{prefix}n{number:08}") for number in itertools.count())


def prepare(make: Make, secret: str, directory: Path, seconds: int) -> SignedRequests:
    """Writes enough for one load of so many seconds, in place of those of the load before."""
    requests = series(make, secret)
    sizes = set()
    for thread in range(THREADS):
        with (directory / f"signed-{thread}").open("wb") as file:
            for signed in itertools.islice(requests, PER_SECOND * seconds // THREADS):
                sizes.add(len(signed))
                file.write(signed)
    assert len(sizes) == 1
    return SignedRequests(directory / "signed-", sizes.pop())


def deliver_batches(deployment: Deployment, responses: int) -> None:
    """So many responses in deliveries of many each: the quickest way to fill a queue from outside."""
    for first in range(0, responses, BATCH):
        items = [
            {"id": f"b{number}", "email": f"b{number}@example.com", "score": number % 11, "comment": "x" * 60}
            for number in range(first, min(first + BATCH, responses))
        ]
        body = json.dumps(items).encode()
        answer = deployment.post_webhook(body, sign(deployment.secret, body, f"msg_b{first}"))
        assert answer.status == 200, f"a batch was answered {answer.status}"
