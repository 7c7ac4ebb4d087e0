"""What a page posts -> what the desk is told. The page makes the id of each event, so that it can post it again."""

from __future__ import annotations

from typing import Annotated, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from adapters.web.people import PAGE, PLATFORM, PRESS, STAFF, THREAD, People, Persona, thread_of
from adapters.web.transcript import Entry, Transcript
from bot.messages import Address, Pressed, Said, Submitted, Viewed

EventId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{8,64}$")]
Short = Annotated[str, StringConstraints(max_length=200)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    person: Short


class ViewBody(_Asked):
    """Somebody opened the press office's page."""

    query: Short = ""


class _Body(_Asked):
    id: EventId


class SayBody(_Body):
    """Somebody typed `text` in the conversation `at`."""

    at: Short
    text: Annotated[str, StringConstraints(min_length=1)]


class PressBody(_Body):
    """Somebody pressed a button on `message`."""

    message: Short
    action: Short
    value: Short = ""


class SubmitBody(_Body):
    """Somebody sent a form that a button on `message` had opened."""

    message: Short
    form: Short
    context: Short
    values: dict[str, str] = Field(max_length=50)


BodyType = TypeVar("BodyType", SayBody, PressBody, SubmitBody, ViewBody)


async def read(request: web.Request, kind: type[BodyType]) -> BodyType:
    """The body, or 400."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="Post JSON.")
    try:
        return kind.model_validate_json(await request.read())
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"]) or "the body"
        raise web.HTTPBadRequest(text=f"This cannot be understood: {where}.") from None


class Reader:
    """Bodies -> messages, as far as the people and conversations in them exist."""

    def __init__(self, transcript: Transcript, people: People) -> None:
        self._transcript, self._people = transcript, people

    async def place(self, body: SayBody) -> tuple[Persona, Address]:
        """Who speaks, and where: their own conversation, or the thread of a case."""
        persona = self._persona(body)
        if body.at == persona.direct.token:
            return persona, persona.direct
        card = await self._transcript.get(body.at.removeprefix(THREAD)) if body.at.startswith(THREAD) else None
        if card is None or card.conversation != PRESS:
            raise web.HTTPForbidden(text="You cannot write there.")
        return persona, Address(PLATFORM, body.at)

    def said(self, entry: Entry) -> Said:
        """A message that is in the transcript; 403 when who wrote it is here no more."""
        persona = self._people.get(entry.person)
        if persona is None:
            raise web.HTTPForbidden(text="There is nobody of that name here.")
        at = Address(PLATFORM, entry.conversation)
        return Said(entry.event_id, persona.person, entry.text, at, persona.direct)

    def viewed(self, body: ViewBody) -> Viewed:
        """The press office's page."""
        persona = self._persona(body)
        return Viewed(persona.person, "queue", persona.direct, body.query)

    async def pressed(self, body: PressBody) -> Pressed:
        """A button."""
        persona = self._persona(body)
        at = await self._around(body.message, persona)
        return Pressed(body.id, persona.person, body.action, body.value, at, persona.direct)

    async def submitted(self, body: SubmitBody) -> Submitted:
        """A form."""
        persona = self._persona(body)
        at = await self._around(body.message, persona)
        return Submitted(body.id, persona.person, body.form, body.context, body.values, at, persona.direct)

    def _persona(self, body: _Asked) -> Persona:
        persona = self._people.get(body.person)
        if persona is None:
            raise web.HTTPForbidden(text="There is nobody of that name here.")
        return persona

    async def _around(self, message: str, persona: Persona) -> Address:
        """Where an answer to something done on `message` belongs; 403 in somebody else's conversation."""
        if message == PAGE:
            return persona.direct
        entry = await self._transcript.get(message)
        if entry is None:
            raise web.HTTPNotFound(text="That message is not here any more.")
        if entry.conversation.startswith(STAFF) and entry.conversation != persona.direct.token:
            raise web.HTTPForbidden(text="That is somebody else's conversation.")
        return Address(PLATFORM, thread_of(entry.id) if entry.conversation == PRESS else entry.conversation)
