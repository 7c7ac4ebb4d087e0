"""What somebody filled in of an enquiry, read back from a form."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain import deadlines
from bot.domain.case import Details
from bot.presentation import texts


def details_in(values: Mapping[str, str]) -> Details:
    """The details among a form's values; what is not there, or says that it is not known, is empty."""
    filled = {name: values.get(name, "").strip() for name in texts.DETAILS_LABELS}
    if deadlines.is_unknown(filled["deadline"]):
        filled["deadline"] = ""
    if filled["medium"] not in texts.MEDIA_KINDS:
        filled["medium"] = ""
    return Details(**filled)
