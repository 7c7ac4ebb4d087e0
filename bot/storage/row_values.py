"""Values that spread over several columns, or into one JSON text."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Row, Table, and_

from bot.messages import Address, Person, Receipt


def person_columns(prefix: str, person: Person | None) -> dict[str, str | None]:
    """A person's groups are not kept: who is an officer is asked anew with every event."""
    if person is None:
        return {f"{prefix}_platform": None, f"{prefix}_id": None, f"{prefix}_name": None}
    return {f"{prefix}_platform": person.platform, f"{prefix}_id": person.id, f"{prefix}_name": person.name}


def to_person(row: Row[Any], prefix: str) -> Person | None:
    """The inverse of `person_columns`."""
    platform = getattr(row, f"{prefix}_platform")
    if platform is None:
        return None
    return Person(platform, getattr(row, f"{prefix}_id"), getattr(row, f"{prefix}_name"))


def is_person(table: Table, prefix: str, key: str) -> ColumnElement[bool]:
    """`key` is `platform:id`; an id may hold further colons."""
    platform, _, identifier = key.partition(":")
    return and_(table.c[f"{prefix}_platform"] == platform, table.c[f"{prefix}_id"] == identifier)


def from_receipt(receipt: Receipt) -> dict[str, Any]:
    """As JSON."""
    thread = receipt.thread
    return {
        "address": [receipt.address.platform, receipt.address.token],
        "parts": list(receipt.parts),
        "thread": [thread.platform, thread.token] if thread else None,
    }


def to_receipt(value: dict[str, Any]) -> Receipt:
    """The inverse of `from_receipt`."""
    thread = value["thread"]
    return Receipt(Address(*value["address"]), tuple(value["parts"]), Address(*thread) if thread else None)
