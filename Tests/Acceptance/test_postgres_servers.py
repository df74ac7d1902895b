"""What a real PostgreSQL does to a collector: TLS, poolers, limits, rights, a full disk, a standby that is away."""

import os
import random
import re
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from signal import SIGINT, SIGTERM, Signals
from typing import Any

import pytest

from harness.authority import Authority
from harness.deployment import Deploy, Deployment
from harness.disk import fill, small_disk
from harness.http_client import HTTPResponse, fetch
from harness.ports import free_port
from harness.postgres import Postgres, PostgresPair, running_postgres
from harness.program import Program, run_command
from harness.waiting import wait_until
from harness.webhook import fresh_response

CONFIGURATION = 78
UNREACHABLE = 69

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs the right to mount a file system")


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """For the tests that do no harm to each other."""
    with running_postgres(secrets.token_hex(12)) as server:
        yield server


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """For a test that changes the server."""
    with running_postgres(secrets.token_hex(12)) as server:
        yield server


def give(path: Path) -> Path:
    """Gives a file to the server's user."""
    path.chmod(0o600)
    if os.geteuid() == 0:
        shutil.chown(path, "postgres", "postgres")
    return path


def reload_settings(server: Postgres, *statements: str) -> None:
    server.sql("postgres", *statements, "SELECT pg_reload_conf()")


def on(server: Postgres, database: str, **more: Any) -> dict[str, Any]:
    return {"queue": {"url": server.url(database)}, "log": {"level": "info"}} | more


def end_sessions(server: Postgres, database: str) -> None:
    """The collectors' sessions: what was changed for a role holds for new ones."""
    server.sql("postgres", f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")


def await_status(deployment: Deployment, status: int) -> None:
    wait_until(lambda: deployment.get("/readyz").status == status, f"a readiness of {status}")


def why_not_ready(deployment: Deployment) -> str:
    """What `healthcheck` says once the collector isn't ready."""
    await_status(deployment, 503)
    result = deployment.run("healthcheck")
    assert result.returncode == UNREACHABLE
    return result.stderr


def assert_both_end(deployment: Deployment, status: int, said: str) -> None:
    """`check` and `serve` say the same in one line, and end with the same status."""
    for verb in ("check", "serve"):
        result = deployment.run(verb)
        assert result.returncode == status, f"{verb}: {result.returncode} {result.stderr}"
        assert re.search(said, result.stderr), f"{verb}: {result.stderr}"
        assert len(result.stderr.splitlines()) == 1, result.stderr
        assert not re.search(r"[?.]\.( |$)", result.stderr), result.stderr


def assert_goes_on(deployment: Deployment, *refused: dict[str, Any]) -> None:
    """It is ready again, takes what it refused before, and delivers all."""
    await_status(deployment, 200)
    for response in refused:
        assert deployment.post(response).status == 200
    if deployment.sandbox.is_running:
        books = deployment.await_drained()
        assert books["accepted"] == books["delivered"] == len(list(deployment.records()))


# Over TLS


class TLSServer:
    """A server that is reached over TLS alone, by a password, at an address that isn't this machine's usual one."""

    def __init__(self, server: Postgres, directory: Path) -> None:
        numbers = [random.randrange(1, 255) for _ in range(3)]
        self.server = server
        self.host = ".".join(map(str, [127, *numbers]))
        self.authority = Authority.new(directory / "authority")
        self.database = server.new_database()
        data = server.directory / "data"
        rules = data / "pg_hba.conf"
        # What initdb wrote lets everybody in from here.
        rules.write_text("local all all trust\nhostssl all guarded 127.0.0.0/8 scram-sha-256\n")
        self.present(self.authority)
        server.sql("postgres", f"GRANT CREATE ON DATABASE {self.database} TO guarded")
        server.sql(
            "postgres",
            f"ALTER SYSTEM SET listen_addresses = '{self.host}'",
            "ALTER SYSTEM SET ssl = on",
        )
        server.control("fast")

    def present(self, authority: Authority, name: str | None = None, days: int = 2) -> None:
        """The server's certificate from the next connection on."""
        for file, place in zip(authority.issue(name or f"IP:{self.host}", days), ("crt", "key"), strict=True):
            shutil.copy(file, give_new(self.server.directory / f"data/server.{place}"))
        reload_settings(self.server)

    def settings(self, directory: Path, certificate: Path | None, user: str = "guarded") -> dict[str, Any]:
        password = directory / "password"
        password.write_text(f"{self.server.password}\n")
        file = f"?sslrootcert={certificate}" if certificate else ""
        url = f"postgres://{user}@{self.host}/{self.database}{file}"
        return {"queue": {"url": url, "password-file": str(password)}, "log": {"level": "info"}}


def give_new(path: Path) -> Path:
    path.touch()
    return give(path)


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TLSServer]:
    with running_postgres(secrets.token_hex(12)) as server:
        yield TLSServer(server, tmp_path_factory.mktemp("tls"))


