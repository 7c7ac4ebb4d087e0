"""Messages in the thread of a case's card: notes for the press office, or replies to the askers."""

from __future__ import annotations

from bot.desk.apply_transition import apply_transition
from bot.desk.press_desk import PressDesk
from bot.domain import transitions
from bot.domain.case import Case, ReplyKind
from bot.domain.transitions import Refusal, Refused, Transition
from bot.messages import Said
from bot.presentation import cards, texts
from bot.presentation.refusal_mapping import refusal_text
from bot.queue import outbox
from bot.queue.outbox import MarkMessage
from bot.storage.transaction import Transaction


def is_stray_reply(said: Said, press_desk: PressDesk) -> bool:
    """Return whether somebody wrote a reply (`reply: …`) in a thread of a press channel.

    Call it for a thread of no known case. Such a thread may stand below a card that was posted and not recorded,
    because the process died in between; the card was posted again then. The desk cannot tell whose asker is meant.
    """
    channels = (each for each in press_desk.channels if each.platform == said.at.platform)
    in_press_channel = any(said.at.token.startswith(channel.token) for channel in channels)
    return _prefix(said.text) != "" and said.at != said.direct and in_press_channel


def handle_thread_message(tx: Transaction, said: Said, case_id: int | None, press_desk: PressDesk) -> None:
    """Send the message to the askers if it begins with a prefix such as `reply:`; otherwise record it as a note.

    Without a case a reply is refused, and any other message is ignored.
    """
    case = tx.cases.load(case_id) if case_id is not None else None
    if case is None and is_stray_reply(said, press_desk):
        _refuse(tx, said, texts.WHICH_CASE)
    if case is None:
        return
    text = said.text.strip()
    if prefix := _prefix(text):
        kind = ReplyKind(texts.REPLY_PREFIXES[prefix])
        _reply(tx, said, case, text[len(prefix) :].strip(), kind, press_desk)
        return
    noted = transitions.note(case, said.person, text, tx.now, from_thread=True)
    if isinstance(noted, Transition):
        apply_transition(tx, noted, press_desk)


def _reply(tx: Transaction, said: Said, case: Case, text: str, kind: ReplyKind, press_desk: PressDesk) -> None:
    """Send the text to the askers if an officer wrote it; otherwise refuse it in the thread."""
    result: Transition | Refused = Refused(Refusal.NOT_AN_OFFICER, case)
    if press_desk.is_officer(said.person):
        result = transitions.reply(case, said.person, text, tx.now, kind, from_thread=True, files=said.files)
    if isinstance(result, Refused):
        _refuse(tx, said, refusal_text(result))
    else:
        apply_transition(tx, result, press_desk, answers=MarkMessage(said.at, said.event_id, "delivered"))


def _prefix(text: str) -> str:
    """Return the prefix that makes a text a reply, or an empty string."""
    lowered = text.strip().lower()
    return next((prefix for prefix in texts.REPLY_PREFIXES if lowered.startswith(prefix)), "")


def _refuse(tx: Transaction, said: Said, reason: str) -> None:
    outbox.send(tx, said.at, cards.in_thread(reason), key=f"said:{said.at.platform}:{said.event_id}:refused")
