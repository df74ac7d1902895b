"""What a person watches the collector by: its metrics, the alerts and the dashboard that are shipped, and what is
written about them. Each speaks only of what there is."""

import itertools
import json
import re
import secrets
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness import canary
from harness.certificate import make_certificate
from harness.deployment import BOOKS, REPOSITORY, Deploy, Deployment
from harness.http_client import HTTPResponse, fetch
from harness.links import by_joserfc, claims, new_key
from harness.postgres import running_postgres
from harness.prometheus import (
    DASHBOARD,
    RULES,
    Prometheus,
    alerting_rules,
    panels,
    promtool,
    queries,
    running_prometheus,
)
from harness.promql import Matcher, Sample, Selector, parse_scrape, selectors
from harness.waiting import wait_until
from harness.webhook import Sender, fresh_response, sign

PAGES = REPOSITORY / "Sources/NPSApp/Documentation.docc"
RULE_TESTS = Path(__file__).with_name("alerts")
LINK_KEY = new_key()
OF_THE_MACHINE = {"NPSDiskLow", "NPSAcceptingSlowly"}
"""Alerts of which other work on this machine may be the reason."""
ROWS = ["Now", "Arriving", "Waiting", "Delivering", "Edge", "Machine"]

DOCUMENTED = re.compile(r"^\| `(\w+)(?:\{([\w,]+)\})?` \| (counter|gauge|histogram) \| \S", re.MULTILINE)
"""A line of a table on the page Metrics."""


class Watched:
    """Two collectors with traffic: one with TLS and a file, one on PostgreSQL whose token is wrong."""

    def __init__(self, secure: Deployment, shared: Deployment, prometheus: Prometheus) -> None:
        self.secure = secure
        self.shared = shared
        self.prometheus = prometheus
        self.scrapes = [scrape(secure).text, scrape(shared).text]

    @property
    def samples(self) -> list[Sample]:
        """All that both tell."""
        return [sample for text in self.scrapes for sample in parse_scrape(text)]


def scrape(deployment: Deployment) -> HTTPResponse:
    answer = fetch(deployment.admin_port, "GET", "/metrics")
    assert answer.status == 200 and answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return answer


def visit(deployment: Deployment) -> None:
    """What makes each of the metrics that only traffic makes."""
    new, long = fresh_response("new"), fresh_response("long")
    long["comment"] = "x" * 10_001
    with Sender(deployment.http_port, deployment.secret, trust=deployment.trusted) as tool:
        answers = [tool.post(response) for response in (new, new, new | {"score": 1}, long)]
        assert [answer.json()["status"] for answer in answers] == ["accepted", "unchanged", "updated", "accepted"]
        assert tool.post(fresh_response("wrong") | {"score": 11}).status == 422
    body = json.dumps(fresh_response("forged")).encode()
    assert deployment.post_webhook(body, sign("whsec_" + "A" * 43 + "=", body)).status == 401
    event = b'{"event": "opened"}'
    assert deployment.post_webhook(event, sign(deployment.secret, event), "/webhooks/picky").json()["ids"] == []
    form = {"email": canary.address("form"), "score": "9", "comment": ""}
    assert deployment.post_form(form).status == 303
    link = by_joserfc(claims("link"), LINK_KEY)
    assert deployment.post_form({"score": "9"}, f"/s/{link}").status == 303
    assert fetch(deployment.admin_port, "GET", "/queue/status", {"authorization": "Bearer wrong"}).status == 401


