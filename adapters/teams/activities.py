"""Activities of the Bot Framework: their fields, and their conversion to `messages.Incoming`.

The models hold the fields that are read, and no others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import unescape
from typing import Annotated, Any, Literal
from urllib.parse import quote

from aiohttp import web
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from adapters.teams.card_actions import ButtonPress, CardAction, FormSubmission
from adapters.teams.settings import PLATFORM
from bot.messages import Address, Joined, Person, Pressed, Said, Shared, Submitted, Viewed

MAX_ACTIVITY_SIZE = 256 * 1024
"""Bytes. Teams' own limit for a message is 100 KB."""

THREAD_SEPARATOR = ";messageid="
"""Separates the channel from the first message of the thread in a conversation id."""

REPORT_COMMAND = "report"
"""The id of the message extension's command."""

_MENTION_TAGS = re.compile(r"</?at(?:\s[^<>]*)?>", re.IGNORECASE)
_LINE_BREAK_TAGS = re.compile(r"<(?:br|/p|/div)(?:\s[^<>]*)?/?>\n?", re.IGNORECASE)
_PARAGRAPH_TAGS = re.compile(r"<(?:p|div)(?:\s[^<>]*)?>", re.IGNORECASE)
_TAGS = re.compile(r"<[^<>]*>")
_SPACES = re.compile(r"[ \t\u00a0]+")
_LINE_BREAKS = re.compile(r" ?\n ?")


# ---- the fields of an activity --------------------------------------------------------------------------------------


def _none_as_empty(value: object) -> object:
    return "" if value is None else value


Text = Annotated[str, BeforeValidator(_none_as_empty)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel, populate_by_name=True)


class ChannelAccount(_Model):
    """A user or a bot."""

    id: Text = ""
    name: Text = ""
    aad_object_id: Text = ""
    """The user's id in Microsoft Entra; empty for a bot."""


class ConversationAccount(_Model):
    """A conversation. In a channel, the id of the thread follows `;messageid=` in `id`."""

    id: Annotated[str, Field(min_length=1, max_length=300)]
    conversation_type: Text = ""


class Entity(_Model):
    """Metadata about the text of a message. Only mentions are read."""

    type: Text = ""
    text: Text = ""
    """The mention as it is written in the text of the message."""
    mentioned: ChannelAccount | None = None


class Attachment(_Model):
    """A file, a picture, or the text of the message again as HTML."""

    content_type: Text = ""


class _Id(_Model):
    id: Text = ""


class TeamInfo(_Model):
    """A team."""

    id: Text = ""
    aad_group_id: Text = ""
    """The team's id in Microsoft Entra."""


class _ChannelSettings(_Model):
    selected_channel: _Id | None = None


class TeamsChannelData(_Model):
    """Fields that Teams adds to an activity of the Bot Framework."""

    tenant: _Id | None = None
    team: TeamInfo | None = None
    channel: _Id | None = None
    settings: _ChannelSettings | None = None


class Activity(_Model):
    """One activity that Teams posts to /api/messages."""

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
    sender: ChannelAccount = Field(default=ChannelAccount(), alias="from")
    recipient: ChannelAccount = ChannelAccount()
    conversation: ConversationAccount
    entities: tuple[Entity, ...] | None = None
    attachments: tuple[Attachment, ...] | None = None
    members_added: tuple[ChannelAccount, ...] | None = None
    channel_data: TeamsChannelData | None = None
    value: Any = None

    @property
    def tenant(self) -> str:
        """The id of the sender's tenant.

        It is read from the channel data, because the SDK leaves its own field empty.
        """
        return self.channel_data.tenant.id if self.channel_data and self.channel_data.tenant else ""

    @property
    def is_personal(self) -> bool:
        """Whether the conversation is one user's personal chat with the desk."""
        return self.conversation.conversation_type == "personal"

    @property
    def conversation_without_thread(self) -> str:
        """The id of the conversation. For a thread, it is the id of its channel."""
        return self.conversation.id.partition(THREAD_SEPARATOR)[0]

    def sdk_fields(self) -> Mapping[str, str]:
        """Return the fields that the SDK reads, under the names of the protocol."""
        return {"type": self.type, "id": self.id, "channelId": self.channel_id, "serviceUrl": self.service_url}


async def read_activity(request: web.Request) -> Activity:
    """Return the activity that was posted. Raises an HTTP error, 400, 413 or 415, if the body is not one."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="Post JSON.")
    if (request.content_length or 0) > MAX_ACTIVITY_SIZE:
        raise web.HTTPRequestEntityTooLarge(MAX_ACTIVITY_SIZE, request.content_length or 0)
    body = await request.read()
    if len(body) > MAX_ACTIVITY_SIZE:
        raise web.HTTPRequestEntityTooLarge(MAX_ACTIVITY_SIZE, len(body))
    try:
        return Activity.model_validate_json(body)
    except ValidationError:
        raise web.HTTPBadRequest(text="This is not an activity of the Bot Framework.") from None


# ---- conversion to `messages.Incoming` ------------------------------------------------------------------------------


def to_person(activity: Activity) -> Person:
    """Return the sender of the activity."""
    return Person(PLATFORM, activity.sender.aad_object_id, activity.sender.name)


def to_direct(activity: Activity) -> Address:
    """Return the address of the sender's personal chat. The chat need not exist yet."""
    return Address(PLATFORM, activity.sender.aad_object_id)


