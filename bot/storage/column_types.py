"""Column types that both engines store alike."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Dialect, Text
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Timestamp(TypeDecorator[datetime]):
    """An aware datetime, stored as whole microseconds since 1970 UTC: exact, sortable and the same in both engines."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """A naive datetime is a TypeError: nobody could say which instant it is."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """In UTC."""
        return None if value is None else _EPOCH + value * _MICROSECOND


class SafeText(TypeDecorator[str]):
    """Text as people and platforms send it.

    PostgreSQL refuses NUL, and neither engine takes half a surrogate pair (JSON can carry both). They become U+FFFD,
    because a message that cannot be stored would be delivered again for ever.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Whole pairs of surrogates become the character that they stand for."""
        return None if value is None else _whole(value.replace("\0", "\ufffd"))


class Json(TypeDecorator[Any]):
    """A JSON value as text: the engines differ in their JSON columns. Half surrogates become U+FFFD, as in Words."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str:
        """Control characters, NUL among them, are escaped."""
        return _whole(json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    def process_result_value(self, value: str | None, dialect: Dialect) -> object:
        """What was put in."""
        return None if value is None else json.loads(value)


def _whole(text: str) -> str:
    if text.isascii():  # as most of what is bound is, and every id
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
