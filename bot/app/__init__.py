"""The composition root: names every concrete class, builds the whole and owns its start and stop.

The only place that reads the configuration file and the environment.
"""

from bot.app.application import Application
from bot.app.configuration import SHIPPED_KNOWLEDGE, knowledge_folder, read_config
from bot.app.examination import examine
from bot.app.platforms import slack_manifest, slack_settings, teams_manifest, teams_package, teams_settings
from bot.app.serving import chat, run
from bot.app.tools import announced_folder, announced_knowledge, database, matcher_for, transcripts

__all__ = [
    "SHIPPED_KNOWLEDGE",
    "Application",
    "announced_folder",
    "announced_knowledge",
    "chat",
    "database",
    "examine",
    "knowledge_folder",
    "matcher_for",
    "read_config",
    "run",
    "slack_manifest",
    "slack_settings",
    "teams_manifest",
    "teams_package",
    "teams_settings",
    "transcripts",
]
