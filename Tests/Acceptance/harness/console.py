"""The operators' pages without a browser: signed in as a person is, and read as a person reads them."""

import base64
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

from harness.deployment import Deployment
from harness.http_client import FORM_HEADERS, HTTPResponse, fetch

AREAS = ("nps", "sources", "parked", "quarantine", "person", "audit")
PLACES = {"now": "/"} | {name: f"/console/{name}" for name in AREAS}
"""The pages that the navigation leads to."""


class Console:
    """An operator in front of the pages of one collector."""

    def __init__(self, deployment: Deployment, language: str = "en") -> None:
        self.port = deployment.admin_port
        self.origin = f"http://127.0.0.1:{self.port}"
        credentials = base64.b64encode(f"operator:{deployment.admin_token}".encode()).decode()
        self.headers = {"authorization": f"Basic {credentials}", "accept-language": language, "accept": "text/html"}

    def get(self, path: str, status: int = 200) -> HTTPResponse:
        answer = fetch(self.port, "GET", path, self.headers)
        assert answer.status == status, f"{path}: {answer.status}"
        return answer

    def page(self, path: str, status: int = 200) -> "ReadPage":
        return ReadPage.of(self.get(path, status).text)

    def post(self, path: str, fields: dict[str, str], headers: dict[str, str] | None = None) -> HTTPResponse:
        """Sends a form as a browser does from one of the pages, unless other headers tell where it comes from."""
        own = {"origin": self.origin, "sec-fetch-site": "same-origin"} if headers is None else headers
        return fetch(self.port, "POST", path, self.headers | FORM_HEADERS | own, urlencode(fields).encode())

    def press(self, page: "ReadPage", button: str, **typed: str) -> "ReadPage":
        """Presses the one button of this name, and follows where the answer leads."""
        (form,) = [form for form in page.forms if button in form.buttons]
        answer = self.post(form.action, form.fields | form.buttons[button] | typed)
        if answer.status == 303:
            return self.page(answer.headers["location"].removeprefix(self.origin))
        assert answer.status == 200, f"{form.action}: {answer.status}"
        return ReadPage.of(answer.text)


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    """What is sent beside a button's own value."""
    buttons: dict[str, dict[str, str]] = field(default_factory=dict)
    """By what stands on each, what it sends."""


@dataclass
class ReadPage:
    """What a page says."""

    text: str = ""
    tables: list[list[list[str]]] = field(default_factory=list)
    """Rows of cells, heads included."""
    forms: list[Form] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    """The addresses by the words."""
    terms: dict[str, str] = field(default_factory=dict)
    """Of lists of terms, what is said of each."""

    @classmethod
    def of(cls, html: str) -> "ReadPage":
        reader = _Reader()
        reader.feed(html)
        reader.page.text = _plain(reader.page.text)
        return reader.page

    def table(self, *head: str) -> list[list[str]]:
        """The rows of the one table with this head."""
        (found,) = [table for table in self.tables if table and table[0] == list(head)]
        return found[1:]


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = ReadPage()
        self.open: list[str] = []
        """What is being read, by the element that it is in."""
        self.parts: dict[str, str] = {}
        self.attributes: dict[str, dict[str, str | None]] = {}
        self.term = ""
        self.is_inside_form = False

    READ = ("td", "th", "button", "a", "dt", "dd", "textarea")
    UNSEEN = ("style", "script", "title")

    CELLS = ("td", "th")
    ENDING_CELLS = (*CELLS, "tr", "thead", "tbody", "table")
    """What ends a cell that has no end tag of its own."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self._end_cell(tag)
        if tag in self.READ or tag in self.UNSEEN:
            self.open.append(tag)
            self.parts[tag] = ""
            self.attributes[tag] = known
        elif tag == "table":
            self.page.tables.append([])
        elif tag == "tr" and self.page.tables:
            self.page.tables[-1].append([])
        elif tag == "form":
            self.page.forms.append(Form(known.get("action") or "", (known.get("method") or "get").lower()))
            self.is_inside_form = True
        elif tag == "input" and self.is_inside_form:
            chosen = known.get("type") not in ("radio", "checkbox") or "checked" in known
            if chosen and (name := known.get("name")):
                self.page.forms[-1].fields[name] = known.get("value") or ""
        self.page.text += " "

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.is_inside_form = False
        if tag not in self.CELLS:
            self._end_cell(tag)
        self._end(tag)

    def _end_cell(self, tag: str) -> None:
        if tag in self.ENDING_CELLS:
            for cell in self.CELLS:
                self._end(cell)

    def _end(self, tag: str) -> None:
        if tag not in self.open:
            return
        self.open.remove(tag)
        words = _plain(self.parts.pop(tag))
        known = self.attributes.pop(tag)
        match tag:
            case "td" | "th" if self.page.tables and self.page.tables[-1]:
                self.page.tables[-1][-1].append(words)
            case "a":
                self.page.links[words] = known.get("href") or ""
            case "dt":
                self.term = words
            case "dd":
                self.page.terms[self.term] = words
            case "textarea" if self.is_inside_form and (name := known.get("name")):
                self.page.forms[-1].fields[name] = words
            case "button" if self.is_inside_form:
                name = known.get("name")
                self.page.forms[-1].buttons[words] = {name: known.get("value") or ""} if name else {}
        self.page.text += " "

    def handle_data(self, data: str) -> None:
        for tag in self.open:
            self.parts[tag] += data
        if not any(tag in self.UNSEEN for tag in self.open):
            self.page.text += data
