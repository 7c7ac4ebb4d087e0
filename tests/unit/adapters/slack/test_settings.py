"""Slack as it is configured: what the adapter is told, and what is missing said at once."""

from __future__ import annotations

import sys
from pathlib import Path
from subprocess import run

import pytest

from adapters.slack.settings import SlackSettings
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


def test_slack_s_libraries_load_only_where_slack_is_configured(tmp_path: Path) -> None:
    serves = "import sys; from bot.app.configuration import read_config; from bot.app.application import Application"
    looks = f"{serves}; Application(read_config(None)); print([m for m in sys.modules if 'slack' in m])"
    done = run([sys.executable, "-c", looks], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
