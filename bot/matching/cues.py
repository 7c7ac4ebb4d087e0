"""What gives a media enquiry away: names of outlets, people of the press, how they get in touch."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

_OUTLETS = """
BBC|BBC Radio Lancashire|BBC News|BBC North West|BBC Breakfast|Radio Lancashire|Radio 4|Radio 5|Radio Five|Five Live
5 Live|World Service|Newsnight|Panorama|Dispatches|Question Time|ITV|ITV News|ITV Granada|Granada Reports|GMB
Good Morning Britain|Channel 4|Channel 4 News|C4 News|Channel 5|Sky News|GB News|Talk TV|LBC|Times Radio|CNN
Al Jazeera|Euronews|France 24|Deutsche Welle|CBC|ABC News|NBC|NPR|Fox News|Guardian|Lancaster Guardian
Telegraph|Daily Telegraph|Sunday Times|Financial Times|FT|Daily Mail|Mail Online|MailOnline|Mail on Sunday
Daily Mirror|Daily Express|Daily Star|Evening Standard|Lancashire Post|Lancashire Evening Post|Lancashire Telegraph
LancsLive|Westmorland Gazette|Manchester Evening News|Yorkshire Post|Liverpool Echo|Blackpool Gazette|The Visitor
Beyond Radio|Heart FM|Bailrigg FM|Times Higher|Times Higher Education|THES|Wonkhe|Research Fortnight
Chronicle of Higher Education|Inside Higher Ed|University World News|TalkSport
Research Professional|Nature News|New Scientist|Economist|New Statesman|Private Eye|Press Association
PA Media|Associated Press|Reuters|AFP|Bloomberg|Politico|BuzzFeed|HuffPost|Huffington Post|Vox|LADbible|UNILAD
Washington Post|New York Times|NYT|Wall Street Journal|Le Monde|Le Figaro|Der Spiegel|Die Zeit|El Pais|Irish Times
Irish Independent|The Conversation|The News Agents|Full Fact|Bellingcat|openDemocracy|The Tab|Student Newspaper
Student Paper
"""
_EVERYDAY = """
The Sun|The Times|The Mail|The Mirror|The Express|The Star|The Standard|The Post|The Gazette|The Echo|The i|SCAN|Vice
Metro|Today Programme|Sky|Wired|Independent|Observer|Spectator
"""
"""Names that are everyday words as well: worth less on their own."""

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


def _phrases(names: str) -> dict[tuple[str, ...], str]:
    listed = names.strip().replace("\n", "|").split("|")
    return {tuple(name.casefold().split()): name for name in listed}


_NAMES = _phrases(_EVERYDAY) | _phrases(_OUTLETS)
_BOTH = frozenset(_phrases(_EVERYDAY))
VOCABULARY = (*_NAMES, *((word,) for word in _LEXICON))
"""Words and names that only a detector of media enquiries knows."""
_NEAR = 10
"""Words apart at most for two cues to belong together."""
_LONGEST = max(map(len, _NAMES))


def outlets(words: Sequence[str]) -> list[tuple[str, bool]]:
    """Names of outlets in a text, in order, each with whether it is an everyday word as well."""
    return [(name, everyday) for _, name, everyday in _named(words)]


def _named(words: Sequence[str]) -> list[tuple[int, str, bool]]:
    found = []
    at = 0
    while at < len(words):
        for length in range(min(_LONGEST, len(words) - at), 0, -1):
            phrase = tuple(words[at : at + length])
            if phrase in _NAMES:
                found.append((at, _NAMES[phrase], phrase in _BOTH))
                at += length
                break
        else:
            at += 1
    return found


def cues(words: Sequence[str]) -> set[str]:
    """The cues of a text, as words before synonyms are replaced; two make a pair when they stand near each other."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        if word in _LEXICON:
            places.setdefault(_LEXICON[word], []).append(place)
    for place, _, everyday in _named(words):
        places.setdefault("everyday" if everyday else "outlet", []).append(place)
    near = {
        f"{a} {b}"
        for a, b in combinations(_PAIRED, 2)
        if any(0 < abs(i - j) <= _NEAR for i in places.get(a, ()) for j in places.get(b, ()))
    }
    return set(places) | near
