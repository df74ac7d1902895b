"""The collector as a service of systemd's: its sockets, what it says of itself, and restarts that nobody notices."""

import itertools
import os
import signal
import socket
import ssl
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from harness.certificate import make_certificate
from harness.deployment import Deploy, Deployment
from harness.ledger import Comparison
from harness.ports import accepts, free_port
from harness.postgres import running_postgres
from harness.service_manager import ServiceManager, listening, listening_unix
from harness.waiting import wait_until
from harness.webhook import fresh_response
from scenarios.steady_load import Address, SteadyLoad

CONFIGURATION = 78
PER_SECOND = 500
RESTARTS = 5
WATCHDOG_SECONDS = 6.0
"""Signs of life come four times as often. A busy machine holds one up for a second or two."""


@pytest.mark.parametrize("is_abstract", [False, True], ids=["path", "abstract"])
def test_it_tells_when_it_is_ready_reads_again_and_stops(deploy: Deploy, tmp_path: Path, is_abstract: bool) -> None:
    deployment = deploy({"http": {"redirect-port": free_port()}})
    with ServiceManager(tmp_path, {}, is_abstract) as manager:
        manager.begin(deployment)
        wait_until(lambda: manager.said("READY=1"), "READY=1", interval=0.0005)
        assert accepts(deployment.http_port) and accepts(deployment.admin_port)
        assert deployment.get("/readyz").status == 200
        manager.await_said("STATUS=Accepting responses.")
        before = time.monotonic()
        deployment.serve.signal(signal.SIGHUP)
        manager.await_count("READY=1", 2)
        deployment.serve.stop()
    kinds = [line.split("=")[0] for _, message in manager.messages for line in message.split("\n")]
    assert [kind for kind in kinds if kind != "STATUS"] == ["READY", "RELOADING", "MONOTONIC_USEC", "READY", "STOPPING"]
    told = next(message for _, message in manager.messages if message.startswith("RELOADING"))
    microseconds = int(told.split("MONOTONIC_USEC=")[1].split("\n")[0])
    assert before <= microseconds / 1e6 <= time.monotonic()
    assert "webhook sources read again" in deployment.serve.log.read_text()


def test_the_status_says_what_waits_and_why(deploy: Deploy, tmp_path: Path) -> None:
    deployment = deploy()
    deployment.start_sandbox()
    deployment.configure({"planhat": {"token": "another-token"}})
    with ServiceManager(tmp_path, {}) as manager:
        manager.start(deployment)
        assert deployment.post(fresh_response("status")).status == 200
        wait_until(lambda: any("1 waits" in line for line in manager.statuses), "a status with what waits")
        # Each is told at a time of its own.
        wait_until(
            lambda: deployment.admin_status().json()["forwardingSentence"] in manager.statuses[-1],
            "a status with how delivery is",
        )
        deployment.serve.stop()


def signs_within(manager: ServiceManager, seconds: float) -> list[float]:
    """When signs of life came in the seconds from now on, with both ends."""
    begin = time.monotonic()
    end = begin + seconds
    wait_until(lambda: time.monotonic() > end, "the end")
    signs = [moment for moment, message in manager.messages if message == "WATCHDOG=1" and begin < moment < end]
    return [begin, *signs, end]


def longest_silence(manager: ServiceManager, seconds: float) -> float:
    signs = signs_within(manager, seconds)
    return max(later - earlier for earlier, later in itertools.pairwise(signs))


def tracer_of(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("TracerPid:")[1].split()[0])


