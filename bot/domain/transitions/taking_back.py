"""Transitions that remove a message which was added to a case: its author takes it back, or an officer removes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.announcements import PlainNotice, StepLine, TakenBack
from bot.domain.apply_message import without_message
from bot.domain.case import OFFICER_STEPS, TAKEN_BACK, Asker, Case, Step, StepKind
from bot.domain.schedule import EscalationPolicy
from bot.domain.transitions.transition import (
    NotifyAsker,
    Refusal,
    Refused,
    RemoveWords,
    ThreadReply,
    Transition,
    UpdateCard,
    owner_mention,
    transition_to,
)
from bot.messages import Person


def may_take_back(case: Case, number: int, steps: Sequence[Step]) -> bool:
    """Return whether the author may still take back the message of step `number` alone.

    Not once an officer has acted on the case, and never if it has to be kept: it is held or may be an FOI request.
    """
    acted = any(step.kind in OFFICER_STEPS for step in steps[number + 1 :])
    return not (acted or case.held or case.foi)


def take_back(
    case: Case,
    number: int,
    by: Person,
    steps: Sequence[Step],
    policy: EscalationPolicy,
    now: datetime,
    *,
    mailed: bool,
) -> Transition | Refused:
    """Remove the words of the message that step `number` added. Its author does this, see `may_take_back`.

    `mailed` is whether the press office has got an e-mail with the words, which cannot be taken back.
    """
    message = added_message(case, number, steps)
    if isinstance(message, Refused):
        return message
    asker = _author(case, message, by)
    if asker is None:
        return Refused(Refusal.ASKER_ONLY, case)
    if not may_take_back(case, number, steps):
        return Refused(Refusal.ASK_TO_REMOVE, case)
    return _removed(case, number, steps, policy, Step(now, StepKind.TAKEN_BACK, by), asker, TakenBack(mailed=mailed))


def ask_to_remove(case: Case, number: int, by: Person, steps: Sequence[Step], now: datetime) -> Transition | Refused:
    """Ask the officers to remove the message that step `number` added."""
    message = added_message(case, number, steps)
    if isinstance(message, Refused):
        return message
    asker = _author(case, message, by)
    if asker is None:
        return Refused(Refusal.ASKER_ONLY, case)
    if any(step.kind is StepKind.REMOVAL_ASKED and step.label == str(number) for step in steps):
        return Refused(Refusal.REMOVAL_ALREADY_ASKED, case)
    step = Step(now, StepKind.REMOVAL_ASKED, by, label=str(number))
    line = ThreadReply(StepLine(step), owner_mention(case))
    return transition_to(case, (step,), UpdateCard(), line, NotifyAsker(asker, PlainNotice.REMOVAL_ASKED))


def remove(
    case: Case, number: int, by: Person, steps: Sequence[Step], policy: EscalationPolicy, now: datetime
) -> Transition | Refused:
    """Remove the words of the message that step `number` added. An officer does this; a hold forbids it."""
    message = added_message(case, number, steps)
    if isinstance(message, Refused):
        return message
    if case.held:
        return Refused(Refusal.HELD, case)
    author = message.by
    asker = _author(case, message, author) if author else None
    return _removed(case, number, steps, policy, Step(now, StepKind.REMOVED, by), asker, PlainNotice.REMOVED)


def added_message(case: Case, number: int, steps: Sequence[Step]) -> Step | Refused:
    """Return the step `number`, if it added a message whose words are still there."""
    step = steps[number] if 0 <= number < len(steps) else None
    if step is None or step.kind is not StepKind.ADDED:
        return Refused(Refusal.ASKER_ONLY, case)
    return Refused(Refusal.TAKEN_BACK_ALREADY, case) if step.label == TAKEN_BACK else step


def _removed(
    case: Case,
    number: int,
    steps: Sequence[Step],
    policy: EscalationPolicy,
    step: Step,
    asker: Asker | None,
    notice: TakenBack | PlainNotice,
) -> Transition:
    """Return the transition that removes a message with its later edits, and what was read from them."""
    event = steps[number].event_id
    edits = [at for at, each in enumerate(steps) if event and each.kind is StepKind.CORRECTED and each.label == event]
    gone = (number, *edits)
    after = case
    for each in gone:
        after = without_message(after, steps[each], [one for at, one in enumerate(steps) if at not in gone], policy)
    line = ThreadReply(StepLine(step), owner_mention(case))
    told = (NotifyAsker(asker, notice),) if asker else ()
    words = tuple(steps[each].text for each in gone)
    return transition_to(after, (step,), RemoveWords(gone, event, words), UpdateCard(), line, *told)


def _author(case: Case, message: Step, by: Person) -> Asker | None:
    """Return `by` as an asker of the case, if the message is theirs."""
    if message.by is None or message.by.key != by.key:
        return None
    return next((asker for asker in case.askers if asker.person.key == by.key), None)