def test_responses_go_over_tls_with_a_password_from_a_file(deploy: Deploy, tls: TLSServer) -> None:
    deployment = deploy()
    deployment.configure(tls.settings(deployment.directory, tls.authority.certificate))
    checked = deployment.run("check")
    assert checked.returncode == 0, checked.stderr
    deployment.start()
    assert deployment.post(fresh_response("tls")).status == 200
    assert deployment.await_drained()["delivered"] == 1
    sessions = "SELECT count(*), count(*) FILTER (WHERE ssl AND version = 'TLSv1.3') FROM pg_stat_ssl"
    mine = f"JOIN pg_stat_activity USING (pid) WHERE datname = '{tls.database}'"
    count, encrypted = tls.server.sql("postgres", f"{sessions} {mine}").split("|")
    assert count == encrypted != "0"
    for text in (deployment.serve.log.read_text(), checked.stdout, checked.stderr):
        assert tls.server.password not in text


@pytest.mark.parametrize(
    ("name", "days", "said"),
    [
        pytest.param("DNS:db1.example.com", 2, "does not match host name.*as its certificate", id="another name"),
        pytest.param(None, -1, "certificate verify failed.* valid today", id="expired"),
    ],
)
def test_a_certificate_that_proves_nothing_is_refused(
    deploy: Deploy, tls: TLSServer, name: str | None, days: int, said: str
) -> None:
    deployment = deploy()
    deployment.configure(tls.settings(deployment.directory, tls.authority.certificate))
    tls.present(tls.authority, name, days)
    try:
        assert_both_end(deployment, UNREACHABLE, said)
    finally:
        tls.present(tls.authority)


def test_a_certificate_of_an_unknown_authority_is_refused(deploy: Deploy, tls: TLSServer, tmp_path: Path) -> None:
    stranger = Authority.new(tmp_path / "stranger")
    for certificate in (stranger.certificate, None):
        deployment = deploy()
        deployment.configure(tls.settings(deployment.directory, certificate))
        assert_both_end(deployment, UNREACHABLE, "certificate verify failed.* sslrootcert in queue.url")


def test_a_file_of_certificates_that_is_missing_is_a_mistake_in_the_settings(deploy: Deploy, tls: TLSServer) -> None:
    deployment = deploy()
    deployment.configure(tls.settings(deployment.directory, deployment.directory / "nowhere.pem"))
    assert_both_end(deployment, CONFIGURATION, "nowhere.pem.* as sslrootcert in queue.url")
    assert "disable" not in deployment.run("serve").stderr


def test_a_password_that_is_wrong_or_missing_names_its_setting(deploy: Deploy, tls: TLSServer, tmp_path: Path) -> None:
    settings = tls.settings(tmp_path, tls.authority.certificate)
    password = tmp_path / "password"
    password.write_text("wrong")
    said = "authentication failed.* the file that queue.password-file names"
    assert_both_end(deploy(settings), CONFIGURATION, said)
    password.write_text("")
    result = deploy(settings).run("serve")
    assert result.returncode == CONFIGURATION
    assert f"queue.password-file names {password}, which has nothing in it" in result.stderr
    del settings["queue"]["password-file"]
    assert_both_end(deploy(settings), CONFIGURATION, "no password supplied.* name it in queue.password-file")


