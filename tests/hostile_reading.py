"""Texts that take long to read for whoever reads them carelessly, and the process time that reading one takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from random import Random
from string import ascii_lowercase

LONGEST = 100_000
"""Characters; no platform takes a longer message."""
AN_ENQUIRY = 9_500
"""Characters of a long enquiry, as somebody forwards it."""

_UNITS: Mapping[str, str] = {
    "one long word": "a",
    "zeros": "0",
    "digits with spaces": "0 ",
    "telephone prefixes": "+44 ",
    "numbers that end too early": "+44 1524 5 ",
    "at signs": "a@",
    "addresses": "a.a@a.a.",
    "domains": "a@a-.",
    "colons": ":",
    "brackets": "(",
    "quotes": "'",
    "spaces": " ",
    "new lines": "\n",
    "in": "in ",
    "by": "by ",
    "by an hour": "by 9 ",
    "live": "live ",
    "live at": "live at ",
    "live at an hour": "live at 9 ",
    "dates": "by friday 12th march 2027 ",
    "days that do not exist": "by 31 feb 2027 ",
    "embargo": "embargo: ",
    "embargo and spaces": "embargo:          ",
    "under": "under the a ",
    "no": "no under an ",
    "months": "embargo: may",
    "interviews": "interview ",
    "articles": "writing the a a ",
    "provide": "provide any ",
    "section": "section 1 of the ",
    "possessives": "a's ",
}


def texts(length: int) -> dict[str, str]:
    """What to call a text -> the text, of this many characters."""
    repeated = {name: (unit * (length // len(unit) + 1))[:length] for name, unit in _UNITS.items()}
    return {
        **repeated,
        "an embargo, then spaces": f"embargo:{' ' * length}"[: length - 1] + "x",
        "different dates": _different("by {} march {} ", length),
        "different days that do not exist": _different("live at 31 feb {1} {0} ", length),
        "different weekdays": _different("before friday {}/12/{} ", length),
    }


def _different(pattern: str, length: int) -> str:
    return "".join(pattern.format(n % 28 + 1, 2027 + n) for n in range(length // len(pattern) + 1))[:length]


def enquiry(number: int, shared: str = "") -> str:
    """A long enquiry of words that no other one has; `shared` are the first letters of all of them."""
    chance = Random(number)
    length = max(2, 9 - len(shared))
    words = (shared + "".join(chance.choices(ascii_lowercase, k=length)) for _ in range(AN_ENQUIRY))
    return " ".join(words)[:AN_ENQUIRY]


def process_time(work: Callable[[], object]) -> float:
    """Seconds of processor time. Unlike time on the clock, they do not grow with the machine's other work."""
    begun = time.process_time()
    work()
    return time.process_time() - begun
