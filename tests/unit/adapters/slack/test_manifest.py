"""The manifest says what the code uses, no more and no less."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import jsonschema
import pytest

from adapters.slack import manifest
from bot.cli.main import main
from tests.slack.server import SCOPES

SOURCES = Path(manifest.__file__).parent
USED = {
    "chat_postMessage": "chat:write",
    "chat_postEphemeral": "chat:write",
    "chat_update": "chat:write",
    "chat_delete": "chat:write",
    "conversations_history": "channels:history",
    "conversations_info": "channels:read",  # and groups:read for private channels
    "conversations_replies": "channels:history",
    "conversations_open": "im:write",
    "reactions_add": "reactions:write",
    "usergroups_users_list": "usergroups:read",
    "users_info": "users:read",
    "auth_test": "",
    "apps_connections_open": "",
    "views_open": "",
    "views_publish": "",
}
"""Methods of the Web API that the code calls -> the scope that each needs (docs.slack.dev/reference/methods)."""

HEARD = {
    "app_mention": {"app_mentions:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "app_home_opened": set[str](),
}


def code() -> str:
    return "\n".join(path.read_text() for path in SOURCES.rglob("*.py") if path.name != "manifest.py")


@pytest.mark.parametrize("socket", [True, False])
def test_slack_takes_it(socket: bool) -> None:
    folder = os.environ.get("SCHEMAS")
    if not folder:
        pytest.skip("SCHEMAS names no folder with slack-manifest.schema.json")
    schema = json.loads((Path(folder) / "slack-manifest.schema.json").read_text())
    jsonschema.validate(manifest.manifest(socket=socket, command="/policy"), schema)


def test_every_method_that_is_called_has_its_scope_and_every_scope_its_use() -> None:
    called = set(re.findall(r"self\.client\.([a-z]+_[A-Za-z_]+)\(", code()))
    assert called == set(USED)
    heard = {scope for scopes in HEARD.values() for scope in scopes}
    assert {scope for scope in USED.values() if scope} | heard | {"commands", "groups:read"} == manifest.SCOPES
    assert frozenset(SCOPES.split(",")) == manifest.SCOPES


def test_every_event_that_is_subscribed_to_is_read() -> None:
    assert set(manifest.EVENTS) == set(HEARD)
    source = code()
    for event in manifest.EVENTS:
        assert f'"{event.partition(".")[0]}"' in source


def test_the_shortcut_and_the_command_are_those_that_are_answered() -> None:
    features = manifest.manifest(socket=True, command="/ask")["features"]
    assert features["slash_commands"][0]["command"] == "/ask"
    assert [one["callback_id"] for one in features["shortcuts"]] == ["send_to_press_office"]


def test_it_is_printed_for_what_is_configured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "policydesk.yaml"
    config.write_text("slack: {mode: http, command: /rules}\n")
    assert main(["manifest", "slack", "--config", str(config)]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["settings"]["socket_mode_enabled"] is False
    assert printed["features"]["slash_commands"][0]["url"].endswith("/slack/events")
    assert main(["manifest", "slack", "--config", str(config), "--out", str(tmp_path / "out")]) == 0
    assert json.loads((tmp_path / "out" / "slack-manifest.json").read_text()) == printed


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["manifest", "slack", "--out", str(tmp_path / "file")]) == 2
    assert "--out" in capsys.readouterr().err
