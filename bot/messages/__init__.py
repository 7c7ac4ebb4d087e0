"""What crosses the port between the desk and a platform: frozen values without behaviour, which know no vendor.

`incoming` is what a platform reports to the desk. `outgoing` is what the desk answers, made of `blocks`. `identity` is
used in both directions. Everybody imports from `bot.messages`; the modules below it are for this package alone.

There are two kinds of text, and they have different types. `Markdown` was written by the desk or by a policy's owner;
an adapter renders it. All other text is data, because a person may have written it; an adapter escapes it in the way
that its platform needs, so that no mention, link or markup in it works in another channel.
"""

from bot.messages.blocks import (
    Block,
    Button,
    Buttons,
    Caption,
    CaseHead,
    Facts,
    History,
    Line,
    Markdown,
    Mention,
    Quote,
)
from bot.messages.identity import Address, Person, Receipt
from bot.messages.incoming import Incoming, Joined, Pressed, Said, Shared, Submitted, Viewed
from bot.messages.outgoing import Field, Form, Mark, Outgoing, SyncResponse, View

__all__ = [
    "Address",
    "Block",
    "Button",
    "Buttons",
    "Caption",
    "CaseHead",
    "Facts",
    "Field",
    "Form",
    "History",
    "Incoming",
    "Joined",
    "Line",
    "Mark",
    "Markdown",
    "Mention",
    "Outgoing",
    "Person",
    "Pressed",
    "Quote",
    "Receipt",
    "Said",
    "Shared",
    "Submitted",
    "SyncResponse",
    "View",
    "Viewed",
]
