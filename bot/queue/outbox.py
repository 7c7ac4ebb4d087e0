"""The outbox: the content of its rows, and the functions that add rows.

The desk never calls a platform directly. It adds a row (a `Job`) in the transaction of the change that causes it, and
the relay delivers the row after the commit. Payloads have a version, so that two releases can run side by side.

Rows with the same lane are delivered one after the other, in the order of their commits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Discriminator, TypeAdapter

from bot.messages import Address, Mark, Outgoing, Receipt
from bot.storage.records import Job, JobKind, NewJob
from bot.storage.transaction import Transaction

VERSION = 1

Purpose = Literal["message", "ping", "acknowledgement", "reply"]
"""What a message is for. It decides what `desk.delivery_outcomes` does when it was delivered or given up.

`ping` is the card of a case in a press channel, `reply` what an officer wrote to an asker, `acknowledgement` any other
notice to an asker of a case, and `message` all the rest. The values are stored in jobs.
"""


# ---- deliveries: the content of a row -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MarkMessage:
    """Show on a person's own message what became of it."""

    message: Address
    """The conversation of the message."""
    event_id: str
    """The event id with which the message arrived."""
    mark: Mark
    words: Outgoing | None = None
    """What to write to `to` instead if the platform has no marks. If None, nothing is written."""
    to: Address | None = None
    is_message: bool = True
    """False if there is nothing to show it on, because the words were written into a form."""
    do: Literal["mark"] = "mark"


@dataclass(frozen=True, slots=True)
class Send:
    """Send a new message."""

    to: Address
    outgoing: Outgoing
    purpose: Purpose = "message"
    name: str = ""
    """The name of the recipient, for the history of the case."""
    instead: Address | None = None
    """Where to tell the recipient, without the content, that the message could not be delivered."""
    answers: MarkMessage | None = None
    """The mark for the officer's message whose reply this is."""
    do: Literal["send"] = "send"


@dataclass(frozen=True, slots=True)
class Update:
    """Update the case's card in a press channel, in place."""

    channel: Address
    outgoing: Outgoing
    do: Literal["update"] = "update"


@dataclass(frozen=True, slots=True)
class SendToThread:
    """Send a message below the case's card in a press channel."""

    channel: Address
    outgoing: Outgoing
    harmless: bool = False
    """True if it can be shown as it is below the card of a restricted or embargoed case."""
    carries: MarkMessage | None = None
    """The mark for the asker's message that this one passes on."""
    do: Literal["below"] = "below"


@dataclass(frozen=True, slots=True)
class Repost:
    """Post the case's card again in a press channel that refused it. The card is drawn when the row is due."""

    channel: Address
    why: str
    """The reason that the platform gave."""
    do: Literal["repost"] = "repost"


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete a message that was delivered."""

    receipt: Receipt
    do: Literal["delete"] = "delete"


Delivery = Annotated[Send | Update | SendToThread | Repost | MarkMessage | Delete, Discriminator("do")]

_delivery: TypeAdapter[Delivery] = TypeAdapter(Delivery)
_KINDS = {
    "send": JobKind.SEND,
    "below": JobKind.SEND,
    "update": JobKind.UPDATE,
    "repost": JobKind.REPOST,
    "mark": JobKind.MARK,
    "delete": JobKind.UPDATE,  # not a kind of its own, because an earlier release beside this one would not know it
}


class LaterVersion(ValueError):
    """A later release wrote the payload. It runs beside this one, or will run again."""


def read(job: Job) -> Delivery:
    """Return what a row delivers. Raises LaterVersion, and ValueError for a payload that nobody can read."""
    version = job.payload.get("v")
    if isinstance(version, int) and version > VERSION:
        raise LaterVersion(f"job {job.id} has payload version {version}, this release reads {VERSION}")
    if version != VERSION:
        raise ValueError(f"job {job.id} has no payload that can be read")
    return _delivery.validate_python(job.payload.get("delivery"))


def payload(delivery: Delivery) -> dict[str, Any]:
    """Return the payload of a row that delivers this."""
    return {"v": VERSION, "delivery": _delivery.dump_python(delivery, mode="json")}


# ---- adding deliveries ----------------------------------------------------------------------------------------------


def send(tx: Transaction, to: Address, outgoing: Outgoing, *, key: str) -> None:
    """Add a message that belongs to no case. A second one with the same `key` is not added.

    Its lane is the conversation.
    """
    _put(tx, Send(to, outgoing), lane=str(to), key=key)


def send_to_asker(tx: Transaction, case_id: int, message: Send, *, key: str) -> None:
    """Add a message about a case to an asker. A second one with the same `key` is not added.

    Its lane is the conversation, as for `send`, so that an answer and an acknowledgement arrive in their order.
    """
    _put(tx, message, lane=str(message.to), key=key, case_id=case_id)


def put(tx: Transaction, case_id: int, delivery: Delivery, to: Address, *, key: str) -> None:
    """Add a delivery of a case. A second one with the same `key` is not added.

    Its lane is the case and the place, so that a delivery that is stuck holds up neither other places nor other cases.
    """
    _put(tx, delivery, lane=case_lane(case_id, to), key=key, case_id=case_id)


def waiting(tx: Transaction, case_id: int, to: Address) -> list[Job]:
    """Return the pending deliveries of a case to a place, in order."""
    return tx.jobs.waiting(case_lane(case_id, to))


def case_lane(case_id: int, to: Address) -> str:
    """Return the lane of a case's deliveries to a place."""
    return f"case:{case_id}:{to}"


