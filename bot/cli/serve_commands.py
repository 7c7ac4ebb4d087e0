"""`policydesk serve` and `policydesk chat`: the commands that run a desk."""

from __future__ import annotations

import argparse
import logging
import sys

from bot.cli.command_parsers import AddCommand, add_config_option, announced_folder
from bot.cli.standard_streams import flush_output, standard_input, write_line

_EXAMPLE = (
    "These answers are an example, written for this project from a public document; nobody has approved them. "
    "Set `knowledge` to a folder of your own."
)


def add_commands(add: AddCommand) -> None:
    """Add them to the command line."""
    add_config_option(add("serve", _serve, "Run every configured platform; with none, the browser console."))
    add_config_option(add("chat", _chat, "Talk to the desk in this terminal."))


def _serve(options: argparse.Namespace) -> int:
    from bot.app.configuration import read_config
    from bot.app.serving import serve

    config = read_config(options.config)
    announced_folder(config)
    if not config.knowledge:
        _announce(_EXAMPLE)
    return serve(config, _announce)


def _announce(line: str) -> None:
    write_line(line)
    flush_output()


def _chat(options: argparse.Namespace) -> int:
    from bot.app.configuration import read_config
    from bot.app.serving import chat

    logging.getLogger().setLevel(logging.WARNING)  # the terminal belongs to the conversation
    source = standard_input()
    config = read_config(options.config)
    announced_folder(config)
    chat(config, source, sys.stdout, for_trial=options.config is None)
    return 0
