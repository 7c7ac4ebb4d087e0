"""The command line as somebody meets it who mistypes, asks for help, or has a folder of their own."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout, suppress
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest

from bot.cli import main as cli
from bot.clock import SystemClock
from bot.matching import adapters
from bot.storage.engine import Store
from tests.unit.matching.test_sentence_encoder import write_model

KNOWLEDGE = Path(__file__).parents[2] / "data" / "knowledge"

# ---- help and usage -------------------------------------------------------------------------------------------------


def commands(*names: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every command and subcommand below these names with its help, the command of these names first."""
    with redirect_stdout(StringIO()) as said, suppress(SystemExit):
        cli.main([*names, "--help"])
    yield names, said.getvalue()
    for name in re.findall(r"^ {4}([a-z-]+)\b", said.getvalue(), re.MULTILINE):
        yield from commands(*names, name)


COMMANDS = dict(commands())


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


# ---- standard streams that are closed or full -----------------------------------------------------------------------


def redirected(redirection: str, *arguments: str, unbuffered: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, with a redirection as a shell writes it."""
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    command = shlex.join([sys.executable, "-c", "from bot.cli.main import main; raise SystemExit(main())", *arguments])
    return subprocess.run(
        ["sh", "-c", f"{command} {redirection}"], capture_output=True, text=True, check=False, env=environment
    )


@pytest.mark.parametrize("command", [["ask", "-"], ["chat"]], ids=" ".join)
def test_a_closed_standard_input_is_a_sentence(command: list[str]) -> None:
    done = redirected("<&-", *command)
    assert done.returncode == 2
    assert done.stderr == "policydesk: standard input: is closed. Leave out <&-, or redirect a file into it.\n"


@pytest.mark.usefixtures("quick")
def test_a_question_of_the_command_line_needs_no_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert cli.main(["ask", "may I bring coffee into the reading room"]) == 0
    assert "Yes, in a closed cup." in capsys.readouterr().out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize(("command", "unbuffered"), [("schema", ""), ("schema", "1"), ("--help", "")])
def test_a_full_disk_is_a_sentence(command: str, unbuffered: str) -> None:
    done = redirected("> /dev/full", command, unbuffered=unbuffered)
    assert done.returncode == 2
    said = "policydesk: standard output: cannot be written: No space left on device. Redirect it to another place.\n"
    assert done.stderr == said


def test_a_reader_that_has_gone_is_no_failure() -> None:
    reads, writes = os.pipe()
    os.close(reads)
    command = [sys.executable, "-c", "from bot.cli.main import main; raise SystemExit(main())", "schema"]
    done = subprocess.run(command, stdout=writes, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writes)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize("stream", [">&-", "2>&-"])
def test_a_closed_output_is_as_one_that_nobody_reads(stream: str) -> None:
    done = redirected(stream, "check", "--quick")
    assert done.returncode == 0
    assert "knowledge from" not in done.stdout
    assert ("knowledge from" in done.stderr) is (stream == ">&-")


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
    without = {names for names, told in COMMANDS.items() if "--config" not in told}
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
    assert f"knowledge from {Path(cli.__file__).parents[2] / 'knowledge'}\n" in capsys.readouterr().err


# ---- bytes that are no text, and text that is no bytes --------------------------------------------------------------


@pytest.fixture
def quick(here: Path) -> None:
    """A small knowledge base, matched by words alone, which is learned in a moment."""
    settings = f"knowledge: {KNOWLEDGE}\nmatching: {{encoder: 'off', cache: learned}}\n"
    (here / "policydesk.yaml").write_text(settings, encoding="utf-8")


def typed(data: bytes, encoding: str = "utf-8") -> TextIOWrapper:
    """Standard input as it is in a terminal of that encoding."""
    return TextIOWrapper(BytesIO(data), encoding=encoding)


@pytest.mark.usefixtures("quick")
def test_standard_input_that_is_not_utf_8_is_refused_at_its_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", typed(b"may I bring coffee\n\xff\xfe\n"))
    assert cli.main(["ask", "-"]) == 2
    refused = "policydesk: line 2 of standard input: is not UTF-8. Save it as UTF-8, or convert it with iconv."
    assert capsys.readouterr().err.splitlines()[-1] == refused


@pytest.mark.usefixtures("quick")
def test_chat_goes_on_after_a_line_that_is_not_utf_8(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", typed(b"\xff\xfe\nmay I bring coffee into the reading room\n"))
    assert cli.main(["chat"]) == 0
    said = capsys.readouterr().out
    assert "That line cannot be read: it is not UTF-8." in said
    assert "Yes, in a closed cup." in said


@pytest.mark.parametrize(
    "command",
    [
        ["ask", "caf\udce9"],
        ["cases", "show", "M-\udcff"],
        ["cases", "open", "--about", "caf\udce9"],
        ["forget", "slack:\udcff"],
        ["eval", "questions.yaml", "--bar", "right>=85", "--bar", "\udcff"],
    ],
    ids=ascii,
)
def test_an_argument_that_is_no_text_is_refused(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """So Python hands over bytes that it cannot decode."""
    assert cli.main(command) == 2
    said = capsys.readouterr().err
    assert said.startswith("policydesk: argument ")
    assert "is not UTF-8. Set the terminal and LANG to UTF-8." in said


def test_a_folder_of_any_bytes_can_be_named(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = here / "b\udcfccher"
    folder.mkdir()
    written = BytesIO()
    monkeypatch.setattr(sys, "stdout", TextIOWrapper(written, encoding="utf-8", write_through=True))
    assert cli.main(["check", "--knowledge", str(folder)]) == 1
    assert rb"b\udcfccher" in written.getvalue()


@pytest.mark.usefixtures("quick")
def test_standard_output_that_is_not_utf_8_gets_escapes_as_in_json(monkeypatch: pytest.MonkeyPatch) -> None:
    written = BytesIO()
    monkeypatch.setattr(sys, "stdout", TextIOWrapper(written, encoding="ascii", write_through=True))
    question = "may I bring a café crème 🙂"
    assert cli.main(["ask", "--json", question]) == 0
    assert json.loads(written.getvalue())["question"] == question


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"knowledge: caf\xe9\n", ":1: The file is not UTF-8"),
        ("knowledge: ours\n".encode("utf-16"), ":1: The file is saved as UTF-16"),
        (b"knowledge: ours\n# \x01\n", ":2: This line has an invisible character (U+0001)"),
        (b"knowledge: 2026-02-30\n", ":1: holds a date or a number that does not exist: day is out of range"),
    ],
)
def test_a_configuration_that_is_no_text_is_refused(
    here: Path, content: bytes, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "policydesk.yaml").write_bytes(content)
    assert cli.main(["check", "--quick"]) == 2
    assert capsys.readouterr().err.startswith(f"policydesk: policydesk.yaml{said}")


def test_an_export_into_a_place_that_cannot_be_written(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{here}/desk.db"
    store = Store(url, SystemClock())
    store.open()
    store.close()
    (here / "policydesk.yaml").write_text(f"database: {url}\n", encoding="utf-8")
    for place in (here / "nowhere" / "cases.json", here):
        assert cli.main(["cases", "export", "--out", str(place)]) == 2
        assert capsys.readouterr().err.startswith(f"policydesk: --out: cannot write {place}: ")


# ---- tune ----------------------------------------------------------------------------------------------------------


def to_be_learned(here: Path) -> str:
    """The configuration, written beside a small knowledge base and a small encoder."""
    model = write_model(here / "model")
    knowledge = here / "knowledge"
    knowledge.mkdir()
    asked = [f"may i {verb} {what} {where}" for verb in ("post", "tweet") for what in "abc" for where in ("here", "?")]
    eaten = [f"may i eat {what} {where}" for what in "abcdef" for where in ("here", "?")]
    entries = [{"id": "post", "questions": asked, "answer": "Yes."}, {"id": "eat", "questions": eaten, "answer": "No."}]
    (knowledge / "all.yaml").write_text(json.dumps({"entries": entries}), encoding="utf-8")
    settings = f"knowledge: {knowledge}\nmatching: {{encoder: {model}, cache: learned}}\n"
    (here / "policydesk.yaml").write_text(settings, encoding="utf-8")
    return settings


def test_tune_learns_once_and_ask_says_what_it_uses(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = to_be_learned(here)
    assert cli.main(["ask", "may i eat"]) == 0
    assert "no adapter" in capsys.readouterr().err
    assert cli.main(["tune"]) == 0
    assert "learned the adapter learned " in capsys.readouterr().err
    assert cli.main(["tune"]) == 0
    assert "nothing to learn" in capsys.readouterr().err
    assert cli.main(["ask", "may i eat"]) == 0
    assert "adapter learned " in capsys.readouterr().err
    (here / "policydesk.yaml").write_text(settings.replace("}", ", tune: off}"), encoding="utf-8")
    assert cli.main(["ask", "may i eat"]) == 0
    assert "no adapter" in capsys.readouterr().err


def test_tune_says_before_it_learns_that_it_cannot_write(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def learn(*_: object) -> None:
        raise AssertionError("it has learned")

    to_be_learned(here)
    monkeypatch.setattr(adapters, "learn_adapters", learn)
    shared = here / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    assert cli.main(["tune", "--out", str(shared / "a.arrays")]) == 2
    assert "cannot be written: other users may write to the folder" in capsys.readouterr().err


@pytest.mark.usefixtures("quick")
def test_tune_without_an_encoder_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["tune"]) == 2
    assert "there is no sentence encoder that could learn" in capsys.readouterr().err


# ---- triage ---------------------------------------------------------------------------------------------------------


def test_triage_says_what_is_read_from_a_message(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    config = tmp_path / "policydesk.yaml"
    config.write_text(f'knowledge: {KNOWLEDGE}\nmatching: {{encoder: "off"}}\n', encoding="utf-8")
    words = "The BBC rang from 07700 900123, they need it by 5pm ET"
    assert cli.main(["triage", "--json", "--config", str(config), "--at", "2026-11-10T14:20", words]) == 0
    read = json.loads(capsys.readouterr().out)
    assert (read["deadline"], read["deadline_known"], read["read_from"]) == (
        "2026-11-10T22:00:00+00:00",
        True,
        "5pm ET",
    )
    assert (read["contact"], read["callback"], read["urgent"]) == ("07700 900123", "", False)
    assert (
        cli.main(["triage", "--config", str(config), "--deadline-field", "--at", "2026-11-10T14:20", "Weds noon"]) == 0
    )
    assert "deadline: 2026-11-11T12:00:00+00:00" in capsys.readouterr().out


def test_triage_at_no_time_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["triage", "--at", "soon", "the BBC rang"]) == 2
    assert capsys.readouterr().err == "policydesk: --at: soon is no time. Write it as 2026-11-10T14:20.\n"
