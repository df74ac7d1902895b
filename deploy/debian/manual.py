"""Writes the manual pages from what the program says of itself: one for the program, one for each verb, one for the
settings.

    python3 manual.py VERSION SECONDS_SINCE_1970 DIRECTORY < JSON

JSON is what `nps-collector --experimental-dump-help` prints.
"""

import json
import re
import sys
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PROGRAM = "nps-collector"
SETTINGS_PAGE = f"{PROGRAM}.yaml"
CONFIG = "/etc/nps-collector/nps-collector.yaml"

Command = dict[str, Any]
Argument = dict[str, Any]

EXIT_STATUS = {
    "0": "All is done.",
    "1": "Some of the work failed; standard error says which.",
    "64": "The command line can't be understood.",
    "69": "The collector, the API or the database doesn't answer, or the collector isn't ready: that passes by itself.",
    "78": "A setting is wrong: somebody has to change it. The unit doesn't start the program again then.",
}

FILES = {
    CONFIG: "The settings that the systemd unit uses. Every user may read it.",
    "/etc/nps-collector/planhat-token, admin-token": "Secrets, a file each, for root alone. The unit hands these two "
    "over; for each other it needs two lines in a drop-in, which the comment in the file above shows.",
    "/var/lib/nps-collector": "The unit's working directory: the queue in a SQLite file, and "
    "templates in public/ if you want other pages than the built-in ones.",
}

EXAMPLES = {
    "Whether the settings are right, and where each comes from:": f"{PROGRAM} check --config {CONFIG}",
    "What waits, and how delivery goes:": f"{PROGRAM} queue status --config {CONFIG}",
    "A try with a stand-in for the API that lists what it got; the form is at /survey on port 8080:": f"""\
{PROGRAM} sandbox --sandbox-token trial &
{PROGRAM} serve --planhat-url http://127.0.0.1:8082 --planhat-token trial &
{PROGRAM} planhat list --planhat-url http://127.0.0.1:8082 --planhat-token trial""",
}

PRECEDENCE = """\
Each setting may be given in several places. The command line wins over the environment, that over the file .env in the
working directory, that over the YAML file of --config, and that over the default. A setting such as http.port is the
option --http-port, the variable HTTP_PORT, and port below http in the YAML file. A secret KEY may be given as KEY-file
everywhere, which names a file that holds it. Relative paths are relative to the working directory. All problems are
listed at once, and the program exits with 78 then."""


def escaped(text: str) -> str:
    """The text as roff takes it literally."""
    return protected(text.replace("\\", "\\e").replace("-", "\\-"))


def protected(text: str) -> str:
    """The text without lines that roff takes for commands."""
    return re.sub(r"^(?=[.'])", r"\\&", text, flags=re.MULTILINE)


def filled(text: str) -> str:
    """The text in lines of a readable length."""
    return protected("\n".join(textwrap.wrap(escaped(text), 110, break_on_hyphens=False, break_long_words=False)))


def bold(text: str) -> str:
    return f"\\fB{escaped(text)}\\fR"


def italic(text: str) -> str:
    return f"\\fI{escaped(text)}\\fR"


def paragraph(text: str) -> str:
    return f".PP\n{filled(text)}" if text else ""


def entry(term: str, text: str) -> str:
    """A term that is formatted already, and what is said of it."""
    return f".TP\n{term}\n{filled(text)}"


def verbatim(text: str) -> str:
    return f".PP\n.RS 4\n.EX\n{escaped(text)}\n.EE\n.RE"


def discussion(text: str) -> Iterator[str]:
    """Paragraphs; lists and examples, whose lines are indented, stay as they are. The settings have their own page."""
    for block in filter(None, re.split(r"\n\n+", text.strip("\n"))):
        if block.startswith("SETTINGS "):
            yield paragraph(f"The settings are described in {SETTINGS_PAGE}(5).")
        elif re.search(r"^ ", block, re.MULTILINE):
            yield verbatim(block)
        else:
            yield paragraph(" ".join(block.split()))


def spelling(name: dict[str, str]) -> str:
    return ("-" if name["kind"] == "short" else "--") + name["name"]


def placeholder(argument: Argument) -> str:
    return italic(argument["valueName"])


