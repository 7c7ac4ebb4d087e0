"""What the desk can answer, by topic."""

from __future__ import annotations

from dataclasses import replace

from bot import plaintext
from bot.knowledge.model import Clause, Document, Entry, Knowledge
from bot.presentation import cards, texts
from tests.desk import loaded_knowledge


def library(**more: tuple[str, ...]) -> Knowledge:
    """The library's knowledge; `more` says what an answer cites, by its id."""
    knowledge = loaded_knowledge().knowledge
    entries = [replace(entry, cites=more.get(entry.id, entry.cites)) for entry in knowledge.entries]
    return replace(knowledge, entries=tuple(entries))


def lines(knowledge: Knowledge) -> list[str]:
    return [line for line in plaintext.render(cards.topics(knowledge)).splitlines() if line]


def with_yard_rules(knowledge: Knowledge) -> Knowledge:
    clause = Clause("gate", "Keys", 1, "must", "yard")
    yard = Document("yard", "Yard Rules", None, (clause,), knowledge.documents[0].origin)
    return replace(knowledge, documents=(*knowledge.documents, yard))


def test_titles_stand_below_the_sections_in_the_order_of_the_policy() -> None:
    assert lines(library()) == [
        texts.TOPICS,
        "At the desks",
        "- Coffee in the reading room",
        "- Dogs and other animals",
        "Keys",
        "- Lending your key to a colleague",
        "- A lost key",
        "The yard",
        "- Bicycles in the yard",
    ]


def test_every_answer_is_listed_once_whatever_it_cites() -> None:
    several = library(coffee=("keys", "drinks"), animals=())
    shown = lines(several)
    assert sorted(line for line in shown if line.startswith("- ")) == sorted(
        f"- {entry.title}" for entry in several.answering
    )
    assert shown.index("Keys") < shown.index("- Coffee in the reading room") < shown.index("The yard")


def test_what_cites_nothing_stands_last() -> None:
    assert lines(library(coffee=()))[-2:] == [texts.OTHER_TOPICS, "- Coffee in the reading room"]


def test_where_nothing_is_cited_there_is_one_list_without_a_heading() -> None:
    uncited: dict[str, tuple[str, ...]] = {entry.id: () for entry in loaded_knowledge().knowledge.entries}
    shown = lines(library(**uncited))
    assert shown[0] == texts.TOPICS
    assert all(line.startswith("- ") for line in shown[1:])


def test_sections_of_several_policies_that_are_called_alike_are_kept_apart() -> None:
    shown = lines(with_yard_rules(library(bicycles=("gate",))))
    assert "Reading Room Handbook: Keys" in shown
    assert shown[-2:] == ["Yard Rules: Keys", "- Bicycles in the yard"]


def test_markup_in_a_section_or_title_stays_dead() -> None:
    knowledge = library()
    handbook = knowledge.documents[0]
    clauses = tuple(replace(clause, section=f"*{clause.section}* <b>") for clause in handbook.clauses)
    titled: tuple[Entry, ...] = tuple(replace(entry, title=f"[{entry.title}](x)") for entry in knowledge.entries)
    marked = replace(knowledge, documents=(replace(handbook, clauses=clauses),), entries=titled)
    assert {"*At the desks* <b>", "- [A lost key](x)"} <= set(lines(marked))
