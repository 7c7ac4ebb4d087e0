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
    ping_failed,
    pinged,
    reply_delivered,
    tell_failed,
    unreachable,
)
from bot.cases.officers import claim, close, note, reopen, reply, unclaim
from bot.cases.reminders import come_due
from bot.cases.schedule import WATCH, Pace, due

__all__ = [
    "FALLBACK",
    "WATCH",
    "BelowPing",
    "Change",
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
    "add",
    "add_details",
    "asker_of",
    "below_failed",
    "claim",
    "close",
    "come_due",
    "correct",
    "due",
    "is_stale",
    "not_for",
    "note",
    "opened",
    "ping_failed",
    "pinged",
    "reopen",
    "reply",
    "reply_delivered",
    "separate",
    "tell_failed",
    "unclaim",
    "unreachable",
    "withdraw",
]