@pytest.fixture(scope="module")
def watched(deploy_for_module: Deploy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    directory = tmp_path_factory.mktemp("watched")
    (directory / "sources").mkdir()
    picky = "preset: standard\nmapping: 'select(.nps) | {id, email, score: .nps}'\n"
    (directory / "sources/picky.yaml").write_text(picky)
    certificate, key = make_certificate(directory, "ECDSA")

    def collector(changes: dict[str, Any]) -> Deployment:
        deployment = deploy_for_module(changes | {"survey": {"link-keys": [f"new:{LINK_KEY}"]}})
        settings = json.loads(deployment.config.read_text())
        settings["webhooks"] |= {
            "directory": str(directory / "sources"),
            "picky": {"secrets": [deployment.secret]},
        }
        deployment.config.write_text(json.dumps(settings))
        return deployment

    with running_postgres(secrets.token_hex(12)) as postgres:
        secure = collector({"tls": {"certificate": str(certificate), "private-key": str(key)}})
        secure.trust(certificate)
        url = postgres.url(postgres.new_database())
        shared = collector({"queue": {"url": url, "name": "first"}, "planhat": {"token": "was-revoked-long-ago"}})
        secure.start()
        shared.start()
        with running_prometheus(directory, [secure.admin_port, shared.admin_port]) as prometheus:
            # What comes is an increase only after a scrape that saw nothing of it.
            wait_until(lambda: len(prometheus.query("up == 1")) == 2, "both to be scraped")
            for deployment in (secure, shared):
                visit(deployment)
            wait_until(lambda: secure.admin_status().json()["delivered"] >= 2, "what is due to be delivered")
            wait_until(
                lambda: prometheus.query('nps_delivery_paused_reason{reason="token"} == 1'), "the pause to be seen"
            )
            yield Watched(secure, shared, prometheus)
        shared.stop()
        secure.stop()


def test_promtool_finds_nothing_wrong_with_a_scrape(watched: Watched) -> None:
    for text in watched.scrapes:
        promtool("check", "metrics", typed=text)


def test_the_figures_are_those_of_the_books(watched: Watched) -> None:
    for deployment in (watched.secure, watched.shared):
        books = deployment.books()
        samples = parse_scrape(scrape(deployment).text)
        values = {(sample.name, sample.labels.get("state", "")): sample.value for sample in samples}
        assert {state: values["nps_queue_responses", state] for state in BOOKS} == {key: books[key] for key in BOOKS}
        assert values["nps_queue_accepted_total", ""] == books["accepted"] == 4
        held = sum(sample.value for sample in samples if sample.name == "nps_quarantine_entries")
        assert held == books["quarantined"] == 1
        outcomes = {
            (sample.labels["source"], sample.labels["outcome"]): int(sample.value)
            for sample in samples
            if sample.name == "nps_accepts_total" and sample.value
        }
        assert outcomes == {
            ("standard", "accepted"): 2,
            ("standard", "unchanged"): 1,
            ("standard", "updated"): 1,
            ("standard", "quarantined"): 1,
            ("standard", "refused"): 1,
            ("picky", "ignored"): 1,
            ("survey", "accepted"): 1,
            ("link", "accepted"): 1,
        }


def test_the_page_metrics_has_each_metric_and_no_other(watched: Watched) -> None:
    documented = {
        name: (set(labels.split(",")) - {""}, kind)
        for name, labels, kind in DOCUMENTED.findall((PAGES / "Metrics.md").read_text())
    }
    kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", "\n".join(watched.scrapes), re.MULTILINE))
    shown = {
        name: (
            {
                label
                for sample in watched.samples
                if sample.name in {name, f"{name}_bucket"}
                for label in sample.labels
                if label != "le"
            },
            kind,
        )
        for name, kind in kinds.items()
    }
    assert documented == shown


def test_each_metric_says_what_it_is(watched: Watched) -> None:
    for text in watched.scrapes:
        types = re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE)
        helps = re.findall(r"^# HELP (\S+) .+\.$", text, re.MULTILINE)
        assert types == helps == sorted(set(types))


def test_the_alerts_are_valid() -> None:
    promtool("check", "rules", RULES)


@pytest.mark.parametrize("alert", alerting_rules())
def test_an_alert_fires_when_it_should_and_only_then(alert: str) -> None:
    file = RULE_TESTS / f"{alert}.yml"
    cases = [case for test in yaml.safe_load(file.read_text())["tests"] for case in test["alert_rule_test"]]
    assert {case["alertname"] for case in cases} == {alert}
    assert {bool(case["exp_alerts"]) for case in cases} == {True, False}, "one that fires, and one that doesn't"
    promtool("test", "rules", file)


def test_no_alert_is_tested_that_is_not_there() -> None:
    assert {file.stem for file in RULE_TESTS.glob("*.yml")} == set(alerting_rules())


def test_each_alert_has_a_paragraph_that_says_what_to_do() -> None:
    page = (PAGES / "Operations.md").read_text()
    section = page.split("\n## Alerts\n")[1].split("\n## ")[0]
    paragraphs = dict(re.findall(r"^### (\w+)\n(.*?)(?=^### |\Z)", section, re.MULTILINE | re.DOTALL))
    rules = alerting_rules()
    assert list(paragraphs) == list(rules)
    for name, rule in rules.items():
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert rule["annotations"]["runbook"] == f"Operations.md#{name}"
        assert rule["annotations"]["summary"] and rule["annotations"]["description"]
        assert all(part in paragraphs[name] for part in ("**It means**", "**Look at**"))
        assert re.search(r"\*\*(Do:?|do)\*\*", paragraphs[name])


