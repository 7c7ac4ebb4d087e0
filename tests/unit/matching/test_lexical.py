import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from bot.matching.lexical.channels import Channel
from bot.matching.lexical.repair import Repair
from bot.matching.lexical.similar_words import Neighbours
from bot.text import Synonyms, clean, sentences, stem, words

KNOWN = ("password", "passwords", "twitter", "student", "students", "disclaimer", "from", "form", "bio")


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("Can't I?", ["can", "not", "i"]),
        ("I CANNOT see it, won’t work", ["i", "can", "not", "see", "it", "will", "not", "work"]),
        ("dont & isn't", ["do", "not", "is", "not"]),
        ("the VC's pay", ["the", "vc", "pay"]),
        ("what's up", ["what", "is", "up"]),
        ("Ｆull ｗidth", ["full", "width"]),
        ("see <@U012AB> and <at>Policy Desk</at> :wave: ok", ["see", "and", "ok"]),
        ("read https://example.org/a?b=c now", ["read", "now"]),
        ("", []),
        ("?!…", []),
    ],
)
def test_a_message_is_read_as_plain_words(said: str, read: list[str]) -> None:
    assert words(said) == read


@given(st.text())
def test_any_text_can_be_read_and_reading_again_changes_nothing(said: str) -> None:
    once = words(said)
    assert all(word and not set(word) & set(" '_") for word in once)
    assert clean(clean(said)) == clean(said)
    assert all(part in clean(said) for part in sentences(said))


def test_sentences_come_apart_at_stops_lines_and_numbers() -> None:
    assert sentences("Two things: (1) may I post, (2) may I sign up?\nThanks!") == [
        "Two things:",
        "may I post,",
        "may I sign up?",
        "Thanks!",
    ]
    assert sentences("a question without a stop") == ["a question without a stop"]


def test_stems_bring_forms_of_a_word_together() -> None:
    assert stem("posting") == stem("posted") == stem("posts")


def test_the_longest_synonym_wins_and_the_first_of_a_group_is_what_it_becomes() -> None:
    same = Synonyms.of([["work email", "uni email", "uni email address"], ["university", "uni"]])
    assert same.replace(words("my uni email address at the uni")) == ["my", "work", "email", "at", "the", "university"]


PHRASES = st.lists(st.lists(st.text(alphabet="ab ", min_size=1, max_size=6), min_size=1, max_size=3), max_size=4)


@given(PHRASES, st.text(alphabet="ab ", max_size=20))
def test_every_known_phrase_is_replaced_the_longest_first(groups: list[list[str]], said: str) -> None:
    same, given_words = Synonyms.of(groups), words(said)
    expected: list[str] = []
    while given_words:
        for length in range(len(given_words), 0, -1):
            phrase = tuple(given_words[:length])
            if phrase in same.table or length == 1:
                expected += same.table.get(phrase, phrase)
                given_words = given_words[length:]
                break
    assert same.replace(words(said)) == expected


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("twiter", "twitter"),
        ("twtiter", "twitter"),
        ("pasword", "password"),
        ("dsiclaimr", "disclaimer"),
        ("form", "form"),
        ("frm", "from"),
        ("zebra", "zebra"),
        ("bo", "bo"),
        ("b1o", "b1o"),
    ],
)
def test_an_unknown_word_becomes_the_nearest_known_one(typed: str, meant: str) -> None:
    assert Repair.of([[*KNOWN, "from"]]).words([typed])[0] == [meant]


ASKED = tuple(
    words(text) for text in ("may I have a new card", "where is my card", "what is it", "how often was it lost")
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("where is m ycard", "where is my card"),
        ("where ismy card", "where is my card"),
        ("a newxcard", "a new card"),
        ("how of ten", "how often"),
        ("whta si it", "what is it"),
        ("what is itx", "what is it"),
    ],
)
def test_a_space_in_the_wrong_place_is_a_slip_like_any_other(typed: str, meant: str) -> None:
    assert " ".join(Repair.of(ASKED).words(typed.split())[0]) == meant


def test_the_words_around_it_tell_which_of_two_near_words_was_meant() -> None:
    repair = Repair.of([words(text) for text in ("last week", "last week", "let me see", "let me go", "let me in")])
    assert repair.words(["lat", "week"])[0] == ["last", "week"]
    assert repair.words(["lat", "me"])[0] == ["let", "me"]


@pytest.mark.parametrize("word", ["nagging", "toggles", "strikes", "nag"])
def test_a_form_of_an_english_word_is_left_as_it_is(word: str) -> None:
    known = words("if you see them tagging photos and selling goggles for a few strokes of luck")
    repair = Repair.of([known], english=["nag", "toggle", "strike"])
    assert repair.words([word]) == ([word], {})


@given(st.lists(st.text(alphabet="abdefimorstw", min_size=1, max_size=12), max_size=6))
def test_repair_tells_what_it_changed_and_writes_known_words_alone(typed: list[str]) -> None:
    repaired, changed = Repair.of([KNOWN]).words(typed)
    assert bool(changed) == (repaired != typed)
    assert {word for meant in changed.values() for word in meant.split()} <= set(KNOWN)
    assert set(repaired) <= {*typed, *KNOWN}


@given(st.lists(st.sampled_from(KNOWN), max_size=6))
def test_repair_leaves_known_words_alone(typed: list[str]) -> None:
    assert Repair.of([KNOWN]).words(typed) == (typed, {})


WORDS = st.lists(st.text(alphabet="abcé1", max_size=6), max_size=12)


@given(WORDS, st.text(alphabet="abcé1", min_size=1, max_size=7), st.integers(1, 2))
def test_neighbours_are_all_words_within_so_many_edits(listed: list[str], word: str, edits: int) -> None:
    near = Neighbours.of(listed).within(word, edits)
    assert sorted(near) == sorted((one, OSA.distance(word, one)) for one in listed if OSA.distance(word, one) <= edits)


@given(st.lists(st.sampled_from([*KNOWN, "twiter", "stu", "dents", "pass", "word"]), max_size=8))
def test_what_is_clear_around_an_error_does_not_change_how_it_is_read(typed: list[str]) -> None:
    repair = Repair.of([KNOWN, ["my", "twitter", "password"]])
    case_context = ["disclaimer", "from", "form"]
    alone = repair.words([*case_context, *typed, *case_context])[0]
    assert repair.words([*KNOWN, *case_context, *typed, *case_context, *KNOWN])[0] == [*KNOWN, *alone, *KNOWN]


def test_a_row_has_unit_length_and_leaves_out_what_was_never_seen() -> None:
    channel = Channel.of("stem", [["posting", "photos"], ["posting", "exams"]])
    at, values = channel.row(["posts", "posted", "unheard"])
    assert len(at) == 1
    assert values @ values == pytest.approx(1)
    assert channel.shared == 1
    assert not len(channel.row(["unheard"])[0])
