"""The page Runbook on a Debian with the package: each of its blocks is run, and does what the page says."""

import csv
import io
import json
import re
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from harness import canary
from harness.debian import needs_root
from harness.deployment import REPOSITORY, Deploy
from harness.http_client import fetch
from harness.installation import CONFIG, CONSENT, DATA, SETTINGS, UNIT, Installation, Packager
from harness.nginx import plain_nginx
from harness.ports import free_port
from harness.program import run_command
from harness.waiting import wait_until
from harness.webhook import fresh_response, sign

FOLDER = REPOSITORY / "Sources/NPSApp/Documentation.docc"
PAGE = (FOLDER / "Runbook.md").read_text()
OLDER = "0.9.0"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
ELSEWHERE = {"Behind a load balancer"}
"""Whose blocks are for other machines."""
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def sections() -> dict[str, str]:
    """What stands under each heading of the page, without what stands under headings below it."""
    parts = re.split(r"^#{2,3} (.+)\n", PAGE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def blocks(section: str) -> list[str]:
    return BLOCK.findall(sections()[section])


PRELUDE = blocks("Before all else")[0]


class Operator:
    """Somebody who follows the page as root on a machine."""

    def __init__(self, installed: Installation, packages: dict[str, Path]) -> None:
        self.installed = installed
        self.system = installed.system
        self.done = {("Before all else", PRELUDE)}
        self.names = {
            "nps-collector_1.0.0_amd64.deb": packages["this"].name,
            "nps-collector_0.9.0_amd64.deb": packages["older"].name,
            "apt-get install ./": "apt-get install --yes ./",
            "127.0.0.1:8081": f"127.0.0.1:{installed.deployment.admin_port}",
        }
        for package in packages.values():
            shutil.copy(package, self.system.path(f"/root/{package.name}"))

    def follow(self, section: str, text: str = "", typed: str = "", changes: dict[str, str] | None = None) -> str:
        """Runs the block of a procedure that has this text in it, and returns all that it prints."""
        (block,) = (each for each in blocks(section) if text in each)
        self.done.add((section, block))
        for old, new in (changes or {}).items():
            assert old in block, f"{section}: there is no {old} any more"
            block = block.replace(old, new)
        for old, new in self.names.items():
            block = block.replace(old, new)
        return self.system.run("bash", "-euc", f"cd /root\n{PRELUDE}{block}", typed=typed)

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.installed.verb("queue", "status", "--json"))
        return found


def restarted(operator: Operator) -> None:
    operator.system.try_to("systemctl", "restart", UNIT)


@needs_root
def test_each_procedure_does_what_it_says(installed: Installation, packaged: Packager, package: Path) -> None:
    operator = Operator(installed, {"this": package, "older": packaged("--version", OLDER)})
    system = operator.system
    system.apt("install", "curl", "openssl")
    install(operator)
    system.run("apt-get", "--yes", "install", f"/root/{operator.names['nps-collector_0.9.0_amd64.deb']}")
    installed.configure()
    system.run("systemctl", "daemon-reload")
    system.run("systemctl", "start", UNIT)
    installed.await_ready()
    for follow in (
        look,
        start_again,
        planhat_is_away,
        a_wrong_token,
        find_a_response,
        serve_a_person,
        upgrade_and_roll_back,
        rotate,
        change_machines,
        lose_the_machine,
        fill_the_disk,
        shrink,
    ):
        follow(operator)
    missing = {
        (section, block)
        for section in sections()
        for block in blocks(section)
        if section not in ELSEWHERE and (section, block) not in operator.done
    }
    assert not missing


