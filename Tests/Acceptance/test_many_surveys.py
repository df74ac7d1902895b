"""As many surveys as there may be, and whoever goes through all of their pages."""

import itertools
import json
import signal
import time

import pytest

from harness.deployment import Deploy, Deployment
from harness.http_client import HTTPResponse, fetch
from harness.links import by_jwcrypto, claims, new_key
from harness.waiting import wait_until
from harness.webhook import fresh_response

KEY = new_key()
NAMES = [f"survey-{number:03d}" for number in range(1_000)]
LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pt", "sv", "da", "nb", "fi", "pl", "ja", "ar", "he"]


@pytest.fixture(scope="module")
def running(deploy_for_module: Deploy) -> Deployment:
    deployment = deploy_for_module()
    directory = deployment.directory / "surveys"
    directory.mkdir()
    for name in NAMES:
        (directory / f"{name}.yaml").write_text(json.dumps({"brand": name, "subject": f"our {name}"}))
    deployment.configure({"surveys": {"directory": str(directory)}, "survey": {"link-keys": [f"new:{KEY}"]}})
    deployment.start()
    return deployment


def metrics(deployment: Deployment) -> list[str]:
    """The names of all series."""
    page = fetch(deployment.admin_port, "GET", "/metrics")
    assert page.status == 200
    return sorted(line.rsplit(" ", 1)[0] for line in page.text.splitlines() if not line.startswith("#"))


def test_the_metrics_name_no_survey(running: Deployment) -> None:
    before = metrics(running)
    for name in NAMES[::100]:
        page = running.get(f"/survey/{name}")
        assert page.status == 200 and f">{name}<" in page.text
        assert len(page.text.encode()) <= 10_240 - 640
    assert metrics(running) == before


def test_a_reload_changes_the_survey_whose_file_did(running: Deployment) -> None:
    (running.directory / "surveys" / f"{NAMES[7]}.yaml").write_text(json.dumps({"brand": "Other"}))
    running.serve.signal(signal.SIGHUP)
    wait_until(lambda: ">Other<" in running.get(f"/survey/{NAMES[7]}").text, "the file to be read again")
    assert f">{NAMES[8]}<" in running.get(f"/survey/{NAMES[8]}").text


def test_whoever_goes_through_all_pages_has_to_wait_and_nobody_else(running: Deployment) -> None:
    """The pages that were never asked for are rendered, 600 for one client and then 20 a second."""
    began = time.monotonic()
    answers: list[HTTPResponse] = []
    for score, language, name in itertools.product(range(11), LANGUAGES, NAMES):
        answers.append(running.get(f"/survey/{name}?lang={language}&score={score}"))
        if answers[-1].status != 200:
            break
    refused = answers.pop()
    assert refused.status == 429 and 1 <= int(refused.headers["retry-after"]) <= 2
    assert "<form" not in refused.text
    # What the tests before have had rendered counts, too.
    assert 500 <= len(answers) <= 600 + 20 * (time.monotonic() - began) + 1
    link = "/s/" + by_jwcrypto(claims("patient", survey=NAMES[3]), KEY)
    assert running.get(link).status == 200
    assert running.post(fresh_response("beside")).status == 200
    wait_until(lambda: running.get("/survey").status == 200, "the client's turn")
