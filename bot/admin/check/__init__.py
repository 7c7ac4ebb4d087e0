"""`policydesk check`: remarks on a knowledge base, for the owners of its answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bot.admin.check import answer_checks, confusion_checks, question_checks
from bot.admin.check.confusion_checks import MOST_EXAMPLES, too_large
from bot.admin.check.remarks import Remark, as_json, as_text, remarks_of
from bot.knowledge.contacts import Contact, named
from bot.knowledge.model import Knowledge

__all__ = ["MOST_EXAMPLES", "Remark", "as_json", "as_text", "contacts_missing", "remarks_of", "review", "too_large"]


def contacts_missing(knowledge: Knowledge, contacts: Mapping[str, Contact]) -> list[Remark]:
    """Return a note that lists the contacts that answers name and the configuration does not; none if it has all."""
    missing = [f"{id_} (“{words}”)" for id_, words in sorted(named(knowledge).items()) if id_ not in contacts]
    if not missing:
        return []
    what = f"Answers name contacts that are not configured: {', '.join(missing)}."
    return [Remark("note", "contacts", what, "Staff read these words; with a number or an address they read that too.")]


def review(knowledge: Knowledge, today: date, *, quick: bool = False) -> list[Remark]:
    """Return what could be better in a valid knowledge base, ordered by file and line. Drafts are not checked.

    `quick` leaves out the checks for which the matcher is trained: some twenty seconds for the shipped nine thousand
    example questions.
    They are also left out if the knowledge base is `too_large`.
    """
    found = [
        *answer_checks.remarks(knowledge, today),
        *question_checks.remarks(knowledge),
        *(() if quick else confusion_checks.remarks(knowledge)),
    ]
    found.sort(key=lambda remark: (remark[0].file, remark[0].line))
    return [Remark("warning", str(origin), what, fix) for origin, what, fix in found]
