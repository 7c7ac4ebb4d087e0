"""`policydesk ask`, `check`, `schema`, `eval` and `tune`: the commands on a knowledge base."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.command_parsers import AddCommand, add_config_option, add_knowledge_option, announced_folder
from bot.cli.standard_streams import flush_output, input_lines, write_line
from bot.errors import KnowledgeError, Problem, UserError

if TYPE_CHECKING:
    from bot.admin.evaluate import Bar
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
    tune = add(
        "tune", _tune, "Let the sentence encoder learn a knowledge base: minutes. A desk uses it from its next start."
    )
    add_knowledge_option(tune)
    tune.add_argument("--out", type=Path, metavar="FILE", help="where to write it (default: the cache folder)")
    add_config_option(tune)


def _ask(options: argparse.Namespace) -> int:
    from bot.admin import ask_output
    from bot.clock import SystemClock

    questions = input_lines() if options.question == "-" else iter([options.question])
    knowledge, matcher = _learned(options)
    today = SystemClock().now().date()
    for batch in _batches(questions, size=1 if _is_typed(options) else _BATCH):
        for question, match in zip(batch, matcher.match_many(batch), strict=True):
            if options.explain:
                print("\n".join(ask_output.explanation(question, match, matcher.tier)), file=sys.stderr)
            if options.json:
                write_line(json.dumps(ask_output.as_object(knowledge, question, match, today), ensure_ascii=False))
            else:
                write_line(ask_output.as_text(knowledge, match, today), end="\n\n" if options.question == "-" else "\n")
        flush_output()
    return 0


def _is_typed(options: argparse.Namespace) -> bool:
    """Return whether somebody types the questions, and so gets each answer when they press Enter."""
    return options.question == "-" and sys.stdin.isatty()


def _batches(questions: Iterator[str], size: int) -> Iterator[list[str]]:
    while batch := list(islice(questions, size)):
        yield batch


def _learned(options: argparse.Namespace) -> tuple[Knowledge, Matcher]:
    """Return the knowledge base that a command is told to read, and its matcher."""
    from bot.app.command_resources import learned_matcher
    from bot.app.configuration import read_config
    from bot.knowledge.loader import load

    config = read_config(options.config)
    knowledge = load(announced_folder(config, options.knowledge))
    matcher = learned_matcher(knowledge, config)
    print(f"policydesk: {matcher.tier}", file=sys.stderr)
    return knowledge, matcher


def _check(options: argparse.Namespace) -> int:
    from bot.admin import check
    from bot.app.configuration import read_config
    from bot.clock import SystemClock
    from bot.knowledge.loader import load
    from bot.knowledge.source_files import overlooked

    folder = announced_folder(read_config(options.config), options.knowledge)
    try:
        knowledge = load(folder)
        if not options.quick:
            _announce_matching(too_large=check.too_large(knowledge), most=check.MOST_EXAMPLES)
        remarks = check.review(knowledge, SystemClock().now().date(), quick=options.quick)
        remarks += check.remarks_of(overlooked(folder), "warning")
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
    _, matcher = _learned(options)
    report = evaluate.evaluate(rows, matcher)
    write_line((evaluate.as_json if options.json else evaluate.as_text)(report))
    missed = [bar for bar in bars if not bar.met(report)]
    for bar in missed:
        print(f"below the bar: {bar}", file=sys.stderr)
    return 1 if missed else 0


def _tune(options: argparse.Namespace) -> int:
    from bot.app.command_resources import tune
    from bot.app.configuration import read_config
    from bot.knowledge.loader import load

    config = read_config(options.config)
    print(
        f"policydesk: {tune(load(announced_folder(config, options.knowledge)), config, options.out)}", file=sys.stderr
    )
    return 0


def _bars(given: Sequence[str]) -> list[Bar]:
    from bot.admin.evaluate import parse_bar

    try:
        return [parse_bar(text) for text in given]
    except ValueError as error:
        raise UserError(Problem("--bar", str(error))) from None
