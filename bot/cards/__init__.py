"""What the desk shows, as `Outgoing`s and `Form`s.

One shape for every platform, so that all of them show the same words and the same buttons.
"""

from bot.cards.answers import answer, answer_alone, choose, confirm_media, topics, unknown, welcome
from bot.cards.askers import acknowledgement, added, own_case, reply
from bot.cards.forms import CLOSING, close_form, details_form, note_form, reply_form, report_form
from bot.cards.officers import in_thread, mail, ping
from bot.cards.text import escape, name, plain, sentence, shorten, summarise

__all__ = [
    "CLOSING",
    "acknowledgement",
    "added",
    "answer",
    "answer_alone",
    "choose",
    "close_form",
    "confirm_media",
    "details_form",
    "escape",
    "in_thread",
    "mail",
    "name",
    "note_form",
    "own_case",
    "ping",
    "plain",
    "reply",
    "reply_form",
    "report_form",
    "sentence",
    "shorten",
    "summarise",
    "topics",
    "unknown",
    "welcome",
]
