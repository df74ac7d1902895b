"""One answer followed by its trace: from the request that brought it to the one that took it to Planhat."""

import json
from pathlib import Path
from typing import Any

from harness.deployment import Deploy, Deployment
from harness.nginx import plain_nginx
from harness.ports import free_port
from harness.webhook import fresh_response, response_id, sign

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
HEADER = f"00-{TRACE}-00f067aa0ba902b7-01"


def lines(deployment: Deployment) -> list[dict[str, Any]]:
    return [json.loads(line) for line in deployment.serve.log.read_text().splitlines()]


def test_an_answer_is_followed_from_its_request_to_planhats(deploy: Deploy, tmp_path: Path) -> None:
    port = free_port()
    deployment = deploy({"planhat": {"url": f"http://127.0.0.1:{port}"}, "log": {"format": "json", "level": "info"}})
    deployment.start_sandbox()
    seen = tmp_path / "seen.log"
    site = (
        "log_format traces '$request_method $http_traceparent';"
        f"server {{ listen 127.0.0.1:{port}; access_log {seen} traces;"
        f" location / {{ proxy_pass http://127.0.0.1:{deployment.sandbox_port}; }} }}"
    )
    with plain_nginx(tmp_path, port, site):
        deployment.start_serve()
        traced, plain = fresh_response("traced"), fresh_response("plain")
        for response, headers in ((traced, {"traceparent": HEADER}), (plain, {})):
            body = json.dumps(response).encode()
            assert deployment.post_webhook(body, sign(deployment.secret, body) | headers).status == 200
            # Each goes alone.
            deployment.await_drained()
        deployment.serve.stop()
    requests = [line for line in lines(deployment) if "/webhooks/" in line.get("route", "")]
    assert [line.get("trace") for line in requests] == [TRACE, None]
    (sent,) = [line for line in lines(deployment) if line["message"] == "sent to Planhat"]
    assert (sent["id"], sent["trace"]) == (response_id(traced["id"]), TRACE)
    headers_seen = [line.split(" ")[1].split("-") for line in seen.read_text().splitlines()]
    # Each request to Planhat is part of a trace, and the first one of the answer's.
    assert all(len(parts) == 4 and len(parts[1]) == 32 for parts in headers_seen)
    assert headers_seen[0][1] == TRACE and headers_seen[0][2] != "00f067aa0ba902b7"
    assert TRACE not in {parts[1] for parts in headers_seen[1:]}
