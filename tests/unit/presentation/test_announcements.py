"""Everything that a transition can announce is drawn: below the card, and for whoever asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import get_args

import pytest

from bot import plaintext
from bot.domain import transitions
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
    PlainLine,
    PlainNotice,
    PleasePhone,
    SplitNotice,
    StepLine,
    TakenBack,
    ThreadLine,
    WithdrawalNoted,
)
from bot.domain.case import LONGEST_ON_CARD, Case, Link, LinkKind, Membership, ReplyKind, Step, StepKind
from bot.domain.transitions import NotifyAsker, Refused, ThreadReply, Transition
from bot.presentation import cards
from tests.unit import drawn
from tests.unit.domain.pacing import POLICY
from tests.unit.domain.test_transitions import (
    ANNA,
    FIRST,
    HOUR,
    NOON,
    OPEN,
    OTHER,
    PEOPLE,
    STATES,
    STATUS,
    TRANSITIONS,
    asker,
)

CASE = replace(OPEN, due_at=NOON + HOUR, due_known=True)
CONTEXT = cards.CaseContext(NOON)
NOTICES: tuple[AskerNotice, ...] = (
    Acknowledgement("Say nothing yet.", STATUS.phone, called=True, closes_at=None, opens_at=None),
    Acknowledgement("Say nothing yet.", STATUS.phone, called=False, closes_at=NOON + HOUR, opens_at=None),
    Acknowledgement("Say nothing yet.", STATUS.phone, called=True, closes_at=None, opens_at=NOON + HOUR),
    Acknowledgement("", "", called=False, closes_at=None, opens_at=None),
    MessageAdded(1, 1, new_deadline=True),
    MessageAdded(2, 0, new_deadline=False),
    DeadlineRead(),
    WithdrawalNoted(None),
    WithdrawalNoted(ANNA),
    TakenBack(mailed=False),
    TakenBack(mailed=True),
    *(PleasePhone(why, phone) for why in PhoneReason for phone in (STATUS.phone, "")),
    Claimed(ANNA),
    Freed(ANNA),
    *(OfficerReply(ANNA, "words", kind) for kind in ReplyKind),
    JoinedNotice("M-7", "M-5", None),
    JoinedNotice("M-7", "M-5", ANNA),
    SplitNotice("M-5"),
    *PlainNotice,
)


def done() -> Iterator[Transition]:
    """Every transition, from every state, by everybody."""
    for move, case, by in product(TRANSITIONS, STATES, PEOPLE):
        result = move(case, by)
        if isinstance(result, Transition):
            yield result
    long = replace(OPEN, askers=(replace(asker(PEOPLE[0]), text="x" * (LONGEST_ON_CARD + 1)),))
    taken = Step(NOON, StepKind.ADDED, PEOPLE[0], "more", "e2")
    mine = replace(OPEN, askers=(asker(PEOPLE[0]),))
    for result in (
        transitions.take_back(mine, 0, PEOPLE[0], (taken,), POLICY, NOON, mailed=False),
        transitions.ask_to_remove(mine, 0, PEOPLE[0], (taken,), NOON),
        transitions.remove(mine, 0, ANNA, (taken,), POLICY, NOON),
    ):
        assert isinstance(result, Transition)
        yield result
    yield transitions.opened(long, FIRST, STATUS, NOON)
    joined = transitions.join(OPEN, OTHER, Link(OPEN.id, OTHER.id, LinkKind.SAME, NOON), (), ANNA, NOON)
    assert not isinstance(joined, Refused)
    yield from joined
    split = transitions.split(joined[0].case, joined[1].case, (), ANNA, STATUS, NOON)
    assert not isinstance(split, Refused)
    yield from split
    nobody = replace(asker(PEOPLE[0]), membership=Membership.UNCONFIRMED)
    for membership in (Membership.CONFIRMED, Membership.REFUSED):
        known = transitions.identify(replace(OPEN, askers=(nobody,)), PEOPLE[0], membership, NOON)
        assert known is not None
        yield known


DONE = tuple(done())
LINES = [(each, effect) for each in DONE for effect in each.effects if isinstance(effect, ThreadReply)]


def test_all_that_is_written_below_a_card_is_drawn() -> None:
    assert {type(effect.line) for _, effect in LINES} == set(get_args(ThreadLine))
    for transition, effect in LINES:
        outgoing = drawn.line(transition, effect)
        assert plaintext.render(outgoing)
        assert outgoing.summary


def test_a_sentence_is_there_for_each_kind_of_step_that_is_told_and_for_no_other() -> None:
    told = {effect.line.step.kind for _, effect in LINES if isinstance(effect.line, StepLine)}
    assert told == {kind for kind in StepKind if is_drawn(CASE, StepLine(Step(NOON, kind, ANNA, "text")))}
    assert {effect.line for _, effect in LINES if isinstance(effect.line, PlainLine)} == set(PlainLine)


def is_drawn(case: Case, line: ThreadLine) -> bool:
    try:
        return bool(cards.thread_line(case, line, None, CONTEXT).blocks)
    except KeyError:
        return False


def test_all_that_askers_are_told_is_drawn() -> None:
    for transition in DONE:
        for effect in transition.effects:
            if isinstance(effect, NotifyAsker):
                assert transition.case.reference in plaintext.render(drawn.notice(transition, effect))


@pytest.mark.parametrize("notice", NOTICES, ids=str)
def test_each_notice_says_of_which_case(notice: AskerNotice) -> None:
    outgoing = cards.asker_notice(CASE, notice, CONTEXT)
    assert "M-7" in plaintext.render(outgoing)
    assert outgoing.summary


def test_no_kind_of_notice_is_missing_here_and_no_two_read_the_same() -> None:
    assert {type(notice) for notice in NOTICES} == set(get_args(AskerNotice))
    read = [plaintext.render(cards.asker_notice(CASE, notice, CONTEXT)) for notice in NOTICES]
    assert len(set(read)) == len(read)