def test_a_database_or_role_that_is_missing_is_named(deploy: Deploy, postgres: Postgres) -> None:
    assert_both_end(deploy(on(postgres, "nowhere")), CONFIGURATION, '"nowhere" does not exist.* another in queue.url')
    settings = {"queue": {"url": postgres.url("postgres", "nobody")}}
    assert_both_end(deploy(settings), CONFIGURATION, '"nobody" does not exist.* another user in queue.url')


def test_a_user_without_a_line_in_pg_hba_is_a_mistake_in_the_settings(deploy: Deploy, tls: TLSServer) -> None:
    deployment = deploy()
    deployment.configure(tls.settings(deployment.directory, tls.authority.certificate, user="collector"))
    assert_both_end(deployment, CONFIGURATION, "no pg_hba.conf entry")


# Rights


@pytest.mark.parametrize(
    ("take", "give_back", "said"),
    [
        pytest.param(
            "REVOKE CONNECT ON DATABASE {0} FROM PUBLIC",
            "GRANT CONNECT ON DATABASE {0} TO guarded",
            "User does not have CONNECT privilege",
            id="CONNECT",
        ),
        pytest.param("SELECT 1", "SELECT 1", "may not make the schema nps .* make that schema", id="CREATE"),
    ],
)
def test_a_right_that_is_missing_is_named(
    deploy: Deploy, postgres: Postgres, take: str, give_back: str, said: str
) -> None:
    database = postgres.new_database()
    postgres.sql("postgres", take.format(database))
    deployment = deploy({"queue": {"url": postgres.url(database, "guarded"), "password": postgres.password}})
    assert_both_end(deployment, CONFIGURATION, said)
    postgres.sql("postgres", give_back.format(database), f"GRANT CREATE ON DATABASE {database} TO guarded")
    assert deployment.run("check").returncode == 0


def test_a_schema_that_belongs_to_somebody_else_is_told_by_check_and_serve(deploy: Deploy, postgres: Postgres) -> None:
    database = postgres.new_database()
    postgres.sql(database, "CREATE SCHEMA nps", "GRANT USAGE ON SCHEMA nps TO collector")
    deployment = deploy(on(postgres, database))
    assert_both_end(deployment, CONFIGURATION, "schema nps")
    postgres.sql(database, "ALTER SCHEMA nps OWNER TO collector")
    deployment.start_serve()


def test_tables_of_a_program_that_is_too_new_are_refused(deploy: Deploy, postgres: Postgres) -> None:
    database = postgres.new_database()
    deployment = deploy(on(postgres, database))
    deployment.start_serve()
    deployment.serve.stop()
    newer = "INSERT INTO nps.schema_version SELECT max(version) + 1, max(version) + {} FROM nps.schema_version"
    postgres.sql(database, newer.format(0))
    deployment.start_serve()
    deployment.serve.stop()
    postgres.sql(database, newer.format(1))
    assert_both_end(deployment, CONFIGURATION, "newer nps-collector")


# In between


@contextmanager
def pgbouncer(directory: Path, server: Postgres, pooling: str, more: str) -> Iterator[int]:
    """A pooler before the server, on a port of this machine."""
    port = free_port()
    configuration = directory / "pgbouncer.ini"
    configuration.write_text(
        f"[databases]\n* = host={server.directory} port=5432 user=collector\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        f"listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = {pooling}\n{more}\n"
    )
    directory.chmod(0o711)
    for parent in directory.parents[:-2]:
        parent.chmod(0o755)
    user = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"] if os.geteuid() == 0 else []
    command: list[str | Path] = [*user, "/usr/sbin/pgbouncer", configuration]
    with Program(command, directory / "pgbouncer.log", directory) as program:
        wait_until(lambda: "process up" in program.tail(50), "pgbouncer")
        yield port
        program.signal(SIGINT)
        program.wait()


@pytest.mark.parametrize("pooling", ["session", "transaction"])
@pytest.mark.parametrize("more", ["", "ignore_startup_parameters = options"], ids=["as it comes", "lenient"])
def test_a_pooler_is_refused(deploy: Deploy, postgres: Postgres, tmp_path: Path, pooling: str, more: str) -> None:
    database = postgres.new_database()
    with pgbouncer(tmp_path, postgres, pooling, more) as port:
        deployment = deploy({"queue": {"url": f"postgres://collector@127.0.0.1:{port}/{database}"}})
        assert_both_end(deployment, CONFIGURATION, "a pooler such as pgbouncer is in between")