def install(operator: Operator) -> None:
    """With ports of the test's own, and all gone again."""
    api = operator.installed.deployment
    settings = {
        "http": {"port": api.http_port},
        "admin": {"port": api.admin_port, "token-file": f"{SETTINGS}/admin-token"},
        "planhat": {"url": f"http://127.0.0.1:{api.sandbox_port}", "token-file": f"{SETTINGS}/planhat-token"},
    }
    operator.system.write(CONFIG, json.dumps(settings))
    told = operator.follow("Install", typed=api.api_token)
    assert "ready" in told.splitlines()
    operator.installed.await_ready()
    operator.system.run("debconf-set-selections", typed=CONSENT)
    operator.system.apt("purge", "nps-collector")
    assert operator.installed.kept() == set()


def look(operator: Operator) -> None:
    operator.installed.answer("first")
    operator.installed.await_records(2)
    told = operator.follow("Before all else", "settings are right")
    assert "the settings are right" in told and "\nready\n" in told and "accepting responses" in told


def start_again(operator: Operator) -> None:
    settings = operator.system.path(CONFIG)
    right = settings.read_text()
    settings.write_text(f"{right}nonsense: 1\n")
    restarted(operator)
    told = operator.follow("It does not start", "exit status")
    assert "exit status 78" in told and told.count("nonsense") >= 2
    settings.write_text(right)
    assert "ready" in operator.follow("It does not start", "reset-failed")


def planhat_is_away(operator: Operator) -> None:
    api = operator.installed.deployment
    assert api.set_faults({"503-before": 1.0})
    operator.installed.answer("away")
    wait_until(lambda: operator.status()["forwarding"] == "backingOff", "delivery to wait")
    assert "503" in operator.follow("Planhat is away")
    assert api.set_faults({"503-before": 0})
    operator.installed.await_records(4)


def a_wrong_token(operator: Operator) -> None:
    api = operator.installed.deployment
    operator.system.write(f"{SETTINGS}/planhat-token", "was-revoked-long-ago", 0o600)
    restarted(operator)
    operator.installed.await_ready()
    operator.installed.answer("revoked")
    wait_until(lambda: operator.status()["forwarding"] == "paused", "delivery to pause")
    assert "does not accept the token" in operator.system.run("bash", "-euc", f"{PRELUDE}nps queue status"), (
        "the words of the table"
    )
    refused = operator.follow("The token of Planhat", "planhat get")
    operator.follow("The token of Planhat", "cat >", typed=api.api_token)
    assert operator.follow("The token of Planhat", "planhat get") != refused
    operator.installed.await_records(6)


