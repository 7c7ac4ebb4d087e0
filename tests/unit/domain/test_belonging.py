from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.belonging import LONGEST_READ, Relation, read_further, relation
from bot.domain.case import Asker, Case, CaseKind, CaseState, Details
from bot.messages import Address, Person

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SAM, DIRECT = Person("slack", "sam", "Sam"), Address("slack", "dm-sam")
ASKER = Asker(SAM, DIRECT, DIRECT, "a reporter from the Guardian rang me about the flooded cellar", NOON, "e0")
CASE = Case(7, CaseKind.MEDIA, CaseState.OPEN, (ASKER,), NOON, Details(outlet="Guardian", journalist="Joan Smith"))

CONTINUES = (
    "she wants it by 6 now",
    "his number is 07700 900123",
    "you can reach him on 07700 900123",
    "her e-mail is jo@example.org",
    "she is called Joan",
    "their name is Joan Smith",
    "she also asked when the branch opens again, and wants it by five",
    "they want me live at 7",
    "the deadline is 4pm tomorrow",
    "thanks. she needs an answer by noon",
    "the reporter asked whether we have insurance",
)
PLAIN = ("the Guardian want it by noon", "Joan Smith rang again", "sorry, the Guardian rang again")
PRIVATE = (
    "can I moan about my boss",
    "i forgot my moodle password",
    "i forgot my moodle password and need it by five",
    "a student told me that she was attacked",
    "yes three is fine",
    "my boss is awful, she wants it by five",
    "she shouted at me and wants it by five",
    "she wants me to work until 6",
    "she wants it by six. also my boss is bullying me",
    "her manager is nasty to me",
    "her number is up",
    "she asked me out",
    "I read the Guardian in the bath and I am so tired",
    "the Guardian rang and my boss is bullying me",
    "is it true that the Guardian is bad",
    "I am pregnant, how do I tell them by Friday",
)
ANOTHER = (
    "Radio 4 are on the phone now about something else",
    "the BBC rang and asked for a spokesperson",
    "a reporter from the Guardian rang me about the stolen atlas in the library",
    "a Guardian journalist named Peter Brown rang",
    "she rang again about something else",
)
SAME = ("the Guardian rang again", "the reporter rang again", "she is on the phone again about parking fees")
NOBODY_KNOWS = ("another journalist just rang me", "a reporter rang me", "another Guardian reporter rang")


def told(text: str, case: Case = CASE, outlet: str = "") -> Relation:
    return relation(case, read_further(text, outlet))


@pytest.mark.parametrize("text", CONTINUES)
def test_each_clause_tells_of_the_enquiry_if_one_knows_who_is_meant(text: str) -> None:
    assert told(text).continues
    assert not told(text).plain


@pytest.mark.parametrize("text", PLAIN)
def test_what_names_outlet_or_journalist_tells_it_by_itself(text: str) -> None:
    assert told(text).plain


@pytest.mark.parametrize("text", PRIVATE)
def test_what_says_anything_else_belongs_to_no_case(text: str) -> None:
    found = told(text)
    assert not (found.plain)
    assert not (found.continues)
    assert not (found.named)


@pytest.mark.parametrize("text", ANOTHER)
def test_another_outlet_journalist_or_matter_is_another_enquiry(text: str) -> None:
    assert told(text).other
    assert not told(text).same


@pytest.mark.parametrize("text", SAME)
def test_the_same_outlet_or_somebody_known_is_the_same_enquiry(text: str) -> None:
    assert told(text).same
    assert not told(text).other


@pytest.mark.parametrize("text", NOBODY_KNOWS)
def test_where_nothing_tells_it_is_neither(text: str) -> None:
    assert not told(text).same
    assert not told(text).other


def test_a_reference_names_its_case_alone() -> None:
    assert told("m-7: she is still waiting").named
    assert not told("M-77 is something else").named
    assert not told("the M-7x motor").named
    question = replace(CASE, kind=CaseKind.QUESTION)
    assert told("more about Q-7: and on Sundays?", question) == Relation(named=True)
    assert told("she wants it by 6", question) == Relation()


def test_a_long_message_says_something_else_too() -> None:
    assert not told("she wants it by 6. " * LONGEST_READ).continues


@given(
    private=st.sampled_from(PRIVATE[:5]),
    about=st.sampled_from((*CONTINUES, *PLAIN)),
    first=st.booleans(),
    sep=st.sampled_from((". ", "\n", "; ")),
)
def test_private_words_beside_others_keep_all_of_them_private(private: str, about: str, first: bool, sep: str) -> None:
    found = told(f"{private}{sep}{about}" if first else f"{about}{sep}{private}")
    assert not (found.plain)
    assert not (found.continues)
