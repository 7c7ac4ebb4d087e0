"""Cases of which only officers may see more than reference, outlet and deadline."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from bot.domain.case import Case, Step, StepKind
from bot.domain.transitions.transition import Change, Refused, ThreadReply, UpdateCard, changed
from bot.messages import Person
from bot.presentation import cards, texts
from bot.presentation.cards import name

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


def is_delicate(text: str) -> bool:
    """Whether the words speak of a death, safeguarding, police, the law, or what somebody is said to have done.

    Wide on purpose: one press lifts a restriction that was not needed, and nothing takes back what was read.
    """
    return bool(_DELICATE.search(text.replace("’", "'")))


def restrict(case: Case, by: Person, now: datetime) -> Change | Refused:
    """From now on cards, lists and e-mails show reference, outlet and deadline alone."""
    if case.restricted:
        return Refused(texts.restricted_already(case.reference))
    below = ThreadReply(cards.sentence(texts.restricted_below(name(by))), harmless=True)
    return changed(replace(case, restricted=True), (Step(now, StepKind.RESTRICTED, by),), UpdateCard(), below)


def unrestrict(case: Case, by: Person, now: datetime) -> Change | Refused:
    """Everybody who reads a press channel may see the case again."""
    if not case.restricted:
        return Refused(texts.not_restricted(case.reference))
    below = ThreadReply(cards.sentence(texts.unrestricted_below(name(by))), harmless=True)
    return changed(replace(case, restricted=False), (Step(now, StepKind.UNRESTRICTED, by),), UpdateCard(), below)
