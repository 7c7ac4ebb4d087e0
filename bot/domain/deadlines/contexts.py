"""The words around a time that tell whether an answer is needed then: patterns, with no code that runs.

Those that look at the words before a time end where it begins.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_FLAGS = re.IGNORECASE
_SENTENCE = r"[^.;!?\n]"
_FILLERS = (
    r"(?:[\s:=*_~\"'“”(–—-]"
    r"|\b(?:about|around|roughly|approx|circa|say|ideally|preferably|like|latest|the|next|maybe)\b)*$"
)
_LINK = rf"(?P<between>{_SENTENCE}{{0,50}}?)(?P<link>\b(?:at|from|for|in|on|by|this)\b|[,:–—-])?"

BY = re.compile(rf"\b(?P<by>by|before|not? later than|up to|prior to|ahead of)\b{_FILLERS}", _FLAGS)
GIVEN = re.compile(
    r"(?:\b(?:have|has|got|given|gives?|gave|giving)|['’]ve)\b(?: (?!be|by)[\w'’]+){0,4}?"
    rf"\s*(?P<until>\b(?:until|till|til)\b)?{_FILLERS}",
    _FLAGS,
)
DEADLINE = re.compile(
    rf"\bdeadlines?(?:['’]s)?\b(?P<between>,?[^.;!?\n,]{{0,45}}?)(?:\b(?:at|by|on|in|of|for|to|is|now)\b)?{_FILLERS}",
    _FLAGS,
)
NEEDS = re.compile(
    r"\b(?:(?:needs?|needed|wants?|wanted|requires?|required|due|ready|would like|must have)\b"
    rf"(?P<between>{_SENTENCE}{{0,40}}?)|(?:reply|respond|answer)\b)(?P<link>\b(?:at|in|for|on)\b)?{_FILLERS}",
    _FLAGS,
)
EVENTS: Mapping[str, re.Pattern[str]] = {
    "broadcast": re.compile(
        r"(?:\b(?:go(?:es|ing)?|is|are) (?:live|out|on air)\b|['’]re (?:live|out|on air)\b|(?<!\bI )(?<!\bwe )\blive\b"
        r"|\b(?:on air|broadcast(?:s|ing)?|record(?:ing|ed)|pre-?rec(?:ord(?:ing|ed)?)?|interview(?:s|ing)?"
        r"|slot|bulletin"
        r"|programme|show|airs?|airing|studio)\b|\b(?:me|us|him|her|them|somebody|someone) (?:live )?on(?=\W))"
        rf"{_LINK}{_FILLERS}",
        _FLAGS,
    ),
    "publication": re.compile(
        r"\b(?:publish(?:es|ing)?|be published|print(?:s|ing)|fil(?:e|es|ing)|runs|running (?:it|the|a)"
        r"|(?:go|goes|going) (?:live|out|up|to (?:press|print))|clos(?:e|es|ing) the page)\b"
        rf"{_LINK}{_FILLERS}",
        _FLAGS,
    ),
    "meeting": re.compile(
        r"\b(?:(?:call|ring|phone|get)(?:s|ing)?(?: \w+)? (?:back|again)|arriv(?:es?|ing)|com(?:es?|ing)|here"
        r"|turn(?:s|ing) up"
        r"|zoom|skype|teams call|phone call|meet|meeting|chat|film(?:ing)?|call|breakfast|good morning britain|on PM"
        rf"|tonight programme)\b{_LINK}{_FILLERS}",
        _FLAGS,
    ),
}
"""Kind of event -> what names it, up to the time."""

PAST = re.compile(
    r"\b(?:was|were|went|had|did|passed|missed|yesterday|ago|last|rang|spoke|happened|since|came|written|published)\b",
    _FLAGS,
)
PAST_AFTER = re.compile(r"\W*(?:yesterday|last (?:night|week|month|year)|ago|went|was|were)\b", _FLAGS)
TALKS_ABOUT = re.compile(r"\b(?:about|know|why|whether|how|what|where|who|if|not|never|no|mentions?)\b", _FLAGS)
NO = re.compile(r"\b(?:no|not|never|without|isn['’]?t|unknown)\b", _FLAGS)
SAID = re.compile(rf"\b(?:says?|said)\b{_FILLERS}", _FLAGS)
BEFORE_THEN = re.compile(r".*\bbefore (?:then|that)\b", _FLAGS)
EMBARGO = re.compile(
    rf"\b(?:embargo\w*|not (?:for|to be) (?:publi\w+|release\w*)|not publish){_SENTENCE}{{0,40}}$", _FLAGS
)
AGENT = re.compile(
    r"(?P<to_be>\b(?:to|must|should|can) (?:be|get) )?"
    r"\b(?:(?!need|want|requir|request|expect|promis|deliver|answer)\w{2,}ed|written|rung|sent|told|given"
    r"|taken|seen|known|shown"
    r"|met|read|led|made|dm['’]?d|filming)(?: on \w+)? by\W*(?:the )?$",
    _FLAGS,
)
"""Who did something: "contacted by", "signed by". It may be a paper, a programme or a number of people."""
CHANGE = re.compile(
    r"\b(?:cut|f[ae]ll|falls|ris\w+|rose|gr[eo]w\w*|drop\w*|increas\w*|decreas\w*|reduc\w*|doubl\w*|down|up"
    r"|shr[aiu]nk\w*"
    rf"|out|behind)\b{_SENTENCE}{{0,25}}\bby\W*$",
    _FLAGS,
)
"""By how much something changed."""
BY_THE = re.compile(r"\bby\W+the\W*$", _FLAGS)
AFTER_WEAK = re.compile(
    r"\W*$|\s*[.,;:!?)\]*_\"'”–—-]|\s*\W?\s*(?:and|or|but|so|please|pls|because|as|to(?:day|morrow|night)?|on"
    r"|at|latest|about"
    r"|regarding|with|if|when|then|which|who|s?he|they|we|i|it|you|for|from|via|in|is|are|was|has|would|will"
    r"|wants?|needs?|can"
    r"|could|max|tops|though|unless|otherwise|thanks|thx|ok|okay|not|this|that|our|my|your|her|his|their|by|before)\b",
    _FLAGS,
)
"""What may follow a number or a weekday that is a time. Before another word it counts or names something."""
COUNTS = re.compile(
    r"\s?(?:%|per ?cent|points?\b|times\b|people\b|[£$€]|million|thousand|years?\b|['’]s\b|of\b|week\b)", _FLAGS
)
"""What follows a number or a weekday that is no time."""
MORNING = re.compile(
    r"\b(?:breakfast|good morning britain|gmb|today programme|on today|this morning|lorraine|sunrise"
    r"|wake up to money)\b",
    _FLAGS,
)
OVER = re.compile(r"\b(?:yesterday|ago|last (?:night|week|month|year))\b", _FLAGS)
LEADING_PERSON = re.compile(r"\A(?:me|us|him|her|them|somebody|someone|is|are|['’]re) ", _FLAGS)
AT = re.compile(r"(?:\b(?:at|from|by|for)|@)\W*$", _FLAGS)
"""The word before an hour that is a bare number. Stations have numbers too: "Radio 4"."""
END_OF_SENTENCE = re.compile(r"[;!?\n]|\.(?=\s|$)")

LEAD = re.compile(
    r"(?:(?:by|before|until|till|deadline|is|it['’]s|not? later than|latest|at the latest|at|on|around|about"
    r"|approx|roughly"
    r"|circa|ca?(?=\.? ?\d)|ideally|preferably|please|say|probably|maybe|needed|due|up to|asap(?=,| ?\()|for"
    r"|the|tbc)\b[.:,~]*\s*"
    r"|[\s~>*\"'“”(–—-]+)*+",
    _FLAGS,
)
"""Words of a form's field before the time."""
TRAIL = re.compile(
    r"(?:\W|\b(?:ish|firm|hard|deadline|sharp|prompt|on|the|dot|thx|thanks|thank you|please|pls|plz|at|latest"
    r"|max|tops|or"
    r"|if|possible|poss|sooner|earlier|but|you|can|ideally|news|bulletin|approx|approximately|roughly|exactly"
    r"|very|absolute"
    r"|today)\b)*+",
    _FLAGS,
)
"""Words of a form's field after the time."""
UNKNOWN = re.compile(
    r"(?:none|no|nothing|no deadline|(?:not |un)known|n/?a|-+|\?+|(?:i )?don['’]?t know|not (?:said|given|sure)|tbc)?",
    _FLAGS,
)
