"""What somebody filled in of an enquiry, read back from a form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot import deadlines, wording
from bot.hours import Hours
from bot.model import Details


def details_in(values: Mapping[str, str]) -> Details:
    """The details among a form's values; what is not there, or says that it is not known, is empty."""
    filled = {name: values.get(name, "").strip() for name in wording.DETAILS_LABELS}
    if deadlines.is_unknown(filled["deadline"]):
        filled["deadline"] = ""
    if filled["medium"] not in wording.MEDIA_KINDS:
        filled["medium"] = ""
    return Details(**filled)


def deadline_problem(words: str, hours: Hours, now: datetime) -> str:
    """What is to be mended in a deadline that somebody wrote, or nothing."""
    if not words:
        return ""
    instant = deadlines.read(words, hours, now)
    if instant is None:
        return wording.NO_TIME
    # What is needed now is not late; a form takes a moment to come back.
    return wording.passed_already(instant.astimezone(hours.zone)) if instant < now else ""
