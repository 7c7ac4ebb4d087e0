"""What somebody leaves behind in the database, and how it is made nobody's."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import and_, delete, exists, or_, select, update

from bot import plaintext
from bot.domain.case import Case, StepKind
from bot.storage.records import JobState
from bot.storage.repositories.events import DedupeScope
from bot.storage.row_values import is_person
from bot.storage.schema import (
    adapter_state,
    answered,
    case_asker,
    case_statement,
    case_step,
    inbound_event,
    job,
    press_case,
)
from bot.storage.scope import TransactionScope

ERASED = "(erased)"
"""Stands where a name, an address or somebody's words stood."""

_ASKERS = (
    StepKind.OPENED,
    StepKind.ADDED,
    StepKind.CORRECTED,
    StepKind.DETAILS,
    StepKind.WITHDRAWAL_ASKED,
    StepKind.WITHDRAWN,
    StepKind.SEPARATED,
)
"""What somebody does in a case as the one who asks; the rest they did as an officer."""

_WRITING = (StepKind.ADDED, StepKind.CORRECTED, StepKind.WITHDRAWAL_ASKED)
"""What nobody does who does not ask."""

_WRITTEN = (
    press_case.c.about,
    press_case.c.questions,
    press_case.c.said,
    press_case.c.waiting_for,
    press_case.c.embargo,
    press_case.c.callback,
)
"""Where others may have written somebody's name."""

_TAKEN_DOWN = (press_case.c.contact, press_case.c.slot)
"""What may have been read from somebody's words, whosever number that is."""


class PersonErasure:
    """What somebody leaves behind in the database, and how it is made nobody's."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx

    def unname_questions(self, person: str) -> int:
        """Their questions (`platform:id`) stay for the owners of the answers, and are nobody's any more; how many."""
        nobodys = {"asker": "", "event_id": "", "link": "", "files": 0, "conversation": ""}
        return self._tx.connection.execute(update(answered).where(answered.c.asker == person).values(nobodys)).rowcount

    def cases_of(self, person: str) -> list[int]:
        """Where they (`platform:id`) ask, or asked while it was joined with another: ids of cases, the newest first."""
        asks = exists().where(case_asker.c.case_id == press_case.c.id, is_person(case_asker, "person", person))
        wrote = exists().where(
            case_step.c.case_id == press_case.c.id,
            is_person(case_step, "by", person),
            case_step.c.kind.in_(_WRITING),
        )
        query = select(press_case.c.id).where(or_(asks, wrote)).order_by(press_case.c.id.desc())
        return list(self._tx.connection.execute(query).scalars())

    def has_deliveries_waiting(self, case_id: int) -> bool:
        """Whether something of this case is still to leave."""
        query = select(job.c.id).where(job.c.case_id == case_id, job.c.state == JobState.PENDING).limit(1)
        return self._tx.connection.execute(query).first() is not None

    def erase_from(self, case: Case, person: str) -> None:
        """Erase their name, address and words from a case that the caller has locked and has nothing left to send."""
        called = _called(self._tx, case, person)
        names = called | {plaintext.line(name) for name in called} | {person}
        _erase_taken_down(self._tx, case, person)
        _erase_asker(self._tx, case.id, person)
        _erase_steps(self._tx, case.id, person)
        _replace_names(self._tx, case.id, names)
        _erase_deliveries(self._tx, case, person)

    def forget_routes(self, person: str) -> int:
        """What their platform remembers of how to reach them, under keys that end in their id; how many."""
        platform, _, identifier = person.partition(":")
        tail = f"/{identifier}"
        query = select(adapter_state.c.key).where(
            adapter_state.c.platform == platform, adapter_state.c.key.endswith(tail, autoescape=True)
        )
        # LIKE takes A for a on SQLite, so what it found is looked at again.
        theirs = [key for key in self._tx.connection.execute(query).scalars() if key.endswith(tail)]
        stored = and_(adapter_state.c.platform == platform, adapter_state.c.key.in_(theirs))
        self._tx.connection.execute(delete(adapter_state).where(stored))
        met = and_(inbound_event.c.source == DedupeScope.WELCOME, inbound_event.c.event_id == person)
        return len(theirs) + self._tx.connection.execute(delete(inbound_event).where(met)).rowcount


