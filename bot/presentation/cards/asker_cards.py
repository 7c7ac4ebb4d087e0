"""Cards for the asker of a case: the notices that a transition announces, and their own enquiries on the home page."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from bot.domain.announcements import (
    Acknowledgement,
    AskerNotice,
    Claimed,
    DeadlineRead,
    Freed,
    JoinedNotice,
    MessageAdded,
    OfficerReply,
    PhoneReason,
    PlainNotice,
    PleasePhone,
    SplitNotice,
    TakenBack,
    WithdrawalNoted,
)
from bot.domain.case import Asker, Case, CaseKind
from bot.messages import Block, Button, Buttons, Caption, Markdown, Outgoing, Quote
from bot.plaintext import display_name, escape, markdown_message, shorten, summarise, text_message
from bot.presentation import texts
from bot.presentation.cards.case_card import CaseContext, button_value, head, state_word


def asker_notice(case: Case, notice: AskerNotice, context: CaseContext) -> Outgoing:
    """Return the message for a notice. `case` is the case after the transition."""
    match notice:
        case Acknowledgement():
            return _acknowledgement(case, notice, context)
        case MessageAdded():
            return _added(case, notice, context)
        case DeadlineRead():
            return _deadline_read(case, context)
        case OfficerReply():
            return _reply(case, notice)
        case PleasePhone():
            return markdown_message(_PHONE[notice.why](case.reference, escape(notice.phone)))
        case _:
            return text_message(_in_a_sentence(case, notice))


def may_ask_to_remove(case: Case, number: int) -> Outgoing:
    """Return that a message cannot be taken back any more, with a button that asks the officers to remove it."""
    said = texts.cannot_undo(case.reference)
    ask = Button(texts.ASK_TO_REMOVE, "case.ask_removal", f"{button_value(case)}:{number}")
    return Outgoing((Markdown(escape(said)), Buttons((ask,))), summary=said)


def own_case(case: Case, asker: Asker, context: CaseContext) -> Outgoing:
    """Return an asker's own enquiry with its state, for the home page."""
    return Outgoing((head(case, context), Quote(asker.text)), summary=f"{case.reference}, {state_word(case)}")


def _in_a_sentence(
    case: Case, notice: TakenBack | WithdrawalNoted | Claimed | Freed | JoinedNotice | SplitNotice | PlainNotice
) -> str:
    """Return the sentence of a notice that has no buttons."""
    match notice:
        case TakenBack():
            return texts.taken_back_for_asker(case.reference, mailed=notice.mailed)
        case WithdrawalNoted():
            if notice.owner is None:
                return texts.withdrawal_noted_for_asker(case.reference)
            return texts.withdrawal_asked_for_asker(case.reference, display_name(notice.owner))
        case Claimed():
            return texts.claimed_for_asker(display_name(notice.officer), case.reference)
        case Freed():
            return texts.freed_for_asker(display_name(notice.officer), case.reference)
        case JoinedNotice():
            officer = display_name(notice.owner) if notice.owner else ""
            return texts.joined_for_asker(notice.reference, notice.into, officer)
        case SplitNotice():
            return texts.split_for_asker(case.reference, notice.into)
        case PlainNotice():
            return _PLAIN[notice](case.reference)
        case _:
            assert_never(notice)


_PLAIN = {
    PlainNotice.CLOSED: texts.closed_for_asker,
    PlainNotice.FALSE_ALARM: texts.false_alarm_for_asker,
    PlainNotice.REACHED: texts.reached_for_asker,
    PlainNotice.REMOVAL_ASKED: texts.removal_asked_for_asker,
    PlainNotice.REMOVED: texts.removed_for_asker,
    PlainNotice.REOPENED: texts.reopened_for_asker,
    PlainNotice.RESPONDED: texts.responded_for_asker,
    PlainNotice.RETURNED: texts.returned_for_asker,
    PlainNotice.WITHDRAWN: texts.withdrawn_for_asker,
}
_PHONE = {
    PhoneReason.UNREACHABLE: texts.unreachable_for_asker,
    PhoneReason.UNCLAIMED: texts.phone_for_asker,
    PhoneReason.MESSAGE_UNDELIVERED: texts.further_undelivered,
}


