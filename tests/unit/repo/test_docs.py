"""The documents beside the code: what they name exists, and the picture of the rooms shows what is imported."""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
GUIDES = [path for path in DOCUMENTS if path.name != "CHANGELOG.md"]
"""The documents that speak of today. A changelog may name what is no longer there."""
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"(?:bot|adapters|tests|docs|knowledge)/[\w./*-]*|[\w.-]+\.(?:md|toml|yaml)")
_BASE = {
    "errors",
    "clock",
    "text",
    "messages",
    "markdown",
    "plaintext",
    "ports",
    "config",
    "logs",
    "outlets",
    "private_files",
}


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


# ---- links and paths ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    targets = [target for target in _LINK.findall(document.read_text(encoding="utf-8")) if ":" not in target]

    assert [target for target in targets if not leads(document, target)] == []


def leads(document: Path, target: str) -> bool:
    """Whether the file of a link exists and, with `#…`, its heading."""
    path, _, heading = target.partition("#")
    file = document.parent / path if path else document
    return file.exists() and (not heading or heading in set(headings(file)))


def headings(document: Path) -> Iterator[str]:
    """What links to the headings of a document are made of."""
    for line in document.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            plain = re.sub(r"[^\w\s-]", "", line.lstrip("#").strip().lower())
            yield plain.replace(" ", "-")


@pytest.mark.parametrize("document", GUIDES, ids=named)
def test_every_file_that_a_guide_names_exists(document: Path) -> None:
    spans = _CODE.findall(document.read_text(encoding="utf-8"))
    paths = [span for span in spans if _PATH.fullmatch(span) and "/" in span]

    assert [path for path in paths if not any(ROOT.glob(path.rstrip("/")))] == []


# ---- identifiers ----------------------------------------------------------------------------------------------------


@cache
def names_in(folder: str) -> frozenset[str]:
    """Every name in the code of a folder. A word of a comment or of a text is none."""
    found = set()
    for path in (ROOT / folder).rglob("*.py"):
        with path.open("rb") as file:
            found |= {token.string for token in tokenize.tokenize(file.readline) if token.type == tokenize.NAME}
    return frozenset(found)


def test_every_identifier_of_the_glossary_exists() -> None:
    spans = _CODE.findall((ROOT / "docs/glossary.md").read_text(encoding="utf-8"))
    identifiers = {name for span in spans if not _PATH.fullmatch(span) for name in re.findall(r"[A-Za-z_]\w*", span)}

    assert identifiers - names_in("bot") == set()


@pytest.mark.parametrize("record", sorted((ROOT / "docs/adr").glob("0*.md")), ids=named)
def test_every_test_that_holds_a_decision_exists(record: Path) -> None:
    tests = set(re.findall(r"`(test_\w+)`", record.read_text(encoding="utf-8")))

    assert tests - names_in("tests") == set()


def test_the_index_lists_every_decision() -> None:
    index = (ROOT / "docs/adr/README.md").read_text(encoding="utf-8")

    assert sorted(re.findall(r"\]\((0[^)]+)\)", index)) == sorted(
        path.name for path in (ROOT / "docs/adr").glob("0*.md")
    )


# ---- the picture of the rooms ---------------------------------------------------------------------------------------


def test_the_picture_shows_who_imports_whom() -> None:
    picture = (ROOT / "README.md").read_text(encoding="utf-8").partition("```mermaid")[2].partition("```")[0]
    drawn = {(one, other) for one, other in re.findall(r"^\s*(\w+) --> (\w+)$", picture, re.MULTILINE)}

    assert drawn - imports() == set()
    assert imports() - ways(drawn) == set()


def imports() -> set[tuple[str, str]]:
    """(room, room that it imports from). The adapters are one."""
    found = set()
    for path in [*(ROOT / "bot").rglob("*.py"), *(ROOT / "adapters").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.ImportFrom) and node.module:
                modules = [f"{node.module}.{alias.name}" for alias in node.names]
            elif isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            else:
                continue
            found |= {
                (room(path.relative_to(ROOT).with_suffix("").parts), room(tuple(each.split(".")))) for each in modules
            }
    return {(one, other) for one, other in found if one and other and one != other}


def room(parts: tuple[str, ...]) -> str:
    """The room of a module; empty for what is not ours."""
    if parts[0] == "adapters":
        return "adapters"
    if parts[0] != "bot" or len(parts) < 2 or parts[1] == "__init__":
        return ""
    return "base" if parts[1] in _BASE else parts[1]


def ways(drawn: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Every pair of which the second is reached from the first along the arrows."""
    reached = drawn
    while (more := reached | {(a, d) for (a, b), (c, d) in product(reached, drawn) if b == c}) != reached:
        reached = more
    return reached


# ---- the Makefile ---------------------------------------------------------------------------------------------------


def test_make_help_tells_of_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = {target for line in re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE) for target in line.split()}

    assert targets - set(re.findall(r"^## ([\w-]+) ", makefile, re.MULTILINE)) == set()
