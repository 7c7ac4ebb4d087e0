"""The press desk as configured: its channels, its officers, its hours and the state that follows from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.config import Config, PressOffice
from bot.domain import deadlines
from bot.domain.case import Case
from bot.domain.hours import Hours
from bot.domain.schedule import EscalationPolicy
from bot.domain.transitions import DeskStatus
from bot.knowledge.model import Knowledge
from bot.messages import Address, Person
from bot.presentation import texts
from bot.storage.transaction import Transaction


class PressDesk:
    """The press desk of the configuration. Without channels there is no press office, see `exists`."""

    def __init__(self, config: Config) -> None:
        office = config.press_office
        hours = Hours.of(config)
        self.channels: tuple[Address, ...] = tuple(_address(named) for named in office.channels)
        self.mail: Address | None = Address("email", office.email) if office.email and config.email else None
        """The press office's mailbox, for unclaimed cases and as the fallback; None if e-mail is not configured."""
        self.phone: str = office.phone
        """The press office's number; empty if none is configured."""
        self.policy: EscalationPolicy = _escalation_policy(office, hours, mails=self.mail is not None)
        self.same_story_within: timedelta = office.same_story_within
        """The longest time between two enquiries that can be about one story."""
        self._officers = frozenset(office.officers)
        self._listed_officers = office.officers
        self._fallback_after = office.fallback_after

    @property
    def exists(self) -> bool:
        """Return whether there is a press office to which enquiries can be passed on."""
        return bool(self.channels)

    @property
    def zone(self) -> ZoneInfo:
        """Return the organisation's time zone."""
        return self.policy.hours.zone

    @property
    def officers(self) -> tuple[Person, ...]:
        """Return the configured officers. A user group is one of them, as a Person whose token is the group."""
        listed = (named.partition(":") for named in self._listed_officers)
        return tuple(Person(platform, token) for platform, _, token in listed)

    def is_officer(self, person: Person) -> bool:
        """Return whether a person may act on cases: they or one of their user groups are configured as officers."""
        keys = {person.key} | {f"{person.platform}:{group}" for group in person.groups}
        return not keys.isdisjoint(self._officers)

    def is_listed(self, named: str) -> bool:
        """Return whether `platform:id` is configured as an officer itself; members of a listed group are not."""
        return named in self._officers

    def channel_name(self, channel: Address) -> str:
        """Return the name of a press channel or the mailbox for a sentence. The token is added if it is needed."""
        same_platform = [each for each in self.channels if each.platform == channel.platform]
        return texts.channel(channel.platform, channel.token if len(same_platform) > 1 else "")

    def deadline_problem(self, words: str, now: datetime) -> str:
        """Return what is wrong with a deadline in a form: no time, or a past one; empty if it can be used."""
        if not words:
            return ""
        instant = deadlines.read(words, self.policy.hours, now)
        if instant is None:
            return texts.NO_TIME
        return texts.deadline_in_the_past(instant.astimezone(self.zone)) if instant < now else ""

    def status(self, knowledge: Knowledge, now: datetime) -> DeskStatus:
        """Return the state of the desk for a transition that happens now. For a given case, use `status_of`."""
        hours = self.policy.hours
        opens = hours.next_open(now)
        is_open = opens == now
        return DeskStatus(
            phone=self.phone,
            holding_line=knowledge.media.holding_line if knowledge.media else "",
            fallback_after=self._fallback_after,
            on_call=hours.on_call(now),
            on_call_at_once=not is_open,
            opens_in=opens - now if opens else timedelta(),
            closes_at=hours.next_close(now) if is_open else None,
            assumed_deadline=deadlines.assumed(hours, now),
            zone=self.zone,
        )


def status_of(tx: Transaction, case: Case, press_desk: PressDesk, knowledge: Knowledge) -> DeskStatus:
    """Return the state of the desk for a transition of this case.

    If the case belongs to an incident that lasts, the holding line is the incident's, and its lead is called at once.
    """
    status = press_desk.status(knowledge, tx.now)
    incident = tx.incidents.load(case.incident_id) if case.incident_id is not None else None
    if incident is None or incident.ended_at is not None:
        return status
    called = tuple(dict.fromkeys((incident.lead, *status.on_call)))
    return replace(status, holding_line=incident.holding_line, on_call=called, on_call_at_once=True)


def _escalation_policy(office: PressOffice, hours: Hours, *, mails: bool) -> EscalationPolicy:
    return EscalationPolicy(
        hours=hours,
        remind_after=office.remind_after,
        on_call_after=office.on_call_after,
        mail_after=office.mail_after,
        phone_after=office.phone_after,
        nudge_after=office.nudge_after,
        return_after=office.return_after,
        urgent_within=office.urgent_within,
        handover_before=office.handover_before,
        mails=mails,
    )


def _address(named: str) -> Address:
    """Return `platform:id`, as the configuration writes it, as an Address."""
    platform, _, token = named.partition(":")
    return Address(platform, token)
