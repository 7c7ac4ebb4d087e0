"""A page of the desk in App Home: the officers' queue, and what it can answer and one's own enquiries below it."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.slack import blocks
from adapters.slack.richtext import Json
from bot.messages import Outgoing, View
from bot.presentation import texts

_MOST = 100  # blocks that Slack takes in one page
_LAST = 20  # of which this many are kept for the last part, since what staff read is nobody's queue
_SAYS_MORE = 2  # blocks that say how much is left out


def page(views: Sequence[View], team: str) -> Json:
    """The view to publish. What it cannot hold is counted, since a page has no second part."""
    shown: list[Json] = []
    for number, view in enumerate(views, start=1):
        room = _MOST if number == len(views) else _MOST - _LAST
        shown.append({"type": "header", "text": blocks.plain(view.title)})
        shown += _cards(view.cards, room - len(shown), team)
    return {"type": "home", "blocks": shown}


def _cards(cards: Sequence[Outgoing], room: int, team: str) -> list[Json]:
    shown: list[Json] = []
    for number, card in enumerate(cards):
        drawn = [*blocks.drawn(card, team), {"type": "divider"}]
        if len(shown) + len(drawn) > room - _SAYS_MORE:
            return [*shown, *blocks.small(texts.not_shown(len(cards) - number))]
        shown += drawn
    return shown
