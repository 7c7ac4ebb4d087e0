"""What a transition announces, as whoever reads it sees it."""

from __future__ import annotations

from bot import plaintext
from bot.domain.transitions import NotifyAsker, ThreadReply, Transition
from bot.messages import Outgoing
from bot.presentation import cards


def told(transition: Transition) -> list[tuple[str, str]]:
    """Which askers are told, and in which words."""
    return [
        (effect.asker.person.id, plaintext.render(notice(transition, effect)))
        for effect in transition.effects
        if isinstance(effect, NotifyAsker)
    ]


def notice(transition: Transition, effect: NotifyAsker) -> Outgoing:
    return cards.asker_notice(transition.case, effect.notice, _context(transition))


def below(transition: Transition) -> list[tuple[str, tuple[str, ...]]]:
    """The lines below the card, each with whom it mentions."""
    return [
        (plaintext.render(line(transition, effect)), effect.mention)
        for effect in transition.effects
        if isinstance(effect, ThreadReply)
    ]


def line(transition: Transition, effect: ThreadReply) -> Outgoing:
    return cards.thread_line(transition.case, effect.line, effect.carries, _context(transition))


def _context(transition: Transition) -> cards.CaseContext:
    return cards.CaseContext(transition.steps[-1].at)
