"""Slack as it is configured: what the adapter is told, and what is missing said at once."""

from __future__ import annotations

import sys
from pathlib import Path
from subprocess import run

import pytest

from adapters.slack.settings import SlackSettings
from adapters.slack.web_api import SlackWebApi
from bot.app.adapter_settings import slack_settings
from bot.config import from_mapping
from bot.errors import ConfigurationError

SECRETS = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "SLACK_SIGNING_SECRET": "sign-1"}


def test_the_adapter_is_told_what_concerns_it() -> None:
    settings = {
        "press_office": {
            "channels": ["slack:C0PRESS", "teams:19:x"],
            "officers": ["slack:U0ANNA", "slack:S0GROUP", "teams:S1"],
        },
        "slack": {"workspaces": ["T1"], "listen_channels": ["C1"], "guests": True},
    }
    assert slack_settings(from_mapping(settings, SECRETS)) == SlackSettings(
        bot_token="xoxb-1",
        app_token="xapp-1",
        workspaces=frozenset({"T1"}),
        guests=True,
        listen_channels=frozenset({"C1"}),
        officer_groups=frozenset({"S0GROUP"}),
        press_channels=frozenset({"C0PRESS"}),
    )


@pytest.mark.parametrize(
    ("mode", "missing"),
    [("socket", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]), ("http", ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"])],
)
def test_every_missing_secret_is_named_at_once(mode: str, missing: list[str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        slack_settings(from_mapping({"slack": {"mode": mode}}, {}))
    assert [problem.where for problem in caught.value.problems] == missing
    assert all(problem.fix for problem in caught.value.problems)


def test_secrets_are_in_no_repr() -> None:
    shown = repr(slack_settings(from_mapping({"slack": {}}, SECRETS)))
    assert not any(secret in shown for secret in SECRETS.values())


@pytest.mark.parametrize(
    ("api_url", "url", "ours"),
    [
        ("https://slack.com/api/", "https://hooks.slack.com/commands/T1/2/x", True),
        ("https://www.slack.com/api/", "https://hooks.slack.com/actions/T1/2/x", True),
        ("https://slack-gov.com/api/", "https://hooks.slack-gov.com/actions/T1/2/x", True),
        ("http://127.0.0.1:8080/api/", "http://127.0.0.1:8080/respond/1", True),
        ("http://127.0.0.1:8080/api/", "http://127.0.0.1:9090/respond/1", False),
        ("https://slack.com/api/", "http://hooks.slack.com/x", False),
        ("https://slack.com/api/", "https://hooks.slack-gov.com/x", False),
        ("https://slack.com/api/", "https://hooks.slack.com@evil.example/x", False),
        ("https://slack.com/api/", "https://hooks.slack.com.evil.example/x", False),
        ("https://slack.com/api/", "https://evil.example/hooks.slack.com", False),
        ("https://slack.com/api/", "https://hooks.slack.com:8443/x", False),
        ("https://slack.com/api/", "http://169.254.169.254/latest/meta-data", False),
        ("https://slack.com/api/", "http://[::", False),
        ("https://slack.com/api/", "", False),
    ],
)
def test_answers_go_to_the_host_that_slack_has_for_them(api_url: str, url: str, *, ours: bool) -> None:
    assert SlackSettings("xoxb-1", api_url=api_url).is_response_url(url) is ours


async def test_nothing_is_sent_to_another_host() -> None:
    api = SlackWebApi(SlackSettings("xoxb-1"))
    assert not await api.respond("http://127.0.0.1:9/x", {"text": "hello"})
    assert api.token_problem == ""


def test_slack_s_libraries_load_only_where_slack_is_configured(tmp_path: Path) -> None:
    serves = "import sys; from bot.app.configuration import read_config; from bot.app.application import Application"
    looks = f"{serves}; Application(read_config(None)); print([m for m in sys.modules if 'slack' in m])"
    done = run([sys.executable, "-c", looks], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
