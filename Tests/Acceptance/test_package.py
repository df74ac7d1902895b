"""The Debian package: what is in it, and a Debian system on which it is installed, upgraded, removed and purged."""

import json
import os
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from harness import canary
from harness.debian import System, must, needs_root
from harness.deployment import BINARY, REPOSITORY, Deployment, is_balanced
from harness.installation import CONFIG, CONSENT, DATA, SETTINGS, UNIT, Installation, Packager
from harness.ports import accepts
from harness.program import Program, run_command
from harness.waiting import LONG_DEADLINE, wait_until

OLDER = "0.9.0"
OLDER_PROGRAM = os.environ.get("NPS_OLDER_PROGRAM")
"""That of an earlier commit, in `deploy/soak package`; otherwise the same program has an older number."""
FORMER = REPOSITORY / "Tests/NPSQueueTests/Fixtures/queue-73a827a.db"


@pytest.fixture(scope="module")
def unpacked(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("unpacked")
    must("dpkg-deb", "--extract", package, directory)
    return directory


def test_the_same_program_makes_the_same_package(package: Path, packaged: Packager) -> None:
    assert package.name == f"nps-collector_{must(BINARY, '--version').strip()}_{architecture()}.deb"
    assert packaged().read_bytes() == package.read_bytes()


def architecture() -> str:
    return must("dpkg", "--print-architecture").strip()


def test_debian_has_nothing_to_say_against_it(package: Path) -> None:
    options = ("--allow-root", "--display-info", "--pedantic", "--fail-on=info,pedantic")
    result = run_command("lintian", *options, package, timeout=LONG_DEADLINE)
    assert (result.returncode, result.stdout) == (0, "")


def test_it_depends_on_what_is_loaded(package: Path, unpacked: Path) -> None:
    linked = set(re.findall(r"NEEDED.*\[(.+)\]", must("readelf", "--dynamic", unpacked / "usr/bin/nps-collector")))
    owners = {must("dpkg-query", "--search", f"*/{name}").split(":")[0] for name in linked}
    depends = must("dpkg-deb", "--field", package, "Depends")
    assert owners <= {re.split(r"[ (]", word)[0] for word in re.split(r", | \| ", depends.strip())}
    assert "libc6 (>= 2.36)" in depends
    assert "libpq5" in must("dpkg-deb", "--field", package, "Suggests")
    assert "RUNPATH" not in must("readelf", "--dynamic", unpacked / "usr/bin/nps-collector")


def test_the_unit_starts_the_packaged_program(unpacked: Path) -> None:
    for unit in (unpacked / "lib/systemd/system").glob("nps-collector*.*"):
        if unit.is_file():
            assert "/usr/local" not in unit.read_text()
            for started in re.findall(r"^Exec\w+=[-+!@]*(/usr/bin/\S+)", unit.read_text(), re.MULTILINE):
                assert (unpacked / started.removeprefix("/")).is_file(), started
    shipped = {
        path.name for kind in ("service", "socket", "timer") for path in (REPOSITORY / "deploy").glob(f"*.{kind}")
    }
    assert shipped <= {path.name for path in (unpacked / "lib/systemd/system").iterdir()}


def test_every_verb_and_every_setting_has_its_manual(unpacked: Path) -> None:
    pages = sorted((unpacked / "usr/share/man").rglob("*.gz"))
    read = {page.name.removesuffix(".gz"): manual(page) for page in pages}
    for page in pages:
        complaints = run_command("mandoc", "-T", "lint", "-W", "warning", page)
        assert (complaints.returncode, complaints.stdout) == (0, ""), page.name
    verbs = re.findall(r"^  (\w+) {2,}", must(BINARY, "--help").split("SUBCOMMANDS:")[1], re.MULTILINE)
    for verb in verbs:
        assert f"nps-collector-{verb}(1)" in read["nps-collector.1"]
        options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", must(BINARY, verb, "--help").split("SETTINGS (")[0]))
        for option in options - {"--help"}:
            assert option in read[f"nps-collector-{verb}.1"], f"{verb} {option}"
    readme = (REPOSITORY / "README.md").read_text()
    table = readme.split("\n## Settings\n")[1].split("\n## ")[0]
    keys = {
        key for line in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for key in re.findall(r"`([\w.-]+)`", line)
    }
    assert len(keys) > 30
    for key in keys:
        assert re.search(rf"^ +{re.escape(key)}\b", read["nps-collector.yaml.5"], re.MULTILINE), key


def manual(page: Path) -> str:
    """The page as a person reads it, with unbroken words."""
    text = must("mandoc", "-T", "utf8", "-O", "width=500", page)
    return re.sub("(?:.\b)+(.)", r"\1", text)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("qu", "queue"), ("queue sta", "status"), ("queue retry --re", "--reason"), ("serve --conf", "--config")],
)
def test_shells_complete_it(unpacked: Path, typed: str, offered: str) -> None:
    words = typed.split()
    bash = f"""
        . {unpacked}/usr/share/bash-completion/completions/nps-collector
        COMP_WORDS=(nps-collector {typed}) COMP_CWORD={len(words)} COMP_LINE='nps-collector {typed}'
        COMP_POINT=${{#COMP_LINE}}
        _nps-collector nps-collector '{words[-1]}' '{(["nps-collector", *words])[-2]}'
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    fish = f"""
        source {unpacked}/usr/share/fish/vendor_completions.d/nps-collector.fish
        complete -C 'nps-collector {typed}'
    """
    assert offered in must("bash", "-c", bash).splitlines()
    assert offered in {line.split("\t")[0] for line in must("fish", "--no-config", "-c", fish).splitlines()}
    completion = unpacked / "usr/share/zsh/vendor-completions/_nps-collector"
    must("zsh", "--no-exec", completion)
    assert completion.read_text().startswith("#compdef nps-collector\n")


def test_the_licences_of_what_is_linked_are_named(unpacked: Path) -> None:
    named = set(re.findall(r"[\w.-]+", (unpacked / "usr/share/doc/nps-collector/copyright").read_text()))
    for checkout in (REPOSITORY / ".build-release/checkouts").glob("*"):
        assert checkout.name in named
        if (checkout / "NOTICE.txt").exists():
            assert (unpacked / f"usr/share/doc/nps-collector/notices/{checkout.name}.txt").is_file()


def test_links_between_its_pages_lead_somewhere(unpacked: Path) -> None:
    folder = unpacked / "usr/share/doc/nps-collector"
    links = re.findall(r"\]\(([\w./-]+)(?:#[\w-]+)?\)", (folder / "README.md").read_text())
    assert len(links) > 10
    assert [link for link in links if not (folder / link).is_file()] == []


@needs_root
def test_it_is_installed_upgraded_and_removed(installed: Installation, package: Path, packaged: Packager) -> None:
    server, api = installed.system, installed.deployment
    told = installed.install(packaged("--version", OLDER, program=OLDER_PROGRAM or BINARY))
    assert "no token of Planhat yet" in told and "error" not in told.lower()
    assert state(server) == ("enabled", "inactive"), "it must not be started without a token"
    admin_token = server.path(f"{SETTINGS}/admin-token")
    assert admin_token.stat().st_mode & 0o777 == 0o600 and len(admin_token.read_text()) == 48
    made = admin_token.read_text()

    installed.configure()
    settings = server.path(CONFIG).read_text()
    installed.verb("check")
    if OLDER_PROGRAM:
        # It tells systemd nothing.
        server.write(f"/etc/systemd/system/{UNIT}.d/older.conf", "[Service]\nType=exec\nWatchdogSec=0\n")
    server.run("systemctl", "daemon-reload")
    server.run("systemctl", "start", UNIT)
    installed.await_ready()
    installed.answer("first")
    installed.await_records(2)

    for timer in timers():
        server.run("systemctl", "enable", "--now", timer)

    # What waits survives the upgrade, which starts the new program by itself. To do it twice changes nothing.
    api.set_faults({"503-before": 1.0})
    installed.answer("second")
    server.path(f"/etc/systemd/system/{UNIT}.d/older.conf").unlink(missing_ok=True)
    for _ in range(2):
        before = main_process(server)
        told = installed.install(package)
        installed.await_ready()
        assert main_process(server) != before
        assert "error" not in told.lower() and "no token" not in told
        # Whatever an upgrade brings, it asks about no file that a person has changed.
        assert server.run("dpkg-query", "--show", "--showformat=${Conffiles}", "nps-collector") == ""
        assert {server.run("systemctl", "is-active", timer) for timer in timers()} <= {"active\n"}
        assert server.path(CONFIG).read_text() == settings and admin_token.read_text() == made
    assert json.loads(installed.verb("queue", "status", "--json"))["accepted"] == 4
    api.set_faults({"503-before": 0})
    installed.await_records(4)
    assert server.run("stat", "--format", "%U %a", f"{DATA}/nps-collector.db").strip() == "nps-collector 600"

    server.apt("remove", "nps-collector")
    assert not accepts(api.http_port)
    assert "nps-collector" not in server.run("systemctl", "list-units", "--state=active", "--plain", "--no-legend")
    assert server.try_to("which", "nps-collector").returncode != 0
    assert {CONFIG, f"{SETTINGS}/webhook-secret", f"{DATA}/nps-collector.db"} <= installed.kept()

    installed.install(package)
    installed.await_ready()
    installed.answer("third")
    installed.await_records(6)
    bring_over(installed, package)
    purge(installed, package)


def bring_over(installed: Installation, package: Path) -> None:
    """The queue of an early version, which waits while its program is replaced."""
    server = installed.system
    server.apt("remove", "nps-collector")
    for file in server.path(DATA).iterdir():
        file.unlink()
    shutil.copy(FORMER, server.path(f"{DATA}/nps-collector.db"))
    server.run("chown", "nps-collector:", f"{DATA}/nps-collector.db")
    with closing(sqlite3.connect(f"file:{FORMER}?mode=ro&immutable=1", uri=True)) as connection:
        (accepted,) = connection.execute("SELECT accepted FROM books").fetchone()
    installed.install(package)
    installed.await_ready()

    def books() -> dict[str, int]:
        status: dict[str, int] = json.loads(installed.verb("queue", "status", "--json"))
        assert is_balanced(status) and status["accepted"] == accepted
        return status

    wait_until(lambda: books()["pending"] == 0, "what waited to be delivered", interval=0.5)


def purge(installed: Installation, package: Path) -> None:
    """First without anybody's consent, then with it."""
    server = installed.system
    told = server.apt("purge", "nps-collector")
    assert f"{DATA} is kept" in told and f"{SETTINGS} is kept" in told
    assert {f"{SETTINGS}/webhook-secret", f"{DATA}/nps-collector.db"} <= installed.kept()
    assert not server.path(CONFIG).exists()
    assert state(server)[1] == "inactive"

    installed.install(package)
    server.run("debconf-set-selections", typed=CONSENT)
    server.apt("purge", "nps-collector")
    assert installed.kept() == set()
    for gone in (SETTINGS, DATA, "/var/lib/nps-collector"):
        assert not os.path.lexists(server.path(gone))