# Limits of the server


def take_connection(server: Postgres, stack: ExitStack) -> None:
    """A session of an ordinary user, which ends with the stack."""
    command = ["psql", "--no-psqlrc", "-qt", "--host", str(server.directory), "--username", "collector", "postgres"]
    session = stack.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
    stack.callback(session.kill)
    assert session.stdin and session.stdout
    session.stdin.write(b"SELECT 'connected';\n")
    session.stdin.flush()
    assert b"connected" in session.stdout.readline()


def test_a_server_without_a_free_connection_costs_503_until_there_is_one(
    deploy: Deploy, own_postgres: Postgres
) -> None:
    own_postgres.sql("postgres", "ALTER SYSTEM SET max_connections = 12")
    own_postgres.control("fast")
    database = own_postgres.new_database()
    deployment = deploy(on(own_postgres, database))
    deployment.start()
    known, refused = fresh_response("known"), fresh_response("refused")
    assert deployment.post(known).status == 200
    with ExitStack() as stack:
        # It must not be quicker than the others.
        deployment.serve.signal(Signals.SIGSTOP)
        end_sessions(own_postgres, database)
        # Three are the administrators'.
        for _ in range(12 - 3):
            take_connection(own_postgres, stack)
        deployment.serve.signal(Signals.SIGCONT)
        assert re.search("remaining connection slots|too many clients", why_not_ready(deployment))
        answer = deployment.post(refused)
        assert (answer.status, "retry-after" in answer.headers) == (503, True)
        assert_both_end(deploy(on(own_postgres, database)), UNREACHABLE, "FATAL")
    assert_goes_on(deployment, known, refused)


@pytest.mark.parametrize("is_standby", [False, True], ids=["read-only role", "standby"])
def test_a_server_that_takes_no_writes_costs_503_until_it_does(
    deploy: Deploy, own_postgres: Postgres, is_standby: bool
) -> None:
    database = own_postgres.new_database()
    deployment = deploy(on(own_postgres, database))
    deployment.start()
    known, refused = fresh_response("known"), fresh_response("refused")
    assert deployment.post(known).status == 200
    if is_standby:
        own_postgres.control("stop")
        give_new(own_postgres.directory / "data/standby.signal")
        own_postgres.control("start")
    else:
        own_postgres.sql("postgres", "ALTER ROLE collector SET default_transaction_read_only = on")
        end_sessions(own_postgres, database)
    assert "read-only" in why_not_ready(deployment)
    answer = deployment.post(refused)
    assert (answer.status, "retry-after" in answer.headers) == (503, True)
    assert_both_end(deploy(on(own_postgres, database)), UNREACHABLE, "read-only.* Name the primary")
    if is_standby:
        own_postgres.sql("postgres", "SELECT pg_promote()")
    else:
        own_postgres.sql("postgres", "ALTER ROLE collector RESET default_transaction_read_only")
    assert_goes_on(deployment, known, refused)


# A full disk


@pytest.fixture
def tables_disk() -> Iterator[Path]:
    """To be asked for before the server, which has to stop first."""
    with small_disk(mebibytes=96) as directory:
        yield directory


@as_root
def test_a_full_disk_costs_503_until_there_is_room(deploy: Deploy, tables_disk: Path, own_postgres: Postgres) -> None:
    tables = tables_disk / "tables"
    tables.mkdir(mode=0o700)
    shutil.chown(tables, "postgres", "postgres")
    own_postgres.sql(
        "postgres",
        f"CREATE TABLESPACE small LOCATION '{tables}'",
        "CREATE DATABASE small OWNER collector TABLESPACE small",
    )
    deployment = deploy(on(own_postgres, "small"))
    deployment.start()
    ballast = fill(tables_disk)
    refused = send_until_refused(deployment)
    # It is not ready, although small writes still find room.
    for _ in range(3):
        assert "disk" in why_not_ready(deployment)
        answer = deployment.post(refused)
        assert (answer.status, "retry-after" in answer.headers) == (503, True)
    ballast.unlink()
    assert_goes_on(deployment, refused)
    assert deployment.serve.log.read_text().count("Until then no response is accepted") == 1
    deployment.stop()


