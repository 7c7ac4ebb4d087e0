"""Activities of the Bot Framework -> messages of the desk.

What is read of an activity, and nothing else of it, stands in the models below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import quote

from aiohttp import web
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from adapters.teams import forms
from adapters.teams.settings import PLATFORM, TeamsSettings
from adapters.teams.words import typed
from bot.messages import Address, Joined, Person, Pressed, Said, Shared, Submitted, Viewed

MAX_ACTIVITY = 256 * 1024
"""Bytes. Teams' own limit for a message is 100 KB."""

THREAD = ";messageid="
REPORT_COMMAND = "report"
"""The command of the message extension."""


def _text(value: object) -> object:
    return "" if value is None else value


Text = Annotated[str, BeforeValidator(_text)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel, populate_by_name=True)


class Account(_Part):
    """A person, or the desk itself."""

    id: Text = ""
    name: Text = ""
    aad_object_id: Text = ""


class Conversation(_Part):
    """`id` of a channel carries the thread behind `;messageid=`."""

    id: Annotated[str, Field(min_length=1, max_length=300)]
    conversation_type: Text = ""


class Entity(_Part):
    """Something about the text: here a mention."""

    type: Text = ""
    text: Text = ""
    mentioned: Account | None = None


class Attachment(_Part):
    """A file, a picture, or the message once more as HTML."""

    content_type: Text = ""


class _Id(_Part):
    id: Text = ""


class Team(_Part):
    """A team; `aad_group_id` is its id everywhere else in Microsoft 365."""

    id: Text = ""
    aad_group_id: Text = ""


class _Selected(_Part):
    selected_channel: _Id | None = None


class ChannelData(_Part):
    """What Teams adds."""

    tenant: _Id | None = None
    team: Team | None = None
    channel: _Id | None = None
    settings: _Selected | None = None


class Activity(_Part):
    """One event."""

    type: Annotated[str, Field(min_length=1)]
    id: Text = ""
    reply_to_id: Text = ""
    name: Text = ""
    channel_id: Text = ""
    service_url: Text = ""
    timestamp: Text = ""
    text: Text = ""
    text_format: Text = ""
    action: Text = ""
    sender: Account = Field(default=Account(), alias="from")
    recipient: Account = Account()
    conversation: Conversation
    entities: tuple[Entity, ...] | None = None
    attachments: tuple[Attachment, ...] | None = None
    members_added: tuple[Account, ...] | None = None
    channel_data: ChannelData | None = None
    value: Any = None

    @property
    def tenant(self) -> str:
        """Where Teams says it; the SDK leaves its own field for it empty."""
        return self.channel_data.tenant.id if self.channel_data and self.channel_data.tenant else ""

    @property
    def is_personal(self) -> bool:
        """Whether only one person and the desk are in the conversation."""
        return self.conversation.conversation_type == "personal"

    @property
    def place(self) -> str:
        """The conversation without the thread."""
        return self.conversation.id.partition(THREAD)[0]

    def routing(self) -> Mapping[str, str]:
        """What the SDK looks at, under the protocol's names."""
        return {"type": self.type, "id": self.id, "channelId": self.channel_id, "serviceUrl": self.service_url}


async def read(request: web.Request) -> Activity:
    """The activity, or the 4xx that says why there is none."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="Post JSON.")
    if (request.content_length or 0) > MAX_ACTIVITY:
        raise web.HTTPRequestEntityTooLarge(MAX_ACTIVITY, request.content_length or 0)
    body = await request.read()
    if len(body) > MAX_ACTIVITY:
        raise web.HTTPRequestEntityTooLarge(MAX_ACTIVITY, len(body))
    try:
        return Activity.model_validate_json(body)
    except ValidationError:
        raise web.HTTPBadRequest(text="This is not an activity of the Bot Framework.") from None


@dataclass(frozen=True, slots=True)
class Reader:
    """Activities of one app -> messages."""

    settings: TeamsSettings

    def person(self, activity: Activity) -> Person:
        """Who did it."""
        return Person(PLATFORM, activity.sender.aad_object_id, activity.sender.name)

    def direct(self, activity: Activity) -> Address:
        """Their personal chat, whether there is one yet or not."""
        return Address(PLATFORM, activity.sender.aad_object_id)

    def at(self, activity: Activity) -> Address:
        """Where an answer belongs."""
        return self.direct(activity) if activity.is_personal else Address(PLATFORM, activity.conversation.id)

    def is_addressed(self, activity: Activity) -> bool:
        """Whether the desk is spoken to: in its own chat always, elsewhere when it is mentioned."""
        return activity.is_personal or bool(self._mentions(activity))

    def said(self, activity: Activity) -> Said:
        """A message, or the newer version of one."""
        edited = activity.type == "messageUpdate"
        event_id = f"{activity.conversation.id}:{activity.id}"
        text = typed(activity.text, self._mentions(activity), markup=activity.text_format in {"xml", "html"})
        return Said(
            f"{event_id}:{activity.timestamp}" if edited else event_id,
            self.person(activity),
            text,
            self.at(activity),
            self.direct(activity),
            addressed=self.is_addressed(activity),
            files=_files(activity.attachments or ()),
            link=self._link(activity),
            corrects=event_id if edited else "",
        )

    def joined(self, activity: Activity) -> Joined:
        """The desk meets somebody."""
        return Joined(self.person(activity), self.direct(activity))

    def pressed(self, activity: Activity, press: forms.Press) -> Pressed:
        """A button."""
        event_id = f"{activity.conversation.id}:{activity.id}"
        where = self.at(activity)
        return Pressed(event_id, self.person(activity), press.action, press.value, where, self.direct(activity))

    def submitted(self, activity: Activity, filled: forms.Filled) -> Submitted:
        """A form. Sent twice it is one event; nobody can use up somebody else's."""
        person = self.person(activity)
        return Submitted(
            f"form:{person.id}:{filled.id}",
            person,
            filled.form.name,
            filled.form.context,
            filled.values,
            self.at(activity),
            self.direct(activity),
        )

    def viewed(self, activity: Activity, name: Literal["home", "queue"], query: str = "") -> Viewed:
        """A page that somebody asks for."""
        return Viewed(self.person(activity), name, self.direct(activity), query)

    def shared(self, activity: Activity) -> Shared:
        """A message that somebody chose to send to the press office, or the wish to write one."""
        return Shared(self.person(activity), _chosen(activity.value), self.at(activity))

    def _mentions(self, activity: Activity) -> tuple[str, ...]:
        ours = {activity.recipient.id, self.settings.bot_id}
        return tuple(
            entity.text
            for entity in activity.entities or ()
            if entity.type == "mention" and entity.mentioned and entity.mentioned.id in ours
        )

    def _link(self, activity: Activity) -> str:
        if activity.conversation.conversation_type != "channel":
            return ""
        tenant = quote(activity.tenant, safe="")
        return f"https://teams.microsoft.com/l/message/{quote(activity.place, safe='')}/{activity.id}?tenantId={tenant}"


def is_report(value: object) -> bool:
    """Whether the message extension was asked for what it has in its manifest."""
    return isinstance(value, dict) and value.get("commandId") == REPORT_COMMAND


def _files(attachments: tuple[Attachment, ...]) -> int:
    return sum(attachment.content_type != "text/html" for attachment in attachments)


def _chosen(value: object) -> str:
    """The text of a message that the message extension was opened on."""
    match value:
        case {"messagePayload": {"body": {"content": str(content), **about}}}:
            return typed(content, markup=about.get("contentType") == "html")
        case _:
            return ""
