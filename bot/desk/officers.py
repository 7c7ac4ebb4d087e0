"""What officers do to a case: rows of the table of actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot import cards, cases, wording
from bot.cases import Change, Refused
from bot.desk.actions import Act, Action, Who
from bot.messages import Form, Immediate
from bot.model import Case, Outcome


def _claim(act: Act) -> Change | Refused:
    return cases.claim(act.case, act.by, act.tx.now)


def _unclaim(act: Act) -> Change | Refused:
    return cases.unclaim(act.case, act.by, act.terms, act.tx.now)


def _reopen(act: Act) -> Change | Refused:
    return cases.reopen(act.case, act.by, act.terms, act.tx.now)


def _false_alarm(act: Act) -> Change | Refused:
    return cases.close(act.case, act.by, Outcome.FALSE_ALARM, act.tx.now)


def _reply(act: Act) -> Change | Refused | Immediate:
    return _written(act) or cases.reply(act.case, act.by, act.values["text"], act.tx.now)


def _note(act: Act) -> Change | Refused | Immediate:
    return _written(act) or cases.note(act.case, act.by, act.values["text"], act.tx.now)


def _close(act: Act) -> Change | Refused:
    outcome = next((each for each in cards.CLOSING if each.value == act.values.get("outcome")), None)
    if outcome is None:
        return Refused(wording.TOO_OLD)
    return cases.close(act.case, act.by, outcome, act.tx.now, inside=act.values.get("note", ""))


def _written(act: Act) -> Immediate | None:
    """What to mend where nothing was written."""
    if act.values.get("text", "").strip():
        return None
    return Immediate(problems={"text": wording.NOTHING_WRITTEN})


def _anybodys(form: Callable[[Case], Form]) -> Callable[[Act], Form | Refused]:
    return lambda act: form(act.case)


def _ones_own(form: Callable[[Case], Form]) -> Callable[[Act], Form | Refused]:
    """Opens where the case is this officer's to end or to answer."""
    return lambda act: cases.not_for(act.case, act.by) or form(act.case)


ACTIONS: Mapping[str, Action] = {
    "case.claim": Action(Who.OFFICER, _claim, turns=True),
    "case.unclaim": Action(Who.OFFICER, _unclaim, turns=True),
    "case.reply": Action(Who.OFFICER, _reply, _ones_own(cards.reply_form)),
    "case.note": Action(Who.OFFICER, _note, _anybodys(cards.note_form)),
    "case.close": Action(Who.OFFICER, _close, _ones_own(cards.close_form), turns=True),
    "case.false_alarm": Action(Who.OFFICER, _false_alarm, turns=True),
    "case.reopen": Action(Who.OFFICER, _reopen, turns=True),
}
