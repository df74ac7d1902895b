"""Whatever happens, the logs contain no private data and no secret."""

import json
import secrets

import pytest

from harness import canary
from harness.deployment import Deploy, Deployment
from harness.http_client import fetch
from harness.waiting import wait_until
from harness.webhook import fresh_response, sign


def send_private_words_everywhere(deployment: Deployment) -> None:
    """Private words in every place of a request where they can stand, in requests that are right and wrong."""
    word = canary.address("privacy")
    port = deployment.http_port
    for path in (f"/survey?email={word}", f"/s/{word}", f"/{word}", f"/webhooks/{word}", f"/webhooks/standard?{word}"):
        for method in ("GET", "POST", "PUT", "DELETE"):
            fetch(port, method, path, {"referer": word, "user-agent": word, "authorization": word, "cookie": word}, b"")
    for score in ("5", "11", word):
        deployment.post_form({"email": word, "score": score, "comment": word, "nonce": word, word: word})
        deployment.post(fresh_response("privacy") | {"score": score})
    for body in (b"", word.encode(), b'{"' + word.encode(), json.dumps([word]).encode(), b"\xff" + word.encode()):
        deployment.post_webhook(body, {"webhook-id": word, "webhook-signature": word, "webhook-timestamp": word})
        deployment.post_webhook(body, sign(deployment.secret, body, word))


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_most_detailed_log_contains_nothing_private(deploy: Deploy, form: str) -> None:
    deployment = deploy({"log": {"level": "trace", "format": form}})
    deployment.start()
    send_private_words_everywhere(deployment)
    deployment.await_drained()
    deployment.set_faults({"unknown-contact": "reject-400", "error-entry": "object"})
    # The sandbox knows example.com, so it only rejects contacts of another domain.
    rejected = [
        fresh_response("rejected") | {"email": f"{canary.WORD}-{secrets.token_hex(4)}@elsewhere.test"} for _ in range(3)
    ]
    for response in rejected:
        assert deployment.post(response).status == 200
    wait_until(lambda: deployment.books()["parked"] >= len(rejected), "rejected responses to be parked")
    for verb in (("queue", "list"), ("quarantine", "list"), ("check",)):
        assert deployment.run(*verb).returncode == 0
    assert deployment.serve.log.stat().st_size > 10_000, "a silent log proves nothing"
    deployment.stop()
