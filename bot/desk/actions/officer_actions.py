"""Actions of officers on a case: claim, reply, note, record an answer, close, reopen."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.desk.actions.action import Action, CaseAction, CaseActionContext, Who
from bot.domain import transitions
from bot.domain.case import Case, Outcome, ReplyKind, Statement
from bot.domain.transitions import Refusal, Refused, Transition
from bot.messages import Form, SyncResponse
from bot.presentation import cards, texts

Result = Transition | Refused | SyncResponse


def _claim(context: CaseActionContext) -> Result:
    return transitions.claim(context.case, context.person, context.tx.now)


def _unclaim(context: CaseActionContext) -> Result:
    return transitions.unclaim(context.case, context.person, context.status, context.tx.now)


def _reopen(context: CaseActionContext) -> Result:
    return transitions.reopen(context.case, context.person, context.status, context.tx.now)


def _false_alarm(context: CaseActionContext) -> Result:
    return transitions.close(context.case, context.person, Outcome.FALSE_ALARM, context.tx.now)


def _reply(context: CaseActionContext) -> Result:
    if missing := _missing(context, "text"):
        return missing
    chosen = context.values.get("kind", "")
    kind = next((each for each in ReplyKind if each.value == chosen), ReplyKind.ADVICE)
    return transitions.reply(context.case, context.person, context.values["text"], context.tx.now, kind)


def _issue_statement(context: CaseActionContext) -> Result:
    if missing := _missing(context, "text", "approver", "recipient"):
        return missing
    issued = _statement(context)
    history_text = texts.statement_step(issued.recipient, issued.approver, issued.text)
    return transitions.issue(context.case, context.person, issued, history_text, context.tx.now)


def _store_statement(context: CaseActionContext, transition: Transition) -> None:
    context.tx.statements.add(transition.case.id, _statement(context))


def _statement(context: CaseActionContext) -> Statement:
    text, approver, recipient = (context.values[name].strip() for name in ("text", "approver", "recipient"))
    return Statement(context.tx.now, context.person, text, approver, recipient)


def _respond(context: CaseActionContext) -> Result:
    if missing := _missing(context, "text"):
        return missing
    return transitions.respond(context.case, context.person, context.values["text"], context.tx.now)


def _note(context: CaseActionContext) -> Result:
    if missing := _missing(context, "text"):
        return missing
    return transitions.note(context.case, context.person, context.values["text"], context.tx.now)


def _close(context: CaseActionContext) -> Result:
    case, chosen = context.case, context.values.get("outcome")
    outcome = next((each for each in cards.CLOSING_OUTCOMES[case.kind] if each.value == chosen), None)
    if outcome is None:
        return Refused(Refusal.UNKNOWN_OUTCOME, case)
    return transitions.close(case, context.person, outcome, context.tx.now, inside=context.values.get("note", ""))


def _store_false_alarm(context: CaseActionContext, transition: Transition) -> None:
    """Store the words of a false alarm without a name, so that the policy's owner can see what was misunderstood.

    Nothing is stored of a restricted or embargoed case.
    """
    case = transition.case
    if case.outcome is Outcome.FALSE_ALARM and not cards.is_discreet(case):
        for asker in case.askers:
            context.tx.false_alarms.add(asker.text)


def _missing(context: CaseActionContext, *fields: str) -> SyncResponse | None:
    """Return the response that names the empty fields among `fields`, or None if none is empty."""
    empty = {field: texts.NOTHING_WRITTEN for field in fields if not context.values.get(field, "").strip()}
    return SyncResponse(problems=empty) if empty else None


def _always(form: Callable[[Case], Form]) -> Callable[[CaseActionContext], Form | Refused]:
    """Return a function that opens the form for every officer."""
    return lambda context: form(context.case)


def _if_may_act(form: Callable[[Case], Form]) -> Callable[[CaseActionContext], Form | Refused]:
    """Return a function that opens the form if this officer may answer or close the case."""
    return lambda context: transitions.check_may_act(context.case, context.person) or form(context.case)


ACTIONS: Mapping[str, Action] = {
    "case.claim": CaseAction(Who.OFFICER, _claim, changes_ownership=True),
    "case.unclaim": CaseAction(Who.OFFICER, _unclaim, changes_ownership=True),
    "case.reply": CaseAction(Who.OFFICER, _reply, _if_may_act(cards.reply_form)),
    "case.note": CaseAction(Who.OFFICER, _note, _always(cards.note_form)),
    "case.statement": CaseAction(
        Who.OFFICER, _issue_statement, _if_may_act(cards.statement_form), then=_store_statement
    ),
    "case.respond": CaseAction(Who.OFFICER, _respond, _if_may_act(cards.respond_form)),
    "case.close": CaseAction(
        Who.OFFICER, _close, _if_may_act(cards.close_form), changes_ownership=True, then=_store_false_alarm
    ),
    "case.false_alarm": CaseAction(Who.OFFICER, _false_alarm, changes_ownership=True, then=_store_false_alarm),
    "case.reopen": CaseAction(Who.OFFICER, _reopen, changes_ownership=True),
}
