"""`policydesk insights`, `purge` and `forget`: the commands on stored questions and personal data."""

from __future__ import annotations

import argparse
import asyncio
from zoneinfo import ZoneInfo

from bot.cli.command_parsers import AddCommand, add_config_option, announced_folder
from bot.cli.standard_streams import write_line


def add_commands(add: AddCommand) -> None:
    """Add them to the command line."""
    insights = add("insights", _insights, "What staff asked and how it went, for the owners of the answers.")
    insights.add_argument("--json", action="store_true")
    purge = add("purge", _purge, "Remove what is older than the configuration's privacy section says.")
    purge.add_argument("--dry-run", action="store_true", help="only say what would go")
    forget = add("forget", _forget, "Erase somebody's name and words; exits 1 where a case that is held keeps them.")
    forget.add_argument("person", metavar="PERSON", help="platform:id, such as slack:U0ANNA")
    for command in (insights, purge, forget):
        add_config_option(command)


def _insights(options: argparse.Namespace) -> int:
    from bot.admin import insights
    from bot.app.command_resources import database, read_knowledge
    from bot.app.configuration import read_config

    config = read_config(options.config)
    knowledge = read_knowledge(announced_folder(config), config)
    with database(config) as store, store.transaction() as tx:
        material = insights.gather(tx, config.privacy)
    report = insights.report(material, knowledge, ZoneInfo(config.organisation.timezone))
    write_line((insights.as_json if options.json else insights.as_text)(report))
    return 0


def _purge(options: argparse.Namespace) -> int:
    from bot.admin import retention
    from bot.app.command_resources import database, transcripts
    from bot.app.configuration import read_config

    config = read_config(options.config)
    with database(config) as store:
        purge = retention.purge(store, config.privacy, transcripts(store), dry_run=options.dry_run)
        purged = asyncio.run(purge)
    write_line(purged.as_text(dry_run=options.dry_run))
    return 0


def _forget(options: argparse.Namespace) -> int:
    from bot.admin import retention
    from bot.app.command_resources import database
    from bot.app.configuration import read_config

    with database(read_config(options.config)) as store:
        forgotten = asyncio.run(retention.forget(store, options.person))
    write_line(forgotten.as_text())
    return 1 if forgotten.held else 0