def send_until_refused(deployment: Deployment) -> dict[str, Any]:
    """Fills what room is left in the tables' last pages; returns the response that got none."""
    while True:
        response = fresh_response("full") | {"comment": secrets.token_hex(2_000)}
        answer = deployment.post(response)
        if answer.status != 200:
            assert answer.status == 503
            return response


def write_log_until_it_stops(server: Postgres) -> None:
    """One file of its log after the other."""
    statement = "SELECT pg_logical_emit_message(true, '', ''), pg_switch_wal()"
    command = ["psql", "--no-psqlrc", "--username", "owner", "--dbname", "postgres", "--host", str(server.directory)]
    while run_command(*command, "--command", statement).returncode == 0:
        pass


@as_root
def test_a_server_that_a_full_disk_has_stopped_is_found_again(
    deploy: Deploy, tables_disk: Path, own_postgres: Postgres
) -> None:
    """Without room for its write-ahead log it gives up, and somebody has to make room and start it."""
    own_postgres.control("stop")
    log = own_postgres.directory / "data/pg_wal"
    assert run_command("cp", "--archive", log, tables_disk / "log").returncode == 0
    shutil.rmtree(log)
    log.symlink_to(tables_disk / "log")
    own_postgres.control("start")
    deployment = deploy(on(own_postgres, own_postgres.new_database()))
    deployment.start()
    known, refused = fresh_response("known"), fresh_response("refused")
    assert deployment.post(known).status == 200
    ballast = fill(tables_disk)
    write_log_until_it_stops(own_postgres)
    await_status(deployment, 503)
    answer = deployment.post(refused)
    assert (answer.status, "retry-after" in answer.headers) == (503, True)
    ballast.unlink()
    own_postgres.control("start")
    assert_goes_on(deployment, known, refused)
    deployment.stop()


# A standby that is away


@contextmanager
def waiting_for_a_standby(server: Postgres) -> Iterator[None]:
    reload_settings(server, "ALTER SYSTEM SET synchronous_standby_names = 'away'")
    try:
        await_effect(server)
        yield
    finally:
        reload_settings(server, "ALTER SYSTEM RESET synchronous_standby_names")


def await_effect(server: Postgres) -> None:
    """Until the process of the server's that has to know has read the setting, commits wait for nobody."""
    trial = "FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND application_name = 'trial'"
    commands = ("SET application_name = 'trial'", "SELECT pg_logical_emit_message(true, '', '')")
    with ThreadPoolExecutor(1) as sender:
        while True:
            commit = sender.submit(server.sql, "postgres", *commands)
            while not commit.done():
                if server.sql("postgres", f"SELECT count(pg_cancel_backend(pid)) {trial}") != "0":
                    commit.result()
                    return


WAITING = "FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND application_name LIKE 'nps-collector/%/intake-%'"


def await_waiting(server: Postgres) -> None:
    wait_until(
        lambda: server.sql("postgres", f"SELECT count(*) {WAITING}") != "0", "a commit that waits", interval=0.01
    )


def test_nothing_is_acknowledged_while_the_standby_is_away(deploy: Deploy, own_postgres: Postgres) -> None:
    database = own_postgres.new_database()
    deployment = deploy(on(own_postgres, database))
    deployment.start()
    response = fresh_response("standby")
    with waiting_for_a_standby(own_postgres):
        answer = deployment.post(response)
        assert (answer.status, "retry-after" in answer.headers) == (503, True)
        await_status(deployment, 503)
    assert_goes_on(deployment, response)


def test_a_wait_for_the_standby_that_is_cancelled_is_no_acknowledgement(deploy: Deploy, own_postgres: Postgres) -> None:
    """The server then answers the commit as if it were done, with a warning as the only sign."""
    database = own_postgres.new_database()
    deployment = deploy(on(own_postgres, database))
    deployment.start()
    responses = [fresh_response(f"cancelled-{number}") for number in range(4)]
    with waiting_for_a_standby(own_postgres), ThreadPoolExecutor() as senders:
        answers = [senders.submit(deployment.post, response) for response in responses]
        await_waiting(own_postgres)
        cancel_until(own_postgres, answers)
        assert [answer.result().status for answer in answers] == [503] * len(answers)
    assert_goes_on(deployment, *responses)


