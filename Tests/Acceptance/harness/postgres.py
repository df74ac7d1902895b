"""PostgreSQL servers of the tests' own, which listen on a socket in a private directory and nowhere else."""

import itertools
import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from harness.deployment import REPOSITORY
from harness.program import run_command
from harness.waiting import wait_until

_numbers = itertools.count()
"""Of databases."""

STOPS = {"fast": "stop-fast", "immediate": "stop", "kill": "stop-kill"}
"""How a server goes down, and what its script calls that."""


@dataclass(frozen=True)
class Postgres:
    """A running server. Its role `collector` needs no password, its role `guarded` needs `password`."""

    directory: Path
    """Where its socket is."""
    password: str

    @property
    def socket(self) -> Path:
        return self.directory / ".s.PGSQL.5432"

    def url(self, database: str, user: str = "collector") -> str:
        """What `queue.url` has to be for a database here."""
        return f"postgres://{user}@{quote(str(self.directory), safe='')}/{database}"

    def new_database(self) -> str:
        """The name of a new, empty database."""
        name = f"queue_{next(_numbers)}"
        self.sql("postgres", f"CREATE DATABASE {name} OWNER collector")
        return name

    def sql(self, database: str, *statements: str) -> str:
        """Runs statements as the server's owner, each in a transaction of its own, and returns what they print."""
        words = [word for statement in statements for word in ("--command", statement)]
        command: list[str | Path] = [
            "psql",
            "--no-psqlrc",
            "--quiet",
            "--tuples-only",
            "--no-align",
            "--host",
            self.directory,
        ]
        result = run_command(*command, "--username", "owner", "--dbname", database, *words)
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    def dump(self, database: str) -> str:
        """All of a database, as a backup has it."""
        result = run_command("pg_dump", "--host", self.directory, "--username", "owner", database)
        assert result.returncode == 0, result.stderr
        return result.stdout

    def control(self, mode: str) -> None:
        """`fast` and `immediate` restart it, `kill` kills and starts it; `stop`, `start` and `promote` do what they
        say, `stop-fast` and `stop-kill` stop it in another way."""
        result = run_command(self.directory / "control", mode)
        assert result.returncode == 0, f"{mode}: {result.stdout}{result.stderr}"

    def set(self, name: str, value: str) -> None:
        """Changes a setting, also for standbys that are made of it later."""
        with (self.directory / "data/postgresql.conf").open("a") as settings:
            settings.write(f"{name} = '{value}'\n")
        self.sql("postgres", "SELECT pg_reload_conf()")


class PostgresPair:
    """A primary and its standby, for which commits wait if it is `synchronous`."""

    def __init__(self, primary: Postgres, standby: Postgres, synchronous: bool) -> None:
        self.primary = primary
        self.standby = standby
        self.synchronous = synchronous
        self._stopped_sender: int | None = None
        self.renew_standby()

    @property
    def servers(self) -> tuple[Postgres, Postgres]:
        """Both, always in the same order."""
        first, second = sorted((self.primary, self.standby), key=lambda server: server.directory)
        return first, second

    def renew_standby(self) -> None:
        """Makes the standby anew, of what the primary has. Nothing waits for it until it has all."""
        self.primary.set("synchronous_standby_names", "")
        script = 'set -euo pipefail; . deploy/lib.bash; start_standby "$1" "$2"'
        words = ("bash", self.standby.directory, self.primary.directory)
        made = run_command("bash", "-c", script, *words, directory=REPOSITORY)
        assert made.returncode == 0, made.stderr
        if self.synchronous:
            self.primary.set("synchronous_standby_names", "*")
        self._await_standby("sync" if self.synchronous else "async")

    def await_copy(self) -> None:
        """Until the standby has all that is committed now."""
        position = self.primary.sql("postgres", "SELECT pg_current_wal_flush_lsn()")
        query = f"SELECT flush_lsn >= '{position}' FROM pg_stat_replication"
        wait_until(lambda: self.primary.sql("postgres", query) == "t", f"a standby that has all until {position}")

    def hold_back(self) -> None:
        """The standby gets no more of what is committed. Only for one that isn't synchronous."""
        self._stopped_sender = int(self.primary.sql("postgres", "SELECT pid FROM pg_stat_replication"))
        os.kill(self._stopped_sender, signal.SIGSTOP)

    def promote(self, mode: str) -> None:
        """Stops the primary (`fast`, `immediate` or `kill`), for good, and makes the standby the primary."""
        self.primary.control(STOPS[mode])
        if self._stopped_sender:
            os.kill(self._stopped_sender, signal.SIGKILL)
            self._stopped_sender = None
        self.standby.control("promote")
        self.primary, self.standby = self.standby, self.primary

    def _await_standby(self, state: str) -> None:
        query = "SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'"
        wait_until(lambda: self.primary.sql("postgres", query) == state, f"a standby that is {state}")


@contextmanager
def running_postgres(password: str) -> Iterator[Postgres]:
    """A new server, which is gone afterwards.

    Where the tests run as root it runs as another user, so its directory is not below that of the tests.
    """
    with tempfile.TemporaryDirectory(prefix="nps-postgres-") as parent:
        Path(parent).chmod(0o711)
        server = Postgres(Path(parent) / "server", password)
        script = 'set -euo pipefail; . deploy/lib.bash; start_postgres "$1"'
        made = run_command("bash", "-c", script, "bash", server.directory, directory=REPOSITORY)
        assert made.returncode == 0, made.stderr
        try:
            server.sql("postgres", f"CREATE ROLE guarded LOGIN PASSWORD '{password}'")
            rules = server.directory / "data/pg_hba.conf"
            rules.write_text(f"local all guarded scram-sha-256\n{rules.read_text()}")
            server.sql("postgres", "SELECT pg_reload_conf()")
            yield server
        finally:
            server.control("stop")


@contextmanager
def running_pair(password: str, *, synchronous: bool) -> Iterator[PostgresPair]:
    """A new primary with a standby, both of which are gone afterwards."""
    with running_postgres(password) as primary:
        standby = Postgres(primary.directory.with_name("standby"), password)
        try:
            yield PostgresPair(primary, standby, synchronous)
        finally:
            standby.control("stop")
