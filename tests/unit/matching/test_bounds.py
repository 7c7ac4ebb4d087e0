"""What one message may cost: little is read of a long one, and little is done with what is read."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.admin import ask_output
from bot.knowledge.loader import load
from bot.matching.cues import _NEAR, _are_near
from bot.matching.encoder import sentence_encoder
from bot.matching.lexical.repair import _MOST_UNKNOWN, Lookups, Repair
from bot.matching.lexical.similar_words import Neighbours
from bot.matching.match import Match
from bot.matching.matcher import Matcher
from bot.matching.options import Options
from bot.text import FIRST_READ, LAST_READ, bounded, clean, follows_up, is_cut, sentences, stem, words
from tests import learned
from tests.desk import KNOWLEDGE
from tests.hostile import HOSTILE, misspelt

SECONDS = 2.0
"""Of the processor, eight times what a message may cost: a machine may be slow. `make bench` measures it."""
HAS_WEIGHTS = not sentence_encoder.missing("auto")
QUESTION = "may I use my work email for twiter"


@pytest.fixture(scope="module", params=["off", "auto"] if HAS_WEIGHTS else ["off"])
def matcher(request: pytest.FixtureRequest) -> Matcher:
    return learned.matcher(load(KNOWLEDGE), Options(encoder=request.param))


@pytest.mark.parametrize("name", HOSTILE)
def test_no_message_takes_long_to_match(matcher: Matcher, name: str) -> None:
    begun = time.process_time()
    matcher.match(HOSTILE[name], QUESTION)
    assert time.process_time() - begun < SECONDS


@given(st.text(alphabet=st.characters(), max_size=8), st.integers(1, 2_000))
def test_what_is_read_is_short_and_in_normal_form(part: str, times: int) -> None:
    text = part * times
    read = bounded(text)
    assert len(read) <= FIRST_READ + 1 + LAST_READ
    assert bounded(read) == read == unicodedata.normalize("NFKC", read)
    assert is_cut(text) == (read != unicodedata.normalize("NFKC", text))


def test_of_a_long_message_its_start_and_its_end_are_read() -> None:
    text = "first " * 1_000 + "middle " * 1_000 + "last " * 1_000
    for read in (bounded(text), clean(text), " ".join(words(text)), " ".join(sentences(text))):
        assert read.startswith("first first")
        assert "middle" not in read
        assert read.rstrip().endswith("last last")


@pytest.mark.parametrize("name", HOSTILE)
def test_no_message_takes_long_to_read(name: str) -> None:
    for read in (bounded, is_cut, clean, words, sentences, follows_up):
        begun = time.process_time()
        read(HOSTILE[name])
        assert time.process_time() - begun < SECONDS / 4


def test_a_very_long_word_is_its_own_stem() -> None:
    assert stem("postings") == "post"
    assert stem("posting" * 20 + "s") == "posting" * 20 + "s"


def test_the_explanation_says_that_a_message_is_cut() -> None:
    def lines(question: str) -> list[str]:
        return list(ask_output.explanation(question, Match("unknown"), "lexical"))

    assert "cut:       only the first 2,000 and the last 1,000 characters are read" in lines("may I " * 600)
    assert not [line for line in lines("may I " * 100) if line.startswith("cut")]


# ---- repair ---------------------------------------------------------------------------------------------------------


class _Counting(Neighbours):
    """Neighbours that note which words were looked up."""

    def within(self, word: str, edits: int) -> list[tuple[str, int]]:
        _LOOKED_UP.append(word)
        return super().within(word, edits)


_LOOKED_UP: list[str] = []


@pytest.fixture
def repair() -> Repair:
    _LOOKED_UP.clear()
    plain = Repair.of([words("may I use my work email for twitter"), ["disclaimer"]])
    spellings = _Counting(plain.spellings.words, plain.spellings.letters, plain.spellings.starts)
    return Repair(plain.known, plain.pairs, spellings, plain.stems, plain.total, plain.english, plain.foreign)


def test_an_unknown_word_is_looked_up_once_however_often_it_occurs(repair: Repair) -> None:
    repaired, changed = repair.words(["twiter", "xyzzy", "email"] * 300)

    assert sorted(_LOOKED_UP) == ["twiter", "xyzzy"]
    assert repaired == ["twitter", "xyzzy", "email"] * 300
    assert changed == {"twiter": "twitter"}


def test_no_more_than_so_many_unknown_words_are_looked_up(repair: Repair) -> None:
    unknown = [word for word in misspelt(300) if len(word) > 2][:200]
    lookups: Lookups = {}
    assert repair.words([*unknown, "twiter"], lookups)[0] == [*unknown, "twiter"]
    assert repair.words([*reversed(unknown), "twiter"], lookups)[0] == [*reversed(unknown), "twiter"]

    assert len(lookups) == len(_LOOKED_UP) == _MOST_UNKNOWN
    assert repair.words(["twiter"])[0] == ["twitter"]


# ---- cues and parts -------------------------------------------------------------------------------------------------


@given(st.sets(st.integers(0, 60)), st.sets(st.integers(0, 60)))
def test_two_cues_are_near_as_if_each_pair_were_compared(some: set[int], others: set[int]) -> None:
    compared = any(0 < abs(i - j) <= _NEAR for i in some for j in others)
    assert _are_near(sorted(some), sorted(others)) == compared


@given(st.lists(st.integers(2, 256), max_size=20))
def test_the_longest_parts_of_a_message_are_cut_until_all_are_short_enough(lengths: list[int]) -> None:
    parts = [[101, *[7] * (length - 2), 102] for length in lengths]
    cut = sentence_encoder._shortened(parts)

    assert sum(map(len, cut)) <= 256
    assert all(one[0] == 101 and one[-1] == 102 for one in cut)
    if sum(lengths) <= 256:
        assert cut == parts
    else:
        longest = max(map(len, cut))
        assert all(one == before or len(one) == longest for one, before in zip(cut, parts, strict=True))
