"""The list of open cases that is posted before a shift ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.case import Case
from bot.messages import Block, Button, Buttons, CaseHead, Facts, Markdown, Mention, Outgoing
from bot.plaintext import escape, shorten, spoken
from bot.presentation import texts
from bot.presentation.cards.case_card import CaseContext, button_value, head, state_word
from bot.presentation.cards.visibility import visible


def shift(cases: Sequence[Case], ends: datetime, context: CaseContext, *, mention: Sequence[str] = ()) -> Outgoing:
    """Return the list of open cases, each with a button that takes it over.

    `ends` is the end of the shift, `mention` whoever is on call then, each as `platform:id`.
    """
    at = spoken(ends.astimezone(context.zone), context.now.astimezone(context.zone))
    words = texts.shift_ends(at, over=ends <= context.now)
    blocks: list[Block] = [Mention(tuple(mention))] if mention else []
    blocks.append(Markdown(escape(words)))
    for case in cases:
        blocks.append(head(visible(case), context))
        if case.details.outlet:
            blocks.append(Facts(((texts.DETAILS_LABELS["outlet"], case.details.outlet),)))
        blocks.append(Buttons((Button(texts.TAKE_OVER, "case.take", button_value(case)),)))
    references = ", ".join(f"{case.reference} ({state_word(case)})" for case in cases)
    return Outgoing(tuple(blocks), summary=shorten(f"{words} {references}"))


def refresh_shift(outgoing: Outgoing, case: Case, context: CaseContext) -> Outgoing:
    """Return a list that waits to be sent, with the head of this case as it may be seen now.

    A case may have been restricted since the list was drawn. A message without this case is returned unchanged.
    """
    now = head(visible(case), context)
    blocks = (
        now if isinstance(block, CaseHead) and block.reference == case.reference else block for block in outgoing.blocks
    )
    return replace(outgoing, blocks=tuple(blocks))
