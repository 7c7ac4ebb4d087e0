"""The buttons on a case's card: the verb that comes next first, at most five in a row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.domain.case import Case, CaseKind, CaseState
from bot.messages import Button, Buttons
from bot.presentation import texts
from bot.presentation.cards.case_context import CaseContext
from bot.presentation.cards.case_head import handle
from bot.presentation.cards.visibility import is_discreet

ROW = 5
"""Buttons that every platform shows side by side."""


def rows(case: Case, case_context: CaseContext) -> Iterator[Buttons]:
    """What an officer can do to the case as it is now."""
    buttons = [*_of_state(case), *_of_stories(case, case_context), *_of_secrets(case)]
    for first in range(0, len(buttons), ROW):
        yield Buttons(tuple(buttons[first : first + ROW]))


def _of_state(case: Case) -> Iterator[Button]:
    value = handle(case)
    note = Button(texts.NOTE, "case.note", value, opens_form=True)
    reply = Button(texts.REPLY, "case.reply", value, opens_form=True)
    if case.state is CaseState.CLOSED:
        if case.joined_into is None:
            yield Button(texts.REOPEN, "case.reopen", value)
        yield note
        return
    media = case.kind is CaseKind.MEDIA
    if case.state is CaseState.OPEN:
        yield Button(texts.CLAIM, "case.claim", value, "primary")
        yield reply
    else:
        yield replace(reply, style="primary")
        if media:
            yield Button(texts.RESPOND, "case.respond", value, opens_form=True)
    yield note
    if media:
        yield Button(texts.DETAILS, "case.details", value, opens_form=True)
    yield Button(texts.CLOSE, "case.close", value, opens_form=True)
    yield from _next(case, value)


def _next(case: Case, value: str) -> Iterator[Button]:
    """What is done less often."""
    media = case.kind is CaseKind.MEDIA
    if media:
        yield Button(texts.STATEMENT, "case.statement", value, opens_form=True)
    if case.state is CaseState.CLAIMED:
        yield Button(texts.HAND_OVER, "case.hand_over", value, opens_form=True)
        if media:
            yield Button(texts.WAIT, "case.wait", value, opens_form=True)
        yield Button(texts.UNCLAIM, "case.unclaim", value)
    if media:
        yield Button(texts.FALSE_ALARM, "case.false_alarm", value)


def _of_stories(case: Case, case_context: CaseContext) -> Iterator[Button]:
    if case.joined_into is not None:
        yield Button(texts.split(""), "case.split", f"{handle(case)}:{case.id}")
        return
    for joinable in case_context.links:
        if joinable.joinable:
            yield Button(texts.join(joinable.reference), "case.join", f"{handle(case)}:{joinable.case_id}")
    for joined in case_context.joined:
        yield Button(texts.split(joined), "case.split", f"{handle(case)}:{joined.partition('-')[2]}")


def _of_secrets(case: Case) -> Iterator[Button]:
    value = handle(case)
    if is_discreet(case):
        yield Button(texts.SHOW_DETAILS, "case.show", value)
    if case.restricted:
        yield Button(texts.UNRESTRICT, "case.unrestrict", value)
    elif case.state is not CaseState.CLOSED:
        yield Button(texts.RESTRICT, "case.restrict", value)
