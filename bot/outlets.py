"""The names of media outlets, and finding them in a text."""

from __future__ import annotations

from collections.abc import Sequence

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
Student Paper|Sunday Mirror|Sunday Express|Sunday Telegraph|Sunday Post|Sunday Mail|Daily Record|Scotsman|City AM
Channel 5 News|5 News|ITN|STV|CBS|CBS News|60 Minutes|MSNBC|PBS|RTE|ZDF|ARD|El Mundo|La Repubblica|Toronto Star
Globe and Mail|Sydney Morning Herald|20 Minutes|National Geographic|New Yorker|Newsweek|Vice News|Daily Beast
Byline Times|Novara Media|UnHerd|BBC One|BBC Two|BBC Three|BBC World Service|BBC Oxford|BBC Radio 4|BBC Radio 5 Live
BBC Sounds
Newsbeat|World at One|The World Tonight|Farming Today|Saturday Live|Sunday Brunch|Sunday Morning Live|Sunday Politics
The One Show
Good Morning Scotland|North West Tonight|Look North|Classic FM|Capital FM|Smooth Radio|Greatest Hits Radio|Storyful
Newsflare|SWNS|Getty Images|DPA|Xinhua|Kyodo|Chemistry World|Physics World|Radio Times|Evening Post
"""
_EVERYDAY = """
The Sun|The Times|The Mail|The Mirror|The Express|The Star|The Standard|The Post|The Gazette|The Echo|The i|SCAN|Vice
Metro|Today Programme|Sky|Wired|Independent|Observer|Spectator
"""
"""Outlets whose names are everyday words as well, so that the name alone proves little."""


def _phrases(names: str) -> dict[tuple[str, ...], str]:
    """Return the words of each name in lower case -> the name as it is written."""
    listed = names.strip().replace("\n", "|").split("|")
    return {tuple(name.casefold().split()): name for name in listed}


OUTLET_NAMES = _phrases(_EVERYDAY) | _phrases(_OUTLETS)
"""The words of each name in lower case -> the name as it is written."""
_EVERYDAY_NAMES = frozenset(_phrases(_EVERYDAY))
_MOST_WORDS = max(map(len, OUTLET_NAMES))


def outlets(words: Sequence[str]) -> list[tuple[str, bool]]:
    """Return (name, whether it is an everyday word as well) of each outlet in a text, in order."""
    return [(name, everyday) for _, name, everyday in outlets_at(words)]


def outlets_at(words: Sequence[str]) -> list[tuple[int, str, bool]]:
    """Return (index of its first word, name, whether it is an everyday word as well) of each outlet, in order.

    `words` are in lower case.
    """
    found = []
    at = 0
    while at < len(words):
        for length in range(min(_MOST_WORDS, len(words) - at), 0, -1):
            phrase = tuple(words[at : at + length])
            if phrase in OUTLET_NAMES:
                found.append((at, OUTLET_NAMES[phrase], phrase in _EVERYDAY_NAMES))
                at += length
                break
        else:
            at += 1
    return found
