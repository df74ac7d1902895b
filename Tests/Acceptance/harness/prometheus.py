"""Prometheus itself, as Debian has it, and its promtool; deploy/test puts both where they are looked for."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import yaml

from harness.deployment import REPOSITORY
from harness.http_client import fetch
from harness.ports import accepts, free_port
from harness.program import Program, run_command
from harness.waiting import wait_until

RULES = REPOSITORY / "deploy/prometheus-alerts.yml"
DASHBOARD = REPOSITORY / "deploy/grafana-dashboard.json"


def program(name: str) -> Path:
    """`prometheus` or `promtool`."""
    unpacked = REPOSITORY / ".venv/prometheus/usr/bin" / name
    found = unpacked if unpacked.exists() else shutil.which(name)
    assert found, f"{name} is not there; deploy/test unpacks it"
    return Path(found)


def promtool(*words: str | Path, typed: str = "") -> None:
    """Runs promtool, which must find nothing wrong."""
    result = run_command(program("promtool"), *words, typed=typed)
    assert result.returncode == 0, result.stdout + result.stderr


def alerting_rules() -> dict[str, dict[str, Any]]:
    """The rules that are shipped, by the names of their alerts."""
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def panels() -> list[dict[str, Any]]:
    """The panels of the dashboard that is shipped, rows included."""
    shown: list[dict[str, Any]] = json.loads(DASHBOARD.read_text())["panels"]
    return shown


def queries(panel: dict[str, Any]) -> list[str]:
    """A panel's expressions, with values in the place of Grafana's variables."""
    values = {"$__rate_interval": "1m", "$__range": "1h", "$job": "nps-collector", "$instance": ".*"}
    expressions = [target["expr"] for target in panel.get("targets", [])]
    for name, value in values.items():
        expressions = [expression.replace(name, value) for expression in expressions]
    assert not any("$" in expression for expression in expressions), expressions
    return expressions


@dataclass(frozen=True)
class Prometheus:
    """A running server that scrapes every second, with the rules that are shipped."""

    port: int

    def ask(self, path: str, **parameters: str) -> Any:
        """What its API answers."""
        answer = fetch(self.port, "GET", f"/api/v1/{path}?{urlencode(parameters)}").json()
        assert answer["status"] == "success", answer
        return answer["data"]

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series that an expression gives now."""
        series: list[dict[str, Any]] = self.ask("query", query=expression)["result"]
        return series

    def alerts(self) -> dict[str, dict[str, str]]:
        """The labels of what is pending or fires, by the alert's name."""
        return {alert["labels"]["alertname"]: alert["labels"] for alert in self.ask("alerts")["alerts"]}


@contextmanager
def running_prometheus(directory: Path, admin_ports: list[int]) -> Iterator[Prometheus]:
    """A new server that watches the collectors with these admin listeners."""
    targets = [f"127.0.0.1:{port}" for port in admin_ports]
    configuration = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(RULES)],
        "scrape_configs": [{"job_name": "nps-collector", "static_configs": [{"targets": targets}]}],
    }
    file = directory / "prometheus.yml"
    file.write_text(json.dumps(configuration))
    port = free_port()
    command: list[str | Path] = [program("prometheus"), f"--config.file={file}"]
    command += [f"--storage.tsdb.path={directory / 'tsdb'}", f"--web.listen-address=127.0.0.1:{port}"]
    with Program(command, directory / "prometheus.log", directory) as server:

        def answers() -> bool:
            assert server.is_running, server.tail()
            return accepts(port) and fetch(port, "GET", "/-/ready").status == 200

        wait_until(answers, "Prometheus to be ready")
        yield Prometheus(port)
