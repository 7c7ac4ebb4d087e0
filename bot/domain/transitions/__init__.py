"""The transitions of a case: pure functions that return the changed case, new steps of its history, and effects.

    open ──claim──▶ claimed ──close──▶ closed
      ▲  ◀─unclaim──   │ reply, note      │
      └────────────────┴─────reopen───────┘

A reply to a case without an owner claims it. Only the owner of a claimed case may reply or close it; another officer
first unclaims it or takes it over, and the history shows that. `desk` checks who is an officer.
"""

from bot.domain.transitions.askers import (
    add,
    add_details,
    are_checked,
    correct,
    identify,
    merged_details,
    separate,
    withdraw,
)
from bot.domain.transitions.delivery_reports import (
    card_posted,
    card_refused,
    line_refused,
    message_undelivered,
    notice_undelivered,
    reply_delivered,
    unreachable,
)
from bot.domain.transitions.handover import check_is_owner, decline, hand_over, take, wait
from bot.domain.transitions.joining import join, linked, split
from bot.domain.transitions.officers import (
    claim,
    close,
    issue,
    note,
    reopen,
    reply,
    respond,
    restrict,
    unclaim,
    unrestrict,
)
from bot.domain.transitions.opening import asker_of, opened
from bot.domain.transitions.reminders import come_due
from bot.domain.transitions.taking_back import added_message, ask_to_remove, remove, take_back
from bot.domain.transitions.transition import (
    FALLBACK,
    DeskStatus,
    Effect,
    Mail,
    NotifyAsker,
    PostCard,
    Refusal,
    Refused,
    RemoveWords,
    StartTimer,
    StopTimer,
    ThreadReply,
    Transition,
    UpdateCard,
    check_may_act,
    is_stale,
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
    "RemoveWords",
    "StartTimer",
    "StopTimer",
    "ThreadReply",
    "Transition",
    "UpdateCard",
    "add",
    "add_details",
    "added_message",
    "are_checked",
    "ask_to_remove",
    "asker_of",
    "card_posted",
    "card_refused",
    "check_is_owner",
    "check_may_act",
    "claim",
    "close",
    "come_due",
    "correct",
    "decline",
    "hand_over",
    "identify",
    "is_stale",
    "issue",
    "join",
    "line_refused",
    "linked",
    "merged_details",
    "message_undelivered",
    "note",
    "notice_undelivered",
    "opened",
    "remove",
    "reopen",
    "reply",
    "reply_delivered",
    "respond",
    "restrict",
    "separate",
    "split",
    "take",
    "take_back",
    "unclaim",
    "unreachable",
    "unrestrict",
    "wait",
    "withdraw",
]
