"""Fixtures that every acceptance test may ask for."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.deployment import BINARY, Deploy, Deployment, deployments


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
