"""A platform of the tests' own: events come in by HTTP POST, and what the desk says goes out by HTTP POST."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, web
from pydantic import TypeAdapter, ValidationError

from adapters.http import HttpServer
from bot.errors import TemporaryFailure
from bot.messages import Address, Mark, Outgoing, Pressed, Receipt, Said, Submitted, SyncResponse
from bot.ports import Desk, Finding, Health, Identity, Messenger

PLATFORM = "chaos"
PRESS = ("press-1", "press-2")
THREAD = "thread/"
OFFICERS = ("anna", "ben")

Event = Said | Pressed | Submitted
_EVENTS: dict[str, TypeAdapter[Any]] = {
    "said": TypeAdapter(Said),
    "pressed": TypeAdapter(Pressed),
    "submitted": TypeAdapter(Submitted),
}
_OUTGOING = TypeAdapter(Outgoing)
IMMEDIATE = TypeAdapter(SyncResponse)


def path_of(event: Event) -> str:
    """Where an event is posted to."""
    return f"/{type(event).__name__.lower()}"


def body_of(event: Event) -> bytes:
    """What is posted there."""
    body: bytes = _EVENTS[type(event).__name__.lower()].dump_json(event)
    return body


class HttpPlatform:
    """`ports.Adapter`; a 200 means that the event is taken, with what has to be shown at once."""

    platform = PLATFORM

    def __init__(self, port: int, messenger: Messenger) -> None:
        self.messenger = messenger
        self._server = HttpServer("127.0.0.1", port)
        self._server.application.router.add_post("/{kind:said|pressed|submitted}", self._take)
        self._desk: Desk | None = None

    async def start(self, desk: Desk) -> None:
        self._desk = desk
        await self._server.start()

    async def stop(self) -> None:
        await self._server.stop()

    def health(self) -> Health:
        return Health(ready=self._desk is not None)

    async def identify(self, said: Said) -> Identity:
        return Identity("member", said.person)

    async def turn_away(self, said: Said) -> None:
        raise AssertionError(said)

    async def _take(self, request: web.Request) -> web.Response:
        assert self._desk is not None  # it listens once it has a desk
        try:
            event = _EVENTS[request.match_info["kind"]].validate_json(await request.read())
        except ValidationError as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        immediate = await self._desk.handle(event)
        return web.Response(body=IMMEDIATE.dump_json(immediate), content_type="application/json")


class SinkMessenger:
    """`ports.Messenger` over HTTP. It cannot tell a message that it sent before: the sink shows what it is given."""

    def __init__(self, url: str) -> None:
        self._url = url
        # No limit of its own: whatever stalls is the relay's to end.
        self._session = ClientSession(timeout=ClientTimeout(total=None))

    async def send(self, to: Address, outgoing: Outgoing, key: str) -> Receipt:
        message = await self._post("send", key, to, outgoing=_OUTGOING.dump_python(outgoing, mode="json"))
        return Receipt(to, (message,), Address(PLATFORM, f"{THREAD}{message}") if to.token in PRESS else None)

    async def update(self, receipt: Receipt, outgoing: Outgoing, key: str) -> Receipt:
        shown = _OUTGOING.dump_python(outgoing, mode="json")
        await self._post("update", key, receipt.address, message=receipt.parts[0], outgoing=shown)
        return receipt

    async def delete(self, receipt: Receipt) -> bool:
        await self._post("delete", f"delete:{receipt.parts}", receipt.address)
        return True

    async def mark(self, message: Address, event_id: str, mark: Mark) -> bool:
        await self._post("mark", f"mark:{event_id}:{mark}", message)
        return True

    async def diagnose(self) -> Sequence[Finding]:
        return ()

    async def close(self) -> None:
        await self._session.close()

    async def _post(self, do: str, key: str, to: Address, **more: object) -> str:
        body = {"do": do, "key": key, "to": to.token, **more}
        try:
            async with self._session.post(f"{self._url}/deliver", json=body) as response:
                if response.status != web.HTTPOk.status_code:
                    wait = response.headers.get("Retry-After")
                    raise TemporaryFailure(f"The sink says {response.status}.", float(wait) if wait else None)
                return str((await response.json())["message"])
        except ClientError as error:
            raise TemporaryFailure(f"The sink cannot be reached: {type(error).__name__}.") from error