# ---- posting a refused card again -----------------------------------------------------------------------------------


def schedule_repost(tx: Transaction, case_id: int, channel: Address, why: str, *, after: timedelta) -> None:
    """Post the case's card again in a channel that refused it, after this time. Do nothing if this is scheduled.

    It has a separate lane, so that other deliveries to the channel do not wait for it.
    """
    lane = repost_lane(case_id, channel)
    if not tx.jobs.waiting(lane):
        key = f"{lane}:{tx.now.isoformat()}"
        tx.jobs.put(NewJob(JobKind.REPOST, lane, key, payload(Repost(channel, why)), tx.now + after, case_id))


def post_again(tx: Transaction, due: Job, card: Send, why: str) -> None:
    """Replace the content of a Repost row that is due by this card, and deliver it now.

    `why` is what the channel said when it refused the card last. If it refuses it again, `post_later` turns the row
    back into a Repost. The row keeps its place in time, so that cards are posted in the order in which they were due.
    It counts an attempt, because each claim without one looks as if a process had died.
    """
    tx.jobs.retry(due, due.due_at, why, payload(card))


def post_later(tx: Transaction, refused: Job, due_at: datetime, why: str) -> None:
    """Turn the row of a refused card back into a Repost that is due at `due_at`. The card is drawn again then."""
    try:
        delivery = read(refused)
    except ValueError:  # a later release wrote it, which runs beside us: it stays as it is
        tx.jobs.retry(refused, due_at, why)
        return
    again = payload(Repost(delivery.to, why)) if isinstance(delivery, Send) else None
    tx.jobs.retry(refused, due_at, why, again)


def repost_lane(case_id: int, channel: Address) -> str:
    """Return the lane in which a refused card waits to be posted again."""
    return f"repost:{case_id}:{channel}"


# ---- timers ---------------------------------------------------------------------------------------------------------


def start_case_timer(tx: Transaction, case_id: int, name: str, after: timedelta, *, key: str) -> None:
    """Start a case's timer. One of this name that is running is replaced."""
    stop_case_timer(tx, case_id, name)
    lane = timer_lane(case_id, name)
    tx.jobs.put(NewJob(JobKind.TIMER, lane, key, _timer(name), tx.now + after, case_id))


def stop_case_timer(tx: Transaction, case_id: int, name: str) -> None:
    """Stop a case's timer. Do nothing if it is not running."""
    tx.jobs.cancel_lane(timer_lane(case_id, name))


def set_case_timer(tx: Transaction, case_id: int, name: str, due_at: datetime | None, *, key: str) -> None:
    """Set a case's timer to this time, or stop it if `due_at` is None. Do nothing if it is set to this time.

    `key` must differ between two calls in one transaction, because a stopped timer keeps its idempotency key.
    """
    lane = timer_lane(case_id, name)
    running = [job.due_at for job in tx.jobs.waiting(lane)]
    if running == ([] if due_at is None else [due_at]):
        return
    if running:
        tx.jobs.cancel_lane(lane)
    if due_at is not None:
        row_key = f"{lane}:{key}:{tx.now.isoformat()}:{due_at.isoformat()}"
        tx.jobs.put(NewJob(JobKind.TIMER, lane, row_key, _timer(name), due_at, case_id))


def set_desk_timer(tx: Transaction, name: str, due_at: datetime, **values: str) -> None:
    """Set a timer that belongs to no case. One of this name that is running is replaced.

    `values` are added to its payload.
    """
    lane = desk_timer_lane(name)
    tx.jobs.cancel_lane(lane)
    key = f"{lane}:{tx.now.isoformat()}:{due_at.isoformat()}"
    tx.jobs.put(NewJob(JobKind.TIMER, lane, key, _timer(name) | values, due_at))


def timer_lane(case_id: int, name: str) -> str:
    """Return the lane of a case's timer."""
    return f"timer:{case_id}:{name}"


def desk_timer_lane(name: str) -> str:
    """Return the lane of a timer that belongs to no case."""
    return f"timer:{name}"


def _timer(name: str) -> dict[str, Any]:
    return {"v": VERSION, "timer": name}


def _put(tx: Transaction, delivery: Delivery, *, lane: str, key: str, case_id: int | None = None) -> None:
    tx.jobs.put(NewJob(_KINDS[delivery.do], lane, key, payload(delivery), tx.now, case_id))
