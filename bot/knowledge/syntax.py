"""From bytes to text, and from a YAML parser's complaint to a sentence for somebody who has never heard of parsers."""

from __future__ import annotations

import re

import yaml

from bot.errors import Problem

LINE_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
"""What YAML 1.1 counts as the end of a line."""

_NOT_TEXT = re.compile("[^\\t\\n\\r\\x20-\\x7e\\x85\\xa0-\\ud7ff\\ue000-\\ufefe\\uff00-\\ufffd\\U00010000-\\U0010ffff]")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SAVE_AS = "Save it as UTF-8: most editors offer it as the encoding under “Save as”."

_QUOTE = "Put quotes round the whole text."
_Said = tuple[str, str]

_COLON: _Said = (
    "A colon with a space after it stands inside a text, or this line is indented too far.",
    "Put quotes round the whole text; if a key is meant, put it exactly below the keys above.",
)
_NO_KEY: _Said = (
    "This line is neither a key with a colon nor a part of the text above it.",
    "Indent it like the text it belongs to, put a space after its -, or put a colon after the key.",
)
_ALIGN: _Said = (
    "This line does not line up with the lines above it.",
    "Put each - and each key exactly below the ones that it belongs with.",
)
_GOES_ON: _Said = ("The text goes on after its closing quotation mark or bracket.", _QUOTE)
_BACKSLASH: _Said = (
    "In double quotes a backslash has a special meaning.",
    "Use single quotes, or write the backslash twice.",
)
_BLOCK: _Said = (
    "After | or > nothing else may stand on the line.",
    "Begin the text on the next line, or put quotes round it if it really begins with that character.",
)
_FLOW: _Said = ("A list in brackets is not closed, or lacks a comma.", "Close it, or put one item on each line.")
_SPECIAL: _Said = ("A text that begins with this character must be in quotes.", _QUOTE)
_OPEN_QUOTE: _Said = (
    "A quotation mark opens on this line and is never closed.",
    "Close it; if it is an apostrophe at the beginning of a text, put the whole text in double quotes.",
)
_DOTS: _Said = ("The line ... above ends the file for YAML, but there is more after it.", "Take the line ... out.")
_TAB: _Said = (
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
_FROM_ITS_BEGINNING = (_NO_KEY, _FLOW, _OPEN_QUOTE)


def decode(name: str, data: bytes) -> str | Problem:
    """The text of a file; a byte order mark at the beginning is dropped."""
    if data.startswith(_UTF16):
        return Problem(f"{name}:1", "The file is saved as UTF-16, not UTF-8.", _SAVE_AS)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = data[error.start]
        return Problem(f"{name}:{line}", f"The file is not UTF-8: this line has the byte 0x{byte:02X}.", _SAVE_AS)
    strange = _NOT_TEXT.search(text)
    if strange:
        line = len(LINE_BREAK.findall(text, 0, strange.start())) + 1
        what = f"This line has an invisible character (U+{ord(strange.group()):04X}) that does not belong in text."
        return Problem(f"{name}:{line}", what, "Delete the line and type it again.")
    return text


def explain(name: str, error: yaml.YAMLError, lines: list[str]) -> Problem:
    """What the parser stumbled over, with the line to look at."""
    at, column = _place(getattr(error, "problem_mark", None), lines)
    begun, _ = _place(getattr(error, "context_mark", None), lines)
    before, after = lines[at - 1][:column], lines[at - 1][column:]
    said = _sentence(str(getattr(error, "context", "")), str(getattr(error, "problem", "")))
    if said is _ALIGN and before.strip(" \t-"):
        said = _GOES_ON
    if said is _SPECIAL and not after.strip():
        said = _FLOW
    if said in _FROM_ITS_BEGINNING:
        at = begun
    line = lines[at - 1]
    indentation = line[: len(line) - len(line.lstrip(" \t-"))]
    what, fix = _TAB if "\t" in indentation else said
    return Problem(f"{name}:{at}", what, fix)


def _sentence(context: str, complaint: str) -> _Said:
    if "quoted scalar" in context and "end of stream" in complaint:
        return _OPEN_QUOTE
    known = next((said for part, said in _SENTENCES.items() if part in complaint), None)
    return known or (f"This line cannot be read as YAML ({complaint or 'no reason is known'}).", _ALIGN[1])


def _place(mark: yaml.Mark | None, lines: list[str]) -> tuple[int, int]:
    """Line from 1, column from 0; the end of the file counts to the last line with text."""
    if mark is None:
        return 1, 0
    if mark.line + 1 < len(lines):
        return mark.line + 1, mark.column
    last = max((number for number, line in enumerate(lines, 1) if line.strip()), default=1)
    return last, mark.column if last == mark.line + 1 else len(lines[last - 1])
