"""What gives a media enquiry away: names of outlets, people of the press, how they get in touch."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import combinations

from bot.outlets import OUTLET_NAMES, outlets_at

_WORDS = {
    "press": """
        journalist journalists reporter reporters correspondent columnist editor producer presenter broadcaster
        newspaper newspapers paper paparazzi photographer cameraman camera crew newsdesk podcaster podcast youtuber
        blogger vlogger streamer freelance freelancer documentary researcher tv television telly radio hack press media
        news programme magazine tabloid""",
    "contact": """
        rang ring ringing rings called calling calls call phoned phoning phones phone telephoned emailed emailing emails
        email messaged messaging message messages dm dms texted whatsapped contacted contacting approached approaching
        asked asking asks wants want wanted wrote written writes tweeted replied chasing chased cornered collared
        stopped turned knocked door reception line hold voicemail waiting here pestering request requested invited
        invites sent tracked wish wishes wished hopes hoping keen""",
    "ask": """
        comment comments quote quotes quoted statement interview interviews interviewed reaction respond response reply
        answer confirm deny facts footage clip video photo permission camera air live studio record pre background
        appear line lines speak speaking talk talking chat""",
    "publish": """
        print printed printing publish published publishing broadcast broadcasting story stories piece article feature
        edition column run running programme episode front page headline deadline exclusive scoop investigation
        reporting""",
    "haste": "deadline today tonight tomorrow now noon hour hours minutes 2moro asap urgent urgently 5pm 4pm 3pm just",
    "someone": """
        someone somebody woman man guy bloke chap lady gentleman fella he she they their person people lad girl""",
    "general": """
        if ever hypothetically hypothetical suppose supposing would when might general generally rule rules policy
        training course slides should whether case""",
    "other": """
        studies module modules student students coursework journal reviewer reviewers manuscript release releases
        crossword subscription button gym bench trouser degree essay marked marking grade seminar archive library
        citation""",
}
_LEXICON = {word: name for name, listed in _WORDS.items() for word in listed.split()}
_PAIRED = ("outlet", "everyday", "press", "contact", "ask", "publish", "someone")
NUMBERS = {
    cue: number for number, cue in enumerate(["outlet", "everyday", *_WORDS, *map(" ".join, combinations(_PAIRED, 2))])
}
"""All cues, numbered: each alone, and the telling ones in pairs."""


VOCABULARY = (*OUTLET_NAMES, *((word,) for word in _LEXICON))
"""Words and names that only a detector of media enquiries knows."""
_NEAR = 10
"""Words apart at most for two cues to belong together."""


def cues(words: Sequence[str]) -> set[str]:
    """The cues of a text, as words before synonyms are replaced; two make a pair when they stand near each other."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        if word in _LEXICON:
            places.setdefault(_LEXICON[word], []).append(place)
    for place, _, everyday in outlets_at(words):
        places.setdefault("everyday" if everyday else "outlet", []).append(place)
    near = {f"{a} {b}" for a, b in combinations(_PAIRED, 2) if _are_near(places.get(a, ()), places.get(b, ()))}
    return set(places) | near


def _are_near(some: Sequence[int], others: Sequence[int]) -> bool:
    """Return whether a place is near another one, not counting itself. `others` are in order, each once."""
    for place in some:
        first = bisect_left(others, place - _NEAR)
        if any(other != place and other - place <= _NEAR for other in others[first : first + 2]):
            return True
    return False
