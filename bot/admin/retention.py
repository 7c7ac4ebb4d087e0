"""How long personal data is kept: what is too old is purged, and what somebody asks to have erased is."""

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
from bot.storage.repositories.expiry import Cutoffs, RetentionClass
from bot.storage.transaction import Transaction

log = logging.getLogger(__name__)

TEXTS_KEPT = timedelta(days=3)
"""How long the text of a message is kept after it has left: for whoever asks what went wrong yesterday."""
EVENTS_KEPT = timedelta(days=7)
"""No platform delivers an event again after that."""

_BATCH = 500  # rows; what hangs on a case makes that fifty of them
_CASES = 50
_BREATH = 0.05  # seconds between batches, in which a server beside writes what it has to
_LOOK = 3600.0  # seconds after which a serving process looks whether a new day has begun

_CONSOLE = "console"
_SAID = {
    RetentionClass.CASES: "closed cases, with everything that hangs on them",
    RetentionClass.ROUTES: "conversations and threads that nobody has used",
    RetentionClass.QUESTIONS: "questions and what was answered",
    RetentionClass.ALARMS: "false alarms",
    RetentionClass.FEEDBACK: "opinions of answers",
    RetentionClass.DELIVERIES: "deliveries that belong to no case",
    RetentionClass.TEXTS: "texts of messages that have left",
    RetentionClass.EVENTS: "ids of events",
    RetentionClass.LANES: "lanes that nothing uses",
    _CONSOLE: "messages shown in the browser console",
}


class Transcripts(Protocol):
    """What a platform of the desk's own shows again after a restart."""

    async def forget(self, said_before: datetime, cases_before: datetime, *, dry_run: bool = False) -> int:
        """Remove what was shown to staff, and to the press office, before; how many messages."""
        ...


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows of each class went, or would go. `held` are the references that would have gone as well."""

    counts: Mapping[str, int]
    held: tuple[str, ...]

    def as_text(self, *, dry_run: bool) -> str:
        """A line for each class of which there was something."""
        lines = [f"{number:>8}  {_SAID[kind]}" for kind, number in self.counts.items() if number]
        verb = "Would remove" if dry_run else "Removed"
        said = [f"{verb}:", *lines] if lines else [f"{verb} nothing: nothing is older than it may be."]
        return "\n".join([*said, *([f"Held, so kept: {', '.join(self.held)}."] if self.held else [])])


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What became nobody's: references of cases, the number of questions; `held` are cases that keep them."""

    cases: tuple[str, ...]
    questions: int
    routes: int
    held: tuple[str, ...]

    def as_text(self) -> str:
        """In sentences."""
        erased = f"Erased from {', '.join(self.cases)}." if self.cases else "They asked in no case that can be erased."
        lines = [erased, f"Questions that lost their asker: {self.questions}. Routes removed: {self.routes}."]
        if self.held:
            lines.append(f"Held, so kept with their name and words: {', '.join(self.held)}.")
        return "\n".join(lines)


async def purge(
    store: Store, privacy: Privacy, transcripts: Transcripts | None = None, *, dry_run: bool = False
) -> Purged:
    """Remove what is older than it may be, in small transactions. May be stopped at any time, and run beside others."""
    ages, held = await store.run(lambda tx: _ages_and_held(tx, privacy))
    counts: dict[str, int] = {}
    for kind in RetentionClass:
        counts[kind] = await (_count if dry_run else _remove)(store, kind, ages)
    if transcripts is not None:
        counts[_CONSOLE] = await transcripts.forget(ages.questions, ages.cases, dry_run=dry_run)
    return Purged(counts, held)


async def purge_daily(store: Store, privacy: Privacy, transcripts: Transcripts | None = None) -> Purged | None:
    """Purge, unless a process that shares this database has done so today (by UTC): then None."""
    if not await store.run(lambda tx: tx.events.claim_once(DedupeScope.PURGED, f"{tx.now:%Y-%m-%d}")):
        return None
    return await purge(store, privacy, transcripts)


async def keep(store: Store, privacy: Privacy, transcripts: Transcripts | None = None) -> None:
    """Purge every day, until it is cancelled. A failure is logged, and the next day is another."""
    while True:
        try:
            purged = await purge_daily(store, privacy, transcripts)
        except StoreUnavailable as error:
            log.warning("The purge waits for the database: %s", error)
        except Exception as error:  # noqa: BLE001  the desk goes on answering; its text may quote what was stored
            log.error("The purge failed: %s", describe(error))  # noqa: TRY400
        else:
            if purged and (counts := {kind: number for kind, number in purged.counts.items() if number}):
                log.info("Purged: %s", ", ".join(f"{number} {kind}" for kind, number in counts.items()))
        await asyncio.sleep(_LOOK)


async def forget(store: Store, person: str) -> Forgotten:
    """Make what is kept of somebody (`platform:id`) nobody's, in one transaction.

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
    free = [case for case in found if not case.held]
    for case in free:
        tx.erasure.erase_from(case, person)
    return Forgotten(
        cases=tuple(case.reference for case in free),
        questions=tx.erasure.anonymise_questions(person),
        routes=tx.erasure.forget_routes(person),
        held=tuple(case.reference for case in found if case.held),
    )


def _unfinished(tx: Transaction, case: Case) -> Problem | None:
    if case.state is not CaseState.CLOSED:
        return Problem(case.reference, "is not closed, and they are still to be answered in it.", "Close it first.")
    if not case.held and tx.erasure.has_deliveries_waiting(case.id):
        return Problem(case.reference, "has messages that have not left yet.", "Try again when they have.")
    return None


async def _count(store: Store, kind: RetentionClass, ages: Cutoffs) -> int:
    return await store.run(lambda tx: tx.expiry.count(kind, ages))


async def _remove(store: Store, kind: RetentionClass, ages: Cutoffs) -> int:
    batch = _CASES if kind is RetentionClass.CASES else _BATCH
    total = 0
    while removed := await store.run(lambda tx: tx.expiry.remove(kind, ages, batch)):
        total += removed
        await asyncio.sleep(_BREATH)
    return total


def _ages_and_held(tx: Transaction, privacy: Privacy) -> tuple[Cutoffs, tuple[str, ...]]:
    now = tx.now
    ages = Cutoffs(
        cases=now - privacy.cases,
        questions=now - privacy.questions,
        feedback=now - privacy.feedback,
        texts=now - TEXTS_KEPT,
        events=now - EVENTS_KEPT,
        once=now - max(EVENTS_KEPT, privacy.questions, privacy.cases),
    )
    held = (tx.cases.load(case_id, for_update=False) for case_id in tx.expiry.held_back(ages.cases))
    return ages, tuple(case.reference for case in held if case)
