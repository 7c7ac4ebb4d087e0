"""What officers do to a case: rows of the table of actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.desk.actions.action import Action, ActionContext, Who
from bot.domain import transitions
from bot.domain.case import Case, Outcome, ReplyKind, Statement
from bot.domain.transitions import Change, Refused
from bot.messages import Form, SyncResponse
from bot.presentation import cards, texts


def _claim(context: ActionContext) -> Change | Refused:
    return transitions.claim(context.case, context.by, context.tx.now)


def _unclaim(context: ActionContext) -> Change | Refused:
    return transitions.unclaim(context.case, context.by, context.status, context.tx.now)


def _reopen(context: ActionContext) -> Change | Refused:
    return transitions.reopen(context.case, context.by, context.status, context.tx.now)


def _false_alarm(context: ActionContext) -> Change | Refused:
    return transitions.close(context.case, context.by, Outcome.FALSE_ALARM, context.tx.now)


def _reply(context: ActionContext) -> Change | Refused | SyncResponse:
    chosen = context.values.get("kind", "")
    kind = next((each for each in ReplyKind if each.value == chosen), ReplyKind.ADVICE)
    return _missing(context, "text") or transitions.reply(
        context.case, context.by, context.values["text"], context.tx.now, kind
    )


def _statement(context: ActionContext) -> Change | Refused | SyncResponse:
    return _missing(context, "text", "approver", "recipient") or transitions.issue(
        context.case, context.by, _issued(context), context.tx.now
    )


def _keep_statement(context: ActionContext, change: Change) -> None:
    context.tx.statements.add(change.case.id, _issued(context))


def _issued(context: ActionContext) -> Statement:
    text, approver, recipient = (context.values[name].strip() for name in ("text", "approver", "recipient"))
    return Statement(context.tx.now, context.by, text, approver, recipient)


def _respond(context: ActionContext) -> Change | Refused | SyncResponse:
    return _missing(context, "text") or transitions.respond(
        context.case, context.by, context.values["text"], context.tx.now
    )


def _note(context: ActionContext) -> Change | Refused | SyncResponse:
    return _missing(context, "text") or transitions.note(
        context.case, context.by, context.values["text"], context.tx.now
    )


def _close(context: ActionContext) -> Change | Refused:
    outcome = next(
        (each for each in cards.CLOSING[context.case.kind] if each.value == context.values.get("outcome")), None
    )
    if outcome is None:
        return Refused(texts.TOO_OLD)
    return transitions.close(context.case, context.by, outcome, context.tx.now, inside=context.values.get("note", ""))


def _keep_alarm(context: ActionContext, change: Change) -> None:
    """The words stay for whoever owns the answers, without whose they were; what is delicate does not."""
    if change.case.outcome is Outcome.FALSE_ALARM and not cards.is_discreet(change.case):
        for asker in change.case.askers:
            context.tx.false_alarms.add(asker.text)


def _missing(context: ActionContext, *fields: str) -> SyncResponse | None:
    """What to mend where something was left empty."""
    empty = {field: texts.NOTHING_WRITTEN for field in fields if not context.values.get(field, "").strip()}
    return SyncResponse(problems=empty) if empty else None


def _anybodys(form: Callable[[Case], Form]) -> Callable[[ActionContext], Form | Refused]:
    return lambda context: form(context.case)


def _ones_own(form: Callable[[Case], Form]) -> Callable[[ActionContext], Form | Refused]:
    """Opens where the case is this officer's to end or to answer."""
    return lambda context: transitions.not_for(context.case, context.by) or form(context.case)


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
