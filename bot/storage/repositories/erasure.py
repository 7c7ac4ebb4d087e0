"""Erasure: removing one person's name, address and words from everything that is stored."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update

from bot import plaintext
from bot.domain.case import Case, StepKind
from bot.storage.records import DedupeScope, JobState
from bot.storage.schema import (
    adapter_state,
    answered,
    case_asker,
    case_statement,
    case_step,
    inbound_event,
    job,
    press_case,
    relayed,
)
from bot.storage.sql import TransactionScope, is_person, upsert

ERASED = "(erased)"
"""Replaces a name, an address or a text."""

_MARK = "forgotten"

_STEPS_OF_ASKERS = (
    StepKind.OPENED,
    StepKind.ADDED,
    StepKind.CORRECTED,
    StepKind.DETAILS,
    StepKind.WITHDRAWAL_ASKED,
    StepKind.WITHDRAWN,
    StepKind.SEPARATED,
    StepKind.TAKEN_BACK,
    StepKind.REMOVAL_ASKED,
)
"""Steps that a person takes as an asker. All other steps they took as an officer; those stay."""

_STEPS_OF_ASKERS_ONLY = (
    StepKind.ADDED,
    StepKind.CORRECTED,
    StepKind.WITHDRAWAL_ASKED,
    StepKind.TAKEN_BACK,
    StepKind.REMOVAL_ASKED,
)
"""Steps that an officer never takes: a person who took one was an asker of the case, even if they no longer are."""

_MAY_NAME = (
    press_case.c.about,
    press_case.c.questions,
    press_case.c.said,
    press_case.c.waiting_for,
    press_case.c.embargo,
    press_case.c.callback,
)
"""Columns in which others may have written the person's name."""

_EXTRACTED = (press_case.c.contact, press_case.c.slot, press_case.c.due_words)
"""Columns that the desk may have filled from the person's own words."""


