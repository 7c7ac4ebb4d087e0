"""Forms about a case, and the forms that open one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import tzinfo

from bot.domain.case import MEDIUMS, Case, CaseKind, Details, Outcome, ReplyKind
from bot.messages import Field, Form
from bot.presentation import texts
from bot.presentation.cards.case_card import button_value

NO_DETAILS = Details()
LONG_DETAILS = frozenset({"questions", "said", "about"})
"""Fields of `Details` that take several lines."""
CLOSING_OUTCOMES = {
    CaseKind.MEDIA: (
        Outcome.ADVICE,
        Outcome.STATEMENT,
        Outcome.INTERVIEW,
        Outcome.FOI,
        Outcome.POLICE,
        Outcome.PARTNER,
        Outcome.DECLINED,
        Outcome.NO_ACTION,
        Outcome.MISSED,
        Outcome.GONE,
        Outcome.FALSE_ALARM,
    ),
    CaseKind.QUESTION: (Outcome.ANSWERED, Outcome.NO_ACTION),
}
"""The outcomes that an officer can choose in the form. The other outcomes follow from other actions."""

MAX_OPTIONS = 100
"""Options of a choice; every platform accepts this many."""


def reply_form(case: Case) -> Form:
    """Return the form for a reply to the asker. In a media enquiry it also asks how the words may be used."""
    fields = [Field("text", texts.REPLY_LABEL, "text", required=True)]
    if case.kind is CaseKind.MEDIA:
        options = tuple((kind.value, texts.REPLY_KINDS[kind]) for kind in ReplyKind)
        advice = ReplyKind.ADVICE.value
        fields.append(Field("kind", texts.REPLY_KIND_LABEL, "choice", value=advice, required=True, options=options))
    return Form("case.reply", f"{texts.REPLY}: {case.reference}", button_value(case), tuple(fields), submit=texts.REPLY)


def statement_form(case: Case) -> Form:
    """Return the form that records a statement which was issued to the journalist."""
    known = case.details
    recipient = ", ".join(part for part in (known.journalist, known.outlet) if part)
    fields = (
        Field("text", texts.STATEMENT_TEXT, "text", required=True),
        Field("approver", texts.STATEMENT_APPROVER, required=True, max_length=200),
        Field("recipient", texts.STATEMENT_RECIPIENT, value=recipient, required=True, max_length=500),
    )
    return Form("case.statement", f"{texts.STATEMENT}: {case.reference}", button_value(case), fields)


def respond_form(case: Case) -> Form:
    """Return the form that records how the journalist was answered."""
    field = Field("text", texts.RESPONDED_HOW, "text", required=True)
    return Form("case.respond", f"{texts.RESPOND}: {case.reference}", button_value(case), (field,))


def answer_form(case: Case, officer: str) -> Form:
    """Return the form in which an asker answers the officer who wrote to them."""
    field = Field("text", texts.ANSWER_LABEL, "text", hint=texts.ANSWER_HINT, required=True)
    return Form("case.answer", f"{texts.answer_officer(officer)}: {case.reference}", button_value(case), (field,))


def note_form(case: Case) -> Form:
    """Return the form for a note. Only the press office sees notes."""
    field = Field("text", texts.NOTE_LABEL, "text", required=True)
    return Form("case.note", f"{texts.NOTE}: {case.reference}", button_value(case), (field,), submit=texts.NOTE)


def close_form(case: Case) -> Form:
    """Return the form that closes a case, with the most likely outcome selected."""
    options = tuple((outcome.value, outcome.value) for outcome in CLOSING_OUTCOMES[case.kind])
    fields = (
        Field(
            "outcome", texts.OUTCOME_LABEL, "choice", value=_likely_outcome(case).value, required=True, options=options
        ),
        Field("note", texts.CLOSE_NOTE_LABEL, "text"),
    )
    return Form("case.close", f"{texts.CLOSE}: {case.reference}", button_value(case), fields, submit=texts.CLOSE)


def _likely_outcome(case: Case) -> Outcome:
    """Return the outcome to select, judged by whether the asker or the journalist was answered."""
    if case.kind is CaseKind.QUESTION:
        return Outcome.ANSWERED if case.answered_at else Outcome.NO_ACTION
    if case.responded_at:
        return Outcome.STATEMENT
    return Outcome.ADVICE if case.answered_at else Outcome.NO_ACTION


def hand_over_form(case: Case, officers: Sequence[tuple[str, str]]) -> Form:
    """Return the form that offers the case to another officer. `officers` are (`platform:id`, name)."""
    field = Field("to", texts.HAND_OVER_TO, "choice", required=True, options=tuple(officers[:MAX_OPTIONS]))
    title = f"{texts.HAND_OVER}: {case.reference}"
    return Form("case.hand_over", title, button_value(case), (field,), submit=texts.HAND_OVER)


def wait_form(case: Case) -> Form:
    """Return the form that says what the owner waits for, and until when."""
    fields = (
        Field("for", texts.WAIT_FOR, value=case.waiting_for, max_length=150),
        Field("until", texts.WAIT_UNTIL, hint=texts.WAIT_HINT, required=True, max_length=60),
    )
    return Form("case.wait", f"{texts.WAIT}: {case.reference}", button_value(case), fields, submit=texts.WAIT)


def report_form(text: str, known: Details = NO_DETAILS) -> Form:
    """Return the form with which staff report an enquiry.

    `known` is what was read from `text`, for the person to correct.
    """
    message = Field("message", texts.REPORT_MESSAGE, "text", value=text, required=True)
    return Form("report", texts.REPORT, "", (message, *_details(known)), submit=texts.REPORT_SUBMIT)


def open_form(text: str, read: Details = NO_DETAILS) -> Form:
    """Return the form with which an officer opens a case.

    `text` is the message to open it for; empty for an enquiry by phone or e-mail. `read` is what was read from `text`,
    for the officer to correct.
    """
    known = {field.name: field for field in _details(replace(read, questions=text))}
    asked = [known[name] for name in ("outlet", "journalist", "contact", "deadline", "about")]
    asked[-1] = replace(asked[-1], required=not text)
    options = tuple((way, way) for way in texts.RECEIVED_BY_OPTIONS)
    came = Field("came", texts.RECEIVED_BY, "choice", value=texts.RECEIVED_BY_OPTIONS[0], options=options)
    colleague = Field("colleague", texts.COLLEAGUE, max_length=200)
    rest = (*(known[name] for name in ("questions", "medium", "slot", "embargo")), came, colleague)
    return Form("press.open", texts.OPEN_CASE, "", (*asked, *rest), submit=texts.OPEN_CASE)


def details_form(case: Case, *, prefilled: bool) -> Form:
    """Return the form for the details of an enquiry.

    It must not be `prefilled` for an asker who may not read what other people wrote.
    """
    known = case.details if prefilled else NO_DETAILS
    return Form("case.details", f"{texts.DETAILS}: {case.reference}", button_value(case), _details(known))


def _details(known: Details) -> tuple[Field, ...]:
    """Return the fields for the details. The five most important come first, for somebody who is on the telephone."""
    return tuple(_detail(name, label, getattr(known, name)) for name, label in texts.DETAILS_LABELS.items())


def _detail(name: str, label: str, value: str) -> Field:
    if name == "medium":
        options = tuple((medium, medium) for medium in MEDIUMS)
        return Field(name, label, "choice", value=value, options=options)
    hint = texts.DETAILS_HINTS.get(name, "")
    return Field(name, label, "text" if name in LONG_DETAILS else "line", value=value, hint=hint)


def details_step(before: Details, after: Details) -> str:
    """Return the text of the step that records new details: each changed field, with its label."""
    changed = (name for name in asdict(after) if getattr(after, name) != getattr(before, name))
    return "; ".join(f"{texts.DETAILS_LABELS[name]}: {getattr(after, name)}" for name in changed)


def details_received(case: Case, zone: tzinfo) -> str:
    """Return the notice for whoever added details. It shows the deadline as it is understood now, if one is known."""
    deadline = texts.deadline_read(case.due_at.astimezone(zone)) if case.due_at and case.due_known else ""
    return " ".join(part for part in (texts.details_received(case.reference), deadline) if part)
