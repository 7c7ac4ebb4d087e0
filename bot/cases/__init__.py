"""The life of a case: pure transitions, each of which returns what changes, what is remembered and what has to leave.

    open ──claim──▶ claimed ──close──▶ closed
      ▲  ◀─unclaim──   │ reply, note      │
      └────────────────┴─────reopen───────┘

A reply to a case that nobody has claims it. What belongs to one officer (reply, close, false alarm of a claimed case)
is theirs alone; anyone else frees it first, and the history shows it. Who is an officer is the desk's question, not
this room's.
"""

from bot.cases.askers import add, add_details, asker_of, correct, opened, separate, withdraw
from bot.cases.changes import (
    FALLBACK,
    BelowPing,
    Change,
    Effect,
    Mail,
    Ping,
    Redraw,
    Refused,
    StartTimer,
    StopTimer,
    Tell,
    Terms,
    is_stale,
    not_for,
)
from bot.cases.deliveries import (
    below_failed,
    further_failed,
    ping_failed,
    pinged,
    reply_delivered,
    tell_failed,
    unreachable,
)
from bot.cases.handover import decline, hand_over, not_owned_by, take, wait
from bot.cases.joining import join, linked, split
from bot.cases.officers import claim, close, issue, note, reopen, reply, respond, unclaim
from bot.cases.reminders import come_due
from bot.cases.schedule import WATCH, Due, Pace, due
from bot.cases.secrets import is_delicate, restrict, unrestrict
from bot.cases.signs import Understood, is_urgent, may_be_foi, understood
from bot.cases.taken import prefilled, taken_down

__all__ = [
    "FALLBACK",
    "WATCH",
    "BelowPing",
    "Change",
    "Due",
    "Effect",
    "Mail",
    "Pace",
    "Ping",
    "Redraw",
    "Refused",
    "StartTimer",
    "StopTimer",
    "Tell",
    "Terms",
    "Understood",
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
