"""The first transition of a case: ping the press office, acknowledge, and start the fallback timer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.announcements import Acknowledgement, StepLine
from bot.domain.case import LONGEST_ON_CARD, Asker, Case, CaseKind, Membership, Step, StepKind
from bot.domain.transitions.transition import (
    FALLBACK,
    DeskStatus,
    Effect,
    PostCard,
    StartTimer,
    ThreadReply,
    Transition,
    notify_all,
)
from bot.messages import Said


def asker_of(said: Said, now: datetime) -> Asker:
    """Return the sender of a message as an asker, with the message as the opening one."""
    membership = Membership.CONFIRMED if said.identified else Membership.UNCONFIRMED
    asker = Asker(said.person, said.direct, said.at, said.text, now, said.event_id, said.link, said.files)
    return replace(asker, membership=membership)


def opened(case: Case, first: Step, status: DeskStatus, now: datetime) -> Transition:
    """Return the first transition of a case that was just created. `first` is its step `StepKind.OPENED`."""
    steps = [first]
    mention = status.on_call if case.kind is CaseKind.MEDIA and (status.on_call_at_once or case.urgent) else ()
    if mention:
        steps.append(Step(now, StepKind.ON_CALL))
    notice = Acknowledgement(
        holding_line=status.holding_line,
        phone=status.phone,
        called=bool(mention),
        closes_at=status.closes_at,
        opens_at=now + status.opens_in if status.opens_in else None,
    )
    effects: list[Effect] = [PostCard(mention), *notify_all(case, notice)]
    if any(len(asker.text) > LONGEST_ON_CARD for asker in case.askers):
        effects.append(ThreadReply(StepLine(first)))
    if case.kind is CaseKind.MEDIA:
        effects.append(StartTimer(FALLBACK, status.fallback_after))
    return Transition(case, tuple(steps), tuple(effects))