def test_the_watchdog_is_content_while_the_disk_is_slow_and_not_when_the_process_hangs(
    deploy: Deploy, tmp_path: Path
) -> None:
    """Until strace has gone, each sync takes longer than the watchdog's whole period, but for the first hundred of each
    thread: no start needs as many."""
    deployment = deploy()
    delay = int(WATCHDOG_SECONDS * 1.5 * 1_000_000)
    slow = ["strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync"]
    slow += ["-e", f"inject=fsync,fdatasync:delay_enter={delay}:when=100+"]
    with ServiceManager(tmp_path, {}) as manager:
        manager.start(deployment, WATCHDOG_SECONDS, prefix=slow)
        waits: list[float] = []
        is_over = threading.Event()

        def post() -> None:
            while not is_over.is_set():
                begin = time.monotonic()
                deployment.post(fresh_response("slow"))
                waits.append(time.monotonic() - begin)

        threads = [threading.Thread(target=post) for _ in range(60)]
        for thread in threads:
            thread.start()
        try:
            wait_until(lambda: max(waits, default=0) > 1.5 * WATCHDOG_SECONDS, "the disk to be slow")
            silence = longest_silence(manager, 4 * WATCHDOG_SECONDS)
        finally:
            is_over.set()
        os.kill(tracer_of(deployment.serve.pid), signal.SIGKILL)
        for thread in threads:
            thread.join()
        assert silence < WATCHDOG_SECONDS
        deployment.serve.signal(signal.SIGSTOP)
        assert longest_silence(manager, 2 * WATCHDOG_SECONDS) > 1.5 * WATCHDOG_SECONDS
        deployment.serve.signal(signal.SIGCONT)
        deployment.serve.stop()


def test_the_watchdog_is_content_while_the_database_is_away(deploy: Deploy, tmp_path: Path) -> None:
    with running_postgres("unused") as postgres, ServiceManager(tmp_path, {}) as manager:
        deployment = deploy({"queue": {"url": postgres.url("nps")}})
        manager.start(deployment, WATCHDOG_SECONDS)
        postgres.control("stop")
        assert deployment.post(fresh_response("away")).status == 503
        assert longest_silence(manager, 4 * WATCHDOG_SECONDS) < WATCHDOG_SECONDS
        wait_until(lambda: "No response is accepted" in manager.statuses[-1], "a status that says it")
        postgres.control("start")
        wait_until(lambda: manager.statuses[-1].startswith("Accepting"), "a status that says it is over")
        deployment.serve.stop()


def test_each_listener_takes_the_socket_with_its_name(deploy: Deploy, tmp_path: Path) -> None:
    """The addresses in the settings don't count: something else has them."""
    deployment = deploy({"http": {"public-url": "http://nps.example.com"}})
    settings_ports = deployment.http_port, free_port()
    ports = {"redirect": free_port(), "public": free_port(), "admin": deployment.admin_port}
    sockets = {name: listening(port) for name, port in ports.items()}
    with ServiceManager(tmp_path, sockets) as manager:
        manager.start(deployment)
        assert not any(accepts(port) for port in settings_ports)
        deployment.http_port = ports["redirect"]
        assert deployment.get("/survey").headers["location"] == "http://nps.example.com/survey"
        deployment.http_port = ports["public"]
        assert deployment.get("/survey").status == 200
        assert deployment.run("healthcheck").returncode == 0
        inherited = [Path(f"/proc/{deployment.serve.pid}/fdinfo/{n}").read_text() for n in (3, 4, 5)]
        flags = [int(text.split("flags:")[1].split()[0], 8) for text in inherited]
        assert all(flag & os.O_CLOEXEC for flag in flags)
        deployment.serve.stop()
    log = deployment.serve.log.read_text()
    assert log.count("its address in the settings doesn't count") == 3


def test_a_socket_for_nobody_is_refused_with_what_to_change(deploy: Deploy, tmp_path: Path) -> None:
    deployment = deploy()
    with ServiceManager(tmp_path, {"nps-collector.socket": listening(free_port())}) as manager:
        begin = time.monotonic()
        manager.begin(deployment)
        assert deployment.serve.wait() == CONFIGURATION
        # A waiting connection would start it again at once.
        assert time.monotonic() - begin >= 1
    assert "FileDescriptorName= to public, redirect or admin" in deployment.serve.tail()