def find_a_response(operator: Operator) -> None:
    api = operator.installed.deployment
    sought = fresh_response("sought")
    body = json.dumps(sought).encode()
    traced = sign(api.secret, body) | {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    (identity,) = api.post_webhook(body, traced).json()["ids"]
    operator.installed.await_records(7)
    wait_until(lambda: operator.status()["delivered"] == 7, "its receipt")
    section = "A response is missing"
    assert identity in operator.follow(section, "queue list", changes={"ana@example.com": sought["email"]})
    told = operator.follow(section, "queue show", changes={"nps1-" + "0" * 32: identity})
    assert "delivered" in told and sought["comment"] in told
    # Lines are written a moment after what they tell.
    wait_until(
        lambda: "sent to Planhat" in operator.follow(section, "journalctl --no-pager --unit nps-collector --grep"),
        "the log to tell of the request",
    )
    assert "status=200" in operator.follow(section, "route=/webhooks")


def serve_a_person(operator: Operator) -> None:
    person = fresh_response("person")
    assert operator.installed.deployment.post(person).status == 200
    operator.installed.await_records(8)
    wait_until(lambda: operator.status()["delivered"] == 8, "its receipt")
    changes = {"ana@example.com": person["email"]}
    exported = operator.follow("A person asks", "queue export", changes=changes)
    (line,) = [json.loads(line) for line in exported.splitlines() if line.startswith("{")]
    assert line["state"] == "delivered"
    told = operator.follow("A person asks", "queue erase", changes=changes)
    assert line["id"] in told
    operator.installed.await_records(7)


def upgrade_and_roll_back(operator: Operator) -> None:
    system, installed = operator.system, operator.installed
    assert "1.0.0" in operator.follow("Upgrade")
    installed.await_ready()
    installed.answer("upgraded")
    installed.await_records(9)

    assert operator.installed.deployment.set_faults({"503-before": 1.0})
    assert installed.deployment.post(fresh_response("undelivered")).status == 200
    operator.follow("Roll back", "queue export")
    assert len(system.path("/root/undelivered.jsonl").read_text().splitlines()) == 1
    operator.installed.deployment.set_faults({"503-before": 0})
    installed.await_records(10)

    assert "active" in operator.follow("Roll back", "allow-downgrades").splitlines()
    installed.await_ready()
    # As a version leaves it that has changed the tables.
    system.run("systemctl", "stop", UNIT)
    with closing(sqlite3.connect(system.path(f"{DATA}/nps-collector.db"), isolation_level=None)) as connection:
        connection.execute("INSERT INTO grdb_migrations VALUES ('of the future')")
    system.try_to("systemctl", "start", UNIT)
    told = operator.follow("Roll back", "allow-downgrades")
    assert "was written by a newer nps-collector" in told and "exit status 78" in told

    told = operator.follow("Put a backup back")
    assert "doubles nothing" in told
    assert operator.status()["accepted"] == 8
    assert {"nps-collector.db"} <= {path.name for path in system.path(f"{DATA}/set-aside").iterdir()}
    system.run("rm", "-r", f"{DATA}/set-aside")
    forget_the_wait(operator)
    system.run("apt-get", "install", "--yes", f"/root/{operator.names['nps-collector_1.0.0_amd64.deb']}")
    installed.await_ready()


def forget_the_wait(operator: Operator) -> None:
    """A file that was put back sends nothing for two minutes; nothing is under way here."""
    operator.system.run("systemctl", "stop", UNIT)
    with closing(sqlite3.connect(operator.system.path(f"{DATA}/nps-collector.db"), isolation_level=None)) as database:
        database.execute("UPDATE epoch SET sends_from = restored_at")
    operator.system.run("systemctl", "start", UNIT)
    operator.installed.await_ready()


def rotate(operator: Operator) -> None:
    rotate_the_key_of_links(operator)
    rotate_the_secret_of_a_webhook(operator)
    section = "The token of operators"
    former = operator.system.path(f"{SETTINGS}/admin-token").read_text()
    operator.follow(section)
    present = operator.system.path(f"{SETTINGS}/admin-token")
    assert present.read_text() != former and present.stat().st_mode & 0o777 == 0o600
    port = operator.installed.deployment.admin_port
    assert fetch(port, "GET", "/queue/status", {"authorization": f"Bearer {former}"}).status == 401


def link(operator: Operator, name: str) -> str:
    typed = f"email\n{canary.address(name)}\n"
    printed = operator.system.run("bash", "-euc", f"{PRELUDE}nps links 2>/dev/null", typed=typed)
    (row,) = csv.DictReader(io.StringIO(printed))
    return "/s/" + row["link"].rpartition("/s/")[2]


def rotate_the_key_of_links(operator: Operator) -> None:
    api, section = operator.installed.deployment, "The key of links"
    old = link(operator, "old")
    keys = operator.system.path(f"{SETTINGS}/link-keys")
    before = keys.stat()
    operator.follow(section, "k2:")
    assert (keys.stat().st_mode, keys.stat().st_gid) == (before.st_mode, before.st_gid)
    new = link(operator, "new")
    assert [api.get(path).status for path in (old, new)] == [200, 200]
    operator.follow(section, "/^k1:/d")
    assert [api.get(path).status for path in (old, new)] == [404, 200]


def rotate_the_secret_of_a_webhook(operator: Operator) -> None:
    api, section = operator.installed.deployment, "The secret of a webhook"
    old = api.secret
    new = operator.follow(section, "whsec_").splitlines()[0]
    for secret in (old, new):
        api.secret = secret
        assert api.post(fresh_response("rotated")).status == 200
    told = operator.follow(section, "curl")
    assert re.search(r'source="standard",secret="2"} 1$', told, re.MULTILINE)
    api.secret = old
    assert api.post(fresh_response("old")).status == 401
    api.secret = new
    assert api.post(fresh_response("new")).status == 200


def begin_anew(operator: Operator) -> None:
    """Another machine: nothing of the collector is there, and the files in /root are what was brought."""
    system = operator.system
    system.run("debconf-set-selections", typed=CONSENT)
    system.apt("purge", "nps-collector")
    assert operator.installed.kept() == set()
    shutil.rmtree(system.path(f"/etc/systemd/system/{UNIT}.d"))
    with suppress(FileNotFoundError):
        system.path("/var/lib/nps-collector").unlink()
    system.run("systemctl", "daemon-reload")


def change_machines(operator: Operator) -> None:
    accepted = operator.status()["accepted"]
    operator.follow("Another machine", "tar --create")
    begin_anew(operator)
    told = operator.follow("Another machine", "tar --extract")
    assert "doubles nothing" in told
    operator.installed.await_ready()
    assert operator.status()["accepted"] == accepted
    forget_the_wait(operator)
    assert operator.installed.deployment.post(fresh_response("moved")).status == 200


def lose_the_machine(operator: Operator) -> None:
    system = operator.system
    accepted = operator.status()["accepted"]
    system.run("bash", "-euc", f"{PRELUDE}nps queue backup newest-backup.db")
    system.run("mv", f"{DATA}/newest-backup.db", "/root/newest-backup.db")
    system.run("cp", "--archive", SETTINGS, "/root/kept-settings")
    shutil.copytree(system.path(f"/etc/systemd/system/{UNIT}.d"), system.path("/root/drop-ins"))
    begin_anew(operator)
    shutil.copytree(system.path("/root/drop-ins"), system.path(f"/etc/systemd/system/{UNIT}.d"))
    told = operator.follow("A lost machine", "newest-backup.db")
    assert "doubles nothing" in told and "ready" in told.splitlines()
    assert operator.status()["accepted"] == accepted
    forget_the_wait(operator)
    begin_with_nothing(operator)


def begin_with_nothing(operator: Operator) -> None:
    """An empty queue that is sent again what Planhat has already; then the former one is there again."""
    system, api = operator.system, operator.installed.deployment
    known = fresh_response("known")
    assert api.post(known).status == 200
    wait_until(lambda: operator.status()["pending"] + operator.status()["sending"] == 0, "it to be delivered")
    records = len(list(api.records()))
    system.run("systemctl", "stop", UNIT)
    system.run("mv", DATA, "/root/former")
    system.run("systemctl", "start", UNIT)
    assert "doubles nothing" in operator.follow("A lost machine", "db.epoch")
    forget_the_wait(operator)
    assert api.post(known).json()["status"] == "accepted"
    wait_until(lambda: operator.status()["delivered"] == 1, "it to be delivered once more")
    assert len(list(api.records())) == records
    system.run("systemctl", "stop", UNIT)
    system.run("rm", "-r", DATA)
    system.run("mv", "/root/former", DATA)
    system.run("systemctl", "start", UNIT)
    operator.installed.await_ready()


def fill_the_disk(operator: Operator) -> None:
    system, api = operator.system, operator.installed.deployment
    kept = "/root/kept-data"
    system.run("systemctl", "stop", UNIT)
    system.run("cp", "--archive", DATA, kept)
    system.run("mount", "-t", "tmpfs", "-o", "size=128m,mode=700", "tmpfs", DATA)
    system.run("cp", "--archive", f"{kept}/.", DATA)
    system.run("systemctl", "start", UNIT)
    operator.installed.await_ready()
    system.run("bash", "-c", f"dd if=/dev/zero of={DATA}/backup-2026-01-01T023000Z.db bs=64k; true")
    system.run("touch", "--date=-9 days", f"{DATA}/backup-2026-01-01T023000Z.db")
    assert api.post(fresh_response("full")).status == 503
    told = operator.follow("The disk is full", "df -h")
    assert "100%" in told and "backup-2026-01-01T023000Z.db" in told
    assert "ready" in operator.follow("The disk is full", "until nps healthcheck")
    assert api.post(fresh_response("room")).status == 200
    system.run("systemctl", "stop", UNIT)
    system.run("rm", "-r", kept)
    system.run("cp", "--archive", DATA, kept)
    system.run("umount", DATA)
    system.run("cp", "--archive", f"{kept}/.", DATA)
    system.run("systemctl", "start", UNIT)
    operator.installed.await_ready()


def shrink(operator: Operator) -> None:
    accepted = operator.status()["accepted"]
    assert "nps-collector.db" in operator.follow("What grows", "du -h")
    operator.follow("What grows", "queue move")
    assert operator.status()["accepted"] == accepted
    assert operator.system.path(f"{DATA}/moved.db").stat().st_size > 0
    assert operator.installed.deployment.post(fresh_response("shrunk")).status == 200


def test_a_collector_is_taken_out_of_a_load_balancer_and_put_back(deploy: Deploy, tmp_path: Path) -> None:
    deployment = deploy({"log": {"level": "info"}})
    deployment.start()
    port = free_port()
    site = tmp_path / "nps-collector.conf"
    address = f"127.0.0.1:{deployment.http_port}"
    site.write_text(
        f"upstream collectors {{ server {address}; server 127.0.0.1:1 backup; }}\n"
        f"server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://collectors; }} }}\n"
    )
    reload = f"/usr/sbin/nginx -c {tmp_path}/main.conf -p {tmp_path} -e {tmp_path}/nginx.log"
    changes = {
        "192.0.2.1:8080": address,
        r"192\.0\.2\.1:8080": re.escape(address),
        "/etc/nginx/conf.d/nps-collector.conf": str(site),
        "nginx -t && nginx -s reload": f"{reload} -t && {reload} -s reload",
    }
    out, back = blocks("Behind a load balancer")

    def follow(block: str) -> None:
        for old, new in changes.items():
            block = block.replace(old, new)
        result = run_command("bash", "-euc", block)
        assert result.returncode == 0, result.stderr

    with plain_nginx(tmp_path, port, f"include {site};"):
        assert fetch(port, "GET", "/livez").status == 200
        follow(out)
        wait_until(lambda: fetch(port, "GET", "/livez").status == 502, "nginx to leave it out")
        follow(back)
        wait_until(lambda: fetch(port, "GET", "/livez").status == 200, "nginx to ask it again")


def anchors(page: str) -> set[str]:
    """Of a page's headings, as documentation and GitHub make them; case aside, on which they differ."""
    titles = re.findall(r"^#+ (.+)$", re.sub(BLOCK, "", (FOLDER / f"{page}.md").read_text()), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).replace(" ", "-").lower() for title in titles}


def test_its_links_lead_somewhere() -> None:
    here = re.findall(r"\]\(#([\w-]+)\)", PAGE)
    assert len(here) > 15 and {link.lower() for link in here} <= anchors("Runbook")
    there = re.findall(r"<doc:(\w+)#([\w-]+)>", PAGE)
    assert len(there) > 10
    for page, anchor in there:
        assert anchor.lower() in anchors(page), f"{page}#{anchor}"


def test_each_procedure_is_in_the_table_of_what_is_seen_or_in_a_procedure() -> None:
    linked = {link.lower() for link in re.findall(r"\]\(#([\w-]+)\)", PAGE)}
    others = {"what-you-see", "before-all-else", "runbook", "others", "the-token-of-operators", "the-key-of-links"}
    planned = {"install", "upgrade", "another-machine", "behind-a-load-balancer"}
    assert anchors("Runbook") - linked - others <= planned
