"""Cards, forms and pages: functions that take data and return the `Outgoing` or `Form` that people see.

They know no platform, so every platform shows the same words and the same buttons.
"""

from bot.plaintext import markdown_message, text_message
from bot.presentation.cards.answer_cards import (
    answer,
    answer_alone,
    ask_to_send,
    choose,
    confirm_media,
    slowed,
    unknown,
    welcome,
    with_offer,
    without_words,
)
from bot.presentation.cards.asker_cards import asker_notice, may_ask_to_remove, own_case
from bot.presentation.cards.case_card import CaseContext, case_card, case_in_full, mail
from bot.presentation.cards.case_forms import (
    CLOSING_OUTCOMES,
    answer_form,
    close_form,
    details_form,
    details_received,
    details_step,
    hand_over_form,
    note_form,
    open_form,
    reply_form,
    report_form,
    respond_form,
    statement_form,
    wait_form,
)
from bot.presentation.cards.incident_cards import incident_form, incident_off, incident_on, linked_case
from bot.presentation.cards.queue_page import in_queue, queue_head, search_form
from bot.presentation.cards.shift_card import refresh_shift, shift
from bot.presentation.cards.thread_lines import in_thread, thread_line
from bot.presentation.cards.topics_page import topics
from bot.presentation.cards.visibility import is_discreet, redact_line, visible

__all__ = [
    "CLOSING_OUTCOMES",
    "CaseContext",
    "answer",
    "answer_alone",
    "answer_form",
    "ask_to_send",
    "asker_notice",
    "case_card",
    "case_in_full",
    "choose",
    "close_form",
    "confirm_media",
    "details_form",
    "details_received",
    "details_step",
    "hand_over_form",
    "in_queue",
    "in_thread",
    "incident_form",
    "incident_off",
    "incident_on",
    "is_discreet",
    "linked_case",
    "mail",
    "markdown_message",
    "may_ask_to_remove",
    "note_form",
    "open_form",
    "own_case",
    "plain",
    "queue_head",
    "redact_line",
    "refresh_shift",
    "reply_form",
    "report_form",
    "respond_form",
    "search_form",
    "shift",
    "slowed",
    "statement_form",
    "text_message",
    "thread_line",
    "topics",
    "unknown",
    "visible",
    "wait_form",
    "welcome",
    "with_offer",
    "without_words",
]
