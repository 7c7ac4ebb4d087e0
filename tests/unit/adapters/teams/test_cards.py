"""Every card that the adapter can make is one that Teams takes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft6Validator

from adapters.teams.activities import plain_text
from adapters.teams.cards import to_cards, to_form_card, to_message, to_page_card
from adapters.teams.rich_text import markdown_blocks, shown
from bot.messages import Block, Button, Buttons, Caption, Form, History, Line, Markdown, Mention, Outgoing, Quote, View
from bot.presentation import texts
from tests.shapes import block, form, outgoing, some, text, view
from tests.teams.microsoft import read


@pytest.fixture(scope="module")
def schema() -> Draft6Validator:
    folder = os.environ.get("SCHEMAS")
    if not folder:
        pytest.skip("SCHEMAS names no folder with the public JSON Schemas")
    return Draft6Validator(json.loads((Path(folder) / "adaptive-card-1.5.schema.json").read_text()))


def check(schema: Draft6Validator, card: dict[str, Any]) -> None:
    # What Teams adds to a card stands in its own documentation and not in the schema.
    plain = {name: value for name, value in card.items() if name != "msteams"}
    error = next(iter(schema.iter_errors(plain)), None)
    assert error is None, error


def everything(part: Any) -> Iterator[dict[str, Any]]:
    """Elements and actions of a card, at any depth."""
    if isinstance(part, dict):
        yield from [part] if "type" in part else []
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from everything(each)


@settings(max_examples=200)  # slow, because of the schema
@given(outgoing)
def test_every_message_is_a_valid_card(schema: Draft6Validator, made: Outgoing) -> None:
    for card in to_cards(made, {"a": "Anna"}):
        check(schema, card)


@settings(max_examples=200)
@given(form, st.dictionaries(some, text, max_size=2))
def test_every_form_is_a_valid_card(schema: Draft6Validator, asked: Form, problems: dict[str, str]) -> None:
    check(schema, to_form_card(asked, "1", problems, {asked.fields[0].name: "x"}))


@settings(max_examples=100)
@given(view, text)
def test_every_page_is_one_valid_card_in_which_no_id_stands_twice(
    schema: Draft6Validator, shown: View, notice: str
) -> None:
    page = to_page_card(shown, notice)
    check(schema, page)
    ids = [element["id"] for element in page["body"] if "id" in element]
    assert len(ids) == len(set(ids))


@settings(max_examples=30)
@given(st.integers(1, 60), st.integers(1, 3000))
def test_a_page_counts_what_it_cannot_hold(times: int, words: int) -> None:
    buttons = Buttons(tuple(Button("Reply", "case.reply", "1@1") for _ in range(8)))
    case = Outgoing((Quote("wörter " * words), buttons), "")
    page = to_page_card(View("queue", "Open", (case,) * times))
    assert len(json.dumps(to_message(page, Outgoing((), "Open")))) < 80_000
    left = times - sum("separator" in element for element in page["body"])
    counted = read({"attachments": [{"content": page}]}).rpartition("\n")[2]
    assert (counted == texts.not_shown(left)) is (left > 0)


def test_what_is_long_is_folded_on_a_page_so_that_the_rest_is_seen() -> None:
    topics = Outgoing((Markdown("\n".join(f"- topic {number}" for number in range(80))),), "What I can answer:")
    page = to_page_card(View("home", "Policy Desk", (topics, Outgoing((Markdown("Yours."),), "Yours."))))
    _, fold, hidden, yours = page["body"]
    (toggle,) = fold["actions"]
    assert (toggle["title"], toggle["targetElements"]) == ("What I can answer:", [hidden["id"]])
    assert (hidden["isVisible"], len(hidden["items"])) == (False, 80)
    assert yours["inlines"][0]["text"] == "Yours."


@given(outgoing)
def test_cards_say_what_they_are_where_they_cannot_be_shown_and_label_what_is_filled_in(made: Outgoing) -> None:
    for card in to_cards(made):
        assert card["version"] == "1.5"
        assert card["fallbackText"] == shown(made.summary)


@given(outgoing, form, view)
def test_cards_have_nothing_that_a_narrow_window_cuts_off_or_a_theme_hides(
    made: Outgoing, asked: Form, shown: View
) -> None:
    for card in (*to_cards(made), to_form_card(asked, "1"), to_page_card(shown)):
        for element in everything(card):
            # No pictures, so none without a text of its own; no columns, no colours but the theme's.
            assert element["type"] not in {"Image", "ImageSet", "ColumnSet", "Table", "FactSet"}
            assert element["type"] != "TextBlock" or element["wrap"] is True
            assert not {"backgroundImage", "minHeight", "iconUrl", "maxLines"} & element.keys()


@given(form)
def test_every_input_has_a_label(asked: Form) -> None:
    card = to_form_card(asked, "1")
    inputs = [element for element in card["body"] if element["type"].startswith("Input.")]
    assert [element["label"] for element in inputs] == [field.label for field in asked.fields]


@settings(max_examples=30)
@given(st.lists(block, max_size=4), st.integers(1, 12_000))
def test_no_card_is_larger_than_teams_takes(blocks: list[Block], times: int) -> None:
    long = (*blocks, Quote("wörter " * times), Markdown("w\u00f6rter " * times), Caption("x" * times))
    for card in to_cards(Outgoing(tuple(long), "long")):
        assert len(json.dumps(to_message(card, Outgoing((), "long")))) < 80_000


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("**Yes.** Go.", "Yes. Go."),
        ("a\nb", "a b"),
        ("a  \nb", "a\nb"),
        ("- one\n- two\n  - deep\n\nafter", "• one\n• two\n\u2003• deep\nafter"),
        ("3. three\n4. four", "3. three\n4. four"),
        ("# Head\n\ntext", "Head\ntext"),
        ("> quoted", "quoted"),
        ("`a*b*`", "a*b*"),
        ("```\none\ntwo\n```", "one\ntwo"),
        (r"\*not bold\* \[x\]\(y\)", "*not bold* [x](y)"),
        ("<b>x</b> &amp; <at>all</at>", "<b>x</b> & <at>all</at>"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
    ],
)
def test_prose_reads_as_it_was_meant(markdown: str, shown: str) -> None:
    card = {"content": {"body": markdown_blocks(markdown)}}
    assert read({"attachments": [card]}) == shown


def test_links_lead_to_the_web_or_to_a_mailbox() -> None:
    (block,) = markdown_blocks("[**a**](https://a.example) [b](mailto:b@example.org) [c](file:///etc/passwd)")
    targets = [run["selectAction"]["url"] for run in block["inlines"] if "selectAction" in run]
    assert targets == ["https://a.example", "mailto:b@example.org"]


def test_a_history_folds_until_it_is_too_long_to() -> None:
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    lines = [Line(at + timedelta(minutes=number), "x" * 100) for number in range(200)]
    short = to_cards(Outgoing((History(tuple(lines[:3])),), "x"))[0]["body"]
    assert (short[0]["actions"][0]["targetElements"], short[1]["isVisible"]) == ([short[1]["id"]], False)
    long = to_cards(Outgoing((History(tuple(lines)),), "x"))
    assert sum(len(card["body"]) for card in long) == 200


def test_a_long_label_has_a_row_to_itself() -> None:
    labels = ["Helpful", "Not helpful", "Signing up with your University e-mail address", "a", "b", "c", "d"]
    made = Outgoing((Buttons(tuple(Button(label, "x") for label in labels)),), "x")
    rows = to_cards(made)[0]["body"]
    assert [[action["title"] for action in row["actions"]] for row in rows] == [
        labels[:2],
        labels[2:3],
        labels[3:6],
        labels[6:],
    ]


def test_a_name_cannot_become_a_second_mention() -> None:
    card = to_cards(Outgoing((Mention(("teams:a",)),), "x"), {"a": "</at><at>everyone</at> [x](y) *b*"})[0]
    assert card["body"][0]["text"].count("<at>") == 1
    assert not set("*[]()_") & set(card["body"][0]["text"])


# ---- the other way --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "mentions", "words"),
    [
        ("<at>faqbot</at> what is faqbot?", ["<at>faqbot</at>"], "what is faqbot?"),
        ("what is <at>faqbot</at>&nbsp;for?", ["<at>faqbot</at>"], "what is for?"),
        ("<at>faqbot</at> ask <at>Anna B</at> or <at>faqbot</at>", ["<at>faqbot</at>"], "ask Anna B or faqbot"),
        ("<p>one</p><p>two<br/>three</p>", [], "one\ntwo\nthree"),
        ("<div>one</div>\n<div>two</div>", [], "one\ntwo"),
        ("3 &lt; 4 &amp; 5 &gt; 4", [], "3 < 4 & 5 > 4"),
        ("is <b>this</b> bold?", [], "is <b>this</b> bold?"),
        ("a\u00a0 b\t c \n d", [], "a b c\nd"),
        ("nul\x00", [], "nul\ufffd"),
        ("", ["<at>x</at>"], ""),
    ],
)
def test_what_teams_makes_of_words_is_undone(sent: str, mentions: list[str], words: str) -> None:
    assert plain_text(sent, mentions) == words


def test_a_message_in_html_has_no_tags_of_its_own() -> None:
    assert plain_text('<p>is <b>this</b> <a href="x">bold</a>?</p>', is_html=True) == "is this bold?"


@given(some)
def test_nobodys_words_break_the_reading(said: str) -> None:
    assert "\x00" not in plain_text(said, [said[:3]], is_html=True)
