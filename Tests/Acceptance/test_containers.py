"""The shipped compose.yaml and Containerfile, tried with the real parts: no container engine runs here."""

import json
import re
import secrets
import shutil
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import yaml

from harness.deployment import BINARY, REPOSITORY, Deploy, Deployment
from harness.http_client import fetch
from harness.nginx import running_nginx
from harness.ports import free_port
from harness.postgres import Postgres, running_postgres
from harness.program import run_command
from harness.waiting import wait_until
from harness.webhook import Sender, fresh_response

FOLDER = REPOSITORY / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
COLLECTORS = ["collector-1", "collector-2"]
CONTAINERFILE = (FOLDER / "Containerfile").read_text()
SOCKETS = "/var/run/postgresql"


def operations_block(beginning: str) -> str:
    """The shell block of the page Operations that contains this."""
    page = (REPOSITORY / "Sources/NPSApp/Documentation.docc/Operations.md").read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return str(next(block for block in blocks if beginning in block))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The secrets as the page says to make them, by their names in containers."""
    directory = tmp_path_factory.mktemp("repository")
    (directory / "deploy").mkdir()
    made = run_command("bash", "-euc", operations_block("deploy/secrets"), directory=directory)
    assert made.returncode == 0, made.stderr
    secret_files = directory / "run"
    secret_files.mkdir()
    for name, secret in COMPOSE["secrets"].items():
        shutil.copy(directory / "deploy" / secret["file"], secret_files / name)
    return secret_files


@pytest.fixture(scope="module")
def postgres(files: Path) -> Iterator[Postgres]:
    """A server in which compose's script has made the role and the database."""
    with running_postgres(secrets.token_hex(12)) as server:
        rules = server.directory / "data/pg_hba.conf"
        rules.write_text(f"local all nps scram-sha-256\n{rules.read_text()}")
        server.sql("postgres", "SELECT pg_reload_conf()")
        environment = {
            "POSTGRES_USER": "owner",
            "QUEUE_PASSWORD_FILE": str(files / "queue-password"),
            "PGHOST": str(server.directory),
        }
        server.sql("postgres", "DROP DATABASE nps")
        made = run_command(FOLDER / "compose/database.sh", environment=environment)
        assert made.returncode == 0, made.stderr
        yield server


def environment(service: str, files: Path, postgres: Postgres) -> dict[str, str]:
    """That of a collector, with this machine's places."""
    values = {name: str(value) for name, value in SERVICES[service]["environment"].items()}
    values["QUEUE_URL"] = values["QUEUE_URL"].replace(quote(SOCKETS, safe=""), quote(str(postgres.directory), safe=""))
    return {name: value.replace("/run/secrets", str(files)) for name, value in values.items()}


@pytest.mark.parametrize("service", COLLECTORS)
def test_check_knows_every_setting(files: Path, postgres: Postgres, tmp_path: Path, service: str) -> None:
    variables = environment(service, files, postgres)
    result = run_command(BINARY, "check", "--json", directory=tmp_path, environment=variables)
    assert result.returncode == 0, result.stderr
    assert "warning" not in result.stderr
    entries = json.loads(result.stdout)
    known = {entry["key"].replace(".", "_").replace("-", "_").upper() for entry in entries if given(entry)}
    assert known == {name.removesuffix("_FILE") for name in variables}


def given(entry: dict[str, str]) -> bool:
    return "environment" in json.dumps(entry)


def test_the_collectors_differ_in_nothing_but_their_names() -> None:
    first, second = (json.loads(json.dumps(SERVICES[name])) for name in COLLECTORS)
    assert first["environment"].pop("QUEUE_NAME") != second["environment"].pop("QUEUE_NAME")
    assert first.pop("networks") != second.pop("networks")
    assert first == second


def test_everything_that_is_named_is_there(files: Path) -> None:
    build = SERVICES["collector-1"]["build"]
    root = (FOLDER / build["context"]).resolve()
    assert root == REPOSITORY
    assert (root / build["dockerfile"]).is_file()
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            place = volume.split(":")[0]
            assert (FOLDER / place).is_file() if place.startswith("./") else place in COMPOSE["volumes"], volume
        named = re.findall(r"/run/secrets/([\w-]+)", json.dumps(service))
        assert set(named) <= set(service.get("secrets", [])), "a secret is read that the service doesn't get"
        assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
        assert set(service.get("depends_on", [])) <= set(SERVICES)
    assert {path.name for path in files.iterdir()} == set(COMPOSE["secrets"])
    mounted = re.findall(r"^COPY --from=build (\S+) (\S+)", CONTAINERFILE, re.MULTILINE)
    assert mounted == [("/source/.build/release/nps-collector", "/usr/local/bin/nps-collector")]


def test_secrets_can_be_read_by_the_containers_and_by_nobody_else(files: Path) -> None:
    for made in (files.parent / "deploy/secrets").iterdir():
        assert made.stat().st_mode & 0o777 == 0o444
    assert (files.parent / "deploy/secrets").stat().st_mode & 0o777 == 0o700


def shipped_nginx(tmp_path: Path, changes: dict[str, str]) -> Path:
    """nginx.conf as the container makes it, with `changes`."""
    made = run_command("sed", "-f", FOLDER / "compose/nginx.sed", FOLDER / "nginx.conf")
    text = made.stdout
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    path = tmp_path / "nginx.conf"
    path.write_text(text)
    return path


