"""What every acceptance test may ask for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.deployment import BINARY, Deploy, Deployment


@pytest.fixture(scope="session", autouse=True)
def built_program() -> None:
    assert BINARY.is_file(), f"{BINARY} is not there; deploy/test builds it"


@pytest.fixture
def deploy(tmp_path: Path) -> Iterator[Deploy]:
    """Makes deployments (not started yet) that are stopped, and whose logs are looked through, after the test."""
    made: list[Deployment] = []

    def make(changes: dict[str, Any] | None = None) -> Deployment:
        directory = tmp_path / f"deployment-{len(made)}"
        directory.mkdir()
        made.append(Deployment(directory, changes))
        return made[-1]

    yield make
    for deployment in made:
        deployment.stop()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """One running collector and sandbox for all tests of a file."""
    deployment = Deployment(tmp_path_factory.mktemp("running"))
    deployment.start()
    yield deployment
    deployment.stop()
