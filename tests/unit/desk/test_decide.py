from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk import decide
from bot.desk.decide import (
    AddToCase,
    Answer,
    AskToSend,
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
from bot.domain.belonging import Relation
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


def match(outcome: Outcome, topic: str = "") -> Match:
    has_entries = outcome in {"answer", "choose", "media", "confirm_media"}
    topic = "greeting" if outcome == "smalltalk" else topic
    return Match(outcome, COFFEE if has_entries else (), topic=topic, nearest=COFFEE, outlet="The Gazette")


def about(kind: CaseKind = CaseKind.MEDIA, *, newest: bool = False, officer: str = "", **relation: bool) -> Context:
    """The surroundings of a message whose words tell this of the one open case."""
    return Context((case(kind),), {7: Relation(**relation)}, newest=7 if newest else None, officer=officer)


def case(kind: CaseKind) -> Case:
    return Case(7, kind, CaseState.OPEN, (Asker(SAM, DIRECT, DIRECT, "they rang", NOON, "e0"),), NOON)


ALONE = {
    "answer": Answer(("coffee",)),
    "choose": Choose(("coffee",)),
    "unknown": Unknown("", ("coffee",)),
    "media": MediaEnquiry("The Gazette", ("coffee",)),
    "confirm_media": ConfirmMedia(("coffee",)),
    "smalltalk": Smalltalk("greeting"),
}
SURE_OF_NOTHING = ALONE | {"media": AddToCase(7, ("coffee",), unsure=True)}
SAME = ALONE | {"media": AddToCase(7, ("coffee",))}
PLAIN = SAME | {"choose": AddToCase(7, ()), "unknown": AddToCase(7, ()), "confirm_media": AddToCase(7, ())}
NAMED: dict[Outcome, decide.Decision] = {
    "answer": AddToCase(7, ("coffee",)),
    "choose": AddToCase(7, ()),
    "unknown": AddToCase(7, ()),
    "media": AddToCase(7, ("coffee",)),
    "confirm_media": AddToCase(7, ("coffee",)),
    "smalltalk": Smalltalk("greeting"),
}
AFTER_A_REPLY = ALONE | {
    "choose": AskToSend(7, "Anna", ("coffee",)),
    "unknown": AskToSend(7, "Anna", ("coffee",)),
    "media": AddToCase(7, ("coffee",), unsure=True),
}
WITHOUT_PRESS = ALONE | {"media": NoPressOffice(("coffee",)), "confirm_media": Answer(("coffee",))}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_what_follows_from_each_outcome(outcome: Outcome) -> None:
    assert decide.decide(said(), match(outcome), Context()) == ALONE[outcome]
    assert decide.decide(said(), match(outcome), Context(press=False)) == WITHOUT_PRESS[outcome]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_message_belongs_to_a_case_by_its_words_alone(outcome: Outcome) -> None:
    assert decide.decide(said(), match(outcome), about(CaseKind.QUESTION)) == ALONE[outcome]
    assert decide.decide(said(), match(outcome), about(CaseKind.QUESTION, named=True)) == NAMED[outcome]
    assert decide.decide(said(), match(outcome), about()) == SURE_OF_NOTHING[outcome]
    assert decide.decide(said(), match(outcome), about(named=True)) == NAMED[outcome]
    assert decide.decide(said(), match(outcome), about(plain=True)) == PLAIN[outcome]
    assert decide.decide(said(), match(outcome), about(same=True)) == SAME[outcome]
    assert decide.decide(said(), match(outcome), about(other=True)) == ALONE[outcome]
    assert decide.decide(said(), match(outcome), about(continues=True)) == SURE_OF_NOTHING[outcome]
    assert decide.decide(said(), match(outcome), about(continues=True, newest=True)) == PLAIN[outcome]
    assert decide.decide(said(), match(outcome), about(newest=True, officer="Anna")) == AFTER_A_REPLY[outcome]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_what_is_unclear_is_offered(outcome: Outcome) -> None:
    for context in (about(), about(plain=True), Context()):
        decision = decide.decide(said(), match(outcome), context)
        offered = decide.offered_case(match(outcome), context, decision)
        is_unclear = outcome in {"choose", "unknown", "confirm_media"} or context == about(plain=True)
        passes_on = isinstance(decision, AddToCase | MediaEnquiry)
        assert (offered is not None) == (is_unclear and not passes_on and bool(context.open_cases))


def test_another_topic_and_a_danger_are_passed_on_to_nobody() -> None:
    for match_ in (match("unknown", "wages"), replace(match("unknown"), danger="hurt")):
        decision = decide.decide(said(), match_, about(plain=True))
        assert isinstance(decision, Unknown)
        assert decide.offered_case(match_, about(), decision) is None
        assert decide.offered_case(match_, about(plain=True), decision) == case(CaseKind.MEDIA)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_where_it_only_listens_it_speaks_when_it_is_sure(outcome: Outcome) -> None:
    decision = decide.decide(said(addressed=False), match(outcome), Context())
    assert decision == (ALONE[outcome] if outcome in {"answer", "media"} else Silence())


@pytest.mark.parametrize("text", ["", "  \n\t"])
def test_a_message_without_words(text: str) -> None:
    nothing = Match("unknown")
    assert decide.decide(said(text), nothing, Context()) == Empty()
    assert decide.decide(said(text, files=1), nothing, Context()) == Empty(1)
    assert decide.decide(said(text, addressed=False, files=1), nothing, Context()) == Silence()
    assert decide.decide(said(text, files=1), nothing, about(newest=True, officer="Anna")) == Empty(1)


@given(
    outcome=st.sampled_from(OUTCOMES),
    kind=st.sampled_from((None, *CaseKind)),
    text=st.sampled_from(("", "words")),
    files=st.integers(0, 2),
)
def test_an_enquiry_that_somebody_tells_the_desk_is_never_lost(
    outcome: Outcome, kind: CaseKind | None, text: str, files: int
) -> None:
    decision = decide.decide(said(text, files=files), match(outcome), about(kind) if kind else Context())
    if outcome == "media" and text:
        assert isinstance(decision, MediaEnquiry) or (kind is CaseKind.MEDIA and isinstance(decision, AddToCase))
    assert not isinstance(decision, Silence)
