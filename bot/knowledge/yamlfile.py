"""One YAML file, read into plain values that know their lines.

Every scalar stays the text that was written: `no`, `12:30` and `2027-05-24` are three words here, and the schema
makes a date of what should be one. What YAML can do beyond keys, lists and text (anchors, tags, merge keys, several
documents) has no use in a knowledge base and surprises people who do not program, so it is refused with a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from bot.errors import Problem
from bot.knowledge.syntax import LINE_BREAK, decode, explain

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the second is ten times slower and always there
_MAX_DEPTH = 12
_NOTHING = frozenset({"~", "null", "Null", "NULL"})
_REMARK = re.compile(r"[ \t]+#[^\s#]")
_RUN_ON = re.compile(r"[ \t]*-[ \t]")

Value = str | list["Node"] | dict[str, "Node"]


@dataclass(frozen=True, slots=True)
class Node:
    """A value (empty text where nothing is written) and its line. `key_line` is the line of its key, or its own."""

    value: Value
    line: int
    key_line: int

    def plain(self) -> object:
        """The value alone, of strings, lists and dicts."""
        if isinstance(self.value, list):
            return [item.plain() for item in self.value]
        if isinstance(self.value, dict):
            return {key: item.plain() for key, item in self.value.items()}
        return self.value

    def at(self, *path: str) -> Iterator[Node]:
        """The nodes at a path of keys, where `*` is every item of a list; what is not there is passed over."""
        if not path:
            yield self
        elif path[0] == "*" and isinstance(self.value, list):
            for item in self.value:
                yield from item.at(*path[1:])
        elif isinstance(self.value, dict) and path[0] in self.value:
            yield from self.value[path[0]].at(*path[1:])


def parse(name: str, data: bytes) -> tuple[Node | None, list[Problem]]:
    """The tree of a file, None where there is none to be had, and everything that is wrong with it as YAML."""
    text = decode(name, data)
    if isinstance(text, Problem):
        return None, [text]
    reader = _Reader(name, text)
    try:
        root = reader.document()
    except yaml.YAMLError as error:
        return None, [*reader.problems, explain(name, error, reader.lines)]
    except _TooDeep as error:
        return None, [*reader.problems, error.problem]
    return root, reader.problems


class _TooDeep(Exception):
    """Nested beyond anything that a knowledge base holds; reading on could exhaust the stack."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class _Reader:
    """Builds the tree from the parser's events, and notes what is not allowed on the way."""

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
            for _ in self._events:  # a mistake further down is reported too
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
        if event.style:  # quoted, or a block of text: exactly what was meant
            return str(event.value)
        self._refuse_lost_text(event)
        return "" if event.value in _NOTHING and not in_list else str(event.value)

    def _refuse_extras(self, event: yaml.Event, line: int) -> None:
        """Anchors, aliases and tags: text that begins with `&`, `*` or `!` has usually become one by accident."""
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
        """Two slips that YAML takes in silence: `#word` cuts a text short, a `- ` too far in joins the item above."""
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
    """A piece of the file as it can stand in a sentence: one line, at most 40 characters."""
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark is not None else 1
