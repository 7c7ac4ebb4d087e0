"""What sections are made of: their base class, and the types of single settings, such as durations and opening hours.

Each check raises ValueError with a sentence for the person who wrote the setting.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "y": 365 * 86_400}
"""Unit -> seconds."""
_LONGEST_DURATION = 100 * _UNITS["y"]
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_POSTGRESQL = r"""(?x) postgres(ql)?://
    ( [^@:/?\#\s]* (:[^@:/?\#\s]*)? @ )?             # user and password: a bare @ or / would make a host of its rest
    ( \[[0-9A-Fa-f:.]+\] | [^@:/?\#\s\[\]]* ) (:[0-9]{1,5})?
    (/[^@:/?\#\s]*)? (\?[^@?\#\s]*)?"""
_TIME_OF_DAY = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"


class Section(BaseModel):
    """A group of settings. An unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _duration(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(r"([0-9]{1,10})([smhdy])", str(value))
    seconds = int(match[1]) * _UNITS[match[2]] if match else 0
    if not 0 < seconds <= _LONGEST_DURATION:
        raise ValueError(f"{value!r} is no duration. Write a number and a unit: 30s, 15m, 2h, 90d or 1y.")
    return timedelta(seconds=seconds)


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{value!r} is no time zone. Write one such as Europe/London.") from None
    return value


def _named(value: str) -> str:
    if not re.fullmatch(r"[a-z]+:\S+", value):
        raise ValueError(f"{value!r} names no platform. Write platform:id, for example slack:U0ANNA.")
    return value


def _mailbox(value: str) -> str:
    if value and not re.fullmatch(r"[!#-'*+\-./0-9=?A-Z^_`a-z{|}~]+@[A-Za-z0-9.-]+", value):
        raise ValueError(f"{value!r} is no e-mail address. Write one such as press@example.org, without a name.")
    return value


def _web_address(value: str) -> str:
    if value and not re.fullmatch(r"https?://[^\s<>]+", value):
        raise ValueError(f"{value!r} is no web address. Write the whole of it, beginning with https://.")
    return value


def _contact_id(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9-]+", value):
        raise ValueError(f"{value!r} is no id of a contact. Write small letters, digits and hyphens, such as it.")
    return value


def database_url(value: str) -> str:
    """Return the URL if the desk can use such a database.

    The error does not repeat the URL, because it may contain a password.
    """
    if not re.match(r"sqlite:///.|postgres(ql)?://.", value):
        raise ValueError("a database is named by sqlite:///FILE or postgresql://HOST/NAME.")
    if not value.startswith("sqlite") and not re.fullmatch(_POSTGRESQL, value):
        raise ValueError(
            "this URL cannot be read. In a name or a password, write %40 for @, %3A for :, %2F for /, %3F for ?, "
            "%23 for # and %20 for a space; a port is a number."
        )
    return value


def _secret_address(value: str) -> str:
    try:
        scheme, host = urlsplit(value).scheme, urlsplit(value).hostname or ""
    except ValueError:  # the host is in brackets but is not an IP address
        scheme, host = "", ""
    if value and not (host and (scheme == "https" or (scheme == "http" and is_loopback(host)))):
        raise ValueError("secrets are sent there, so it must begin with https:// (or be on this machine).")
    return value


def has_password(database: str) -> bool:
    """Return whether a database URL contains a password."""
    try:
        url = urlsplit(database)
    except ValueError:  # the host is in brackets but is not an IP address
        return False
    return bool(url.password or parse_qs(url.query).get("password"))


def week(hours: Mapping[str, str]) -> dict[int, tuple[timedelta, timedelta]]:
    """Return opening hours as weekday (Monday is 0) -> (opens, closes), in local time since midnight.

    `hours` is written as `{"mon-fri": "09:00-17:00"}`.
    """
    table: dict[int, tuple[timedelta, timedelta]] = {}
    for days, span in hours.items():
        opens, closes = _opening(span)
        for day in _weekdays(days):
            if day in table:
                raise ValueError(f"{_DAYS[day]} has hours twice. Keep one of them.")
            table[day] = (opens, closes)
    return table


def _weekdays(days: str) -> list[int]:
    named = re.fullmatch(r"([a-z]{3})(?:-([a-z]{3}))?", days)
    if not named or not {named[1], named[2] or named[1]} <= set(_DAYS):
        raise ValueError(f"{days!r} is no day. Write mon-fri, or sat.")
    first, last = _DAYS.index(named[1]), _DAYS.index(named[2] or named[1])
    return [day % 7 for day in range(first, last + 1 if last >= first else last + 8)]


def _opening(span: str) -> tuple[timedelta, timedelta]:
    times = re.fullmatch(rf"({_TIME_OF_DAY})-({_TIME_OF_DAY}|24:00)", span)
    if times:
        opens, closes = (timedelta(hours=int(at[:2]), minutes=int(at[3:])) for at in times.groups())
        if opens < closes:
            return opens, closes
    raise ValueError(f'{span!r} are no hours. Write "09:00-17:00", with the quotes; the day ends at 24:00.')


def _hours(value: Mapping[str, str]) -> Mapping[str, str]:
    week(value)
    return value


def is_loopback(host: str) -> bool:
    """Return whether a server that listens on `host` can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


Word = Annotated[str, Field(min_length=1)]
Port = Annotated[int, Field(ge=0, le=65535)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
Zone = Annotated[str, AfterValidator(_zone)]
Named = Annotated[str, AfterValidator(_named)]
"""A person, group or channel as `platform:id`."""
Mailbox = Annotated[str, AfterValidator(_mailbox)]
"""An e-mail address without a name; may be empty."""
WebAddress = Annotated[str, AfterValidator(_web_address)]
"""What people open in a browser. May be empty."""
SecretAddress = Annotated[str, AfterValidator(_secret_address)]
"""Where secrets are sent: https, or http on this machine. May be empty."""
ContactId = Annotated[str, AfterValidator(_contact_id)]
Database = Annotated[str, AfterValidator(database_url)]
Hours = Annotated[Mapping[str, str], AfterValidator(_hours)]
"""Opening hours as they are written; `week` reads them."""
