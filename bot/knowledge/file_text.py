"""The text of a file that people edit: UTF-8 without invisible characters."""

from __future__ import annotations

import re

from bot.errors import Problem

LINE_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
"""What YAML 1.1 counts as the end of a line."""

_NOT_TEXT = re.compile("[^\\t\\n\\r\\x20-\\x7e\\x85\\xa0-\\ud7ff\\ue000-\\ufefe\\uff00-\\ufffd\\U00010000-\\U0010ffff]")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SAVE_AS = "Save it as UTF-8: most editors offer it as the encoding under “Save as”."


def decode(name: str, data: bytes) -> str | Problem:
    """Return the text of a file without its byte order mark, or why it is not text in UTF-8."""
    if data.startswith(_UTF16):
        return Problem(f"{name}:1", "The file is saved as UTF-16, not UTF-8.", _SAVE_AS)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = data[error.start]
        return Problem(f"{name}:{line}", f"The file is not UTF-8: this line has the byte 0x{byte:02X}.", _SAVE_AS)
    invisible = _NOT_TEXT.search(text)
    if invisible:
        line = len(LINE_BREAK.findall(text, 0, invisible.start())) + 1
        what = f"This line has an invisible character (U+{ord(invisible.group()):04X}) that does not belong in text."
        return Problem(f"{name}:{line}", what, "Delete the line and type it again.")
    return text
