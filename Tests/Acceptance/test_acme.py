"""Certificates by ACME: Debian's certbot gets them from Debian's pebble, and the collector answers the challenges."""

import os
import shutil
import ssl
from pathlib import Path

from harness.acme import challenge, running_pebble
from harness.certificate import make_certificate
from harness.deployment import REPOSITORY, Deploy
from harness.handshakes import Clients
from harness.ports import free_port
from harness.program import run_command
from harness.waiting import wait_until

HOST = "nps.example.com"
HOOK = REPOSITORY / "deploy/certbot-deploy-hook"


def test_certbot_gets_and_renews_a_certificate_while_the_collector_runs(deploy: Deploy, tmp_path: Path) -> None:
    deployment = deploy()
    webroot, tls = tmp_path / "webroot", tmp_path / "tls"
    webroot.mkdir()
    place = tls / HOST
    place.mkdir(parents=True)
    # A first certificate, to have one at all, as in Operations.md.
    certificate, key = make_certificate(tmp_path, "ECDSA", HOST)
    shutil.copy(certificate, place / "fullchain.pem")
    shutil.copy(key, place / "privkey.pem")
    redirect_port = free_port()
    deployment.configure(
        {
            "http": {"redirect-port": redirect_port, "public-url": f"https://{HOST}:{deployment.http_port}"},
            "tls": {
                "certificate": str(place / "fullchain.pem"),
                "private-key": str(place / "privkey.pem"),
                "acme-webroot": str(webroot),
            },
            "log": {"level": "info"},
        }
    )
    deployment.begin_serve()
    trust = ssl.create_default_context(cafile=str(certificate))
    wait_until(lambda: "accepting responses" in deployment.serve.log.read_text(), "the collector")

    # certbot's hook tells systemd to reload the unit, of which this is all that matters here.
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "systemctl").write_text(f'#!/bin/sh\necho "$@" >>{tools}/calls\nkill -HUP {deployment.serve.pid}\n')
    (tools / "systemctl").chmod(0o755)
    variables = {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "NPS_TLS_DIRECTORY": str(tls),
        "NPS_TLS_GROUP": str(os.getgid()),
    }

    with running_pebble(tmp_path / "pebble", redirect_port) as pebble:
        trust.load_verify_locations(pebble.root())
        with Clients(deployment.http_port, trust, HOST) as clients:
            first = clients.connect()
            obtained = pebble.certbot(
                *("certonly", "--webroot", "-w", webroot, "-d", HOST, "--agree-tos"),
                *("--register-unsafely-without-email", "--deploy-hook", HOOK),
                variables=variables,
            )
            assert obtained.returncode == 0, obtained.stdout + obtained.stderr
            second = wait_until(lambda: clients.connect() != first and clients.connect(), "the authority's certificate")
            renewed = pebble.certbot("renew", "--force-renewal", "--no-random-sleep-on-renew", variables=variables)
            assert renewed.returncode == 0, renewed.stdout + renewed.stderr
            third = wait_until(lambda: clients.connect() != second and clients.connect(), "the renewed certificate")
    assert not clients.failures, clients.failures[:3]
    assert set(clients.seen) == {first, second, third} and len({first, second, third}) == 3
    assert (tools / "calls").read_text() == "try-reload-or-restart nps-collector\n" * 2
    for name in ("fullchain.pem", "privkey.pem"):
        assert (place / name).stat().st_mode & 0o777 == 0o640
    assert not list(place.glob("*.new"))
    # certbot has taken its challenges away again.
    assert challenge(redirect_port, "anything")[0] == 404


def test_a_hook_that_fails_leaves_a_pair(tmp_path: Path) -> None:
    """The former one, whatever it was that failed: here the new chain can't be copied."""
    lineage, place = tmp_path / "live" / HOST, tmp_path / "tls" / HOST
    for directory in (lineage, place):
        directory.mkdir(parents=True)
    for name in ("privkey.pem", "fullchain.pem"):
        (place / name).write_text("former")
    (lineage / "privkey.pem").write_text("new")
    variables = {
        "RENEWED_LINEAGE": str(lineage),
        "NPS_TLS_DIRECTORY": str(tmp_path / "tls"),
        "NPS_TLS_GROUP": str(os.getgid()),
    }
    assert run_command(HOOK, environment=variables).returncode != 0
    assert {(place / name).read_text() for name in ("privkey.pem", "fullchain.pem")} == {"former"}


def test_nothing_else_of_the_folder_can_be_had(deploy: Deploy, tmp_path: Path) -> None:
    challenges = tmp_path / "webroot/.well-known/acme-challenge"
    challenges.mkdir(parents=True)
    token = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA"
    (challenges / token).write_text(f"{token}.9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI")
    (challenges / "notes").write_text("private")
    (tmp_path / "webroot/secret").write_text("secret.private")
    (challenges / "secret").symlink_to(tmp_path / "webroot/secret")
    os.mkfifo(challenges / "pipe")
    deployment = deploy()
    redirect_port = free_port()
    deployment.configure({"http": {"redirect-port": redirect_port}, "tls": {"acme-webroot": str(tmp_path / "webroot")}})
    deployment.start_serve()
    assert challenge(redirect_port, token) == (200, (challenges / token).read_bytes())
    names = ["notes", "secret", "pipe", "../../secret", "..%2f..%2fsecret", "%2e%2e/secret", "", ".", token + "%00"]
    for name in names:
        status, body = challenge(redirect_port, name)
        assert status in {400, 404} and b"private" not in body, name
