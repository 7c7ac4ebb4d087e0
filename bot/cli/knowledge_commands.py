"""`policydesk ask`, `triage`, `check`, `schema` and `eval`: the commands on a knowledge base."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.cli.command_parsers import AddCommand, add_config_option, add_knowledge_option, announced_folder
from bot.cli.standard_streams import flush_output, input_lines, write_line
from bot.errors import KnowledgeError, Problem, UserError
from bot.plaintext import without_control_characters

if TYPE_CHECKING:
    from bot.admin.evaluate import Bar
    from bot.config import Config
    from bot.knowledge.model import Knowledge
    from bot.matching.matcher import Matcher

_BATCH = 64  # questions matched at once: the first results appear while more questions are read


def add_commands(add: AddCommand) -> None:
    """Add them to the command line."""
    ask = add("ask", _ask, "Ask one question, or with - one for each line of standard input.")
    add_knowledge_option(ask)
    ask.add_argument("--json", action="store_true", help="one object a line")
    ask.add_argument("--explain", action="store_true", help="say on stderr why it came out so")
    add_config_option(ask)
    ask.add_argument("question", metavar="QUESTION|-")
    triage = add("triage", _triage, "Say what the desk reads from a message, or with - from each line of input.")
    triage.add_argument("--at", metavar="TIME", help="when it is written, as 2026-11-10T14:20 (default: now)")
    triage.add_argument("--deadline-field", action="store_true", help="it is typed into the deadline field of the form")
    triage.add_argument("--json", action="store_true", help="one object a line")
    add_config_option(triage)
    triage.add_argument("message", metavar="MESSAGE|-")
    check = add("check", _check, "Look over a knowledge base; exits 1 where it has errors.")
    add_knowledge_option(check)
    add_config_option(check)
    check.add_argument("--json", action="store_true")
    check.add_argument("--quick", action="store_true", help="without what the matcher has to be trained for")
    add("schema", _schema, "Print the JSON Schema of a knowledge file, for editors.")
    evaluate = add("eval", _evaluate, "Run a labelled question set; exits 1 below a bar.")
    add_knowledge_option(evaluate)
    evaluate.add_argument("file", type=Path, metavar="FILE")
    evaluate.add_argument("--json", action="store_true")
    evaluate.add_argument("--bar", action="append", default=[], metavar="'right>=85'")
    add_config_option(evaluate)


def _ask(options: argparse.Namespace) -> int:
    from bot.admin import ask_output
    from bot.app.configuration import contacts
    from bot.clock import SystemClock
    from bot.knowledge.contacts import with_contacts

    batches = _batches(options.question)
    config, knowledge, matcher = _learned(options)
    knowledge = with_contacts(knowledge, contacts(config))
    today = SystemClock().now().date()
    for batch in batches:
        for question, match in zip(batch, matcher.match_many(batch), strict=True):
            if options.explain:
                explained = "\n".join(ask_output.explanation(question, match, matcher.tier))
                print(without_control_characters(explained), file=sys.stderr)
            if options.json:
                write_line(json.dumps(ask_output.as_object(knowledge, question, match, today), ensure_ascii=False))
            else:
                write_line(ask_output.as_text(knowledge, match, today), end="\n\n" if options.question == "-" else "\n")
        flush_output()
    return 0


def _batches(given: str) -> Iterator[list[str]]:
    """Return the texts of a command in batches: the one that is given or, if that is "-", the lines of standard input.

    Somebody who types the lines gets each answer when they press Enter. Raises UserError if standard input is closed.
    """
    texts = input_lines() if given == "-" else iter([given])
    size = 1 if given == "-" and sys.stdin.isatty() else _BATCH
    return iter(lambda: list(islice(texts, size)), [])


def _triage(options: argparse.Namespace) -> int:
    from bot.admin import triage_output
    from bot.app.configuration import read_config
    from bot.clock import SystemClock
    from bot.desk.press_desk import PressDesk

    policy = PressDesk(read_config(options.config)).policy
    at = _moment(options.at, policy.hours.zone) if options.at else None
    options.knowledge = None
    batches = _batches(options.message)
    _, _, matcher = _learned(options)
    for batch in batches:
        for text, match in zip(batch, matcher.match_many(batch), strict=True):
            now = at or SystemClock().now()
            read = triage_output.as_object(text, match, policy, now, is_field=options.deadline_field)
            if options.json:
                write_line(json.dumps(read, ensure_ascii=False))
            else:
                write_line(triage_output.as_text(read), end="\n\n" if options.message == "-" else "\n")
        flush_output()
    return 0


def _moment(given: str, zone: ZoneInfo) -> datetime:
    """Return the time of `--at`. Without an offset it is local time of the organisation."""
    try:
        moment = datetime.fromisoformat(given)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(zone)
    except (ValueError, OverflowError):
        raise UserError(Problem("--at", f"{given} is no time.", "Write it as 2026-11-10T14:20.")) from None


def _learned(options: argparse.Namespace) -> tuple[Config, Knowledge, Matcher]:
    """Return the configuration, the knowledge base that a command is told to read, and its matcher."""
    from bot.app.command_resources import learned_matcher, read_knowledge
    from bot.app.configuration import read_config

    config = read_config(options.config)
    knowledge = read_knowledge(announced_folder(config, options.knowledge), config)
    return config, knowledge, learned_matcher(knowledge, config)


def _check(options: argparse.Namespace) -> int:
    from bot.admin import check
    from bot.app.command_resources import read_knowledge
    from bot.app.configuration import contacts, read_config
    from bot.clock import SystemClock
    from bot.knowledge.source_files import overlooked

    config = read_config(options.config)
    folder = announced_folder(config, options.knowledge)
    try:
        knowledge = read_knowledge(folder, config)
        if not options.quick:
            _announce_matching(too_large=check.too_large(knowledge), most=check.MOST_EXAMPLES)
        remarks = check.review(knowledge, SystemClock().now().date(), quick=options.quick)
        remarks += check.remarks_of(overlooked(folder), "warning")
        remarks += check.contacts_missing(knowledge, contacts(config))
    except KnowledgeError as error:
        remarks = check.remarks_of(error.problems, "error")
    write_line((check.as_json if options.json else check.as_text)(remarks))
    return 1 if any(remark.severity == "error" for remark in remarks) else 0


def _announce_matching(*, too_large: bool, most: int) -> None:
    if too_large:
        print(f"policydesk: more than {most:,} questions, so they are not tried on the matcher", file=sys.stderr)
    elif sys.stderr.isatty():
        print("Trying each question on the matcher: 20 s for nine thousand. --quick does without.", file=sys.stderr)


def _schema(_: argparse.Namespace) -> int:
    from bot.knowledge.file_schema import json_schema

    write_line(json.dumps(json_schema(), indent=2, ensure_ascii=False))
    return 0


def _evaluate(options: argparse.Namespace) -> int:
    from bot.admin import evaluate

    bars = _bars(options.bar)
    rows = evaluate.read_questions(options.file)
    _, _, matcher = _learned(options)
    report = evaluate.evaluate(rows, matcher)
    write_line((evaluate.as_json if options.json else evaluate.as_text)(report))
    missed = [bar for bar in bars if not bar.met(report)]
    for bar in missed:
        print(f"below the bar: {bar}", file=sys.stderr)
    return 1 if missed else 0


def _bars(given: Sequence[str]) -> list[Bar]:
    from bot.admin.evaluate import parse_bar

    try:
        return [parse_bar(text) for text in given]
    except ValueError as error:
        raise UserError(Problem("--bar", str(error))) from None
