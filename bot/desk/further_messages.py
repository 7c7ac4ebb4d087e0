"""What is found out about a message of somebody who has an open case in the same conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.desk.decide import Context
from bot.domain.belonging import Relation, read_further, relation
from bot.domain.case import Case, StepKind
from bot.matching.match import Match
from bot.messages import Said
from bot.plaintext import display_name
from bot.queue import outbox
from bot.queue.outbox import Send
from bot.storage.records import Job
from bot.storage.transaction import Transaction


def compare(said: Said, match: Match, cases: Sequence[Case]) -> Mapping[int, Relation]:
    """Return, by id of a case, what the words of the message tell of it. Call it outside a transaction."""
    message = read_further(said.text, match.outlet)
    return {case.id: relation(case, message) for case in cases}


def context_of(tx: Transaction, said: Said, cases: Sequence[Case], relations: Mapping[int, Relation]) -> Context:
    """Return what the decision depends on, with what the desk wrote last in this conversation."""
    joined = {asker.from_case: case.id for case in cases for asker in case.askers if asker.from_case is not None}
    continuing = joined | {case.id: case.id for case in cases}
    newest = tx.jobs.newest_in(str(said.at), list(continuing))
    if newest is None or newest.case_id is None:
        return Context(tuple(cases), relations)
    case_id = continuing[newest.case_id]
    return Context(tuple(cases), relations, case_id, _officer_of(tx, case_id, newest))


def _officer_of(tx: Transaction, case_id: int, newest: Job) -> str:
    """Return the name of the officer whose reply this delivery passes on; empty if it is another message."""
    delivery = outbox.read(newest) if newest.payload else None
    if not isinstance(delivery, Send) or delivery.purpose != "reply":
        return ""
    replies = (step for step in reversed(tx.cases.steps(case_id)) if step.kind is StepKind.REPLIED)
    return next((display_name(step.by) for step in replies if step.by), "")
