"""Whoever may not do something reads why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.case import CaseState
from bot.domain.transitions import Refusal, Refused
from bot.presentation import texts
from bot.presentation.refusal_mapping import refusal_text
from tests.unit.domain.test_transitions import ANNA, OPEN, OTHER

CASE = replace(OPEN, owner=ANNA, state=CaseState.CLAIMED)
SAYS = {
    Refusal.ALREADY_CLOSED: texts.already_closed("M-7"),
    Refusal.ALREADY_CLOSED_FOR_ASKER: texts.already_closed_for_asker("M-7"),
    Refusal.ALREADY_JOINED: texts.joined_already("M-7", "M-9"),
    Refusal.ALREADY_RESTRICTED: texts.restricted_already("M-7"),
    Refusal.ALREADY_YOURS: texts.yours_already("M-7"),
    Refusal.ASKER_ONLY: texts.NOT_YOURS,
    Refusal.ASK_TO_REMOVE: texts.ASK_TO_REMOVE_FIRST,
    Refusal.HELD: texts.held("M-7"),
    Refusal.REMOVAL_ALREADY_ASKED: texts.REMOVAL_ALREADY_ASKED,
    Refusal.TAKEN_BACK_ALREADY: texts.TAKEN_BACK_ALREADY,
    Refusal.CLAIM_FIRST: texts.CLAIM_FIRST,
    Refusal.CLAIMED_BY_ANOTHER: texts.claimed_by_another("M-7", "Anna"),
    Refusal.JOINED_TO_ANOTHER: texts.joined_to("M-7", "M-9"),
    Refusal.MEDIA_ONLY: texts.TOO_OLD,
    Refusal.NO_ASKER: texts.nobody_asked("M-7"),
    Refusal.NO_OTHER_OFFICER: texts.NO_OTHER_OFFICER,
    Refusal.NO_SUCH_CASE: texts.NO_SUCH_CASE,
    Refusal.NOT_A_FUTURE_TIME: texts.NOT_A_TIME,
    Refusal.NOT_AN_OFFICER: texts.NOT_AN_OFFICER,
    Refusal.NOT_CLAIMED: texts.not_claimed("M-7"),
    Refusal.NOT_CLOSED: texts.not_closed("M-7"),
    Refusal.NOT_JOINED: texts.not_joined("M-7"),
    Refusal.NOT_OFFERED: texts.NOT_OFFERED,
    Refusal.NOT_RESTRICTED: texts.not_restricted("M-7"),
    Refusal.NOT_THE_SAME_ENQUIRY: texts.not_to_be_joined("M-7", "M-9"),
    Refusal.NOTHING_TO_PUT_OFF: texts.NOTHING_TO_PUT_OFF,
    Refusal.NOTHING_WRITTEN: texts.NOTHING_WRITTEN,
    Refusal.PASSED_ON_ALREADY: texts.ALREADY_PASSED_ON,
    Refusal.STALE_BUTTON: texts.STALE,
    Refusal.UNKNOWN_OUTCOME: texts.TOO_OLD,
    Refusal.WITHDRAWAL_ALREADY_ASKED: texts.withdrawal_already_asked("M-7"),
}


@pytest.mark.parametrize("refusal", Refusal)
def test_every_refusal_says_why_and_of_which_cases(refusal: Refusal) -> None:
    assert refusal_text(Refused(refusal, CASE, OTHER)) == SAYS[refusal]


@pytest.mark.parametrize("refusal", Refusal)
def test_a_refusal_that_knows_no_case_is_a_sentence_all_the_same(refusal: Refusal) -> None:
    assert refusal_text(Refused(refusal)).strip().endswith(".")