def _acknowledgement(case: Case, notice: Acknowledgement, context: CaseContext) -> Outgoing:
    """Return the acknowledgement of a new case.

    It holds the reference, the holding line, who is at the desk, the deadline as it was understood and the phone
    number. In an urgent enquiry the phone number comes first.
    """
    duty, phone = _duty(case, notice, context), escape(notice.phone)
    if case.kind is CaseKind.MEDIA:
        told = [texts.passed_on(case.reference), notice.holding_line.strip()]
        paragraphs = [*told, escape(duty), escape(_deadline(case, context)), texts.phone(phone)]
        if case.urgent and phone:
            paragraphs = [texts.urgent_phone(phone), *paragraphs[:-1]]
    else:
        paragraphs = [texts.question_passed_on(case.reference), escape(duty)]
    blocks: list[Block] = [Markdown("\n\n".join(part for part in paragraphs if part))]
    if any(asker.files for asker in case.askers):
        blocks.append(Caption(texts.FILES_NOT_PASSED))
    withdraw = Button(texts.WITHDRAW, "case.withdraw", button_value(case))
    blocks.append(Buttons((_add_details(case), withdraw) if case.kind is CaseKind.MEDIA else (withdraw,)))
    return Outgoing(tuple(blocks), summary=summarise(paragraphs[0]))


def _duty(case: Case, notice: Acknowledgement, context: CaseContext) -> str:
    """Return when an officer is at the desk."""
    now = _local(context.now, context)
    if case.urgent and notice.phone and not notice.closes_at:
        return texts.hours_unknown(called=notice.called)  # whoever is to ring now need not know when somebody is back
    if notice.closes_at:
        return texts.desk_is_open(_local(notice.closes_at, context), now)
    if notice.opens_at:
        return texts.desk_is_shut(_local(notice.opens_at, context), now, called=notice.called)
    return texts.hours_unknown(called=notice.called)


def _added(case: Case, notice: MessageAdded, context: CaseContext) -> Outgoing:
    said = texts.added(case.reference, reached=not case.unreachable)
    deadline = escape(_deadline(case, context)) if notice.new_deadline else ""
    blocks: list[Block] = [Markdown("\n\n".join(part for part in (said, deadline) if part))]
    if notice.files:
        blocks.append(Caption(texts.FILES_NOT_PASSED))
    buttons = [_add_details(case)] if deadline else []
    buttons.append(Button(texts.UNDO, "case.undo", f"{button_value(case)}:{notice.number}"))
    if notice.unsure:
        buttons.append(Button(texts.SEPARATE, "case.separate", f"{button_value(case)}:{notice.number}"))
    blocks.append(Buttons(tuple(buttons)))
    return Outgoing(tuple(blocks), summary=summarise(said))


def _deadline_read(case: Case, context: CaseContext) -> Outgoing:
    words = texts.with_reference(case.reference, _deadline(case, context))
    return Outgoing((Markdown(escape(words)), Buttons((_add_details(case),))), summary=shorten(words))


def _deadline(case: Case, context: CaseContext) -> str:
    """Return the deadline as it was understood, or the question for it; empty if the case has none."""
    if case.due_at is None:
        return ""
    if not case.due_known:
        return texts.DEADLINE_WANTED
    return texts.understood_deadline(_local(case.due_at, context), _local(context.now, context))


def _reply(case: Case, notice: OfficerReply) -> Outgoing:
    """Return an officer's reply, quoted as data. In a media enquiry the first line says how the words may be used."""
    officer = display_name(notice.officer)
    introduction = texts.reply_from(escape(officer), case.reference)
    if case.kind is CaseKind.MEDIA:
        introduction = f"**{texts.REPLY_LABELS[notice.kind]}**\n\n{introduction}"
    summary = f"{officer} ({case.reference}): {shorten(notice.words)}"
    answer = Button(texts.answer_officer(officer), "case.answer", button_value(case), opens_form=True)
    return Outgoing((Markdown(introduction), Quote(notice.words), Buttons((answer,))), summary=summary)


def _add_details(case: Case) -> Button:
    return Button(texts.ADD_DETAILS, "case.details", button_value(case), opens_form=True)


def _local(instant: datetime, context: CaseContext) -> datetime:
    return instant.astimezone(context.zone)