class PersonErasure:
    """Erases what belongs to one person (`platform:id`)."""

    def __init__(self, tx: TransactionScope) -> None:
        self._tx = tx

    def anonymise_questions(self, person: str) -> int:
        """Remove the asker from this person's questions and return their number. The questions stay."""
        anonymous = {"asker": "", "event_id": "", "link": "", "files": 0, "conversation": ""}
        return self._tx.connection.execute(
            update(answered).where(answered.c.asker == person).values(anonymous)
        ).rowcount

    def cases_of(self, person: str) -> list[int]:
        """The ids of the cases in which they are an asker, or were one while two cases were joined; newest first."""
        asks = exists().where(case_asker.c.case_id == press_case.c.id, is_person(case_asker, "person", person))
        wrote = exists().where(
            case_step.c.case_id == press_case.c.id,
            is_person(case_step, "by", person),
            case_step.c.kind.in_(_STEPS_OF_ASKERS_ONLY),
        )
        query = select(press_case.c.id).where(or_(asks, wrote)).order_by(press_case.c.id.desc())
        return list(self._tx.connection.execute(query).scalars())

    def has_deliveries_waiting(self, case_id: int) -> bool:
        """Whether a job of this case is pending."""
        query = select(job.c.id).where(job.c.case_id == case_id, job.c.state == JobState.PENDING).limit(1)
        return self._tx.connection.execute(query).first() is not None

    def erase_from(self, case: Case, person: str) -> None:
        """Erase their name, address and words from a case.

        The caller has locked the case, and it has no deliveries waiting.
        """
        stored = self._names(case, person)
        names = stored | {plaintext.line(name) for name in stored} | {person}
        self._erase_extracted(case, person)
        self._erase_asker(case.id, person)
        self._erase_steps(case.id, person)
        self._replace_names(case.id, names)
        self._delete_deliveries(case, person)

    def forget_routes(self, person: str) -> int:
        """Delete what their adapter stores under keys that end in their id, and the welcome; return the number of rows.

        Adapters store under such keys how to reach a person.
        """
        platform, _, identifier = person.partition(":")
        tail = f"/{identifier}"
        query = select(adapter_state.c.key).where(
            adapter_state.c.platform == platform, adapter_state.c.key.endswith(tail, autoescape=True)
        )
        # LIKE ignores case on SQLite, so its result is filtered again.
        theirs = [key for key in self._tx.connection.execute(query).scalars() if key.endswith(tail)]
        stored = and_(adapter_state.c.platform == platform, adapter_state.c.key.in_(theirs))
        self._tx.connection.execute(delete(adapter_state).where(stored))
        welcomed = and_(inbound_event.c.source == DedupeScope.WELCOME, inbound_event.c.event_id == person)
        return len(theirs) + self._tx.connection.execute(delete(inbound_event).where(welcomed)).rowcount

    def leave_mark(self) -> None:
        """Leave a mark for every process that serves from this database, so that it clears its memory."""
        row = {"platform": "desk", "key": _MARK, "value": self._tx.now.isoformat()}
        statement = upsert(self._tx, adapter_state).values(row)
        keys = ["platform", "key"]
        self._tx.connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=row))

    def mark(self) -> str:
        """The last mark that was left; empty if there is none."""
        of_desk = and_(adapter_state.c.platform == "desk", adapter_state.c.key == _MARK)
        return self._tx.connection.execute(select(adapter_state.c.value).where(of_desk)).scalar_one_or_none() or ""

    def _names(self, case: Case, person: str) -> set[str]:
        """Their names in this case: as an asker of it, and as an asker who left when two joined cases were split."""
        as_asker = {asker.person.name for asker in case.askers if asker.person.key == person}
        names = self._tx.connection.execute(select(case_step.c.by_name).where(_wrote(case.id, person))).scalars()
        return as_asker | {name for name in names if name}

    def _erase_extracted(self, case: Case, person: str) -> None:
        """Erase a contact or slot that occurs in their own messages, even if it belongs to somebody else."""
        added = self._tx.connection.execute(select(case_step.c.text).where(_wrote(case.id, person))).scalars().all()
        words = "\n".join((*(asker.text for asker in case.askers if asker.person.key == person), *added))
        stored = self._tx.connection.execute(select(*_EXTRACTED).where(press_case.c.id == case.id)).one()
        theirs = [
            column.name
            for column, text in zip(_EXTRACTED, stored, strict=True)
            if text and text.partition(" (")[0] in words
        ]
        if theirs:
            erased = dict.fromkeys(theirs, ERASED)
            self._tx.connection.execute(update(press_case).where(press_case.c.id == case.id).values(erased))

    def _erase_asker(self, case_id: int, person: str) -> None:
        who = {"person_id": ERASED, "person_name": ERASED, "direct_token": ERASED, "at_token": ERASED}
        words = {"text": ERASED, "event_id": "", "link": ""}
        theirs = and_(case_asker.c.case_id == case_id, is_person(case_asker, "person", person))
        self._tx.connection.execute(update(case_asker).where(theirs).values(who | words))

    def _erase_steps(self, case_id: int, person: str) -> None:
        as_asker = case_step.c.kind.in_(list(_STEPS_OF_ASKERS))
        theirs = and_(case_step.c.case_id == case_id, is_person(case_step, "by", person), as_asker)
        who = {"by_id": ERASED, "by_name": ERASED, "event_id": ""}
        passed_on = relayed.c.event_id.in_(select(case_step.c.event_id).where(theirs, case_step.c.event_id != ""))
        self._tx.connection.execute(delete(relayed).where(relayed.c.case_id == case_id, passed_on))
        self._tx.connection.execute(update(case_step).where(and_(theirs, case_step.c.text != "")).values(text=ERASED))
        self._tx.connection.execute(update(case_step).where(theirs).values(who))

    def _replace_names(self, case_id: int, names: Iterable[str]) -> None:
        """Replace these names in what others wrote. The rest of it stays."""
        alternatives = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True) if name.strip())
        name = re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)")
        steps = select(case_step.c.id, case_step.c.text).where(case_step.c.case_id == case_id)
        for row in self._tx.connection.execute(steps):
            if (text := name.sub(ERASED, row.text)) != row.text:
                self._tx.connection.execute(update(case_step).where(case_step.c.id == row.id).values(text=text))
        self._replace_in_case(case_id, name)
        statements = select(case_statement.c.id, case_statement.c.text).where(case_statement.c.case_id == case_id)
        for row in self._tx.connection.execute(statements):
            text = name.sub(ERASED, row.text)
            self._tx.connection.execute(update(case_statement).where(case_statement.c.id == row.id).values(text=text))

    def _replace_in_case(self, case_id: int, name: re.Pattern[str]) -> None:
        stored = self._tx.connection.execute(select(*_MAY_NAME).where(press_case.c.id == case_id)).one()
        replaced = {column.name: name.sub(ERASED, text) for column, text in zip(_MAY_NAME, stored, strict=True)}
        if replaced["callback"]:
            replaced["callback"] = ERASED  # whose number it is was not stored, so it is erased with any asker
        self._tx.connection.execute(update(press_case).where(press_case.c.id == case_id).values(replaced))

    def _delete_deliveries(self, case: Case, person: str) -> None:
        """Delete the jobs of the case, which quote them, and the answers sent to their own conversation."""
        direct = [str(asker.direct) for asker in case.askers if asker.person.key == person]
        answers = and_(job.c.lane.in_(direct), job.c.case_id.is_(None), job.c.state != JobState.PENDING)
        self._tx.connection.execute(delete(job).where(or_(job.c.case_id == case.id, answers)))


def _wrote(case_id: int, person: str) -> ColumnElement[bool]:
    """The steps that they certainly took as an asker."""
    as_asker = case_step.c.kind.in_(_STEPS_OF_ASKERS_ONLY)
    return and_(case_step.c.case_id == case_id, is_person(case_step, "by", person), as_asker)
