"""The Messenger for Slack: how the relay sends, updates and marks messages."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from adapters.slack.conversations import Conversations, Destination, parse_address, thread_address
from adapters.slack.errors import FIXES, SlackRefusal
from adapters.slack.manifest import SCOPES
from adapters.slack.settings import SHARE, SlackSettings
from adapters.slack.to_slack.blocks import MessagePart, message_parts, to_blocks
from adapters.slack.web_api import Json, SlackWebApi
from bot.errors import DeliveryFailure, PermanentFailure, TemporaryFailure
from bot.messages import Address, Button, Buttons, Mark, Outgoing, Receipt
from bot.ports import Clock, Finding
from bot.presentation import texts

_METADATA_TYPE = "policydesk_delivery"
_NOT_UPDATABLE = frozenset({"message_not_found", "edit_window_closed", "cant_update_message", "thread_not_found"})
_EMOJI: dict[Mark, str] = {"delivered": "white_check_mark", "failed": "warning"}
_APP_TOKEN = "Set SLACK_APP_TOKEN to an app-level token (xapp-…) that has the scope connections:write."  # noqa: S105
_MAX_DELIVERIES = 2000  # whose progress is kept in memory


@dataclass
class _Delivery:
    """Progress of one delivery in this process."""

    started: datetime
    sent: dict[int, str] = field(default_factory=dict)
    """Part number -> ts of the message, or the id of the response URL that took the part."""
    uncertain: bool = False
    """Whether Slack may have accepted a part whose call failed. It must be searched for before the next send."""
    receipt: Receipt | None = None


class SlackMessenger:
    """See `ports.Messenger` and `ports.Recalls`.

    Slack has no idempotency key, so a message carries the delivery's key in its metadata. If it is uncertain whether a
    message was accepted, the messenger searches the channel for that key and sends only the missing parts.
    """

    def __init__(self, settings: SlackSettings, api: SlackWebApi, conversations: Conversations, clock: Clock) -> None:
        self._settings, self._api, self._conversations, self._clock = settings, api, conversations, clock
        self._deliveries: OrderedDict[str, _Delivery] = OrderedDict()

    async def send(self, to: Address, outgoing: Outgoing, key: str) -> Receipt:
        """Send a new message. In a channel, all parts of a long one except the first go to the thread below it."""
        delivery = self._delivery(key)
        if delivery.receipt is None:
            destination = parse_address(to)
            if destination.command:
                delivery.receipt = await self._respond(to, destination, outgoing, delivery, key)
            else:
                delivery.receipt = await self._post(to, destination, self._parts(outgoing), delivery, key)
        return delivery.receipt

    def recall(self, key: str, since: datetime) -> None:
        """See `ports.Recalls`: the next `send` searches for messages with this key since then."""
        delivery = self._delivery(key)
        delivery.started = min(delivery.started, since)
        delivery.uncertain = True

    async def update(self, receipt: Receipt, outgoing: Outgoing, key: str) -> Receipt:
        """Change a message in place.

        If a part of it is gone, send the whole message again and delete the other old parts.
        """
        destination = parse_address(receipt.address)
        delivery = self._delivery(key)
        if delivery.receipt is None and not destination.command:
            parts = self._parts(outgoing)
            if await self._update_parts(receipt, parts):
                delivery.sent |= {number: reference.split("/")[1] for number, reference in enumerate(receipt.parts)}
                delivery.receipt = await self._post(receipt.address, destination, parts, delivery, key)
                await self._delete(receipt.parts[len(parts) :])
        if delivery.receipt is None:
            await self.send(receipt.address, outgoing, key)
            await self._delete(receipt.parts)
        return await self.send(receipt.address, outgoing, key)

    async def delete(self, receipt: Receipt) -> bool:
        """Delete all parts of a message. An answer to a command cannot be deleted."""
        await self._delete(receipt.parts)
        return all("/" in reference for reference in receipt.parts)

    async def mark(self, message: Address, event_id: str, mark: Mark) -> bool:
        """Add an emoji to the person's message that arrived as `event_id`. No error if the message is gone."""
        _, channel, ts, *_ = event_id.split(":")
        await self._api.add_reaction(channel, ts, _EMOJI[mark])
        return True

    async def diagnose(self) -> Sequence[Finding]:
        """Return findings on the tokens, the scopes and each press channel. Works before the adapter is started."""
        findings = []
        try:
            missing = sorted(SCOPES - await self._api.scopes())
            detail = f"missing: {', '.join(missing)}" if missing else "complete"
            findings.append(Finding("slack scopes", not missing, detail, FIXES["missing_scope"] if missing else ""))
        except DeliveryFailure as failure:
            findings.append(_failed("slack token", failure))
        if self._settings.mode == "socket":
            findings.append(await _check("slack app token", self._api.open_socket(), "Slack takes it", _APP_TOKEN))
        channels = sorted(self._settings.press_channels)
        return [
            *findings,
            *[await _check(f"slack:{each}", self._api.check_channel(each), "the app is in it") for each in channels],
        ]

    # ---- sending ----------------------------------------------------------------------------------------------------

    async def _post(
        self, to: Address, destination: Destination, parts: Sequence[MessagePart], delivery: _Delivery, key: str
    ) -> Receipt:
        """Post all parts that are not sent yet."""
        channel = destination.channel or await self._conversations.direct_channel(destination.user)
        if delivery.uncertain:
            await self._find_sent(channel, destination, delivery, key)
        for number, part in enumerate(parts):
            if number not in delivery.sent:
                thread = destination.thread or (delivery.sent[0] if number and destination.channel else "")
                delivery.sent[number] = await self._post_part(channel, thread, part, number, delivery, key)
        answers = None
        if destination.channel:
            answers = to if destination.thread else thread_address(channel, delivery.sent[0])
            if not destination.thread:
                await self._conversations.remember_own_thread(channel, delivery.sent[0])
        return Receipt(to, tuple(f"{channel}/{delivery.sent[number]}" for number in range(len(parts))), answers)

    async def _find_sent(self, channel: str, destination: Destination, delivery: _Delivery, key: str) -> None:
        """Add the parts that Slack has accepted to `delivery.sent`."""
        in_own_thread = destination.channel and not destination.thread  # all parts but the first are below the first
        if not in_own_thread or 0 not in delivery.sent:
            delivery.sent |= await self._api.find_parts(channel, destination.thread, key, delivery.started)
        if in_own_thread and 0 in delivery.sent:
            delivery.sent |= await self._api.find_parts(channel, delivery.sent[0], key, delivery.started)
        delivery.uncertain = False

    async def _post_part(
        self, channel: str, thread: str, part: MessagePart, number: int, delivery: _Delivery, key: str
    ) -> str:
        metadata: Json = {"event_type": _METADATA_TYPE, "event_payload": {"key": key, "part": number}}
        try:
            return await self._api.post_message(channel, list(part.blocks), part.text, thread=thread, metadata=metadata)
        except TemporaryFailure:
            delivery.uncertain = True
            raise
        except BaseException as error:
            # The relay's timeout cancels this call, for example. Slack may have accepted the message all the same.
            delivery.uncertain = not isinstance(error, DeliveryFailure)
            raise

    async def _respond(
        self, to: Address, destination: Destination, outgoing: Outgoing, delivery: _Delivery, key: str
    ) -> Receipt:
        """Send to a response URL, so that only the person sees it.

        If it has expired, post to their direct conversation.
        """
        response = await self._conversations.response_url(destination.command)
        if response is None:
            return await self._post(to, Destination(user=destination.user), self._parts(outgoing), delivery, key)
        if outgoing.shareable:
            outgoing = await self._with_share_button(outgoing, destination.command)
        parts = self._parts(outgoing)
        for number, part in enumerate(parts):
            if number in delivery.sent:
                continue
            message = {"response_type": "ephemeral", "replace_original": False, "text": part.text}
            if not await self._api.respond(response.url, {**message, "blocks": list(part.blocks)}):
                return await self._post(to, Destination(user=destination.user), parts, delivery, key)
            delivery.sent[number] = destination.command
        return Receipt(to, (destination.command,))

    async def _with_share_button(self, outgoing: Outgoing, id_: str) -> Outgoing:
        """Store the message under this id for the share button, and add that button."""
        blocks = [block for block in to_blocks(outgoing) if block["type"] != "actions"]
        await self._conversations.store_answer(id_, json.dumps(blocks))
        share = Buttons((Button(texts.SHARE, SHARE, id_),))
        return Outgoing((*outgoing.blocks, share), outgoing.summary)

    async def _update_parts(self, receipt: Receipt, parts: Sequence[MessagePart]) -> bool:
        """Update the messages of the receipt with these parts. Return False if one of them can no longer be updated."""
        try:
            for part, reference in zip(parts, receipt.parts, strict=False):
                channel, ts = reference.split("/")
                await self._api.update_message(channel, ts, list(part.blocks), part.text)
        except SlackRefusal as refusal:
            if refusal.code in _NOT_UPDATABLE:
                return False
            raise
        return True

    async def _delete(self, references: Sequence[str]) -> None:
        """Delete messages. The reference of an answer to a command has no ts; such an answer cannot be deleted."""
        for reference in references:
            channel, _, ts = reference.partition("/")
            if ts:
                await self._api.delete_message(channel, ts)

    def _parts(self, outgoing: Outgoing) -> list[MessagePart]:
        return message_parts(outgoing, self._api.identity.team if self._api.identity else "")

    def _delivery(self, key: str) -> _Delivery:
        if key not in self._deliveries and len(self._deliveries) >= _MAX_DELIVERIES:
            self._deliveries.popitem(last=False)
        return self._deliveries.setdefault(key, _Delivery(self._clock.now()))


# ---- diagnosis ------------------------------------------------------------------------------------------------------


async def _check(subject: str, call: Awaitable[object], detail: str, fix: str = "") -> Finding:
    """Return the finding of one call. `detail` is its text if the call succeeds."""
    try:
        await call
    except DeliveryFailure as failure:
        return _failed(subject, failure, fix)
    return Finding(subject, ok=True, detail=detail)


def _failed(subject: str, failure: DeliveryFailure, fix: str = "") -> Finding:
    """Return the finding of a failed call.

    `fix` replaces the usual fix, if the error means something else for this call.
    """
    if isinstance(failure, PermanentFailure):
        return Finding(subject, ok=False, detail=failure.reason, fix=fix or failure.fix)
    return Finding(subject, ok=False, detail=str(failure), fix="Try again, and see status.slack.com if it stays so.")
