"""The Debian package on a Debian system, with a collector that delivers to a sandbox out here."""

import http.client
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness import canary
from harness.debian import System
from harness.deployment import Deployment
from harness.http_client import fetch
from harness.waiting import wait_until
from harness.webhook import fresh_response

SETTINGS = "/etc/nps-collector"
CONFIG = f"{SETTINGS}/nps-collector.yaml"
DATA = "/var/lib/private/nps-collector"
UNIT = "nps-collector.service"
CONSENT = "nps-collector nps-collector/purge-data boolean true\n"
"""For debconf, from who wants a purge to delete everything."""

Packager = Callable[..., Path]
"""Makes a package, given options of deploy/package, and another program if there is one."""


@dataclass(frozen=True)
class Installation:
    """The package on a system, and where its collector is reached."""

    system: System
    deployment: Deployment

    def install(self, package: Path) -> str:
        shutil.copy(package, self.system.path("/root/package.deb"))
        return self.system.apt("install", "--reinstall", "/root/package.deb")

    def configure(self) -> None:
        """What a person does after the first installation."""
        mine = self.deployment
        self.system.write(f"{SETTINGS}/planhat-token", mine.api_token, 0o600)
        self.system.write(f"{SETTINGS}/webhook-secret", mine.secret, 0o600)
        settings = self.system.path(CONFIG).read_text()
        here = f"planhat:\n  url: http://127.0.0.1:{mine.sandbox_port}\n"
        assert settings.count("\nplanhat:\n") == settings.count("\nadmin:\n") == 1
        settings = settings.replace("\nplanhat:\n", f"\n{here}").replace(
            "\nadmin:\n", f"\nadmin:\n  port: {mine.admin_port}\n"
        )
        # A file that the collector itself may read, as a key that is renewed.
        self.system.write(f"{SETTINGS}/link-keys", "k1:" + "A" * 43, 0o640)
        self.system.run("chgrp", "nps-collector", f"{SETTINGS}/link-keys")
        settings += f"\nsurvey:\n  link-keys-file: {SETTINGS}/link-keys\n"
        self.system.write(CONFIG, f"{settings}\nhttp:\n  port: {mine.http_port}\nlog:\n  level: trace\n")
        self.system.write(
            f"/etc/systemd/system/{UNIT}.d/secrets.conf",
            "[Service]\nLoadCredential=webhook-secret:/etc/nps-collector/webhook-secret\n"
            "Environment=WEBHOOKS_STANDARD_SECRETS_FILE=%d/webhook-secret\n",
        )

    def verb(self, *words: str) -> str:
        """What a verb prints to root."""
        return self.system.run("nps-collector", *words, "--config", CONFIG)

    def await_ready(self) -> None:
        def is_ready() -> bool:
            try:
                return fetch(self.deployment.http_port, "GET", "/readyz").status == 200
            except (OSError, http.client.HTTPException):
                return False

        wait_until(is_ready, "the installed collector to be ready", interval=0.1)

    def answer(self, name: str) -> None:
        """A person fills in the form, and a tool sends a webhook."""
        form = {"email": canary.address(name), "score": "9", "comment": canary.comment(name)}
        assert "<form" in self.deployment.get("/survey").text
        assert self.deployment.post_form(form).status == 303
        assert self.deployment.post(fresh_response(name)).json()["status"] == "accepted"

    def await_records(self, count: int) -> None:
        wait_until(lambda: len(list(self.deployment.records())) >= count, f"{count} records", interval=0.2)
        assert len(list(self.deployment.records())) == count

    def kept(self) -> set[str]:
        """What is there of the package's, beside the program: settings, secrets, data."""
        places = [self.system.path(place) for place in (SETTINGS, DATA)]
        return {f"/{path.relative_to(self.system.root)}" for place in places for path in place.rglob("*")}
