"""How the relay reaches Slack."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from adapters.slack import blocks, places
from adapters.slack.errors import FIXES, SlackRefusal
from adapters.slack.manifest import SCOPES
from adapters.slack.places import Place, Places
from adapters.slack.settings import SHARE, Settings
from adapters.slack.web import Json, SlackWeb
from bot.errors import DeliveryFailure, PermanentFailure, TemporaryFailure
from bot.messages import Address, Button, Buttons, Mark, Outgoing, Receipt
from bot.ports import Clock, Finding
from bot.presentation import texts

_EVENT = "policydesk_delivery"
_GONE = frozenset({"message_not_found", "edit_window_closed", "cant_update_message", "thread_not_found"})
_MARKS: dict[Mark, str] = {"delivered": "white_check_mark", "failed": "warning"}
_APP_TOKEN = "Set SLACK_APP_TOKEN to an app-level token (xapp-…) that has the scope connections:write."  # noqa: S105
_MOST = 2000  # deliveries of which this process knows how far they got


@dataclass
class _Delivery:
    """How far a message got: part -> ts. `doubtful` while nobody knows whether Slack took the part under way."""

    begun: datetime
    sent: dict[int, str] = field(default_factory=dict)
    doubtful: bool = False
    receipt: Receipt | None = None


class SlackMessenger:
    """Slack knows no idempotency key: a message carries its delivery's in its metadata, by which it is found again."""

    def __init__(self, settings: Settings, web: SlackWeb, known: Places, clock: Clock) -> None:
        self._settings, self._web, self._places, self._clock = settings, web, known, clock
        self._deliveries: OrderedDict[str, _Delivery] = OrderedDict()

    async def send(self, to: Address, outgoing: Outgoing, key: str) -> Receipt:
        """Write a new message; what is long goes on below it, in a channel in its thread."""
        delivery = self._delivery(key)
        if delivery.receipt is None:
            place = places.read(to)
            if place.command:
                delivery.receipt = await self._answer(to, place, outgoing, delivery, key)
            else:
                delivery.receipt = await self._write(to, place, self._drawn(outgoing), delivery, key)
        return delivery.receipt

    def recall(self, key: str, since: datetime) -> None:
        """See `ports.Recalls`: what is found in Slack by its metadata is not written again."""
        delivery = self._delivery(key)
        delivery.begun = min(delivery.begun, since)
        delivery.doubtful = True

    async def update(self, receipt: Receipt, outgoing: Outgoing, key: str) -> Receipt:
        """Change a message in place. Where any part of it is gone the whole is sent again and the rest taken away."""
        place = places.read(receipt.address)
        delivery = self._delivery(key)
        if delivery.receipt is None and not place.command:
            drawn = self._drawn(outgoing)
            if await self._change(receipt, drawn):
                delivery.sent |= {number: reference.split("/")[1] for number, reference in enumerate(receipt.parts)}
                delivery.receipt = await self._write(receipt.address, place, drawn, delivery, key)
                await self._take_away(receipt.parts[len(drawn) :])
        if delivery.receipt is None:
            await self.send(receipt.address, outgoing, key)
            await self._take_away(receipt.parts)
        return await self.send(receipt.address, outgoing, key)

    async def mark(self, message: Address, event_id: str, mark: Mark) -> bool:
        """Show what became of a person's message; nothing happens when it is gone."""
        _, channel, ts, *_ = event_id.split(":")
        await self._web.react(channel, ts, _MARKS[mark])
        return True

    async def diagnose(self) -> Sequence[Finding]:
        """Tokens, scopes and the press channels; asked anew, so that it says the same before the adapter is started."""
        findings = []
        try:
            missing = sorted(SCOPES - await self._web.scopes())
            said = f"missing: {', '.join(missing)}" if missing else "complete"
            findings.append(Finding("slack scopes", not missing, said, FIXES["missing_scope"] if missing else ""))
        except DeliveryFailure as failure:
            findings.append(_failed("slack token", failure))
        if self._settings.mode == "socket":
            findings.append(await self._asked("slack app token", self._web.open_socket(), "Slack takes it", _APP_TOKEN))
        channels = sorted(self._settings.press_channels)
        return [
            *findings,
            *[await self._asked(f"slack:{each}", self._web.can_read(each), "the app is in it") for each in channels],
        ]

    # ---- writing ----------------------------------------------------------------------------------------------------

    async def _write(
        self, to: Address, place: Place, parts: Sequence[blocks.Part], delivery: _Delivery, key: str
    ) -> Receipt:
        channel = place.channel or await self._places.conversation(place.user)
        if delivery.doubtful:
            spreads = place.channel and not place.thread  # all but its first part stands below that
            if not spreads or 0 not in delivery.sent:
                delivery.sent |= await self._web.find(channel, place.thread, key, delivery.begun)
            if spreads and 0 in delivery.sent:
                delivery.sent |= await self._web.find(channel, delivery.sent[0], key, delivery.begun)
            delivery.doubtful = False
        for number, part in enumerate(parts):
            if number not in delivery.sent:
                below = place.thread or (delivery.sent[0] if number and place.channel else "")
                delivery.sent[number] = await self._post(channel, part, below, delivery, {"key": key, "part": number})
        thread = None
        if place.channel:
            thread = to if place.thread else places.thread(channel, delivery.sent[0])
            if not place.thread:
                await self._places.wrote_in(channel, delivery.sent[0])
        return Receipt(to, tuple(f"{channel}/{delivery.sent[number]}" for number in range(len(parts))), thread)

    async def _post(self, channel: str, part: blocks.Part, below: str, delivery: _Delivery, payload: Json) -> str:
        metadata = {"event_type": _EVENT, "event_payload": payload}
        try:
            return await self._web.post(channel, list(part.blocks), part.text, thread=below, metadata=metadata)
        except TemporaryFailure:
            delivery.doubtful = True
            raise
        except BaseException as error:
            # Cancelled by the relay's patience, or worse: Slack may have it all the same.
            delivery.doubtful = not isinstance(error, DeliveryFailure)
            raise

    async def _answer(self, to: Address, place: Place, outgoing: Outgoing, delivery: _Delivery, key: str) -> Receipt:
        """To whoever gave a slash command, seen by them alone; in their direct conversation when it is too late."""
        command = await self._places.command(place.command)
        if command is None:
            return await self._write(to, Place(user=place.user), self._drawn(outgoing), delivery, key)
        if outgoing.shareable:
            shared = [block for block in blocks.drawn(outgoing) if block["type"] != "actions"]
            await self._places.offer(place.command, json.dumps(shared))
            share = Buttons((Button(texts.SHARE, SHARE, place.command),))
            outgoing = Outgoing((*outgoing.blocks, share), outgoing.summary)
        parts = self._drawn(outgoing)
        for number, part in enumerate(parts):
            if number in delivery.sent:
                continue
            message = {"response_type": "ephemeral", "replace_original": False, "text": part.text}
            if not await self._web.respond(command.url, {**message, "blocks": list(part.blocks)}):
                return await self._write(to, Place(user=place.user), parts, delivery, key)
            delivery.sent[number] = place.command
        return Receipt(to, (place.command,))

    def _drawn(self, outgoing: Outgoing) -> list[blocks.Part]:
        return blocks.parts(outgoing, self._web.identity.team if self._web.identity else "")

    async def _change(self, receipt: Receipt, drawn: Sequence[blocks.Part]) -> bool:
        """Whether every part was still there."""
        try:
            for part, reference in zip(drawn, receipt.parts, strict=False):
                channel, ts = reference.split("/")
                await self._web.change(channel, ts, list(part.blocks), part.text)
        except SlackRefusal as refusal:
            if refusal.code in _GONE:
                return False
            raise
        return True

    async def _take_away(self, parts: Sequence[str]) -> None:
        for reference in parts:
            channel, _, ts = reference.partition("/")
            if ts:
                await self._web.remove(channel, ts)

    async def _asked(self, subject: str, question: Awaitable[object], fine: str, fix: str = "") -> Finding:
        try:
            await question
        except DeliveryFailure as failure:
            return _failed(subject, failure, fix)
        return Finding(subject, ok=True, detail=fine)

    def _delivery(self, key: str) -> _Delivery:
        if key not in self._deliveries and len(self._deliveries) >= _MOST:
            self._deliveries.popitem(last=False)
        return self._deliveries.setdefault(key, _Delivery(self._clock.now()))


def _failed(subject: str, failure: DeliveryFailure, fix: str = "") -> Finding:
    """`fix` is for what Slack refuses, where its word for it has another meaning than elsewhere."""
    if isinstance(failure, PermanentFailure):
        return Finding(subject, ok=False, detail=failure.reason, fix=fix or failure.fix)
    return Finding(subject, ok=False, detail=str(failure), fix="Try again, and see status.slack.com if it stays so.")
