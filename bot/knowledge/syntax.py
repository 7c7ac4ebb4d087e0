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
_COLON = (
    "The text holds a colon with a space after it, which YAML reads as the end of a key.",
    f"{_QUOTE} If a key is meant, check that it stands exactly below the keys above.",
)
_ALIGN = (
    "The file cannot be read from here on: this line does not line up with the lines above.",
    "Put each - and each key exactly below the ones that it belongs with; "
    "if the text holds quotes, brackets or a colon, put quotes round the whole of it.",
)
_FLOW = ("A list in brackets is not finished, or lacks a comma.", "Close the bracket, or put one item on each line.")
_SPECIAL = ("A text cannot begin with this character unless it is in quotes.", _QUOTE)
_SENTENCES = {
    "mapping values are not allowed": _COLON,
    "could not find expected ':'": (
        "There is a line here, or just above, that is neither a key with a colon nor a part of the text above it.",
        "Indent it to match the text it belongs to, put a space after its -, or put a colon after the key.",
    ),
    "found unknown escape character": (
        "In double quotes a backslash has a special meaning.",
        "Use single quotes, or write the backslash twice.",
    ),
    "did not find expected comment or line break": (
        "After | or > nothing may stand on the same line.",
        "Begin the text on the next line, or put quotes round the whole of it if it begins with that character.",
    ),
    "did not find expected ',' or": _FLOW,
    "did not find expected node content": _SPECIAL,
    "cannot start any token": _SPECIAL,
    "did not find expected alphabetic or numeric character": (
        "A text that begins with * or & must be in quotes.",
        _QUOTE,
    ),
    "did not find expected '-' indicator": _ALIGN,
    "did not find expected key": _ALIGN,
    "undefined tag handle": ("A text that begins with ! must be in quotes.", _QUOTE),
}
_TAB = (
    "There is a tab at the beginning of this line; YAML takes only spaces there.",
    "Replace the tab by spaces, as many as the lines around it have.",
)


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
    complaint = str(getattr(error, "problem", None) or "it is not YAML")
    at = _line(getattr(error, "problem_mark", None), lines)
    begun = _line(getattr(error, "context_mark", None), lines)
    if "quoted scalar" in str(getattr(error, "context", "")) and "end of stream" in complaint:
        what, fix = "A quotation mark opens on this line and is never closed.", f"Close it. {_APOSTROPHE}"
        return Problem(f"{name}:{begun}", what, fix)
    if "\t" in re.match(r"[\s-]*", lines[at - 1]).group():  # type: ignore[union-attr]  # it matches at every place
        return Problem(f"{name}:{at}", *_TAB)
    for part, (what, fix) in _SENTENCES.items():
        if part in complaint:
            if (what, fix) == _FLOW and begun != at:
                at = begun
            return Problem(f"{name}:{at}", what, fix)
    return Problem(f"{name}:{at}", f"This line cannot be read as YAML ({complaint}).", _ALIGN[1])


_APOSTROPHE = "If it is an apostrophe at the beginning of a text, put the whole text in double quotes."


def _line(mark: yaml.Mark | None, lines: list[str]) -> int:
    return min(int(mark.line) + 1, len(lines)) if mark is not None else 1
