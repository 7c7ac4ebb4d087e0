"""YAML with numbers, dates and anchors, as configurations and question files are written.

Knowledge files are read by `yamlfile`, which takes plain text alone.
"""

from __future__ import annotations

import unicodedata

import yaml
from yaml.composer import ComposerError

from bot.errors import ConfigurationError, Problem
from bot.knowledge.file_text import decode

MAX_BYTES = 1_000_000
"""The size of the largest configuration that is read."""

_MAX_DEPTH = 20
_INVISIBLE = {"Cc", "Cs"}  # control characters, and halves of a character: both can be written as escapes in quotes


class TypedLoader(yaml.SafeLoader):
    """Builds values as PyYAML does, and raises YAMLError where a file is no YAML or nested too deeply.

    `problems` collects, each with its place, what PyYAML lets through or has another exception for: keys that stand
    twice, characters that do not belong in text, and dates and numbers that do not exist.
    """

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name
        self.problems: list[Problem] = []
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Return the next node. Raises YAMLError where reading on could exhaust the stack."""
        if self._depth == _MAX_DEPTH:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise ComposerError(None, None, f"it is nested more than {_MAX_DEPTH} levels deep", mark)
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def compose_scalar_node(self, anchor: dict[str, yaml.Node]) -> yaml.ScalarNode:
        """Return a text, number or date, and note what does not belong in it."""
        node = super().compose_scalar_node(anchor)
        for letter in node.value:
            if letter not in "\n\t" and unicodedata.category(letter) in _INVISIBLE:
                what = f"holds the invisible character U+{ord(letter):04X}, which does not belong in text."
                self._note(node, what, "Take it out.")
                break
        return node

    def compose_mapping_node(self, anchor: dict[str, yaml.Node]) -> yaml.MappingNode:
        """Return a mapping, and note each key that stands in it twice: YAML would take the last and drop the others."""
        node = super().compose_mapping_node(anchor)
        first: dict[str, int] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in first:
                what = f"the key `{key.value[:40]}` stands here a second time; first on line {first[key.value]}."
                self._note(key, what, "Keep one of the two.")
            first.setdefault(key.value, key.start_mark.line + 1)
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> object:
        """Return the value of a node; None, with a note, for a date or a number that does not exist."""
        try:
            return super().construct_object(node, deep)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            what = f"holds a date or a number that does not exist: {error}."
            self._note(node, what, "Mend it; if it is meant as text, put it in quotation marks.")
            return None

    def _note(self, node: yaml.Node, what: str, fix: str) -> None:
        self.problems.append(Problem(f"{self.name}:{node.start_mark.line + 1}", what, fix))


def read(name: str, data: bytes) -> object:
    """Return the value of a file. Raises ConfigurationError with everything that is wrong with it as YAML."""
    text = decode(name, data)
    if isinstance(text, Problem):
        raise ConfigurationError(text)
    loader = TypedLoader(name, text)
    try:
        value = loader.get_single_data()
    except yaml.YAMLError as error:
        raise ConfigurationError(*loader.problems, not_yaml(name, error)) from None
    if loader.problems:
        raise ConfigurationError(*loader.problems)
    return value


def not_yaml(name: str, error: yaml.YAMLError) -> Problem:
    """Return the parser's error as a problem with its place."""
    mark = getattr(error, "problem_mark", None)
    where = f"{name}:{mark.line + 1}" if mark else name
    return Problem(where, f"is not YAML: {getattr(error, 'problem', None) or error}.", "Mend that line.")
