"""What may be seen of a case where more people look than may know: in channels, lists, e-mails and notifications.

Every card for the press office is drawn from what `visible` leaves of a case, and every line below one passes `below`,
so that no card and no line has to think of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.domain.case import Asker, Case, Details, Step, StepKind
from bot.messages import Address, Outgoing, Person
from bot.plaintext import sentence
from bot.presentation import texts

OFFICER_STEPS = frozenset(
    {
        StepKind.CLAIMED,
        StepKind.UNCLAIMED,
        StepKind.REPLIED,
        StepKind.NOTED,
        StepKind.CLOSED,
        StepKind.REOPENED,
        StepKind.FALSE_ALARM,
        StepKind.WAITING,
        StepKind.HANDOVER_OFFERED,
        StepKind.HANDOVER_ACCEPTED,
        StepKind.HANDOVER_DECLINED,
        StepKind.TOOK_IN,
        StepKind.RESPONDED,
        StepKind.STATEMENT,
        StepKind.JOINED,
        StepKind.SPLIT,
        StepKind.RESTRICTED,
        StepKind.UNRESTRICTED,
    }
)
"""What only an officer does; whoever did anything else may be one who asked."""

_NO_ADDRESS = Address("", "")
_UNNAMED_PERSON = Person("", "", texts.WHOEVER_ASKED)
_HIDDEN_UNDER_EMBARGO = ("slot", "questions", "said", "about")
_SHOWN_IF_RESTRICTED = ("outlet", "deadline")


def is_discreet(case: Case) -> bool:
    """Whether something of the case opens to officers only."""
    return case.restricted or bool(case.details.embargo)


def visible(case: Case) -> Case:
    """What is left for everybody who can read a press channel, a list or an e-mail.

    Of a restricted case reference, state, outlet and deadline; of one under embargo all but what it is about.
    """
    if case.restricted:
        kept = {name: getattr(case.details, name) for name in _SHOWN_IF_RESTRICTED}
        somebody = tuple(_without_name(asker) for asker in case.askers)
        return replace(
            case, askers=somebody, details=Details(**kept), waiting_for="", incident_id=None, foi=False, unreachable=""
        )
    if case.details.embargo:
        silent = replace(case.details, **dict.fromkeys(_HIDDEN_UNDER_EMBARGO, ""))
        return replace(
            case, askers=tuple(_without_words(asker) for asker in case.askers), details=silent, waiting_for=""
        )
    return case


def visible_steps(case: Case, steps: Iterable[Step]) -> tuple[Step, ...]:
    """The history to go with `visible`: without anybody's words, and of a restricted case without whoever asked."""
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
    """A line below the card that may hold somebody's name or words, as it may stand there."""
    return sentence(texts.something_new(case.reference)) if is_discreet(case) else outgoing


def _without_words(asker: Asker) -> Asker:
    return replace(asker, text="", link="")


def _without_name(asker: Asker) -> Asker:
    nobody = replace(asker, person=_UNNAMED_PERSON, direct=_NO_ADDRESS, at=_NO_ADDRESS, event_id="", files=0)
    return _without_words(nobody)
