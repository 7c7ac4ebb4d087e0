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
from bot.domain.deadlines import Reading
from bot.domain.schedule import EscalationPolicy
from bot.text import searchable

_IS = r"(?:is|are|has|have|\w+['’](?:s|re|ve))"
_PLACE = r"(?:office|building|house|home|library|labs?|department|college|gate|entrance|door|flat|lodge|union|hall)"
_TIME = r"(?:\d\w*|noon|midday|midnight|half|quarter|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_OUR = r"(?:my|our|the|her|his|their|a|an?other)"
_WAITS = (
    r"on the (?:other )?(?:line|phone)",
    r"on (?:line \d|hold)|hold(?:ing)? (?:for|the line|on)|hanging on",
    r"(?:at|in) (?:the )?(?:main |front )?(?:reception|foyer|lobby|desk|entrance|porters['’]? lodge|lodge|car park)",
    rf"(?:outside|at|in front of) {_OUR} (?:\w+ )?{_PLACE}",
    r"in (?:my|our) (?:\w+ )?(?:office|room|lab|corridor|class|lecture|seminar|building)",
    rf"{_IS} (?:just )?(?:turned up|walked in(?:to)?|(?:\w+ )?outside|downstairs|here|on campus|in the building)",
    r"doorstep\w*|(?:standing|waiting|sitting) (?:here|outside|downstairs|for (?:me|us)|in front)|outside (?:now|with)",
    rf"knocking (?:at|on) {_OUR} door|knocking on doors",
    r"(?:won['’]?t|will not|refus(?:es|ed|ing) to) (?:leave|go away|go|move)|not leaving|keeps? (?:ringing"
    r"|calling|phoning)",
    r"(?:ringing|calling|phoning|rings|calls) every (?:\w+ )?(?:minutes?|seconds?)|won['’]?t stop (?:ringing|calling)",
    rf"(?:following|chasing|hassling|cornering|stopping|pestering|besieging) (?:{_OUR} )?(?:\w+ ){{0,2}}"
    r"(?:students?|colleagues?|staff|parents|people|family|child\w*|lecturers?|researchers?|me|us|him|her|them)",
    r"filming|(?:camera|tv|film|news) crew|camera ?m[ae]n|tripods?|satellite (?:dish|van|truck)|(?:tv|news) vans?",
    r"cameras? (?:outside|here|up|everywhere|(?:in|on|at) the)",
    r"(?:with|set up|putting up|brought|put|pointing) (?:a |an |the |his |her |their |up )*(?:tv )?(?:camera"
    r"|microphone|mic)s?",
    r"(?:recording|broadcasting) (?:now|outside|here|live)",
    rf"(?:go|goes|going|{_IS}) live|live (?:now|tv|radio|broadcast|interview|link|show)|on air",
    rf"live (?:on(?! campus| site|\W*\d)|in (?:the |a )?studio|at {_TIME})",
    r"right now|this (?:minute|second|instant)|urgent(?:ly)?|emergency|a\.?s\.?a\.?p|immediately|straight ?away",
    r"(?:in|within|next) (?:the next )?(?:\d{1,2}|five|ten|fifteen|twenty|thirty|forty|a few) ?min(?:ute)?s?",
    r"(?:in|within|next) (?:the next )?(?:the |an |half an |a quarter of an )?hour",
)
_URGENT = re.compile(rf"(?<!\w)(?:{'|'.join(_WAITS)})(?!\w)")
_NOT_URGENT = re.compile(
    r"(?:\bno|\bnot|\bnothing|\bnever|n['’]t|\bnon)[ -](?:(?:an?|that|very|so|at all|really|particularly|be"
    r"|super|too|about an)"
    r" ){0,2}(?:urgent(?:ly)?|emergency|immediately|a\.?s\.?a\.?p|straight ?away|right now)\b"
)
_FOI = re.compile(
    r"\bfreedom of information\b|\bfoi(?:a|sa|r)?\b|\benvironmental information regulations?\b|\brecorded information\b"
    r"|\binformation (?:that )?(?:you|the university|your organisation) hold|\bsection 1 of the\b.{0,40}\bact\b"
    r"|\b(?:provide|disclose|supply|send|release)\b.{0,30}\b(?:all|any|copies of|the following) "
    r"(?:recorded |relevant )?(?:information|records|correspondence|documents|emails|e-mails)\b",
    re.IGNORECASE | re.DOTALL,
)
_THEIR = r"(?:his|her|their|its)"
_PERSON = (
    r"(?:students?|child(?:ren)?|pupils?|people|persons?|colleagues?|staff|wom[ae]n|m[ae]n|girls?|boys?"
    r"|lecturers?|academics?)"
)
_DELICATE = re.compile(
    r"\b(?:"
    # a death
    r"died|dead|deaths?|dies|dying|deceased|fatal\w*|killed|kills|killing|suicid\w*|passed away|bereave\w*|funeral"
    rf"|(?:took|taken|takes|taking|ended|lost|end|take) (?:{_THEIR} )?(?:own )?li(?:fe|ves)|hanged|unresponsive"
    r"|passing of (?:an?|our|the|my|prof\w*|dr|mr|mrs|ms|miss)\b|loss of (?:an?|our|my) (?:student|colleague|friend)"
    r"|coroner\w*|inquest|post-?mortem|autopsy|drown\w*|overdos\w*|body (?:was |has been )?found|found (?:a )?body"
    r"|manslaughter|murder\w*|stabb\w*|shooting|shot (?:dead|at|in|by)|gunman|(?:fell|fallen|jumped) (?:from"
    r"|off|out of)"
    # somebody hurt or ill
    rf"|{_PERSON} (?:(?:was|were|is|are|been|got|badly|seriously|critically) ){{0,2}}(?:hurt|injured|ill)\b"
    r"|(?:seriously|critically|badly) (?:hurt|ill|injured|burned|burnt)|critical condition|intensive care|life support"
    r"|hit by an? (?:car|bus|van|lorry|train|taxi|bike)|run over by|knocked down|(?:road|car|bus|coach|train"
    r"|plane) crash"
    r"|crash (?:on|in|near|at|involving)|hospitali[sz]ed|(?:in|to) hospital|ambulance|explosion|meningitis|measles"
    r"|tuberculosis|hepatitis|legionn?\w*|outbreak|hiv|diagnos\w*|sectioned|detained|mental health (?:act|crisis|of)"
    r"|psychiatric|psychotic|breakdown of|nervous breakdown|self-?harm\w*|eating disorder|anorexi\w*|abortion"
    r"|miscarriage"
    # safeguarding and conduct
    r"|safeguarding|abus(?:e|ed|er|ers|es|ing|ive)|assault\w*|rap(?:e|ed|es|ing|ist)|molest\w*|groom(?:ed|ing)"
    r"|harass\w*"
    r"|stalk\w*|sexual\w*|sex (?:with|tape|attack\w*|offen\w+|pest|scandal|assault|act)|(?:slept|sleeping|sleeps) with"
    r"|grop(?:e|ed|es|ing)|upskirt\w*|revenge porn|porn\w*|indecen\w*|nude\w*|intimate|inappropriate\w*|affair with"
    r"|relationship with an? student|domestic (?:violence|abuse)|child protection|coercive|spik(?:ed|ing)|traffick\w*"
    r"|forced marriage|fgm|modern slavery|bull(?:y|ied|ies|ying)|racis[tm]\w*|racial|anti-?semit\w*|islamophob\w*"
    r"|homophob\w*|transphob\w*|misogyn\w*|sexis[tm]|hate (?:crime|speech)|slurs?|hazing|initiation|blackface"
    r"|prevent (?:referral|duty|programme|case|officer|team)|radicali[sz]\w*|extremis\w*"
    r"|missing (?:student|child|person|girl|boy|woman|man|teenager)|(?:gone|went|reported) missing|disappear(?:ed|ance)"
    # police
    r"|police|arrest\w*|detectives?|charged with|in custody|warrant|raid(?:ed|s)?|bomb\w*|terroris\w*|hostage"
    r"|kidnap\w*|abduct\w*|convict\w*|sentenced|jail\w*|prison\w*|fraud\w*|embezzl\w*|brib\w+"
    r"|criminal (?:record|charges?)"
    r"|drugs? (?:found|bust|raid|deal\w*|death|use|taking|seized|party|haul|possession|dealer)|(?:taking"
    r"|selling|dealing|found"
    r"|illegal|class a) drugs|cocaine|ketamine|heroin|mdma|cannabis"
    r"|county lines|machete|knife|knives|weapons?\b|acid attack|burgl\w*|robbe(?:d|ry)|mugg(?:ed|ing)|theft"
    r"|stolen|arson"
    r"|escorted (?:off|from|out)|marched (?:off|out)"
    # data
    r"|data (?:breach\w*|leak\w*|loss|theft)|(?:records?|data|details|address\w*|names|files|emails|marks|laptops?)\b"
    r"[^.;\n]{0,40}\b(?:leaked|hacked|lost|exposed|breached|published online)|leak(?:ed"
    r"|s)? (?:of )?(?:the )?(?:personal|student"
    r"|staff|medical|patient|records|data|emails?|documents?|names|list)|hack(?:ed|ers?)|ransomware|cyber-? ?attack\w*"
    # legal
    r"|su(?:e|ed|es|ing) (?:us|the|him|her|them|over|for)|being sued|lawsuit|legal (?:action|claim|threat"
    r"|dispute)|court case"
    r"|in court|(?:to|high|crown|magistrates'?) court|solicitors?|barristers?|injunction|tribunal|ombudsman|libel\w*"
    r"|defam\w*|gagging|non-disclosure|ndas?\b|whistle-?blow\w*|unfair(?:ly)? dismiss\w*|out of court|deport\w*"
    # a named person
    r"|alleg(?:ed|es?|ation)\w*|accus\w*|misconduct|disciplin(?:ary|ed)|dismissed|sacked|sacking|fired\b"
    r"|suspended|suspension"
    r"|expelled|struck off|resign(?:s|ed|ation)|plagiari\w*|grievance|under investigation"
    r"|investigat\w+ (?:into|of) (?:dr|prof"
    r"|him|her|a|an|the|our)\b|complain(?:t|ts|ed) (?:against|about (?:dr|prof|a|an|him|her|my|our))\b"
    r")(?!\w)"
)
_NO_ABUSE = (
    rf"abuse of (?!(?:an? |the |{_THEIR} )?(?:{_PERSON}|power|trust|position|authority|office|drugs|alcohol))\w+"
)
_IDIOMS = re.compile(
    r"\b(?:kill(?:ing|s|ed)? (?:time|me\b|it\b|two birds|the mood|off)|killer \w+"
    r"|death (?:studies|penalty|metal|star|valley|knell|by powerpoint)|black death|(?:scared|bored|worked"
    r"|tickled) to death"
    r"|deaths? of (?:the )?(?:high street|author|novel|democracy|print|distance|expertise|tv|television|cinema"
    r"|retail|truth"
    r"|newspapers?|office|lecture|essay|language|god|stars?|cells?|\w+ism)"
    r"|dead (?:sea|ends?|links?|heat|tired|wood|lines?|languages?|letters?|zones?|ringer|slow|easy|keen|good"
    r"|poets|weight"
    r"|batter\w+|reckoning|stars?|set)|drop dead|dying (?:to|for an?|out|languages?|arts?|breed|stars?"
    r"|trades?)|die-?hard"
    r"|murder (?:mystery|mysteries|on the|ballads?|trail)|(?:bloody|blue) murder"
    r"|shooting (?:stars?|schedule|script|gallery|an? (?:\w+ )?(?:video|film|scene|documentary)|the (?:video"
    r"|film)|range)"
    rf"|{_NO_ABUSE}|oilseed rape|rape ?(?:seed|oil)|assault course|fatal (?:error|flaw|exception|attraction)\w*"
    r"|(?:dog|pet|cat|hair) grooming|grooming (?:salon|products?|parlour)|deer stalking|bean ?stalk\w*|stalks? of"
    r"|hostage to fortune|photo-?bomb\w*|bombshell\w*|bath bombs?|bombastic|(?:tennis|squash|food|basketball) courts?"
    r"|police (?:studies|science|box)|drown(?:ed|ing)? out|drowning in (?:emails?|work|marking|admin)"
    r"|charged with (?:writing|leading|organising|running|developing|delivering)|resigned to|prison break"
    r"|dismissed the (?:idea|claims?|suggestion|theory)|warrants? (?:an?|further|attention|more|closer)|career suicide"
    r"|sexual (?:selection|reproduction|dimorphism)|suspended (?:ceiling|animation|particles?|bridge)|knife edge"
    r"|raid(?:ed)? the (?:fridge|archives?)|overdose of (?:coffee|caffeine|data|nostalgia)|racial equality charter"
    r"|outbreak of (?:war|the|peace|enthusiasm)|prisoner['’]s dilemma|disappear\w* into|shot in the (?:arm|dark)"
    r"|accused of being (?:boring|dull))\b"
)
"""Sayings and subjects in which a delicate word means nothing delicate."""

