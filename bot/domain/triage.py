"""Triage of an enquiry by its words: deadline, urgency, a possible FOI request, and whether it is delicate.

The phrases match generously: to overlook a journalist who waits costs more than to mention somebody needlessly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain import deadlines
from bot.domain.case import CaseKind, Details
from bot.domain.schedule import EscalationPolicy
from bot.text import searchable

_IS = r"(?:is|are|has|have|\w+['’](?:s|re|ve))"
_PLACE = r"(?:office|building|house|home|library|labs?|department|college|gate|entrance|door|flat|lodge|union|hall)"
_TIME = r"(?:\d\w*|noon|midday|midnight|half|quarter|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_WAITS = (
    r"on the (?:other )?(?:line|phone)",
    r"on (?:line \d|hold)|hold(?:ing)? (?:for|the line|on)|hanging on",
    r"(?:at|in) (?:the )?(?:main |front )?(?:reception|foyer|lobby|desk|entrance|porters['’]? lodge)",
    rf"(?:outside|at|in front of) (?:my|our|the|her|his|their) (?:\w+ )?{_PLACE}",
    rf"{_IS} (?:just )?(?:turned up|walked in(?:to)?|(?:\w+ )?outside|downstairs|here|on campus|in the building)",
    r"doorstep\w*|(?:standing|waiting|sitting) (?:here|outside|downstairs|for (?:me|us)|in front)|outside (?:now|with)",
    r"film(?:ing|ed)|(?:camera|tv|film|news) crew|camera(?:man|s)|with (?:a )?(?:tv )?(?:camera|microphone)s?",
    r"(?:recording|broadcasting) (?:now|outside|here|live)",
    rf"(?:go|goes|going|{_IS}) live|live (?:now|tv|radio|broadcast|interview|link|show)|on air",
    rf"live (?:on(?! campus| site|\W*\d)|in (?:the |a )?studio|at {_TIME})",
    r"right now|this (?:minute|second|instant)|urgent(?:ly)?|emergency|a\.?s\.?a\.?p|immediately|straight ?away",
    r"(?:in|within|next) (?:the next )?(?:\d{1,2}|five|ten|fifteen|twenty|thirty|forty|a few) ?min(?:ute)?s?",
    r"(?:in|within|next) (?:the next )?(?:the |an |half an |a quarter of an )?hour",
)
_URGENT = re.compile(rf"(?<!\w)(?:{'|'.join(_WAITS)})(?!\w)", re.IGNORECASE)
_FOI = re.compile(
    r"\bfreedom of information\b|\bfoi(?:a|sa|r)?\b|\benvironmental information regulations?\b|\brecorded information\b"
    r"|\binformation (?:that )?(?:you|the university|your organisation) hold|\bsection 1 of the\b.{0,40}\bact\b"
    r"|\b(?:provide|disclose|supply|send|release)\b.{0,30}\b(?:all|any|copies of|the following) "
    r"(?:recorded |relevant )?(?:information|records|correspondence|documents|emails|e-mails)\b",
    re.IGNORECASE | re.DOTALL,
)
_DELICATE = re.compile(
    r"\b(?:"
    # a death
    r"died|dead|deaths?|dies|dying|deceased|fatal\w*|fatality|killed|kills|killing|suicid\w*|took (?:his|her|their) own"
    r"|passed away|bereave\w*|funeral|coroner\w*|inquest|post-?mortem|autopsy|drown\w*|overdos\w*|body (?:was )?found"
    r"|found (?:a )?body|lost (?:his|her|their) li(?:fe|ves)|manslaughter|murder\w*|stabb\w*|shooting|gunman"
    # safeguarding
    r"|safeguarding|abus(?:e|ed|er|es|ing|ive)|assault\w*|rap(?:e|ed|es|ist)|molest\w*|groom(?:ed|ing)|harass\w*|stalk\w*"
    r"|sexual\w*|self-?harm\w*|domestic violence|child protection|spik(?:ed|ing)|traffick\w*"
    r"|missing (?:student|child|person)|bull(?:y|ied|ies|ying)|eating disorder"
    # police
    r"|police|arrest\w*|detectives?|charged with|in custody|warrant|raid(?:ed)?|bomb\w*|terroris\w*|extremis\w*|hostage"
    r"|kidnap\w*|abduct\w*|convict\w*|sentenced|jail\w*|prison\w*|fraud\w*|drug dealing|criminal (?:record|charges?)"
    # legal
    r"|su(?:e|ed|es|ing) (?:us|the|him|her|them|over|for)|being sued|lawsuit|legal action|court case|in court"
    r"|(?:to|high|crown|magistrates'?) court|solicitors?|barristers?|injunction|tribunal|libel\w*|defam\w*|gagging"
    r"|non-disclosure|whistle-?blow\w*"
    # a named person
    r"|alleg\w*|accus\w*|misconduct|disciplinary|dismissed|sacked|suspended|resign(?:s|ed|ation)|plagiari\w*|grievance"
    r"|affair with|relationship with a student|hiv|diagnos\w*|mental health of"
    r")\b",
    re.IGNORECASE,
)

_MOST_FURTHER = 10
"""The most messages of further askers that are read."""


@dataclass(frozen=True, slots=True)
class TriageResult:
    """What the words of an enquiry say about it. The fields are those of `Case`."""

    due_at: datetime | None = None
    due_known: bool = False
    """False if `due_at` is only assumed."""
    urgent: bool = False
    foi: bool = False


def is_urgent(text: str) -> bool:
    """Return whether a journalist waits right now: on the line, at the door, on air, within minutes."""
    return _URGENT.search(searchable(text)) is not None


def may_be_foi(text: str) -> bool:
    """Return whether this may be a request for recorded information (Freedom of Information Act 2000, section 8)."""
    return _FOI.search(searchable(text)) is not None


def is_delicate(text: str) -> bool:
    """Return whether the text is about a death, safeguarding, police, the law, or allegations about a person.

    A needless restriction is lifted with one button; a name that was shown cannot be hidden again. So many words match.
    """
    return bool(_DELICATE.search(searchable(text).replace("’", "'")))


def triage(
    kind: CaseKind,
    text: str,
    details: Details,
    policy: EscalationPolicy,
    now: datetime,
    *,
    further: Sequence[str] = (),
) -> TriageResult:
    """Return the deadline, urgency and kind that an enquiry states. `further` are the messages of its other askers.

    A deadline in the form's field is used instead of one in the message. The slot of a broadcast is a deadline too,
    because the answer is needed before it; of the two, the earlier one is used.
    """
    texts = (text, details.about, details.questions, *further[:_MOST_FURTHER])
    words = "\n".join(texts)
    if kind is CaseKind.QUESTION:
        return TriageResult(foi=may_be_foi(words))
    written = deadlines.read(details.deadline, policy.hours, now) if details.deadline else None
    slot = deadlines.read_slot(details.slot, policy.hours, now)
    found = written or _earliest(deadlines.find(each, policy.hours, now) for each in texts)
    stated = _earliest((found, slot))
    due = stated or deadlines.assumed(policy.hours, now)
    soon = stated is not None and stated - now <= policy.urgent_within
    return TriageResult(due, stated is not None, soon or is_urgent(words), may_be_foi(words))


def _earliest(times: Iterable[datetime | None]) -> datetime | None:
    """Return the earliest of the times that are not None, or None if there is none."""
    return min((time for time in times if time is not None), default=None)
