"""Which enquiries belong together, measured on a stream of which one half was never used for tuning."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.config import PressOffice
from bot.domain.case import LinkKind
from bot.domain.similarity import Enquiry, related, same_journalist, same_outlet

STREAM = Path(__file__).parents[2] / "data" / "stories.yaml"
HELD_BACK_FROM = datetime(2026, 3, 1)  # noqa: DTZ001  as the stream writes it
WITHIN = PressOffice().same_story_within


@dataclass(frozen=True)
class Row:
    at: datetime
    enquiry: Enquiry
    story: str


@dataclass(frozen=True)
class Found:
    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed)


def stream() -> list[Row]:
    rows = yaml.safe_load(STREAM.read_text(encoding="utf-8"))
    return [
        Row(datetime.fromisoformat(at), Enquiry(number, outlet, journalist, "", text), story)
        for number, (at, outlet, journalist, text, story) in enumerate(rows)
    ]


def measure(rows: list[Row]) -> Found:
    """Each as it comes in, against those of the last two days with the links found until then."""
    known: dict[int, set[int]] = defaultdict(set)
    right = wrong = missed = 0
    for place, new in enumerate(rows):
        recent = [each for each in rows[:place] if new.at - each.at <= WITHIN]
        found = related(new.enquiry, [each.enquiry for each in recent], known)
        for each in recent:
            linked, belongs = each.enquiry.id in found, each.story == new.story
            right, wrong, missed = right + (linked and belongs), wrong + (linked > belongs), missed + (linked < belongs)
        for other in found:
            known[other].add(new.enquiry.id)
            known[new.enquiry.id].add(other)
    return Found(right, wrong, missed)


def test_the_stream_is_long_and_goes_both_ways() -> None:
    rows = stream()
    assert len(rows) >= 200
    assert [row.at for row in rows] == sorted(row.at for row in rows)
    assert 0.4 < sum(row.at >= HELD_BACK_FROM for row in rows) / len(rows) < 0.6


@pytest.mark.parametrize("held_back", [False, True], ids=["tuned on", "held back"])
def test_links_are_right_and_few_are_missed(held_back: bool) -> None:
    found = measure([row for row in stream() if (row.at >= HELD_BACK_FROM) is held_back])
    print(f"precision {found.precision:.1%}, recall {found.recall:.1%} of {found.right + found.missed} links")
    assert found.precision >= 0.95
    assert found.recall >= 0.80


def test_who_asks_again_may_be_joined_and_who_asks_as_well_may_not() -> None:
    first = Enquiry(1, "The Guardian", "Ruth Ellery", "", "Ruth Ellery asks about the Roman mosaic")
    again = Enquiry(2, "guardian.com", "", "", "the Guardian would like to see the mosaic")
    free = Enquiry(3, "", "R. Ellery", "", "an R. Ellery rang, the mosaic")
    other = Enquiry(4, "BBC", "", "", "the BBC at the mosaic")
    unknown = Enquiry(5, "", "", "", "somebody asks about a Roman mosaic")
    kinds = related(first, [again, free, other, unknown], {})
    assert kinds == {2: LinkKind.SAME, 3: LinkKind.SAME, 4: LinkKind.STORY, 5: LinkKind.STORY}


def test_a_telephone_number_says_who_asks() -> None:
    one = Enquiry(1, "", "", "07700 900 123", "about the mosaic")
    other = Enquiry(2, "", "", "+44 7700 900123", "the Roman mosaic")
    assert related(one, [other], {}) == {2: LinkKind.SAME}


def test_the_same_journalist_on_another_matter_is_another_enquiry() -> None:
    mosaic = Enquiry(1, "BBC", "Nadia Farrow", "", "Nadia Farrow from the BBC asks about the mosaic")
    lambs = Enquiry(2, "BBC", "Nadia Farrow", "", "Nadia Farrow of the BBC wants to record lambs")
    assert related(lambs, [mosaic], {}) == {}


def test_what_belongs_to_a_story_belongs_to_all_that_is_known_of_it() -> None:
    sold = Enquiry(1, "BBC", "", "", "papers sold on telegram")
    hacked = Enquiry(2, "Sky", "", "", "were passwords hacked, and sold on telegram?")
    new = Enquiry(3, "ITV", "", "", "who hacked the passwords?")
    assert related(new, [sold, hacked], {}) == {2: LinkKind.STORY}
    assert set(related(new, [sold, hacked], {1: {2}, 2: {1}})) == {1, 2}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Guardian", "Guardian"),
        ("The Guardian", "guardian.com"),
        ("theguardian.com", "the guardian"),
        ("www.bbc.co.uk", "BBC"),
        ("BBC", "BBC Radio 5 Live"),
        ("Sky", "Sky News"),
        ("FT", "Financial Times"),
        ("THE", "Times Higher Education"),
        ("Marsh Gazette", "marsh gazzette"),
        ("channel4.com", "Channel 4 News"),
    ],
)
def test_one_house_has_many_names(one: str, other: str) -> None:
    assert same_outlet(one, other)
    assert same_outlet(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Guardian", "Lancaster Guardian"),
        ("The Times", "Times Higher Education"),
        ("Radio Quay", "Radio Lakeside"),
        ("Sky News", "BBC News"),
        ("", ""),
        ("the", "The Times"),
    ],
)
def test_names_that_resemble_one_another_are_not_one_house(one: str, other: str) -> None:
    assert not same_outlet(one, other)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ruth Ellery", "R. Ellery", True),
        ("Ruth Ellery", "ruth elery", True),
        ("Ellery", "Ruth Ellery", True),
        ("Ruth Ellery", "Rob Ellery", False),
        ("Ruth Ellery", "Ruth Farrow", False),
        ("P. Aske", "Q. Aske", False),
        ("", "", False),
    ],
)
def test_an_initial_or_a_wrong_letter_is_the_same_person(one: str, other: str, same: bool) -> None:
    assert same_journalist(one, other) is same
    assert same_journalist(other, one) is same


texts = st.text(max_size=60)


@given(st.builds(Enquiry, st.just(0), texts, texts, texts, texts), st.lists(st.tuples(texts, texts, texts, texts)))
def test_whatever_is_written_only_what_is_there_is_found(new: Enquiry, others: list[tuple[str, str, str, str]]) -> None:
    candidates = [Enquiry(number, *other) for number, other in enumerate(others, start=1)]
    assert set(related(new, candidates, {1: {0, 99}})) <= {each.id for each in candidates}


@given(texts, texts)
def test_who_asks_does_not_depend_on_the_order(one: str, other: str) -> None:
    assert same_outlet(one, other) is same_outlet(other, one)
    assert same_journalist(one, other) is same_journalist(other, one)


def test_words_that_everybody_uses_make_no_story() -> None:
    one = Enquiry(1, "", "", "", "a journalist rang me and wants a comment by five today")
    other = Enquiry(2, "", "", "", "the journalist wants somebody to comment today")
    assert related(one, [other], {}) == {}
