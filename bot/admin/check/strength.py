"""Words that bind, where they are said and not denied, quoted or supposed."""

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
    r"|\bno\b(?!\s*[,.:;]|$)"  # "No, …" is a verdict and denies nothing that follows
    r"|\b(?:if|when|where|what|whatever|all|anything|everything)\s+(?:\w+\s+){1,2}$",  # "if you must", "all I have to"
    re.IGNORECASE,
)
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|(?<!\w)[‘'][^’'\n]*[’'](?!\w)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_SENTENCE = re.compile(r"(?<=[.!?])[*_)]*\s+|\n\s*\n|\n\s*(?:[-*+]|\d+[.)])\s+")
_TURN = re.compile(r"[;:–—]|,?\s+\bbut\b|,\s+(?:and|so|then)\b", re.IGNORECASE)


def too_strong(answer: str) -> Iterator[tuple[str, str]]:
    """Each binding word of an answer in Markdown with its sentence.

    Left out is what stands in quotation marks, and what is denied ("it does not say that you must") or supposed ("if
    you must") before the word in the same part of the sentence.
    """
    for sentence in _SENTENCE.split(_LINK.sub(r"\1", answer)):
        plain = " ".join(sentence.replace("**", "").replace("’", "'").split())
        for part in _TURN.split(_QUOTED.sub("…", plain)):
            found = _BINDING.search(part)
            if found and not _DENIED.search(part[: found.start()]):
                yield found.group(), plain
