"""Every verb that prints data notices that its output can't be written: a part is never taken for the whole."""

import os
import subprocess
from pathlib import Path
from typing import IO

import pytest

from harness.deployment import Deployment
from harness.program import clean_environment
from harness.waiting import DEADLINE

VERBS = [
    "check",
    "check --json",
    "--help",
    "--version",
    "queue status",
    "queue status --json",
    "queue list",
    "queue list --json",
    "queue export --format csv",
    "quarantine list",
    "planhat list",
    "webhook presets",
    "webhook presets --json",
    "webhook presets typeform",
]


def printed_to(output: IO[bytes], deployment: Deployment, verb: str) -> tuple[int, str]:
    """The exit status of a verb that prints to this file, and what it says on standard error."""
    result = subprocess.run(
        deployment.command(*verb.split()),
        cwd=deployment.directory,
        env=clean_environment(None),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    return result.returncode, result.stderr


@pytest.mark.parametrize("verb", VERBS)
def test_a_full_disk_is_noticed(running: Deployment, verb: str) -> None:
    with Path("/dev/full").open("wb") as full:
        status, errors = printed_to(full, running, verb)
    assert status == 1
    assert "Standard output can't be written" in errors


@pytest.mark.parametrize("verb", VERBS)
def test_a_closed_pipe_is_noticed_without_a_word(running: Deployment, verb: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        status, errors = printed_to(closed, running, verb)
    assert status == 1
    assert "written" not in errors
