"""What a row of the outbox holds: a `Delivery`, with a version, so that two releases can run side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Discriminator, TypeAdapter

from bot.messages import Address, Mark, Outgoing
from bot.storage.records import Job, JobKind

VERSION = 1

Purpose = Literal["message", "ping", "acknowledgement", "reply"]


@dataclass(frozen=True, slots=True)
class MarkMessage:
    """Show on a person's own message what became of it.

    `words` say so, in the conversation `to`, where their platform has no marks; where there are none, nobody is told.
    """

    message: Address
    event_id: str
    mark: Mark
    words: Outgoing | None = None
    to: Address | None = None
    do: Literal["mark"] = "mark"


@dataclass(frozen=True, slots=True)
class Send:
    """A new message. `purpose` says what follows when it was taken, or cannot be; `name` is who it is for."""

    to: Address
    outgoing: Outgoing
    purpose: Purpose = "message"
    name: str = ""
    instead: Address | None = None  # where to say, without content, that it could not be delivered
    answers: MarkMessage | None = None  # the officer's message that this one carries out
    do: Literal["send"] = "send"


@dataclass(frozen=True, slots=True)
class Update:
    """The case's card in a press channel, in place."""

    channel: Address
    outgoing: Outgoing
    do: Literal["update"] = "update"


@dataclass(frozen=True, slots=True)
class SendToThread:
    """A message in the thread of the case's card in a press channel.

    `harmless`: it may stand there whatever is hidden of the case. `carries` is the asker's message that it passes on.
    """

    channel: Address
    outgoing: Outgoing
    harmless: bool = False
    carries: MarkMessage | None = None
    do: Literal["below"] = "below"


@dataclass(frozen=True, slots=True)
class Repost:
    """The case's card, as it is by then, in a press channel that refused it; tried until it is taken.

    `why` is what the channel said first. Nothing is sent where the case has ended meanwhile, or its card got there.
    """

    channel: Address
    why: str
    do: Literal["repost"] = "repost"


Delivery = Annotated[Send | Update | SendToThread | Repost | MarkMessage, Discriminator("do")]

_delivery: TypeAdapter[Delivery] = TypeAdapter(Delivery)
KINDS = {
    "send": JobKind.SEND,
    "below": JobKind.SEND,
    "update": JobKind.UPDATE,
    "repost": JobKind.REPOST,
    "mark": JobKind.MARK,
}


def read(job: Job) -> Delivery:
    """What a row of the outbox delivers. Raises ValueError for a payload of a version this release does not know."""
    if job.payload["v"] != VERSION:
        raise ValueError(f"job {job.id} has payload version {job.payload['v']}, this release reads {VERSION}")
    return _delivery.validate_python(job.payload["delivery"])


def payload(delivery: Delivery) -> dict[str, Any]:
    """A `Delivery` as the payload of a row."""
    return {"v": VERSION, "delivery": _delivery.dump_python(delivery, mode="json")}
