"""Settings of the Slack adapter, and the ids that it shares with the app's manifest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

PLATFORM = "slack"
"""Name of the platform in addresses and in the configuration: `slack:C…` is a channel, `slack:U…` a person."""

SHORTCUT = "send_to_press_office"
"""`callback_id` of the message shortcut, in the manifest and in Slack's payload."""

SHARE = "slack.share"
"""Action of the button that shows a private answer to the whole channel. The adapter handles it, not the desk."""


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """The configuration's section `slack`, the secrets, and the part of the press office that works in Slack."""

    bot_token: str = field(repr=False)
    """`xoxb-…`, for the Web API."""

    app_token: str = field(default="", repr=False)
    """`xapp-…` with the scope connections:write. Socket Mode only."""

    signing_secret: str = field(default="", repr=False)
    """Key of the signature on each HTTP request. HTTP mode only."""

    mode: Literal["socket", "http"] = "socket"
    api_url: str = "https://slack.com/api/"
    """Base URL of the Web API, with a slash at the end."""

    workspaces: frozenset[str] = frozenset()
    """Team ids (T…) whose members may use the desk. Empty means the workspace of the bot token."""

    guests: bool = False
    """Whether guests and people from other organisations may use the desk."""

    listen_channels: frozenset[str] = frozenset()
    """Channel ids (C…) in which the desk reads messages that do not mention it."""

    officer_groups: frozenset[str] = frozenset()
    """User group ids (S…) whose members are officers."""

    press_channels: frozenset[str] = frozenset()
    """Channel ids (C…) to which the press office's cards are posted."""

    def is_response_url(self, url: str) -> bool:
        """Return whether answers to a command or a press may be sent there: to the host that Slack has for them.

        It is `hooks.` before the domain of `api_url`, and for an `api_url` on this machine the same host.
        """
        try:
            given, ours = urlsplit(url), urlsplit(self.api_url)
            if ours.scheme == "http":
                return (given.scheme, given.netloc) == (ours.scheme, ours.netloc)
            return given.scheme == "https" and given.netloc == f"hooks.{(ours.hostname or '').removeprefix('www.')}"
        except ValueError:  # the brackets of an IPv6 address hold something else
            return False