def test_names_ports_and_addresses_agree(tmp_path: Path) -> None:
    text = shipped_nginx(tmp_path, {}).read_text()
    settings = SERVICES["collector-1"]["environment"]
    assert re.findall(r"server ([\w-]+):(\d+);", text) == [(name, str(settings["HTTP_PORT"])) for name in COLLECTORS]
    proxy = SERVICES["proxy"]["networks"]["inside"]["ipv4_address"]
    assert settings["HTTP_TRUSTED_PROXIES"] == f"{proxy}/32"
    public = urlsplit(settings["HTTP_PUBLIC_URL"])
    assert f"server_name {public.hostname};" in text and f"location {public.path}/ {{" in text
    assert {line.split(":")[1] for line in SERVICES["proxy"]["ports"]} == set(re.findall(r"listen (\d+)", text))
    used = re.findall(r"/run/secrets/([\w-]+)", text)
    assert sorted(used) == sorted(SERVICES["proxy"]["secrets"])
    said = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    assert not re.search("127.0.0.1|/var/log|letsencrypt", said)
    assert f"EXPOSE {settings['HTTP_PORT']}" in CONTAINERFILE
    assert SERVICES["collector-1"]["healthcheck"]["test"] == ["CMD", "nps-collector", "healthcheck"]
    assert json.dumps(["nps-collector", "healthcheck"]) in CONTAINERFILE


@dataclass(frozen=True)
class Composed:
    """Two collectors with the environment of the file, and nginx with its configuration."""

    collectors: list[Deployment]
    port: int
    trusted: ssl.SSLContext


@pytest.fixture
def composed(deploy: Deploy, files: Path, postgres: Postgres, tmp_path: Path) -> Iterator[Composed]:
    collectors: list[Deployment] = []
    for name in COLLECTORS:
        variables = environment(name, files, postgres)
        deployment = deploy()
        deployment.secret = (files / "webhook-secret").read_text().strip()
        deployment.admin_token = (files / "admin-token").read_text().strip()
        deployment.api_token = (files / "planhat-token").read_text().strip()
        if collectors:
            deployment.sandbox_port = collectors[0].sandbox_port
        mine = {
            "HTTP_HOST": "127.0.0.1",
            "HTTP_PORT": str(deployment.http_port),
            "HTTP_TRUSTED_PROXIES": "127.0.0.1/32",
            "ADMIN_PORT": str(deployment.admin_port),
            "PLANHAT_URL": f"http://127.0.0.1:{deployment.sandbox_port}",
            "SANDBOX_PORT": str(deployment.sandbox_port),
            "SANDBOX_TOKEN": deployment.api_token,
        }
        deployment.config.write_text("{}")
        (deployment.directory / ".env").write_text(
            "".join(f"{key}={value}\n" for key, value in (variables | mine).items())
        )
        collectors.append(deployment)
    collectors[0].start_sandbox()
    for deployment in collectors:
        deployment.start_serve()
    port = free_port()
    changes = {
        f"{name}:8080": f"127.0.0.1:{deployment.http_port}"
        for name, deployment in zip(COLLECTORS, collectors, strict=True)
    }
    with running_nginx(tmp_path, port, free_port(), shipped_nginx(tmp_path, changes), IN_CONTAINER) as certificate:
        yield Composed(collectors, port, ssl.create_default_context(cafile=str(certificate)))


IN_CONTAINER = {
    "certificate": "/run/secrets/certificate",
    "key": "/run/secrets/private-key",
    "log": "/dev/stdout",
    "errors": "/dev/stderr",
}


def test_both_accept_behind_nginx_and_one_of_them_may_go(composed: Composed) -> None:
    first, second = composed.collectors
    count = 12
    with Sender(composed.port, first.secret, "/feedback/webhooks/standard", composed.trusted) as sender:
        for number in range(count):
            assert sender.post(fresh_response(f"both-{number}")).json()["status"] == "accepted"
        for deployment in composed.collectors:
            metrics = fetch(deployment.admin_port, "GET", "/metrics").text
            assert 'nps_webhook_deliveries_total{source="standard"' in metrics, "nginx asked only one of them"
        second.serve.kill()
        for number in range(count):
            assert sender.post(fresh_response(f"one-{number}")).json()["status"] == "accepted"
    second.start_serve()
    wait_until(lambda: second.admin_status().json()["delivered"] == 2 * count, "all to be delivered")
    assert len(list(first.records())) == 2 * count


def test_the_container_has_the_libraries_that_the_program_needs() -> None:
    stages = [stage.replace("\\\n", " ") for stage in CONTAINERFILE.split("\nFROM ")[1:]]
    build, run = (set(re.findall(r"--no-install-recommends((?: +[\w.+-]+)+)", stage)[0].split()) for stage in stages)
    shipped = re.search(r"^build_packages=\((.*)\)$", (FOLDER / "lib.bash").read_text(), re.MULTILINE)
    assert shipped and build == set(shipped[1].split())
    readme = (REPOSITORY / "README.md").read_text()
    for package in run:
        assert f"`{package}`" in readme
    linked = re.findall(r"=> (/\S+)", run_command("ldd", BINARY).stdout)
    wanted = run_command("apt-cache", "depends", "--recurse", "--important", "--installed", *run, "libc6", "apt").stdout
    for library in linked:
        owner = (
            run_command("dpkg-query", "--search", Path(library).resolve()).stdout
            or run_command("dpkg-query", "--search", library).stdout
        )
        assert owner.split(":")[0] in wanted, f"{library} of {owner}"
