"""Every kind of signature and body that survey tools use, posted over TLS as they would post it."""

import json
import secrets
from typing import Any

import pytest

from harness.certificate import make_certificate
from harness.deployment import Deploy, Deployment
from harness.http_client import HTTPResponse, fetch
from harness.program import run_command
from harness.signatures import Delivery
from harness.survey_tools import FORM, TEXT_SECRET, TOOLS, SurveyTool
from harness.webhook import response_id

ORIGIN = "https://nps.example.com"
"""The address that the tools post to, as far as they know; the collector knows it from its settings alone."""

PARAMETERS = [pytest.param(tool, id=tool.name) for tool in TOOLS]
FULL = [pytest.param(tool, id=tool.name) for tool in TOOLS if not tool.is_thin]
THIN = [pytest.param(tool, id=tool.name) for tool in TOOLS if tool.is_thin]
TIMESTAMPED = [pytest.param(tool, id=tool.name) for tool in TOOLS if tool.is_timestamped]


@pytest.fixture(scope="module")
def collector(deploy_for_module: Deploy, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """With every tool switched on, behind TLS."""
    certificate, key = make_certificate(tmp_path_factory.mktemp("certificate"), "ECDSA")
    deployment = deploy_for_module(
        {
            "http": {"public-url": ORIGIN},
            "tls": {"certificate": str(certificate), "private-key": str(key)},
            "webhooks": {tool.name: {"secrets": [tool.secret]} for tool in TOOLS},
        },
    )
    deployment.trust(certificate)
    deployment.start()
    return deployment


@pytest.fixture(scope="module")
def deployment_for_curl(deploy_for_module: Deploy) -> Deployment:
    """Without TLS, so that the printed commands need no certificate."""
    deployment = deploy_for_module({"webhooks": {tool.name: {"secrets": [tool.secret]} for tool in TOOLS}})
    deployment.start()
    return deployment


def post(collector: Deployment, delivery: Delivery) -> HTTPResponse:
    return collector.post_webhook(delivery.body, delivery.headers, delivery.path)


def signed(tool: SurveyTool, name: str, secret: str | None = None, **changes: Any) -> Delivery:
    delivery = tool.delivery(name, **changes)
    tool.sign(delivery, secret or tool.secret, ORIGIN)
    return delivery


def fresh() -> str:
    return secrets.token_hex(6)


@pytest.mark.parametrize("tool", FULL)
def test_a_response_is_accepted_once(collector: Deployment, tool: SurveyTool) -> None:
    name = fresh()
    delivery = signed(tool, name)
    first, second = post(collector, delivery), post(collector, delivery)
    assert (first.status, first.json()["status"]) == (200, "accepted"), first.text
    assert second.json() == {"status": "unchanged", "ids": first.json()["ids"]}
    if tool.name != "helpscout":
        assert first.json()["ids"] == [response_id(name, tool.name)]
        edited = post(collector, signed(tool, name, score=0))
        assert edited.json() == {"status": "updated", "ids": first.json()["ids"]}


@pytest.mark.parametrize("tool", FULL)
@pytest.mark.parametrize("score", [11, ""])
def test_an_impossible_score_is_named_and_kept(collector: Deployment, tool: SurveyTool, score: object) -> None:
    answer = post(collector, signed(tool, fresh(), score=score))
    assert answer.status == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["score"]


@pytest.mark.parametrize("tool", THIN)
def test_a_tool_that_sends_ids_only_gets_advice(collector: Deployment, tool: SurveyTool) -> None:
    answer = post(collector, signed(tool, fresh()))
    assert answer.status == 422, answer.text
    assert answer.json()["errors"][-1]["field"] == "advice"


@pytest.mark.parametrize("tool", PARAMETERS)
def test_another_secret_is_refused(collector: Deployment, tool: SurveyTool) -> None:
    wrong = "whsec_" + tool.secret[:5:-1] if tool.secret.startswith("whsec_") else tool.secret + "x"
    assert post(collector, signed(tool, fresh(), wrong)).status == 401


@pytest.mark.parametrize("tool", PARAMETERS)
def test_an_unsigned_delivery_is_refused(collector: Deployment, tool: SurveyTool) -> None:
    assert post(collector, tool.delivery(fresh())).status == 401


@pytest.mark.parametrize("tool", [tool for tool in TOOLS if TEXT_SECRET not in str(signed(tool, "x").__dict__)])
def test_an_altered_body_is_refused(collector: Deployment, tool: SurveyTool) -> None:
    delivery = signed(tool, fresh())
    delivery.body = delivery.body.replace(b"9", b"8").replace(b"R_1", b"R_2").replace(b"response_c", b"response_d")
    assert post(collector, delivery).status == 401


@pytest.mark.parametrize("tool", TIMESTAMPED)
@pytest.mark.parametrize("age", [400, -400])
def test_a_stale_delivery_is_refused(collector: Deployment, tool: SurveyTool, age: float) -> None:
    answer = post(collector, signed(tool, fresh(), age=age))
    is_lenient = tool.name == "stripe" and age < 0
    assert answer.status == (200 if is_lenient else 401)


@pytest.mark.parametrize("tool", PARAMETERS)
def test_a_handshake_is_answered(collector: Deployment, tool: SurveyTool) -> None:
    for method in ("GET", "HEAD"):
        answer = fetch(collector.http_port, method, f"/webhooks/{tool.name}", trust=collector.trusted)
        assert answer.status == 200


def test_the_signed_address_is_the_public_one(collector: Deployment) -> None:
    """Whatever the request says about its host."""
    hubspot = next(tool for tool in TOOLS if tool.name == "hubspot")
    delivery = signed(hubspot, fresh())
    delivery.headers |= {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    assert post(collector, delivery).status == 422
    forged = hubspot.delivery(fresh())
    hubspot.sign(forged, hubspot.secret, "https://evil.example")
    forged.headers |= {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    assert post(collector, forged).status == 401


def test_a_digest_is_bound_to_the_address_and_its_source(collector: Deployment) -> None:
    legacy = next(tool for tool in TOOLS if tool.name == "hubspot-legacy")
    delivery = legacy.delivery(fresh())
    delivery.path += "?tenant=%2F1"
    legacy.sign(delivery, legacy.secret, ORIGIN)
    assert post(collector, delivery).status == 422
    delivery.path += "2"
    assert post(collector, delivery).status == 401
    delivery.path = "/webhooks/hubspot?tenant=%2F1"
    assert post(collector, delivery).status == 401, "version 3 must not be evaded"


def test_a_digest_whose_content_was_lengthened_is_refused(collector: Deployment) -> None:
    """From a digest over secret and body anybody can compute that of the body with padding and more text after it. Read
    as multipart, the padding would be a preamble. So only JSON is accepted, which can't be continued."""
    legacy = next(tool for tool in TOOLS if tool.name == "hubspot-legacy")
    forged = b'\x80\0\0\r\n--x\r\nContent-Disposition: form-data; name="email"\r\n\r\na@example.com\r\n--x--'
    for content_type in ("multipart/form-data; boundary=x", FORM, "application/json"):
        delivery = legacy.delivery(fresh())
        delivery.body += forged
        delivery.headers["content-type"] = content_type
        legacy.sign(delivery, legacy.secret, ORIGIN)
        assert post(collector, delivery).status == (422 if content_type == "application/json" else 401)


@pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=x", FORM, "text/html"])
def test_a_signed_body_is_not_read_as_another_kind(collector: Deployment, content_type: str) -> None:
    tally = next(tool for tool in TOOLS if tool.name == "tally")
    delivery = signed(tally, fresh(), comment="&eventType=FORM_RESPONSE&")
    delivery.headers["content-type"] = content_type
    answer = post(collector, delivery)
    assert answer.status == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["body"]


def test_a_form_inside_json_is_no_form(collector: Deployment) -> None:
    qualtrics = next(tool for tool in TOOLS if tool.name == "qualtrics")
    delivery = signed(qualtrics, fresh())
    delivery.body = b'{"a":"&' + delivery.body + b'&"}'
    delivery.headers["content-type"] = "application/json"
    assert post(collector, delivery).status == 401


@pytest.mark.parametrize("tool", PARAMETERS)
def test_webhook_sign_prints_a_curl_that_is_accepted(deployment_for_curl: Deployment, tool: SurveyTool) -> None:
    """Also for forms, whose content type it guesses, and for secrets in the address."""
    delivery = tool.delivery(fresh())
    if tool.name == "qualtrics":
        delivery.body = b"MSG=%7B%22ResponseID%22%3A%22R_1%22%7D&Topic=t"
    file = deployment_for_curl.directory / f"{tool.name} payload"
    file.write_bytes(delivery.body)
    printed = deployment_for_curl.run("webhook", "sign", tool.name, str(file))
    assert printed.returncode == 0, printed.stderr
    command = printed.stdout.strip() + " -o /dev/null -w '%{http_code}'"
    answer = run_command("sh", "-c", command)
    assert answer.stdout == ("422" if tool.is_thin else "200"), (printed.stdout, answer)


@pytest.mark.parametrize("tool", PARAMETERS)
def test_webhook_map_shows_what_a_payload_becomes(deployment_for_curl: Deployment, tool: SurveyTool) -> None:
    name = fresh()
    delivery = tool.delivery(name)
    if tool.name == "qualtrics":
        tool.sign(delivery, tool.secret, "")
    file = deployment_for_curl.directory / "captured"
    file.write_bytes(delivery.body)
    result = deployment_for_curl.run("webhook", "map", tool.name, str(file))
    if tool.is_thin:
        assert result.returncode == 1 and "email is missing" in result.stderr
    else:
        assert result.returncode == 0, result.stderr
        assert json.loads(result.stdout)["score"] == 9
