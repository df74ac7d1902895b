"""PostgreSQL servers of the tests' own, which listen on a socket in a private directory and nowhere else."""

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from harness.deployment import REPOSITORY
from harness.program import run_command


@dataclass(frozen=True)
class Postgres:
    """A running server. Its role `collector` needs no password, its role `guarded` needs `password`."""

    directory: Path
    """Where its socket is."""
    password: str
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def url(self, database: str, user: str = "collector") -> str:
        """What `queue.url` has to be for a database here."""
        return f"postgres://{user}@{quote(str(self.directory), safe='')}/{database}"

    def new_database(self) -> str:
        """The name of a new, empty database."""
        name = f"queue_{next(self._numbers)}"
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
        """`fast` and `immediate` restart it, `kill` kills and starts it; `stop` and `start` do what they say."""
        result = run_command(self.directory / "control", mode)
        assert result.returncode == 0, f"{mode}: {result.stdout}{result.stderr}"


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
