"""When somebody is at the press desk, and who is on call. Pure: time comes in as an argument.

Hours and duties are written as the organisation's wall clock shows them and are compared as instants. Where the clocks
change, a time that does not exist counts as many minutes after the change as it was written after it (RFC 5545, section
3.3.5), and a time that happens twice opens at its first and closes at its second.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays

from bot.config import Config, week

_DAY = timedelta(days=1)
_HORIZON = 400  # days: more than any year without a working day in it


@dataclass(frozen=True, slots=True)
class _Duty:
    begins: datetime  # UTC
    ends: datetime  # UTC
    on_call: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hours:
    """The press desk's hours. Every instant that goes in is aware; every one that comes out is in UTC.

    `zone` is the organisation's, to show an instant as its people read it.
    """

    zone: ZoneInfo
    _week: Mapping[int, tuple[timedelta, timedelta]]
    _holidays: Container[date]
    _rota: tuple[_Duty, ...]
    _on_call: tuple[str, ...]

    @classmethod
    def of(cls, config: Config) -> Hours:
        """The hours, holidays and duties that the configuration names."""
        office, zone = config.press_office, ZoneInfo(config.organisation.timezone)
        named = office.holidays
        return cls(
            zone=zone,
            _week=week(office.hours),
            _holidays=holidays.country_holidays(named.country, subdiv=named.subdivision) if named else frozenset(),
            _rota=tuple(_Duty(_first(duty.from_, zone), _last(duty.to, zone), duty.on_call) for duty in office.rota),
            _on_call=office.on_call,
        )

    def open(self, now: datetime) -> bool:
        """Whether somebody is at the press desk."""
        today = now.astimezone(self.zone).date()
        # Yesterday's hours as well: they may run past midnight where the clocks change there.
        return any(opens <= now < closes for opens, closes in map(self._span, (today - _DAY, today)))

    def next_open(self, now: datetime) -> datetime | None:
        """The first instant from `now` on at which somebody is there: `now` itself while the desk is open.

        None where no hours are configured, or none of the next 400 days has any.
        """
        if self.open(now):
            return now.astimezone(UTC)
        return next((opens for opens, _ in self._spans(now) if now < opens), None)

    def after(self, start: datetime, worked: timedelta) -> datetime | None:
        """When somebody will have been at the desk for as long as `worked` since `start`, closed hours left out.

        None where that is not within the next 400 days.
        """
        counted, left = start.astimezone(UTC), worked
        for opens, closes in self._spans(start):
            begins = max(opens, counted)
            if begins + left <= closes:
                return begins + left
            if begins < closes:
                counted, left = closes, left - (closes - begins)
        return None

    def next_end(self, after: datetime) -> datetime | None:
        """The first instant later than `after` at which a shift ends: the desk closes, or others come on call.

        None where neither is within the next 400 days.
        """
        closing = (closes for _, closes in self._spans(after) if closes > after and not self.open(closes))
        changes = (duty.ends for duty in self._rota if duty.ends > after and self._relieved(duty))
        return min((end for end in (next(closing, None), *changes) if end is not None), default=None)

    def next_close(self, after: datetime) -> datetime | None:
        """When the desk closes today or, once it has, on the next day on which it opens.

        None where that is not within the next 400 days.
        """
        return next((closes for _, closes in self._spans(after) if closes > after), None)

    def on(self, day: date) -> tuple[datetime, datetime] | None:
        """When the desk opens and closes on a day, or None where it stays shut."""
        opens, closes = self._span(day)
        return (opens, closes) if opens < closes else None

    def instant(self, wall: datetime) -> datetime:
        """When the organisation's clock shows this (a naive time), the first of two such times."""
        return _first(wall, self.zone)

    def on_call(self, now: datetime) -> tuple[str, ...]:
        """Who is on call, as `platform:id`: those on dated duty, or the standing list where nobody is."""
        on_duty = (person for duty in self._rota if duty.begins <= now < duty.ends for person in duty.on_call)
        return tuple(dict.fromkeys(on_duty)) or self._on_call

    def _relieved(self, duty: _Duty) -> bool:
        """Whether somebody goes off call at the end of this duty."""
        return not set(duty.on_call) <= set(self.on_call(duty.ends))

    def _spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The hours of each day on which there are any, from those that may still run at `start` on."""
        if not self._week:
            return iter(())
        today = start.astimezone(self.zone).date()
        spans = (self._span(today + days * _DAY) for days in range(-1, _HORIZON))
        return ((opens, closes) for opens, closes in spans if opens < closes)

    def _span(self, day: date) -> tuple[datetime, datetime]:
        """When the desk opens and closes on a day; an empty span where it does not open."""
        midnight = datetime.combine(day, time())
        opens, closes = self._week.get(day.weekday(), (timedelta(), timedelta()))
        if opens == closes or day in self._holidays:
            return _first(midnight, self.zone), _first(midnight, self.zone)
        return _first(midnight + opens, self.zone), _last(midnight + closes, self.zone)


def _first(wall: datetime, zone: ZoneInfo) -> datetime:
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _last(wall: datetime, zone: ZoneInfo) -> datetime:
    return max(_first(wall, zone), wall.replace(tzinfo=zone, fold=1).astimezone(UTC))
