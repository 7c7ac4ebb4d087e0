"""The life of a case: pure transitions, each of which returns what changes, what is remembered and what has to leave.

    open ──claim──▶ claimed ──close──▶ closed
      ▲  ◀─unclaim──   │ reply, note      │
      └────────────────┴─────reopen───────┘

A reply to a case that nobody has claims it. What belongs to one officer (reply, close, false alarm of a claimed case)
is theirs alone; anyone else frees it first, and the history shows it. Who is an officer is the desk's question, not
this room's.
"""

from bot.domain.extraction import prefilled, taken_down
from bot.domain.restriction import is_delicate, restrict, unrestrict
from bot.domain.schedule import WATCH, Due, EscalationPolicy, due
from bot.domain.transitions.askers import add, add_details, asker_of, correct, opened, separate, withdraw
from bot.domain.transitions.delivery_reports import (
    below_failed,
    further_failed,
    ping_failed,
    pinged,
    reply_delivered,
    tell_failed,
    unreachable,
)
from bot.domain.transitions.handover import decline, hand_over, not_owned_by, take, wait
from bot.domain.transitions.joining import join, linked, split
from bot.domain.transitions.officers import claim, close, issue, note, reopen, reply, respond, unclaim
from bot.domain.transitions.reminders import come_due
from bot.domain.transitions.transition import (
    FALLBACK,
    Change,
    DeskStatus,
    Effect,
    Mail,
    NotifyAsker,
    PostCard,
    Refused,
    StartTimer,
    StopTimer,
    ThreadReply,
    UpdateCard,
    is_stale,
    not_for,
)
from bot.domain.triage import TriageResult, is_urgent, may_be_foi, understood

__all__ = [
    "FALLBACK",
    "WATCH",
    "Change",
    "DeskStatus",
    "Due",
    "Effect",
    "EscalationPolicy",
    "Mail",
    "NotifyAsker",
    "PostCard",
    "Refused",
    "StartTimer",
    "StopTimer",
    "ThreadReply",
    "TriageResult",
    "UpdateCard",
    "add",
    "add_details",
    "asker_of",
    "below_failed",
    "claim",
    "close",
    "come_due",
    "correct",
    "decline",
    "due",
    "further_failed",
    "hand_over",
    "is_delicate",
    "is_stale",
    "is_urgent",
    "issue",
    "join",
    "linked",
    "may_be_foi",
    "not_for",
    "not_owned_by",
    "note",
    "opened",
    "ping_failed",
    "pinged",
    "prefilled",
    "reopen",
    "reply",
    "reply_delivered",
    "respond",
    "restrict",
    "separate",
    "split",
    "take",
    "taken_down",
    "tell_failed",
    "unclaim",
    "understood",
    "unreachable",
    "unrestrict",
    "wait",
    "withdraw",
]
