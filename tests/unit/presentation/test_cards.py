from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot import plaintext
from bot.domain.case import Asker, Case, CaseKind, CaseState, Outcome, Step, StepKind
from bot.knowledge.model import Clause, Document, Knowledge
from bot.messages import Address, Buttons, Caption, Markdown, Outgoing, Person
from bot.plaintext import summarise
from bot.presentation import cards, texts
from tests.desk import loaded_knowledge

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SAM = Person("slack", "sam", "Sam")
DIRECT = Address("slack", "dm-sam")
CASE = Case(7, CaseKind.MEDIA, CaseState.OPEN, (Asker(SAM, DIRECT, DIRECT, "they rang", NOON, "e1"),), NOON)
NOW = cards.CaseContext(NOON)
DEAD = {"text", "paragraph_open", "paragraph_close", "inline"}
markdown = MarkdownIt("commonmark")


def library() -> Knowledge:
    return loaded_knowledge().knowledge


def alive(text: str) -> set[str]:
    """What Markdown makes of a text beyond words in a paragraph."""
    tokens = markdown.parse(text)
    return {token.type for outer in tokens for token in (outer, *(outer.children or ()))} - DEAD


@given(st.text())
def test_escaped_text_reads_the_same_and_nothing_in_it_comes_alive(text: str) -> None:
    escaped = plaintext.escape(text)
    assert alive(f"x{escaped}x") == set()
    assert plaintext.prose(f"x{escaped}x") == f"x{plaintext.line(text)}x"


@given(st.text(alphabet="*_`#[]()<>!&-+.1\\ \n\t\u202e\x1bab", max_size=40))
def test_markup_in_a_name_stays_dead_in_a_sentence_and_its_summary(name: str) -> None:
    person = Person("slack", "u1", name)
    card = cards.text_message(texts.claimed_for_asker(plaintext.display_name(person), "M-7"))
    assert isinstance(card.blocks[0], Markdown)
    assert alive(card.blocks[0].markdown) == set()
    assert "\\" not in card.summary or "\\" in name


def test_somebody_without_a_name_is_called_by_their_key() -> None:
    assert [plaintext.display_name(Person("slack", "u1", name)) for name in ("", " \n", "\u202e")] == ["slack:u1"] * 3
    assert plaintext.display_name(Person("slack", "u1", "Sam\n\u202eStaff")) == "Sam Staff"


@given(st.text(), st.integers(2, 200))
def test_what_is_shortened_fits_in_one_line(text: str, length: int) -> None:
    short = plaintext.shorten(text, length)
    assert len(short) <= length
    assert len(short.splitlines()) <= 1
    assert short == " ".join(text.split()) or short.endswith("…")


def test_a_summary_is_plain() -> None:
    assert summarise("**No.** See [the policy](https://example.org).\n\n- first") == (
        "No. See the policy (https://example.org). - first"
    )


def actions(card: Outgoing) -> list[str]:
    return [button.action for block in card.blocks if isinstance(block, Buttons) for button in block.buttons]


def test_an_answer_names_its_source_and_what_is_related() -> None:
    entry = library().entry["coffee"]
    card = cards.answer(library(), [entry], answered=4, press=True, today=date(2026, 1, 1))
    assert Caption("Source: Reading Room Handbook (March 2025): At the desks 1") in card.blocks
    assert actions(card) == ["entry.show", "answer.helpful", "answer.not_helpful", "press.ask"]


def test_sources_are_grouped_by_document_and_section_and_linked_where_there_is_an_address() -> None:
    clauses = [
        Clause(f"c{at}", section, at, "must", "h")
        for section, at in (("At desks", 3), ("The yard", 4), ("At desks", 1))
    ]
    preface = Clause("p", "Preface", None, "states", "r")
    handbook = Document("h", "Hand*book", date(2025, 3, 10), tuple(clauses), library().documents[0].origin)
    rules = Document("r", "Rules", None, (preface,), handbook.origin, url="https://example.org/rules")
    entry = replace(library().entry["coffee"], cites=("c3", "c4", "p", "c1"))
    card = cards.answer_alone(replace(library(), documents=(handbook, rules)), [entry], date(2025, 1, 1))
    assert card.blocks[1:] == (
        Caption("Source: Hand*book (March 2025): At desks 1, 3; The yard 4"),
        Markdown("Source\\: [Rules](<https://example.org/rules>)\\: Preface"),
    )


def test_an_answer_past_its_review_says_so() -> None:
    entry = library().entry["bicycles"]
    on, after = (cards.answer_alone(library(), [entry], day) for day in (date(2025, 12, 31), date(2026, 1, 1)))
    assert len(after.blocks) == len(on.blocks) + 1


def test_without_a_press_office_nothing_offers_one() -> None:
    entry = library().entry["coffee"]
    shown = (
        cards.answer(library(), [entry], answered=4, press=False, today=date(2026, 1, 1)),
        cards.unknown("", [entry], answered=4, press=False),
    )
    assert all("press.ask" not in actions(card) for card in shown)
    assert "media" not in plaintext.render(cards.welcome(library(), press=False))


def test_a_card_shows_the_buttons_of_its_state() -> None:
    owned = Case(7, CaseKind.MEDIA, CaseState.CLAIMED, CASE.askers, NOON, owner=SAM, revision=3)
    closed = Case(7, CaseKind.MEDIA, CaseState.CLOSED, CASE.askers, NOON, outcome=Outcome.ANSWERED)
    question = Case(7, CaseKind.QUESTION, CaseState.OPEN, CASE.askers, NOON)
    assert {"case.claim", "case.false_alarm", "case.details"} <= set(actions(cards.case_card(CASE, (), NOW)))
    assert "case.claim" not in actions(cards.case_card(owned, (), NOW))
    assert {"case.unclaim", "case.reply"} <= set(actions(cards.case_card(owned, (), NOW)))
    assert actions(cards.case_card(closed, (), NOW)) == ["case.reopen", "case.note"]
    assert not {"case.false_alarm", "case.details"} & set(actions(cards.case_card(question, (), NOW)))


def test_only_an_enquiry_that_nobody_has_is_urgent() -> None:
    owned = Case(7, CaseKind.MEDIA, CaseState.CLAIMED, CASE.askers, NOON, owner=SAM)
    question = Case(7, CaseKind.QUESTION, CaseState.OPEN, CASE.askers, NOON)
    assert [cards.case_card(case, (), NOW).urgent for case in (CASE, owned, question)] == [True, False, False]


def test_every_kind_of_step_has_words() -> None:
    steps = [Step(NOON, kind, SAM, "text") for kind in StepKind]
    history = plaintext.render(cards.case_card(CASE, steps, NOW))
    assert all(texts.history_line("Sam", kind.value, "text") in history for kind in StepKind)


def test_by_mail_there_is_nothing_to_press_and_nothing_is_cut() -> None:
    long = " ".join(f"word{number}" for number in range(1000))
    case = Case(7, CaseKind.MEDIA, CaseState.OPEN, (Asker(SAM, DIRECT, DIRECT, long, NOON, "e1"),), NOON)
    mail = cards.mail(case, (), NOW)
    assert actions(mail) == []
    assert long in plaintext.render(mail)
    assert texts.THREAD_HINT not in plaintext.render(mail)
    assert long not in plaintext.render(cards.case_card(case, (), NOW))
