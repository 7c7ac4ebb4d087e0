"""The buttons on a case's card: the verb that comes next first, at most five in a row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot import wording
from bot.cards.around import Around
from bot.cards.discreet import is_discreet
from bot.cards.head import handle
from bot.messages import Button, Buttons
from bot.model import Case, CaseKind, CaseState

ROW = 5
"""Buttons that every platform shows side by side."""


def rows(case: Case, around: Around) -> Iterator[Buttons]:
    """What an officer can do to the case as it is now."""
    buttons = [*_of_state(case), *_of_stories(case, around), *_of_secrets(case)]
    for first in range(0, len(buttons), ROW):
        yield Buttons(tuple(buttons[first : first + ROW]))


def _of_state(case: Case) -> Iterator[Button]:
    value = handle(case)
    note = Button(wording.NOTE, "case.note", value, opens_form=True)
    reply = Button(wording.REPLY, "case.reply", value, opens_form=True)
    if case.state is CaseState.CLOSED:
        if case.joined_into is None:
            yield Button(wording.REOPEN, "case.reopen", value)
        yield note
        return
    media = case.kind is CaseKind.MEDIA
    if case.state is CaseState.OPEN:
        yield Button(wording.CLAIM, "case.claim", value, "primary")
        yield reply
    else:
        yield replace(reply, style="primary")
        if media:
            yield Button(wording.RESPOND, "case.respond", value, opens_form=True)
    yield note
    if media:
        yield Button(wording.DETAILS, "case.details", value, opens_form=True)
    yield Button(wording.CLOSE, "case.close", value, opens_form=True)
    yield from _next(case, value)


def _next(case: Case, value: str) -> Iterator[Button]:
    """What is done less often."""
    media = case.kind is CaseKind.MEDIA
    if media:
        yield Button(wording.STATEMENT, "case.statement", value, opens_form=True)
    if case.state is CaseState.CLAIMED:
        yield Button(wording.HAND_OVER, "case.hand_over", value, opens_form=True)
        if media:
            yield Button(wording.WAIT, "case.wait", value, opens_form=True)
        yield Button(wording.UNCLAIM, "case.unclaim", value)
    if media:
        yield Button(wording.FALSE_ALARM, "case.false_alarm", value)


def _of_stories(case: Case, around: Around) -> Iterator[Button]:
    if case.joined_into is not None:
        yield Button(wording.split(""), "case.split", f"{handle(case)}:{case.id}")
        return
    for joinable in around.links:
        if joinable.joinable:
            yield Button(wording.join(joinable.reference), "case.join", f"{handle(case)}:{joinable.case_id}")
    for joined in around.joined:
        yield Button(wording.split(joined), "case.split", f"{handle(case)}:{joined.partition('-')[2]}")


def _of_secrets(case: Case) -> Iterator[Button]:
    value = handle(case)
    if is_discreet(case):
        yield Button(wording.SHOW_DETAILS, "case.show", value)
    if case.restricted:
        yield Button(wording.UNRESTRICT, "case.unrestrict", value)
    elif case.state is not CaseState.CLOSED:
        yield Button(wording.RESTRICT, "case.restrict", value)
