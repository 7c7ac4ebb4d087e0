"""What Slack refuses, as the relay knows it: worth another try or not, and what would help."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.errors import DeliveryFailure, PermanentFailure, TemporaryFailure

_TOKEN = "Install the app again and set SLACK_BOT_TOKEN to the new token."  # noqa: S105 - a sentence
_REPORT = "This is a mistake in Policy Desk: please report it with this word."
FIXES = {
    "not_in_channel": "Invite the app to that channel.",
    "channel_not_found": "Check the channel's id in press_office.channels, and invite the app where it is private.",
    "is_archived": "Unarchive the channel, or name another in press_office.channels.",
    "user_not_found": "That person is not in this workspace any more: reach them another way.",
    "user_disabled": "That person's account is deactivated: reach them another way.",
    "cannot_dm_bot": "A bot cannot be written to: reach the person another way.",
    "restricted_action": "Let the app post: ask whoever administers the workspace.",
    "restricted_action_read_only_channel": "Let the app post in that channel: it is read-only.",
    "invalid_auth": _TOKEN,
    "not_authed": _TOKEN,
    "account_inactive": _TOKEN,
    "token_revoked": _TOKEN,
    "token_expired": _TOKEN,
    "missing_scope": "Add the scope to the app (`policydesk manifest slack` lists all of them) and install it again.",
    "not_allowed_token_type": "Set SLACK_BOT_TOKEN to the bot token (xoxb-…), SLACK_APP_TOKEN to the app's (xapp-…).",
    "ekm_access_denied": "Ask whoever administers the workspace: its encryption keys are withdrawn.",
    "team_access_not_granted": "Ask whoever administers the organisation to grant the app this workspace.",
    "msg_too_long": _REPORT,
    "msg_blocks_too_long": _REPORT,
    "invalid_blocks": _REPORT,
    "invalid_blocks_format": _REPORT,
    "invalid_arguments": _REPORT,
    "no_text": _REPORT,
}
"""Errors that trying again does not mend, and what does. Slack says what it means by each at docs.slack.dev."""

_MANY_REQUESTS, _SERVER = 429, 500
_DEFAULT_WAIT = 30.0


@contextmanager
def translated() -> Iterator[None]:
    """The SDK's errors, and those of the network below it, as `DeliveryFailure`s."""
    try:
        yield
    except SlackApiError as error:
        raise _refused(error) from None
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise TemporaryFailure(f"Slack could not be reached ({type(error).__name__}).") from None
    except (SlackClientError, json.JSONDecodeError) as error:
        raise TemporaryFailure(f"Slack's answer could not be read ({type(error).__name__}).") from None


class SlackRefusal(PermanentFailure):
    """A PermanentFailure that knows Slack's word for it."""

    def __init__(self, word: str, fix: str) -> None:
        super().__init__(f"Slack refuses: {word}.", fix)
        self.code = word


def _refused(error: SlackApiError) -> DeliveryFailure:
    response = error.response
    status = getattr(response, "status_code", 0) or getattr(response, "status", 0)
    data = getattr(response, "data", {})
    word = str(data.get("error", "")) if isinstance(data, dict) else ""
    if status == _MANY_REQUESTS or word in {"ratelimited", "rate_limited"}:
        return TemporaryFailure("Slack asks to wait.", _wait(str(response.headers.get("Retry-After", ""))))
    if status >= _SERVER or not word:
        return TemporaryFailure(f"Slack failed with status {status}.")
    if word in FIXES:
        return SlackRefusal(_named(word, data), FIXES[word])
    if word in _FAULTS:
        return TemporaryFailure(f"Slack failed: {word}.")
    return SlackRefusal(word, f"Look {word} up at docs.slack.dev.")


_FAULTS = frozenset({"fatal_error", "internal_error", "service_unavailable", "request_timeout", "team_added_to_org"})


def _named(word: str, data: dict[str, object]) -> str:
    return f"{word} ({data['needed']})" if word == "missing_scope" and data.get("needed") else word


def _wait(value: str) -> float:
    """Seconds, as Slack names them."""
    try:
        return max(0.0, float(value))
    except ValueError:
        return _DEFAULT_WAIT
