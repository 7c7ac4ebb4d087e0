"""Which words of an answer bind, and which only say that something does not."""

from __future__ import annotations

import pytest

from bot.admin.check.binding_words import binding_words


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        ("You must add one.", "must"),
        ("**No, you must not.** Wait.", "must not"),
        ("Staff aren't allowed to do that.", "n't allowed"),
        ("It is not permitted.", "not permitted"),
        ("You have to ask first.", "have to"),
        ("A disclaimer is\nrequired.", "required"),
        ("Never post it.", "Never"),
        ("The policy is silent on blogs, but here it is forbidden.", "forbidden"),
        ("It does not say who asks; you must.", "must"),
        ("Good practice:\n\n- It is mandatory\n- Ask", "mandatory"),
        ("You [must read this](https://example.org/not/).", "must"),
    ],
)
def test_a_word_that_binds(answer: str, word: str) -> None:
    assert [found for found, _ in binding_words(answer)] == [word]


@pytest.mark.parametrize(
    "answer",
    [
        "It would be good practice.",
        "It does not say that you must.",
        "The guidance doesn’t say it is forbidden.",
        "You do not have to reply.",
        "A disclaimer is not required, nor is it compulsory.",
        "Nothing in it says that you have to.",
        "You need not answer; it may be wise.",
        "If you must reply, wait an hour.",
        "All you have to do is ask.",
        "It never says that you must.",
        "There is no rule that a post must be deleted.",
        "The line “you must not” stands in another policy.",
        'Some write "never endorse" in a bio.',
        "See [the page](https://example.org/must/never).",
    ],
)
def test_what_is_denied_quoted_or_supposed_binds_nobody(answer: str) -> None:
    assert list(binding_words(answer)) == []


def test_the_sentence_is_named_without_markup() -> None:
    (found,) = binding_words("**It depends.** You **must** ask\nfirst. Then wait.")
    assert found == ("must", "You must ask first.")