def timers() -> list[str]:
    """What whoever wants it enables."""
    return [path.name for path in (REPOSITORY / "deploy").glob("*.timer")]


def state(system: System) -> tuple[str, str]:
    """Whether the unit is started with the system, and whether it runs."""
    enabled, active = (system.try_to("systemctl", f"is-{what}", UNIT).stdout.strip() for what in ("enabled", "active"))
    return enabled, active


@needs_root
def test_an_installation_by_hand_becomes_that_of_the_package(installed: Installation, package: Path) -> None:
    """By the two blocks of commands in the page Operations."""
    server = installed.system
    server.apt("install", "ca-certificates", "libjq1", "libsqlite3-0")
    by_hand, over = (
        operations_block(first) for first in ("    install -m 755", "    apt-get install ./nps-collector_1")
    )
    for name in ("nps-collector.service", "debian/nps-collector.yaml"):
        server.write(f"/root/deploy/{name}", (REPOSITORY / "deploy" / name).read_text())
    program = server.path("/root/.build-release/release/nps-collector")
    program.parent.mkdir(parents=True)
    must("strip", "-o", program, BINARY)
    server.run("sh", "-euc", f"cd /root\n{by_hand}")
    server.write(f"{SETTINGS}/admin-token", installed.deployment.admin_token, 0o600)
    server.run("groupadd", "--system", "nps-collector")
    installed.configure()
    server.run("groupdel", "nps-collector")
    server.path(f"{SETTINGS}/link-keys").chmod(0o644)
    server.run("systemctl", "daemon-reload")
    server.run("systemctl", "enable", "--now", UNIT)
    installed.await_ready()
    installed.answer("by-hand")
    installed.await_records(2)

    shutil.copy(package, server.path("/root/nps-collector_1.0.0_amd64.deb"))
    told = server.run("sh", "-euc", f"cd /root\n{over.replace('apt-get', 'apt-get --yes')}")
    assert "/usr/local/bin/nps-collector is used in place" in told and f"/etc/systemd/system/{UNIT} is used" in told
    installed.await_ready()
    assert server.run("readlink", f"/proc/{main_process(server)}/exe").strip() == "/usr/bin/nps-collector"
    assert state(server) == ("enabled", "active")
    assert json.loads(installed.verb("queue", "status", "--json"))["delivered"] == 2
    installed.answer("packaged")
    installed.await_records(4)