def is_shown(argument: Argument) -> bool:
    return bool(argument["shouldDisplay"]) and argument["valueName"] not in {"help", "version"}


def shown(command: Command) -> list[Argument]:
    return [argument for argument in command.get("arguments", []) if is_shown(argument)]


def verbs(command: Command) -> list[Command]:
    return [verb for verb in command.get("subcommands", []) if verb["shouldDisplay"] and verb["commandName"] != "help"]


def usage(words: str, command: Command) -> str:
    """One line of the synopsis."""
    parts = [bold(words)]
    for argument in shown(command):
        if argument["kind"] == "positional":
            part = placeholder(argument)
        else:
            part = bold(spelling(argument["preferredName"]))
            if argument["kind"] == "option":
                part += f" {placeholder(argument)}"
        more = " ..." if argument["isRepeating"] else ""
        parts.append(f"[{part}{more}]" if argument["isOptional"] else part + more)
    return " ".join([*parts, f"[{bold('--config')} {italic('file')}]"])


def synopsis(words: str, command: Command) -> Iterator[str]:
    if not verbs(command) or shown(command):
        yield f".HP 4\n{usage(words, command)}"
    for verb in verbs(command):
        yield from synopsis(f"{words} {verb['commandName']}", verb)


def options(command: Command) -> Iterator[str]:
    for argument in shown(command):
        if argument["kind"] == "positional":
            term = placeholder(argument)
        else:
            term = ", ".join(bold(spelling(name)) for name in argument["names"])
            if argument["kind"] == "option":
                term += f" {placeholder(argument)}"
        sentences = [argument.get("abstract", ""), argument.get("discussion", "")]
        if argument.get("defaultValue"):
            sentences.append(f"Default: {argument['defaultValue']}.")
        yield entry(term, " ".join(sentence for sentence in sentences if sentence))


def common_options() -> Iterator[str]:
    config = f"The YAML file with the settings, each of which may be an option as well: see {SETTINGS_PAGE}(5)."
    yield entry(f"{bold('--config')} {italic('file')}", config)
    yield entry(f"{bold('-h')}, {bold('--help')}", "Show help.")
    yield entry(bold("--version"), "Show the version.")


def subverbs(words: str, command: Command) -> Iterator[str]:
    """What a verb's own verbs do, each below a heading."""
    for verb in verbs(command):
        name = f"{words} {verb['commandName']}"
        yield f".SS {bold(name)}"
        yield paragraph(verb.get("abstract", ""))
        yield from discussion(verb.get("discussion", ""))
        yield from options(verb)
        yield from subverbs(name, verb)


def definitions(terms: dict[str, str]) -> Iterator[str]:
    for term, text in terms.items():
        yield entry(bold(term), text)


def see_also(root: Command, but: str) -> str:
    pages = [f"{PROGRAM}(1)", *(f"{PROGRAM}-{verb['commandName']}(1)" for verb in verbs(root)), f"{SETTINGS_PAGE}(5)"]
    words = [f"{bold(page[:-3])}{page[-3:]}" for page in sorted(pages) if page != but]
    return ".PP\n" + ",\n".join(words) + f".\n{paragraph(f'The pages in /usr/share/doc/{PROGRAM} say the rest.')}"


