"""Prints the values of cases: as JSON, as CSV, as a table or a page for a terminal, or into a file."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from bot import plaintext, private_files
from bot.domain.case import CaseKind
from bot.errors import Problem, UserError
from bot.messages import Person
from bot.plaintext import display_name, shorten
from bot.presentation import texts

_WIDTH = 48  # characters of a cell in the table
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # a cell that begins so is run as a formula by spreadsheets
_MARKS = ("urgent", "restricted", "held")


def as_json(values: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield a JSON array in pieces, one value a line."""
    yield "["
    for number, value in enumerate(values):
        yield f"{',' if number else ''}\n{json.dumps(value, ensure_ascii=False)}"
    yield "\n]\n"


def as_table(values: Iterable[dict[str, Any]]) -> str:
    """Return a table for a terminal, one case a line."""
    head = ("CASE", "STATE", "OPENED", "DEADLINE", "OWNER", "OUTLET", "ASKED BY")
    rows = [head, *(tuple(shorten(cell, _WIDTH) for cell in _cells(value)) for value in values)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "\n".join(lines) if len(rows) > 1 else "No cases."


def _cells(value: dict[str, Any]) -> Iterator[str]:
    marks = [mark for mark in _MARKS if value[mark]]
    state = " ".join([value["outcome"] or value["state"], *(f"({mark})" for mark in marks)])
    askers = ", ".join(_called(asker) for asker in value["askers"] or ())
    cells = (value["reference"], state, value["opened_at"], _due(value), _called(value["owner"]), value["outlet"])
    return (plaintext.line(cell) for cell in (*cells, askers))


def _due(value: dict[str, Any]) -> str:
    if value["due_at"] is None:
        return str(value["deadline"])
    return str(value["due_at"]) if value["due_known"] else f"{value['due_at']} (assumed)"


def as_csv(values: Iterable[dict[str, Any]], columns: Sequence[str]) -> Iterator[str]:
    """Yield CSV (RFC 4180) in pieces: a head, then a row for each case. Formulas are defused."""
    yield _row(columns)
    for value in values:
        yield _row(_safe(_cell_text(column, value[column])) for column in columns)


def write(path: Path, pieces: Iterable[str]) -> None:
    """Write a file that only its owner may read, whole or not at all. Raises UserError if it cannot be written."""
    try:
        private_files.write(path, (piece.encode() for piece in pieces))
    except OSError as error:
        raise UserError(Problem("--out", f"cannot write {path}: {error.strerror}.")) from None


def _row(cells: Iterable[str]) -> str:
    written = StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


def _safe(cell: str) -> str:
    """Put an apostrophe in front of a formula, which makes it text (OWASP, CSV Injection)."""
    return f"'{cell}" if cell.startswith(_FORMULA) or cell.lstrip().startswith(_FORMULA) else cell


def _cell_text(key: str, content: Any) -> str:  # noqa: ANN401 - any value of `summary` or `whole`
    if content is None:
        return ""
    if isinstance(content, bool):
        return "yes" if content else "no"
    return _CELL_TEXTS[key](content) if key in _CELL_TEXTS else str(content)


def as_text(value: dict[str, Any]) -> str:
    """Return one whole case as text for a terminal."""
    kind = texts.MEDIA_ENQUIRY if value["kind"] == CaseKind.MEDIA else texts.QUESTION
    state = " ".join(filter(None, (value["state"], value["outcome"] and f"({value['outcome']})")))
    lines = [f"{value['reference']} · {kind} · {state}"]
    lines += [f"{label}: {_lines(_cell_text(key, value[key]))}" for key, label in _LABELS.items() if value[key]]
    for asker in value["askers"]:
        lines += ["", f"{_called(asker)} at {asker['said_at']}:", _lines(asker["text"])]
        lines += [texts.files(asker["files"])] if asker["files"] else []
        lines += [plaintext.line(asker["link"])] if asker["link"] else []
    for one in value["statements"]:
        lines += ["", f"Statement, {plaintext.line(_issued(one))}:", _lines(one["text"])]
    lines += ["", f"{texts.HISTORY}:", *(f"  {one['at']}  {_lines(_happened(one))}" for one in value["history"])]
    lines += ["", "Deliveries:", *(f"  {plaintext.line(_sent(one))}" for one in value["deliveries"])]
    return "\n".join(lines)


_LABELS = {
    **texts.DETAILS_LABELS,
    "due_at": "Due",
    "opened_at": "Opened",
    "claimed_at": "Claimed",
    "answered_at": "Advised",
    "responded_at": "Journalist answered",
    "closed_at": "Closed",
    "owner": "Owner",
    "offered_to": "Offered to",
    "waiting_until": "Waiting until",
    "waiting_for": "Waiting for",
    "incident": "Incident",
    "links": "Linked",
    "joined": "Took in",
    "joined_into": "Goes on as",
    "urgent": "Urgent",
    "foi": "May be a request for recorded information",
    "restricted": "Restricted",
    "held": "Held",
    "unreachable": "Not reached",
}


def _happened(step: dict[str, Any]) -> str:
    who = f"{_called(step['by'])}" if step["by"] else texts.THE_DESK
    return texts.history_line(who, step["kind"], step["text"], step["label"])


def _sent(delivery: dict[str, Any]) -> str:
    tried = [f"{delivery['failures']} failed"] if delivery["failures"] else []
    said = ", ".join([delivery["state"], *tried, *filter(None, [delivery["error"]])])
    return f"{delivery['ended_at'] or delivery['put_in_at']}  {delivery['what']} to {delivery['where']}: {said}"


def _issued(statement: dict[str, Any]) -> str:
    approved = f", approved by {statement['approver']}" if statement["approver"] else ""
    return f"{statement['at']} by {_called(statement['by'])}{approved}, to {statement['recipient']}"


def _called(person: dict[str, str] | None) -> str:
    if person is None:
        return ""
    return f"{display_name(Person(person['platform'], person['id'], person['name']))} ({person['platform']})"


def _lines(text: str) -> str:
    return "\n".join(plaintext.line(one) for one in text.splitlines())


_CELL_TEXTS: Mapping[str, Callable[[Any], str]] = {
    "owner": _called,
    "offered_to": _called,
    "askers": lambda all_: "\n\n".join("\n".join(filter(None, (_called(one), one.get("text")))) for one in all_),
    "history": lambda all_: "\n".join(f"{one['at']} {_happened(one)}" for one in all_),
    "deliveries": lambda all_: "\n".join(_sent(one) for one in all_),
    "statements": lambda all_: "\n\n".join(f"{_issued(one)}\n{one['text']}" for one in all_),
    "links": lambda all_: ", ".join(f"{one['reference']} ({one['kind']})" for one in all_),
    "joined": ", ".join,
}
"""How the value of a key that is no plain text is written into a cell."""
