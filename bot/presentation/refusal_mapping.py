"""The sentence for each reason why a transition was refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.domain.case import Case
from bot.domain.transitions import Refusal, Refused
from bot.plaintext import display_name
from bot.presentation import texts


def refusal_text(refused: Refused) -> str:
    """Return the sentence for the person who pressed the button."""
    sentence = _SENTENCES[refused.refusal]
    return sentence if isinstance(sentence, str) else sentence(refused)


def _of_case(sentence: Callable[[str], str]) -> Callable[[Refused], str]:
    """Return a function that fills the reference of the refused case into a sentence."""
    return lambda refused: sentence(_reference(refused.case))


def _of_both(sentence: Callable[[str, str], str]) -> Callable[[Refused], str]:
    """Return a function that fills the references of both cases into a sentence."""
    return lambda refused: sentence(_reference(refused.case), _reference(refused.other))


def _claimed_by_another(refused: Refused) -> str:
    owner = refused.case.owner if refused.case else None
    return texts.claimed_by_another(_reference(refused.case), display_name(owner) if owner else "")


def _reference(case: Case | None) -> str:
    return case.reference if case else ""


_SENTENCES: Mapping[Refusal, str | Callable[[Refused], str]] = {
    Refusal.ALREADY_CLOSED: _of_case(texts.already_closed),
    Refusal.ALREADY_CLOSED_FOR_ASKER: _of_case(texts.already_closed_for_asker),
    Refusal.ALREADY_JOINED: _of_both(texts.joined_already),
    Refusal.ALREADY_RESTRICTED: _of_case(texts.restricted_already),
    Refusal.ALREADY_YOURS: _of_case(texts.yours_already),
    Refusal.ASK_TO_REMOVE: texts.ASK_TO_REMOVE_FIRST,
    Refusal.ASKER_ONLY: texts.NOT_YOURS,
    Refusal.CLAIM_FIRST: texts.CLAIM_FIRST,
    Refusal.CLAIMED_BY_ANOTHER: _claimed_by_another,
    Refusal.HELD: _of_case(texts.held),
    Refusal.JOINED_TO_ANOTHER: _of_both(texts.joined_to),
    Refusal.MEDIA_ONLY: texts.TOO_OLD,
    Refusal.NO_ASKER: _of_case(texts.nobody_asked),
    Refusal.NO_OTHER_OFFICER: texts.NO_OTHER_OFFICER,
    Refusal.NO_SUCH_CASE: texts.NO_SUCH_CASE,
    Refusal.NOT_A_FUTURE_TIME: texts.NOT_A_TIME,
    Refusal.NOT_AN_OFFICER: texts.NOT_AN_OFFICER,
    Refusal.NOT_CLAIMED: _of_case(texts.not_claimed),
    Refusal.NOT_CLOSED: _of_case(texts.not_closed),
    Refusal.NOT_JOINED: _of_case(texts.not_joined),
    Refusal.NOT_OFFERED: texts.NOT_OFFERED,
    Refusal.NOT_RESTRICTED: _of_case(texts.not_restricted),
    Refusal.NOT_THE_SAME_ENQUIRY: _of_both(texts.not_to_be_joined),
    Refusal.NOTHING_TO_PUT_OFF: texts.NOTHING_TO_PUT_OFF,
    Refusal.NOTHING_WRITTEN: texts.NOTHING_WRITTEN,
    Refusal.PASSED_ON_ALREADY: texts.ALREADY_PASSED_ON,
    Refusal.REMOVAL_ALREADY_ASKED: texts.REMOVAL_ALREADY_ASKED,
    Refusal.STALE_BUTTON: texts.STALE,
    Refusal.TAKEN_BACK_ALREADY: texts.TAKEN_BACK_ALREADY,
    Refusal.UNKNOWN_OUTCOME: texts.TOO_OLD,
    Refusal.WITHDRAWAL_ALREADY_ASKED: _of_case(texts.withdrawal_already_asked),
}
"""The sentence for every refusal, or a function that makes it from the cases in `Refused`."""
