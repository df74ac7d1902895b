"""The page Operations, step by step, on two machines: from nothing to a failover, and back."""

import json
import os
import re
import secrets
import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness import machine
from harness.deployment import BINARY, REPOSITORY
from harness.http_client import HTTPResponse, fetch
from harness.machine import Machine
from harness.ports import accepts
from harness.program import Program, run_command
from harness.waiting import LONG_DEADLINE, wait_until
from harness.webhook import Sender, fresh_response, new_secret

ADDRESSES = {"db1": "192.0.2.1", "db2": "192.0.2.2"}
NPS, REPLICATOR = secrets.token_hex(16), secrets.token_hex(16)
PAGE = (REPOSITORY / "Sources/NPSApp/Documentation.docc/Operations.md").read_text()

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs the right to make namespaces")


def block(language: str, text: str) -> str:
    """The block of the page that has this text in it."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    (found,) = (each for each in blocks if text in each)
    return str(found)


class Site:
    """A machine with what the page puts there, and with a collector and a sandbox for it."""

    def __init__(self, on: Machine, secret: str, token: str) -> None:
        self.machine = on
        self.secret = secret
        self.token = token
        self.network = on.callers()

    def shell(self, text: str, typed: str = "", changes: dict[str, str] | None = None) -> str:
        """Runs a block of the page as root."""
        block_text = block("sh", text)
        for old, new in (changes or {}).items():
            assert old in block_text
            block_text = block_text.replace(old, new)
        # What the page installs is there, and makes a server.
        stub = "apt-get() { pg_createcluster 15 main --start; }\n"
        return self.machine.run("bash", "-euc", stub + block_text, typed=typed)

    def sql(self, text: str, typed: str = "", changes: dict[str, str] | None = None) -> str:
        """Runs a block of the page as the server's administrator."""
        statements = block("sql", text)
        for old, new in (changes or {}).items():
            statements = statements.replace(old, new)
        file = self.machine.etc / "block.sql"
        file.write_text(statements)
        file.chmod(0o644)
        database = "nps" if "psql nps" in statements else "postgres"
        command = [
            "psql",
            "--no-psqlrc",
            "--no-align",
            "--tuples-only",
            "--set=ON_ERROR_STOP=1",
            "--file=/etc/block.sql",
        ]
        return self.machine.run("runuser", "-u", "postgres", "--", *command, database, typed=typed)

    # The collector

    @property
    def config(self) -> Path:
        return self.machine.etc / "nps-collector/nps-collector.yaml"

    def configure(self, name: str) -> None:
        """The settings of the page, and what any collector needs."""
        settings: dict[str, Any] = yaml.safe_load(block("yaml", "queue-password"))
        settings["queue"]["name"] = name
        settings |= {
            "http": {"port": 8080},
            "admin": {"token": self.token},
            "planhat": {"url": "http://127.0.0.1:8082", "token": self.token, "requests-per-minute": 60_000},
            "webhooks": {"standard": {"secrets": [self.secret]}},
            "sandbox": {"token": self.token, "database": "/etc/nps-collector/sandbox.db"},
        }
        self.config.write_text(json.dumps(settings))
        (self.config.parent / "queue-password").write_text(f"{NPS}\n")

    def command(self, verb: str) -> list[str | Path]:
        return [*self.machine.enter(), BINARY, verb, "--config", "/etc/nps-collector/nps-collector.yaml"]

    @contextmanager
    def running(self, verb: str, port: int) -> Iterator[Program]:
        with Program(self.command(verb), self.machine.root / f"{verb}.log", self.machine.root) as program:
            wait_until(lambda: self.is_listening(port) or not program.is_running, f"{verb} on {self.machine.name}")
            assert program.is_running, program.tail()
            yield program
            stop(program)

    def is_listening(self, port: int) -> bool:
        return self.network.submit(accepts, port).result()

    def post(self, response: dict[str, Any]) -> HTTPResponse:
        def send() -> HTTPResponse:
            with Sender(8080, self.secret) as sender:
                return sender.post(response)

        return self.network.submit(send).result()

    def status(self) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self.token}"}
        found: dict[str, Any] = self.network.submit(fetch, 8081, "GET", "/queue/status", headers).result().json()
        return found

    def await_delivered(self, count: int) -> None:
        wait_until(lambda: self.status()["delivered"] == count, f"{count} delivered", LONG_DEADLINE)

    def await_replication(self, standby: str) -> None:
        question = "SELECT application_name, state, sync_state FROM pg_stat_replication"
        command = ["psql", "--no-psqlrc", "--no-align", "--tuples-only", "--command", question]
        wait_until(
            lambda: (
                self.machine.run("runuser", "-u", "postgres", "--", *command).strip() == f"{standby}|streaming|sync"
            ),
            f"{standby} to follow",
        )


@contextmanager
def switched_on(name: str, root: Path, secret: str, token: str) -> Iterator[Site]:
    with machine.running(name, root) as on:
        site = Site(on, secret, token)
        yield site
        site.network.shutdown()


