"""The Messenger for Teams: sends, updates and diagnoses, within the rate limits of Teams."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from adapters.teams.activities import THREAD_SEPARATOR
from adapters.teams.cards import mentioned_users, to_cards, to_message
from adapters.teams.connector import ConnectorClient, ConnectorError, SigningKeysUnavailable
from adapters.teams.conversations import INSTALL, ConversationReferences, Target, TargetResolver, is_object_id
from adapters.teams.settings import PLATFORM, Json, TeamsSettings
from bot.errors import PermanentFailure, StoreError, TemporaryFailure
from bot.messages import Address, Mark, Outgoing, Receipt
from bot.ports import Clock, Finding

RATE_LIMITS = ((7, 1.0), (60, 30.0), (1800, 3600.0))
"""(messages, seconds) for one conversation: "Rate limiting", Microsoft Teams platform documentation."""

_MAX_WAIT = 2.0  # seconds that a send waits for a rate limit; beyond that the relay tries again later
_LIMITED_CONVERSATIONS = 1000  # the most recent ones; the limits of the others no longer apply
_DELIVERIES_IN_PROGRESS = 2000  # enough, because the relay repeats a delivery within minutes
_RETRIED = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.PRECONDITION_FAILED, HTTPStatus.TOO_MANY_REQUESTS})

_CHECK_SECRET = "Check MICROSOFT_APP_PASSWORD, teams.app_id and teams.tenant_id: the secret may have expired."  # noqa: S105  no secret
_CHECK_FIXES = {
    "access token": _CHECK_SECRET,
    "signing keys": "Let the desk reach that address, or mend teams.openid_metadata_url.",
}
_SET_ENDPOINT = (
    "Set the messaging endpoint of the Azure Bot to https://…/api/messages of this desk, and write to the app."
)
_TRY_LATER = "Try again, and see Microsoft's service health if it stays so."
_CHECK_CHANNEL = "Name a channel that exists, and install the app in its team."


class TeamsMessenger:
    """See `ports.Messenger`. A delivery of several messages continues where it was interrupted.

    `checks` are made by `diagnose`: a subject of `_CHECK_FIXES` -> a call that raises ConnectorError or
    SigningKeysUnavailable if something is wrong.
    """

    def __init__(
        self,
        settings: TeamsSettings,
        connector: ConnectorClient,
        conversations: ConversationReferences,
        clock: Clock,
        checks: Mapping[str, Callable[[], Awaitable[object]]],
        rate_limiter: RateLimiter | None = None,
    ) -> None:
        self._settings, self._connector, self._conversations = settings, connector, conversations
        self._targets = TargetResolver(settings, connector, conversations)
        self._clock, self._checks = clock, checks
        self._rate_limiter = rate_limiter or RateLimiter()
        self._progress: OrderedDict[str, _Progress] = OrderedDict()

    async def send(self, to: Address, outgoing: Outgoing, key: str) -> Receipt:
        """Write a new message."""
        with self._errors_translated():
            return await self.send_activities(to, await self._to_messages(outgoing), key)

    async def update(self, receipt: Receipt, outgoing: Outgoing, key: str) -> Receipt:
        """Change a message in place."""
        with self._errors_translated():
            messages = await self._to_messages(outgoing)
            target = await self._targets.resolve(receipt.thread or receipt.address)
            try:
                await self._replace(target, receipt.parts, messages)
            except ConnectorError as error:
                if error.status != HTTPStatus.NOT_FOUND:
                    raise
                return await self.send_activities(receipt.address, messages, key)
            rest = messages[len(receipt.parts) :]
            added = await self.send_activities(receipt.thread or receipt.address, rest, key) if rest else None
            kept = receipt.parts[: len(messages)]
            return Receipt(receipt.address, kept + (added.parts if added else ()), receipt.thread)

    async def delete(self, receipt: Receipt) -> bool:
        """Delete all parts of a message."""
        with self._errors_translated():
            target = await self._targets.resolve(receipt.thread or receipt.address)
            for part in receipt.parts:
                await self._wait_for_rate_limit(target.conversation)
                try:
                    await self._connector.delete_activity(target.service_url, target.conversation, part)
                except ConnectorError as error:
                    if error.status != HTTPStatus.NOT_FOUND:
                        raise
        return True

    async def mark(self, message: Address, event_id: str, mark: Mark) -> bool:
        """Return False: a bot in Teams cannot add a reaction to a message."""
        return False

    async def diagnose(self) -> Sequence[Finding]:
        """Check the app's secret, Microsoft's signing keys, the messaging endpoint and the press office's channels."""
        if self._settings.authentication:
            findings = [await self._run_check(subject) for subject in self._checks]
        else:
            findings = [Finding("teams", ok=True, detail="authentication is off, on this machine alone")]
        channels = [await self._check_channel(channel) for channel in self._settings.press_channels]
        return [*findings, await self._check_endpoint(), *channels]

    async def send_activities(self, to: Address, activities: Sequence[Json], key: str) -> Receipt:
        """Send message activities in order, each once for the same key. Raises ConnectorError and DeliveryFailure."""
        target = await self._targets.resolve(to)
        progress = self._progress_of(key)
        for activity in activities[len(progress.parts) :]:
            await self._send_next(to, target, progress, activity)
        if progress.thread:
            return Receipt(to, tuple(progress.parts), Address(PLATFORM, progress.thread))
        return Receipt(to, tuple(progress.parts), to if THREAD_SEPARATOR in to.token else None)

    async def update_activity(self, to: Address, message: str, activity: Json) -> None:
        """Replace one message in place. Raises ConnectorError and DeliveryFailure."""
        target = await self._targets.resolve(to)
        await self._wait_for_rate_limit(target.conversation)
        await self._connector.update_activity(target.service_url, target.conversation, message, activity)

    async def _to_messages(self, outgoing: Outgoing) -> list[Json]:
        names = {user: (await self._conversations.user(user)).name for user in mentioned_users(outgoing)}
        return [to_message(card, outgoing) for card in to_cards(outgoing, names)]

    async def _send_next(self, to: Address, target: Target, progress: _Progress, activity: Json) -> None:
        await self._wait_for_rate_limit(progress.thread or target.conversation or target.channel)
        if target.channel and not progress.thread:
            await self._open_thread(target, progress, activity)
            return
        conversation = progress.thread or target.conversation
        try:
            message = await self._connector.send_to_conversation(target.service_url, conversation, activity)
        except ConnectorError as error:
            if error.status == HTTPStatus.NOT_FOUND and is_object_id(to.token):
                await self._conversations.set_personal_chat(to.token, "")
                raise TemporaryFailure("Their chat is no more; another one is opened.") from error
            raise
        progress.parts.append(message)

    async def _open_thread(self, target: Target, progress: _Progress, activity: Json) -> None:
        parameters = {
            "tenantId": self._settings.tenant_id,
            "bot": {"id": self._settings.bot_id},
            "isGroup": True,
            "channelData": {"channel": {"id": target.channel}},
            "activity": activity,
        }
        thread, message = await self._connector.create_conversation(target.service_url, parameters)
        progress.parts.append(message)
        progress.thread = thread
        await self._conversations.add_own_thread(thread)

    async def _replace(self, target: Target, parts: Sequence[str], messages: Sequence[Json]) -> None:
        """Update the messages whose ids are `parts`, and delete those that are no longer needed."""
        for number, part in enumerate(parts):
            await self._wait_for_rate_limit(target.conversation)
            if number < len(messages):
                await self._connector.update_activity(target.service_url, target.conversation, part, messages[number])
            else:
                await self._connector.delete_activity(target.service_url, target.conversation, part)

    async def _wait_for_rate_limit(self, conversation: str) -> None:
        seconds = self._rate_limiter.reserve(conversation, max_wait=_MAX_WAIT)
        if seconds > _MAX_WAIT:
            raise TemporaryFailure("Teams would take no more messages in this conversation just now.", seconds)
        await asyncio.sleep(seconds)

    def _progress_of(self, key: str) -> _Progress:
        progress = self._progress.setdefault(key, _Progress())
        self._progress.move_to_end(key)
        if len(self._progress) > _DELIVERIES_IN_PROGRESS:
            self._progress.popitem(last=False)
        return progress

    # ---- diagnosis --------------------------------------------------------------------------------------------------

    async def _run_check(self, subject: str) -> Finding:
        try:
            await self._checks[subject]()
        except (ConnectorError, SigningKeysUnavailable) as error:
            return Finding(f"teams {subject}", ok=False, detail=str(error), fix=_CHECK_FIXES[subject])
        return Finding(f"teams {subject}", ok=True, detail="in order")

    async def _check_endpoint(self) -> Finding:
        try:
            with self._errors_translated():
                found = await self._conversations.has_received_activity()
        except TemporaryFailure as failure:
            return Finding("teams endpoint", ok=False, detail=failure.reason, fix=_TRY_LATER)
        detail = "Teams has found the desk" if found else "Teams has never posted anything to the desk"
        return Finding("teams endpoint", found, detail, "" if found else _SET_ENDPOINT)

    async def _check_channel(self, channel: str) -> Finding:
        """Check that the app is in a channel: the connector refuses the list of its members if it is not."""
        subject = f"teams:{channel}"
        try:
            with self._errors_translated():
                target = await self._targets.resolve(Address(PLATFORM, channel))
                await self._connector.get_paged_members(target.service_url, target.channel or target.conversation)
        except PermanentFailure as failure:
            return Finding(subject, ok=False, detail=failure.reason, fix=failure.fix)
        except TemporaryFailure as failure:
            return Finding(subject, ok=False, detail=failure.reason, fix=_TRY_LATER)
        return Finding(subject, ok=True, detail="the app is in it")

    # ---- errors -----------------------------------------------------------------------------------------------------

    @contextmanager
    def _errors_translated(self) -> Iterator[None]:
        """Raise ConnectorError and StoreError as the DeliveryFailure that the relay knows."""
        try:
            yield
        except ConnectorError as error:
            raise self._to_failure(error) from error
        except StoreError as error:
            raise TemporaryFailure("Where to write in Teams cannot be looked up just now.") from error

    def _to_failure(self, error: ConnectorError) -> TemporaryFailure | PermanentFailure:
        match error.status:
            case 0:
                return TemporaryFailure(f"Teams cannot be reached: {error}.")
            case HTTPStatus.UNAUTHORIZED:  # temporary, so that nothing is lost until the secret is renewed
                return TemporaryFailure(f"Microsoft does not let the desk in: {error}. {_CHECK_SECRET}")
            case status if status in _RETRIED or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                return TemporaryFailure(f"Teams answers {error}.", self._seconds(error.retry_after))
            case HTTPStatus.FORBIDDEN:
                return PermanentFailure(f"Teams does not let the desk write there: {error}.", INSTALL)
            case HTTPStatus.NOT_FOUND:
                return PermanentFailure(f"There is no such conversation in Teams: {error}.", _CHECK_CHANNEL)
            case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
                return PermanentFailure(f"The message is too large for Teams: {error}.", "Shorten the answer.")
            case _:
                return PermanentFailure(f"Teams answers {error}.", "Look the answer up in Teams' documentation.")

    def _seconds(self, retry_after: str) -> float | None:
        """Return the seconds of a Retry-After header, which holds a number or a date; None if it holds neither."""
        if retry_after.isascii() and retry_after.isdecimal():
            return float(retry_after)
        try:
            return max(0.0, (parsedate_to_datetime(retry_after) - self._clock.now()).total_seconds())
        except (ValueError, TypeError):
            return None


@dataclass(slots=True)
class _Progress:
    """The messages of a delivery that Teams has accepted.

    It is lost when the process ends. A delivery that is repeated after that may show a message twice.
    """

    parts: list[str] = field(default_factory=list)
    """The ids of the messages, in order."""
    thread: str = ""
    """The conversation id of the thread that the first message opened, if it opened one."""


class RateLimiter:
    """Counts the messages in each conversation. `now` returns seconds from any fixed point in time."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._sent_at: OrderedDict[str, deque[float]] = OrderedDict()

    def reserve(self, conversation: str, *, max_wait: float) -> float:
        """Return how many seconds to wait before the next message.

        It is counted unless the wait is longer than `max_wait`.
        """
        sent_at = self._sent_at.setdefault(conversation, deque(maxlen=RATE_LIMITS[-1][0]))
        self._sent_at.move_to_end(conversation)
        if len(self._sent_at) > _LIMITED_CONVERSATIONS:
            self._sent_at.popitem(last=False)
        now = self._now()
        allowed = max([now, *(sent_at[-count] + span for count, span in RATE_LIMITS if len(sent_at) >= count)])
        if allowed - now <= max_wait:
            sent_at.append(allowed)
        return allowed - now
