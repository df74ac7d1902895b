"""Makes the pictures of the documentation anew: a collector with made-up answers, seen by Debian's chromium.

deploy/pictures runs it. The answers are the same each time; only days and times differ.
"""

import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from selenium.webdriver.remote.webdriver import WebDriver

from harness.browser import browser
from harness.deployment import REPOSITORY, Deployment, deployments
from harness.looks import SCHEMES
from harness.waiting import wait_until
from harness.webhook import fresh_response

RESOURCES = REPOSITORY / "Sources/NPSApp/Documentation.docc/Resources"
MOST_BYTES = 150_000
SURVEYS = ("", "onboarding", "renewal")
BUSY = (0, 0, 0, 0, 0, 1, 2, 5, 9, 12, 13, 11, 8, 10, 12, 11, 9, 6, 4, 3, 3, 2, 1, 0)
"""How many answers come in each hour of a working day."""


def score(chance: random.Random, weeks_ago: int) -> int:
    """Of somebody who is more content than people were a year ago."""
    if chance.random() < 0.46 + (52 - weeks_ago) * 0.004:
        return chance.choice((9, 9, 10))
    return chance.choice((8, 8, 7, 7, 7, 6, 5, 5, 4, 3, 2, 0))


def give_history(deployment: Deployment) -> None:
    """Lets a stopped collector have counted and delivered the answers of a year, which nobody can send afterwards."""
    chance = random.Random(15)
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    tallies: Counter[tuple[str, str]] = Counter()
    traffic: Counter[int] = Counter()
    for hours in range(1, 364 * 24):
        hour = now - timedelta(hours=hours)
        mood = chance.gauss(1, 0.25) * (1.1 if hour.weekday() == 1 else 0.25 if hour.weekday() > 4 else 1)
        for _ in range(max(0, round(BUSY[hour.hour] * mood))):
            code = f"{hour:%Y-%m-%d} {score(chance, hours // 168)}"
            survey = chance.choice(SURVEYS)
            source = "survey" if chance.random() < 0.5 else chance.choice(("link", "tool"))
            tallies[f"{code} {survey}" if survey else code, source] += 1
            traffic[int(hour.timestamp()) // 3600] += 1
    with closing(sqlite3.connect(deployment.directory / "queue.db")) as database, database:
        rows = [(tally, source, count) for (tally, source), count in tallies.items()]
        database.executemany("INSERT INTO tallies (tally, source, count) VALUES (?, ?, ?)", rows)
        first = int(now.timestamp()) // 3600 - 31 * 24
        hours_kept = [(hour, count, count) for hour, count in traffic.items() if hour > first]
        database.executemany("INSERT INTO traffic (hour, arrivals, deliveries) VALUES (?, ?, ?)", hours_kept)
        database.execute(
            "UPDATE books SET accepted = accepted + :all, delivered = delivered + :all", {"all": tallies.total()}
        )


def fill(deployment: Deployment) -> None:
    """The answers of the present hour, of which a few need a person."""
    for number, survey in enumerate(SURVEYS * 2):
        fields = {"email": f"customer-{number}@example.com", "score": str(10 - number % 3), "comment": ""}
        assert deployment.post_form(fields, f"/survey/{survey}".rstrip("/")).status == 303
    deployment.await_drained()
    deployment.set_faults({"unknown-contact": "reject-400"})
    for number in range(3):
        response = fresh_response("lost") | {"email": f"lost-{number}@elsewhere.example"}
        assert deployment.post(response).status == 200
    wait_until(lambda: deployment.books()["parked"] == 3, "three to be parked")


def shoot(driver: WebDriver, address: str, name: str, width: int, height: int) -> None:
    """Leaves the upper part of a page, in light and in dark colours."""
    for scheme, suffix in (("light", ""), ("dark", "~dark")):
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        driver.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
        features = [{"name": feature, "value": value} for feature, value in SCHEMES[scheme]]
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        driver.get(address)
        file = RESOURCES / f"{name}{suffix}.png"
        driver.save_screenshot(str(file))
        assert file.stat().st_size < MOST_BYTES, f"{file} has {file.stat().st_size} bytes"
        print(f"{file.relative_to(REPOSITORY)}: {file.stat().st_size} bytes")


def main() -> int:
    with tempfile.TemporaryDirectory() as directory, deployments(Path(directory)) as deploy:
        surveys = Path(directory) / "surveys"
        surveys.mkdir()
        for name in filter(None, SURVEYS):
            (surveys / f"{name}.yaml").write_text("{}")
        settings = {"survey": {"brand": "Acme", "subject": "Acme"}, "surveys": {"directory": str(surveys)}}
        deployment = deploy(settings)
        deployment.start()
        deployment.stop()
        give_history(deployment)
        deployment.start()
        fill(deployment)
        # Its own words say how long ago the last answer was.
        time.sleep(1)
        admin = f"http://operator:{deployment.admin_token}@127.0.0.1:{deployment.admin_port}"
        with browser() as driver:
            shoot(driver, f"{admin}/?still=1", "console", 960, 900)
            shoot(driver, f"{admin}/console/nps", "nps", 960, 900)
            shoot(driver, f"http://127.0.0.1:{deployment.http_port}/survey", "form", 960, 700)
    return 0


if __name__ == "__main__":
    sys.exit(main())
