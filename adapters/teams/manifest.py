"""The app package for Teams: the manifest and two icons."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from adapters.teams.activities import REPORT_COMMAND
from bot.presentation import texts

SCHEMA = "https://developer.microsoft.com/en-us/json-schemas/teams/v1.29/MicrosoftTeams.schema.json"
CONSENT = "ChannelMessage.Read.Group"
"""The permission to receive messages without a mention. The desk needs it for the threads of the press office.

It ignores all other messages that it receives because of this permission.
"""

_ICONS = Path(__file__).parent / "icons"


def manifest(app_id: str, organisation: str, website: str, version: str) -> dict[str, Any]:
    """Return the app manifest.

    `website` is a page of the organisation. `version` is that of the desk; Teams accepts only its first three numbers.
    """
    what = "Policy answers with their source; tells the press office of media enquiries."
    return {
        "$schema": SCHEMA,
        "manifestVersion": "1.29",
        "version": ".".join([*version.split(".")[:3], "0", "0"][:3]),
        "id": app_id,
        "developer": {
            "name": organisation[:32],
            "websiteUrl": website,
            "privacyUrl": website,
            "termsOfUseUrl": website,
        },
        "name": {"short": texts.HOME, "full": f"{texts.HOME}, {organisation}"[:100]},
        "description": {
            "short": what,
            "full": f"{what} Every answer is in the words of the people who own the policy.",
        },
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": "#1F3A5F",
        "bots": [{"botId": app_id, "scopes": ["personal", "team", "groupChat"], "commandLists": [_commands()]}],
        "composeExtensions": [{"botId": app_id, "commands": [_report()]}],
        "validDomains": [],
        "webApplicationInfo": {"id": app_id, "resource": "https://RscBasedStoreApp"},
        "authorization": {"permissions": {"resourceSpecific": [{"name": CONSENT, "type": "Application"}]}},
    }


def package(about: dict[str, Any]) -> bytes:
    """Return the zip file to upload. It is the same for the same manifest."""
    files = {
        "manifest.json": json.dumps(about, indent=2, ensure_ascii=False).encode(),
        **{name: (_ICONS / name).read_bytes() for name in about["icons"].values()},
    }
    made = io.BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            zipped.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return made.getvalue()


def _commands() -> dict[str, Any]:
    commands = [
        {"title": texts.WHAT_I_ANSWER, "description": "The topics, and your own enquiries"},
        {"title": texts.QUEUE, "description": "For press officers: what waits, and what is being looked after"},
    ]
    return {"scopes": ["personal"], "commands": commands}


def _report() -> dict[str, Any]:
    return {
        "id": REPORT_COMMAND,
        "type": "action",
        "title": texts.REPORT,
        "description": "Pass this message on as a media enquiry",
        "context": ["message", "compose"],
        "fetchTask": True,
    }
