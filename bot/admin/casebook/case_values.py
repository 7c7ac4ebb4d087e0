"""Turns a case into values that JSON can hold: a summary for lists, and the whole of it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot import plaintext
from bot.admin.casebook.case_records import Record
from bot.domain.case import Asker, Case, CaseKind, CaseState, Statement
from bot.messages import Address, Person
from bot.presentation import texts
from bot.presentation.cards import visible
from bot.queue import outbox
from bot.queue.outbox import Delete, MarkMessage, Repost, Send, SendToThread, Update
from bot.storage.records import Job, JobState

_JOB_STATES = {
    JobState.PENDING: "on its way",
    JobState.DONE: "done",
    JobState.DEAD: "given up",
    JobState.CANCELLED: "called back",
}


def summary(case: Case, zone: ZoneInfo, *, full: bool = False) -> dict[str, Any]:
    """Return what a list shows of a case: what everybody may know, or with `full` what officers know.

    Of a restricted case everybody may know its reference, dates, outlet and deadline. The other keys are None then.
    """
    seen = case if full else visible(case)
    people = _people_and_subject(seen)
    hidden = case.restricted and not full
    shown: dict[str, Any] = _clean(_state_and_dates(seen, zone) | (dict.fromkeys(people) if hidden else people))
    return shown


def whole(record: Record, zone: ZoneInfo) -> dict[str, Any]:
    """Return everything that is stored of a case, restricted or not."""
    case = record.case
    more = {
        **asdict(case.details),
        "waiting_until": _iso(case.waiting_until, zone),
        "waiting_for": case.waiting_for,
        "offered_to": _person(case.offered_to),
        "incident": record.incident.title if record.incident else None,
        "links": [
            {"reference": record.reference_of(link.other(case.id)), "kind": link.kind.value} for link in record.links
        ],
        "joined": [each.reference for each in record.joined],
        "joined_into": record.reference_of(case.joined_into) if case.joined_into in dict(record.references) else None,
        "statements": [_statement(each, zone) for each in record.statements],
        "askers": [_asker(asker, zone) for asker in case.askers],
        "history": [
            {
                "at": _iso(step.at, zone),
                "kind": step.kind.value,
                "by": _person(step.by),
                "text": step.text,
                "label": step.label,
            }
            for step in record.steps
        ],
        "deliveries": [_delivery(case, job, zone) for job in record.deliveries],
    }
    cleaned: dict[str, Any] = _clean(more)
    return summary(case, zone, full=True) | cleaned


def _clean(value: Any) -> Any:  # noqa: ANN401  JSON
    """Return a value without control characters: whoever reads an export may show it in a terminal."""
    if isinstance(value, str):
        return plaintext.without_control_characters(value)
    if isinstance(value, dict):
        return {key: _clean(inner) for key, inner in value.items()}
    return [_clean(inner) for inner in value] if isinstance(value, list) else value


def _state_and_dates(case: Case, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "reference": case.reference,
        "kind": case.kind.value,
        "state": case.state.value,
        "outcome": case.outcome.value if case.outcome else None,
        "opened_at": _iso(case.opened_at, zone),
        "claimed_at": _iso(case.claimed_at, zone),
        "answered_at": _iso(case.answered_at, zone),
        "responded_at": _iso(case.responded_at, zone),
        "closed_at": _iso(case.closed_at, zone),
        "restricted": case.restricted,
        "held": case.held,
        "urgent": case.urgent,
        "outlet": case.details.outlet,
        "deadline": case.details.deadline,
        "due_at": _iso(case.due_at, zone),
        "due_known": case.due_known,
    }


def _people_and_subject(case: Case) -> dict[str, Any]:
    return {
        "owner": _person(case.owner),
        "askers": [_person(asker.person) for asker in case.askers],
        "journalist": case.details.journalist,
        "contact": case.details.contact,
        "about": case.details.about,
        "foi": case.foi,
        "unreachable": case.unreachable,
    }


def _asker(asker: Asker, zone: ZoneInfo) -> dict[str, Any]:
    said = {"said_at": _iso(asker.said_at, zone), "text": asker.text, "link": asker.link, "files": asker.files}
    return {**(_person(asker.person) or {}), **said}


def _statement(issued: Statement, zone: ZoneInfo) -> dict[str, Any]:
    told = {"text": issued.text, "approver": issued.approver, "recipient": issued.recipient}
    return {"at": _iso(issued.at, zone), "by": _person(issued.by), **told}


def _delivery(case: Case, job: Job, zone: ZoneInfo) -> dict[str, Any]:
    to, what = _sent(case, job)
    return {
        "to": str(to),
        "where": _where(case, to),
        "what": what,
        "kind": job.kind.value,
        "state": _JOB_STATES[job.state],
        "put_in_at": _iso(job.created_at, zone),
        "ended_at": _iso(job.ended_at, zone),
        "failures": job.attempts,
        "error": job.last_error,
    }


def _sent(case: Case, job: Job) -> tuple[Address, str]:
    """Return where a message was to go, and what it is. Of an old one only the lane and the kind are still stored."""
    if not job.payload:
        platform, _, token = job.lane.removeprefix(f"case:{case.id}:").removeprefix(f"repost:{case.id}:").partition(":")
        return Address(platform, token), texts.DELIVERY_LABELS[job.kind]
    delivery = outbox.read(job)
    match delivery:
        case Send():
            return delivery.to, texts.DELIVERY_LABELS["mail" if delivery.to.platform == "email" else delivery.purpose]
        case Update() | SendToThread() | Repost():
            return delivery.channel, texts.DELIVERY_LABELS[delivery.do]
        case MarkMessage():
            return delivery.message, texts.DELIVERY_LABELS[delivery.do]
        case Delete():
            return delivery.receipt.address, texts.DELIVERY_LABELS[delivery.do]


def _where(case: Case, to: Address) -> str:
    """Return an address in words: the conversation of somebody who asked, or a channel of the press office."""
    for asker in case.askers:
        if to == asker.direct:
            return texts.direct_conversation(asker.person.name or asker.person.key, to.platform)
        if to == asker.at:
            return texts.original_conversation(asker.person.name or asker.person.key, to.platform)
    return texts.channel(to.platform, "")


def _person(person: Person | None) -> dict[str, str] | None:
    return None if person is None else {"platform": person.platform, "id": person.id, "name": person.name}


def _iso(at: datetime | None, zone: ZoneInfo) -> str | None:
    return None if at is None else at.astimezone(zone).isoformat(timespec="seconds")


_EMPTY = Case(0, CaseKind.MEDIA, CaseState.OPEN, (), datetime(1970, 1, 1, tzinfo=UTC))
_UTC = ZoneInfo("UTC")
LISTED = tuple(summary(_EMPTY, _UTC))
"""The keys of `summary`, in order: the columns of a list, also of an empty one."""

EXPORTED = tuple(whole(Record(_EMPTY), _UTC))
"""The keys of `whole`, in order: the columns of an export."""
