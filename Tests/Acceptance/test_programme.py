"""A whole programme, after which records, books, statistics, pages and reminders have to say the same."""

import csv
import io
import json
import math
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from harness.console import Console
from harness.deployment import Deploy, is_balanced
from harness.links import new_key
from harness.waiting import wait_until
from scenarios.mail_scanner import scan
from scenarios.programme import CAMPAIGN, CONTACTS, PUBLIC_URL, READING, SCORES, SURVEYS, Programme

ENDINGS = ("", "/0", "/5", "/10")
REMINDED = range(2, CONTACTS, 5)


@pytest.fixture
def programme(deploy: Deploy, tmp_path: Path) -> Programme:
    surveys = tmp_path / "surveys"
    surveys.mkdir()
    for name, survey in SURVEYS.items():
        # Every JSON document is YAML.
        (surveys / f"{name}.yaml").write_text(json.dumps(survey))
    settings = {"surveys": {"directory": str(surveys)}, "survey": {"link-keys": [f"new:{new_key()}"]}}
    deployment = deploy(settings | {"http": {"public-url": PUBLIC_URL}})
    deployment.start()
    return Programme(deployment)


def play(programme: Programme) -> None:
    programme.mint()
    assert scan(programme.deployment, programme.tokens, rounds=1, endings=ENDINGS) == CONTACTS * 2 * len(ENDINGS)
    # A page that is opened any sooner than 1.5 seconds after a scanner's is taken for the scanner's.
    time.sleep(READING)
    assert programme.deployment.books()["accepted"] == 0
    assert set(programme.answered().values()) == {""}
    programme.send_as_bots(range(1, CONTACTS, 50))
    programme.send_as_bots(range(3, CONTACTS, 50))
    programme.send_webhooks(40)
    programme.answer_openly(90)
    first = [number for number in range(CONTACTS) if number % 5 < 2]
    programme.answer(first, lambda number: SCORES[number % 11])

    waiting = programme.answered("--waiting")
    assert len(waiting) == CONTACTS - len(first)
    reminded = [number for number in REMINDED if programme.contacts[number]["email"] in waiting]
    assert reminded == list(REMINDED)
    programme.answer(reminded, lambda number: 10 - SCORES[number % 11])
    programme.answer(range(0, CONTACTS, 25), lambda number: SCORES[(number + 4) % 11])
    await_rest(programme)
    programme.erase(10)


def await_rest(programme: Programme) -> None:
    """Until everything is delivered but what is held."""
    held = len(programme.suspected)

    def rests() -> bool:
        status = programme.deployment.admin_status().json()
        return bool(status["pending"] == status["held"] == held and status["sending"] == 0)

    wait_until(rests, "everything but what is held to be delivered", interval=0.2)


def test_a_programme_is_counted_alike_by_everybody(programme: Programme) -> None:
    play(programme)
    deployment = programme.deployment
    held = len(programme.suspected)
    assert held == 20
    await_rest(programme)
    books = deployment.data("queue", "status")
    assert is_balanced(books)
    assert books["accepted"] == len(programme.answers) + len(programme.erased) + held
    assert books["delivered"] == len(programme.answers)
    assert (books["parked"], books["erased"], books["quarantined"]) == (0, 1, programme.quarantined)

    records = {record["email"]: record for record in deployment.records()}
    assert len(records) == len(list(deployment.records()))
    assert {address: said(record) for address, record in records.items()} == {
        address: (answer.score, answer.source, answer.campaign, answer.custom)
        for address, answer in programme.answers.items()
    }
    assert all(records[address]["dateSent"] for address in records if "contact-" in address)

    answered = programme.answered()
    told = {address: when for address, when in answered.items() if when and when != "erased"}
    assert told.keys() == {address for address in programme.answers if "contact-" in address}
    assert {address for address, when in answered.items() if when == "erased"} == programme.erased
    assert all(when >= records[address]["npsDate"] for address, when in told.items())

    counted = cells(programme, records)
    assert statistics_as_csv(deployment.run("queue", "stats", "--csv").stdout) == counted
    check_statistics(deployment.data("queue", "stats"), counted)
    check_page(Console(deployment), counted)


