"""How much of a text is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text import abridged


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("short", "short"),
        ("12345 789 1234", "12345 789 1234"),
        ("deadline 1500 and much more until 1600 on Monday", "deadline\nMonday"),
        ("1234567890 and more 1234567890", "1234567890\n1234567890"),
        ("                              ", "          \n          "),
    ],
)
def test_a_cut_divides_no_word(text: str, read: str) -> None:
    assert abridged(text, 10, 10) == read


@given(st.text(alphabet="ab 1\n"), st.integers(1, 8), st.integers(1, 8))
def test_what_is_read_is_short_and_is_not_cut_again(text: str, first: int, last: int) -> None:
    read = abridged(text, first, last)
    assert len(read) <= first + last + 1
    assert abridged(read, first, last) == read
