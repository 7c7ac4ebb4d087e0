"""The press office as the configuration describes it."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.config import Config, PressOffice
from bot.domain import deadlines
from bot.domain.hours import Hours
from bot.domain.transitions import DeskStatus, EscalationPolicy
from bot.knowledge.model import Knowledge
from bot.messages import Address, Person
from bot.presentation import texts
from bot.queue.effects import Press


class PressDesk:
    """Where it is pinged, who may act, and what it promises just now."""

    def __init__(self, config: Config) -> None:
        settings = config.press_office
        hours = Hours.of(config)
        mail = Address("email", settings.email) if settings.email and config.email else None
        self.press = Press(tuple(address(named) for named in settings.channels), _policy(settings, hours, mail), mail)
        self._officers = frozenset(settings.officers)
        self._settings = settings
        self._hours = hours

    @property
    def exists(self) -> bool:
        """Whether there is anybody to pass something on to."""
        return bool(self.press.channels)

    def called(self, channel: Address) -> str:
        """What to call one of its channels, or its mailbox, in a sentence."""
        alike = [each for each in self.press.channels if each.platform == channel.platform]
        return texts.channel(channel.platform, channel.token if len(alike) > 1 else "")

    @property
    def phone(self) -> str:
        """Where the press office is reached without waiting; empty where nobody wrote it down."""
        return self._settings.phone

    @property
    def officers(self) -> tuple[Person, ...]:
        """Who may act, as they are listed; a user group stands for its members."""
        listed = (named.partition(":") for named in self._settings.officers)
        return tuple(Person(platform, token) for platform, _, token in listed)

    def is_officer(self, person: Person) -> bool:
        """Listed by themselves, or through a user group of their platform."""
        keys = {person.key} | {f"{person.platform}:{group}" for group in person.groups}
        return not keys.isdisjoint(self._officers)

    def is_listed(self, named: str) -> bool:
        """Whether `platform:id` stands in the list of officers."""
        return named in self._officers

    @property
    def same_story_within(self) -> timedelta:
        """How long enquiries may be apart and still be one story."""
        return self._settings.same_story_within

    def deadline_problem(self, words: str, now: datetime) -> str:
        """What is to be mended in a deadline that somebody wrote, or nothing."""
        if not words:
            return ""
        instant = deadlines.read(words, self._hours, now)
        if instant is None:
            return texts.NO_TIME
        return texts.passed_already(instant.astimezone(self._hours.zone)) if instant < now else ""

    def status(self, knowledge: Knowledge, now: datetime) -> DeskStatus:
        """What holds for a case that something happens to now."""
        settings = self._settings
        opens = self._hours.next_open(now)
        return DeskStatus(
            phone=settings.phone,
            holding_line=knowledge.media.holding_line if knowledge.media else "",
            fallback_after=settings.fallback_after,
            on_call=self._hours.on_call(now),
            on_call_at_once=opens != now,
            opens_in=opens - now if opens else timedelta(),
            closes_at=self._hours.next_close(now) if opens == now else None,
            day_ends=deadlines.assumed(self._hours, now),
            zone=self._hours.zone,
        )


def _policy(settings: PressOffice, hours: Hours, mail: Address | None) -> EscalationPolicy:
    return EscalationPolicy(
        hours=hours,
        remind_after=settings.remind_after,
        on_call_after=settings.on_call_after,
        mail_after=settings.mail_after,
        phone_after=settings.phone_after,
        nudge_after=settings.nudge_after,
        return_after=settings.return_after,
        urgent_within=settings.urgent_within,
        handover_before=settings.handover_before,
        mails=mail is not None,
    )


def address(named: str) -> Address:
    """`platform:id` as the configuration writes it."""
    platform, _, token = named.partition(":")
    return Address(platform, token)