def operations_block(beginning: str) -> str:
    """The indented commands of the page Operations that begin so."""
    page = (REPOSITORY / "Sources/NPSApp/Documentation.docc/Operations.md").read_text()
    lines = page[page.rindex(beginning) :].split("\n\n")[0].splitlines()
    return "\n".join(line.strip() for line in lines)


def main_process(system: System) -> int:
    return int(system.run("systemctl", "show", "--property=MainPID", "--value", UNIT))


@needs_root
def test_it_needs_no_running_systemd(debian: System, reachable: Deployment, package: Path, tmp_path: Path) -> None:
    installed = Installation(debian, reachable)
    by_hand = ["/etc/systemd/system/nps-collector.service", "/usr/local/bin/nps-collector"]
    for name in by_hand:
        debian.write(name, "made by hand")
    told = installed.install(package)
    assert all(f"warning: {name} is used in place" in told for name in by_hand)
    for name in by_hand:
        debian.path(name).unlink()
    installed.configure()
    data = debian.path("/var/lib/nps-collector")
    data.mkdir()
    debian.run("chown", "nps-collector:", "/var/lib/nps-collector")
    for name in ("planhat-token", "admin-token", "webhook-secret"):
        debian.run("chown", "nps-collector:", f"{SETTINGS}/{name}")
    user = ["setpriv", "--reuid=nps-collector", "--regid=nps-collector", "--clear-groups", "--no-new-privs"]
    serve = ["nps-collector", "serve", "--config", CONFIG]
    environment = {"WEBHOOKS_STANDARD_SECRETS_FILE": f"{SETTINGS}/webhook-secret", "LC_ALL": "C.UTF-8"}
    inside = ["env", "--chdir=/var/lib/nps-collector", *user, *serve]
    with Program([*debian.prefix(), *inside], tmp_path / "serve.log", tmp_path, environment) as program:
        installed.await_ready()
        installed.answer("by-hand")
        installed.await_records(2)
        assert program.stop() == 0
    canary.assert_not_logged([tmp_path / "serve.log"], [reachable.api_token, reachable.secret])

    # Nothing of it is changed by configuring it again.
    settings = debian.path(CONFIG).read_text()
    assert "warning" not in debian.run("dpkg-reconfigure", "nps-collector")
    assert debian.run("dpkg", "--verify", "nps-collector") == ""
    assert debian.path(CONFIG).read_text() == settings

    debian.run("debconf-set-selections", typed=CONSENT)
    debian.apt("purge", "nps-collector")
    assert not data.exists() and not debian.path(SETTINGS).exists()
