"""A whole programme: two surveys for a thousand contacts, and all that people, tools and mail scanners do to it."""

import csv
import io
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

from harness import canary
from harness.console import ReadPage
from harness.deployment import Deployment
from harness.http_client import FORM_HEADERS, HTTPResponse, connect
from harness.webhook import Sender

CAMPAIGN = "65d4a5a2f0e1c8b7a6958473"
TOOL_CAMPAIGN = "65d4a5a2f0e1c8b7a6958474"
SURVEYS: dict[str, dict[str, Any]] = {
    "academy": {
        "brand": "Acme Academy",
        "campaignId": CAMPAIGN,
        "custom": {"programme": "academy"},
        "parameters": ["plan"],
        "thanks": {"promoters": {"link": "https://reviews.example.com/academy"}},
        "languages": {"en": {"thanksDetractorBody": "Somebody calls you, if you like."}},
    },
    "renewal": {"open": False, "brand": "Renewal"},
}
PUBLIC_URL = "https://nps.example.com"
CONTACTS = 1_000
WORKERS = 8
READING = 2.1
"""Seconds that a person takes. Whoever is quicker is taken for a bot."""
SCORES = (10, 9, 9, 8, 7, 10, 6, 3, 0, 9, 5)
PLANS = ("gold", "silver", "")


@dataclass(frozen=True)
class Answer:
    """What a person has said last, and what has to become of it."""

    score: int
    survey: str = ""
    source: str = "survey"
    campaign: str = ""
    custom: frozenset[tuple[str, Any]] = frozenset()


