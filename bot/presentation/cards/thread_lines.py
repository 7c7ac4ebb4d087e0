"""Lines in the thread below the card of a case, which tell the press office what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import assert_never

from bot.domain.announcements import (
    LinkedLine,
    NudgeLine,
    PlainLine,
    ReminderLine,
    ReturnedLine,
    StatementLine,
    StepLine,
    ThreadLine,
)
from bot.domain.case import Case, ReplyKind, Step, StepKind
from bot.messages import Block, Button, Buttons, Facts, Markdown, Outgoing, Quote, Said
from bot.plaintext import display_name, escape, shorten, spoken, text_message
from bot.presentation import texts
from bot.presentation.cards.case_card import CaseContext, attachment_facts, button_value


def thread_line(case: Case, line: ThreadLine, carries: Said | None, context: CaseContext) -> Outgoing:
    """Return the message for a line. `case` is the case after the transition.

    `carries` is the message that the line passes on, if it passes one on.
    """
    match line:
        case StepLine():
            return _step_line(case, line, carries, context)
        case StatementLine():
            issued = line.statement
            said = texts.statement_issued(display_name(issued.by), issued.recipient, issued.approver)
            return in_thread(said, issued.text)
        case LinkedLine():
            return text_message(texts.linked_below(line.other.reference, line.other.details.outlet, same=line.same))
        case ReminderLine():
            return in_thread(_reminder(case, line))
        case NudgeLine():
            said = texts.wait_is_over(case.reference, line.facts) if line.waited else texts.nudge(case.reference)
            return in_thread(said)
        case ReturnedLine():
            owner = display_name(line.owner) if line.owner else texts.THE_DESK
            return in_thread(texts.returned(case.reference, owner))
        case PlainLine.FILES_NOT_SENT:
            return in_thread(texts.FILES_NOT_SENT)
        case _:
            assert_never(line)


def in_thread(said: str, quote: str = "", *, files: int = 0, link: str = "") -> Outgoing:
    """Return a sentence of the desk, followed by a person's quoted words and what came with them, if there are any."""
    blocks: list[Block] = [Markdown(escape(said))]
    if quote:
        blocks.append(Quote(quote))
    if facts := attachment_facts(files, link):
        blocks.append(Facts(facts))
    return Outgoing(tuple(blocks), summary=shorten(f"{said} {quote}"))


def _step_line(case: Case, line: StepLine, carries: Said | None, context: CaseContext) -> Outgoing:
    step = line.step
    if step.kind is StepKind.REMOVAL_ASKED:
        return _removal_asked(case, step)
    if step.kind is StepKind.HANDOVER_OFFERED:
        return _offer(case, step)
    said = _SENTENCES[step.kind](case, step, context)
    quote = line.quote or (step.text if step.kind in _QUOTED else "")
    if carries is None:
        return in_thread(said, quote)
    return in_thread(said, quote, files=carries.files, link=carries.link)


def _offer(case: Case, step: Step) -> Outgoing:
    """Return the question to an officer whether they take the case over, with its two buttons."""
    words = texts.asks_to_take(_actor(step), case.reference, step.text)
    take = Button(texts.TAKE_OVER, "case.take", button_value(case), "primary")
    decline = Button(texts.DECLINE, "case.decline", button_value(case))
    return Outgoing((Markdown(escape(words)), Buttons((take, decline))), summary=shorten(words))


def _removal_asked(case: Case, step: Step) -> Outgoing:
    """Return the request of an asker to remove their message, with the button that does it."""
    words = texts.asks_to_remove(_actor(step))
    remove = Button(texts.REMOVE, "case.remove", f"{button_value(case)}:{step.label}")
    return Outgoing((Markdown(escape(words)), Buttons((remove,))), summary=shorten(words))


