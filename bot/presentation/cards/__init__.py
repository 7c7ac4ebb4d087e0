"""What the desk shows, as `Outgoing`s and `Form`s.

One shape for every platform, so that all of them show the same words and the same buttons.
"""

from bot.presentation.cards.answer_cards import answer, answer_alone, choose, confirm_media, unknown, welcome
from bot.presentation.cards.asker_cards import acknowledgement, added, deadline_read, own_case, reply
from bot.presentation.cards.card_text import escape, name, plain, sentence, shorten, summarise
from bot.presentation.cards.case_card import in_thread, mail, ping, whole
from bot.presentation.cards.case_context import CaseContext, Linked
from bot.presentation.cards.case_forms import (
    CLOSING,
    close_form,
    details_form,
    note_form,
    open_form,
    reply_form,
    report_form,
    respond_form,
    statement_form,
)
from bot.presentation.cards.handover_cards import hand_over_form, offer, relisted, shift, wait_form
from bot.presentation.cards.incident_cards import incident_form, incident_off, incident_on, linked
from bot.presentation.cards.queue_page import in_queue, queue_head, search_form
from bot.presentation.cards.topics_page import topics
from bot.presentation.cards.visibility import OF_OFFICERS, below, is_discreet, visible, visible_steps

__all__ = [
    "CLOSING",
    "OF_OFFICERS",
    "CaseContext",
    "Linked",
    "acknowledgement",
    "added",
    "answer",
    "answer_alone",
    "below",
    "choose",
    "close_form",
    "confirm_media",
    "deadline_read",
    "details_form",
    "escape",
    "hand_over_form",
    "in_queue",
    "in_thread",
    "incident_form",
    "incident_off",
    "incident_on",
    "is_discreet",
    "linked",
    "mail",
    "name",
    "note_form",
    "offer",
    "open_form",
    "own_case",
    "ping",
    "plain",
    "queue_head",
    "relisted",
    "reply",
    "reply_form",
    "report_form",
    "respond_form",
    "search_form",
    "sentence",
    "shift",
    "shorten",
    "statement_form",
    "summarise",
    "topics",
    "unknown",
    "visible",
    "visible_steps",
    "wait_form",
    "welcome",
    "whole",
]
