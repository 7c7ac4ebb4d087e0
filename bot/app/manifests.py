"""What is uploaded to a platform to register the desk there: `policydesk manifest`."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import Any, Literal, NamedTuple

from bot.app.adapter_settings import slack_section, teams_section
from bot.config import Config


class Registration(NamedTuple):
    """A manifest as JSON text, and the file to upload: its name and its bytes."""

    manifest: str
    file_name: str
    content: bytes


def registration(platform: Literal["slack", "teams"], config: Config, website: str) -> Registration:
    """Return what registers the desk with a platform. `website` is a page of the organisation, which Teams asks for.

    Raises ConfigurationError if it is for Teams, and Teams is not configured.
    """
    return _slack(config) if platform == "slack" else _teams(config, website)


def _slack(config: Config) -> Registration:
    from adapters.slack.manifest import manifest

    section = slack_section(config)
    text = _as_json(manifest(socket=section.mode == "socket", command=section.command))
    return Registration(text, "slack-manifest.json", f"{text}\n".encode())


def _teams(config: Config, website: str) -> Registration:
    from adapters.teams.manifest import manifest, package

    app_id, organisation = teams_section(config).app_id, config.organisation.name
    content = manifest(app_id, organisation, website, version("policydesk"))
    return Registration(_as_json(content), "policydesk-teams.zip", package(content))


def _as_json(manifest: dict[str, Any]) -> str:
    return json.dumps(manifest, indent=2, ensure_ascii=False)
