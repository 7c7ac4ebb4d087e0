"""What the adapter is told when it is built."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

PLATFORM = "slack"
SHORTCUT = "send_to_press_office"
SHARE = "slack.share"
"""The adapter's own button: the desk never hears of it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The section `slack` of the configuration, the secrets, and what of the press office lies in Slack.

    `workspaces` empty means the workspace of the token. `officer_groups` are ids of user groups (S…).
    """

    bot_token: str = field(repr=False)
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    mode: Literal["socket", "http"] = "socket"
    api_url: str = "https://slack.com/api/"
    workspaces: frozenset[str] = frozenset()
    guests: bool = False
    listen_channels: frozenset[str] = frozenset()
    officer_groups: frozenset[str] = frozenset()
    press_channels: frozenset[str] = frozenset()
