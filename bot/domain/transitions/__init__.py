"""The life of a case: pure transitions, each of which returns what changes, what is recorded and what has to leave.

    open ──claim──▶ claimed ──close──▶ closed
      ▲  ◀─unclaim──   │ reply, note      │
      └────────────────┴─────reopen───────┘

A reply to a case that nobody has claims it. What belongs to one officer (reply, close, false alarm of a claimed case)
is theirs alone; another officer first frees the case, and the history shows it. Who is an officer is checked in `desk`.
"""

from bot.domain.transitions.askers import add, add_details, correct, merged_details, separate, withdraw
from bot.domain.transitions.delivery_reports import (
    card_posted,
    card_refused,
    line_refused,
    message_undelivered,
    notice_undelivered,
    reply_delivered,
    unreachable,
)
from bot.domain.transitions.handover import decline, hand_over, not_owned_by, take, wait
from bot.domain.transitions.joining import join, linked, split
from bot.domain.transitions.officers import claim, close, issue, note, reopen, reply, respond, unclaim
from bot.domain.transitions.opening import asker_of, opened
from bot.domain.transitions.reminders import come_due
from bot.domain.transitions.restricting import restrict, unrestrict
from bot.domain.transitions.transition import (
    FALLBACK,
    DeskStatus,
    Effect,
    Mail,
    NotifyAsker,
    PostCard,
    Refusal,
    Refused,
    StartTimer,
    StopTimer,
    ThreadReply,
    Transition,
    UpdateCard,
    is_stale,
    not_for,
)

__all__ = [
    "FALLBACK",
    "DeskStatus",
    "Effect",
    "Mail",
    "NotifyAsker",
    "PostCard",
    "Refusal",
    "Refused",
    "StartTimer",
    "StopTimer",
    "ThreadReply",
    "Transition",
    "UpdateCard",
    "add",
    "add_details",
    "asker_of",
    "card_posted",
    "card_refused",
    "claim",
    "close",
    "come_due",
    "correct",
    "decline",
    "hand_over",
    "is_stale",
    "issue",
    "join",
    "line_refused",
    "linked",
    "merged_details",
    "message_undelivered",
    "not_for",
    "not_owned_by",
    "note",
    "notice_undelivered",
    "opened",
    "reopen",
    "reply",
    "reply_delivered",
    "respond",
    "restrict",
    "separate",
    "split",
    "take",
    "unclaim",
    "unreachable",
    "unrestrict",
    "wait",
    "withdraw",
]
