"""Deletes personal data: what is older than it may be (`purge`), and what belongs to one person (`forget`)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot import plaintext
from bot.config import Privacy
from bot.domain.case import Case, CaseState
from bot.errors import Problem, StoreUnavailable, UserError
from bot.queue.outbox_transactions import describe
from bot.storage.engine import Store
from bot.storage.records import DedupeScope
from bot.storage.repositories.expiry import Cutoffs, RetentionClass, RowKey
from bot.storage.transaction import Transaction

log = logging.getLogger(__name__)

TEXTS_KEPT = timedelta(days=3)
"""How long the text of a delivered message is kept, so that a recent failure can still be examined."""
EVENTS_KEPT = timedelta(days=7)
"""How long event ids are kept to recognise repeated events. No platform repeats an event after that."""

_BATCH = 500  # rows removed in one transaction
_CASES = 50  # cases removed in one transaction: each takes about ten rows of other tables with it
_PAUSE = 0.05  # seconds between two transactions, in which a desk that serves beside this process can write
_MOST_FAILING = 100  # rows of a class that cannot be removed, after which the class is left for the next time
_CHECK_EVERY = 3600.0  # seconds between two looks whether a new day has begun

_CONSOLE = "console"
_LABELS = {
    RetentionClass.CASES: "closed cases, with everything that hangs on them",
    RetentionClass.ROUTES: "conversations and threads that nobody has used",
    RetentionClass.QUESTIONS: "questions and what was answered",
    RetentionClass.ALARMS: "false alarms",
    RetentionClass.FEEDBACK: "opinions of answers",
    RetentionClass.DELIVERIES: "deliveries that belong to no case",
    RetentionClass.TEXTS: "texts of messages that have left",
    RetentionClass.INBOX: "messages that waited to be answered",
    RetentionClass.EVENTS: "ids of events",
    RetentionClass.LANES: "lanes that nothing uses",
    _CONSOLE: "messages shown in the browser console",
}


class Transcripts(Protocol):
    """The messages that a platform stores itself, to show them again after a restart."""

    async def forget(self, said_before: datetime, cases_before: datetime, *, dry_run: bool = False) -> int:
        """Remove messages to and from staff before `said_before`, and those of the press office before `cases_before`.

        Returns how many messages were removed, or would be with `dry_run`.
        """
        ...


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge removed, or would remove.

    `counts` are numbers of rows by class of data, `held` the references of old cases that were kept on hold.
    """

    counts: Mapping[str, int]
    held: tuple[str, ...]
    failed: int = 0
    """Rows that could not be removed; the log says why."""

    def as_text(self, *, dry_run: bool) -> str:
        """Return a line for each class of data that had old rows."""
        lines = [f"{number:>8}  {_LABELS[kind]}" for kind, number in self.counts.items() if number]
        verb = "Would remove" if dry_run else "Removed"
        nothing = f"{verb} nothing." if self.failed else f"{verb} nothing: nothing is older than it may be."
        said = [f"{verb}:", *lines] if lines else [nothing]
        if self.failed:
            said.append(f"Could not be removed, the log says why: {self.failed} rows.")
        return "\n".join([*said, *([f"Held, so kept: {', '.join(self.held)}."] if self.held else [])])


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased of a person."""

    cases: tuple[str, ...]
    """References of the cases from which their name and words were erased."""
    questions: int
    """Number of questions that no longer name them."""
    routes: int
    """Number of conversations of theirs that platforms no longer know."""
    held: tuple[str, ...]
    """References of the cases that are on hold, which keep their name and words."""
    waiting: int = 0
    """Number of messages that waited to be answered and were deleted."""

    def as_text(self) -> str:
        """Return it in sentences."""
        erased = f"Erased from {', '.join(self.cases)}." if self.cases else "They asked in no case that can be erased."
        lines = [erased, f"Questions that lost their asker: {self.questions}. Routes removed: {self.routes}."]
        if self.waiting:
            lines.append(f"Messages deleted that waited to be answered: {self.waiting}.")
        if self.held:
            lines.append(f"Held, so kept with their name and words: {', '.join(self.held)}.")
        return "\n".join(lines)


async def purge(
    store: Store, privacy: Privacy, transcripts: Transcripts | None = None, *, dry_run: bool = False
) -> Purged:
    """Remove what is older than it may be, in small transactions.

    It may be cancelled at any time, and run in several processes at once. With `dry_run` it only counts. A row that
    cannot be removed is logged, and the others are removed. Raises StoreUnavailable.
    """
    cutoffs, held = await store.run(lambda tx: _cutoffs_and_held(tx, privacy))
    counts: dict[str, int] = {}
    failed = 0
    for kind in RetentionClass:
        if dry_run:
            counts[kind] = await _count(store, kind, cutoffs)
        else:
            counts[kind], left = await _remove(store, kind, cutoffs)
            failed += left
    if transcripts is not None:
        counts[_CONSOLE] = await transcripts.forget(cutoffs.questions, cutoffs.cases, dry_run=dry_run)
    return Purged(counts, held, failed)


class DailyPurge:
    """Purges once a day. A purge that failed, or that was interrupted, is repeated within the hour."""

    def __init__(self, store: Store, privacy: Privacy, transcripts: Transcripts | None = None) -> None:
        self._store, self._privacy, self._transcripts = store, privacy, transcripts
        self._failed = 0

    def problem(self) -> str:
        """Return what the last purge could not remove, as a sentence; empty if it removed everything."""
        return f"{self._failed} rows are older than they may be and cannot be removed; the log says why" * (
            self._failed > 0
        )

    async def run(self) -> None:
        """Purge once a day, until cancelled."""
        while True:
            try:
                purged = await self.purge_once()
            except StoreUnavailable as error:
                log.warning("The purge waits for the database: %s", error)
            else:
                if purged and (counts := {kind: number for kind, number in purged.counts.items() if number}):
                    log.info("Purged: %s", ", ".join(f"{number} {kind}" for kind, number in counts.items()))
            await asyncio.sleep(_CHECK_EVERY)

    async def purge_once(self) -> Purged | None:
        """Purge, unless a process that shares this database has done so today (by UTC). Then return None."""
        today = await self._store.run(lambda tx: f"{tx.now:%Y-%m-%d}")
        if await self._store.run(lambda tx: tx.events.seen(DedupeScope.PURGED, today)):
            return None
        purged = await purge(self._store, self._privacy, self._transcripts)
        self._failed = purged.failed
        if not purged.failed:
            await self._store.run(lambda tx: tx.events.claim_once(DedupeScope.PURGED, today))
        return purged


async def forget(store: Store, person: str) -> Forgotten:
    """Erase the name and words of a person (`platform:id`), in one transaction.

    Raises UserError naming the cases in which they still wait for something; then nothing has changed.
    """
    platform, _, identifier = person.partition(":")
    if not (platform.isalpha() and identifier):
        raise UserError(Problem(plaintext.line(person), "names nobody.", "Write platform:id, such as slack:U0ANNA."))
    return await store.run(lambda tx: _forget(tx, person))


def _forget(tx: Transaction, person: str) -> Forgotten:
    found = [case for each in tx.erasure.cases_of(person) if (case := tx.cases.load(each))]
    if problems := [problem for case in found if (problem := _unfinished(tx, case))]:
        raise UserError(*problems)
    tx.erasure.leave_mark()
    free = [case for case in found if not case.held]
    for case in free:
        tx.erasure.erase_from(case, person)
    return Forgotten(
        cases=tuple(case.reference for case in free),
        questions=tx.erasure.anonymise_questions(person),
        routes=tx.erasure.forget_routes(person),
        held=tuple(case.reference for case in found if case.held),
        waiting=tx.inbox.erase(person),
    )


def _unfinished(tx: Transaction, case: Case) -> Problem | None:
    """Return why nothing can be erased from a case yet, or None."""
    if case.state is not CaseState.CLOSED:
        return Problem(case.reference, "is not closed, and they are still to be answered in it.", "Close it first.")
    if not case.held and tx.erasure.has_deliveries_waiting(case.id):
        return Problem(case.reference, "has messages that have not left yet.", "Try again when they have.")
    return None


async def _count(store: Store, kind: RetentionClass, cutoffs: Cutoffs) -> int:
    return await store.run(lambda tx: tx.expiry.count(kind, cutoffs))


async def _remove(store: Store, kind: RetentionClass, cutoffs: Cutoffs) -> tuple[int, int]:
    """Remove the expired rows of a class. Return how many were removed, and how many could not be."""
    batch = _CASES if kind is RetentionClass.CASES else _BATCH
    total, failing = 0, set[RowKey]()
    while len(failing) < _MOST_FAILING:
        try:
            removed = await store.run(lambda tx: tx.expiry.remove(kind, cutoffs, batch, without=failing))
        except StoreUnavailable:
            raise
        except Exception:  # noqa: BLE001  one row must not keep all the others
            keys = await store.read(lambda tx: tx.expiry.expired(kind, cutoffs, batch, without=failing))
            removed = sum([await _remove_one(store, kind, cutoffs, key, failing) for key in keys])
        else:
            if not removed:
                break
        total += removed
        await asyncio.sleep(_PAUSE)
    return total, len(failing)


async def _remove_one(store: Store, kind: RetentionClass, cutoffs: Cutoffs, key: RowKey, failing: set[RowKey]) -> int:
    """Remove a row in a transaction of its own, and return 1. If that fails, add it to `failing` and return 0."""
    try:
        return await store.run(lambda tx: tx.expiry.remove(kind, cutoffs, 1, only=[key]))
    except StoreUnavailable:
        raise
    except Exception as error:  # noqa: BLE001  as above
        failing.add(key)
        log.error("An old row of %s cannot be removed: %s", kind, describe(error))  # noqa: TRY400
        return 0


def _cutoffs_and_held(tx: Transaction, privacy: Privacy) -> tuple[Cutoffs, tuple[str, ...]]:
    now = tx.now
    cutoffs = Cutoffs(
        cases=now - privacy.cases,
        questions=now - privacy.questions,
        feedback=now - privacy.feedback,
        texts=now - TEXTS_KEPT,
        events=now - EVENTS_KEPT,
        once=now - max(EVENTS_KEPT, privacy.questions, privacy.cases),
    )
    held = (tx.cases.load(case_id, for_update=False) for case_id in tx.expiry.held_back(cutoffs.cases))
    return cutoffs, tuple(case.reference for case in held if case)
