"""`policydesk cases`: the commands on the record of the cases. They work beside a desk that serves."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.cli.command_parsers import AddCommand, Run, add_config_option, announced_folder, commands_of
from bot.cli.standard_streams import write_line, write_pieces
from bot.config import Config
from bot.domain.case import MEDIUMS, Case, CaseState
from bot.errors import Problem, UserError
from bot.presentation import texts


def add_commands(add: AddCommand) -> None:
    """Add them to the command line."""
    cases = commands_of(add("cases", None, "The record of the cases."), "ACTION")
    _add_list(cases)
    _add_export(cases)
    _add_open(cases)
    _add_on_one_case(cases)
    _add_next(cases)


def _add_list(cases: AddCommand) -> None:
    command = cases("list", _list, "Cases, newest first; those that are not closed, unless told.")
    add_config_option(command)
    _add_formats(command, "json", "csv")
    command.add_argument("--state", choices=["open", "claimed", "closed", "all"])
    command.add_argument(
        "--overdue", action="store_true", help="only those whose deadline has passed without an answer"
    )
    command.add_argument(
        "--owner", metavar="PERSON", help="only those of one officer: platform:id, such as slack:U0ANNA"
    )
    command.add_argument("--full", action="store_true", help="all that is known of restricted and embargoed ones too")


def _add_export(cases: AddCommand) -> None:
    command = cases("export", _export, "Every case with all that is kept of it, as JSON or CSV.")
    add_config_option(command)
    _add_formats(command, "json", "csv")
    command.add_argument("--out", type=Path, metavar="FILE", help="a file that only you may read; default: print")


def _add_open(cases: AddCommand) -> None:
    command = cases("open", _open, "Open a case for what reached the press office by phone or e-mail; it is pinged.")
    add_config_option(command)
    command.add_argument("--about", required=True, help="what it is about")
    for name in ("outlet", "journalist", "contact", "questions", "slot", "embargo", "colleague"):
        command.add_argument(f"--{name}", default="")
    command.add_argument("--deadline", default="", help="such as 17:00, or 'tomorrow noon'")
    command.add_argument("--medium", choices=MEDIUMS, default="")
    command.add_argument(
        "--came", choices=texts.RECEIVED_BY_OPTIONS, default="", help="how it reached the press office"
    )


def _add_on_one_case(cases: AddCommand) -> None:
    def add(name: str, run: Run, help_: str) -> argparse.ArgumentParser:
        command = cases(name, run, help_)
        add_config_option(command)
        command.add_argument("reference", metavar="REFERENCE", help="such as M-7")
        return command

    _add_formats(add("show", _show, "One case with its history and what was sent for it."), "json")
    add("hold", _hold, "Keep a case from being purged or erased.").set_defaults(held=True)
    add("release", _hold, "Let a case that was held grow old again.").set_defaults(held=False)


def _add_next(cases: AddCommand) -> None:
    command = cases("next", _next, "Set the reference that the next case gets: after a restore, beyond those in use.")
    add_config_option(command)
    command.add_argument("reference", metavar="REFERENCE", help="such as M-500; M and Q share their numbers")


def _add_formats(command: argparse.ArgumentParser, *formats: str) -> None:
    """Add an option for each format, of which one may be given. The chosen one is `format`; "" is plain text."""
    either = command.add_mutually_exclusive_group()
    for each in formats:
        either.add_argument(f"--{each}", dest="format", action="store_const", const=each, default="")


def _list(options: argparse.Namespace) -> int:
    from bot.admin import casebook
    from bot.app.command_resources import database
    from bot.app.configuration import read_config

    config = read_config(options.config)
    with database(config) as store:
        wanted = (case for case in casebook.read(store, _states(options.state)) if _is_wanted(case, options))
        values = (casebook.summary(case, _zone(config), full=options.full) for case in wanted)
        if options.format:
            write_pieces(_formatted(options.format, values, casebook.LISTED))
        else:
            write_line(casebook.as_table(values))
    return 0


def _states(named: str | None) -> list[CaseState]:
    if named is None:
        return [CaseState.OPEN, CaseState.CLAIMED]
    return list(CaseState) if named == "all" else [CaseState(named)]


def _is_wanted(case: Case, options: argparse.Namespace) -> bool:
    from bot.admin import casebook
    from bot.clock import SystemClock

    if options.overdue and not casebook.overdue(case, SystemClock().now()):
        return False
    return options.owner is None or (case.owner is not None and case.owner.key == options.owner)


def _export(options: argparse.Namespace) -> int:
    from bot.admin import casebook
    from bot.app.command_resources import database
    from bot.app.configuration import read_config

    config = read_config(options.config)
    with database(config) as store:
        values = (casebook.whole(record, _zone(config)) for record in casebook.all_records(store))
        pieces = _formatted(options.format, values, casebook.EXPORTED)
        if options.out:
            casebook.write(options.out, pieces)
        else:
            write_pieces(pieces)
    return 0


def _formatted(name: str, values: Iterable[dict[str, Any]], columns: Sequence[str]) -> Iterable[str]:
    """Return cases as CSV or JSON in pieces. JSON is the default."""
    from bot.admin import casebook

    return casebook.as_csv(values, columns) if name == "csv" else casebook.as_json(values)


def _open(options: argparse.Namespace) -> int:
    from bot.app.command_resources import database, read_knowledge
    from bot.app.configuration import read_config
    from bot.desk.open_case import Reported, open_case
    from bot.desk.press_desk import PressDesk

    config = read_config(options.config)
    press_desk, knowledge = PressDesk(config), read_knowledge(announced_folder(config), config)
    if not press_desk.exists:
        raise UserError(Problem("press_office.channels", "is empty, so nobody would see the case.", "Name a channel."))
    reported = Reported.from_values(vars(options))
    with database(config) as store, store.transaction() as tx:
        if problem := press_desk.deadline_problem(reported.details.deadline, tx.now):
            raise UserError(Problem("--deadline", problem))
        case = open_case(tx, press_desk, knowledge, reported)
    write_line(f"{case.reference} is open.")
    return 0


def _show(options: argparse.Namespace) -> int:
    from bot.admin import casebook
    from bot.app.command_resources import database
    from bot.app.configuration import read_config

    config = read_config(options.config)
    with database(config) as store, store.transaction() as tx:
        value = casebook.whole(casebook.find(tx, options.reference), _zone(config))
    write_line(json.dumps(value, ensure_ascii=False, indent=2) if options.format else casebook.as_text(value))
    return 0


def _hold(options: argparse.Namespace) -> int:
    from bot.admin import casebook
    from bot.app.command_resources import database
    from bot.app.configuration import read_config

    with database(read_config(options.config)) as store, store.transaction() as tx:
        case = casebook.find(tx, options.reference).case
        tx.cases.hold(case.id, held=options.held)
    write_line(f"{case.reference} is {'held: neither purged nor erased' if options.held else 'not held any more'}.")
    return 0


def _next(options: argparse.Namespace) -> int:
    from bot.admin import casebook
    from bot.app.command_resources import database
    from bot.app.configuration import read_config

    with database(read_config(options.config)) as store, store.transaction() as tx:
        number = casebook.set_next_reference(tx, options.reference)
    write_line(f"The next case is M-{number} or Q-{number}.")
    return 0


def _zone(config: Config) -> ZoneInfo:
    return ZoneInfo(config.organisation.timezone)