def cancel_until(server: Postgres, answers: list[Future[HTTPResponse]]) -> None:
    while not all(answer.done() for answer in answers):
        server.sql("postgres", f"SELECT pg_cancel_backend(pid) {WAITING}")


PATIENCE = 10.0
"""Seconds in which everybody who asks is answered, whatever the database does."""

IN_TIME = 4 * PATIENCE
"""On a slow and busy machine. Where each waited for those before, it would be minutes."""


@contextmanager
def standby_that_is_away(server: Postgres, way: str, deployment: Deployment) -> Iterator[None]:
    """For a collector that is started before. Gone: the primary knows. Silent: it waits for the standby's next word."""
    if way == "gone":
        deployment.start()
        with waiting_for_a_standby(server):
            yield
        return
    standby = Postgres(server.directory.with_name("standby"), server.password)
    try:
        PostgresPair(server, standby, synchronous=True)
        deployment.start()
        receiver = int(standby.sql("postgres", "SELECT pid FROM pg_stat_wal_receiver"))
        os.kill(receiver, Signals.SIGSTOP)
        try:
            yield
        finally:
            os.kill(receiver, Signals.SIGCONT)
            server.set("synchronous_standby_names", "")
    finally:
        standby.control("stop")


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    begin = time.monotonic()
    return call(), time.monotonic() - begin


@pytest.mark.parametrize("way", ["gone", "silent"])
def test_everybody_is_answered_in_time_while_the_standby_is_away(
    deploy: Deploy, own_postgres: Postgres, way: str
) -> None:
    """However many ask, nobody waits for those before."""
    deployment = deploy(on(own_postgres, own_postgres.new_database()))
    responses = [fresh_response(f"away-{number}") for number in range(100)]
    calls: list[Callable[[], Any]] = []
    for number, response in enumerate(responses):
        calls.append(partial(deployment.post, response))
        if number % 10 == 0:
            calls.append(lambda: deployment.get("/readyz"))
            calls.append(lambda: fetch(deployment.admin_port, "GET", "/readyz"))
    answers: list[Future[tuple[Any, float]]] = []
    with standby_that_is_away(own_postgres, way, deployment), ThreadPoolExecutor(len(calls)) as senders:
        for call in calls:
            answers.append(senders.submit(timed, call))
            time.sleep(0.15)
        checks = [timed(lambda: deployment.run("healthcheck")) for _ in range(2)]
        results = [answer.result() for answer in answers]
    late = [round(seconds, 1) for _, seconds in results + checks if seconds > IN_TIME]
    assert not late
    sent = [answer for answer, _ in results]
    # The first look may have been before the first commit that waited.
    assert [answer.status for answer in sent[1:]].count(503) >= len(sent) - 4
    assert all("retry-after" in answer.headers for answer in sent if answer.status == 503 and b"type" in answer.body)
    for result, _ in checks:
        assert result.returncode == UNREACHABLE
        assert "standby" in result.stderr, result.stderr
    begin = time.monotonic()
    await_status(deployment, 200)
    assert time.monotonic() - begin < IN_TIME
    assert_goes_on(deployment, *responses)
    log = deployment.serve.log.read_text()
    assert log.count("the database can't be asked who forwards") <= 1
    assert log.count("the database tells again who forwards") <= 1


@pytest.mark.parametrize("way", ["gone", "silent"])
def test_a_stop_while_the_standby_is_away_ends_in_time(deploy: Deploy, own_postgres: Postgres, way: str) -> None:
    deployment = deploy(on(own_postgres, own_postgres.new_database()))
    responses = [fresh_response(f"stop-{number}") for number in range(20)]
    with standby_that_is_away(own_postgres, way, deployment), ThreadPoolExecutor(len(responses)) as senders:
        answers = [senders.submit(deployment.post, response) for response in responses]
        await_waiting(own_postgres)
        status, seconds = timed(lambda: stop(deployment.serve))
        assert (status, seconds < IN_TIME) == (0, True), f"{status} after {seconds:.1f} s"
        acknowledged = [answer for answer in answers if answer.exception() is None and answer.result().status == 200]
        assert not acknowledged
    deployment.start_serve()
    assert_goes_on(deployment, *responses)