@dataclass
class Programme:
    """Plays it on a deployment, and keeps what everybody has to agree on."""

    deployment: Deployment
    contacts: list[dict[str, str]] = field(default_factory=list)
    """As the list with links has them."""
    answers: dict[str, Answer] = field(default_factory=dict)
    """By address: what was answered and is not erased."""
    erased: set[str] = field(default_factory=set)
    suspected: set[str] = field(default_factory=set)
    """For whom only a bot has answered."""
    quarantined: int = 0

    def mint(self) -> None:
        """Makes the links of both surveys, with what is known of each contact."""
        for survey, numbers in (("renewal", range(600)), ("academy", range(600, CONTACTS))):
            rows = [f"c{n},{canary.address(f'contact-{n}')},{PLANS[n % 3]},{n}" for n in numbers]
            typed = "\n".join(["id,email,Plan,Seats", *rows, ""])
            minted = self.deployment.run(
                "links", "--survey", survey, "--custom", "plan=Plan,seats:number=Seats", typed=typed
            )
            assert minted.returncode == 0, minted.stderr
            self.contacts += csv.DictReader(io.StringIO(minted.stdout))
        assert len(self.contacts) == CONTACTS

    def send_as_bots(self, numbers: Sequence[int]) -> None:
        """Posts the form of each of these contacts without the time that every form carries."""

        def send(connection: HTTPConnection, part: Sequence[int]) -> None:
            for number in part:
                assert _post(connection, self.path(number), {"score": "0"}).status == 303

        self._at_once(numbers, send)
        self.suspected |= {self.contacts[number]["email"] for number in numbers}

    def answer(self, numbers: Sequence[int], score: Callable[[int], int]) -> None:
        """Each of these contacts opens the link, some of them with the score in it, reads, and answers."""

        def answer(connection: HTTPConnection, part: Sequence[int]) -> None:
            forms = []
            for number in part:
                path = self.path(number) + (f"/{score(number)}" if number % 2 else "")
                (form,) = ReadPage.of(_get(connection, path).text).forms
                forms.append((number, form))
            time.sleep(READING)
            for number, form in forms:
                comment = canary.comment(f"because of {number}") if number % 3 == 0 else ""
                typed = {"score": str(score(number)), "comment": comment}
                sent = _post(connection, form.action, form.fields | typed)
                assert sent.status == 303, f"contact {number}: {sent.status}"
                self._check_thanks(_get(connection, sent.headers["location"]).text, number, score(number))

        self._at_once(numbers, answer)
        for number in numbers:
            contact = self.contacts[number]
            self.answers[contact["email"]] = self._answer(number, score(number))
            self.suspected.discard(contact["email"])

    def answer_openly(self, people: int) -> None:
        """Strangers answer at the open forms: of the academy, whose address names a plan, and of the settings."""

        def answer(connection: HTTPConnection, part: Sequence[int]) -> None:
            for number in part:
                at_academy = number % 3 < 2
                page = _get(connection, "/survey/academy?plan=gold" if at_academy else "/survey")
                (form,) = ReadPage.of(page.text).forms
                typed = {"email": canary.address(f"open-{number}"), "score": str(SCORES[number % 11]), "comment": ""}
                sent = _post(connection, form.action, form.fields | typed)
                assert sent.status == 303
                if number % 10 == 0:
                    _change(connection, sent.headers["location"], typed | {"score": "4"})

        self._at_once(range(people), answer)
        custom = frozenset({("programme", "academy"), ("plan", "gold")})
        for number in range(people):
            score = 4 if number % 10 == 0 else SCORES[number % 11]
            said = Answer(score, "academy", campaign=CAMPAIGN, custom=custom) if number % 3 < 2 else Answer(score)
            self.answers[canary.address(f"open-{number}")] = said

    def send_webhooks(self, count: int) -> None:
        """A tool sends responses, repeats one, edits some, and sends two that can't be read."""
        with Sender(self.deployment.http_port, self.deployment.secret) as tool:
            for number in range(count):
                address = canary.address(f"tool-{number}")
                campaign = {"campaignId": TOOL_CAMPAIGN} if number % 2 else {}
                sent: dict[str, Any] = {
                    "id": f"tool-{number}",
                    "email": address,
                    "score": SCORES[number % 11],
                    **campaign,
                }
                assert tool.post(sent).json()["status"] == "accepted"
                if number % 4 == 0:
                    sent |= {"score": 1}
                    assert tool.post(sent).json()["status"] == "updated"
                assert tool.post(sent).json()["status"] == "unchanged"
                campaign_id = campaign.get("campaignId", "")
                self.answers[address] = Answer(sent["score"], source="standard", campaign=campaign_id)
            for number in range(2):
                wrong = {"id": f"wrong-{number}", "email": canary.address("wrong"), "score": 11 + number}
                assert tool.post(wrong).status == 422
        self.quarantined += 2

    def erase(self, number: int) -> None:
        address = self.contacts[number]["email"]
        receipt = self.deployment.data("queue", "erase", "--email", address, "--remote", "--yes")
        assert [record["result"] for record in receipt["remote"]] == ["deleted"]
        del self.answers[address]
        self.erased.add(address)

    def answered(self, *options: str) -> dict[str, str]:
        """What `links answered` says of each contact, by address."""
        listed = io.StringIO()
        writer = csv.DictWriter(listed, [*self.contacts[0]])
        writer.writeheader()
        writer.writerows(self.contacts)
        result = self.deployment.run("links", "answered", *options, typed=listed.getvalue())
        assert result.returncode == 0, result.stderr
        return {row["email"]: row["answered"] for row in csv.DictReader(io.StringIO(result.stdout))}

    def path(self, number: int) -> str:
        return self.contacts[number]["link"].removeprefix(PUBLIC_URL)

    @property
    def tokens(self) -> list[str]:
        return [self.path(number).removeprefix("/s/") for number in range(CONTACTS)]

    def _answer(self, number: int, score: int) -> Answer:
        known = {"seats": number} | ({"plan": PLANS[number % 3]} if PLANS[number % 3] else {})
        said = Answer(score, "renewal", custom=frozenset(known.items()))
        if number < 600:
            return said
        custom = said.custom | {("programme", "academy")}
        return replace(said, survey="academy", campaign=CAMPAIGN, custom=custom)

    def _check_thanks(self, page: str, number: int, score: int) -> None:
        """Promoters of the academy are led to a site for reviews, its detractors are offered a call."""
        is_academy = number >= 600
        assert ("https://reviews.example.com/academy" in page) == (is_academy and score >= 9)
        assert ("Somebody calls you" in page) == (is_academy and score <= 6)

    def _at_once(self, numbers: Sequence[int], work: Callable[[HTTPConnection, Sequence[int]], None]) -> None:
        """Shares the work between a few people, each with a connection of their own."""

        def begin(part: Sequence[int]) -> None:
            connection = connect(self.deployment.http_port)
            try:
                work(connection, part)
            finally:
                connection.close()

        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(begin, [numbers[worker::WORKERS] for worker in range(WORKERS)]))


def _get(connection: HTTPConnection, path: str) -> HTTPResponse:
    connection.request("GET", path, headers={"accept-language": "en"})
    answer = HTTPResponse.read(connection.getresponse())
    assert answer.status == 200, f"{path}: {answer.status}"
    return answer


def _post(connection: HTTPConnection, path: str, fields: dict[str, str]) -> HTTPResponse:
    connection.request("POST", path, urlencode(fields).encode(), FORM_HEADERS)
    return HTTPResponse.read(connection.getresponse())


def _change(connection: HTTPConnection, thanks: str, typed: dict[str, str]) -> None:
    """Somebody who has just answered taps the link that changes the answer."""
    links = ReadPage.of(_get(connection, thanks).text).links
    (address,) = [address for words, address in links.items() if "Change" in words]
    (form,) = ReadPage.of(_get(connection, address).text).forms
    assert _post(connection, form.action, form.fields | typed).status == 303
