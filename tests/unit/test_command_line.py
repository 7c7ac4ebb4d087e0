"""The command line as somebody meets it who mistypes, asks for help, or has a folder of their own."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import pytest

from bot import cli


def commands(parser: argparse.ArgumentParser, *names: str) -> Iterator[tuple[str, ...]]:
    """The names of every command and subcommand below a parser, itself first."""
    yield names
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield from commands(below, *names, name)


COMMANDS = list(commands(cli._parser()))


def test_the_subcommands_are_found_too() -> None:
    assert {("ask",), ("cases",), ("cases", "hold")} < set(COMMANDS)


@pytest.mark.parametrize("names", COMMANDS, ids=" ".join)
def test_every_command_has_its_help(names: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([*names, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(" ".join(["usage: policydesk", *names]))


@pytest.mark.parametrize("names", COMMANDS, ids=" ".join)
def test_every_command_answers_a_usage_error_with_its_usage(
    names: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([*names, "--no-such-option"])
    said = capsys.readouterr()
    assert ended.value.code == 2
    assert said.out == ""
    assert said.err.startswith("usage: policydesk")
    assert "error: " in said.err.splitlines()[-1]
