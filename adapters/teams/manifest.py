"""The app package: what Teams wants to know of the app, with its two icons."""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections.abc import Callable
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from adapters.teams.incoming import REPORT_COMMAND
from bot.presentation import texts

SCHEMA = "https://developer.microsoft.com/en-us/json-schemas/teams/v1.29/MicrosoftTeams.schema.json"
CONSENT = "ChannelMessage.Read.Group"
"""With it the press office's threads reach the desk without a mention; what is said elsewhere is not looked at."""

Pixel = tuple[int, int, int, int]

_INK, _PAPER, _CLEAR = (0x1F, 0x3A, 0x5F, 255), (255, 255, 255, 255), (0, 0, 0, 0)


def manifest(app_id: str, organisation: str, website: str, version: str) -> dict[str, Any]:
    """`website` is a page of the organisation's; `version` that of the desk, of which Teams takes three numbers."""
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
    """The zip that is uploaded, the same for the same manifest."""
    files = {
        "manifest.json": json.dumps(about, indent=2, ensure_ascii=False).encode(),
        "color.png": _png(192, lambda x, y: _PAPER if _is_bubble(x, y) else _INK),
        "outline.png": _png(32, lambda x, y: _PAPER if _is_edge(x, y) else _CLEAR),
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


def _is_bubble(x: float, y: float) -> bool:
    """A speech bubble in the unit square."""
    body = 0.2 <= x <= 0.8 and 0.24 <= y <= 0.64
    tail = 0.64 <= y <= 0.8 and 0.32 <= x <= 0.48 - (y - 0.64)
    return body or tail


def _is_edge(x: float, y: float) -> bool:
    step = 0.07
    case_context = [(x + dx, y + dy) for dx in (-step, 0.0, step) for dy in (-step, 0.0, step)]
    return _is_bubble(x, y) and not all(_is_bubble(*each) for each in case_context)


def _png(size: int, colour: Callable[[float, float], Pixel]) -> bytes:
    """A square picture with transparency (PNG, ISO/IEC 15948): a header, the rows, an end."""
    middle = [(each + 0.5) / size for each in range(size)]
    rows = b"".join(b"\0" + b"".join(bytes(colour(x, y)) for x in middle) for y in middle)

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
