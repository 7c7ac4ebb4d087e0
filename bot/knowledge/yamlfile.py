"""One YAML file as a tree of plain values with their line numbers.

Every scalar stays the text that was written: `no`, `12:30` and `2027-05-24` are strings here, and the schema converts
dates. A knowledge base needs only keys, lists and text. YAML's other features (anchors, tags, merge keys, several
documents) surprise people who do not program, so they are refused with a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from bot.errors import Problem
from bot.knowledge.file_text import LINE_BREAK, decode
from bot.knowledge.yaml_problems import yaml_problem

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # SafeLoader is ten times slower but always available
_MAX_DEPTH = 12
_EMPTY = frozenset({"~", "null", "Null", "NULL"})
_REMARK = re.compile(r"[ \t]+#[^\s#]")
_RUN_ON = re.compile(r"[ \t]*-[ \t]")

Value = str | list["Node"] | dict[str, "Node"]


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it stands."""

    value: Value
    """Empty text if nothing is written."""

    line: int
    """Counted from 1."""

    key_line: int
    """The line of its key; for an item of a list, its own line."""

    def plain(self) -> object:
        """Return the value without lines, as strings, lists and dicts."""
        if isinstance(self.value, list):
            return [item.plain() for item in self.value]
        if isinstance(self.value, dict):
            return {key: item.plain() for key, item in self.value.items()}
        return self.value

    def at(self, *path: str) -> Iterator[Node]:
        """Yield the nodes at a path of keys, where `*` stands for every item of a list. Missing keys yield nothing."""
        if not path:
            yield self
        elif path[0] == "*" and isinstance(self.value, list):
            for item in self.value:
                yield from item.at(*path[1:])
        elif isinstance(self.value, dict) and path[0] in self.value:
            yield from self.value[path[0]].at(*path[1:])


def parse(name: str, data: bytes) -> tuple[Node | None, list[Problem]]:
    """Return the tree of a file (None if it cannot be read) and everything that is wrong with it as YAML."""
    text = decode(name, data)
    if isinstance(text, Problem):
        return None, [text]
    reader = _Reader(name, text)
    try:
        root = reader.document()
    except yaml.YAMLError as error:
        return None, [*reader.problems, yaml_problem(name, error, reader.lines)]
    except _TooDeep as error:
        return None, [*reader.problems, error.problem]
    return root, reader.problems


class _TooDeep(Exception):
    """The file is nested deeper than any knowledge base; to read on could exhaust the stack."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class _Reader:
    """Builds the tree from the parser's events and collects what is not allowed."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.lines = LINE_BREAK.split(text)
        self.problems: list[Problem] = []
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=_LOADER)

    def document(self) -> Node | None:
        next(self._events)  # the stream starts
        if isinstance(next(self._events), yaml.StreamEndEvent):
            self._note(1, "The file is empty.", "Write something in it, or take it out of the folder.")
            return None
        root = self._node(next(self._events), None, 0)
        next(self._events)  # the document ends
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            self._note(_line(after), "The line --- begins a second document in this file.", "Take the line out.")
            for _ in self._events:  # so that a mistake further down is reported too
                pass
        return root

    def _node(self, event: yaml.Event, key_line: int | None, depth: int) -> Node:
        line = _line(event)
        if depth > _MAX_DEPTH:
            raise _TooDeep(
                Problem(
                    f"{self.name}:{line}", "The file is nested too deeply here.", "Check the indentation and brackets."
                )
            )
        self._refuse_extras(event, line)
        value: Value
        if isinstance(event, yaml.SequenceStartEvent):
            value = self._sequence(depth)
        elif isinstance(event, yaml.MappingStartEvent):
            value = self._mapping(depth)
        elif isinstance(event, yaml.ScalarEvent):
            value = self._scalar(event, in_list=key_line is None)
        else:
            value = "(an alias)"
        return Node(value, line, key_line or line)

    def _sequence(self, depth: int) -> list[Node]:
        items = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, None, depth + 1))
        return items

    def _mapping(self, depth: int) -> dict[str, Node]:
        found: dict[str, Node] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            line = _line(event)
            key = self._node(event, None, depth + 1).value
            node = self._node(next(self._events), line, depth + 1)
            if not isinstance(key, str):
                self._note(line, "A key must be a word.", "Write a key, a colon and what it holds.")
            elif key == "<<":
                self._note(line, "Merge keys (<<) are not allowed.", "Write the keys out.")
            elif key in found:
                fix = "Keep one of the two."
                self._note(
                    line, f"The key `{shown(key)}` stands here a second time; first on line {found[key].key_line}.", fix
                )
            else:
                found[key] = node
        return found

    def _scalar(self, event: yaml.ScalarEvent, *, in_list: bool) -> str:
        if event.style:  # quoted, or a block of text: taken as it is written
            return str(event.value)
        self._refuse_lost_text(event)
        return "" if event.value in _EMPTY and not in_list else str(event.value)

    def _refuse_extras(self, event: yaml.Event, line: int) -> None:
        """Report anchors, aliases and tags. They are usually plain text that begins with `&`, `*` or `!`."""
        if isinstance(event, yaml.AliasEvent):
            sign = "*"
        elif getattr(event, "anchor", None) is not None:
            sign = "&"
        elif getattr(event, "tag", None) is not None:
            sign = "!"
        else:
            return
        what = f"Text that begins with {sign} has a special meaning in YAML, which is not allowed here."
        self._note(line, what, "Put quotes round the whole text, or write the value out.")

    def _refuse_lost_text(self, event: yaml.ScalarEvent) -> None:
        """Report two mistakes that YAML accepts without an error.

        ` #word` cuts a text short, and a `- ` that is indented too far is read as part of the item above.
        """
        if event.start_mark is None or event.end_mark is None:
            return
        first, last = event.start_mark.line, event.end_mark.line
        rest = self.lines[last][event.end_mark.column :] if last < len(self.lines) else ""
        if _REMARK.match(rest):
            what = f"The text ends before {shown(rest.strip())}, because YAML reads a # after a space as a remark."
            self._note(last + 1, what, "Put quotes round the whole text; if it is a remark, put a space after the #.")
        for number in range(first + 1, min(last + 1, len(self.lines))):
            if _RUN_ON.match(self.lines[number]):
                what = "This line begins with - but stands further in than the item above, so it is read as part of it."
                self._note(number + 1, what, "Put its - exactly below the one above.")

    def _note(self, line: int, what: str, fix: str) -> None:
        self.problems.append(Problem(f"{self.name}:{line}", what, fix))


def shown(text: str) -> str:
    """Return a piece of the file for use in a sentence: on one line, at most 40 characters."""
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark is not None else 1
