"""The house around the code: who may import whom, what is locked, what is shipped."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONTRACTS = {contract["id"]: contract["name"] for contract in PROJECT["tool"]["importlinter"]["contracts"]}


# ---- who may import whom --------------------------------------------------------------------------------------------

Violation = tuple[str, str, str]
VIOLATIONS: list[Violation] = [
    ("rooms", "bot/errors.py", "import bot.config"),
    ("rooms", "bot/matching/cues.py", "import bot.desk.handler"),
    ("rooms", "bot/domain/hours.py", "import bot.matching.media"),
    ("rooms", "bot/attic.py", ""),  # a room that nobody placed
    ("domain", "bot/domain/triage.py", "import bot.knowledge.model"),
    ("storage", "bot/storage/sql.py", "import bot.matching.match"),
    ("storage", "bot/queue/relay.py", "import bot.presentation.texts"),
    ("acyclic", "bot/desk/decide.py", "import bot.desk.handler"),
    ("acyclic", "bot/app/configuration.py", "import bot.app.platforms"),
    ("acyclic", "adapters/slack/settings.py", "import adapters.slack.adapter"),
    ("apart", "adapters/web/console.py", "import adapters.console"),
    ("apart", "adapters/console/terminal.py", "import adapters.email.mime"),
    ("apart", "adapters/http/server.py", "import adapters.web"),
    ("apart", "adapters/fax/__init__.py", ""),
    ("port", "adapters/email/messenger.py", "import bot.config"),
    ("port", "adapters/web/page_events.py", "from bot.desk.decide import decide"),
    ("port", "adapters/http/operations.py", "import bot.storage.engine"),
    ("vendors", "bot/desk/decide.py", "import aiohttp"),
    ("vendors", "bot/desk/handler.py", "from slack_sdk.web.async_client import AsyncWebClient"),
    ("vendors", "bot/app/application.py", "import botbuilder.core"),
    ("vendors", "bot/queue/relay.py", "import adapters.http"),
    ("botframework", "adapters/teams/cards.py", "import botbuilder.core"),
    ("botframework", "adapters/web/console.py", "from botframework.connector import ConnectorClient"),
    ("sql", "bot/desk/handler.py", "from sqlalchemy import text"),
    ("sql", "adapters/web/message_store.py", "import sqlite3"),
    ("product", "bot/queue/relay.py", "import tests.clock"),
    ("product", "adapters/http/server.py", "from tests.postgres import Postgres"),
]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what import-linter reads."""
    copy = tmp_path_factory.mktemp("tree")
    for package in ("bot", "adapters", "tests"):
        shutil.copytree(ROOT / package, copy / package, ignore=lambda folder, _: unread(Path(folder)))
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def unread(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_file() and path.suffix != ".py"} | {"__pycache__"}


def broken(tree: Path) -> dict[str, str]:
    """What import-linter says of each contract that it finds broken."""
    lint = Path(sys.executable).with_name("lint-imports")
    wide = os.environ | {"COLUMNS": "1000"}  # no line is folded
    done = subprocess.run([lint, "--no-cache"], cwd=tree, env=wide, capture_output=True, text=True, check=False)
    verdicts = dict(re.findall(r"^(.+?) (KEPT|BROKEN)\b", done.stdout, re.MULTILINE))
    assert verdicts.keys() == set(CONTRACTS.values()), done.stdout + done.stderr
    found = {name for name, verdict in verdicts.items() if verdict == "BROKEN"}
    assert (done.returncode != 0) is bool(found)
    _, *sections = re.split(rf"^({'|'.join(map(re.escape, found))})\n-+$", done.stdout, flags=re.MULTILINE)
    told = dict(zip(sections[::2], sections[1::2], strict=True)) if found else {}
    assert told.keys() == found, done.stdout
    return {contract: told[name] for contract, name in CONTRACTS.items() if name in found}


def test_the_tree_keeps_every_contract(tree: Path) -> None:
    assert broken(tree) == {}


def test_every_contract_has_a_deliberate_violation() -> None:
    assert {contract for contract, _, _ in VIOLATIONS} == CONTRACTS.keys()


@pytest.fixture(scope="module")
def told(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], list[re.Pattern[str]]]:
    """What is said of a tree with all the violations, and how each of them is to be named in it."""
    spoilt = shutil.copytree(tree, tmp_path_factory.mktemp("spoilt"), dirs_exist_ok=True)
    names = [spoil(spoilt, contract, file, line) for contract, file, line in VIOLATIONS]
    return broken(spoilt), names


