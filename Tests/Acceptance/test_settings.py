"""Settings: every problem at once, no secret in print, exit codes that service managers understand."""

import json

from harness.deployment import Deploy
from harness.webhook import fresh_response

CONFIGURATION = 78
UNREACHABLE = 69


def test_all_problems_are_told_at_once(deploy: Deploy) -> None:
    deployment = deploy()
    deployment.configure(
        {
            "http": {"port": 99_999, "colour": "blue", "public-url": "not a url"},
            "planhat": {"batch-size": 6_000},
            "tls": {"profile": "ancient"},
        }
    )
    for verb in ("serve", "check"):
        result = deployment.run(verb)
        assert result.returncode == CONFIGURATION
        said = result.stdout + result.stderr
        for key in ("http.port", "http.colour", "http.public-url", "planhat.batch-size", "tls.profile"):
            assert key in said, f"{verb} does not name {key}"


def test_a_missing_token_is_a_configuration_error(deploy: Deploy) -> None:
    deployment = deploy()
    settings = json.loads(deployment.config.read_text())
    del settings["planhat"]["token"]
    deployment.config.write_text(json.dumps(settings))
    result = deployment.run("serve")
    assert result.returncode == CONFIGURATION
    assert "planhat.token" in result.stdout + result.stderr


def test_check_prints_settings_but_no_secrets(deploy: Deploy) -> None:
    deployment = deploy()
    for options in ((), ("--json",)):
        result = deployment.run("check", *options)
        assert result.returncode == 0, result.stderr
        assert str(deployment.http_port) in result.stdout
        for secret in (deployment.secret, deployment.admin_token, deployment.api_token):
            assert secret not in result.stdout + result.stderr


def test_a_secret_may_stand_in_a_file(deploy: Deploy) -> None:
    deployment = deploy()
    settings = json.loads(deployment.config.read_text())
    token = deployment.directory / "token"
    token.write_text(settings["planhat"].pop("token") + "\n")
    settings["planhat"]["token-file"] = str(token)
    deployment.config.write_text(json.dumps(settings))
    deployment.start()
    assert deployment.post(fresh_response("file")).status == 200
    assert deployment.await_drained(timeout=30)["delivered"] == 1


def test_healthcheck_tells_a_container_how_it_is(deploy: Deploy) -> None:
    deployment = deploy()
    assert deployment.run("healthcheck").returncode == UNREACHABLE
    deployment.start()
    assert deployment.run("healthcheck").returncode == 0


def test_an_unknown_verb_is_a_usage_error(deploy: Deploy) -> None:
    assert deploy().run("dance").returncode == 64
