"""Cards and forms of handing over, and of waiting for facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.case import Case
from bot.messages import Block, Button, Buttons, CaseHead, Facts, Field, Form, Markdown, Mention, Outgoing
from bot.presentation import texts
from bot.presentation.cards.card_text import escape, shorten
from bot.presentation.cards.case_context import CaseContext
from bot.presentation.cards.case_head import handle, head, state_word
from bot.presentation.cards.visibility import visible

NAMES = 100
"""Options that every platform takes in a choice."""


def offer(case: Case, words: str) -> Outgoing:
    """Asks an officer, below the card, to take the case over."""
    take = Button(texts.TAKE, "case.take", handle(case), "primary")
    decline = Button(texts.DECLINE, "case.decline", handle(case))
    return Outgoing((Markdown(escape(words)), Buttons((take, decline))), summary=shorten(words))


def hand_over_form(case: Case, officers: Sequence[tuple[str, str]]) -> Form:
    """To whom; `officers` are (`platform:id`, what they are called)."""
    field = Field("to", texts.HAND_OVER_TO, "choice", required=True, options=tuple(officers[:NAMES]))
    title = f"{texts.HAND_OVER}: {case.reference}"
    return Form("case.hand_over", title, handle(case), (field,), submit=texts.HAND_OVER)


def wait_form(case: Case) -> Form:
    """For what, until when."""
    fields = (
        Field("for", texts.WAIT_FOR, value=case.waiting_for, max_length=150),
        Field("until", texts.WAIT_UNTIL, hint=texts.WAIT_HINT, required=True, max_length=60),
    )
    return Form("case.wait", f"{texts.WAIT}: {case.reference}", handle(case), fields, submit=texts.WAIT)


def shift(cases: Sequence[Case], ends: datetime, case_context: CaseContext, *, mention: Sequence[str] = ()) -> Outgoing:
    """All open cases at the end of a shift, each with a button for whoever goes on with it."""
    at = texts.spoken(ends.astimezone(case_context.zone), case_context.now.astimezone(case_context.zone))
    words = texts.shift_ends(at, over=ends <= case_context.now)
    blocks: list[Block] = [Mention(tuple(mention))] if mention else []
    blocks.append(Markdown(escape(words)))
    for case in cases:
        blocks.append(head(visible(case), case_context))
        if case.details.outlet:
            blocks.append(Facts(((texts.DETAILS_LABELS["outlet"], case.details.outlet),)))
        blocks.append(Buttons((Button(texts.TAKE, "case.take", handle(case)),)))
    references = ", ".join(f"{case.reference} ({state_word(case)})" for case in cases)
    return Outgoing(tuple(blocks), summary=shorten(f"{words} {references}"))


def relisted(outgoing: Outgoing, case: Case, case_context: CaseContext) -> Outgoing:
    """A message that was drawn before, with the case's head as it may be seen now, where it stands in it."""
    now = head(visible(case), case_context)
    blocks = (
        now if isinstance(block, CaseHead) and block.reference == case.reference else block for block in outgoing.blocks
    )
    return replace(outgoing, blocks=tuple(blocks))
