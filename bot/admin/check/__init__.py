"""What the owners of the answers should look at: the remarks of `policydesk check`."""

from __future__ import annotations

from datetime import date

from bot.admin.check import answers, confusion, questions
from bot.admin.check.confusion import MOST_EXAMPLES, too_large
from bot.admin.check.remarks import Remark, as_json, as_text, remarks_of
from bot.knowledge.model import Knowledge

__all__ = ["MOST_EXAMPLES", "Remark", "as_json", "as_text", "remarks_of", "review", "too_large"]


def review(knowledge: Knowledge, today: date, *, quick: bool = False) -> list[Remark]:
    """Everything in a knowledge base that loads but could be better, by file and line. Drafts are left in peace.

    `quick` leaves out what the matcher has to be trained for, which takes some seconds for a thousand examples and is
    left out as well where the knowledge base is `too_large`.
    """
    found = [
        *answers.remarks(knowledge, today),
        *questions.remarks(knowledge),
        *(() if quick else confusion.remarks(knowledge)),
    ]
    found.sort(key=lambda remark: (remark[0].file, remark[0].line))
    return [Remark("warning", str(origin), what, fix) for origin, what, fix in found]
