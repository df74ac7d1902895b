"""The order of system calls: a response is on the disk before its 200 is on the wire."""

import re
import secrets
from pathlib import Path

from harness import canary
from harness.deployment import Deploy
from harness.waiting import wait_until
from harness.webhook import response_id

TRACED = "trace=fsync,fdatasync,pwrite64,write,writev,sendto,sendmsg"
LONGEST_ARGUMENT = "8192"
"""More than a page of the write-ahead log."""


def completed_calls(trace: Path) -> list[str]:
    """The traced calls in the order of their completion, calls that another thread interrupted joined again."""
    calls: list[str] = []
    unfinished: dict[str, str] = {}
    for line in trace.read_text(errors="replace").splitlines():
        process, _, call = line.strip().partition(" ")
        call = call.strip()
        if call.endswith("<unfinished ...>"):
            unfinished[process] = call.removesuffix("<unfinished ...>").rstrip()
        elif resumed := re.match(r"<\.\.\. \w+ resumed>(.*)", call):
            calls.append(unfinished.pop(process, "") + resumed[1])
        else:
            calls.append(call)
    return calls


def first(calls: list[str], pattern: str, after: int = -1) -> int:
    for index in range(after + 1, len(calls)):
        if re.match(pattern, calls[index]):
            return index
    raise AssertionError(f"after call {after} there is none like {pattern}")


def test_every_200_follows_its_own_fsync(deploy: Deploy, tmp_path: Path) -> None:
    deployment = deploy()
    trace = tmp_path / "trace"
    deployment.start_sandbox()
    # With -D the collector stays our own child, and signals reach it and not the tracer.
    deployment.start_serve(prefix=["strace", "-D", "-f", "-y", "-s", LONGEST_ARGUMENT, "-e", TRACED, "-o", trace])
    marks = [secrets.token_hex(8) for _ in range(20)]
    for mark in marks:
        response = {"id": mark, "email": canary.address(mark), "score": 5, "comment": canary.comment(mark)}
        assert deployment.post(response).json()["status"] == "accepted"
    assert deployment.serve.stop() == 0
    wait_until(lambda: "exited with" in trace.read_text(errors="replace")[-4_000:], "the end of the trace")

    calls = completed_calls(trace)
    for mark in marks:
        stored = first(calls, rf"pwrite64\(\d+<[^>]*-wal>.*{mark}")
        durable = first(calls, r"f(data)?sync\(\d+<[^>]*-wal>\)\s*= 0", after=stored)
        answered = first(calls, rf"(write|writev|sendto|sendmsg)\(.*{response_id(mark)}")
        assert stored < durable < answered
