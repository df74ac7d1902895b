"""deploy/run as a newcomer uses it: start it, paste what it prints, fill in the form, press Ctrl-C."""

import base64
import json
import os
import re
import shlex
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from harness import canary
from harness.browser import answer_form, browser
from harness.deployment import REPOSITORY
from harness.http_client import fetch
from harness.ports import accepts, free_port
from harness.program import Program, run_command
from harness.waiting import wait_until
from harness.webhook import response_id

BUILD_SECONDS = 1200
PORTS = ("HTTP_PORT", "ADMIN_PORT", "SANDBOX_PORT", "FIRST_PORT", "SECOND_PORT", "SECOND_ADMIN_PORT")
DEMONSTRATED = response_id("hello-1")


@dataclass(frozen=True)
class Run:
    """A running deploy/run and what it printed."""

    program: Program
    ports: dict[str, str]
    text: str

    @property
    def form(self) -> str:
        return self.printed(r"^ +(https?://\S+/survey)$")

    @property
    def signed_request(self) -> str:
        return self.printed(r"^(\( id=(?:.|\n)*? \))$")

    @property
    def list_command(self) -> str:
        return self.printed(r"^ +(\S+ planhat list .*)$")

    def printed(self, pattern: str) -> str:
        """The first group of the pattern in what was printed."""
        found = re.search(pattern, self.text, re.MULTILINE)
        assert found, f"deploy/run printed nothing like {pattern}:\n{self.text}"
        return found[1]

    def interrupt(self) -> int:
        """Ctrl-C."""
        self.program.signal(signal.SIGINT)
        return self.program.wait()


@contextmanager
def run(state: Path, *arguments: str) -> Iterator[Run]:
    ports = {name: str(free_port()) for name in PORTS}
    log = state.with_name(f"{state.name}.out")
    log.unlink(missing_ok=True)
    environment = {"NPS_RUN_DIR": str(state), **ports}

    def hints() -> str | None:
        assert program.is_running, program.tail()
        text = log.read_text()
        return text if "Ctrl-C stops" in text else None

    with Program(["deploy/run", *arguments], log, REPOSITORY, environment) as program:
        try:
            yield Run(program, ports, wait_until(hints, "the hints of deploy/run", BUILD_SECONDS))
        finally:
            # Killed without a warning, it would leave the collector and the sandbox behind.
            program.stop()


def shell(command: str, directory: Path) -> str:
    """What a person gets who pastes the command into another terminal."""
    result = run_command("bash", "-c", command, directory=directory)
    assert result.returncode == 0, result.stderr
    return result.stdout


def look_at_the_page(address: str, state: Path) -> None:
    port = int(address.rsplit(":", 1)[1].strip("/"))
    signed_in = base64.b64encode(b"ana:" + (state / "admin-token").read_bytes().strip()).decode()
    assert fetch(port, "GET", "/").status == 401
    assert "Planhat" in fetch(port, "GET", "/", {"authorization": f"Basic {signed_in}"}).text


