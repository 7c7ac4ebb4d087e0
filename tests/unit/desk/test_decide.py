from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk import decide
from bot.desk.decide import (
    AddToCase,
    Answer,
    Choose,
    ConfirmMedia,
    Context,
    Empty,
    MediaEnquiry,
    NoPressOffice,
    Silence,
    Smalltalk,
    Unknown,
)
from bot.domain.case import Asker, Case, CaseKind, CaseState
from bot.matching.match import Candidate, Match, Outcome
from bot.messages import Address, Person, Said

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SAM = Person("slack", "sam", "Sam")
DIRECT = Address("slack", "dm-sam")
COFFEE = (Candidate("coffee", "Coffee", 0.9, ("drinks",)),)
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


def said(text: str = "words", *, addressed: bool = True, files: int = 0) -> Said:
    return Said("e1", SAM, text, DIRECT, DIRECT, addressed=addressed, files=files)


def match(outcome: Outcome) -> Match:
    has_entries = outcome in {"answer", "choose", "media", "confirm_media"}
    return Match(outcome, COFFEE if has_entries else (), topic="greeting", nearest=COFFEE, outlet="The Gazette")


def case(kind: CaseKind) -> Case:
    return Case(7, kind, CaseState.OPEN, (Asker(SAM, DIRECT, DIRECT, "they rang", NOON, "e0"),), NOON)


ALONE = {
    "answer": Answer(("coffee",)),
    "choose": Choose(("coffee",)),
    "unknown": Unknown("greeting", ("coffee",)),
    "media": MediaEnquiry("The Gazette", ("coffee",)),
    "confirm_media": ConfirmMedia(("coffee",)),
    "smalltalk": Smalltalk("greeting"),
}
IN_A_QUESTION = ALONE | {"choose": AddToCase(7, ()), "unknown": AddToCase(7, ())}
IN_AN_ENQUIRY = {
    "answer": AddToCase(7, ("coffee",)),
    "choose": AddToCase(7, ()),
    "unknown": AddToCase(7, ()),
    "media": AddToCase(7, ("coffee",)),
    "confirm_media": AddToCase(7, ("coffee",)),
    "smalltalk": Smalltalk("greeting"),
}
WITHOUT_PRESS = ALONE | {"media": NoPressOffice(("coffee",)), "confirm_media": Answer(("coffee",))}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_what_follows_from_each_outcome(outcome: Outcome) -> None:
    assert decide.decide(said(), match(outcome), Context()) == ALONE[outcome]
    assert decide.decide(said(), match(outcome), Context(press=False)) == WITHOUT_PRESS[outcome]
    assert decide.decide(said(), match(outcome), Context(case(CaseKind.QUESTION))) == IN_A_QUESTION[outcome]
    assert decide.decide(said(), match(outcome), Context(case(CaseKind.MEDIA))) == IN_AN_ENQUIRY[outcome]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_where_it_only_listens_it_speaks_when_it_is_sure(outcome: Outcome) -> None:
    decision = decide.decide(said(addressed=False), match(outcome), Context())
    assert decision == (ALONE[outcome] if outcome in {"answer", "media"} else Silence())


@pytest.mark.parametrize("text", ["", "  \n\t"])
def test_a_message_without_words(text: str) -> None:
    nothing = Match("unknown")
    assert decide.decide(said(text), nothing, Context()) == Empty()
    assert decide.decide(said(text, files=1), nothing, Context()) == Empty()
    assert decide.decide(said(text, addressed=False, files=1), nothing, Context()) == Silence()
    assert decide.decide(said(text, files=1), nothing, Context(case(CaseKind.MEDIA))) == AddToCase(7, ())
    assert decide.decide(said(text), nothing, Context(case(CaseKind.MEDIA))) == Empty()


@given(
    outcome=st.sampled_from(OUTCOMES),
    kind=st.sampled_from((None, *CaseKind)),
    text=st.sampled_from(("", "words")),
    files=st.integers(0, 2),
)
def test_an_enquiry_that_somebody_tells_the_desk_is_never_lost(
    outcome: Outcome, kind: CaseKind | None, text: str, files: int
) -> None:
    decision = decide.decide(said(text, files=files), match(outcome), Context(case(kind) if kind else None))
    if outcome == "media" and text:
        assert isinstance(decision, MediaEnquiry) or (kind is CaseKind.MEDIA and isinstance(decision, AddToCase))
    assert not isinstance(decision, Silence)
