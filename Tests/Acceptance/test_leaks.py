"""What people say is readable only on its way: not in logs, metrics or errors, and after delivery in no file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.deployment import Deploy, Deployment
from harness.http_client import fetch
from harness.leaks import LeakSearch
from harness.waiting import LONG_DEADLINE, wait_until
from scenarios.canary_traffic import GOOD, WRONG, CanaryTraffic, good_webhook, unknown_contact, wrong_values


def send_while_the_api_fails(traffic: CanaryTraffic) -> None:
    """The API commits and then fails, refuses, and answers with errors that repeat what was sent."""
    deployment = traffic.deployment
    deployment.set_faults({"500-after": 2, "truncated": 1, "401": 1, "error-entry": "object"})
    deployment.set_faults({"unknown-contact": "reject-400"})
    traffic.send(600, good_webhook, unknown_contact)
    wait_until(
        lambda: deployment.books()["parked"] >= 290, "unknown contacts to be parked", LONG_DEADLINE, interval=0.5
    )


def send_while_the_collector_crashes(traffic: CanaryTraffic) -> None:
    """kill -9 in the middle of requests, again and again."""
    deployment = traffic.deployment
    for _ in range(6):
        traffic.send_through_crash(deployment.serve.kill, 80, good_webhook, wrong_values)
        for _ in range(20):
            traffic.send_truncated()
        deployment.start_serve()


def database_files(deployment: Deployment) -> Iterator[Path]:
    return deployment.directory.glob("queue.db*")


def test_of_five_thousand_requests_nothing_leaks(deploy: Deploy) -> None:
    deployment = deploy()
    deployment.start()
    leaks = LeakSearch()
    traffic = CanaryTraffic(deployment, leaks)
    traffic.send(2_500, *GOOD)
    traffic.send(1_400, *WRONG)
    send_while_the_api_fails(traffic)
    send_while_the_collector_crashes(traffic)
    assert traffic.sent >= 5_000

    with pytest.raises(AssertionError, match="leaked"):
        leaks.assert_absent_from_files(database_files(deployment))
    deployment.set_faults({"500-after": 0, "truncated": 0, "401": 0, "unknown-contact": "domain-create"})
    reasons = deployment.run("queue", "list", "--parked", "--limit", "1000")
    leaks.assert_absent(reasons.stdout.encode(), reasons.stderr.encode())
    assert deployment.run("queue", "retry", "--all").returncode == 0
    books = deployment.await_drained()
    assert books["parked"] == 0 and books["delivered"] > 2_500
    assert books["quarantined"] > 200
    assert deployment.run("quarantine", "discard", "--all", "--yes").returncode == 0

    metrics = fetch(deployment.admin_port, "GET", "/metrics").body
    assert b"nps_delivery_total" in metrics
    readiness = fetch(deployment.admin_port, "GET", "/readyz").body
    leaks.assert_absent(metrics, readiness)
    leaks.assert_absent_from_files(database_files(deployment))
    deployment.serve.stop()
    leaks.assert_absent_from_files(database_files(deployment))
    assert deployment.serve.log.stat().st_size > 100_000, "a silent log proves nothing"
    leaks.assert_absent_from_files(deployment.directory.glob("*.log"))