def spoil(tree: Path, contract: str, file: str, line: str) -> re.Pattern[str]:
    """Add the line, and return how the report names it.

    That is its module with what it imports and where, a module without a place, or the folder in which a cycle is.
    """
    path = tree / file
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as source:
        source.write(f"\n{line}\n")
    module = re.escape(file.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    if not line:
        return re.compile(rf"not listed as layers:\n(?:.*\n)*- {module}$", re.MULTILINE)
    if contract == "acyclic":
        return re.compile(rf"^No cycles are allowed in {module.rpartition('.')[0].rstrip(chr(92))}\.$", re.MULTILINE)
    imported = line.split()[1]
    target = imported if imported.startswith(("bot.", "adapters.", "tests.")) else imported.partition(".")[0]
    number = len(path.read_text().splitlines())
    return re.compile(rf"^- +{module} -> {re.escape(target)} \((?:l\.\d+, )*l\.{number}\b", re.MULTILINE)


@pytest.mark.parametrize("violation", VIOLATIONS, ids=" ".join)
def test_a_deliberate_violation_breaks_its_contract(
    told: tuple[dict[str, str], list[re.Pattern[str]]], violation: Violation
) -> None:
    report, names = told
    said = report.get(violation[0], "")
    assert names[VIOLATIONS.index(violation)].search(said), said


# ---- what is locked -------------------------------------------------------------------------------------------------

LOCKS = ["requirements.lock", "requirements-dev.lock"]


def locked(lock: str) -> dict[str, list[str]]:
    """`name==version ; marker` -> its options, as the lock holds them."""
    joined = (ROOT / lock).read_text().replace("\\\n", " ")
    rows = [re.split(r"\s+(?=--)", line.strip()) for line in joined.splitlines() if line.strip()]
    return {requirement: options for requirement, *options in rows}


def named(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=~!; ]", requirement, maxsplit=1)[0]).lower()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_with_its_hashes_and_nothing_else(lock: str) -> None:
    requirements = locked(lock)
    assert requirements
    for requirement, options in requirements.items():
        assert re.match(r"[a-z0-9-]+(\[[a-z0-9,-]+\])?==\S+", requirement)
        assert options, requirement
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", option) for option in options), requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_the_extras_that_its_packages_ask_for(lock: str) -> None:
    """Or an older pip looks at the newest release of a package with an extra, and refuses it for want of a hash."""
    listed = {named(requirement): requirement for requirement in locked(lock)}
    asked = [Requirement(text) for name in listed for text in required(name)]
    here = [one for one in asked if not one.marker or one.marker.evaluate()]
    extras = {(named(one.name), extra) for one in here for extra in one.extras}
    assert extras
    assert {(name, extra) for name, extra in extras if extra not in listed.get(name, "")} == set()


def required(name: str) -> list[str]:
    """What an installed package needs, its own extras aside."""
    try:
        return [text for text in importlib.metadata.requires(name) or () if "extra ==" not in text]
    except importlib.metadata.PackageNotFoundError:
        return []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_registry(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert "index" not in text


def test_what_is_declared_is_locked() -> None:
    groups = PROJECT["dependency-groups"]
    runtime = [*PROJECT["project"]["dependencies"], *groups["build"]]
    assert {named(one) for one in runtime} <= {named(one) for one in locked("requirements.lock")}
    assert {named(one) for one in groups["dev"]} <= {named(one) for one in locked("requirements-dev.lock")}


def test_development_runs_on_what_is_shipped() -> None:
    assert locked("requirements.lock").items() <= locked("requirements-dev.lock").items()


# ---- what is shipped ------------------------------------------------------------------------------------------------


def sources(*roots: str) -> Iterator[Path]:
    """Files below folders of the project, without what running it leaves behind."""
    for root in roots:
        for path in (ROOT / root).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return ZipFile(built)


def test_the_wheel_holds_the_desk_whole_and_no_more(wheel: ZipFile) -> None:
    shipped = {path.relative_to(ROOT).as_posix() for path in sources("bot", "adapters", "knowledge")}
    held = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert held == shipped
    kinds = {(Path(name).parts[0], Path(name).suffix) for name in held}
    assert kinds >= {("bot", ".sql"), ("adapters", ".html"), ("adapters", ".css"), ("knowledge", ".yaml")}


def test_the_wheel_brings_the_command_the_licence_and_what_it_needs(wheel: ZipFile) -> None:
    about = {Path(name).name: name for name in wheel.namelist() if ".dist-info/" in name}
    assert "policydesk = bot.cli.main:main" in wheel.read(about["entry_points.txt"]).decode()
    assert "Apache License" in wheel.read(about["LICENSE"]).decode()
    metadata = Parser().parsestr(wheel.read(about["METADATA"]).decode())
    assert metadata["Name"] == "policydesk"
    needed = {named(requirement) for requirement in metadata.get_all("Requires-Dist", [])}
    assert needed == {named(requirement) for requirement in PROJECT["project"]["dependencies"]}


def test_the_project_speaks_of_no_machine() -> None:
    place = re.compile(rb"(?<![\w.:/-])/(?:home|root|Users|work|mnt|srv)/\w|[A-Z]:\\Users")
    top = [path for path in ROOT.iterdir() if path.is_file() and not path.name.startswith(".")]
    written = [*top, *sources("bot", "adapters", "knowledge", "tests", "docs", ".ci")]
    texts = [path for path in written if path.suffix != ".png"]
    assert len(texts) > 50
    assert not [str(path) for path in texts if place.search(path.read_bytes())]
