"""What may be shown of a case where not everybody is an officer: in channels, lists, e-mails and notifications.

Restricted cases and cases under embargo hide something. Each card for the press office is drawn from what `visible`
returns. Each line below a card that may hold a name or a person's words passes `redact_line`. So no other function has
to decide what to hide.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.domain.case import OFFICER_STEPS, Asker, Case, Details, Step
from bot.messages import Address, Outgoing, Person
from bot.plaintext import text_message
from bot.presentation import texts

_NO_ADDRESS = Address("", "")
_UNNAMED_PERSON = Person("", "", texts.WHOEVER_ASKED)
# Fields of `Details`.
_HIDDEN_UNDER_EMBARGO = ("slot", "questions", "said", "about")
_SHOWN_IF_RESTRICTED = ("outlet", "deadline")


def is_discreet(case: Case) -> bool:
    """Return whether only officers may see a part of the case."""
    return case.restricted or bool(case.details.embargo)


def visible(case: Case) -> Case:
    """Return the case without what only officers may see.

    A restricted case keeps its reference, state, outlet and deadline. A case under embargo loses only what it is about.
    """
    if case.restricted:
        kept = {name: getattr(case.details, name) for name in _SHOWN_IF_RESTRICTED}
        somebody = tuple(_without_name(asker) for asker in case.askers)
        return replace(
            case,
            askers=somebody,
            details=Details(**kept),
            due_words="",
            waiting_for="",
            incident_id=None,
            foi=False,
            unreachable="",
        )
    if case.details.embargo:
        silent = replace(case.details, **dict.fromkeys(_HIDDEN_UNDER_EMBARGO, ""))
        return replace(
            case,
            askers=tuple(_without_words(asker) for asker in case.askers),
            details=silent,
            due_words="",
            waiting_for="",
        )
    return case


def visible_steps(case: Case, steps: Iterable[Step]) -> tuple[Step, ...]:
    """Return the history without what only officers may see.

    A restricted case or one under embargo loses all words. A restricted case also loses the names of askers.
    """
    if not is_discreet(case):
        return tuple(steps)
    wordless = (replace(step, text="", event_id="") for step in steps)
    if not case.restricted:
        return tuple(wordless)
    return tuple(
        replace(step, by=_UNNAMED_PERSON) if step.by is not None and step.kind not in OFFICER_STEPS else step
        for step in wordless
    )


def redact_line(case: Case, outgoing: Outgoing) -> Outgoing:
    """Return `outgoing`, or a sentence without any content if only officers may see a part of the case.

    Use it for every line below a card that may hold a person's name or words.
    """
    return text_message(texts.something_new(case.reference)) if is_discreet(case) else outgoing


def _without_words(asker: Asker) -> Asker:
    return replace(asker, text="", link="")


def _without_name(asker: Asker) -> Asker:
    nobody = replace(asker, person=_UNNAMED_PERSON, direct=_NO_ADDRESS, at=_NO_ADDRESS, event_id="", files=0)
    return _without_words(nobody)
