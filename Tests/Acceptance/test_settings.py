"""Settings: every problem at once, no secret printed, exit codes that service managers understand."""

import json
import os
import socket
import tempfile
from pathlib import Path

import pytest

from harness.deployment import BINARY, Deploy
from harness.program import run_command
from harness.webhook import fresh_response

CONFIGURATION = 78
UNREACHABLE = 69


def test_all_problems_are_reported_at_once(deploy: Deploy) -> None:
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


def test_a_missing_directory_for_the_queue_ends_check_and_serve_alike(deploy: Deploy) -> None:
    deployment = deploy()
    deployment.configure({"queue": {"url": f"sqlite:{deployment.directory}/nowhere/queue.db"}})
    for verb in ("check", "serve"):
        result = deployment.run(verb)
        assert result.returncode == CONFIGURATION, f"{verb}: {result.stderr}"
        assert f"there is no directory {deployment.directory}/nowhere for the queue: make it." in result.stderr


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
    assert deployment.await_drained()["delivered"] == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user")
def test_a_secret_that_this_user_may_not_read_is_told_with_who_and_where() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        token = folder / "planhat-token"
        token.write_text("a-token\n")
        token.chmod(0o600)
        as_nobody = ("setpriv", "--reuid=nobody", "--clear-groups")
        words = ("--planhat-token-file", "planhat-token")
        denied = run_command(*as_nobody, BINARY, "check", *words, directory=folder)
        folder.chmod(0o700)
        closed = run_command(*as_nobody, BINARY, "check", "--planhat-token-file", token, directory=Path("/"))
    reason = f"planhat.token-file can't be read: {token}: permission denied for the user nobody; let it"
    for result, remedy in ((denied, " read the file"), (closed, f" into the directory {folder}")):
        assert result.returncode == CONFIGURATION and "1 problem" in result.stderr, result.stderr
        assert reason + remedy in result.stderr and "Secrets under systemd" in result.stderr, result.stderr
        assert "(--planhat-token-file)" in result.stderr, result.stderr


def test_healthcheck_says_whether_the_collector_runs(deploy: Deploy) -> None:
    deployment = deploy()
    assert deployment.run("healthcheck").returncode == UNREACHABLE
    deployment.start()
    assert deployment.run("healthcheck").returncode == 0


def test_an_unknown_verb_is_a_usage_error(deploy: Deploy) -> None:
    assert deploy().run("dance").returncode == 64


@pytest.mark.parametrize("listens", [False, True], ids=["closed", "silent"])
def test_a_silent_admin_port_is_reported(deploy: Deploy, listens: bool) -> None:
    """Nobody listens there, or somebody who never answers; a verb that waited for an answer would never end."""
    deployment = deploy()
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        if listens:
            stranger.listen()
        result = deployment.run("queue", "status", "--admin-port", str(stranger.getsockname()[1]))
    assert result.returncode == UNREACHABLE
    assert "No collector answers at" in result.stderr


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["srve"], "Did you mean 'serve'?"),
        (["queue", "lst"], "Did you mean 'list'?"),
        (["serve", "--htp-port", "9"], "Did you mean '--http-port'?"),
        (["queue", "status", "--jsn"], "Did you mean '--json'?"),
        (["webhook", "presets", "typefrm"], "Did you mean typeform?"),
    ],
)
def test_misspelled_words_get_a_hint(deploy: Deploy, words: list[str], hint: str) -> None:
    result = deploy().run(*words)
    assert result.returncode == 64
    assert hint in result.stderr


def test_the_version(deploy: Deploy) -> None:
    result = deploy().run("--version")
    assert result.returncode == 0
    assert result.stdout.strip().count(".") == 2


def test_a_source_of_ones_own_is_printed_like_a_preset(deploy: Deploy) -> None:
    deployment = deploy()
    sources = deployment.directory / "own"
    sources.mkdir()
    text = "preset: typeform\nmapping: .\n"
    (sources / "acme.yaml").write_text(text)
    result = deployment.run("webhook", "presets", "acme", "--webhooks-directory", str(sources))
    assert (result.returncode, result.stdout) == (0, text)
