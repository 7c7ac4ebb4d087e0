"""Finds binding words in an answer, such as "must" and "never"."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BINDING = re.compile(
    r"\bmust(?:\s+(?:not|never))?\b|\bnever\b(?!\s+(?:say|state|ask)s?)|\b(?:have|has)\s+to\b|(?:\bnot|n't)\s+(?:allowed|permitted)\b"
    r"|\b(?:required|requires|obliged|forbidden|prohibited|banned|compulsory|mandatory)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:not|nothing|nobody|nowhere|neither|nor|without|silent|whether|rather than)\b|n't\b"
    r"|\bnever\s+(?:say|state|ask)s?\b"
    r"|\bno\b(?!\s*[,.:;]|$)"  # "No, …" answers the question and denies nothing that follows
    r"|\b(?:if|when|where|what|whatever|all|anything|everything)\s+(?:\w+\s+){1,2}$",  # "if you must", "all I have to"
    re.IGNORECASE,
)
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|(?<!\w)[‘'][^’'\n]*[’'](?!\w)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_SENTENCE = re.compile(r"(?<=[.!?])[*_)]*\s+|\n\s*\n|\n\s*(?:[-*+]|\d+[.)])\s+")
_TURN = re.compile(r"[;:–—]|,?\s+\bbut\b|,\s+(?:and|so|then)\b", re.IGNORECASE)


def binding_words(answer: str) -> Iterator[tuple[str, str]]:
    """Yield each binding word of an answer in Markdown, with its sentence.

    A word in quotation marks is left out. So is one that the same part of the sentence denies ("it does not say that
    you must") or supposes ("if you must").
    """
    for sentence in _SENTENCE.split(_LINK.sub(r"\1", answer)):
        plain = " ".join(sentence.replace("**", "").replace("’", "'").split())
        for part in _TURN.split(_QUOTED.sub("…", plain)):
            found = _BINDING.search(part)
            if found and not _DENIED.search(part[: found.start()]):
                yield found.group(), plain
