"""The queue's disk is full: nothing is promised, everything says so, and all goes on when there is room."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.deployment import Deploy, Deployment
from harness.disk import fill, small_disk
from harness.http_client import fetch
from harness.promql import parse_scrape
from harness.waiting import wait_until
from harness.webhook import fresh_response

UNREACHABLE = 69

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs the right to mount a file system")


@pytest.fixture
def disk() -> Iterator[Path]:
    """To be asked for before the deployment, which has to stop first."""
    # The reserve is 64 MiB.
    with small_disk(mebibytes=128) as directory:
        yield directory


def values(deployment: Deployment) -> dict[str, float]:
    """What the metrics say that have no labels."""
    answer = fetch(deployment.admin_port, "GET", "/metrics")
    assert answer.status == 200
    return {sample.name: sample.value for sample in parse_scrape(answer.text) if not sample.labels}


def families(deployment: Deployment) -> set[str]:
    return set(re.findall(r"^# TYPE (\S+) ", fetch(deployment.admin_port, "GET", "/metrics").text, re.MULTILINE))


def assert_full(deployment: Deployment) -> None:
    """Whoever asks is told, each in their own way."""
    answer = deployment.post(fresh_response("refused"))
    assert (answer.status, "retry-after" in answer.headers) == (503, True)
    assert deployment.get("/livez").status == 200
    # What was found within the last second may still hold.
    wait_until(lambda: deployment.get("/readyz").json() == {"status": "unavailable"}, "it to be known")
    ready = fetch(deployment.admin_port, "GET", "/readyz")
    assert ready.status == 503 and "disk" in ready.json()["queue"]
    told = values(deployment)
    assert (told["nps_ready"], told["nps_queue_up"]) == (0, 1)
    assert told["nps_queue_disk_free_bytes"] < told["nps_queue_disk_reserve_bytes"] < told["nps_queue_disk_size_bytes"]
    assert deployment.run("healthcheck").returncode == UNREACHABLE
    status = deployment.run("queue", "status")
    assert status.returncode == 0 and "The disk that holds the queue is full" in status.stdout
    refused = deployment.run("queue", "backup", "backup.db")
    assert refused.returncode == 1 and "enough room" in refused.stderr


def test_a_full_disk_is_seen_by_everybody_and_survived(disk: Path, deploy: Deploy) -> None:
    deployment = deploy({"queue": {"url": f"sqlite:{disk / 'queue.db'}"}, "log": {"level": "info"}})
    deployment.start()
    assert deployment.post(fresh_response("before")).status == 200
    deployment.await_drained()
    told = values(deployment)
    assert told["nps_ready"] == 1 and told["nps_queue_disk_free_bytes"] > told["nps_queue_disk_reserve_bytes"]
    before = families(deployment)
    ballast = fill(disk)
    assert_full(deployment)
    assert families(deployment) >= before

    # So it is after a start, which needs no room.
    assert deployment.serve.stop() == 0
    deployment.serve.log.unlink()
    deployment.start_serve(logged="no response is accepted before the queue's disk has room")
    assert_full(deployment)
    told_in_log = deployment.serve.log.read_text()
    assert "accepting responses" not in told_in_log
    assert re.search(rf"is full or nearly so: \d[\d.]* MiB are free in {disk}, and 64 MiB are wanted", told_in_log)
    # Of requests to Planhat there is nothing before the first.
    assert families(deployment) >= {name for name in before if not name.startswith("nps_delivery_request")}

    ballast.unlink()
    # Nobody asks: the log says so by itself.
    room = "There is room on the queue's disk again: responses are accepted."
    wait_until(lambda: room in deployment.serve.log.read_text(), "the log to say that there is room")
    assert deployment.get("/readyz").status == 200
    assert deployment.post(fresh_response("after")).status == 200
    assert deployment.await_drained()["delivered"] == 2
    assert values(deployment)["nps_ready"] == 1