class Pages:
    """The pages of one version, in a directory."""

    def __init__(self, version: str, date: datetime, directory: Path, root: Command) -> None:
        self.head = f'"{date:%Y-%m-%d}" "{PROGRAM} {version}"'
        self.directory = directory
        self.root = root

    def write(self, name: str, section: int, summary: str, sections: dict[str, list[str]]) -> None:
        kind = {1: "User Commands", 5: "File Formats"}[section]
        lines = [f'.TH {escaped(name.upper())} {section} {self.head} "{kind}"']
        lines += [".SH NAME", f"{escaped(name)} \\- {escaped(summary.rstrip('.'))}"]
        everything = sections | {"SEE ALSO": [see_also(self.root, f"{name}({section})")]}
        for title, content in everything.items():
            if content:
                lines += [f".SH {title}", *content]
        text = "\n".join(line for line in lines if line) + "\n"
        # A heading begins a paragraph by itself.
        text = re.sub(r"^(\.S[HS] .*\n)\.PP\n", r"\1", text, flags=re.MULTILINE)
        (self.directory / f"{name}.{section}").write_text(text)

    def write_program(self) -> None:
        root = self.root
        table = [entry(bold(verb["commandName"]), verb.get("abstract", "")) for verb in verbs(root)]
        first = f"{bold(PROGRAM)} {italic('verb')} [{italic('option')} ...] [{bold('--config')} {italic('file')}]"
        sections = {
            "SYNOPSIS": [f".HP 4\n{first}"],
            "DESCRIPTION": [
                paragraph(root["abstract"]),
                paragraph(
                    "It serves a survey form, accepts the signed webhooks of survey tools, writes each response to "
                    "disk before it acknowledges it, and delivers it as one record, however often it has to be sent."
                ),
                paragraph(f"Every verb has a page of its own, such as {PROGRAM}-serve(1)."),
            ],
            "VERBS": table,
            "OPTIONS": list(common_options()),
            "EXIT STATUS": list(definitions(EXIT_STATUS)),
            "ENVIRONMENT": [paragraph(f"Every setting is a variable as well: see {SETTINGS_PAGE}(5).")],
            "FILES": list(definitions(FILES)),
            "EXAMPLES": [text for term, code in EXAMPLES.items() for text in (paragraph(term), verbatim(code))],
        }
        self.write(PROGRAM, 1, "collect NPS survey responses and deliver them to Planhat", sections)

    def write_verb(self, verb: Command) -> None:
        words = f"{PROGRAM} {verb['commandName']}"
        sections = {
            "SYNOPSIS": list(synopsis(words, verb)),
            "DESCRIPTION": [paragraph(verb.get("abstract", "")), *discussion(verb.get("discussion", ""))],
            "VERBS": list(subverbs(words, verb)),
            "OPTIONS": [*options(verb), *common_options()],
            "EXIT STATUS": list(definitions(EXIT_STATUS)),
        }
        summary = verb.get("abstract", "")
        self.write(f"{PROGRAM}-{verb['commandName']}", 1, summary[:1].lower() + summary[1:], sections)

    def write_settings(self) -> None:
        check = next(verb for verb in verbs(self.root) if verb["commandName"] == "check")
        sections = {
            "DESCRIPTION": [paragraph(PRECEDENCE.replace("\n", " "))],
            "SETTINGS": [entry(bold(key), meaning) for key, meaning in settings(check["discussion"])],
            "FILES": list(definitions(FILES)),
            "EXAMPLES": [
                verbatim("http:\n  public-url: https://nps.example.com\nplanhat:\n  token-file: /run/planhat-token")
            ],
        }
        self.write(SETTINGS_PAGE, 5, "settings of nps-collector", sections)


def settings(text: str) -> list[tuple[str, str]]:
    """The keys in the help of `check`, with what they mean and their defaults."""
    found: list[tuple[str, str]] = []
    for line in text[text.index("SETTINGS ") :].splitlines():
        if match := re.match(r"  --(\S+) +(.*)", line):
            found.append((dotted(match[1]), match[2]))
        elif found:
            key, meaning = found[-1]
            found[-1] = (key, f"{meaning} {line.strip()}")
    return [(key, sentence(meaning)) for key, meaning in found]


def dotted(option: str) -> str:
    """`http-public-url` is http.public-url, and `webhooks-NAME-secrets` is webhooks.NAME.secrets."""
    return option.replace("-", ".", 1).replace("NAME-", "NAME.")


def sentence(meaning: str) -> str:
    text, default = re.fullmatch(r"(.*) \((.*?)\)", meaning, re.DOTALL).groups()  # type: ignore[union-attr]
    return f"{text[:1].upper()}{text[1:]}. Default: {default}."


def main() -> None:
    version, seconds, directory = sys.argv[1:]
    root = json.load(sys.stdin)["command"]
    pages = Pages(version, datetime.fromtimestamp(int(seconds), UTC), Path(directory), root)
    pages.write_program()
    pages.write_settings()
    for verb in verbs(root):
        pages.write_verb(verb)


if __name__ == "__main__":
    main()
