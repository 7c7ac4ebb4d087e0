"""Text in a card, as runs: what stands in one is shown as it is, with nothing in it taken for markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

Json = dict[str, Any]

LONGEST = 4000
"""Characters of a paragraph; longer ones are continued in the next."""

# What would move a cursor or turn the reading direction; Teams refuses a card with some of them in it.
_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def run(text: str, **style: Any) -> Json:  # noqa: ANN401  properties of a TextRun
    """A TextRun."""
    return {"type": "TextRun", "text": _COMMANDS.sub("\ufffd", text), **style}


def paragraph(runs: Sequence[Json], spacing: str = "Default") -> Json:
    """A RichTextBlock."""
    return {"type": "RichTextBlock", "spacing": spacing, "inlines": list(_inert(runs))}


def lines(text: str, **style: Any) -> list[Json]:  # noqa: ANN401  properties of a TextRun
    """A paragraph for each line of plain text that has something on it."""
    return [paragraph([run(line, **style)], spacing="Small") for line in text.splitlines() if line.strip()]


def continued(block: Json) -> list[Json]:
    """The same paragraph, as several where it is longer than one may be."""
    parts: list[list[Json]] = [[]]
    room = LONGEST
    for each in block["inlines"]:
        for text in _split(each["text"]):
            if len(text) > room and parts[-1]:
                parts.append([])
                room = LONGEST
            parts[-1].append({**each, "text": text})
            room -= len(text)
    return [{**block, "inlines": inlines} for inlines in parts if inlines]


def _inert(runs: Sequence[Json]) -> Iterator[Json]:
    """Cards put dates in where a run has `{{`: so no run has it."""
    for each in runs:
        for part in re.split(r"(?<=\{)(?=\{)", each["text"]):
            yield {**each, "text": part}


def _split(text: str) -> Iterator[str]:
    while len(text) > LONGEST:
        space = text.rfind(" ", 1, LONGEST)
        end = space + 1 if space > 0 else LONGEST
        yield text[:end]
        text = text[end:]
    yield text
