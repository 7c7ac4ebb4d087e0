"""The record of the cases: `policydesk cases list`, `show` and `export`.

Times are ISO 8601 in the organisation's zone. The keys of the JSON and the columns of the CSV are a contract: add to
them, do not rename.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from zoneinfo import ZoneInfo

from bot import plaintext, wording
from bot.cards import name, shorten
from bot.errors import Problem, UserError
from bot.messages import Person
from bot.model import Asker, Case, CaseKind, CaseState, Job, JobState, Step
from bot.store import cases as case_rows
from bot.store import jobs
from bot.store.engine import Store
from bot.store.tx import Tx

_PAGE = 100  # cases read in one transaction, so that a server beside it is not held up
_WIDTH = 48  # characters of a cell in the table
_FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "＝",
    "＋",
    "－",
    "＠",
)  # what spreadsheets take for a formula's beginning
_DELIVERED = {
    JobState.PENDING: "on its way",
    JobState.DONE: "done",
    JobState.DEAD: "given up",
    JobState.CANCELLED: "called back",
}


@dataclass(frozen=True, slots=True)
class Record:
    """A case with its whole history and everything that was sent for it."""

    case: Case
    steps: tuple[Step, ...]
    deliveries: Sequence[Job]


def read(store: Store, states: Collection[CaseState]) -> Iterator[Case]:
    """Cases in any of these states, newest first."""
    before: int | None = None
    while True:
        with store.transaction() as tx:
            page = case_rows.listing(tx, states, _PAGE, before=before)
        yield from page
        if len(page) < _PAGE:
            return
        before = page[-1].id


def records(store: Store) -> Iterator[Record]:
    """Every case, newest first. One that is purged meanwhile is left out."""
    for case in read(store, list(CaseState)):
        with store.transaction() as tx:
            found = _record(tx, case.id)
        if found is not None:
            yield found


def find(tx: Tx, reference: str) -> Record:
    """The case that people call M-7 or m-7. Raises UserError where there is none."""
    kind, _, number = reference.strip().upper().partition("-")
    # SQLite's largest number has 19 digits.
    found = _record(tx, int(number)) if number.isdecimal() and number.isascii() and len(number) < 19 else None
    if found is None or found.case.reference != f"{kind}-{number}":
        fix = "`policydesk cases list --state all` shows those there are."
        raise UserError(Problem(plaintext.line(reference), "there is no such case.", fix))
    return found


def _record(tx: Tx, case_id: int) -> Record | None:
    case = case_rows.load(tx, case_id, for_update=False)
    return Record(case, case_rows.steps(tx, case_id), jobs.deliveries_of(tx, case_id)) if case else None


# ---- as values ------------------------------------------------------------------------------------------------------


def summary(case: Case, zone: ZoneInfo) -> dict[str, Any]:
    """One case in a list. A restricted one is shown by its reference, outlet and deadline alone."""
    shown = {
        "reference": case.reference,
        "kind": case.kind.value,
        "state": case.state.value,
        "outcome": case.outcome.value if case.outcome else None,
        "opened_at": _iso(case.opened_at, zone),
        "claimed_at": _iso(case.claimed_at, zone),
        "answered_at": _iso(case.answered_at, zone),
        "closed_at": _iso(case.closed_at, zone),
        "restricted": case.restricted,
        "held": case.held,
        "outlet": case.details.outlet,
        "deadline": case.details.deadline,
    }
    more = {
        "owner": _person(case.owner),
        "askers": [_person(asker.person) for asker in case.askers],
        "journalist": case.details.journalist,
        "contact": case.details.contact,
        "about": case.details.about,
        "unreachable": case.unreachable,
    }
    return shown | (dict.fromkeys(more) if case.restricted else more)


def whole(record: Record, zone: ZoneInfo) -> dict[str, Any]:
    """Everything that is kept of a case, restricted or not."""
    case = record.case
    told = summary(case, zone) | {
        "owner": _person(case.owner),
        **asdict(case.details),
        "unreachable": case.unreachable,
        "askers": [_asker(asker, zone) for asker in case.askers],
    }
    history = [
        {"at": _iso(step.at, zone), "kind": step.kind.value, "by": _person(step.by), "text": step.text}
        for step in record.steps
    ]
    return told | {"history": history, "deliveries": [_delivery(case, job, zone) for job in record.deliveries]}


def _asker(asker: Asker, zone: ZoneInfo) -> dict[str, Any]:
    said = {"said_at": _iso(asker.said_at, zone), "text": asker.text, "link": asker.link, "files": asker.files}
    return {**(_person(asker.person) or {}), **said}


def _delivery(case: Case, job: Job, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "to": job.lane.removeprefix(f"case:{case.id}:"),
        "kind": job.kind.value,
        "state": _DELIVERED[job.state],
        "put_in_at": _iso(job.created_at, zone),
        "ended_at": _iso(job.ended_at, zone),
        "failures": job.attempts,
        "error": job.last_error,
    }


def _person(person: Person | None) -> dict[str, str] | None:
    return None if person is None else {"platform": person.platform, "id": person.id, "name": person.name}


def _iso(at: datetime | None, zone: ZoneInfo) -> str | None:
    return None if at is None else at.astimezone(zone).isoformat(timespec="seconds")


# ---- as text --------------------------------------------------------------------------------------------------------


def as_json(values: Iterable[dict[str, Any]]) -> Iterator[str]:
    """A JSON array in pieces, one value a line."""
    yield "["
    for number, value in enumerate(values):
        yield f"{',' if number else ''}\n{json.dumps(value, ensure_ascii=False)}"
    yield "\n]\n"


def as_table(values: Iterable[dict[str, Any]]) -> str:
    """For a terminal: what fits on a line, in columns."""
    head = ("CASE", "STATE", "OPENED", "DEADLINE", "OWNER", "OUTLET", "ASKED BY")
    rows = [head, *(tuple(shorten(cell, _WIDTH) for cell in _cells(value)) for value in values)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "\n".join(lines) if len(rows) > 1 else "No cases."


def _cells(value: dict[str, Any]) -> Iterator[str]:
    marks = [mark for mark in ("restricted", "held") if value[mark]]
    state = " ".join([value["outcome"] or value["state"], *(f"({mark})" for mark in marks)])
    askers = ", ".join(_called(asker) for asker in value["askers"] or ())
    cells = (value["reference"], state, value["opened_at"], value["deadline"], _called(value["owner"]), value["outlet"])
    return (plaintext.line(cell) for cell in (*cells, askers))


def as_csv(values: Iterable[dict[str, Any]]) -> Iterator[str]:
    """RFC 4180 in pieces, a row for each case, with a head. What a spreadsheet would run as a formula is defused."""
    columns: list[str] = []
    for value in values:
        row = {key: _safe(_flat(key, content)) for key, content in value.items()}
        if not columns:
            columns = list(row)
            yield _row(columns)
        yield _row(row[column] for column in columns)


def write(path: Path, pieces: Iterable[str]) -> None:
    """Into a file that only its owner may read, whole or not at all. Raises UserError where that cannot be."""
    try:
        with NamedTemporaryFile("w", encoding="utf-8", newline="", dir=path.parent, delete=False) as file:
            try:
                file.writelines(pieces)
                file.close()
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise UserError(Problem("--out", f"cannot write {path}: {error.strerror}.")) from None


def _row(cells: Iterable[str]) -> str:
    written = StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


def _safe(cell: str) -> str:
    """An apostrophe in front makes it text (OWASP, CSV Injection)."""
    return f"'{cell}" if cell.startswith(_FORMULA) or cell.lstrip().startswith(_FORMULA) else cell


def _flat(key: str, content: Any) -> str:  # noqa: ANN401 - whatever stands under a key of `summary` or `whole`
    match key, content:
        case _, None:
            return ""
        case _, bool():
            return "yes" if content else "no"
        case "askers", _:
            return "\n\n".join("\n".join(filter(None, (_called(one), one.get("text")))) for one in content)
        case "history", _:
            return "\n".join(f"{one['at']} {_happened(one)}" for one in content)
        case "deliveries", _:
            return "\n".join(_sent(one) for one in content)
        case "owner", _:
            return _called(content)
        case _:
            return str(content)


def as_text(value: dict[str, Any]) -> str:
    """One whole case, for a terminal."""
    kind = wording.MEDIA_ENQUIRY if value["kind"] == CaseKind.MEDIA else wording.QUESTION
    state = " ".join(filter(None, (value["state"], value["outcome"] and f"({value['outcome']})")))
    lines = [f"{value['reference']} · {kind} · {state}"]
    lines += [f"{label}: {_lines(value[key])}" for key, label in _LABELS.items() if value[key]]
    lines += [f"{mark.capitalize()}: yes" for mark in ("restricted", "held") if value[mark]]
    lines += [f"Owner: {_called(value['owner'])}"] if value["owner"] else []
    for asker in value["askers"]:
        lines += ["", f"{_called(asker)} at {asker['said_at']}:", _lines(asker["text"])]
        lines += [wording.files(asker["files"])] if asker["files"] else []
        lines += [plaintext.line(asker["link"])] if asker["link"] else []
    lines += ["", f"{wording.HISTORY}:", *(f"  {one['at']}  {_lines(_happened(one))}" for one in value["history"])]
    lines += ["", "Deliveries:", *(f"  {plaintext.line(_sent(one))}" for one in value["deliveries"])]
    return "\n".join(lines)


_LABELS = {
    **wording.DETAILS_LABELS,
    "opened_at": "Opened",
    "claimed_at": "Claimed",
    "answered_at": "Answered",
    "closed_at": "Closed",
    "unreachable": "Not reached",
}


def _happened(step: dict[str, Any]) -> str:
    who = f"{_called(step['by'])}" if step["by"] else wording.THE_DESK
    return wording.happened(who, step["kind"], step["text"])


def _sent(delivery: dict[str, Any]) -> str:
    tried = [f"{delivery['failures']} failed"] if delivery["failures"] else []
    said = ", ".join([delivery["state"], *tried, *filter(None, [delivery["error"]])])
    return f"{delivery['ended_at'] or delivery['put_in_at']}  {delivery['kind']} to {delivery['to']}: {said}"


def _called(person: dict[str, str] | None) -> str:
    if person is None:
        return ""
    return f"{name(Person(person['platform'], person['id'], person['name']))} ({person['platform']})"


def _lines(text: str) -> str:
    return "\n".join(plaintext.line(one) for one in text.splitlines())
