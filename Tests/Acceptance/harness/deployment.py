"""Deployments: a collector and a sandbox API of their own, with a fresh directory, free ports and generated secrets."""

import http.client
import itertools
import json
import os
import secrets
import ssl
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

from harness import canary
from harness.http_client import FORM_HEADERS, HTTPResponse, fetch
from harness.ports import free_port
from harness.program import Program, run_command
from harness.waiting import LONG_DEADLINE, wait_until
from harness.webhook import Sender, new_secret

REPOSITORY = Path(__file__).resolve().parents[3]
BINARY = Path(os.environ.get("NPS_COLLECTOR", REPOSITORY / ".build-release/release/nps-collector")).resolve()

Deploy = Callable[..., "Deployment"]
"""Makes a deployment that is not started yet, given the settings that differ from the tests' defaults."""

BOOKS = ("pending", "sending", "delivered", "parked", "erased")
"""The states whose sum is what was accepted."""


def is_balanced(books: dict[str, int]) -> bool:
    return books["accepted"] == sum(books[state] for state in BOOKS)


def merge(settings: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """`settings` with `changes` laid over them, section by section."""
    merged = dict(settings)
    for key, value in changes.items():
        both_are_sections = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = merge(merged[key], value) if both_are_sections else value
    return merged


class Deployment:
    """Everything one test needs to run `serve` and `sandbox`, and to ask them how they are.

    As a context manager it stops both programs at the end and makes sure that no log contains private data; after an
    exception it kills them.
    """

    serve: Program
    """The collector that was started last."""
    sandbox: Program
    """The sandbox API that was started last."""
    binary = BINARY
    """The program whose verbs it runs from now on."""

    def __init__(self, directory: Path, changes: dict[str, Any] | None = None) -> None:
        self.directory = directory
        self.http_port, self.admin_port, self.sandbox_port = free_port(), free_port(), free_port()
        self.secret = new_secret()
        self.admin_token = secrets.token_hex(24)
        self.api_token = secrets.token_hex(24)
        self.config = directory / "nps-collector.yaml"
        self.trusted: ssl.SSLContext | None = None
        self._started: list[Program] = []
        self.configure(changes or {})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.stop()
        else:
            self.kill()

    def configure(self, changes: dict[str, Any]) -> None:
        """Writes the settings, with `changes` over the defaults of the tests. Every JSON document is YAML."""
        settings = {
            "http": {"port": self.http_port},
            "admin": {"port": self.admin_port, "token": self.admin_token},
            "planhat": {
                "url": f"http://127.0.0.1:{self.sandbox_port}",
                "token": self.api_token,
                "requests-per-minute": 60_000,
            },
            "queue": {"url": f"sqlite:{self.directory / 'queue.db'}"},
            "webhooks": {"standard": {"secrets": [self.secret]}},
            "log": {"level": "trace"},
            "sandbox": {
                "port": self.sandbox_port,
                "token": self.api_token,
                "database": str(self.directory / "sandbox.db"),
            },
        }
        self.config.write_text(json.dumps(merge(settings, changes), indent=2))

    def start_sandbox(self) -> None:
        """Starts the sandbox API without its usual limit of 200 requests a minute, which would only make tests wait."""
        self.sandbox = self._begin("sandbox")
        self._await(self.sandbox, "the sandbox", lambda: self.set_faults({"rate-limit": 0}))

    def start_serve(self, prefix: Sequence[str | Path] = (), logged: str | None = None) -> None:
        """Starts the collector, under the command `prefix` if there is one, and waits until it says it is ready: when
        asked, or by itself in the log if `logged` is what it says there."""
        self.begin_serve(prefix)

        def is_ready() -> bool:
            return logged in self.serve.log.read_text() if logged else self.get("/readyz").status == 200

        self._await(self.serve, "the collector", is_ready)

    def begin_serve(self, prefix: Sequence[str | Path] = (), descriptors: Sequence[int] = ()) -> None:
        """Starts the collector with these descriptors and doesn't wait for it."""
        self.serve = self._begin("serve", prefix, descriptors)

    def start(self) -> None:
        self.start_sandbox()
        self.start_serve()

    def stop(self) -> None:
        """Stops what still runs, and makes sure that it ended well and that the logs contain nothing private."""
        running = [program for program in reversed(self._started) if program.is_running]
        try:
            statuses = {program.log.name: program.stop() for program in running}
        finally:
            self.kill()
        assert set(statuses.values()) <= {0}, f"exit statuses {statuses}"
        canary.assert_not_logged(self.directory.glob("*.log"), (self.admin_token, self.api_token, self.secret))

    def kill(self) -> None:
        """Ends what still runs without looking at how it ended."""
        for program in self._started:
            program.kill()

    def command(self, *words: str) -> list[str | Path]:
        return [self.binary, *words, "--config", self.config]

    def run(self, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """One verb with this deployment's settings, to its end; `typed` is its standard input."""
        return run_command(*self.command(*words), typed=typed, directory=self.directory)

    def data(self, *words: str) -> Any:
        """What a verb prints with `--json`."""
        result = self.run(*words, "--json")
        assert result.returncode == 0, f"{' '.join(words)} ended with {result.returncode}: {result.stderr}"
        return json.loads(result.stdout)

    def books(self) -> dict[str, int]:
        """The queue's status as the verb prints it; it must balance whenever one looks."""
        status: dict[str, int] = self.data("queue", "status")
        assert is_balanced(status), f"the books do not balance: {status}"
        return status

    def admin_status(self) -> HTTPResponse:
        """The queue's status from the admin listener, which takes less time than the verb."""
        headers = {"authorization": f"Bearer {self.admin_token}"}
        return fetch(self.admin_port, "GET", "/queue/status", headers)

    def await_drained(self, timeout: float = LONG_DEADLINE) -> dict[str, int]:
        """Waits until everything accepted is delivered, parked or erased, and returns the books."""

        def drained() -> dict[str, int] | None:
            books = self.books()
            return books if books["pending"] == books["sending"] == 0 else None

        return wait_until(drained, "an empty queue", timeout, interval=0.2)

    def records(self) -> Iterator[dict[str, Any]]:
        """Every record at the sandbox, read from its API page by page."""
        page_size, offset = 5_000, 0
        while True:
            page = self._api("GET", f"/nps?limit={page_size}&offset={offset}").json()
            yield from page
            if len(page) < page_size:
                return
            offset += page_size

    def trust(self, certificate: Path) -> None:
        """Talks TLS to the public listener from now on, and believes this certificate."""
        self.trusted = ssl.create_default_context(cafile=str(certificate))

    def post(self, response: dict[str, Any]) -> HTTPResponse:
        """One signed webhook on a connection of its own."""
        with Sender(self.http_port, self.secret, trust=self.trusted) as sender:
            return sender.post(response)

    def post_webhook(self, body: bytes, headers: dict[str, str], path: str = "/webhooks/standard") -> HTTPResponse:
        """A webhook with exactly this body and these headers, valid or not."""
        return fetch(self.http_port, "POST", path, headers, body, self.trusted)

    def get(self, path: str) -> HTTPResponse:
        return fetch(self.http_port, "GET", path, trust=self.trusted)

    def post_form(
        self, fields: dict[str, str] | bytes, path: str = "/survey", headers: dict[str, str] | None = None
    ) -> HTTPResponse:
        """Sends a form as a browser does; bytes are sent as they are."""
        body = fields if isinstance(fields, bytes) else urlencode(fields).encode()
        return fetch(self.http_port, "POST", path, FORM_HEADERS | (headers or {}), body, self.trusted)

    def set_faults(self, faults: dict[str, Any]) -> bool:
        """Tells the sandbox which faults to produce from now on."""
        return self._api("PATCH", "/sandbox/faults", json.dumps(faults).encode()).status == 200

    def faults(self) -> dict[str, Any]:
        """The faults that the sandbox has still to produce."""
        plan: dict[str, Any] = self._api("GET", "/sandbox/faults").json()
        return plan

    def statistics(self) -> dict[str, Any]:
        """What the sandbox has counted since its start."""
        counts: dict[str, Any] = self._api("GET", "/sandbox/stats").json()
        return counts

    def writes(self) -> dict[str, Any]:
        """When requests that write came to the sandbox, and which of them wrote the same at the same time."""
        log: dict[str, Any] = self._api("GET", "/sandbox/writes").json()
        return log

    def _api(self, method: str, path: str, body: bytes | None = None) -> HTTPResponse:
        headers = {"authorization": f"Bearer {self.api_token}", "content-type": "application/json"}
        return fetch(self.sandbox_port, method, path, headers, body)

    def _begin(self, verb: str, prefix: Sequence[str | Path] = (), descriptors: Sequence[int] = ()) -> Program:
        log = self.directory / f"{verb}.log"
        program = Program([*prefix, *self.command(verb)], log, self.directory, descriptors=descriptors)
        self._started.append(program)
        return program

    def _await(self, program: Program, what: str, is_ready: Callable[[], bool]) -> None:
        def probe() -> bool:
            assert program.is_running, f"{what} ended with {program.wait()}:\n{program.tail()}"
            try:
                return is_ready()
            except (OSError, http.client.HTTPException):
                return False

        wait_until(probe, f"{what} to be ready", interval=0.01)


@contextmanager
def deployments(parent: Path) -> Iterator[Deploy]:
    """A maker of deployments, each in a directory of its own below `parent`; all of them are stopped at the end."""
    numbers = itertools.count()
    with ExitStack() as stack:

        def make(changes: dict[str, Any] | None = None) -> Deployment:
            directory = parent / f"deployment-{next(numbers)}"
            directory.mkdir()
            return stack.enter_context(Deployment(directory, changes))

        yield make
