"""A hundred thousand responses that piled up leave in as few requests as can be, at the pace that is set."""

import json
import secrets
import time

from harness import canary
from harness.deployment import Deploy, Deployment
from harness.mixture import resident_kib
from harness.waiting import wait_until
from harness.webhook import signed_headers

RESPONSES = 100_000
BATCH = 5_000
PER_MINUTE = 120


def pile_up(deployment: Deployment) -> None:
    for start in range(0, RESPONSES, 1_000):
        items = [
            {"id": f"drain-{n}", "email": canary.address(str(n)), "score": n % 11, "comment": canary.comment(str(n))}
            for n in range(start, start + 1_000)
        ]
        body = json.dumps(items).encode()
        headers = signed_headers(deployment.secret, body, f"msg_{secrets.token_hex(8)}", int(time.time()))
        assert deployment.post_webhook(body, headers).status == 200


def test_a_backlog_drains_in_few_requests(deploy: Deploy) -> None:
    settings = {"batch-size": BATCH, "requests-per-minute": PER_MINUTE}
    deployment = deploy({"planhat": settings, "log": {"level": "info"}})
    deployment.start_serve()
    pile_up(deployment)
    # Some may be in a request's hands just now: it tries in vain to reach the API.
    books = deployment.books()
    assert (books["accepted"], books["pending"] + books["sending"]) == (RESPONSES, RESPONSES)
    before = resident_kib(deployment.serve.pid)
    residents: list[int] = []
    progress: set[int] = set()
    deployment.start_sandbox()

    def drained() -> bool:
        residents.append(resident_kib(deployment.serve.pid))
        books = deployment.books()
        progress.add(books["delivered"])
        return books["delivered"] == RESPONSES

    wait_until(lambda: deployment.books()["delivered"] > 0, "the first delivery", timeout=330)
    begin = time.monotonic()
    sent_before = deployment.statistics()["requestsTotal"]
    wait_until(drained, "an empty queue", timeout=120, interval=0.2)
    seconds = time.monotonic() - begin
    requests = deployment.statistics()["requestsTotal"]
    assert requests <= RESPONSES // BATCH + 1, f"{requests} requests"
    assert requests - sent_before > RESPONSES // BATCH // 2, "too few were left to time them"
    assert seconds >= (requests - sent_before - 1) * 60 / PER_MINUTE * 0.9, "faster than the pace that is set"
    assert max(residents) < before + 100_000, f"from {before} to {max(residents)} KiB"
    assert len(progress) > 5, "queue status showed no progress"
    assert sum(1 for _ in deployment.records()) == RESPONSES
