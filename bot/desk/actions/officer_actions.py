"""What officers do to a case: rows of the table of actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.desk.actions.action import Act, Action, Who
from bot.domain import transitions
from bot.domain.case import Case, Outcome, ReplyKind, Statement
from bot.domain.transitions import Change, Refused
from bot.messages import Form, Immediate
from bot.presentation import cards, texts
from bot.storage.repositories import false_alarms, statements


def _claim(act: Act) -> Change | Refused:
    return transitions.claim(act.case, act.by, act.tx.now)


def _unclaim(act: Act) -> Change | Refused:
    return transitions.unclaim(act.case, act.by, act.terms, act.tx.now)


def _reopen(act: Act) -> Change | Refused:
    return transitions.reopen(act.case, act.by, act.terms, act.tx.now)


def _false_alarm(act: Act) -> Change | Refused:
    return transitions.close(act.case, act.by, Outcome.FALSE_ALARM, act.tx.now)


def _reply(act: Act) -> Change | Refused | Immediate:
    chosen = act.values.get("kind", "")
    kind = next((each for each in ReplyKind if each.value == chosen), ReplyKind.ADVICE)
    return _missing(act, "text") or transitions.reply(act.case, act.by, act.values["text"], act.tx.now, kind)


def _statement(act: Act) -> Change | Refused | Immediate:
    return _missing(act, "text", "approver", "recipient") or transitions.issue(
        act.case, act.by, _issued(act), act.tx.now
    )


def _keep_statement(act: Act, change: Change) -> None:
    statements.add(act.tx, change.case.id, _issued(act))


def _issued(act: Act) -> Statement:
    text, approver, recipient = (act.values[name].strip() for name in ("text", "approver", "recipient"))
    return Statement(act.tx.now, act.by, text, approver, recipient)


def _respond(act: Act) -> Change | Refused | Immediate:
    return _missing(act, "text") or transitions.respond(act.case, act.by, act.values["text"], act.tx.now)


def _note(act: Act) -> Change | Refused | Immediate:
    return _missing(act, "text") or transitions.note(act.case, act.by, act.values["text"], act.tx.now)


def _close(act: Act) -> Change | Refused:
    outcome = next((each for each in cards.CLOSING[act.case.kind] if each.value == act.values.get("outcome")), None)
    if outcome is None:
        return Refused(texts.TOO_OLD)
    return transitions.close(act.case, act.by, outcome, act.tx.now, inside=act.values.get("note", ""))


def _keep_alarm(act: Act, change: Change) -> None:
    """The words stay for whoever owns the answers, without whose they were; what is delicate does not."""
    if change.case.outcome is Outcome.FALSE_ALARM and not cards.is_discreet(change.case):
        for asker in change.case.askers:
            false_alarms.add(act.tx, asker.text)


def _missing(act: Act, *fields: str) -> Immediate | None:
    """What to mend where something was left empty."""
    empty = {field: texts.NOTHING_WRITTEN for field in fields if not act.values.get(field, "").strip()}
    return Immediate(problems=empty) if empty else None


def _anybodys(form: Callable[[Case], Form]) -> Callable[[Act], Form | Refused]:
    return lambda act: form(act.case)


def _ones_own(form: Callable[[Case], Form]) -> Callable[[Act], Form | Refused]:
    """Opens where the case is this officer's to end or to answer."""
    return lambda act: transitions.not_for(act.case, act.by) or form(act.case)


ACTIONS: Mapping[str, Action] = {
    "case.claim": Action(Who.OFFICER, _claim, turns=True),
    "case.unclaim": Action(Who.OFFICER, _unclaim, turns=True),
    "case.reply": Action(Who.OFFICER, _reply, _ones_own(cards.reply_form)),
    "case.note": Action(Who.OFFICER, _note, _anybodys(cards.note_form)),
    "case.statement": Action(Who.OFFICER, _statement, _ones_own(cards.statement_form), then=_keep_statement),
    "case.respond": Action(Who.OFFICER, _respond, _ones_own(cards.respond_form)),
    "case.close": Action(Who.OFFICER, _close, _ones_own(cards.close_form), turns=True, then=_keep_alarm),
    "case.false_alarm": Action(Who.OFFICER, _false_alarm, turns=True, then=_keep_alarm),
    "case.reopen": Action(Who.OFFICER, _reopen, turns=True),
}
