"""How commands are added to the command line, and the options that several of them share."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from bot import logs
from bot.config import Config

Run = Callable[[argparse.Namespace], int]
"""Runs a command with its options. Returns the exit code."""


class AddCommand(Protocol):
    """Adds a command to a command line."""

    def __call__(self, name: str, run: Run | None, help_: str) -> argparse.ArgumentParser:
        """Return the parser of the new command. `run` is None if only its subcommands can be run."""
        ...


def commands_of(parser: argparse.ArgumentParser, metavar: str) -> AddCommand:
    """Return what adds commands below a parser. A command's options carry the function that runs it as `run`."""
    commands = parser.add_subparsers(required=True, metavar=metavar)

    def add(name: str, run: Run | None, help_: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=help_, description=help_)
        if run is not None:
            command.set_defaults(run=run)
        return command

    return add


def add_config_option(command: argparse.ArgumentParser) -> None:
    """Add `--config FILE`; read it with `bot.app.configuration.read_config`."""
    command.add_argument(
        "--config", type=Path, metavar="FILE", help="a configuration (default: ./policydesk.yaml where there is one)"
    )


def add_knowledge_option(command: argparse.ArgumentParser) -> None:
    """Add `--knowledge DIR`; read it with `announced_folder`."""
    command.add_argument("--knowledge", type=Path, metavar="DIR", help="a knowledge base (default: the configured one)")


def announced_folder(config: Config, given: Path | None = None) -> Path:
    """Return the folder whose knowledge base a command reads, and name it on standard error.

    It is the configured folder unless one is given.
    """
    from bot.app.configuration import knowledge_folder

    folder = given or knowledge_folder(config)
    print(f"policydesk: knowledge from {logs.printable(str(folder.absolute()))}", file=sys.stderr)
    return folder
