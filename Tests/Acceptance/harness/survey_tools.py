"""Survey tools as they post to the collector: bodies of their documented shape, each signed in the tool's own way."""

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from standardwebhooks import Webhook as StandardWebhook
from svix.webhooks import Webhook as SvixWebhook

from harness import canary
from harness.signatures import (
    Delivery,
    Sign,
    hubspot_v2,
    hubspot_v3,
    in_base64,
    over_body,
    qualtrics,
    slack,
    standard,
    stripe,
    token_in_address,
    token_in_header,
    zendesk,
)

TEXT_SECRET = f"{canary.WORD}-secret"
"""For schemes whose secret is plain text. No log may contain it."""

KEY_SECRET = "whsec_" + base64.b64encode(b"nps-collector acceptance tests").decode()

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
BOUNDARY = "----acceptance"

Write = Callable[[str, Any, str], tuple[Any, str]]
"""The body for a response id, a score and a comment, with its content type."""


@dataclass(frozen=True)
class SurveyTool:
    """How one survey tool signs and writes its webhooks."""

    name: str
    sign: Sign
    write: Write
    secret: str = TEXT_SECRET
    is_thin: bool = False
    """Its webhooks carry ids only, so each of them is answered with 422 and advice."""
    is_timestamped: bool = False

    def delivery(self, response_id: str, score: Any = 9, comment: str = "Quick and kind", age: float = 0) -> Delivery:
        """Not signed yet; `age` says how many seconds ago the tool claims to sign it."""
        body, content_type = self.write(response_id, score, comment)
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        timestamp = int(time.time() - age)
        return Delivery(data, {"content-type": content_type}, f"/webhooks/{self.name}", timestamp)


def seconds() -> int:
    return int(time.time()) - 60


def iso() -> str:
    return datetime.fromtimestamp(seconds(), UTC).isoformat()


def own_names(response_id: str, score: Any, comment: str) -> tuple[Any, str]:
    return {"id": response_id, "email": canary.address(response_id), "score": score, "comment": comment}, JSON


def typeform(response_id: str, score: Any, comment: str) -> tuple[Any, str]:
    answers = [
        {"type": "number", "number": score, "field": {"id": "f1", "type": "opinion_scale", "ref": "nps"}},
        {"type": "text", "text": comment, "field": {"id": "f2", "type": "long_text", "ref": "why"}},
    ]
    response = {
        "form_id": "f",
        "token": response_id,
        "submitted_at": iso(),
        "answers": answers,
        "hidden": {"email": canary.address(response_id)},
    }
    return {"event_id": "1", "event_type": "form_response", "form_response": response}, JSON


def tally(response_id: str, score: Any, comment: str) -> tuple[Any, str]:
    fields = [
        {"key": "a", "label": "How likely?", "type": "LINEAR_SCALE", "value": score},
        {"key": "b", "label": "Why?", "type": "TEXTAREA", "value": comment},
        {"key": "c", "label": "email", "type": "HIDDEN_FIELDS", "value": canary.address(response_id)},
    ]
    data = {"responseId": response_id, "formId": "f", "createdAt": iso(), "fields": fields}
    return {"eventId": "1", "eventType": "FORM_RESPONSE", "createdAt": iso(), "data": data}, JSON


def delighted(response_id: str, score: Any, comment: str) -> tuple[Any, str]:
    data = {
        "id": response_id,
        "survey_type": "nps",
        "score": score,
        "comment": comment,
        "created_at": seconds(),
        "person": {"id": "77", "email": canary.address(response_id)},
    }
    return {"event_type": "survey_response.created", "event_id": "1", "event_data": data}, JSON


def formbricks(response_id: str, score: Any, comment: str) -> tuple[Any, str]:
    data = {
        "id": response_id,
        "finished": True,
        "updatedAt": iso(),
        "data": {"nps": score, "why": comment},
        "contactAttributes": {"email": canary.address(response_id)},
    }
    return [{"webhookId": "w", "event": "responseFinished", "data": data}], JSON


def survicate(response_id: str, score: Any, comment: str) -> tuple[Any, str]:
    answer = {
        "responseUuid": response_id,
        "timestamp": iso(),
        "survey": {"id": "s1", "name": "NPS"},
        "respondent": {"uuid": "p1", "attributes": {"email": canary.address(response_id)}},
        "question": {"id": 12, "body": "How likely?"},
        "choice": {"id": score, "body": "promoter", "comment": comment},
    }
    return {"messageId": "m1", "deliveryTries": 0, "event": {"questionAnswered": answer}}, JSON


def chameleon(response_id: str, score: Any, comment: str) -> tuple[Any, str]:
    response = {"id": response_id, "button_text": str(score), "input_text": comment, "finished_at": iso()}
    data = {"profile": {"email": canary.address(response_id)}, "response": response, "survey": {"name": "NPS"}}
    sent_at = datetime.now(UTC).isoformat()
    return {"id": "wh1", "kind": "response.finished", "sent_at": sent_at, "data": data}, JSON


def wootric(response_id: str, score: Any, comment: str) -> tuple[Any, str]:
    created = datetime.fromtimestamp(seconds(), UTC).strftime("%Y-%m-%d %H:%M:%S +0000")
    fields = {
        "event_name": "created",
        "survey_mode": "NPS",
        "response[id]": response_id,
        "response[email]": canary.address(response_id),
        "response[score]": score,
        "response[text]": comment,
        "response[created_at]": created,
    }
    return urlencode(fields).encode(), FORM


def satismeter(response_id: str, score: Any, comment: str) -> tuple[Any, str]:
    user = {"email": canary.address(response_id)}
    response = {"id": response_id, "user": user, "rating": score, "feedback": comment, "created": iso()}
    return {"event": "completed", "response": response}, JSON


