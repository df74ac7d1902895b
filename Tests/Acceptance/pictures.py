"""Makes the pictures of the documentation anew: a collector with made-up answers, seen by Debian's chromium.

deploy/pictures runs it. The answers are the same each time; only days and times differ.
"""

import random
import sys
import tempfile
import time
from pathlib import Path

from selenium.webdriver.remote.webdriver import WebDriver

from harness.browser import browser
from harness.deployment import REPOSITORY, Deployment, deployments
from harness.looks import SCHEMES
from harness.waiting import wait_until
from harness.webhook import fresh_response

RESOURCES = REPOSITORY / "Sources/NPSApp/Documentation.docc/Resources"
MOST_BYTES = 150_000
SCORES = (10, 9, 9, 10, 8, 9, 10, 7, 9, 10, 6, 9, 8, 10, 3, 9, 10, 0, 9, 5)


def fill(deployment: Deployment) -> None:
    """Answers of several surveys and tools, of which a few need a person."""
    chance = random.Random(15)
    for number in range(140):
        survey = ("", "/onboarding", "/renewal")[number % 3]
        fields = {"email": f"customer-{number}@example.com", "score": str(chance.choice(SCORES)), "comment": ""}
        assert deployment.post_form(fields, f"/survey{survey}").status == 303
    for _ in range(60):
        assert deployment.post(fresh_response("tool") | {"score": chance.choice(SCORES)}).status == 200
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
        for name in ("onboarding", "renewal"):
            (surveys / f"{name}.yaml").write_text("{}")
        settings = {"survey": {"brand": "Acme", "subject": "Acme"}, "surveys": {"directory": str(surveys)}}
        deployment = deploy(settings)
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
