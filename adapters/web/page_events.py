"""The bodies of the page's requests, and their conversion to `messages.Incoming`.

The page makes the id of each event, so it can post the event again after an error.
"""

from __future__ import annotations

from typing import Annotated, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from adapters.web.message_store import MessageStore, StoredMessage
from adapters.web.personas import PAGE, PLATFORM, PRESS, STAFF_PREFIX, THREAD_PREFIX, Persona, Personas, thread_of
from bot.messages import Address, Pressed, Said, Submitted, Viewed

EventId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{8,64}$")]
Short = Annotated[str, StringConstraints(max_length=200)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    person: Short


class ViewBody(_Body):
    """Somebody opened the queue page."""

    query: Short = ""


class _EventBody(_Body):
    id: EventId


class SayBody(_EventBody):
    """Somebody typed `text` in the conversation `at`."""

    at: Short
    text: Annotated[str, StringConstraints(min_length=1)]


class PressBody(_EventBody):
    """Somebody pressed a button on `message`."""

    message: Short
    action: Short
    value: Short = ""


class SubmitBody(_EventBody):
    """Somebody sent a form that a button on `message` had opened."""

    message: Short
    form: Short
    context: Short
    values: dict[str, str] = Field(max_length=50)


BodyType = TypeVar("BodyType", SayBody, PressBody, SubmitBody, ViewBody)


async def read_body(request: web.Request, kind: type[BodyType]) -> BodyType:
    """Return the body of a request. Raises HTTP 415 or 400 if it is not JSON of this kind."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="Post JSON.")
    try:
        return kind.model_validate_json(await request.read())
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"]) or "the body"
        raise web.HTTPBadRequest(text=f"This cannot be understood: {where}.") from None


class EventReader:
    """Makes incoming messages from bodies. Raises HTTP 403 or 404 if a person or a conversation does not exist."""

    def __init__(self, messages: MessageStore, personas: Personas) -> None:
        self._messages, self._personas = messages, personas

    async def to_conversation(self, body: SayBody) -> tuple[Persona, Address]:
        """Return who writes, and where: in their own conversation, or in the thread of a case."""
        persona = self._persona(body)
        if body.at == persona.direct.token:
            return persona, persona.direct
        in_thread = body.at.startswith(THREAD_PREFIX)
        card = await self._messages.get(body.at.removeprefix(THREAD_PREFIX)) if in_thread else None
        if card is None or card.conversation != PRESS:
            raise web.HTTPForbidden(text="You cannot write there.")
        return persona, Address(PLATFORM, body.at)

    def to_said(self, message: StoredMessage) -> Said:
        """Return a person's stored message. Raises HTTP 403 if its author no longer exists."""
        persona = self._personas.get(message.person)
        if persona is None:
            raise web.HTTPForbidden(text="There is nobody of that name here.")
        at = Address(PLATFORM, message.conversation)
        return Said(message.event_id, persona.person, message.text, at, persona.direct)

    def to_viewed(self, body: ViewBody) -> Viewed:
        """Return that somebody opened the queue page."""
        persona = self._persona(body)
        return Viewed(persona.person, "queue", persona.direct, body.query)

    async def to_pressed(self, body: PressBody) -> Pressed:
        """Return the press of a button."""
        persona = self._persona(body)
        at = await self._answer_address(body.message, persona)
        return Pressed(body.id, persona.person, body.action, body.value, at, persona.direct)

    async def to_submitted(self, body: SubmitBody) -> Submitted:
        """Return a form that was sent."""
        persona = self._persona(body)
        at = await self._answer_address(body.message, persona)
        return Submitted(body.id, persona.person, body.form, body.context, body.values, at, persona.direct)

    def _persona(self, body: _Body) -> Persona:
        persona = self._personas.get(body.person)
        if persona is None:
            raise web.HTTPForbidden(text="There is nobody of that name here.")
        return persona

    async def _answer_address(self, message_id: str, persona: Persona) -> Address:
        """Return the address for the answer to an action on this message.

        Raises HTTP 404 if the message does not exist, 403 if it is in another person's conversation.
        """
        if message_id == PAGE:
            return persona.direct
        message = await self._messages.get(message_id)
        if message is None:
            raise web.HTTPNotFound(text="That message is not here any more.")
        if message.conversation.startswith(STAFF_PREFIX) and message.conversation != persona.direct.token:
            raise web.HTTPForbidden(text="That is somebody else's conversation.")
        return Address(PLATFORM, thread_of(message.id) if message.conversation == PRESS else message.conversation)