def stop(program: Program) -> int:
    program.signal(SIGTERM)
    return program.wait()


def test_a_start_while_the_standby_is_away_names_it(deploy: Deploy, own_postgres: Postgres) -> None:
    database = own_postgres.new_database()
    deployment = deploy(on(own_postgres, database))
    deployment.start()
    deployment.serve.stop()
    for settings in (on(own_postgres, database), on(own_postgres, own_postgres.new_database())):
        with waiting_for_a_standby(own_postgres):
            begin = time.monotonic()
            assert_both_end(deploy(settings), UNREACHABLE, "no synchronous standby is connected, so no commit ends")
            assert time.monotonic() - begin < IN_TIME
    deployment.start_serve()


def ends_check(deployment: Deployment, status: int) -> bool:
    return deployment.run("check").returncode == status


def test_a_start_waits_for_as_many_standbys_as_commits_do(deploy: Deploy, own_postgres: Postgres) -> None:
    deployment = deploy(on(own_postgres, own_postgres.new_database()))
    standby = Postgres(own_postgres.directory.with_name("standby"), own_postgres.password)
    try:
        PostgresPair(own_postgres, standby, synchronous=True)
        for names, status in (("ANY 1 (*)", 0), ("FIRST 2 (*)", UNREACHABLE), ("any 2(a, b, c)", UNREACHABLE)):
            own_postgres.set("synchronous_standby_names", names)
            wait_until(partial(ends_check, deployment, status), f"{status} for {names}")
        own_postgres.set("synchronous_standby_names", "")
    finally:
        standby.control("stop")


# The name


def test_a_name_that_another_collector_has_is_told(deploy: Deploy, own_postgres: Postgres) -> None:
    database = own_postgres.new_database()
    told = "another collector with this name is connected to the database"
    first, second = (deploy() for _ in range(2))
    for deployment in (first, second):
        deployment.configure({"queue": {"url": own_postgres.url(database), "name": "twin"}, "log": {"level": "info"}})
        deployment.start_serve()
    assert told not in first.serve.log.read_text()
    wait_until(lambda: told in second.serve.log.read_text(), "the log to tell of the other")
    assert "other=" in second.serve.log.read_text()
    first.serve.stop()
    second.serve.stop()
    before = len(second.serve.log.read_text())
    second.start_serve()
    wait_until(lambda: "accepting responses" in second.serve.log.read_text()[before:], "the log of the start")
    log = second.serve.log.read_text()[before:]
    assert told not in log
    assert "another collector forwards now" not in log


# The start


def test_a_start_that_finds_its_port_taken_does_not_take_the_forwarding_over(
    deploy: Deploy, postgres: Postgres
) -> None:
    database = postgres.new_database()
    first = deploy(on(postgres, database))
    first.start()
    second = deploy(on(postgres, database, http={"port": first.http_port}))
    result = second.run("serve")
    assert result.returncode == UNREACHABLE
    assert "taken by another program" in result.stderr
    assert first.post(fresh_response("port")).status == 200
    assert first.await_drained()["delivered"] == 1
    assert first.admin_status().json()["forwarding"] != "elsewhere"


@pytest.fixture
def deaf_server() -> Iterator[socket.socket]:
    """Takes connections, reads what comes, and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield listener


@pytest.mark.parametrize("signal", [SIGTERM, SIGINT])
def test_a_start_that_waits_for_the_database_can_be_stopped(
    deploy: Deploy, deaf_server: socket.socket, signal: Signals
) -> None:
    port = deaf_server.getsockname()[1]
    # Each of them gets two seconds.
    hosts = ",".join([f"127.0.0.1:{port}"] * 50)
    deployment = deploy({"queue": {"url": f"postgres://collector@{hosts}/nps"}})
    log = deployment.directory / "serve.log"
    with Program(deployment.command("serve"), log, deployment.directory) as program:
        connection, _ = deaf_server.accept()
        with connection:
            program.signal(signal)
            assert program.wait() == 0
    assert "stopped before the start was complete" in log.read_text()
