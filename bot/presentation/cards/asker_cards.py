"""Cards to whoever asked for the press office."""

from __future__ import annotations

from bot.domain.case import Asker, Case, CaseKind, ReplyKind
from bot.messages import Block, Button, Buttons, Caption, Markdown, Outgoing, Quote
from bot.presentation import texts
from bot.presentation.cards.card_text import escape, shorten, summarise
from bot.presentation.cards.case_context import CaseContext
from bot.presentation.cards.case_head import handle, head, state_word


def acknowledgement(case: Case, *, holding_line: str, phone: str, duty: str, deadline: str) -> Outgoing:
    """What the asker reads when a case was opened: the reference, what to do meanwhile, who is there, the number.

    `duty` says when somebody is at the desk, `deadline` what was understood of it; empty where there is nothing to say.
    """
    reached = texts.phone(escape(phone))
    if case.kind is CaseKind.MEDIA:
        told = [texts.passed_on(case.reference), holding_line.strip()]
        paragraphs = [*told, escape(duty), escape(deadline), reached]
        if case.urgent and phone:
            paragraphs = [texts.urgent_phone(escape(phone)), *paragraphs[:-1]]
    else:
        paragraphs = [texts.question_passed_on(case.reference), escape(duty)]
    blocks: list[Block] = [Markdown("\n\n".join(part for part in paragraphs if part))]
    if any(asker.files for asker in case.askers):
        blocks.append(Caption(texts.FILES_NOT_PASSED))
    value = handle(case)
    buttons = [Button(texts.WITHDRAW, "case.withdraw", value)]
    if case.kind is CaseKind.MEDIA:
        buttons.insert(0, _details(case))
    blocks.append(Buttons(tuple(buttons)))
    return Outgoing(tuple(blocks), summary=summarise(paragraphs[0]))


def added(case: Case, number: int, *, files: int, deadline: str = "") -> Outgoing:
    """A further message of the asker went into the case, as the step with this number, counted from 0.

    `deadline` says what was understood of one in it.
    """
    said = texts.added(case.reference, reached=not case.unreachable)
    blocks: list[Block] = [Markdown("\n\n".join(part for part in (said, escape(deadline)) if part))]
    if files:
        blocks.append(Caption(texts.FILES_NOT_PASSED))
    separate = Button(texts.SEPARATE, "case.separate", f"{handle(case)}:{number}")
    blocks.append(Buttons((_details(case), separate) if deadline else (separate,)))
    return Outgoing(tuple(blocks), summary=summarise(said))


def deadline_read(case: Case, words: str) -> Outgoing:
    """What was understood of a deadline, with the way to correct it."""
    return Outgoing((Markdown(escape(words)), Buttons((_details(case),))), summary=shorten(words))


def reply(case: Case, officer: str, text: str, kind: ReplyKind) -> Outgoing:
    """What an officer wrote to the asker: their words, so data. In a media enquiry what they are stands first."""
    introduction = texts.reply_from(escape(officer), case.reference)
    if case.kind is CaseKind.MEDIA:
        introduction = f"**{texts.REPLY_LABELS[kind]}**\n\n{introduction}"
    return Outgoing((Markdown(introduction), Quote(text)), summary=f"{officer} ({case.reference}): {shorten(text)}")


def own_case(case: Case, asker: Asker, case_context: CaseContext) -> Outgoing:
    """An asker's own enquiry and its state."""
    return Outgoing((head(case, case_context), Quote(asker.text)), summary=f"{case.reference}, {state_word(case)}")


def _details(case: Case) -> Button:
    return Button(texts.ADD_DETAILS, "case.details", handle(case), opens_form=True)
