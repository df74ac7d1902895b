"""Alerts go out once although the disk is full, the receiver is away, or the collector is stopped or killed while it
posts."""

import os
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.deployment import Deploy
from harness.program import run_command
from harness.receiver import Receiver, in_order, metrics
from harness.waiting import wait_until
from harness.webhook import fresh_response

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs the right to mount a file system")


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of its own with little room."""
    directory = Path(tempfile.mkdtemp(prefix="nps-disk-"))
    mounted = run_command("mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", directory)
    assert mounted.returncode == 0, mounted.stderr
    yield directory
    run_command("umount", "--lazy", directory)
    directory.rmdir()


@as_root
def test_a_full_disk_is_told_although_nothing_can_be_written(
    deploy: Deploy, small_disk: Path, receiver: Receiver
) -> None:
    deployment = deploy(receiver.settings | {"queue": {"url": f"sqlite:{small_disk / 'queue.db'}"}})
    deployment.start()
    ballast = small_disk / "ballast"
    run_command("dd", "if=/dev/zero", f"of={ballast}", "bs=64k")
    run_command("dd", "if=/dev/zero", f"of={ballast}", "bs=512", "oflag=append", "conv=notrunc")
    receiver.wait_for("NPSDiskLow began", "NPSNotAccepting began")
    reason = [message["data"].get("reason") for message in receiver.messages]
    assert "diskFull" in reason
    ballast.unlink()
    # It goes on when the next write has succeeded.
    wait_until(lambda: deployment.post(fresh_response("room")).status == 200, "room")
    receiver.wait_for("NPSDiskLow ended", "NPSNotAccepting ended")
    assert in_order(receiver.events)
    deployment.serve.kill()
    deployment.start_serve()
    assert in_order(receiver.events)


def test_while_the_receiver_is_away_nothing_is_lost_or_doubled(deploy: Deploy, receiver: Receiver) -> None:
    deployment = deploy(receiver.settings)
    receiver.stop()
    deployment.start()
    assert deployment.post(fresh_response("wrong") | {"score": 11}).status == 422
    wait_until(lambda: metrics(deployment, "nps_alert_deliveries_total").get("unreachable"), "an attempt")
    # It comes back, hangs, and the collector is stopped and killed while it posts.
    for stop in (signal.SIGTERM, signal.SIGKILL):
        receiver.held.clear()
        receiver.hangs.set()
        receiver.start()
        wait_until(receiver.held.is_set, "a message under way")
        begin = time.monotonic()
        deployment.serve.signal(stop)
        status = deployment.serve.wait()
        assert status == (0 if stop == signal.SIGTERM else -signal.SIGKILL)
        assert time.monotonic() - begin < 20
        receiver.stop()
        deployment.start_serve()
    entry = deployment.data("quarantine", "list")[0]["id"]
    assert deployment.run("quarantine", "discard", "--yes", str(entry)).returncode == 0
    receiver.start()
    receiver.wait_for("NPSQuarantineGrowing standard began", "NPSQuarantineGrowing standard ended")
    assert in_order(receiver.events)
    assert "an alert can't be delivered" in deployment.serve.log.read_text() or receiver.attempts >= 2
