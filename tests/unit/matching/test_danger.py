"""Danger comes before everything: before an answer, before an enquiry, and instead of a question about the media."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.admin import ask_output
from bot.knowledge.loader import load
from bot.knowledge.model import Knowledge
from bot.matching.matcher import Matcher
from bot.matching.options import Options
from tests.clock import ManualClock

YAML = """
entries:
  - id: deleted-post
    title: Deleting a post
    questions: [I deleted my tweet so is it gone, does deleting a post help, post removed but somebody saw it]
    answer: "**Not necessarily.** Others may have copied it."
  - id: uni-email
    title: Signing up with your address
    questions: [can I use my university email on LinkedIn, work address as login, sign up with uni email]
    answer: "**No.** Use your own."
media:
  holding_line: Take their name and number.
  enquiries:
    - a reporter from the Guardian rang me
    - someone from the BBC wants an interview
    - a journalist emailed our office for a quote
    - a newspaper is asking for a comment about the strike
  look_alikes:
    - I read it in the Guardian
    - how do I watch the BBC
    - a student told me about the exam
    - she told me she is late
out_of_scope:
  - id: hurt
    danger: true
    questions:
      - a student told me she wants to die
      - somebody is going to kill himself
      - a colleague talks of ending her life
      - he posted that he wants to hurt himself
    answer: "**Call 999 now, then University Security.**"
  - id: parking
    questions: [where can I park, my permit has run out, parking fine on campus]
    answer: Ask facilities.
"""


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> tuple[Knowledge, Matcher]:
    folder: Path = tmp_path_factory.mktemp("knowledge")
    (folder / "all.yaml").write_text(YAML, encoding="utf-8")
    knowledge = load(folder)
    return knowledge, Matcher.build(knowledge, Options(encoder="off"))


def read(known: tuple[Knowledge, Matcher], text: str) -> str:
    knowledge, matcher = known
    return ask_output.as_text(knowledge, matcher.match(text), ManualClock().now().date())


def test_somebody_in_danger_is_not_asked_about_journalists(known: tuple[Knowledge, Matcher]) -> None:
    match = known[1].match("help, a student told me she wants to die")
    assert (match.outcome, match.topic, match.danger) == ("unknown", "hurt", "hurt")


def test_an_enquiry_that_tells_of_danger_is_both_and_danger_is_read_first(known: tuple[Knowledge, Matcher]) -> None:
    text = "A reporter from the Guardian rang me. A student told me she wants to die."
    assert known[1].match(text).outcome == "media"
    assert read(known, text).index("999") < read(known, text).index("name and number")


def test_an_answer_that_stands_beside_danger_comes_after_it(known: tuple[Knowledge, Matcher]) -> None:
    text = "Can I use my university email on LinkedIn? Also he posted that he wants to hurt himself."
    assert read(known, text).startswith("Call 999 now")


def test_danger_that_is_only_near_is_read_first_and_takes_nothing_away(known: tuple[Knowledge, Matcher]) -> None:
    text = "Can I use my university email on LinkedIn? Also a student of mine says she wants to jump and die."
    match = known[1].match(text)
    assert (match.outcome, match.danger) == ("answer", "hurt")
    assert read(known, text).index("999") < read(known, text).index("Use your own")


def test_what_is_no_danger_has_no_pointer(known: tuple[Knowledge, Matcher]) -> None:
    assert known[1].match("where can I park").danger == ""
    assert "999" not in read(known, "can I use my university email on LinkedIn")
