"""The API is away for a while, and people go on answering."""

import time

from harness.deployment import Deployment
from harness.load import Load
from harness.waiting import LONG_DEADLINE, wait_until
from scenarios.load_result import LoadResult


def outage(deployment: Deployment, responses: int, away_seconds: float) -> LoadResult:
    """Stops the API while `responses` come in, for `away_seconds` at least, and looks at the books all the time."""
    begin = time.monotonic()
    deployment.start()
    status = deployment.sandbox.stop()
    assert status == 0, f"the sandbox ended with {status}"
    with Load(deployment.http_port, deployment.secret, "outage", limit=responses) as load:
        back_at = time.monotonic() + away_seconds

        def may_come_back() -> bool:
            books = deployment.books()
            assert books["delivered"] == 0, f"delivered to an API that is away: {books}"
            return load.is_finished and time.monotonic() >= back_at

        wait_until(may_come_back, "all responses to be accepted", away_seconds + LONG_DEADLINE, interval=0.2)
    books = deployment.books()
    assert books["accepted"] == responses, f"{responses} were acknowledged, but the books say {books}"
    deployment.start_sandbox()
    return LoadResult.of(load, deployment, begin)
