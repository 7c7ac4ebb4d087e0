"""The outbox: what its rows hold, and how something is put into it.

Nothing is ever sent directly. What has to leave is a row, committed together with the change that causes it; the relay
delivers it. Payloads carry a version, so that two releases can run side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Discriminator, TypeAdapter

from bot.messages import Address, Mark, Outgoing
from bot.storage.records import Job, JobKind, NewJob
from bot.storage.transaction import Transaction

VERSION = 1

Purpose = Literal["message", "ping", "acknowledgement", "reply"]
"""What follows when the message was taken, or cannot be delivered."""


# ---- what a row delivers --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MarkMessage:
    """Show on a person's own message what became of it."""

    message: Address
    event_id: str
    mark: Mark
    words: Outgoing | None = None
    """What to write to `to` instead, if the platform has no marks; without it, nobody is told."""
    to: Address | None = None
    do: Literal["mark"] = "mark"


@dataclass(frozen=True, slots=True)
class Send:
    """Send a new message."""

    to: Address
    outgoing: Outgoing
    purpose: Purpose = "message"
    name: str = ""
    """Who it is for."""
    instead: Address | None = None
    """Where to say, without content, that it could not be delivered."""
    answers: MarkMessage | None = None
    """The mark for the officer's message that this one carries out."""
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
    """It may stand there as it is, whatever is hidden of the case."""
    carries: MarkMessage | None = None
    """The mark for the asker's message that it passes on."""
    do: Literal["below"] = "below"


@dataclass(frozen=True, slots=True)
class Repost:
    """A timer: post the case's card again in a press channel that refused it, for the reason `why`."""

    channel: Address
    why: str
    do: Literal["repost"] = "repost"


Delivery = Annotated[Send | Update | SendToThread | Repost | MarkMessage, Discriminator("do")]

_delivery: TypeAdapter[Delivery] = TypeAdapter(Delivery)
_KINDS = {
    "send": JobKind.SEND,
    "below": JobKind.SEND,
    "update": JobKind.UPDATE,
    "repost": JobKind.REPOST,
    "mark": JobKind.MARK,
}


def read(job: Job) -> Delivery:
    """Return what a row delivers. Raises ValueError for a payload of a version that this release does not know."""
    if job.payload["v"] != VERSION:
        raise ValueError(f"job {job.id} has payload version {job.payload['v']}, this release reads {VERSION}")
    return _delivery.validate_python(job.payload["delivery"])


def payload(delivery: Delivery) -> dict[str, Any]:
    """Return the payload of a row that delivers this."""
    return {"v": VERSION, "delivery": _delivery.dump_python(delivery, mode="json")}


# ---- to put deliveries in -------------------------------------------------------------------------------------------


def send(tx: Transaction, to: Address, outgoing: Outgoing, *, key: str) -> None:
    """Put in a message that belongs to no case, once for each `key`."""
    _put(tx, Send(to, outgoing), lane=str(to), key=key)


def send_to_asker(tx: Transaction, case_id: int, message: Send, *, key: str) -> None:
    """Put in a message of a case to an asker, in the lane of their conversation.

    So what one message of theirs brings about is read in the order in which it was decided.
    """
    _put(tx, message, lane=str(message.to), key=key, case_id=case_id)


def put(tx: Transaction, case_id: int, delivery: Delivery, to: Address, *, key: str) -> None:
    """Put in a delivery of a case, behind what already waits for that place, once for each `key`.

    A lane is case + place: a press channel that is stuck for one case holds up neither the asker nor other cases.
    """
    _put(tx, delivery, lane=case_lane(case_id, to), key=key, case_id=case_id)


def waiting(tx: Transaction, case_id: int, to: Address) -> list[Job]:
    """Return what is still to leave for a case to a place, in order."""
    return tx.jobs.waiting(case_lane(case_id, to))


def case_lane(case_id: int, to: Address) -> str:
    """Return the lane of a case's deliveries to a place."""
    return f"case:{case_id}:{to}"


# ---- to post a refused card again -----------------------------------------------------------------------------------


def schedule_repost(tx: Transaction, case_id: int, channel: Address, why: str, *, after: timedelta) -> None:
    """Have the case's card posted again in a channel that refused it, in `after`. Nothing if that is arranged already.

    It has a lane of its own: changes until then are on the card when it is posted, and need not queue behind it.
    """
    lane = repost_lane(case_id, channel)
    if not tx.jobs.waiting(lane):
        key = f"{lane}:{tx.now.isoformat()}"
        tx.jobs.put(NewJob(JobKind.REPOST, lane, key, payload(Repost(channel, why)), tx.now + after, case_id))


def post_again(tx: Transaction, due: Job, card: Send, why: str) -> None:
    """Let the row of a Repost that is due deliver this card now. If that fails it is a Repost again.

    `why` is what the channel said when it refused the card last.
    """
    tx.jobs.retry(due, tx.now, why, payload(card))


def post_later(tx: Transaction, refused: Job, due_at: datetime, why: str) -> None:
    """Make the row of a card that a channel refused a Repost again: for the next try the card is drawn anew."""
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
    """Start a case's timer, in place of one of this name that waits."""
    stop_case_timer(tx, case_id, name)
    lane = timer_lane(case_id, name)
    tx.jobs.put(NewJob(JobKind.TIMER, lane, key, _timer(name), tx.now + after, case_id))


def stop_case_timer(tx: Transaction, case_id: int, name: str) -> None:
    """Stop a case's timer, if it waits."""
    tx.jobs.cancel_lane(timer_lane(case_id, name))


def set_case_timer(tx: Transaction, case_id: int, name: str, wanted: Sequence[datetime], *, key: str) -> None:
    """Have a case's timer come back at the `wanted` time, or not at all if there is none. Keep it if it is set so."""
    lane = timer_lane(case_id, name)
    waits = [job.due_at for job in tx.jobs.waiting(lane)]
    if waits == list(wanted):
        return
    if waits:
        tx.jobs.cancel_lane(lane)
    for at in wanted:
        row_key = f"{lane}:{key}:{tx.now.isoformat()}:{at.isoformat()}"
        tx.jobs.put(NewJob(JobKind.TIMER, lane, row_key, _timer(name), at, case_id))


def set_desk_timer(tx: Transaction, name: str, at: datetime, **more: str) -> None:
    """Have a timer of the desk's own come back at this time with `more`, in place of the one that waits."""
    lane = desk_timer_lane(name)
    tx.jobs.cancel_lane(lane)
    key = f"{lane}:{tx.now.isoformat()}:{at.isoformat()}"
    tx.jobs.put(NewJob(JobKind.TIMER, lane, key, _timer(name) | more, at))


def timer_lane(case_id: int, name: str) -> str:
    """Return the lane of a case's timers of one name, so that they are stopped together."""
    return f"timer:{case_id}:{name}"


def desk_timer_lane(name: str) -> str:
    """Return the lane of a timer of the desk's own."""
    return f"timer:{name}"


def _timer(name: str) -> dict[str, Any]:
    return {"v": VERSION, "timer": name}


def _put(tx: Transaction, delivery: Delivery, *, lane: str, key: str, case_id: int | None = None) -> None:
    tx.jobs.put(NewJob(_KINDS[delivery.do], lane, key, payload(delivery), tx.now, case_id))
