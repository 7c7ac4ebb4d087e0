"""Whether what a message passes on is under embargo, and until when."""

from __future__ import annotations

import re

from bot.presentation import texts

_EMBARGO = re.compile(
    r"\bembargoed\b|\bunder (?:a |an |the )?(?:\w+ )?embargo\b"
    r"|\bembargo(?: date| time)?(?= (?:until|till|is|ends|lifts|on|of)\b|:)",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"\b(?:no|not|never|without|isn['’]?t|wasn['’]?t|no longer) (?:an |any |under )*embargo"
    r"|\bembargo (?:has |is |was )?(?:been |already )?(?:over|lifted|passed|ended|broken)",
    re.IGNORECASE,
)
_MONTH = r"(?:jan|febr?|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)\w*"
_TIME = (
    r"(?:\d{1,4}(?:[:./]\d{1,4})*(?:st|nd|rd|th)?(?: ?[ap]\.?m\.?)?|noon|midday|midnight|today|tomorrow|tonight"
    rf"|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|satur|sat|sun)(?:day)?|{_MONTH}"
    r"|the|of|at|on|next|morning|evening|gmt|bst|utc)"
)
_WHEN = re.compile(
    r"(?:(?: is| ends| lifts| date| time|:)*\s*(?:until|till|to|on|at|of|from)?)?"
    rf"(?P<when>(?:[ ,]*\b{_TIME}\b)+)",
    re.IGNORECASE,
)


def embargo(text: str) -> str:
    """Until when, as the message says it; that it speaks of one where it does not; empty where there is none.

    Nothing else of the message, since this much is shown to everybody who reads a press channel.
    """
    found = _EMBARGO.search(text)
    if found is None or _NONE.search(text):
        return ""
    when = _WHEN.match(text, found.end())
    said = when["when"].strip(" ,") if when else ""
    return said if re.search(r"\d|noon|mid|to(?:day|morrow|night)|day\b", said, re.IGNORECASE) else texts.EMBARGO_SAID
