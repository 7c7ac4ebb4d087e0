"""`policydesk cases`, `insights`, `purge`, `forget`: the commands on what is kept. They work beside a server. Thin."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.config import Config
from bot.domain.case import MEDIUMS, Case
from bot.errors import Problem, UserError
from bot.presentation import texts

Command = Callable[[str, object, str], argparse.ArgumentParser]
"""Adds a command: its name, what runs it, its help."""


def add_commands(command: Command) -> None:
    """Add them to the command line."""
    _add_cases(command("cases", None, "The record of the cases."))
    insights = command("insights", _insights, "What staff asked and how it went, for the owners of the answers.")
    insights.add_argument("--json", action="store_true")
    purge = command("purge", _purge, "Remove what is older than the configuration's privacy section says.")
    purge.add_argument("--dry-run", action="store_true", help="only say what would go")
    forget = command(
        "forget", _forget, "Erase somebody's name and words; exits 1 where a case that is held keeps them."
    )
    forget.add_argument("person", metavar="PERSON", help="platform:id, such as slack:U0ANNA")
    for added in (insights, purge, forget):
        with_config(added)


def _add_cases(cases: argparse.ArgumentParser) -> None:
    actions = cases.add_subparsers(required=True, metavar="ACTION")

    def action(name: str, run: object, help_: str, *formats: str) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=help_, description=help_)
        added.set_defaults(run=run)
        with_config(added)
        if formats:  # argparse in Python 3.11 fails at the usage line of a group that is empty
            either = added.add_mutually_exclusive_group()
            for each in formats:
                either.add_argument(f"--{each}", dest="format", action="store_const", const=each, default="")
        return added

    listed = action("list", _list, "Cases, newest first; those that are not closed, unless told.", "json", "csv")
    listed.add_argument("--state", choices=["open", "claimed", "closed", "all"])
    listed.add_argument("--overdue", action="store_true", help="only those whose deadline has passed without an answer")
    listed.add_argument(
        "--owner", metavar="PERSON", help="only those of one officer: platform:id, such as slack:U0ANNA"
    )
    listed.add_argument("--full", action="store_true", help="all that is known of restricted and embargoed ones too")
    exported = action("export", _export, "Every case with all that is kept of it, as JSON or CSV.", "json", "csv")
    exported.add_argument("--out", type=Path, metavar="FILE", help="a file that only you may read; default: print")
    opened = action("open", _open, "Open a case for what reached the press office by phone or e-mail; it is pinged.")
    opened.add_argument("--about", required=True, help="what it is about")
    for name in ("outlet", "journalist", "contact", "questions", "slot", "embargo", "colleague"):
        opened.add_argument(f"--{name}", default="")
    opened.add_argument("--deadline", default="", help="such as 17:00, or 'tomorrow noon'")
    opened.add_argument("--medium", choices=MEDIUMS, default="")
    opened.add_argument("--came", choices=texts.WAYS, default="", help="how it reached the press office")
    shown = action("show", _show, "One case with its history and what was sent for it.", "json")
    held = action("hold", _hold, "Keep a case from being purged or erased.")
    released = action("release", _hold, "Let a case that was held grow old again.")
    held.set_defaults(held=True)
    released.set_defaults(held=False)
    for added in (shown, held, released):
        added.add_argument("reference", metavar="REFERENCE", help="such as M-7")


def with_config(added: argparse.ArgumentParser) -> None:
    """Let a command be told which configuration to read."""
    added.add_argument(
        "--config", type=Path, metavar="FILE", help="a configuration (default: ./policydesk.yaml where there is one)"
    )


def _list(options: argparse.Namespace) -> int:
    from bot.admin import casebook
    from bot.app import database, read_config
    from bot.domain.case import CaseState

    config = read_config(options.config)
    several = {"all": list(CaseState), None: [CaseState.OPEN, CaseState.CLAIMED]}
    states = several.get(options.state) or [CaseState(options.state)]
    with database(config) as store:
        values = (
            casebook.summary(case, _zone(config), full=options.full)
            for case in casebook.read(store, states)
            if _is_wanted(case, options)
        )
        if options.format == "csv":
            sys.stdout.writelines(casebook.as_csv(values, casebook.LISTED))
        elif options.format == "json":
            sys.stdout.writelines(casebook.as_json(values))
        else:
            print(casebook.as_table(values))
    return 0


def _is_wanted(case: Case, options: argparse.Namespace) -> bool:
    from bot.admin import casebook
    from bot.clock import SystemClock

    if options.overdue and not casebook.overdue(case, SystemClock().now()):
        return False
    return options.owner is None or (case.owner is not None and case.owner.key == options.owner)


def _open(options: argparse.Namespace) -> int:
    from bot.app import announced_knowledge, database, read_config
    from bot.desk.open_case import Reported, open_case
    from bot.desk.press_desk import PressDesk

    config = read_config(options.config)
    press_desk, knowledge = PressDesk(config), announced_knowledge(config)
    if not press_desk.exists:
        raise UserError(Problem("press_office.channels", "is empty, so nobody would see the case.", "Name a channel."))
    reported = Reported.read(vars(options))
    with database(config) as store, store.transaction() as tx:
        if problem := press_desk.deadline_problem(reported.details.deadline, tx.now):
            raise UserError(Problem("--deadline", problem))
        case = open_case(tx, press_desk, knowledge, reported)
    print(f"{case.reference} is open.")
    return 0


def _show(options: argparse.Namespace) -> int:
    from bot.admin import casebook
    from bot.app import database, read_config

    config = read_config(options.config)
    with database(config) as store, store.transaction() as tx:
        value = casebook.whole(casebook.find(tx, options.reference), _zone(config))
    print(json.dumps(value, ensure_ascii=False, indent=2) if options.format else casebook.as_text(value))
    return 0


def _export(options: argparse.Namespace) -> int:
    from bot.admin import casebook
    from bot.app import database, read_config

    config = read_config(options.config)
    with database(config) as store:
        values = (casebook.whole(record, _zone(config)) for record in casebook.all_records(store))
        pieces = casebook.as_csv(values, casebook.EXPORTED) if options.format == "csv" else casebook.as_json(values)
        if options.out:
            casebook.write(options.out, pieces)
        else:
            sys.stdout.writelines(pieces)
    return 0


def _hold(options: argparse.Namespace) -> int:
    from bot.admin import casebook
    from bot.app import database, read_config

    with database(read_config(options.config)) as store, store.transaction() as tx:
        case = casebook.find(tx, options.reference).case
        tx.cases.hold(case.id, held=options.held)
    print(f"{case.reference} is {'held: neither purged nor erased' if options.held else 'not held any more'}.")
    return 0


def _insights(options: argparse.Namespace) -> int:
    from bot.admin import insights
    from bot.app import announced_knowledge, database, read_config

    config = read_config(options.config)
    knowledge = announced_knowledge(config)
    with database(config) as store, store.transaction() as tx:
        found = insights.gather(tx, config.privacy)
    report = insights.report(found, knowledge, _zone(config))
    print((insights.as_json if options.json else insights.as_text)(report))
    return 0


def _purge(options: argparse.Namespace) -> int:
    from bot.admin import retention
    from bot.app import database, read_config, transcripts

    config = read_config(options.config)
    with database(config) as store:
        purged = asyncio.run(
            retention.purge(store, config.privacy, transcripts(store), dry_run=options.dry_run),
        )
    print(purged.as_text(dry_run=options.dry_run))
    return 0


def _forget(options: argparse.Namespace) -> int:
    from bot.admin import retention
    from bot.app import database, read_config

    with database(read_config(options.config)) as store:
        forgotten = asyncio.run(retention.forget(store, options.person))
    print(forgotten.as_text())
    return 1 if forgotten.held else 0


def _zone(config: Config) -> ZoneInfo:
    return ZoneInfo(config.organisation.timezone)
