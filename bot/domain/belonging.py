"""Whether a further message of an asker belongs to a case of theirs, or reports another enquiry. Pure.

What a person writes after an enquiry is read like any other message. It belongs to the case only if its words say so:
each of its clauses tells something of the enquiry, or it names the reference. A person who complains about their work
in the same message keeps all of it to themselves. So a pattern that misses a message costs the press of a button, and
one that takes too much is a breach.

A message that reports an enquiry is compared with the cases instead: another outlet, another journalist or another
matter is another enquiry.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import dropwhile

from bot.domain import similarity
from bot.domain.case import Case, CaseKind, Details
from bot.domain.extraction import contacts
from bot.outlets import outlets, outlets_at
from bot.text import WORD, bounded, sentences, words

LONGEST_READ = 600
"""Characters of a message that may belong to a case by its words. A longer one also says something else."""


@dataclass(frozen=True, slots=True)
class Relation:
    """What the words of a message tell of its relation to one case. Nothing is known if all are False."""

    named: bool = False
    """It names the reference of the case."""
    plain: bool = False
    """Every clause tells something of the enquiry and says by itself which one: it names the outlet or journalist."""
    continues: bool = False
    """As `plain`, if what the desk wrote last was about the case: "she wants it by six" needs to know who she is."""
    same: bool = False
    """If it reports an enquiry, it is this one: of the same outlet or journalist, and on nothing else."""
    other: bool = False
    """If it reports an enquiry, it is another one: outlet, journalist or matter differ."""


UNRELATED = Relation()


@dataclass(frozen=True, slots=True)
class FurtherMessage:
    """A message, read once to be compared with several cases."""

    text: str
    outlet: str
    """The outlet that the matcher found; empty if none."""
    outlets: tuple[str, ...]
    """All outlets that it names."""
    journalist: str
    clauses: tuple[tuple[str, bool], ...]
    """Its clauses, and whether each tells something of an enquiry if one knows who is meant."""
    refers_back: bool
    """It speaks of a journalist as of somebody known."""
    again: bool
    """It says that something happened again, and names nobody new."""
    something_else: bool
    """It says that it is about another matter."""


def read_further(text: str, outlet: str) -> FurtherMessage:
    """Read a message that somebody writes while a case of theirs is open. `outlet` is the one that the matcher found.

    Of a longer message only what is needed to compare enquiries is read.
    """
    short = bounded(text) if len(text) <= LONGEST_READ else ""
    named = dict.fromkeys(filter(None, (outlet, *(name for name, _ in outlets(words(text))))))
    said = tuple((clause, _tells(clause)) for sentence in sentences(short) for clause in _clauses(sentence))
    read = bounded(text)
    introduced = _INTRODUCES.search(read) is not None
    return FurtherMessage(
        text=text,
        outlet=outlet,
        outlets=tuple(named),
        journalist=found[1] if (found := _CALLED.search(read)) else "",
        clauses=said,
        refers_back=not introduced and _REFERS_BACK.search(read) is not None,
        again=_AGAIN.search(read) is not None and _INTRODUCES_ANOTHER.search(read) is None,
        something_else=_SOMETHING_ELSE.search(read) is not None,
    )


def relation(case: Case, message: FurtherMessage) -> Relation:
    """Return what the words of the message tell of its relation to the case."""
    named = re.search(rf"(?<!\w){case.reference}(?!\w)", bounded(message.text), re.IGNORECASE) is not None
    if case.kind is not CaseKind.MEDIA:
        return Relation(named=named)
    about = [_names_source(case, clause) for clause, _ in message.clauses]
    telling = [by_name or tells for by_name, (_, tells) in zip(about, message.clauses, strict=True)]
    is_all = all(each or _is_filler(clause) for each, (clause, _) in zip(telling, message.clauses, strict=True))
    is_other_source, same_matter = _is_other_source(case, message), _same_matter(case, message)
    other = is_other_source or (same_matter is False and not message.refers_back)
    is_known = message.refers_back or _same_source(case, message) or (message.again and same_matter is True)
    return Relation(
        named=named,
        plain=is_all and any(about) and not is_other_source,
        continues=is_all and any(telling) and not is_other_source,
        same=is_known and not other,
        other=other,
    )


# ---- another enquiry ------------------------------------------------------------------------------------------------

_JOURNALIST = (
    r"(?:journalist|reporter|producer|researcher|editor|presenter|correspondent|photographer|freelance\w*|newspaper"
    r"|paper|magazine|station|broadcaster|programme|outlet|film crew|tv crew|camera crew)"
)
_WHO = rf"(?:s?he|they|the {_JOURNALIST})"
_INTRODUCES = re.compile(
    rf"\b(?:an?|another|different|second|third|new|other|one more|some)(?: \w+)? {_JOURNALIST}s?\b"
    r"|\b(?:somebody|someone)(?: \w+)? from\b",
    re.IGNORECASE,
)
_REFERS_BACK = re.compile(
    rf"^\W*(?:\w+\W+){{0,2}}?{_WHO}\b",
    re.IGNORECASE,
)
_AGAIN = re.compile(r"\b(?:again|back|still|same)\b", re.IGNORECASE)
_SOMETHING_ELSE = re.compile(
    r"\b(?:something|sth) (?:else|different|new)\b|\b(?:another|different|separate|new|unrelated)"
    r" (?:story|matter|enquiry|inquiry|topic|subject|piece|article)\b|\bunrelated\b",
    re.IGNORECASE,
)
_CALLED = re.compile(r"\b(?:called|named|name is)\s+([A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?)")


def _is_other_source(case: Case, message: FurtherMessage) -> bool:
    """Return whether outlet or journalist differ, or the message says that it is about something else."""
    known = case.details
    if message.something_else or (known.outlet and message.outlets and not _any_is(known.outlet, message.outlets)):
        return True
    return bool(known.journalist and message.journalist) and not _same_person(known.journalist, message.journalist)


def _same_person(known: str, named: str) -> bool:
    """Return whether two names may mean one person. One of them may be a first name."""
    return similarity.same_journalist(known, named) or words(named)[:1] == words(known)[:1]


def _same_matter(case: Case, message: FurtherMessage) -> bool | None:
    """Return whether both are about the same matter; None if one of them does not say what it is about."""
    new = similarity.enquiry_of(Details(outlet=message.outlet or case.details.outlet), message.text)
    old = similarity.enquiry(case)
    if not similarity.tells_matter(new) or not similarity.tells_matter(old):
        return None
    return bool(similarity.related(new, [old], {}))


def _same_source(case: Case, message: FurtherMessage) -> bool:
    """Return whether the message names the outlet or the journalist of the case, and nobody new."""
    if _INTRODUCES_ANOTHER.search(bounded(message.text)):
        return False
    is_named = bool(case.details.journalist and message.journalist)
    return is_named or _any_is(case.details.outlet, message.outlets)


_INTRODUCES_ANOTHER = re.compile(
    rf"\b(?:another|different|second|third|other|one more)(?: \w+)? {_JOURNALIST}s?\b", re.IGNORECASE
)


def _any_is(outlet: str, named: tuple[str, ...]) -> bool:
    return any(similarity.same_outlet(outlet, each) for each in named)


# ---- about the case -------------------------------------------------------------------------------------------------

_THEIR = rf"(?:his|her|their|the {_JOURNALIST}['’]s)"
_ASKS_FOR = (
    r"(?:it|this|that|an? (?:\w+ )?(?:answer|reply|response|comment|statement|quote|interview)"
    r"|(?:me|us|him|her|them) (?:to (?:go|be|come) )?(?:live|on))"
)
_BEGINS = r"^\W*(?:(?:ok|okay|so|and|also|but|update|sorry|now|hi|hello)\W+){0,2}"
_WANTS = re.compile(
    rf"{_BEGINS}{_WHO} (?:\w+ ){{0,2}}?(?:needs?|wants?|would like|asks? for|asked for) {_ASKS_FOR}\b", re.IGNORECASE
)
_DEADLINE = re.compile(rf"{_BEGINS}(?:the |{_THEIR} )?(?:new )?deadline\b", re.IGNORECASE)
_PUBLISHES = re.compile(
    rf"{_BEGINS}{_WHO}(?:['’]re|['’]s)? (?:\w+ ){{0,2}}?(?:publish(?:es|ing)?|files?|filing|prints?|printing"
    r"|go(?:es|ing)? (?:live|out|on air|to (?:print|press)))\b",
    re.IGNORECASE,
)
_ASKED = re.compile(
    rf"{_BEGINS}{_WHO} (?:(?:also|now|just|then) ){{0,2}}(?:asks?|asked|(?:wants?|wanted|would like) to know)"
    r" (?:if|whether|when|what|why|how|who|which|where|about)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    rf"{_BEGINS}(?:{_THEIR}|the) (?:\w+ )?(?:number|mobile|phone|e-?mail|address|extension|contact)\b"
    rf"|{_BEGINS}(?:you can |please )?(?:reach|call|ring|phone|e-?mail) (?:him|her|them|the {_JOURNALIST})\b",
    re.IGNORECASE,
)
_NAME = re.compile(
    rf"{_BEGINS}{_THEIR} name(?:['’]s| is|:)|{_BEGINS}{_WHO}(?:['’]s|['’]re| is| are) called\b", re.IGNORECASE
)
_FROM = re.compile(
    rf"{_BEGINS}(?:it|{_WHO})(?:['’]s|['’]re| is| are| works?| writes?) (?:\w+ )?(?:from|for|with|at)\b", re.IGNORECASE
)
_FILLER = re.compile(
    r"(?:ok(?:ay)?|thanks?(?: you)?(?: so much| a lot)?|hi|hello|sorry|update|please|fyi|also)", re.IGNORECASE
)
_SPLIT = re.compile(
    r",?\s+and\s+(?=(?:needs?|wants?|asks?|asked)\b)|,\s+(?=(?:his|her|their|s?he|they)\b)"
    r"|,?\s+(?:and|but|because|so|while)\s+(?=(?:my|i|i'm|we|our)\b)",
    re.IGNORECASE,
)
_HAS_NO_SUBJECT = re.compile(r"(?:needs?|wants?|asks?|asked)\b", re.IGNORECASE)
_SAYS_WHEN = re.compile(
    r"\d|\b(?:noon|midday|midnight|half past|quarter (?:past|to)|to(?:day|morrow|night)"
    r"|this (?:morning|afternoon|evening)"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:by|at|before|until|in|within) (?:an|one|two|three|four|five|six"
    r"|seven|eight|nine|ten|eleven|twelve|half))\b",
    re.IGNORECASE,
)
_LEADING = frozenset(
    words("the ok okay so and also but update sorry now hi hello thanks it is was s he she they for from with")
)
"""Words before an outlet or a journalist with which a clause that is about them may begin."""


def _clauses(sentence: str) -> list[str]:
    """Return the clauses of a sentence. One without a subject has that of the clause before it."""
    first, *rest = _SPLIT.split(sentence)
    return [first, *(f"they {each}" if _HAS_NO_SUBJECT.match(each) else each for each in rest)]


def _tells(clause: str) -> bool:
    """Return whether the clause tells what the desk asks of an enquiry: deadline, number, name, outlet or questions."""
    if _ASKED.search(clause) or _NAME.search(clause):
        return True
    if _FROM.search(clause) and outlets(words(clause)):
        return True
    if _NUMBER.search(clause) and any(contacts(clause)):
        return True
    is_timed = _WANTS.search(clause) or _DEADLINE.search(clause) or _PUBLISHES.search(clause)
    return bool(is_timed) and _SAYS_WHEN.search(clause) is not None


def _names_source(case: Case, clause: str) -> bool:
    """Return whether the clause begins with the outlet or the journalist of the case."""
    said = list(dropwhile(lambda word: word in _LEADING, words(clause)))
    first = next(iter(outlets_at(said)), None) or next(iter(outlets_at(["the", *said])), None)
    if first is not None and first[0] == 0 and similarity.same_outlet(case.details.outlet, first[1]):
        return True
    names = (words(name) for name in (case.details.outlet, case.details.journalist))
    return any(_begins_with(said, [word for word in name if word != "the"]) for name in names)


def _begins_with(said: list[str], name: list[str]) -> bool:
    return bool(name) and said[: len(name)] == name


def _is_filler(clause: str) -> bool:
    return _FILLER.fullmatch(" ".join(WORD.findall(clause))) is not None