def test_the_page_leads_two_machines_to_a_failover_and_back(tmp_path: Path) -> None:
    secret, token = new_secret(), secrets.token_hex(16)
    for name in ADDRESSES:
        (tmp_path / name).mkdir()
        machine.prepare(tmp_path / name, ADDRESSES)
    with ExitStack() as second_machine:
        db2 = second_machine.enter_context(switched_on("db2", tmp_path / "db2", secret, token))
        known = [fresh_response(f"known-{number}") for number in range(6)]
        with ExitStack() as first_machine:
            db1 = first_machine.enter_context(switched_on("db1", tmp_path / "db1", secret, token))
            machine.connect((db1.machine, db2.machine), ADDRESSES)
            set_up(tmp_path, db1, db2)
            make_anew(db1, db2)
            sandbox = second_machine.enter_context(db2.running("sandbox", 8082))
            first_machine.enter_context(db1.running("sandbox", 8082))
            first_machine.enter_context(db1.running("serve", 8080))
            second = second_machine.enter_context(db2.running("serve", 8080))

            for number, response in enumerate(known):
                assert (db1, db2)[number % 2].post(response).json()["status"] == "accepted"
            db1.await_delivered(len(known))
            watch(db1)
            db2.shell("pg_dump")
            known.append(lose_the_standby(db1, db2))
            db1.await_delivered(len(known))
            db1.machine.lose()

        db2.shell("main promote")
        await_ready(db2)
        for response in known:
            assert db2.post(response).json()["status"] == "unchanged"
        known.append(fresh_response("promoted"))
        assert db2.post(known[-1]).status == 200
        db2.await_delivered(len(known))

        with switched_on("db1", tmp_path / "db1", secret, token) as db1:
            machine.connect((db1.machine, db2.machine), ADDRESSES)
            db1.shell(
                "pg_basebackup",
                typed=f"{REPLICATOR}\n",
                changes={"primary=db1": "primary=db2", "pg_ctlcluster 15 main stop\n": ""},
            )
            db2.sql("SYSTEM SET synchronous", changes={"'db2'": "'db1'"})
            db2.await_replication("db1")
            assert db2.post(fresh_response("followed")).status == 200
            db2.await_delivered(len(known) + 1)

            stop(second)
            db2.shell("pg_restore")
            with db2.running("serve", 8080):
                await_ready(db2)
                # The dump was made before the last two of these.
                assert [db2.post(response).json()["status"] for response in known] == [
                    *["unchanged"] * 6,
                    "accepted",
                    "accepted",
                ]
                db2.await_delivered(len(known))
        assert sandbox.is_running


def make_anew(primary: Site, standby: Site) -> None:
    """The standby, as after a loss of its disk; its copy is now one of a primary that waits for it."""
    standby.machine.run("pg_ctlcluster", "15", "main", "stop")
    primary.sql("pg_drop_replication_slot")
    standby.shell("pg_basebackup", typed=f"{REPLICATOR}\n", changes={"pg_ctlcluster 15 main stop\n": ""})
    primary.await_replication("db2")


def stop(program: Program) -> None:
    """A program of a machine, which another waits for out here."""
    children = Path(f"/proc/{program.pid}/task/{program.pid}/children")
    if program.is_running and (inside := children.read_text().split()):
        os.kill(int(inside[0]), signal.SIGTERM)
    assert program.wait() in (0, -signal.SIGKILL)


def await_ready(site: Site) -> None:
    def is_ready() -> bool:
        return site.network.submit(fetch, 8080, "GET", "/readyz").result().status == 200

    wait_until(is_ready, f"the collector on {site.machine.name}")


def set_up(directory: Path, db1: Site, db2: Site) -> None:
    """Steps 1 to 7."""
    authority = directory / "authority"
    authority.mkdir()
    made = run_command("bash", "-euc", block("sh", "ca-key.pem"), directory=authority)
    assert made.returncode == 0, made.stderr
    for site in (db1, db2):
        here = site.machine.etc / "copies"
        here.mkdir()
        for name in ("ca.pem", f"{site.machine.name}.pem", f"{site.machine.name}-key.pem"):
            shutil.copy(authority / name, here)
        site.shell("apt-get install", changes={"apt-get install": "cd /etc/copies; apt-get install"})
    db1.sql("CREATE ROLE nps", typed=f"{NPS}\n{NPS}\n{REPLICATOR}\n{REPLICATOR}\n")
    db2.shell("pg_basebackup", typed=f"{REPLICATOR}\n")
    db1.sql("SYSTEM SET synchronous")
    db1.await_replication("db2")
    for number, site in enumerate((db1, db2)):
        site.configure(f"collector-{number + 1}")
        checked = run_command(*site.command("check"))
        assert checked.returncode == 0, checked.stderr
        assert "Every commit waits for a standby" in checked.stderr
        assert "people answer" not in checked.stderr


def watch(db1: Site) -> None:
    """What the page says to look at."""
    lines = db1.sql("AS behind").splitlines()
    assert any(line.startswith("db2|streaming|sync|") for line in lines), lines
    assert any(line.startswith("db2|t|reserved|") for line in lines), lines
    for name in ("collector-1", "collector-2"):
        assert sum(line.startswith(f"nps-collector/{name}/") for line in lines) >= 3, lines
    assert any(line.startswith("responses|") for line in lines), lines


def lose_the_standby(db1: Site, db2: Site) -> dict[str, Any]:
    """Nothing is accepted until somebody decides to go on without; returns what was refused first."""
    response = fresh_response("alone")
    db2.machine.run("pg_ctlcluster", "15", "main", "stop")
    assert db1.post(response).status == 503
    db1.sql("SYSTEM RESET synchronous")
    await_ready(db1)
    assert db1.post(response).status == 200
    db2.machine.run("pg_ctlcluster", "15", "main", "start")
    db1.sql("SYSTEM SET synchronous")
    db1.await_replication("db2")
    return response