def asknicely(response_id: str, score: Any, comment: str) -> tuple[Any, str]:
    question = {"id": response_id, "score": str(score), "comment": comment, "responded": str(seconds())}
    return {"count": 1, "person": {"email": canary.address(response_id)}, "question": question}, JSON


def helpscout(response_id: str, score: Any, comment: str) -> tuple[Any, str]:
    response = {"value": str(score), "category": "passive", "comment": comment, "timestamp": iso()}
    return {"response": response, "_embedded": {"customer": {"email": canary.address(response_id)}}}, JSON


def screeb(response_id: str, score: Any, comment: str) -> tuple[Any, str]:
    items = [
        {"question": {"type": "nps"}, "answer": {"replied_at": iso(), "fields": [{"type": "number", "number": score}]}},
        {"question": {"type": "input"}, "answer": {"fields": [{"type": "string", "text": comment}]}},
    ]
    payload = {"user": {"email": canary.address(response_id)}, "response": {"id": response_id, "items": items}}
    return {"event_type": "response.answered", "time": iso(), "payload": payload}, JSON


def smartsurvey(response_id: str, score: Any, comment: str) -> tuple[Any, str]:
    questions = [
        {"title": "How likely are you to recommend us?", "answers": [{"type": "choice", "value": score}]},
        {"title": "Why?", "answers": [{"type": "comment", "value": comment}]},
    ]
    response = {"id": response_id, "status": "completed", "contact_email": canary.address(response_id)}
    return [response | {"date_ended": iso(), "pages": [{"questions": questions}]}], JSON


def opnform(response_id: str, score: Any, comment: str) -> tuple[Any, str]:
    data = {
        "a": {"name": "Email", "value": canary.address(response_id)},
        "b": {"name": "How likely are you to recommend us?", "value": score},
        "c": {"name": "Why?", "value": comment},
    }
    return {"form_title": "NPS", "submission_id": response_id, "data": data}, JSON


def jotform(response_id: str, score: Any, comment: str) -> tuple[Any, str]:
    answers = {"q3_email": canary.address(response_id), "q4_howLikely": str(score), "q5_why": comment}
    fields = {"submissionID": response_id, "formID": "231", "type": "WEB", "rawRequest": json.dumps(answers)}
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return ("".join(parts) + f"--{BOUNDARY}--\r\n").encode(), f"multipart/form-data; boundary={BOUNDARY}"


def surveymonkey(response_id: str, *_: Any) -> tuple[Any, str]:
    body = {"event_type": "response_completed", "object_type": "response", "object_id": response_id}
    return body | {"event_datetime": iso()}, "application/vnd.surveymonkey.response.v1+json"


def hubspot(*_: Any) -> tuple[Any, str]:
    event = {"eventId": 1, "subscriptionType": "contact.propertyChange", "objectId": 123, "attemptNumber": 0}
    return [event | {"propertyName": "nps_score", "propertyValue": "9", "occurredAt": seconds() * 1000}], JSON


TOOLS = [
    SurveyTool("standard", standard(StandardWebhook, "webhook"), own_names, KEY_SECRET, is_timestamped=True),
    SurveyTool("svix", standard(SvixWebhook, "svix"), own_names, KEY_SECRET, is_timestamped=True),
    SurveyTool("formbricks", standard(StandardWebhook, "webhook"), formbricks, KEY_SECRET, is_timestamped=True),
    SurveyTool("typeform", over_body("Typeform-Signature", "sha256=", encode=in_base64), typeform),
    SurveyTool("tally", over_body("Tally-Signature", encode=in_base64), tally),
    SurveyTool(
        "surveymonkey",
        over_body("Sm-Signature", algorithm="sha1", encode=in_base64),
        surveymonkey,
        f"client123&{TEXT_SECRET}",
        is_thin=True,
    ),
    SurveyTool("delighted", over_body("X-Delighted-Webhook-Signature", "sha256="), delighted),
    SurveyTool("qualtrics", qualtrics, lambda *_: (b"", FORM), is_thin=True),
    SurveyTool("survicate", over_body("Hmac"), survicate),
    SurveyTool("chameleon", over_body("X-Chameleon-Signature"), chameleon),
    SurveyTool("wootric", token_in_address, wootric),
    SurveyTool("satismeter", token_in_address, satismeter),
    SurveyTool("asknicely", token_in_header, asknicely),
    SurveyTool("helpscout", over_body("X-HelpScout-Signature", algorithm="sha1", encode=in_base64), helpscout),
    SurveyTool("screeb", over_body("x-screeb-hmac-signature-body", encode=in_base64), screeb),
    SurveyTool("smartsurvey", over_body("X-SmartSurvey-Signature"), smartsurvey),
    SurveyTool("opnform", over_body("X-Webhook-Signature", "sha256="), opnform),
    SurveyTool("zendesk", zendesk, own_names, is_timestamped=True),
    SurveyTool("google-forms", standard(StandardWebhook, "webhook"), own_names, KEY_SECRET, is_timestamped=True),
    SurveyTool("retently", token_in_header, own_names),
    SurveyTool("posthog", token_in_header, own_names),
    SurveyTool("jotform", token_in_address, jotform),
    SurveyTool("hubspot", hubspot_v3, hubspot, is_thin=True, is_timestamped=True),
    SurveyTool("hubspot-legacy", hubspot_v2, hubspot, is_thin=True),
    SurveyTool("stripe", stripe, own_names, is_timestamped=True),
    SurveyTool("slack", slack, own_names, is_timestamped=True),
    SurveyTool("github", over_body("X-Hub-Signature-256", "sha256="), own_names),
    SurveyTool("shopify", over_body("X-Shopify-Hmac-SHA256", encode=in_base64), own_names),
]