_MOST_FURTHER = 10
"""The most messages of further askers that are read."""


@dataclass(frozen=True, slots=True)
class TriageResult:
    """What the words of an enquiry say about it. The fields are those of `Case`."""

    due_at: datetime | None = None
    due_known: bool = False
    """False if `due_at` is only assumed."""
    due_words: str = ""
    """The words from which `due_at` was read; empty if it is only assumed."""
    urgent: bool = False
    foi: bool = False


def is_urgent(text: str) -> bool:
    """Return whether a journalist waits right now: on the line, at the door, on air, within minutes."""
    lowered = searchable(text).lower()  # searched in lower case, because that takes a third of the time
    return _URGENT.search(_NOT_URGENT.sub(" ", lowered)) is not None


def may_be_foi(text: str) -> bool:
    """Return whether this may be a request for recorded information (Freedom of Information Act 2000, section 8)."""
    return _FOI.search(searchable(text)) is not None


def is_delicate(text: str) -> bool:
    """Return whether the text is about a death, safeguarding, police, the law, or allegations about a person.

    A needless restriction is lifted with one button; a name that was shown cannot be hidden again. So many words match.
    """
    lowered = searchable(text).lower().replace("’", "'")
    return _DELICATE.search(_IDIOMS.sub(" ", lowered)) is not None


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

    A deadline in the form's field is used instead of any other. Else the slot of a broadcast is a deadline too, because
    the answer is needed before it; of it and the deadlines in the messages, the earliest is used.
    """
    texts = (text, details.about, details.questions, *further[:_MOST_FURTHER])
    words = "\n".join(texts)
    if kind is CaseKind.QUESTION:
        return TriageResult(foi=may_be_foi(words))
    hours = policy.hours
    written = _reading(deadlines.read(details.deadline, hours, now), details.deadline)
    slot = _reading(deadlines.read_slot(details.slot, hours, now), details.slot)
    stated = written or earliest((slot, *(deadlines.find_reading(each, hours, now) for each in texts)))
    soon = any(each is not None and each.at - now <= policy.urgent_within for each in (stated, slot))
    urgent = soon or is_urgent(words)
    if stated is None:
        return TriageResult(deadlines.assumed(hours, now), urgent=urgent, foi=may_be_foi(words))
    return TriageResult(stated.at, due_known=True, due_words=stated.words, urgent=urgent, foi=may_be_foi(words))


def earliest(readings: Iterable[Reading | None]) -> Reading | None:
    """Return the earliest of the readings that are not None, or None if there is none."""
    return min((each for each in readings if each is not None), key=lambda each: each.at, default=None)


def _reading(at: datetime | None, words: str) -> Reading | None:
    return Reading(at, words) if at is not None else None
