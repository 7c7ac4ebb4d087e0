"""When the press desk is open, and who is on call. Pure: the time is an argument.

The configuration states hours and duties in local time; they are compared as instants in UTC. Two local times need a
rule, because the clocks change twice a year:

- A time that does not exist is read with the offset of before the change: 02:30 is 03:30 if the clocks go forward at
  02:00 (RFC 5545, section 3.3.5).
- A time that happens twice means its first occurrence as a beginning, and its second as an end.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays

from bot.config import Config, week

_DAY = timedelta(days=1)
_HORIZON = 400  # days to search ahead; no calendar of holidays closes a desk for longer than a year


@dataclass(frozen=True, slots=True)
class _Duty:
    begins: datetime  # UTC
    ends: datetime  # UTC
    on_call: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hours:
    """The press desk's hours and duties. Datetimes passed in are aware; those returned are in UTC."""

    zone: ZoneInfo
    """The organisation's time zone."""
    _week: Mapping[int, tuple[timedelta, timedelta]]
    """Weekday (Monday is 0) -> opening and closing time, as time since midnight. A closed day is missing."""
    _holidays: Container[date]
    _rota: tuple[_Duty, ...]
    _standing_on_call: tuple[str, ...]
    """Who is on call while the rota names nobody, as `platform:id`."""

    @classmethod
    def of(cls, config: Config) -> Hours:
        """Return the hours, holidays and duties of the configuration."""
        office, zone = config.press_office, ZoneInfo(config.organisation.timezone)
        calendar = office.holidays
        return cls(
            zone=zone,
            _week=week(office.hours),
            _holidays=(
                holidays.country_holidays(calendar.country, subdiv=calendar.subdivision) if calendar else frozenset()
            ),
            _rota=tuple(
                _Duty(_first_instant(duty.from_, zone), _last_instant(duty.to, zone), duty.on_call)
                for duty in office.rota
            ),
            _standing_on_call=office.on_call,
        )

    def open(self, now: datetime) -> bool:
        """Return whether somebody is at the press desk."""
        today = now.astimezone(self.zone).date()
        # Yesterday's hours as well: they end after midnight if the clocks change at midnight.
        return any(opens <= now < closes for opens, closes in map(self._span, (today - _DAY, today)))

    def next_open(self, now: datetime) -> datetime | None:
        """Return the first time from `now` on at which the desk is open: `now` itself if it is open.

        Return None if no hours are configured, or if the desk does not open within 400 days.
        """
        if self.open(now):
            return now.astimezone(UTC)
        return next((opens for opens, _ in self._spans(now) if now < opens), None)

    def add_open_time(self, start: datetime, open_for: timedelta) -> datetime | None:
        """Return the time at which the desk will have been open for `open_for` since `start`.

        Return None if that is more than 400 days ahead.
        """
        counted, left = start.astimezone(UTC), open_for
        for opens, closes in self._spans(start):
            begins = max(opens, counted)
            if begins + left <= closes:
                return begins + left
            if begins < closes:
                counted, left = closes, left - (closes - begins)
        return None

    def next_shift_end(self, after: datetime) -> datetime | None:
        """Return the first time later than `after` at which the desk closes or somebody's duty ends.

        Return None if neither happens within 400 days.
        """
        closing = (closes for _, closes in self._spans(after) if closes > after and not self.open(closes))
        changes = (duty.ends for duty in self._rota if duty.ends > after and self._goes_off_call(duty))
        return min((end for end in (next(closing, None), *changes) if end is not None), default=None)

    def next_close(self, after: datetime) -> datetime | None:
        """Return when the desk next closes: today or, if it has closed already, on the next day on which it opens.

        Return None if that is more than 400 days ahead.
        """
        return next((closes for _, closes in self._spans(after) if closes > after), None)

    def span_of_day(self, day: date) -> tuple[datetime, datetime] | None:
        """Return when the desk opens and closes on a day, or None if it stays closed."""
        opens, closes = self._span(day)
        return (opens, closes) if opens < closes else None

    def instant(self, local: datetime) -> datetime:
        """Return a naive local time of the organisation in UTC; the first occurrence if it happens twice."""
        return _first_instant(local, self.zone)

    def on_call(self, now: datetime) -> tuple[str, ...]:
        """Return who is on call, as `platform:id`: whoever the rota names or, if it names nobody, the standing list."""
        on_duty = (person for duty in self._rota if duty.begins <= now < duty.ends for person in duty.on_call)
        return tuple(dict.fromkeys(on_duty)) or self._standing_on_call

    def _goes_off_call(self, duty: _Duty) -> bool:
        """Return whether somebody of this duty is not on call any more when it ends."""
        return not set(duty.on_call) <= set(self.on_call(duty.ends))

    def _spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield opening and closing of each day that has hours, beginning with the day before `start`."""
        if not self._week:
            return iter(())
        today = start.astimezone(self.zone).date()
        spans = (self._span(today + days * _DAY) for days in range(-1, _HORIZON))
        return ((opens, closes) for opens, closes in spans if opens < closes)

    def _span(self, day: date) -> tuple[datetime, datetime]:
        """Return when the desk opens and closes on a day; midnight twice if it stays closed."""
        midnight = datetime.combine(day, time())
        opens, closes = self._week.get(day.weekday(), (timedelta(), timedelta()))
        if opens == closes or day in self._holidays:
            closed = _first_instant(midnight, self.zone)
            return closed, closed
        return _first_instant(midnight + opens, self.zone), _last_instant(midnight + closes, self.zone)


def _first_instant(local: datetime, zone: ZoneInfo) -> datetime:
    """Return a naive local time in UTC; the first occurrence if it happens twice."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _last_instant(local: datetime, zone: ZoneInfo) -> datetime:
    """Return a naive local time in UTC; the second occurrence if it happens twice."""
    # If the time does not exist, fold=1 gives the earlier instant, so the later of both is taken.
    return max(_first_instant(local, zone), local.replace(tzinfo=zone, fold=1).astimezone(UTC))
