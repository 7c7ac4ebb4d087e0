"""The app manifest: scopes, events and features that the app needs.

Source: https://docs.slack.dev/app-manifests
"""

from __future__ import annotations

from typing import Any

from adapters.slack.settings import SHORTCUT
from adapters.slack.transports import EVENTS_PATH
from bot.presentation import texts

SCOPES = frozenset(
    {
        "app_mentions:read",
        "channels:read",  # whether a public press channel is still there
        "channels:history",  # threads in public channels, and the channels in slack.listen_channels
        "chat:write",
        "commands",  # the slash command and the shortcut
        "groups:read",  # whether a private press channel is still there
        "groups:history",  # threads in a private press channel
        "im:history",
        "im:write",  # messages to a person who has not written to the desk yet
        "reactions:write",  # the emoji that shows whether an officer's `reply:` was delivered
        "usergroups:read",  # members of the officer groups
        "users:read",  # people's names, and whether they are guests
    }
)
"""OAuth scopes of the bot token."""

EVENTS = ("app_home_opened", "app_mention", "message.channels", "message.groups", "message.im")
"""Events that the app subscribes to."""

_ADDRESS = "https://desk.example.org"
"""The desk's public address, to be replaced in the printed manifest."""


def manifest(*, socket: bool, command: str) -> dict[str, Any]:
    """Return the manifest. In HTTP mode its request URLs hold a placeholder for the desk's address."""
    url = {} if socket else {"request_url": f"{_ADDRESS}{EVENTS_PATH}"}
    slash = {
        "command": command,
        "description": "Ask what the policy says; only you see the answer",
        "usage_hint": "can I use my work e-mail on LinkedIn?",
        "should_escape": True,
        **({} if socket else {"url": f"{_ADDRESS}{EVENTS_PATH}"}),
    }
    shortcut = {
        "name": texts.REPORT,
        "type": "message",
        "callback_id": SHORTCUT,
        "description": "Pass this message on as a media enquiry",
    }
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": texts.HOME,
            "description": "Answers policy questions with the source, and tells the press office of enquiries.",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": texts.HOME, "always_online": True},
            "shortcuts": [shortcut],
            "slash_commands": [slash],
        },
        "oauth_config": {"scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "event_subscriptions": {"bot_events": list(EVENTS), **url},
            "interactivity": {"is_enabled": True, **url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket,
            "token_rotation_enabled": False,
        },
    }
