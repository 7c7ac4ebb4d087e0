"""The command line as somebody meets it who mistypes, asks for help, or has a folder of their own."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import cli

KNOWLEDGE = Path(__file__).parents[1] / "data" / "knowledge"

# ---- help and usage -------------------------------------------------------------------------------------------------


def commands(parser: argparse.ArgumentParser, *names: str) -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    """Every command and subcommand below a parser by its names, the parser itself first."""
    yield names, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield from commands(below, *names, name)


COMMANDS = dict(commands(cli._parser()))


def test_the_subcommands_are_found_too() -> None:
    assert {("ask",), ("cases",), ("cases", "hold")} < COMMANDS.keys()


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


# ---- which configuration, and which knowledge base ------------------------------------------------------------------

READING = (
    ["ask", "may I bring coffee"],
    ["check"],
    ["eval", "questions.yaml"],
    ["insights"],
    ["cases", "open", "--about", "the cellar"],
    ["serve"],
    ["chat"],
    ["doctor"],
)
"""Each command that reads a knowledge base."""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a configuration that names a folder of its own, and a file of questions."""
    (tmp_path / "policydesk.yaml").write_text("knowledge: ours\n", encoding="utf-8")
    (tmp_path / "questions.yaml").write_text("- {q: may I bring coffee, expect: none}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_command_but_schema_can_be_told_its_configuration() -> None:
    without = {names for names, parser in COMMANDS.items() if "--config" not in parser.format_help()}
    assert without == {(), ("cases",), ("schema",)}


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_the_configured_folder_is_read_and_named(
    here: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """It does not exist here, so that no command gets as far as to learn it."""
    expected = 1 if command[0] in {"check", "doctor"} else 2
    assert cli.main(command) == expected
    said = capsys.readouterr()
    assert said.err.splitlines().count(f"policydesk: knowledge from {here / 'ours'}") == 1
    assert "knowledge from" not in said.out
    assert "This folder does not exist" in said.out + said.err


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_a_configuration_that_is_broken_is_a_sentence(
    here: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "policydesk.yaml").write_text("knowlege: ours\n", encoding="utf-8")
    assert cli.main(command) == 2
    assert capsys.readouterr().err.startswith("policydesk: knowlege: ")


def test_check_reads_what_it_is_told_to(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    elsewhere = here / "elsewhere.yaml"
    elsewhere.write_text(f"knowledge: {KNOWLEDGE}\n", encoding="utf-8")
    for told in (["--config", str(elsewhere)], ["--knowledge", str(KNOWLEDGE)]):
        assert cli.main(["check", "--quick", "--json", *told]) == 0
        said = capsys.readouterr()
        assert said.err == f"policydesk: knowledge from {KNOWLEDGE}\n"
        assert isinstance(json.loads(said.out), dict | list)


def test_with_no_configuration_it_is_the_one_that_ships(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["check", "--quick"]) == 0
    assert f"knowledge from {Path(cli.__file__).parents[1] / 'knowledge'}\n" in capsys.readouterr().err
