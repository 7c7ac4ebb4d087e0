"""The command `policydesk`. Exit codes: 0 success, 1 the answer is "no", 2 bad usage or configuration.

`serve` ends with 70 if a task of the desk keeps failing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version

from bot import logs
from bot.cli import case_commands, data_commands, knowledge_commands, serve_commands, setup_commands
from bot.cli.command_parsers import commands_of
from bot.cli.standard_streams import discard_output, flush_output, is_text, prepare_streams
from bot.errors import PolicyDeskError, Problem, UserError

_INTERRUPTED = 130  # what a shell reports for a program that Ctrl-C ended


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code. What the user did wrong becomes a sentence on standard error."""
    prepare_streams()
    try:
        try:
            return _run(arguments)
        finally:
            flush_output()
    except UserError as error:
        for problem in error.problems:
            print(f"policydesk: {logs.printable(str(problem))}", file=sys.stderr)
    except PolicyDeskError as error:
        print(f"policydesk: {logs.printable(str(error))}", file=sys.stderr)
    except BrokenPipeError:  # the program that reads our output has read enough
        discard_output()
        return 0
    except KeyboardInterrupt:
        return _INTERRUPTED
    return 2


def _run(arguments: Sequence[str] | None) -> int:
    options = command_parser().parse_args(arguments)
    logs.configure()
    _require_text(options)
    return int(options.run(options))


def command_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line; each command carries the function that runs it as `run`."""
    parser = argparse.ArgumentParser(
        prog="policydesk", description="Policy answers for staff, enquiries for the press office."
    )
    parser.add_argument("--version", action="version", version=version("policydesk"))
    add = commands_of(parser, "COMMAND")
    for group in (serve_commands, knowledge_commands, setup_commands, case_commands, data_commands):
        group.add_commands(add)
    return parser


def _require_text(options: argparse.Namespace) -> None:
    """Raise UserError if an argument holds undecodable bytes. A path may hold any bytes."""
    for value in vars(options).values():
        for given in value if isinstance(value, list) else [value]:
            if isinstance(given, str) and not is_text(given):
                what = f"is not {sys.getfilesystemencoding().upper()}."
                raise UserError(Problem(f"argument {given!a}", what, "Set the terminal and LANG to UTF-8."))
