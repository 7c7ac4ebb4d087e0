"""A page of the desk in App Home: what it can answer and one's own enquiries, and the officers' queue below."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.slack import blocks
from adapters.slack.richtext import Json
from bot import wording
from bot.messages import View

_MOST = 97  # Slack takes 100, of which a few say that there is more


def page(views: Sequence[View], team: str) -> Json:
    """The view to publish. What it cannot hold is counted, since a page has no second part."""
    shown: list[Json] = []
    for view in views:
        shown.append({"type": "header", "text": blocks.plain(view.title)})
        left = 0
        for card in view.cards:
            drawn = [*blocks.drawn(card, team), {"type": "divider"}]
            if left or len(shown) + len(drawn) > _MOST:
                left += 1
            else:
                shown += drawn
        if left:
            shown += blocks.small(wording.not_shown(left))
    return {"type": "home", "blocks": shown[:100]}