Cell = tuple[str, str, str, str, int]
"""Day, survey, source, campaign and score."""


def said(record: dict[str, Any]) -> tuple[int, str, str, frozenset[tuple[str, Any]]]:
    custom = frozenset((record.get("custom") or {}).items())
    return record["nps"], record["source"], record.get("campaignId") or "", custom


def cells(programme: Programme, records: dict[str, dict[str, Any]]) -> Counter[Cell]:
    """What has to be counted, with the days that Planhat knows."""
    counted: Counter[Cell] = Counter()
    for address, answer in programme.answers.items():
        day = records[address]["npsDate"][:10]
        counted[day, answer.survey, answer.source, answer.campaign, answer.score] += 1
    return counted


def statistics_as_csv(text: str) -> Counter[Cell]:
    counted: Counter[Cell] = Counter()
    for row in csv.DictReader(io.StringIO(text)):
        cell = (row["day"], row["survey"], row["source"], row["campaign"], int(row["score"]))
        assert cell not in counted, f"{cell} has two lines"
        counted[cell] = int(row["count"])
    return counted


def narrowed(counted: Counter[Cell], column: int, name: str) -> Counter[int]:
    """How many gave each score, of those with this survey, source or campaign."""
    scores: Counter[int] = Counter()
    for cell, count in counted.items():
        if cell[column] == name:
            scores[cell[4]] += count
    return scores


def promoter_score(scores: Counter[int]) -> float:
    """To one decimal place, a half away from zero."""
    promoters = sum(count for score, count in scores.items() if score >= 9)
    detractors = sum(count for score, count in scores.items() if score <= 6)
    exact = 1_000 * abs(promoters - detractors) / scores.total()
    return math.copysign(math.floor(exact + 0.5) / 10, promoters - detractors)


def check_statistics(report: dict[str, Any], counted: Counter[Cell]) -> None:
    """What `queue stats --json` says of all together, and of each survey, source, campaign and week."""
    everything: Counter[int] = Counter()
    for cell, count in counted.items():
        everything[cell[4]] += count
    check_part(report["overall"], everything)
    for kind, column in (("surveys", 1), ("sources", 2), ("campaigns", 3)):
        names = {cell[column] for cell in counted}
        assert {part["name"] or "" for part in map(named, report[kind])} == names
        for part in report[kind]:
            check_part(part, narrowed(counted, column, named(part)["name"] or ""))
    assert sum(week["answers"] for week in report["weeks"]) == everything.total()


def named(part: dict[str, Any]) -> dict[str, Any]:
    """With no name where there is no survey or campaign."""
    return {"name": None} | part


def check_part(part: dict[str, Any], scores: Counter[int]) -> None:
    assert part["answers"] == scores.total()
    assert part["distribution"] == [scores[score] for score in range(11)]
    assert part["score"] == promoter_score(scores)


def check_page(console: Console, counted: Counter[Cell]) -> None:
    """What the page says of all together, and when one survey, source or campaign is chosen."""
    chosen = {"": (2, {cell[2] for cell in counted})}
    chosen |= {f"?survey={name}": (1, {name}) for name in SURVEYS}
    chosen |= {"?source=standard": (2, {"standard"}), f"?campaign={CAMPAIGN}": (3, {CAMPAIGN})}
    for query, (column, names) in chosen.items():
        scores = sum((narrowed(counted, column, name) for name in names), Counter())
        page = console.page(f"/console/nps{query}")
        told = {int(score): int(count.replace(",", "")) for score, count in page.table("Score", "Answers")}
        assert {score: count for score, count in told.items() if count} == dict(scores), query
        assert f"{promoter_score(scores):+.1f}".replace("-", "\u2212") in page.text, query
