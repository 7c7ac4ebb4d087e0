"""Nothing of a restricted case but reference, outlet and deadline stands where more people read than may know."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import plaintext
from bot.domain.case import OFFICER_STEPS, Asker, Case, CaseKind, CaseState, Details, LinkKind, Outcome, Step, StepKind
from bot.messages import Address, Outgoing, Person
from bot.presentation import cards
from bot.presentation.cards import CaseContext

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ANNA = Person("slack", "anna", "Anna")
MARK = "ŝ"
"""Stands in all that somebody wrote, and in no word of ours."""

HUSHED = "ħ"
"""Stands in what only an embargo hides, and in nothing that is made up."""

words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters=HUSHED), max_size=20
).map(lambda text: f"{MARK}{text}{MARK}")
people = st.builds(Person, st.just("slack"), words, words)
instants = st.integers(0, 10_000).map(lambda minutes: NOON + timedelta(minutes=minutes))
askers = st.builds(
    Asker, people, st.just(Address("slack", "dm")), st.just(Address("slack", "dm")), words, instants, words, words
)
OPEN = {"outlet": "The Guardian", "deadline": "by five"}
details = st.builds(
    Details, **{field.name: st.just(OPEN[field.name]) if field.name in OPEN else words for field in fields(Details)}
)
cases = st.builds(
    Case,
    st.just(7),
    st.just(CaseKind.MEDIA),
    st.sampled_from(CaseState),
    st.lists(askers, max_size=3).map(tuple),
    instants,
    details,
    owner=st.none() | st.just(ANNA),
    outcome=st.none() | st.sampled_from(Outcome),
    restricted=st.just(value=True),
    due_at=st.none() | instants,
    due_known=st.booleans(),
    urgent=st.booleans(),
    waiting_until=st.none() | instants,
    waiting_for=words,
    offered_to=st.none() | st.just(ANNA),
    foi=st.booleans(),
    incident_id=st.none() | st.just(1),
)
arounds = st.builds(CaseContext, instants, incident=words, joined=st.just(()), into=st.just(""))


def seen(outgoing: Outgoing) -> str:
    return f"{outgoing!r} {plaintext.render(outgoing)} {outgoing.summary}"


def everywhere(case: Case, steps: tuple[Step, ...], case_context: CaseContext) -> list[Outgoing]:
    """Every card, list and e-mail that shows a case to the press office."""
    said = cards.in_thread(f"{MARK} adds:", case.askers[0].text if case.askers else MARK)
    return [
        cards.case_card(case, steps, case_context, mention=("slack:ben",)),
        cards.mail(case, steps, case_context),
        cards.in_queue(case, steps, case_context),
        cards.shift([case], NOON, case_context),
        cards.redact_line(case, said),
    ]


@given(cases, st.lists(st.tuples(st.sampled_from(StepKind), st.booleans(), words), max_size=5), arounds)
def test_nobody_reads_what_only_officers_may(
    case: Case, history: list[tuple[StepKind, bool, str]], case_context: CaseContext
) -> None:
    asker = case.askers[0].person if case.askers else Person("slack", MARK, MARK)
    # Only officers do what only officers do; anything else may be an asker's.
    made = tuple(
        Step(NOON, kind, (ANNA if kind in OFFICER_STEPS else asker) if somebody else None, text, MARK)
        for kind, somebody, text in history
    )
    for outgoing in everywhere(case, made, case_context):
        assert MARK not in seen(outgoing)


@given(cases, arounds)
def test_reference_and_outlet_are_there(case: Case, case_context: CaseContext) -> None:
    for outgoing in everywhere(case, (), case_context)[:4]:
        assert "M-7" in seen(outgoing)
        assert "The Guardian" in seen(outgoing)


@given(cases, arounds)
def test_an_embargo_hides_what_it_is_about_and_not_who_asks(case: Case, case_context: CaseContext) -> None:
    hidden = dict.fromkeys(("slot", "questions", "said", "about"), HUSHED)
    known = replace(case.details, embargo="until Tuesday", journalist="Ruth", **hidden)
    askers_ = tuple(replace(asker, text=HUSHED, link=HUSHED) for asker in case.askers)
    hushed = replace(case, restricted=False, details=known, askers=askers_, waiting_for=HUSHED)
    history = tuple(Step(NOON, kind, ANNA, HUSHED) for kind in StepKind)
    for outgoing in everywhere(hushed, history, case_context)[:4]:
        assert HUSHED not in seen(outgoing)
    card = seen(cards.case_card(hushed, (), case_context))
    assert "Ruth" in card
    assert "until Tuesday" in card
    assert all(plaintext.display_name(asker.person) in card for asker in hushed.askers)


@given(cases, arounds)
def test_an_officer_who_asks_sees_all_of_it(case: Case, case_context: CaseContext) -> None:
    shown = seen(cards.case_in_full(case, (Step(NOON, StepKind.NOTED, ANNA, "a note"),), case_context))
    assert "a note" in shown
    assert all(repr(asker.text)[1:-1] in shown for asker in case.askers)


@pytest.mark.parametrize("kind", list(LinkKind))
def test_a_link_to_a_restricted_case_says_no_more_than_its_outlet(kind: LinkKind) -> None:
    person = Person("slack", "sam", "Sam")
    at = Address("slack", "dm")
    asked = (Asker(person, at, at, "about her death", NOON, "e1"),)
    plain = Case(8, CaseKind.MEDIA, CaseState.OPEN, asked, NOON)
    case = replace(plain, id=7, restricted=True, details=Details(outlet="The Guardian", journalist="Ruth"))
    shown = str(cards.linked_case(plain, case, kind))
    assert "The Guardian" in shown
    assert not any(word in shown for word in ("Ruth", "Sam", "death"))
