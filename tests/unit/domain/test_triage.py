"""What an enquiry says of itself: haste, a request for information, a deadline."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.case import CaseKind, Details
from bot.domain.triage import is_urgent, may_be_foi, triage
from tests.unit.domain.pacing import POLICY

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=ZoneInfo("Europe/London"))

URGENT = """
I have the BBC on the line now, what do I say?
the Guardian is on the phone for me
a reporter is holding for an answer
she is on hold
There's a journalist at reception asking for the head of department
two people from ITV in the foyer
A TV crew is filming outside the library
there is a man with a camera outside our building
someone from the Gazette has turned up
a reporter's outside and wants a comment
the reporter is downstairs
a photographer is standing outside
they doorstepped my colleague
Sky News are here
they are going live at six
I am on air with Radio 4 in a minute
they want me for a live interview
it goes live in ten minutes
they want somebody live at 7
they want somebody live at 7pm about it
they want somebody live at six
they want me live on the Today programme
she wants me live in the studio
URGENT: the Mail wants a quote
need help asap, a journalist rang
They need an answer within the hour
he wants a comment in the next 20 minutes
they want a statement right now
a news crew just arrived on campus
"""
CALM = """
A journalist from the Gazette emailed me about my paper
The Guardian wants an interview next week about the report
a reporter rang and left a number
I was contacted by a magazine about student rents
a podcaster invited me to an episode in January
she lives in Morecambe and writes for the Visitor
The press asked about the delivery of the new library
They will publish on Friday
can I talk to a reporter about my research?
a reporter asked me whether I live in Lancaster
she wants to know how our students live on campus
she wants to know whether students live at home
"""
FOI = """
Under the Freedom of Information Act please tell me what the vice-chancellor spent
This is an FOI request
I am making a request under the FOIA
please provide the following recorded information
Please send copies of all correspondence between you and the council
a reporter wants all the information you hold about the fire, under the Environmental Information Regulations
"""


@pytest.mark.parametrize("text", URGENT.strip().splitlines())
def test_whoever_waits_at_this_moment_is_urgent(text: str) -> None:
    assert is_urgent(text)


@pytest.mark.parametrize("text", CALM.strip().splitlines())
def test_what_can_wait_is_not(text: str) -> None:
    assert not is_urgent(text)


@pytest.mark.parametrize("text", FOI.strip().splitlines())
def test_a_request_for_recorded_information_is_flagged(text: str) -> None:
    assert may_be_foi(text)


@pytest.mark.parametrize("text", (URGENT + CALM).strip().splitlines())
def test_an_ordinary_enquiry_is_no_request_for_information(text: str) -> None:
    assert not may_be_foi(text)


@pytest.mark.parametrize(("minutes", "urgent"), [(59, True), (60, True), (61, False)])
def test_what_is_due_within_the_hour_is_urgent(minutes: int, urgent: bool) -> None:
    text = f"the Gazette wants a quote, deadline {NOON + timedelta(minutes=minutes):%H:%M}"
    read = triage(CaseKind.MEDIA, text, Details(), POLICY, NOON)
    assert (read.due_at, read.due_known, read.urgent) == (NOON + timedelta(minutes=minutes), True, urgent)


def test_an_assumed_deadline_makes_nothing_urgent() -> None:
    late = NOON.replace(hour=16, minute=50)
    read = triage(CaseKind.MEDIA, "a reporter rang", Details(), POLICY, late)
    assert (read.due_at, read.due_known, read.urgent) == (NOON.replace(hour=17), False, False)


def test_a_deadline_that_was_written_down_counts_before_one_in_the_message() -> None:
    read = triage(CaseKind.MEDIA, "needs it by 4 today", Details(deadline="tomorrow noon"), POLICY, NOON)
    assert read.due_at == NOON + timedelta(days=1)


@given(st.text(max_size=200), st.sampled_from(CaseKind))
def test_an_enquiry_always_has_a_deadline_to_come_and_a_question_none(text: str, kind: CaseKind) -> None:
    read = triage(kind, text, Details(), POLICY, NOON)
    assert (read.due_at is None) is (kind is CaseKind.QUESTION)
    assert read.due_at is None or read.due_at >= NOON
