"""Removing what was passed on of a message: deliveries that wait, messages in press channels, and stored payloads."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.case import Case
from bot.domain.transitions import RemoveWords
from bot.messages import Address, Outgoing
from bot.presentation import cards, texts
from bot.queue import outbox
from bot.queue.outbox import Delete, Delivery, Send, SendToThread, Update
from bot.storage.records import JobState
from bot.storage.transaction import Transaction

_REMOVED = cards.text_message(texts.MESSAGE_REMOVED)


def remove_from_history(tx: Transaction, case_id: int, removed: RemoveWords) -> None:
    """Take the words out of the steps. Do it before a card is drawn."""
    for number in removed.steps:
        tx.cases.remove_words(case_id, number)


def remove_deliveries(tx: Transaction, case: Case, removed: RemoveWords, channels: Sequence[Address], key: str) -> None:
    """Cancel what waits and passes the message on, and have what was delivered deleted."""
    for job in tx.jobs.deliveries_of(case.id):
        if not job.payload:
            continue
        delivery = outbox.read(job)
        if job.state is not JobState.PENDING:
            if _may_quote(delivery, removed, channels):
                tx.jobs.empty(job)
        elif not isinstance(delivery, SendToThread) or not _passes_on(delivery, removed):
            continue
        elif job.claims or not tx.jobs.cancel(job):
            # It may have arrived. A further try quotes nothing, and what arrives is deleted: `delivery_outcomes`.
            tx.jobs.replace_payload(job, outbox.payload(_without_words(delivery)))
    for number, receipt in enumerate(tx.postings.take_relayed(case.id, removed.event_id)):
        delete(tx, case.id, Delete(receipt), key=f"{key}:{number}")


def delete(tx: Transaction, case_id: int, message: Delete, *, key: str) -> None:
    """Have a message in a press channel deleted. Its lane is that of its place."""
    outbox.put(tx, case_id, message, message.receipt.address, key=f"{key}:delete")


def _passes_on(delivery: SendToThread, removed: RemoveWords) -> bool:
    return delivery.carries is not None and delivery.carries.event_id == removed.event_id


def _may_quote(delivery: Delivery, removed: RemoveWords, channels: Sequence[Address]) -> bool:
    """Return whether a delivery that has ended may hold the words: a line with them, or a card with the history."""
    match delivery:
        case SendToThread():
            return _passes_on(delivery, removed) or _quotes(delivery.outgoing, removed)
        case Update():
            return True
        case Send():
            return delivery.to in channels or _quotes(delivery.outgoing, removed)
        case _:
            return False


def _quotes(outgoing: Outgoing, removed: RemoveWords) -> bool:
    return any(word and word in str(outgoing) for word in removed.words)


def _without_words(delivery: SendToThread) -> SendToThread:
    return SendToThread(delivery.channel, _REMOVED, delivery.harmless, delivery.carries)