def _called(tx: TransactionScope, case: Case, person: str) -> set[str]:
    """Their names as the case has them: as of one who asks, or of one who asked here while two cases were one."""
    asked = {asker.person.name for asker in case.askers if asker.person.key == person}
    theirs = and_(case_step.c.case_id == case.id, is_person(case_step, "by", person), case_step.c.kind.in_(_WRITING))
    wrote = tx.connection.execute(select(case_step.c.by_name).where(theirs)).scalars()
    return asked | {name for name in wrote if name}


def _erase_asker(tx: TransactionScope, case_id: int, person: str) -> None:
    nobody = {"person_id": ERASED, "person_name": ERASED, "direct_token": ERASED, "at_token": ERASED}
    silent = {"text": ERASED, "event_id": "", "link": ""}
    theirs = and_(case_asker.c.case_id == case_id, is_person(case_asker, "person", person))
    tx.connection.execute(update(case_asker).where(theirs).values(nobody | silent))


def _erase_taken_down(tx: TransactionScope, case: Case, person: str) -> None:
    theirs = and_(case_step.c.case_id == case.id, is_person(case_step, "by", person), case_step.c.kind.in_(_WRITING))
    wrote = tx.connection.execute(select(case_step.c.text).where(theirs)).scalars().all()
    words = "\n".join((*(asker.text for asker in case.askers if asker.person.key == person), *wrote))
    stored = tx.connection.execute(select(*_TAKEN_DOWN).where(press_case.c.id == case.id)).one()
    taken = [
        column.name
        for column, text in zip(_TAKEN_DOWN, stored, strict=True)
        if text and text.partition(" (")[0] in words
    ]
    if taken:
        tx.connection.execute(update(press_case).where(press_case.c.id == case.id).values(dict.fromkeys(taken, ERASED)))


def _erase_deliveries(tx: TransactionScope, case: Case, person: str) -> None:
    """What was sent for the case quotes them and its keys name them; so do the answers in their own conversation."""
    theirs = [str(asker.direct) for asker in case.askers if asker.person.key == person]
    answered_there = and_(job.c.lane.in_(theirs), job.c.case_id.is_(None), job.c.state != JobState.PENDING)
    tx.connection.execute(delete(job).where(or_(job.c.case_id == case.id, answered_there)))


def _erase_steps(tx: TransactionScope, case_id: int, person: str) -> None:
    theirs = and_(
        case_step.c.case_id == case_id, is_person(case_step, "by", person), case_step.c.kind.in_(list(_ASKERS))
    )
    named = {"by_id": ERASED, "by_name": ERASED, "event_id": ""}
    tx.connection.execute(update(case_step).where(and_(theirs, case_step.c.text != "")).values(text=ERASED))
    tx.connection.execute(update(case_step).where(theirs).values(named))


def _replace_names(tx: TransactionScope, case_id: int, names: Iterable[str]) -> None:
    """What others wrote stays, but for the name as the platform gave it."""
    written = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True) if name.strip())
    name = re.compile(rf"(?<!\w)(?:{written})(?!\w)")
    for row in tx.connection.execute(select(case_step.c.id, case_step.c.text).where(case_step.c.case_id == case_id)):
        if (text := name.sub(ERASED, row.text)) != row.text:
            tx.connection.execute(update(case_step).where(case_step.c.id == row.id).values(text=text))
    _replace_in_case(tx, case_id, name)
    statements = select(case_statement.c.id, case_statement.c.text).where(case_statement.c.case_id == case_id)
    for row in tx.connection.execute(statements):
        text = name.sub(ERASED, row.text)
        tx.connection.execute(update(case_statement).where(case_statement.c.id == row.id).values(text=text))


def _replace_in_case(tx: TransactionScope, case_id: int, name: re.Pattern[str]) -> None:
    stored = tx.connection.execute(select(*_WRITTEN).where(press_case.c.id == case_id)).one()
    written = {column.name: name.sub(ERASED, text) for column, text in zip(_WRITTEN, stored, strict=True)}
    if written["callback"]:
        written["callback"] = ERASED  # whose number it is was not kept, so it goes with whoever asked
    tx.connection.execute(update(press_case).where(press_case.c.id == case_id).values(written))
