"""The shipped Containerfile, built and run by podman. Its images come from no registry: debootstrap makes Debian's, and
in Swift's a stand-in for the compiler gives out the program that was built already."""

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness import canary
from harness.containers import Engine, engine, here
from harness.debian import archived_base, needs_root
from harness.deployment import BINARY, REPOSITORY, Deploy, Deployment
from harness.http_client import fetch
from harness.program import run_command
from harness.waiting import wait_until
from harness.webhook import fresh_response

pytestmark = needs_root

CONTAINERFILE = REPOSITORY / "deploy/Containerfile"
IMAGE = "nps-collector"
DEBIAN = "localhost/debian:bookworm-slim"
SWIFT = "localhost/swift:6.3-bookworm"
COMPILER = """#!/bin/sh -eu
[ "$*" = "build -c release --product nps-collector --static-swift-stdlib -Xlinker --strip-all" ]
[ -f Package.swift ] && [ -f Sources/nps-collector/NPSCollector.swift ] && [ -f public/form.mustache ]
[ -e /usr/include/jq.h ] && [ -e /usr/include/sqlite3.h ] && [ -e /usr/include/zlib.h ]
[ -e /usr/include/postgresql/libpq-fe.h ]
mkdir -p .build/release
cp /usr/lib/nps-collector .build/release/nps-collector
"""


