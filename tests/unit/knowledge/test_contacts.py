"""Contacts in answers: what they become, where they are left alone, and which are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import plaintext
from bot.knowledge.contacts import Contact, filled, named, with_contacts
from bot.knowledge.loader import load
from tests.unit.knowledge.knowledge_folders import ENTRY, said, write

IT = "{contact:it|the IT service desk}"
CONTACTS = {
    "it": Contact("the IT service desk", url="https://help.example.org/it"),
    "security": Contact("University Security", phone="+44 1524 1"),
    "press": Contact("the press office", phone="+44 1524 2", email="press@example.org"),
    "hr": Contact("HR", email="hr@example.org"),
    "odd": Contact("*the* [odd] desk"),
}


@pytest.mark.parametrize(
    ("markdown", "read"),
    [
        (f"Ask {IT}.", "Ask the IT service desk (https://help.example.org/it)."),
        ("Call {contact:security|Security} now.", "Call University Security on +44 1524 1 now."),
        ("Ask {contact:press|us}.", "Ask the press office on +44 1524 2."),
        ("Ask {contact:hr|HR}.", "Ask HR at hr@example.org."),
        ("**Call {contact:security|Security}.**", "Call University Security on +44 1524 1."),
        ("Wait. {contact:union|your union} helps.", "Wait. Your union helps."),
        ("**{contact:security|us}** comes.", "University Security on +44 1524 1 comes."),
        ("Wait.\n\n{contact:it|us} knows.", "Wait.\n\nThe IT service desk (https://help.example.org/it) knows."),
        ("Ask {contact:odd|us}.", "Ask *the* [odd] desk."),
        ("Ask {contact:union|your\n  union}.", "Ask your union."),
        (f"- Ask {IT}\n- Wait", "- Ask the IT service desk (https://help.example.org/it)\n- Wait"),
    ],
)
def test_a_contact_reads_as_its_name_with_link_or_number(markdown: str, read: str) -> None:
    assert plaintext.prose(filled(markdown, CONTACTS)) == read


@pytest.mark.parametrize("markdown", [f"Write `{IT}`.", f"Text:\n\n    {IT}\n", f"```\n{IT}\n```"])
def test_code_is_left_as_it_is(markdown: str) -> None:
    assert filled(markdown, CONTACTS) == markdown


def test_the_address_of_a_link_is_left_as_it_is() -> None:
    markdown = "[{contact:it|us}](https://example.org/{contact:it|us}) or {contact:it|us}"
    assert filled(markdown, CONTACTS) == (
        "[the IT service desk](https://example.org/{contact:it|us}) or [the IT service desk](<https://help.example.org/it>)"
    )


def test_a_whole_knowledge_base_is_filled_and_keeps_its_revision(tmp_path: Path) -> None:
    files = {
        "a.yaml": ENTRY + f"out_of_scope:\n  - {{id: it, questions: [wifi], answer: 'Ask {IT}.'}}\n",
        "b.yaml": f"smalltalk:\n  - {{id: hi, questions: [hi], answer: 'Hi from {IT}.'}}\n"
        f"media:\n  holding_line: Call {IT}.\n  holding_lines: {{leak: 'Tell {IT}.'}}\n  enquiries: [the BBC rang]\n",
    }
    knowledge = load(write(tmp_path, files))
    assert named(knowledge) == {"it": "the IT service desk"}
    ready = with_contacts(knowledge, {})
    assert ready.revision == knowledge.revision
    assert [topic.answer for topic in ready.topic.values()] == [
        "Hi from the IT service desk.",
        "Ask the IT service desk.",
    ]
    assert ready.media is not None
    assert ready.media.holding_line == "Call the IT service desk."
    assert ready.media.holding_lines == {"leak": "Tell the IT service desk."}
    assert named(ready) == {}


@pytest.mark.parametrize(
    "wrong", ["{contact:IT|the desk}", "{contact:it}", "{contact:it|}", "{contact: it|the desk}", "{Contacts:it|x}"]
)
def test_what_names_no_contact_is_an_error(tmp_path: Path, wrong: str) -> None:
    text = ENTRY.replace("It may have been copied.", f'"Ask {wrong} or {IT}."')
    assert said(write(tmp_path, {"a.yaml": text})) == [("a.yaml:4", f"`{wrong}` names no contact.")]
