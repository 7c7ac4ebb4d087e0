"""Messages that nobody types and that somebody may send: each is long, or made to be slow for one way of reading it."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence

_CONSONANTS, _VOWELS = "bcdfghklmnprstvwz", "aeiou"
_KEYS = "abcdefghijklmnopqrstuvwxyz"
_PROSE = (
    "I look after the account of our research group, and last week a colleague asked whether she may post the"
    " photographs of the open day there. Some of them show students, who were not asked. Would you tell me what the"
    " policy says about that, and who decides? We also want to mention a company that paid for the posters; ",
    "nobody could tell me if that counts as advertising. ",
)


def misspelt(count: int, seed: int = 0) -> list[str]:
    """So many different words that no knowledge base knows: real ones with a letter changed, or made-up ones."""
    chance = random.Random(seed)
    real = sorted({word for text in _PROSE for word in text.split() if word.isalpha() and len(word) > 4})
    found: dict[str, None] = {}
    while len(found) < count:
        word = list(chance.choice(real) if chance.random() < 0.3 else _made_up(chance))
        word[chance.randrange(len(word))] = chance.choice(_KEYS)
        found["".join(word).casefold()] = None
    return list(found)


def _made_up(chance: random.Random) -> str:
    return "".join(chance.choice(_CONSONANTS) + chance.choice(_VOWELS) for _ in range(chance.randint(2, 5)))


def _cut(parts: Sequence[str], length: int) -> str:
    return "".join(itertools.islice(itertools.chain.from_iterable(itertools.cycle(parts)), length))


_MARK = "\N{COMBINING GRAVE ACCENT}"
_LIGATURE = "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}"
"""NFKC makes 18 characters of it."""

HOSTILE: Mapping[str, str] = {
    "ligatures": _LIGATURE * 40_000,
    "ligatures with spaces": f"{_LIGATURE} " * 20_000,
    "two unknown words, again and again": "xyz qrs " * 12_000,
    "an e-mail with many unknown words": " ".join(misspelt(200, seed=1))[:880],
    "an e-mail of 880 characters": _cut(_PROSE, 880),
    "prose of 12,400 characters": _cut(_PROSE, 12_400),
    "3,000 misspelt words": " ".join(misspelt(3_000, seed=2)),
    "one word of 100,000 letters": "a" * 100_000,
    "words of 100 letters": " ".join(word * 100 for word in _KEYS) * 10,
    "single letters": "q z x j " * 10_000,
    "10,000 digits": "1234567890" * 1_000,
    "numbered points": "".join(f"{number % 10}) may I post " for number in range(5_000)),
    "5,000 colons": ":" * 5_000,
    "half-open emoji names": ":a" * 30_000,
    "nested brackets": "(" * 20_000 + ")" * 20_000,
    "open mentions": "<at>" * 20_000,
    "half-open mentions": "<@" * 30_000,
    "open links": "<https://" * 10_000,
    "a link of 50,000 characters": "https://example.org/" + "a" * 50_000,
    "many links": "https://example.org/a?b=c " * 4_000,
    "zalgo": "".join(letter + _MARK * 40 for letter in "may I post this " * 100),
    "combining characters alone": _MARK * 50_000,
    "combining characters in an order to be changed": "a"
    + "\u0315\u0300\u05ae\u0062" * 10_000
    + "\u0316\u0315" * 20_000,
    "marks from right to left": "\N{RIGHT-TO-LEFT OVERRIDE}may\N{RIGHT-TO-LEFT MARK}" * 10_000,
    "2,000 emoji": "\N{GRINNING FACE}" * 2_000,
    "a family of emoji": "\N{MAN}\N{ZERO WIDTH JOINER}" * 20_000,
    "50,000 newlines": "\n" * 50_000,
    "a word on each of 20,000 lines": "hm\n" * 20_000,
    "30,000 questions of a letter": "a?" * 30_000,
    "20,000 questions of a word": "why? " * 20_000,
    "spaces": "a" + " " * 100_000 + "b",
    "spaces of other kinds": "a" + "\u2003\u00a0" * 50_000 + ";",
    "dashes": "a " + "- " * 50_000,
    "a dash of 50,000 characters": "a " + "-" * 50_000 + "a",
    "the beginnings of follow-ups": "ok, and what about " * 5_000,
    "closing brackets after a stop": "." + ")'\"]" * 25_000,
    "apostrophes": "'" * 50_000,
    "contractions": "can't won't i'm it's " * 5_000,
    "joined questions": "and can I " * 10_000,
    "reporters who call": "the BBC and a reporter rang for a comment " * 3_000,
    "outlets": "the daily mail on sunday times higher " * 3_000,
    "nothing but nulls": "\0" * 50_000,
    "capital letters that lower case lengthens": "İ" * 50_000,
    "sharp s": "ß" * 50_000,
    "Chinese": "\u6f22\u5b57" * 20_000,
    "half of a surrogate pair": "may I post \ud800 " * 1_000,
}

FRAGILE = """
import os, time
from bot.matching.process import matcher_server
from bot.matching.matcher import Matcher

sound = Matcher.match

def match(self, text, previous=""):
    time.sleep({"slow": 60, "rather slow": 0.4}.get(text, 0))
    if text == "defective":
        raise KeyError(text)
    return os._exit(1) if text == "poison" else sound(self, text, previous)

Matcher.match = match
matcher_server.main()
"""
"""Program of a process (see `matcher_process.SERVER_PROGRAM`) that four messages are too much for."""
