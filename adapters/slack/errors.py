"""Translation of Slack's errors to DeliveryFailure: temporary, or permanent with a fix."""

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
"""Error code -> fix, for errors that a retry does not remove. docs.slack.dev explains every code."""

TOKEN_CODES = frozenset(code for code, fix in FIXES.items() if fix == _TOKEN)
"""Error codes with which Slack refuses the bot token itself."""

_TRANSIENT = frozenset({"fatal_error", "internal_error", "service_unavailable", "request_timeout", "team_added_to_org"})
"""Error codes with which the same call may succeed later."""

_RATE_LIMITED = frozenset({"ratelimited", "rate_limited"})
_TOO_MANY_REQUESTS, _SERVER_ERROR = 429, 500
_DEFAULT_WAIT = 30.0  # seconds


class SlackRefusal(PermanentFailure):
    """Slack refused a call. `code` is Slack's error code."""

    def __init__(self, code: str, fix: str) -> None:
        super().__init__(f"Slack refuses: {code}.", fix)
        self.code = code


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise errors of the SDK and of the network as DeliveryFailure."""
    try:
        yield
    except SlackApiError as error:
        raise _translate(error) from None
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise TemporaryFailure(f"Slack could not be reached ({type(error).__name__}).") from None
    except (SlackClientError, json.JSONDecodeError) as error:
        raise TemporaryFailure(f"Slack's answer could not be read ({type(error).__name__}).") from None


def _translate(error: SlackApiError) -> DeliveryFailure:
    response = error.response
    status = getattr(response, "status_code", 0) or getattr(response, "status", 0)
    data = getattr(response, "data", {})
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    if status == _TOO_MANY_REQUESTS or code in _RATE_LIMITED:
        return TemporaryFailure("Slack asks to wait.", _seconds(str(response.headers.get("Retry-After", ""))))
    if status >= _SERVER_ERROR or not code:
        return TemporaryFailure(f"Slack failed with status {status}.")
    if code in FIXES:
        return SlackRefusal(_with_scope(code, data), FIXES[code])
    if code in _TRANSIENT:
        return TemporaryFailure(f"Slack failed: {code}.")
    return SlackRefusal(code, f"Look {code} up at docs.slack.dev.")


def _with_scope(code: str, data: dict[str, object]) -> str:
    """Return the code, followed by the name of the scope if one is missing."""
    return f"{code} ({data['needed']})" if code == "missing_scope" and data.get("needed") else code


def _seconds(retry_after: str) -> float:
    """Return the value of the header Retry-After in seconds."""
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        return _DEFAULT_WAIT
