"""What askers do to a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from bot.domain.apply_message import corrected, filled_in, follows, heard, hurries, shown_back
from bot.domain.case import Asker, Case, CaseKind, CaseState, Details, Outcome, Step, StepKind
from bot.domain.schedule import EscalationPolicy
from bot.domain.transitions.transition import (
    FALLBACK,
    Change,
    DeskStatus,
    Effect,
    NotifyAsker,
    PostCard,
    Refused,
    StartTimer,
    ThreadReply,
    UpdateCard,
    changed,
    closed,
    owner_of,
    stop_all,
    tell_all,
)
from bot.messages import Outgoing, Person, Said
from bot.presentation import cards, texts
from bot.presentation.cards import name
from bot.presentation.cards.case_card import LONG


def asker_of(said: Said, now: datetime) -> Asker:
    """Whoever said something, as an asker of a case."""
    return Asker(said.person, said.direct, said.at, said.text, now, said.event_id, said.link, said.files)


def opened(case: Case, first: Step, status: DeskStatus, now: datetime) -> Change:
    """A case that was just created: ping, acknowledge, and watch that somebody takes it. `first` says who opened it."""
    steps = [first]
    mention = status.on_call if case.kind is CaseKind.MEDIA and (status.on_call_at_once or case.urgent) else ()
    if mention:
        steps.append(Step(now, StepKind.ON_CALL))
    effects: list[Effect] = [PostCard(mention), *tell_all(case, _acknowledged(case, status, now, called=bool(mention)))]
    whole = (ThreadReply(cards.in_thread(texts.WHOLE, asker.text)) for asker in case.askers if len(asker.text) > LONG)
    effects.extend(whole)
    if case.kind is CaseKind.MEDIA:
        effects.append(StartTimer(FALLBACK, status.fallback_after))
    return Change(case, tuple(steps), tuple(effects))


def _acknowledged(case: Case, status: DeskStatus, now: datetime, *, called: bool) -> Outgoing:
    here = now.astimezone(status.zone)
    duty = texts.nobody_known(called=called)
    if status.closes_at:
        duty = texts.desk_is_open(status.closes_at.astimezone(status.zone), here)
    elif status.opens_in:
        duty = texts.desk_is_shut((now + status.opens_in).astimezone(status.zone), here, called=called)
    deadline = ""
    if case.due_at:
        say = texts.understood_deadline if case.due_known else texts.assumed_deadline
        deadline = say(case.due_at.astimezone(status.zone))
    return cards.acknowledgement(
        case, holding_line=status.holding_line, phone=status.phone, duty=duty, deadline=deadline
    )


def add(
    case: Case, said: Said, steps: Sequence[Step], status: DeskStatus, policy: EscalationPolicy, now: datetime
) -> Change:
    """A further message of an asker, which may say when, or how soon. `steps` are the history so far."""
    after = heard(case, said.text, steps, policy, now)
    calls = hurries(case, after, status)
    step = Step(now, StepKind.ADDED, said.person, said.text, said.event_id)
    asker = _asker(case, said.person) or asker_of(said, now)
    below = cards.in_thread(texts.further(name(said.person)), said.text, files=said.files, link=said.link)
    told = cards.added(after, len(steps), files=said.files, deadline=shown_back(case, after, status))
    line = ThreadReply(below, (*owner_of(case), *calls), carries=said)
    more = (step, *follows(case, after, calls, now))
    return changed(after, more, UpdateCard(), line, NotifyAsker(asker, told))


def correct(
    case: Case, said: Said, steps: Sequence[Step], status: DeskStatus, policy: EscalationPolicy, now: datetime
) -> Change:
    """An asker edited a message that is part of the case. What opened it reads on the card as it does now."""
    step = Step(now, StepKind.CORRECTED, said.person, said.text, said.event_id)
    was = next((asker for asker in case.askers if asker.event_id == said.corrects), None)
    after = corrected(case, was, said.text, steps, policy, now) if was else heard(case, said.text, steps, policy, now)
    calls = hurries(case, after, status)
    asker, read = was or _asker(case, said.person), shown_back(case, after, status)
    told = (
        (NotifyAsker(asker, cards.deadline_read(after, texts.about(case.reference, read))),) if asker and read else ()
    )
    below = cards.in_thread(texts.correction(name(said.person)), said.text, files=said.files, link=said.link)
    line = ThreadReply(below, (*owner_of(case), *calls), carries=said)
    return changed(after, (step, *follows(case, after, calls, now)), UpdateCard(), line, *told)


def withdraw(case: Case, by: Person, steps: Sequence[Step], now: datetime) -> Change | Refused:
    """The asker no longer needs it: done at once while nobody else has to do with it, a request afterwards."""
    asker = _asker(case, by)
    if asker is None:
        return Refused(texts.NOT_YOURS)
    if case.state is CaseState.CLOSED:
        return Refused(texts.already_closed_for_asker(case.reference))
    if case.state is CaseState.OPEN and len(case.askers) == 1:
        ended = closed(case, Outcome.WITHDRAWN, now)
        told = NotifyAsker(asker, cards.sentence(texts.withdrawn_for_asker(case.reference)))
        below = ThreadReply(cards.in_thread(texts.withdrawn(name(by))))
        return changed(ended, (Step(now, StepKind.WITHDRAWN, by),), UpdateCard(), below, told, *stop_all())
    if _asked_to_withdraw(steps, by):
        return Refused(texts.withdrawal_already_asked(case.reference))
    below = ThreadReply(cards.in_thread(texts.withdrawal_asked(name(by))), owner_of(case))
    noted = texts.withdrawal_noted_for_asker(case.reference)
    if case.owner is not None:
        noted = texts.withdrawal_asked_for_asker(case.reference, name(case.owner))
    told = NotifyAsker(asker, cards.sentence(noted))
    return changed(case, (Step(now, StepKind.WITHDRAWAL_ASKED, by),), UpdateCard(), below, told)


def separate(case: Case, message: Step, by: Person, new: Case, now: datetime) -> Change:
    """A message that was added is an enquiry of its own, which is `new`."""
    below = cards.in_thread(texts.separated(name(by), new.reference), message.text)
    step = Step(now, StepKind.SEPARATED, by, new.reference)
    return changed(case, (step,), UpdateCard(), ThreadReply(below, owner_of(case)))


def add_details(
    case: Case, by: Person, details: Details, status: DeskStatus, policy: EscalationPolicy, now: datetime
) -> Change | Refused:
    """What became known of the enquiry; an empty field keeps what was known.

    A new deadline counts from now on; what hurries by now calls whoever is on call where nobody has it.
    """
    known = {field.name: getattr(details, field.name) or getattr(case.details, field.name) for field in fields(Details)}
    merged = Details(**known)
    if merged == case.details:
        return Refused(texts.NOTHING_WRITTEN)
    new = {texts.DETAILS_LABELS[key]: value for key, value in known.items() if value != getattr(case.details, key)}
    after = filled_in(case, merged, policy, now)
    calls = hurries(case, after, status)
    read = texts.deadline_read(after.due_at.astimezone(status.zone)) if after.due_at and after.due_known else ""
    text = "; ".join(f"{label}: {value}" for label, value in new.items())
    below = ThreadReply(cards.in_thread(texts.details_added(name(by)), text), (*owner_of(case, but=by), *calls))
    steps = (Step(now, StepKind.DETAILS, by, text), *follows(case, after, calls, now))
    notice = " ".join(part for part in (texts.details_taken(case.reference), read) if part)
    return changed(after, steps, UpdateCard(), below, notice=notice)


def _asker(case: Case, person: Person) -> Asker | None:
    return next((asker for asker in case.askers if asker.person.key == person.key), None)


def _asked_to_withdraw(steps: Sequence[Step], by: Person) -> bool:
    """Whether this person has, since the case was last taken up."""
    for step in reversed(steps):
        if step.kind is StepKind.REOPENED:
            return False
        if step.kind is StepKind.WITHDRAWAL_ASKED and step.by is not None and step.by.key == by.key:
            return True
    return False
