"""Fixtures that every acceptance test may ask for."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.debian import (
    System,
    archived_base,
    archived_server,
    booted,
    extract,
    in_memory,
    locked,
    must,
    new_system,
)
from harness.deployment import BINARY, REPOSITORY, Deploy, Deployment, deployments
from harness.http2 import deploy_securely
from harness.installation import Installation, Packager
from harness.receiver import Receiver
from harness.webhook import fresh_response, new_secret

LONGEST = (
    "test_postgres_servers.py",
    "test_chaos.py",
    "test_failover.py",
    "test_runbook.py",
    "test_backup.py",
    "test_accessibility.py",
    "test_leaks.py",
    "test_outage.py",
)
"""The files that take more than a minute and a half, the longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, so that at the end no worker waits for the only one that still works."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONGEST)))


@pytest.fixture(scope="session", autouse=True)
def built_program() -> None:
    assert BINARY.is_file(), f"{BINARY} is not there; deploy/test builds it"


@pytest.fixture(scope="session")
def run_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that all workers of this run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture
def deploy(tmp_path: Path) -> Iterator[Deploy]:
    """Makes deployments (not started yet) that are stopped, and whose logs are searched, after the test."""
    with deployments(tmp_path) as make:
        yield make


@pytest.fixture(scope="module")
def deploy_for_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deploy]:
    """The same for deployments that all tests of a file share."""
    with deployments(tmp_path_factory.mktemp("module")) as make:
        yield make


@pytest.fixture(scope="module")
def running(deploy_for_module: Deploy) -> Deployment:
    """One running collector and sandbox for all tests of a file."""
    deployment = deploy_for_module()
    deployment.start()
    return deployment


@pytest.fixture(scope="module")
def secure(deploy_for_module: Deploy) -> Deployment:
    """The same with TLS."""
    return deploy_securely(deploy_for_module)


@pytest.fixture
def running_afterwards(running: Deployment) -> Iterator[None]:
    """After the test, `running` does its work as if nothing had been."""
    yield
    confirm_it_accepts(running)


@pytest.fixture
def secure_afterwards(secure: Deployment) -> Iterator[None]:
    yield
    confirm_it_accepts(secure)


def confirm_it_accepts(deployment: Deployment) -> None:
    assert deployment.get("/readyz").status == 200
    assert deployment.post(fresh_response("afterwards")).status == 200


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Packager:
    """Makes a package of the program, with less compression than usual."""

    def make(*options: str, program: Path | str = BINARY) -> Path:
        output = tmp_path_factory.mktemp("package")
        must(REPOSITORY / "deploy/package", "--quick", "--program", program, "--output", output, *options)
        (package,) = output.iterdir()
        return package

    return make


@pytest.fixture(scope="module")
def package(packaged: Packager) -> Path:
    return packaged()


@pytest.fixture
def debian(run_directory: Path, tmp_path: Path) -> Iterator[System]:
    """A Debian of its own, without systemd as its first process."""
    with new_system(archived_base(run_directory), tmp_path / "system") as system:
        yield system


@pytest.fixture
def server(run_directory: Path, tmp_path: Path) -> Iterator[System]:
    """A Debian of its own that systemd runs."""
    archive = archived_server(run_directory)
    with locked(run_directory / "booted.lock"), in_memory(tmp_path / "system") as root:
        extract(archive, root)
        with booted(root, tmp_path / "systemd.log") as system:
            yield system


@pytest.fixture
def reachable(deploy: Deploy) -> Deployment:
    deployment = deploy()
    deployment.start_sandbox()
    return deployment


@pytest.fixture
def installed(server: System, reachable: Deployment) -> Installation:
    return Installation(server, reachable)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver of alerts that verifies their signatures."""
    with Receiver(new_secret()) as receiver:
        yield receiver