def to_address(activity: Activity) -> Address:
    """Return the address for an answer: the personal chat, or the conversation with its thread."""
    return to_direct(activity) if activity.is_personal else Address(PLATFORM, activity.conversation.id)


def is_addressed(activity: Activity, bot_id: str) -> bool:
    """Return whether the message is for the desk: it is in the personal chat, or it mentions the bot."""
    return activity.is_personal or bool(_bot_mentions(activity, bot_id))


def to_said(activity: Activity, bot_id: str) -> Said:
    """Return a `message` activity, or a `messageUpdate` as a correction of the message that was edited."""
    edited = activity.type == "messageUpdate"
    event_id = _event_id(activity)
    mentions = _bot_mentions(activity, bot_id)
    return Said(
        f"{event_id}:{activity.timestamp}" if edited else event_id,
        to_person(activity),
        plain_text(activity.text, mentions, is_html=activity.text_format in {"xml", "html"}),
        to_address(activity),
        to_direct(activity),
        addressed=is_addressed(activity, bot_id),
        files=sum(attachment.content_type != "text/html" for attachment in activity.attachments or ()),
        link=_deep_link(activity),
        corrects=event_id if edited else "",
    )


def to_joined(activity: Activity) -> Joined:
    """Return the first contact with the sender."""
    return Joined(to_person(activity), to_direct(activity))


def to_action(activity: Activity, action: CardAction) -> Pressed | Submitted:
    """Return what somebody did on a card: a press or a submitted form."""
    return _to_pressed(activity, action) if isinstance(action, ButtonPress) else _to_submitted(activity, action)


def to_viewed(activity: Activity, name: Literal["home", "queue"], query: str = "") -> Viewed:
    """Return that the sender opened a page."""
    return Viewed(to_person(activity), name, to_direct(activity), query)


def to_shared(activity: Activity) -> Shared:
    """Return the use of the message extension.

    Without a message it was used in the compose box, and the text is empty.
    """
    match activity.value:
        case {"messagePayload": {"body": {"content": str(content), **body}}}:
            text = plain_text(content, is_html=body.get("contentType") == "html")
        case _:
            text = ""
    return Shared(to_person(activity), text, to_address(activity))


def is_report_command(value: object) -> bool:
    """Return whether the `value` of an invoke names the message extension's command in the app's manifest."""
    return isinstance(value, dict) and value.get("commandId") == REPORT_COMMAND


def _to_pressed(activity: Activity, press: ButtonPress) -> Pressed:
    where = to_address(activity)
    return Pressed(_event_id(activity), to_person(activity), press.action, press.value, where, to_direct(activity))


def _to_submitted(activity: Activity, submission: FormSubmission) -> Submitted:
    # With the id of the form, a form that is sent twice is one event. With the person's id, nobody can submit the form
    # of somebody else and thereby block it.
    person = to_person(activity)
    return Submitted(
        f"form:{person.id}:{submission.id}",
        person,
        submission.form.name,
        submission.form.context,
        submission.values,
        to_address(activity),
        to_direct(activity),
    )


def _event_id(activity: Activity) -> str:
    return f"{activity.conversation.id}:{activity.id}"


def _bot_mentions(activity: Activity, bot_id: str) -> tuple[str, ...]:
    """Return the mentions of the bot, each as it is written in the text."""
    ours = {activity.recipient.id, bot_id}
    return tuple(
        entity.text
        for entity in activity.entities or ()
        if entity.type == "mention" and entity.mentioned and entity.mentioned.id in ours
    )


def _deep_link(activity: Activity) -> str:
    """Return a link to a message in a channel; empty in any other conversation."""
    if activity.conversation.conversation_type != "channel":
        return ""
    channel, tenant = quote(activity.conversation_without_thread, safe=""), quote(activity.tenant, safe="")
    return f"https://teams.microsoft.com/l/message/{channel}/{activity.id}?tenantId={tenant}"


def plain_text(text: str, mentions: Iterable[str] = (), *, is_html: bool = False) -> str:
    """Return what somebody typed, without the tags that Teams adds.

    `mentions` are the mentions of the desk, each as it is written in `text`; the first occurrence of each is removed.
    Text that Teams calls plain has tags of its own around paragraphs and mentions; any other tag in it was typed and
    stays. With `is_html`, all tags are removed.
    """
    for span in mentions:
        text = text.replace(span, " ", 1) if span else text
    text = _PARAGRAPH_TAGS.sub("", _LINE_BREAK_TAGS.sub("\n", _MENTION_TAGS.sub("", text)))
    if is_html:
        text = _TAGS.sub("", text)
    # PostgreSQL stores no NUL.
    text = _SPACES.sub(" ", unescape(text).replace("\x00", "\ufffd"))
    return _LINE_BREAKS.sub("\n", text).strip()