def test_alerts_and_dashboard_speak_of_what_there_is(watched: Watched) -> None:
    samples = watched.samples
    expressions = [rule["expr"] for rule in alerting_rules().values()]
    expressions += itertools.chain.from_iterable(queries(panel) for panel in panels())
    named = [selector for expression in expressions for selector in selectors(expression)]
    # It is Prometheus' own.
    missing = {selector for selector in named if selector.name != "up" and not selector.finds(samples)}
    assert not missing
    assert len({selector.name for selector in named}) > 50


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("sum by (a, b) (rate(x_total{le=~\"a|b\", c!='}'}[5m] offset 1h)) > 5e-3", ["x_total"]),
        ("histogram_quantile(0.9, sum(rate(x_bucket[$__rate_interval])) without (c))", ["x_bucket"]),
        ("a / on (job) group_left (version) b{} and time() - c > bool 1.5", ["a", "b", "c"]),
        ("absent(up) or up unless ignoring(x) y # z", ["up", "up", "y"]),
    ],
)
def test_names_are_read_as_prometheus_reads_them(expression: str, names: list[str]) -> None:
    assert [selector.name for selector in selectors(expression)] == names


def test_a_selector_finds_what_its_matchers_fit() -> None:
    samples = [Sample("x_bucket", {"le": "1", "state": "parked"}, 0)]
    for matcher, is_there in [
        (Matcher("state", "=", "parked"), True),
        (Matcher("state", "=~", "pend.*|park.*"), True),
        (Matcher("state", "!~", "park"), True),
        (Matcher("state", "!=", "parked"), False),
        (Matcher("other", "=", "x"), False),
        (Matcher("job", "=", "x"), True),
    ]:
        assert Selector("x_bucket", (matcher,)).finds(samples) == is_there
    assert not Selector("x").finds(samples)


def test_the_dashboard_can_be_read() -> None:
    dashboard = json.loads(DASHBOARD.read_text())
    shown = panels()
    assert [panel["title"] for panel in shown if panel["type"] == "row"] == ROWS
    assert len({panel["id"] for panel in shown}) == len(shown)
    taken: set[tuple[int, int]] = set()
    for panel in shown:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken and max(x for x, _ in cells) < 24, panel["title"]
        taken |= cells
        if panel["type"] == "row":
            continue
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["description"].endswith("."), panel["title"]
        assert all(target["datasource"] == panel["datasource"] for target in panel["targets"])
    assert [variable["name"] for variable in dashboard["templating"]["list"]] == ["datasource", "job", "instance"]


def test_each_panel_shows_something(watched: Watched) -> None:
    # A rate needs two scrapes.
    wait_until(
        lambda: watched.prometheus.query("sum(rate(nps_delivery_request_duration_seconds_count[1m])) >= 0"),
        "a rate of the requests to Planhat",
    )
    for panel in panels():
        for expression in queries(panel):
            # After a scrape that took too long there is nothing for a moment.
            wait_until(partial(watched.prometheus.query, expression), f"{panel['title']}: {expression}")


def test_prometheus_has_the_right_alerts(watched: Watched) -> None:
    server = watched.prometheus
    expected = {"NPSDeliveryPaused", "NPSQuarantineGrowing", "NPSCertificateExpiring", "NPSCertificateEnds"}

    def just_these() -> dict[str, dict[str, str]] | None:
        alerts = server.alerts()
        return alerts if set(alerts) - OF_THE_MACHINE == expected else None

    alerts = wait_until(just_these, "what is wrong, and nothing else, to be pending")
    assert alerts["NPSDeliveryPaused"]["reason"] == "token"
    assert alerts["NPSDeliveryPaused"]["instance"] == f"127.0.0.1:{watched.shared.admin_port}"
    assert alerts["NPSQuarantineGrowing"]["source"] == "standard"
    rules = [rule for group in server.ask("rules")["groups"] for rule in group["rules"]]
    assert {rule["name"] for rule in rules if rule["health"] == "ok"} == set(alerting_rules())
    watched.shared.serve.stop()
    wait_until(lambda: "NPSCollectorDown" in server.alerts(), "the collector to be missed")
