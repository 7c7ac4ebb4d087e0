"""How the relay reaches Teams."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from adapters.teams import cards
from adapters.teams.connector import Connector
from adapters.teams.failures import ConnectorFailure
from adapters.teams.incoming import THREAD
from adapters.teams.pace import Pace
from adapters.teams.places import Places
from adapters.teams.runs import Json
from adapters.teams.settings import PLATFORM, TeamsSettings
from bot.errors import PermanentFailure, StoreError, TemporaryFailure
from bot.messages import Address, Mark, Outgoing, Receipt
from bot.ports import Clock, Finding

TEAM = "team:"
"""An Address that names a team and leaves the channel to the installation: `teams:team:<id of the group>`."""

_PATIENCE = 2.0  # seconds to wait for a turn with a send under way; longer, and the relay tries again
_REMEMBERED = 2000  # deliveries; a repeated one comes within minutes
_DIRECTORY_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_AGAIN = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.PRECONDITION_FAILED, HTTPStatus.TOO_MANY_REQUESTS})

_NO_SUCH_PLACE = (
    "It has teams:19:… for a channel or a thread, teams:team:<group id> for the team where the app was installed, and "
    "teams:<object id> for a person."
)
_SIGN_IN = "Check MICROSOFT_APP_PASSWORD, teams.app_id and teams.tenant_id: the secret may have expired."
_FIXES = {
    "access token": _SIGN_IN,
    "signing keys": "Let the desk reach that address, or mend teams.openid_metadata_url.",
}
_ENDPOINT = "Set the messaging endpoint of the Azure Bot to https://…/api/messages of this desk, and write to the app."
_LATER = "Try again, and see Microsoft's service health if it stays so."
_INSTALL = "Install the app there: for people in Teams' admin centre under Setup policies, for a team in the team."
_GONE = "Name a channel that exists, and install the app in its team."


@dataclass(slots=True)
class _Progress:
    """What Teams took of a delivery so far. Lost with the process: then a message may be shown twice."""

    parts: list[str] = field(default_factory=list)
    thread: str = ""


@dataclass(frozen=True, slots=True)
class _Target:
    """`channel` is where the first message begins a thread; else `conversation` is where all of them go."""

    service: str
    conversation: str
    channel: str = ""


class TeamsMessenger:
    """See `ports.Messenger`. A delivery in several parts goes on where it was interrupted."""

    def __init__(
        self, connector: Connector, places: Places, settings: TeamsSettings, clock: Clock, pace: Pace | None = None
    ) -> None:
        self._connector, self._places, self._settings, self._clock = connector, places, settings, clock
        self._pace = pace or Pace()
        self._sent: OrderedDict[str, _Progress] = OrderedDict()

    async def send(self, to: Address, outgoing: Outgoing, key: str) -> Receipt:
        """Write a new message."""
        with self._translated():
            drawn = [cards.activity(card, outgoing) for card in await self._draw(outgoing)]
            return await self.post(to, drawn, key)

    async def update(self, receipt: Receipt, outgoing: Outgoing, key: str) -> Receipt:
        """Change a message in place."""
        with self._translated():
            drawn = [cards.activity(card, outgoing) for card in await self._draw(outgoing)]
            target = await self._target(receipt.thread or receipt.address)
            try:
                await self._replace(target, receipt.parts, drawn)
            except ConnectorFailure as failure:
                if failure.status != HTTPStatus.NOT_FOUND:
                    raise
                return await self.post(receipt.address, drawn, key)
            rest = drawn[len(receipt.parts) :]
            more = await self.post(receipt.thread or receipt.address, rest, key) if rest else None
            kept = receipt.parts[: len(drawn)]
            return Receipt(receipt.address, kept + (more.parts if more else ()), receipt.thread)

    async def mark(self, message: Address, event_id: str, mark: Mark) -> bool:
        """Nothing: Teams lets no bot put a mark on somebody's message. Words say what became of it."""
        return False

    async def diagnose(self) -> Sequence[Finding]:
        """Whether Microsoft knows the app and can be known by it, has found the desk, and lets it into the channels."""
        found = [Finding("teams", ok=True, detail="authentication is off, on this machine alone")]
        if self._settings.authentication:
            found = [
                Finding(f"teams {subject}", not trouble, trouble or "in order", _FIXES[subject] if trouble else "")
                for subject, trouble in (await self._connector.check()).items()
            ]
        return [*found, await self._heard(), *[await self._reaches(each) for each in self._settings.press_channels]]

    async def post(self, to: Address, activities: Sequence[Json], key: str) -> Receipt:
        """Activities as they are, each once for the same key. Raises ConnectorFailure and DeliveryFailure."""
        target = await self._target(to)
        progress = self._progress(key)
        for activity in activities[len(progress.parts) :]:
            await self._post(to, target, progress, activity)
        if progress.thread:
            return Receipt(to, tuple(progress.parts), Address(PLATFORM, progress.thread))
        return Receipt(to, tuple(progress.parts), to if THREAD in to.token else None)

    async def redraw(self, to: Address, message: str, activity: Json) -> None:
        """Another activity in place of one. Raises ConnectorFailure and DeliveryFailure."""
        target = await self._target(to)
        await self._wait(target.conversation)
        await self._connector.update(target.service, target.conversation, message, activity)

    async def _post(self, to: Address, target: _Target, progress: _Progress, activity: Json) -> None:
        await self._wait(progress.thread or target.conversation or target.channel)
        if target.channel and not progress.thread:
            asked = {"isGroup": True, "channelData": {"channel": {"id": target.channel}}, "activity": activity}
            tenant = {"tenantId": self._settings.tenant_id, "bot": {"id": self._settings.bot_id}}
            thread, message = await self._connector.create(target.service, {**tenant, **asked})
            progress.parts.append(message)
            progress.thread = thread
            await self._places.began(thread)
            return
        conversation = progress.thread or target.conversation
        try:
            progress.parts.append(await self._connector.send(target.service, conversation, activity))
        except ConnectorFailure as failure:
            if failure.status == HTTPStatus.NOT_FOUND and _is_person(to.token):
                await self._places.opened(to.token, "")
                raise TemporaryFailure("Their chat is no more; another one is opened.") from failure
            raise

    async def _replace(self, target: _Target, parts: Sequence[str], drawn: Sequence[Json]) -> None:
        for number, message in enumerate(parts):
            await self._wait(target.conversation)
            if number < len(drawn):
                await self._connector.update(target.service, target.conversation, message, drawn[number])
            else:
                await self._connector.delete(target.service, target.conversation, message)

    async def _draw(self, outgoing: Outgoing) -> list[Json]:
        names = {person: (await self._places.person(person)).name for person in cards.mentioned(outgoing)}
        return cards.cards(outgoing, names)

    async def _target(self, to: Address) -> _Target:
        token = to.token
        if token.startswith(TEAM):
            channel = await self._places.channel(token.removeprefix(TEAM))
            if not channel:
                raise PermanentFailure(f"The app was not installed in {to}.", _INSTALL)
            return _Target(await self._service(channel), "", channel)
        if token.startswith("19:"):
            service = await self._service(token)
            is_channel = THREAD not in token and token.endswith(("@thread.tacv2", "@thread.skype"))
            return _Target(service, "", token) if is_channel else _Target(service, token)
        return await self._chat(to)

    async def _chat(self, to: Address) -> _Target:
        """Somebody's personal chat, opened where there is none yet."""
        known = await self._places.person(to.token)
        service = known.service or await self._service()
        if known.conversation:
            return _Target(service, known.conversation)
        if not (known.user or _is_person(to.token)):
            raise PermanentFailure(f"Teams has no conversation {to.token!r}.", _NO_SUCH_PLACE)
        tenant = known.tenant or self._settings.tenant_id
        asked: Json = {
            "isGroup": False,
            "bot": {"id": self._settings.bot_id},
            "members": [{"id": known.user or to.token}],
            "tenantId": tenant,
            "channelData": {"tenant": {"id": tenant}},
        }
        conversation, _ = await self._connector.create(service, asked)
        await self._places.opened(to.token, conversation)
        return _Target(service, conversation)

    async def _service(self, conversation: str = "") -> str:
        service = await self._places.service(conversation)
        if not self._settings.trusts(service):
            raise PermanentFailure("Teams has not said yet where this conversation is reached.", _INSTALL)
        return service

    async def _wait(self, conversation: str) -> None:
        seconds = self._pace.wait(conversation, at_most=_PATIENCE)
        if seconds > _PATIENCE:
            raise TemporaryFailure("Teams would take no more messages in this conversation just now.", seconds)
        await asyncio.sleep(seconds)

    def _progress(self, key: str) -> _Progress:
        progress = self._sent.setdefault(key, _Progress())
        self._sent.move_to_end(key)
        if len(self._sent) > _REMEMBERED:
            self._sent.popitem(last=False)
        return progress

    async def _heard(self) -> Finding:
        try:
            with self._translated():
                heard = await self._places.heard()
        except TemporaryFailure as failure:
            return Finding("teams endpoint", ok=False, detail=failure.reason, fix=_LATER)
        detail = "Teams has found the desk" if heard else "Teams has never posted anything to the desk"
        return Finding("teams endpoint", heard, detail, "" if heard else _ENDPOINT)

    async def _reaches(self, channel: str) -> Finding:
        """Who is in a channel is told to those alone who are in it themselves."""
        subject = f"teams:{channel}"
        try:
            with self._translated():
                target = await self._target(Address(PLATFORM, channel))
                await self._connector.members(target.service, target.channel or target.conversation)
        except PermanentFailure as failure:
            return Finding(subject, ok=False, detail=failure.reason, fix=failure.fix)
        except TemporaryFailure as failure:
            return Finding(subject, ok=False, detail=failure.reason, fix=_LATER)
        return Finding(subject, ok=True, detail="the app is in it")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """What Microsoft answers, as the relay knows it."""
        try:
            yield
        except ConnectorFailure as failure:
            raise self._translate(failure) from failure
        except StoreError as error:
            raise TemporaryFailure("Where to write in Teams cannot be looked up just now.") from error

    def _translate(self, failure: ConnectorFailure) -> TemporaryFailure | PermanentFailure:
        match failure.status:
            case 0:
                return TemporaryFailure(f"Teams cannot be reached: {failure}.")
            case HTTPStatus.UNAUTHORIZED:  # mended by whoever runs the desk, and nothing is lost meanwhile
                return TemporaryFailure(f"Microsoft does not let the desk in: {failure}. {_SIGN_IN}")
            case status if status in _AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                return TemporaryFailure(f"Teams answers {failure}.", self._seconds(failure.retry_after))
            case HTTPStatus.FORBIDDEN:
                return PermanentFailure(f"Teams does not let the desk write there: {failure}.", _INSTALL)
            case HTTPStatus.NOT_FOUND:
                return PermanentFailure(f"There is no such conversation in Teams: {failure}.", _GONE)
            case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
                return PermanentFailure(f"The message is too large for Teams: {failure}.", "Shorten the answer.")
            case _:
                return PermanentFailure(f"Teams answers {failure}.", "Look the answer up in Teams' documentation.")

    def _seconds(self, retry_after: str) -> float | None:
        """A Retry-After header: seconds, or a date."""
        if retry_after.isascii() and retry_after.isdecimal():
            return float(retry_after)
        try:
            return max(0.0, (parsedate_to_datetime(retry_after) - self._clock.now()).total_seconds())
        except (ValueError, TypeError):
            return None


def _is_person(token: str) -> bool:
    return _DIRECTORY_ID.fullmatch(token) is not None
