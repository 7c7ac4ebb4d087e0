"""Cases that are made one, and made two again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import transitions
from bot.domain.case import Asker, Case, CaseKind, CaseState, Details, Link, LinkKind, Outcome, Step, StepKind
from bot.domain.transitions import DeskStatus, NotifyAsker, Refusal, Refused, Transition
from bot.domain.triage import is_delicate
from bot.messages import Address, Person
from bot.presentation import texts
from bot.presentation.refusal_mapping import refusal_text
from tests.unit import drawn

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANNA, BEN = Person("slack", "anna", "Anna"), Person("slack", "ben", "Ben")
STATUS = DeskStatus("+44 1524 000000", "Say nothing yet.", timedelta(minutes=5))


def asker(name: str) -> Asker:
    at = Address("slack", f"dm-{name}")
    return Asker(Person("slack", name, name.title()), at, at, f"{name} asks", NOON, f"e-{name}")


def case(number: int, *names: str, owner: Person | None = None) -> Case:
    state = CaseState.CLAIMED if owner else CaseState.OPEN
    return Case(number, CaseKind.MEDIA, state, tuple(map(asker, names)), NOON, owner=owner)


def same(one: Case, other: Case) -> Link:
    return Link(min(one.id, other.id), max(one.id, other.id), LinkKind.SAME, NOON)


def joined(one: Case, other: Case, by: Person = ANNA, also: tuple[Case, ...] = ()) -> tuple[Transition, ...]:
    changes = transitions.join(one, other, same(one, other), also, by, NOON + HOUR)
    assert not isinstance(changes, Refused)
    return changes


def told(change: Transition) -> dict[str, str]:
    return dict(drawn.told(change))


def names(of: Case) -> list[str]:
    return [each.person.id for each in of.askers]


@given(st.booleans(), st.sampled_from([None, ANNA, BEN]), st.sampled_from([None, ANNA]))
def test_whichever_card_it_was_pressed_on_the_older_goes_on(
    turned: bool, older: Person | None, newer: Person | None
) -> None:
    first, second = case(7, "sam", owner=older), case(9, "joe", "kim", owner=newer)
    into, gone = joined(*((second, first) if turned else (first, second)))
    assert (into.case.id, gone.case.id) == (7, 9)
    assert names(into.case) == ["sam", "joe", "kim"]
    assert (gone.case.state, gone.case.outcome, gone.case.joined_into) == (CaseState.CLOSED, Outcome.JOINED, 7)
    assert names(gone.case) == ["joe", "kim"]
    assert into.case.owner == (older or newer)
    assert into.case.revision == first.revision + 1
    assert gone.case.revision == second.revision + 1
    assert set(told(gone)) == {"joe", "kim"}
    assert all(not {"Sam", "Joe", "Kim"} & set(text.split()) for text in (*told(gone).values(), *told(into).values()))


@given(st.booleans(), st.sampled_from([None, ANNA]))
def test_a_split_undoes_it(closed: bool, owner: Person | None) -> None:
    into, gone = joined(case(7, "sam"), case(9, "joe", owner=owner))
    wrote = Step(NOON + 2 * HOUR, StepKind.ADDED, asker("joe").person, "more", "e2")
    other = Step(NOON + 2 * HOUR, StepKind.ADDED, asker("sam").person, "else", "e3")
    before = Step(NOON, StepKind.ADDED, asker("joe").person, "before", "e4")
    going_on = replace(into.case, state=CaseState.CLOSED, outcome=Outcome.ADVICE) if closed else into.case
    parted = transitions.split(going_on, gone.case, (before, wrote, other), BEN, STATUS, NOON + 3 * HOUR)
    assert not isinstance(parted, Refused)
    left, back = parted
    assert (names(left.case), names(back.case)) == (["sam"], ["joe"])
    assert back.case.askers[0].from_case is None
    assert (back.case.state, back.case.joined_into, back.case.owner) == (CaseState.OPEN, None, None)
    assert wrote in back.steps
    assert not {other, before} & set(back.steps)
    assert left.case.state is going_on.state
    assert list(told(back)) == ["joe"]
    assert told(left) == {}


def test_of_a_chain_every_link_leads_to_the_case_that_goes_on() -> None:
    into_b, b_gone = joined(case(8, "joe"), case(9, "kim"))
    into_a, b, c = joined(case(7, "sam"), into_b.case, also=(b_gone.case,))
    assert names(into_a.case) == ["sam", "joe", "kim"]
    assert [each.from_case for each in into_a.case.askers] == [None, 8, 9]
    assert (b.case.joined_into, c.case.joined_into) == (7, 7)
    assert told(b)["kim"].startswith("M-9 ")
    alone = transitions.split(into_a.case, b.case, (), ANNA, STATUS, NOON + 2 * HOUR)
    assert not isinstance(alone, Refused)
    assert names(alone[0].case) == ["sam", "kim"]
    assert names(alone[1].case) == ["joe"]


def test_somebody_who_asked_in_both_is_told_once() -> None:
    into, _ = joined(case(7, "sam", owner=ANNA), case(9, "sam"))
    answered = transitions.reply(into.case, ANNA, "dry", NOON + 2 * HOUR)
    assert isinstance(answered, Transition)
    assert [effect.asker.person.id for effect in answered.effects if isinstance(effect, NotifyAsker)] == ["sam"]


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        ((None, False), (None, False), (None, False)),
        ((None, False), (2, True), (2, True)),
        ((3, True), (2, True), (2, True)),
        ((2, True), (3, True), (2, True)),
        ((2, False), (5, True), (5, True)),
        ((5, True), (2, False), (5, True)),
        ((5, False), (2, False), (2, False)),
    ],
)
def test_the_earliest_deadline_counts_and_a_known_one_before_an_assumed(
    mine: tuple[int | None, bool], theirs: tuple[int | None, bool], expected: tuple[int | None, bool]
) -> None:
    def due(of: Case, at: int | None, known: bool) -> Case:
        words = f"in {at} hours" if known else ""
        instant = None if at is None else NOON + at * HOUR
        return replace(of, due_at=instant, due_known=known, details=Details(deadline=words))

    into, _ = joined(due(case(7, "sam"), *mine), due(case(9, "joe"), *theirs))
    at, known = expected
    assert (into.case.due_at, into.case.due_known) == (None if at is None else NOON + at * HOUR, known)
    assert into.case.details.deadline == (f"in {at} hours" if known else "")


def test_what_is_delicate_or_urgent_in_one_is_so_in_both() -> None:
    gone = replace(case(9, "joe"), restricted=True, urgent=True, foi=True, details=Details(outlet="BBC", about="x"))
    into, _ = joined(replace(case(7, "sam"), details=Details(outlet="BBC Radio", journalist="Ruth")), gone)
    assert (into.case.restricted, into.case.urgent, into.case.foi) == (True, True, True)
    assert into.case.details == Details(outlet="BBC Radio", journalist="Ruth", about="x")


SAM, JOE = case(7, "sam"), case(9, "joe")
GONE = joined(SAM, JOE)[1].case


@pytest.mark.parametrize(
    ("one", "other", "link", "why"),
    [
        (SAM, JOE, None, texts.not_to_be_joined("M-7", "M-9")),
        (SAM, JOE, Link(7, 9, LinkKind.STORY, NOON), texts.not_to_be_joined("M-7", "M-9")),
        (SAM, replace(JOE, kind=CaseKind.QUESTION), same(SAM, JOE), texts.not_to_be_joined("M-7", "Q-9")),
        (SAM, replace(JOE, state=CaseState.CLOSED), same(SAM, JOE), texts.already_closed("M-9")),
        (replace(SAM, state=CaseState.CLOSED), JOE, same(SAM, JOE), texts.already_closed("M-7")),
        (SAM, replace(JOE, owner=BEN), same(SAM, JOE), texts.claimed_by_another("M-9", "Ben")),
        (SAM, SAM, same(SAM, JOE), texts.joined_already("M-7", "M-7")),
        (GONE, SAM, same(SAM, JOE), texts.joined_already("M-9", "M-7")),
    ],
)
def test_what_must_not_be_joined(one: Case, other: Case, link: Link | None, why: str) -> None:
    refused = transitions.join(one, other, link, (), ANNA, NOON)
    assert isinstance(refused, Refused)
    assert refusal_text(refused) == why


def test_a_case_that_was_joined_is_worked_on_where_it_goes_on() -> None:
    tried = (
        transitions.reopen(GONE, ANNA, STATUS, NOON),
        transitions.reply(GONE, ANNA, "dry", NOON),
        transitions.close(GONE, ANNA, Outcome.ADVICE, NOON),
    )
    for refused in tried:
        assert isinstance(refused, Refused)
        assert refused.refusal is Refusal.JOINED_TO_ANOTHER
        assert refusal_text(refused) == texts.joined_to("M-9", "M-7")
    assert isinstance(transitions.claim(GONE, ANNA, NOON), Refused)
    assert transitions.split(SAM, JOE, (), ANNA, STATUS, NOON) == Refused(Refusal.NOT_JOINED, JOE)


# ---- what only officers may see -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "the BBC asks about the student who died on Sunday",
        "they know of a suicide in the halls",
        "is it true that somebody drowned in the lake",
        "a reporter about the safeguarding case",
        "she says a lecturer sexually assaulted a student",
        "he asks why the police were here",
        "they say Dr Brown was arrested",
        "a journalist says a former student sues us over her degree",
        "about the employment tribunal next week",
        "the Times on allegations against Professor Smith",
        "why was Mr Jones suspended",
        "they want to know who was accused of plagiarism",
        "the coroner’s inquest on Thursday",
        "harassment complaints in the lab",
        "was there a stabbing?",
    ],
)
def test_delicate_words_restrict(text: str) -> None:
    assert is_delicate(text)


@pytest.mark.parametrize(
    "text",
    [
        "a reporter from the Guardian rang about the flooded cellar",
        "the BBC wants a professor on the comet",
        "they ask about parking charges",
        "a film crew wants to film in the reading room",
        "Ruth Ellery of the Times asks for our accounts",
        "issues with the pursuit of knowledge, says a radio host",
        "the grapes in the garden, Radio Quay",
        "tennis court opening, the Gazette",
    ],
)
def test_plain_enquiries_stay_open_to_all_who_read_the_channel(text: str) -> None:
    assert not is_delicate(text)