def test_systemds_own_tool_starts_it_at_the_first_connection(deploy: Deploy) -> None:
    deployment = deploy()
    address = f"127.0.0.1:{deployment.http_port}"
    deployment.configure({"http": {"port": free_port()}})
    deployment.begin_serve(["systemd-socket-activate", "--listen", address, "--fdname", "public"])
    wait_until(lambda: accepts_nothing_yet(deployment), "systemd-socket-activate")
    assert deployment.get("/survey").status == 200
    assert deployment.get("/readyz").status == 200


def accepts_nothing_yet(deployment: Deployment) -> bool:
    """Whether somebody listens, found out without a connection."""
    text = Path("/proc/net/tcp").read_text()
    return f"0100007F:{deployment.http_port:04X} 00000000:0000 0A" in text


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_a_restart_under_load_refuses_and_loses_nothing(deploy: Deploy, tmp_path: Path, kind: str) -> None:
    # As a proxy's, of which one machine may have as many connections as it likes.
    deployment = deploy({"http": {"trusted-proxies": ["127.0.0.1"]}, "log": {"level": "info"}})
    deployment.start_sandbox()
    address: Address = free_port() if kind == "tcp" else tmp_path / "public.sock"
    opened = listening(address) if isinstance(address, int) else listening_unix(address)
    load = SteadyLoad(address, deployment.secret, f"restart-{kind}", PER_SECOND)
    thread = threading.Thread(target=load.run)
    with ServiceManager(tmp_path, {"public": opened}) as manager:
        manager.start(deployment)
        thread.start()
        try:
            for count in range(1, RESTARTS + 1):
                load.await_answered(count * PER_SECOND)
                assert deployment.serve.stop() == 0
                manager.start(deployment)
            load.await_answered((RESTARTS + 2) * PER_SECOND)
        finally:
            load.is_over = True
            thread.join()
        outcome = load.outcome
        assert outcome.failures == Counter(), outcome
        assert set(outcome.statuses) == {200}
        # Those that were at work when it stopped were told, so it was really tried.
        assert outcome.farewells > 0
        sent = sum(outcome.statuses.values())
        deployment.await_drained()
        comparison = Comparison.of(outcome.promises, deployment.records())
        assert comparison.is_clean and comparison.arrived == sent, comparison
        deployment.serve.stop()


def test_over_tls_a_restart_answers_what_is_in_flight_and_keeps_what_waits(deploy: Deploy, tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path, "ECDSA")
    port = free_port()
    deployment = deploy({"tls": {"certificate": str(certificate), "private-key": str(key)}})
    trust = ssl.create_default_context(cafile=str(certificate))
    request = b"GET /survey HTTP/1.1\r\nhost: localhost\r\n\r\n"
    body = b"score=11"
    form = b"POST /survey HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-www-form-urlencoded\r\n"
    form += b"content-length: %d\r\nexpect: 100-continue\r\n\r\n" % len(body)
    with ServiceManager(tmp_path, {"public": listening(port)}) as manager:
        manager.start(deployment)
        with trust.wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname="localhost") as old:
            old.sendall(form)
            assert old.recv(65_536).startswith(b"HTTP/1.1 100 ")
            deployment.serve.signal(signal.SIGTERM)
            manager.await_said("STOPPING=1")
            old.sendall(body)
            answer = b"".join(iter(lambda: old.recv(65_536), b""))
        assert answer.startswith(b"HTTP/1.1 422 ") and b"\r\nConnection: close\r\n" in answer
        waiting = socket.create_connection(("127.0.0.1", port))
        assert deployment.serve.wait() == 0
        manager.start(deployment)
        with trust.wrap_socket(waiting, server_hostname="localhost") as new:
            new.sendall(request)
            assert new.recv(65_536).startswith(b"HTTP/1.1 200 ")
        deployment.serve.stop()