@pytest.fixture(scope="module")
def podman(run_directory: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine that has the image."""
    work = tmp_path_factory.mktemp("images")
    with engine() as made:
        made.run("import", archived_base(run_directory), DEBIAN)
        compiler = work / "compiler"
        compiler.mkdir()
        (compiler / "swift").write_text(COMPILER)
        (compiler / "swift").chmod(0o755)
        stripped = run_command("strip", "-o", compiler / "nps-collector", BINARY)
        assert stripped.returncode == 0, stripped.stderr
        (compiler / "Containerfile").write_text(
            f"FROM {DEBIAN}\nCOPY swift /usr/local/bin/swift\nCOPY nps-collector /usr/lib/nps-collector\n"
        )
        build = ["build", "--isolation=chroot", "--format=docker", "--network=host", "--pull-never"]
        made.run(*build, f"--tag={SWIFT}", compiler)
        ignored = f"--ignorefile={CONTAINERFILE}.dockerignore"
        made.run(*build, ignored, f"--file={CONTAINERFILE}", f"--tag={IMAGE}", REPOSITORY)
        yield made


def test_the_image_runs_as_nobody_special_and_checks_its_health(podman: Engine) -> None:
    image = podman.image(IMAGE)
    config = image["Config"]
    assert config["User"] == "10001:10001"
    assert image["Healthcheck"]["Test"] == ["CMD", "nps-collector", "healthcheck"]
    assert (config["Entrypoint"], config["Cmd"]) == (["nps-collector"], ["serve"])
    assert config["StopSignal"] in {"SIGTERM", "15"}
    assert config["WorkingDir"] in config["Volumes"]
    assert not any("token" in word.lower() for word in config.get("Env", []))


def test_there_is_no_toolchain_and_no_source_in_it(podman: Engine) -> None:
    found = podman.run(
        *("run", "--rm", *here(), "--user=0", "--entrypoint=find", IMAGE),
        *("/", "-xdev", "(", "-name", "*.swift", "-o", "-name", "swift", "-o", "-name", "*.h", "-o", "-path"),
        *("/var/lib/apt/lists/*_Packages", ")", "-print"),
    )
    assert [path for path in found.split() if not path.startswith(("/proc", "/sys"))] == []


@dataclass(frozen=True)
class Contained:
    """A collector in a container, with the settings and secrets of a deployment."""

    podman: Engine
    deployment: Deployment

    def start(self, *options: str, command: tuple[str, ...] = ()) -> None:
        mine = self.deployment
        secrets = {"planhat": mine.api_token, "admin": mine.admin_token, "webhook": mine.secret}
        folder = mine.directory / "secrets"
        folder.mkdir(exist_ok=True)
        for name, secret in secrets.items():
            (folder / name).write_text(secret)
            (folder / name).chmod(0o444)
        settings = {
            "HTTP_PORT": mine.http_port,
            "ADMIN_PORT": mine.admin_port,
            "PLANHAT_URL": f"http://127.0.0.1:{mine.sandbox_port}",
            "PLANHAT_TOKEN_FILE": "/run/secrets/planhat",
            "ADMIN_TOKEN_FILE": "/run/secrets/admin",
            "WEBHOOKS_STANDARD_SECRETS_FILE": "/run/secrets/webhook",
            "LOG_LEVEL": "trace",
        }
        variables = [f"--env={name}={value}" for name, value in settings.items()]
        mounts = [f"--volume={folder}:/run/secrets:ro", "--volume=queue:/var/lib/nps-collector"]
        self.podman.start("collector", IMAGE, *variables, *mounts, *options, command=command)

    def await_ready(self) -> None:
        def is_ready() -> bool:
            try:
                return fetch(self.deployment.http_port, "GET", "/readyz").status == 200
            except (OSError, http.client.HTTPException):
                assert "true" in self.podman.run("inspect", "--format={{.State.Running}}", "collector"), self.log()
                return False

        wait_until(is_ready, "the container to be ready", interval=0.1)

    def await_records(self, count: int) -> None:
        wait_until(lambda: len(list(self.deployment.records())) >= count, f"{count} records", interval=0.2)
        assert len(list(self.deployment.records())) == count

    def await_delivered(self, count: int) -> None:
        """Until so many are delivered as the collector says, which learns of it after the API."""

        def delivered() -> int:
            status = self.podman.run("exec", "collector", "nps-collector", "queue", "status", "--json")
            return int(json.loads(status)["delivered"])

        wait_until(lambda: delivered() == count, f"{count} to be delivered", interval=0.2)

    def log(self) -> str:
        result = self.podman.try_to("logs", "collector")
        return result.stdout + result.stderr


@pytest.fixture
def contained(podman: Engine, deploy: Deploy) -> Iterator[Contained]:
    deployment = deploy()
    deployment.start_sandbox()
    yield Contained(podman, deployment)
    podman.try_to("rm", "--force", "--time=0", "collector")


def test_a_locked_container_serves_delivers_and_goes_on_after_it_was_replaced(contained: Contained) -> None:
    podman, mine = contained.podman, contained.deployment
    for count in (2, 4):
        contained.start()
        contained.await_ready()
        assert podman.try_to("healthcheck", "run", "collector").returncode == 0
        form = {"email": canary.address(f"form-{count}"), "score": "0", "comment": canary.comment("typed")}
        assert mine.post_form(form).status == 303
        assert mine.post(fresh_response(f"tool-{count}")).json()["status"] == "accepted"
        contained.await_records(count)
        contained.await_delivered(count)
        # Nothing but the queue can be written.
        for path in ("/usr/local/bin/x", "/tmp/x", "/run/x", "/x"):
            refused = podman.try_to("exec", "--user=0", "collector", "touch", path)
            assert "Read-only file system" in refused.stderr, path
        assert podman.run("exec", "collector", "stat", "--format=%u %a", ".").split() == ["10001", "700"]
        podman.run("stop", "--time=20", "collector")
        assert podman.run("inspect", "--format={{.State.ExitCode}}", "collector").strip() == "0"
        (mine.directory / "container.log").write_text(contained.log())
        podman.run("rm", "collector")


def test_the_health_check_fails_where_nothing_answers(contained: Contained) -> None:
    contained.start("--entrypoint=sleep", command=("600",))
    podman = contained.podman
    result = podman.try_to("exec", "collector", "nps-collector", "healthcheck")
    assert result.returncode == 69
    assert podman.try_to("healthcheck", "run", "collector").returncode != 0
