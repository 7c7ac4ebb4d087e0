"""The YAML parser's errors as sentences for authors who do not know what a parser is."""

from __future__ import annotations

import yaml

from bot.errors import Problem

_QUOTE = "Put quotes round the whole text."
_Sentence = tuple[str, str]
"""What is wrong, and how to correct it."""

_COLON: _Sentence = (
    "A colon with a space after it stands inside a text, or this line is indented too far.",
    "Put quotes round the whole text; if a key is meant, put it exactly below the keys above.",
)
_NO_KEY: _Sentence = (
    "This line is neither a key with a colon nor a part of the text above it.",
    "Indent it like the text it belongs to, put a space after its -, or put a colon after the key.",
)
_ALIGN: _Sentence = (
    "This line does not line up with the lines above it.",
    "Put each - and each key exactly below the ones that it belongs with.",
)
_GOES_ON: _Sentence = ("The text goes on after its closing quotation mark or bracket.", _QUOTE)
_BACKSLASH: _Sentence = (
    "In double quotes a backslash has a special meaning.",
    "Use single quotes, or write the backslash twice.",
)
_BLOCK: _Sentence = (
    "After | or > nothing else may stand on the line.",
    "Begin the text on the next line, or put quotes round it if it really begins with that character.",
)
_FLOW: _Sentence = ("A list in brackets is not closed, or lacks a comma.", "Close it, or put one item on each line.")
_SPECIAL: _Sentence = ("A text that begins with this character must be in quotes.", _QUOTE)
_OPEN_QUOTE: _Sentence = (
    "A quotation mark opens on this line and is never closed.",
    "Close it; if it is an apostrophe at the beginning of a text, put the whole text in double quotes.",
)
_DOTS: _Sentence = ("The line ... above ends the file for YAML, but there is more after it.", "Take the line ... out.")
_TAB: _Sentence = (
    "There is a tab at the beginning of this line; YAML takes only spaces there.",
    "Replace the tab by spaces, as many as the lines around it have.",
)
_SENTENCES = {
    "mapping values are not allowed": _COLON,
    "could not find expected ':'": _NO_KEY,
    "unknown escape character": _BACKSLASH,
    "character escape code": _BACKSLASH,
    "expected hexdecimal number": _BACKSLASH,
    "expected comment or line break": _BLOCK,
    "expected ',' or": _FLOW,
    "expected node content": _SPECIAL,
    "cannot start any token": _SPECIAL,
    "expected alphabetic or numeric character": _SPECIAL,
    "undefined tag handle": _SPECIAL,
    "expected '-' indicator": _ALIGN,
    "expected key": _ALIGN,
    "expected <document start>": _DOTS,
}
"""Part of the parser's message -> our sentence."""
_REPORTED_WHERE_IT_BEGAN = (_NO_KEY, _FLOW, _OPEN_QUOTE)
"""The parser notices these mistakes only at the end of the text; they are reported on the line where it began."""


def yaml_problem(name: str, error: yaml.YAMLError, lines: list[str]) -> Problem:
    """Return the parser's error as a problem with the line to look at."""
    at, column = _place(getattr(error, "problem_mark", None), lines)
    began, _ = _place(getattr(error, "context_mark", None), lines)
    before, after = lines[at - 1][:column], lines[at - 1][column:]
    sentence = _sentence(str(getattr(error, "context", "")), str(getattr(error, "problem", "")))
    if sentence is _ALIGN and before.strip(" \t-"):
        sentence = _GOES_ON
    if sentence is _SPECIAL and not after.strip():
        sentence = _FLOW
    if sentence in _REPORTED_WHERE_IT_BEGAN:
        at = began
    line = lines[at - 1]
    indentation = line[: len(line) - len(line.lstrip(" \t-"))]
    what, fix = _TAB if "\t" in indentation else sentence
    return Problem(f"{name}:{at}", what, fix)


def _sentence(context: str, complaint: str) -> _Sentence:
    if "quoted scalar" in context and "end of stream" in complaint:
        return _OPEN_QUOTE
    known = next((sentence for part, sentence in _SENTENCES.items() if part in complaint), None)
    return known or (f"This line cannot be read as YAML ({complaint or 'no reason is known'}).", _ALIGN[1])


def _place(mark: yaml.Mark | None, lines: list[str]) -> tuple[int, int]:
    """Return the line, counted from 1, and the column, counted from 0, of a mark.

    The end of the file is reported as the end of the last line with text.
    """
    if mark is None:
        return 1, 0
    if mark.line + 1 < len(lines):
        return mark.line + 1, mark.column
    last = max((number for number, line in enumerate(lines, 1) if line.strip()), default=1)
    return last, mark.column if last == mark.line + 1 else len(lines[last - 1])
