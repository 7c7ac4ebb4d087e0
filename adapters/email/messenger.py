"""Letters to the press office by SMTP."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Literal

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from adapters.email.letter import compose, message_id
from bot.errors import DeliveryFailure, PermanentFailure, TemporaryFailure
from bot.messages import Address, Mark, Outgoing, Receipt
from bot.ports import Clock, Finding

_SIGN_IN = "Check email.username and SMTP_PASSWORD."
_CONNECTION = "Check email.host, email.port and email.starttls."
_BROKEN_OFF = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)


class SmtpMessenger:
    """Sends, and does no more: a letter can be neither changed nor marked.

    `update` therefore leaves it as it is, `mark` does nothing. A mail program may make a link of an address in a
    person's words; a plain-text letter has no means to prevent that.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        security: Literal["tls", "starttls", "none"],
        sender: str,
        clock: Clock,
        username: str = "",
        password: str = "",
        trust: ssl.SSLContext | None = None,
        timeout: float = 30.0,
    ) -> None:
        """`trust`: the system's certificates unless given. `timeout`: seconds for each step of the conversation."""
        self._host, self._port, self._security, self._sender = host, port, security, sender
        self._clock, self._username, self._password = clock, username, password
        self._trust = trust or ssl.create_default_context()
        self._timeout = timeout

    async def send(self, to: Address, outgoing: Outgoing, key: str) -> Receipt:
        """Returns when the mail server has taken responsibility for the letter."""
        if not _is_mailbox(to.token):
            raise PermanentFailure(f"{to.token!r} is no e-mail address.", "Check press_office.email.")
        identity = message_id(key, self._sender)
        letter = compose(outgoing, sender=self._sender, to=to.token, identity=identity, at=self._clock.now())
        async with self._connection() as server:
            await server.sendmail(self._sender, [to.token], letter)
        return Receipt(to, (identity,))

    async def update(self, receipt: Receipt, outgoing: Outgoing, key: str) -> Receipt:
        """Nothing: what was posted is posted."""
        return receipt

    async def mark(self, message: Address, event_id: str, mark: Mark) -> bool:
        """Nothing: nobody writes to the desk by mail."""
        return False

    async def diagnose(self) -> Sequence[Finding]:
        """Whether the server lets us in; no letter is sent."""
        subject = f"mail server {self._host}:{self._port}"
        try:
            async with self._connection() as server:
                await server.noop()
        except TemporaryFailure as failure:
            return [Finding(subject, ok=False, detail=failure.reason, fix=_CONNECTION)]
        except PermanentFailure as failure:
            return [Finding(subject, ok=False, detail=failure.reason, fix=failure.fix)]
        return [Finding(subject, ok=True, detail="It takes our letters.")]

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[SMTP]:
        """A connection that is encrypted and signed in as configured; errors on it as DeliveryFailure."""
        server = SMTP(
            hostname=self._host,
            port=self._port,
            timeout=self._timeout,
            use_tls=self._security == "tls",
            start_tls=self._security == "starttls",
            tls_context=self._trust,
            username=self._username or None,
            password=self._password or None,
        )
        try:
            async with server:
                yield server
        except (SMTPException, OSError, ValueError) as error:
            raise _failure(error) from error


def _failure(error: Exception) -> DeliveryFailure:
    """What a vendor's error means for the delivery."""
    if isinstance(error, SMTPRecipientsRefused):
        return _answered(error.recipients[0], "Check press_office.email.")
    if isinstance(error, SMTPResponseException):
        fix = "Check email.from." if isinstance(error, SMTPSenderRefused) else "Ask whoever runs the mail server."
        return _answered(error, fix)
    tls = error if isinstance(error, ssl.SSLError) else error.__cause__
    if isinstance(tls, ssl.SSLError) and not isinstance(tls, _BROKEN_OFF):
        return PermanentFailure(f"The mail server's encryption was not accepted: {tls.reason or tls}.", _CONNECTION)
    if isinstance(error, OSError):
        return TemporaryFailure(f"The mail server could not be reached: {str(error) or type(error).__name__}")
    # What is left: a host name that is none, or a server without STARTTLS or AUTH.
    return PermanentFailure(f"The mail server cannot be used: {error}", f"{_CONNECTION} {_SIGN_IN}")


def _answered(error: SMTPResponseException, fix: str) -> DeliveryFailure:
    reason = f"The mail server answered {error.code} {' '.join(error.message.split())[:200]}"
    if not 500 <= error.code <= 599:
        return TemporaryFailure(reason)
    signing_in = isinstance(error, SMTPAuthenticationError) or error.code == 530
    return PermanentFailure(reason, _SIGN_IN if signing_in else fix)


def _is_mailbox(address: str) -> bool:
    name, at, domain = address.rpartition("@")
    words = name and at and domain and address.isascii() and address.isprintable()
    return bool(words) and not set(' <>,;:"()') & set(address)
