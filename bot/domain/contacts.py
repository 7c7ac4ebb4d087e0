"""Telephone numbers and addresses in a message: the journalist's, or whoever's who wrote it."""

from __future__ import annotations

import re

_PHONE = r"(?<![\w/.:+-])(?:\+|00?)\d(?:[ ().-]{0,2}\d){8,12}(?![\w/])"
_MAIL = r"(?<![\w.@/+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_REACHED = re.compile(rf"{_PHONE}|{_MAIL}")
_WHOSE = re.compile(
    r"\b(?:(?P<mine>my|mine|me|i|i['’]m|our|us)|his|him|he|hers?|she|theirs?|them|they|it|reporter|journalist)\b",
    re.IGNORECASE,
)
_BEFORE = 40  # characters in which it stands whose it is


def contacts(text: str) -> tuple[str, str]:
    """The first that is not said to be the writer's own, and the first that is; empty where there is none."""
    theirs = mine = ""
    for found in _REACHED.finditer(text):
        if _is_writers(text[max(0, found.start() - _BEFORE) : found.start()]):
            mine = mine or found[0]
        else:
            theirs = theirs or found[0]
    return theirs, mine


def _is_writers(before: str) -> bool:
    """By the last word that says so in what stands before it."""
    clause = re.split(r"[.;!?\n]\s", before)[-1]
    return any(word["mine"] for word in list(_WHOSE.finditer(clause))[-1:])
