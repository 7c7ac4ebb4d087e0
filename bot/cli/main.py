"""`policydesk …`: thin. Exit codes: 0 success, 1 where the answer is "no", 2 bad usage or configuration."""

from __future__ import annotations

import argparse
import asyncio
import codecs
import json
import logging
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from io import TextIOWrapper
from itertools import islice
from pathlib import Path

from bot import logs
from bot.cli import records
from bot.errors import KnowledgeError, PolicyDeskError, Problem, UserError

BATCH = 64  # questions matched at once, so that results appear while more are read


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; what a user did wrong becomes a sentence on stderr, never a traceback."""
    _open_streams()
    options = command_parser().parse_args(arguments)
    logs.configure()
    try:
        _refuse_bytes(options)
        return int(options.run(options))
    except UserError as error:
        for problem in error.problems:
            print(f"policydesk: {problem}", file=sys.stderr)
    except PolicyDeskError as error:
        print(f"policydesk: {error}", file=sys.stderr)
    except BrokenPipeError:  # whoever read our output has seen enough
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        return 130
    return 2


def _open_streams() -> None:
    """Let neither stream end in a traceback: bytes that are no text are read, to be refused where they stand.

    Characters that standard output has no bytes for are escaped as in JSON, so that `--json` stays JSON.
    """
    codecs.register_error("json-escapes", _escaped)
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="json-escapes")


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2)), error.end


def _refuse_bytes(options: argparse.Namespace) -> None:
    """Raise UserError where an argument is no text. A path may be any bytes."""
    for value in vars(options).values():
        for given in value if isinstance(value, list) else [value]:
            if isinstance(given, str) and not _is_text(given):
                what = f"is not {sys.getfilesystemencoding().upper()}."
                raise UserError(Problem(f"argument {given!a}", what, "Set the terminal and LANG to UTF-8."))


def _is_text(given: str) -> bool:
    """False where it holds bytes that could not be decoded, which Python keeps as lone surrogates."""
    try:
        given.encode()
    except UnicodeEncodeError:
        return False
    return True


def command_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line; each command carries the function that runs it as `run`."""
    parser = argparse.ArgumentParser(
        prog="policydesk", description="Policy answers for staff, enquiries for the press office."
    )
    parser.add_argument("--version", action="version", version=version("policydesk"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: object, help_: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help_, description=help_)
        added.set_defaults(run=run)
        return added

    def with_knowledge(added: argparse.ArgumentParser) -> None:
        added.add_argument(
            "--knowledge", type=Path, metavar="DIR", help="a knowledge base (default: the configured one)"
        )

    with_config = records.with_config
    with_config(command("serve", _serve, "Run every configured platform; with none, the browser console."))
    with_config(command("chat", _chat, "Talk to the desk in this terminal."))
    ask = command("ask", _ask, "Ask one question, or with - one for each line of standard input.")
    with_knowledge(ask)
    ask.add_argument("--json", action="store_true", help="one object a line")
    ask.add_argument("--explain", action="store_true", help="say on stderr why it came out so")
    with_config(ask)
    ask.add_argument("question", metavar="QUESTION|-")
    check = command("check", _check, "Look over a knowledge base; exits 1 where it has errors.")
    with_knowledge(check)
    with_config(check)
    check.add_argument("--json", action="store_true")
    check.add_argument("--quick", action="store_true", help="without what the matcher has to be trained for")
    command("schema", _schema, "Print the JSON Schema of a knowledge file, for editors.")
    evaluate = command("eval", _evaluate, "Run a labelled question set; exits 1 below a bar.")
    with_knowledge(evaluate)
    evaluate.add_argument("file", type=Path, metavar="FILE")
    evaluate.add_argument("--json", action="store_true")
    evaluate.add_argument("--bar", action="append", default=[], metavar="'right>=85'")
    with_config(evaluate)
    doctor = command(
        "doctor", _doctor, "Look whether everything works that a desk needs; exits 1 where something fails."
    )
    with_config(doctor)
    doctor.add_argument("--json", action="store_true")
    manifest = command("manifest", _manifest, "Print what a platform wants to know of the app, to be set up with it.")
    manifest.add_argument("platform", choices=["slack", "teams"])
    with_config(manifest)
    manifest.add_argument(
        "--out", type=Path, metavar="DIR", help="write a file there instead; for Teams the app package"
    )
    website = "https://www.example.org"
    manifest.add_argument("--website", default=website, help=f"a page of yours, for Teams (default: {website})")
    records.add_commands(command)
    return parser


def _serve(options: argparse.Namespace) -> int:
    from bot import app

    app.run(app.read_config(options.config), announce=lambda line: print(line, flush=True))
    return 0


def _chat(options: argparse.Namespace) -> int:
    from bot import app

    logging.getLogger().setLevel(logging.WARNING)  # the terminal belongs to the conversation
    app.chat(app.read_config(options.config), options.config)
    return 0


def _ask(options: argparse.Namespace) -> int:
    from bot.admin import ask_output
    from bot.app import matcher_for
    from bot.clock import SystemClock

    knowledge, matcher = matcher_for(options.knowledge, options.config)
    today = SystemClock().now().date()
    questions = _lines() if options.question == "-" else iter([options.question])
    for batch in _batches(questions):
        for question, match in zip(batch, matcher.match_many(batch), strict=True):
            if options.explain:
                print("\n".join(ask_output.explanation(match, matcher.tier)), file=sys.stderr)
            if options.json:
                print(json.dumps(ask_output.as_object(knowledge, question, match, today), ensure_ascii=False))
            else:
                print(ask_output.as_text(knowledge, match, today), end="\n\n" if options.question == "-" else "\n")
        sys.stdout.flush()
    return 0


def _check(options: argparse.Namespace) -> int:
    from bot.admin import check
    from bot.app import announced_folder, read_config
    from bot.clock import SystemClock
    from bot.knowledge.folder import overlooked
    from bot.knowledge.loader import load

    folder = announced_folder(read_config(options.config), options.knowledge)
    try:
        knowledge = load(folder)
        if not options.quick:
            _announce_asking(check.too_large(knowledge), check.MOST_EXAMPLES)
        remarks = check.review(knowledge, SystemClock().now().date(), quick=options.quick)
        remarks += check.remarks_of(overlooked(folder), "warning")
    except KnowledgeError as error:
        remarks = check.remarks_of(error.problems, "error")
    print((check.as_json if options.json else check.as_text)(remarks))
    return 1 if any(remark.severity == "error" for remark in remarks) else 0


def _announce_asking(too_large: bool, most: int) -> None:
    if too_large:
        print(f"policydesk: more than {most:,} questions, so they are not tried on the matcher", file=sys.stderr)
    elif sys.stderr.isatty():
        print("Trying each question on the matcher, a minute for some thousand; --quick does without.", file=sys.stderr)


def _schema(_: argparse.Namespace) -> int:
    from bot.knowledge.schema import json_schema

    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
    return 0


def _evaluate(options: argparse.Namespace) -> int:
    from bot.admin import evaluate
    from bot.app import matcher_for

    try:
        bars = [evaluate.parse_bar(bar) for bar in options.bar]
    except ValueError as error:
        raise UserError(Problem("--bar", str(error))) from None
    rows = evaluate.read_questions(options.file)
    _, matcher = matcher_for(options.knowledge, options.config)
    report = evaluate.evaluate(rows, matcher)
    print((evaluate.as_json if options.json else evaluate.as_text)(report))
    missed = [bar for bar in bars if not bar.met(report)]
    for bar in missed:
        print(f"below the bar: {bar}", file=sys.stderr)
    return 1 if missed else 0


def _doctor(options: argparse.Namespace) -> int:
    from bot import app
    from bot.admin import doctor

    findings = asyncio.run(app.examine(app.read_config(options.config)))
    print((doctor.as_json if options.json else doctor.as_text)(findings))
    return 0 if all(finding.ok for finding in findings) else 1


def _manifest(options: argparse.Namespace) -> int:
    from bot import app

    config = app.read_config(options.config)
    about = app.slack_manifest(config) if options.platform == "slack" else app.teams_manifest(config, options.website)
    text = json.dumps(about, indent=2, ensure_ascii=False)
    if options.out is None:
        print(text)
        return 0
    name, content = "slack-manifest.json", f"{text}\n".encode()
    if options.platform == "teams":
        name, content = "policydesk-teams.zip", app.teams_package(about)
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / name).write_bytes(content)
    except OSError as error:
        raise UserError(Problem("--out", f"cannot write to {options.out}: {error.strerror}.")) from None
    return 0


def _lines() -> Iterator[str]:
    """Standard input line by line, with progress on stderr where that is a terminal.

    Raises UserError at a line that is no text.
    """
    for number, line in enumerate(sys.stdin, start=1):
        if sys.stderr.isatty() and not sys.stdout.isatty():
            print(f"\r{number} questions", end="", file=sys.stderr, flush=True)
        if not _is_text(line):
            where, what = f"line {number} of standard input", f"is not {sys.stdin.encoding.upper()}."
            raise UserError(Problem(where, what, "Save it as UTF-8, or convert it with iconv."))
        yield line.rstrip("\r\n")


def _batches(questions: Iterator[str]) -> Iterator[list[str]]:
    """What is there at once is matched at once; somebody who types gets each answer as they press Enter."""
    size = 1 if sys.stdin.isatty() else BATCH
    while batch := list(islice(questions, size)):
        yield batch
