"""What buttons and forms carry, read back as what a stranger may have sent."""

from __future__ import annotations

_DIGITS = 15  # of the greatest number that every database and every platform's JSON keeps exactly


def number(text: str) -> int | None:
    """A whole number, not negative, as the desk writes it; else None."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else None


def case_handle(text: str) -> tuple[int, int, str] | None:
    """`7@3:rest` as (case 7, drawn at revision 3, "rest"), or None."""
    drawn, _, rest = text.partition(":")
    case_id, _, revision = drawn.partition("@")
    found = number(case_id), number(revision)
    if found[0] is None or found[1] is None:
        return None
    return found[0], found[1], rest