@pytest.mark.parametrize("arguments", [(), ("--tls",)], ids=["http", "https"])
def test_first_minutes(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    state = tmp_path / "run"
    begin = datetime.now(UTC)
    with run(state, *arguments) as first:
        assert first.form.startswith("https:" if arguments else "http:")
        paste_twice(first.signed_request, tmp_path)
        send_form(first.form)
        records = arrived(first.list_command, tmp_path, count=2)
        check_records(records, begin)
        look_at_the_page(first.printed(r"^ +(http://\S+/)$"), state)
        assert first.interrupt() == 0
        assert not any(accepts(int(port)) for port in first.ports.values())

    secrets = {file.name: file.read_text() for file in state.iterdir() if "token" in file.name or "secret" in file.name}
    with run(state, *arguments) as second:
        assert arrived(second.list_command, tmp_path, count=2) == records
        assert "unchanged" in shell(second.signed_request, tmp_path)
        assert second.interrupt() == 0

    assert secrets == {name: (state / name).read_text() for name in secrets}
    assert state.stat().st_mode & 0o077 == 0
    canary.assert_not_logged(state.glob("*.log"), [secret.strip() for secret in secrets.values()])


def test_the_request_in_the_readme_works_as_printed(tmp_path: Path) -> None:
    state = tmp_path / "run"
    with run(state) as started:
        paste_twice(readme_request(state, started.ports["HTTP_PORT"]), tmp_path)


def test_a_child_that_dies_takes_the_other_along(tmp_path: Path) -> None:
    with run(tmp_path / "run") as started:
        sandbox = run_command("pgrep", "-P", str(started.program.pid), "-f", " sandbox ").stdout
        os.kill(int(sandbox), signal.SIGKILL)
        assert started.program.wait() == 1
        assert "sandbox ended with exit status 137" in started.program.log.read_text()
        assert not any(accepts(int(port)) for port in started.ports.values())


def test_two_collectors_on_a_postgres(tmp_path: Path) -> None:
    state = tmp_path / "run"
    with run(state, "--postgres") as started:
        paste_twice(started.signed_request, tmp_path)
        arrived(started.list_command, tmp_path, count=1)
        statuses = re.findall(r"^ +(\S+ queue status --config \S+)", started.text, re.MULTILINE)
        for status in statuses:
            await_delivered(f"{status} --json", tmp_path, count=1)

        # One of the two forwards, whichever is stopped.
        assert {json.loads(shell(f"{status} --json", tmp_path))["leader"] for status in statuses} <= {"first", "second"}
        shell(started.printed(r"^ +(kill \d+) +# the second$"), tmp_path)
        wait_until(lambda: not accepts(int(started.ports["SECOND_PORT"])), "the second to stop")
        paste_twice(started.signed_request.replace("hello-1", "hello-2"), tmp_path)
        arrived(started.list_command, tmp_path, count=2)
        assert json.loads(shell(f"{statuses[0]} --json", tmp_path))["leader"] == "first"

        again = shlex.split(started.printed(r"^ +(\S+ serve --config .*?) +# the second$"))
        with Program(again, tmp_path / "again.log", tmp_path) as second:
            wait_until(lambda: accepts(int(started.ports["SECOND_PORT"])), "the second to be there again")
            # Now neither of the two runs that the script has begun.
            shell(started.printed(r"^ +(kill \d+) +# the first$"), tmp_path)
            wait_until(lambda: not accepts(int(started.ports["FIRST_PORT"])), "the first to stop")
            paste_twice(started.signed_request.replace("hello-1", "hello-3"), tmp_path)
            arrived(started.list_command, tmp_path, count=3)
            assert second.stop() == 0
        assert started.interrupt() == 0
        assert not any(accepts(int(port)) for port in started.ports.values())

    database = re.search(r"collector@(%2F\S+)/nps", (state / "nps-collector.yaml").read_text())
    assert database and not Path(unquote(database[1])).exists()
    canary.assert_not_logged(state.glob("*.log"))


def readme_request(state: Path, port: str) -> str:
    """The first shell example of the README that signs a request, with this run's state and port."""
    examples = re.findall(r"^```sh\n(.*?)^```$", (REPOSITORY / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    signed = next(example for example in examples if "webhook-signature" in example)
    return str(signed.replace(".run/", f"{state}/").replace(":8080", f":{port}"))


def paste_twice(command: str, directory: Path) -> None:
    for expected in ("accepted", "unchanged"):
        assert f'"{expected}"' in shell(command, directory)


def send_form(address: str) -> None:
    with browser() as driver:
        page = answer_form(driver, address, canary.address("form"), 0, canary.comment("typed"))
        assert driver.current_url.startswith(address + "/thanks?score=")
        assert "thank" in page.lower()


def arrived(command: str, directory: Path, count: int) -> list[dict[str, Any]]:
    """The records at the API by score, once there are `count`."""

    def enough() -> list[dict[str, Any]] | None:
        records: list[dict[str, Any]] = json.loads(shell(f"{command} --json", directory))
        return records if len(records) >= count else None

    records = wait_until(enough, f"{count} records at the API", interval=0.2)
    assert len(records) == count
    return sorted(records, key=lambda record: record["score"])


def await_delivered(command: str, directory: Path, count: int) -> None:
    """Until so many are delivered as the collector says, which learns of it after the API."""
    wait_until(
        lambda: json.loads(shell(command, directory))["delivered"] == count, f"{count} to be delivered", interval=0.2
    )


def check_records(records: list[dict[str, Any]], begin: datetime) -> None:
    typed, pasted = records
    assert (typed["email"], typed["score"], typed["comment"], typed["source"]) == (
        canary.address("form"),
        0,
        canary.comment("typed"),
        "survey",
    )
    assert (pasted["email"], pasted["score"], pasted["comment"], pasted["source"], pasted["sourceId"]) == (
        "ada@example.com",
        9,
        "Up in a minute",
        "standard",
        DEMONSTRATED,
    )
    assert re.fullmatch(r"nps1-[0-9a-f]{32}", typed["sourceId"])
    for record in records:
        answered = datetime.fromisoformat(record["dateAnswered"])
        assert begin - timedelta(seconds=1) <= answered <= datetime.now(UTC)
