"""A hundred thousand responses that piled up leave in as few requests as can be, at the pace that is set."""

import json
import time

from harness import canary
from harness.deployment import Deploy, Deployment
from harness.waiting import LONG_DEADLINE, wait_until
from harness.webhook import sign

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
        assert deployment.post_webhook(body, sign(deployment.secret, body)).status == 200


def await_first_request(deployment: Deployment) -> float:
    """Waits for the first request at the sandbox, and returns a moment shortly before it came."""
    before = time.monotonic()

    def has_begun() -> bool:
        nonlocal before
        moment = time.monotonic()
        if deployment.statistics()["requestsTotal"] > 0:
            return True
        before = moment
        return False

    wait_until(has_begun, "the first request", LONG_DEADLINE, interval=0.01)
    return before


def test_a_backlog_drains_in_few_requests(deploy: Deploy) -> None:
    settings = {"batch-size": BATCH, "requests-per-minute": PER_MINUTE}
    deployment = deploy({"planhat": settings, "log": {"level": "info"}})
    deployment.start_serve()
    pile_up(deployment)
    # Some may be in a request just now, which can't reach the API.
    books = deployment.books()
    assert (books["accepted"], books["pending"] + books["sending"]) == (RESPONSES, RESPONSES)
    before = deployment.serve.resident_kib
    residents: list[int] = []
    progress: set[int] = set()
    deployment.start_sandbox()

    def drained() -> bool:
        residents.append(deployment.serve.resident_kib)
        delivered = deployment.admin_status().json()["delivered"]
        progress.add(delivered)
        return bool(delivered == RESPONSES)

    begin = await_first_request(deployment)
    wait_until(drained, "an empty queue", LONG_DEADLINE)
    seconds = time.monotonic() - begin
    requests = deployment.statistics()["requestsTotal"]
    assert requests <= RESPONSES // BATCH + 1, f"{requests} requests"
    # A slow machine only takes longer.
    assert seconds >= (requests - 1) * 60 / PER_MINUTE * 0.9, "faster than the pace that is set"
    assert max(residents) < before + 100_000, f"from {before} to {max(residents)} KiB"
    assert len(progress) > 2, "the status showed no progress"
    assert deployment.books()["delivered"] == RESPONSES
    assert sum(1 for _ in deployment.records()) == RESPONSES
