"""Which texts of the desk may be Markdown: functions whose docstring says so, and no constant."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot
from bot import plaintext
from bot.presentation import texts

ROOT = Path(bot.__file__).parent
MODULES = sorted((ROOT / "presentation/texts").glob("*_texts.py"))
USERS = sorted(path for room in ("presentation/cards", "desk", "admin") for path in (ROOT / room).rglob("*.py"))
_SPECIAL = re.compile(r"[*_`\\<>\[\]]|^\s*[#+-]\s", re.MULTILINE)


def constants() -> Iterator[str]:
    for name in sorted(vars(texts)):
        value = getattr(texts, name)
        if name.isupper() and isinstance(value, str | dict):
            yield from value.values() if isinstance(value, dict) else [value]


@pytest.mark.parametrize("text", sorted(set(constants())))
def test_a_constant_reads_the_same_as_markdown_and_as_plain_text(text: str) -> None:
    assert plaintext.prose(text) == text


def functions() -> Iterator[ast.FunctionDef]:
    for module in MODULES:
        for node in ast.parse(module.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                yield node


def written(function: ast.FunctionDef) -> str:
    """The words that stand in a function itself, in what it returns as well as in between."""
    words = [node.value for each in function.body[1:] for node in ast.walk(each) if isinstance(node, ast.Constant)]
    return "\n".join(word for word in words if isinstance(word, str))


@pytest.mark.parametrize("function", list(functions()), ids=lambda function: function.name)
def test_a_function_that_writes_markdown_says_so(function: ast.FunctionDef) -> None:
    if "Markdown" not in (ast.get_docstring(function) or ""):
        assert not _SPECIAL.search(written(function))


def unescaped(node: ast.AST) -> Iterator[str]:
    """The functions of `texts` that are called in an expression, but for what it gives to `escape`."""
    if isinstance(node, ast.Call):
        if ast.unparse(node.func) == "escape":
            return
        if (name := ast.unparse(node.func)).startswith("texts."):
            yield name.removeprefix("texts.")
    for child in ast.iter_child_nodes(node):
        yield from unescaped(child)


@pytest.mark.parametrize("module", USERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_put_into_markdown_as_it_is_was_written_as_markdown(module: Path) -> None:
    says_so = {each.name for each in functions() if "Markdown" in (ast.get_docstring(each) or "")}
    calls = [node for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    rendered = [call for call in calls if ast.unparse(call.func).split(".")[-1] in {"Markdown", "markdown_message"}]

    assert [name for call in rendered for each in call.args for name in unescaped(each) if name not in says_so] == []