def _reminder(case: Case, line: ReminderLine) -> str:
    """Return the reminder, with a sentence for each of the steps that were taken with it."""
    words = [texts.reminder(case.reference, int(line.waited.total_seconds() // 60))]
    if case.urgent:
        words.append(texts.REMINDER_URGENT)
    if StepKind.ON_CALL in line.steps:
        words.append(texts.PLEASE_CLAIM if line.on_call else texts.NOBODY_ON_CALL)
    if StepKind.MAILED in line.steps:
        words.append(texts.ALSO_MAILED)
    if StepKind.PHONE_GIVEN in line.steps:
        words.append(texts.told_to_phone(line.phone))
    return " ".join(words)


# ---- the sentence for each kind of step -----------------------------------------------------------------------------

_Sentence = Callable[[Case, Step, CaseContext], str]


def _actor(step: Step) -> str:
    """Return the name of the person who took the step, or of the desk."""
    return display_name(step.by) if step.by else texts.THE_DESK


def _naming_actor(say: Callable[[str], str]) -> _Sentence:
    """Return a function for a sentence that takes nothing but the name of the person who took the step."""
    return lambda case, step, context: say(_actor(step))


def _wrote_to_asker(case: Case, step: Step, context: CaseContext) -> str:
    if step.label in {"", ReplyKind.ADVICE}:
        return texts.wrote_to_asker(_actor(step))
    return texts.wrote_as(_actor(step), texts.REPLY_KINDS[step.label])


def _waits(case: Case, step: Step, context: CaseContext) -> str:
    return texts.waits_below(_actor(step), case.waiting_for, _spoken(case.waiting_until, context))


def _declined(case: Case, step: Step, context: CaseContext) -> str:
    return texts.declined(_actor(step), case.reference, display_name(case.owner) if case.owner else "")


def _deadline_near(case: Case, step: Step, context: CaseContext) -> str:
    return texts.deadline_near(case.reference, _spoken(case.due_at, context), known=case.due_known)


def _spoken(at: datetime | None, context: CaseContext) -> str:
    return spoken((at or context.now).astimezone(context.zone), context.now.astimezone(context.zone))


_SENTENCES: Mapping[StepKind, _Sentence] = {
    StepKind.OPENED: lambda case, step, context: texts.WHOLE_MESSAGE,
    StepKind.ADDED: _naming_actor(texts.further_message),
    StepKind.CORRECTED: _naming_actor(texts.correction),
    StepKind.DETAILS: _naming_actor(texts.details_added),
    StepKind.WITHDRAWN: _naming_actor(texts.withdrawn),
    StepKind.WITHDRAWAL_ASKED: _naming_actor(texts.withdrawal_asked),
    StepKind.TAKEN_BACK: _naming_actor(texts.took_back),
    StepKind.REMOVED: _naming_actor(texts.removed_below),
    StepKind.SEPARATED: lambda case, step, context: texts.separated(_actor(step), step.text),
    StepKind.UNCLAIMED: _naming_actor(texts.freed),
    StepKind.REPLIED: _wrote_to_asker,
    StepKind.NOTED: _naming_actor(texts.noted),
    StepKind.RESPONDED: _naming_actor(texts.responded),
    StepKind.REOPENED: _naming_actor(texts.reopened),
    StepKind.WAITING: _waits,
    StepKind.HANDOVER_ACCEPTED: lambda case, step, context: texts.took_over(_actor(step), case.reference, step.text),
    StepKind.HANDOVER_DECLINED: _declined,
    StepKind.DELIVERED: lambda case, step, context: texts.delivered_to(step.text),
    StepKind.NOT_A_MEMBER: lambda case, step, context: texts.NOT_A_MEMBER,
    StepKind.UNDELIVERED: lambda case, step, context: texts.undelivered_to(step.text),
    StepKind.DEADLINE_NEAR: _deadline_near,
    StepKind.DEADLINE_PASSED: lambda case, step, context: texts.deadline_passed(case.reference, known=case.due_known),
    StepKind.TOOK_IN: lambda case, step, context: texts.took_in_below(step.text, _actor(step)),
    StepKind.JOINED: lambda case, step, context: texts.joined_to(case.reference, step.text),
    StepKind.SPLIT: lambda case, step, context: texts.split_below(step.text, _actor(step)),
    StepKind.RESTRICTED: _naming_actor(texts.restricted_below),
    StepKind.UNRESTRICTED: _naming_actor(texts.unrestricted_below),
}

_QUOTED = frozenset(
    {
        StepKind.OPENED,
        StepKind.ADDED,
        StepKind.CORRECTED,
        StepKind.DETAILS,
        StepKind.REPLIED,
        StepKind.NOTED,
        StepKind.RESPONDED,
    }
)
"""Kinds of steps whose text a person wrote. It is quoted below the sentence."""
