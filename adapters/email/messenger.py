"""The Messenger for e-mail, by SMTP."""

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

from adapters.email.mime import compose, message_id
from bot.errors import DeliveryFailure, PermanentFailure, TemporaryFailure
from bot.messages import Address, Mark, Outgoing, Receipt
from bot.ports import Clock, Finding

_CHECK_SIGN_IN = "Check email.username and SMTP_PASSWORD."
_CHECK_CONNECTION = "Check email.host, email.port and email.starttls."
_CONNECTION_LOST = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)


class SmtpMessenger:
    """See `ports.Messenger`. It only sends: an e-mail cannot be changed or marked afterwards.

    A mail program may turn a URL that a person typed into a link. A plain-text e-mail cannot prevent that.
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
        """`trust` replaces the system's certificates. `timeout` is in seconds, for each step of the SMTP session."""
        self._host, self._port, self._security, self._sender = host, port, security, sender
        self._clock, self._username, self._password = clock, username, password
        self._trust = trust or ssl.create_default_context()
        self._timeout = timeout

    async def send(self, to: Address, outgoing: Outgoing, key: str) -> Receipt:
        """Send an e-mail. Returns when the mail server has accepted it."""
        if not _is_mailbox(to.token):
            raise PermanentFailure(f"{to.token!r} is no e-mail address.", "Check press_office.email.")
        identity = message_id(key, self._sender)
        message = compose(outgoing, sender=self._sender, to=to.token, identity=identity, at=self._clock.now())
        async with self._connection() as server:
            await server.sendmail(self._sender, [to.token], message)
        return Receipt(to, (identity,))

    async def update(self, receipt: Receipt, outgoing: Outgoing, key: str) -> Receipt:
        """Do nothing, and return the same receipt: an e-mail that was sent cannot be changed."""
        return receipt

    async def delete(self, receipt: Receipt) -> bool:
        """Return False: an e-mail that was sent stays."""
        return False

    async def mark(self, message: Address, event_id: str, mark: Mark) -> bool:
        """Return False: nobody writes to the desk by e-mail, so there is nothing to mark."""
        return False

    async def diagnose(self) -> Sequence[Finding]:
        """Check that the server accepts our sign-in. No e-mail is sent."""
        subject = f"mail server {self._host}:{self._port}"
        try:
            async with self._connection() as server:
                await server.noop()
        except TemporaryFailure as failure:
            return [Finding(subject, ok=False, detail=failure.reason, fix=_CHECK_CONNECTION)]
        except PermanentFailure as failure:
            return [Finding(subject, ok=False, detail=failure.reason, fix=failure.fix)]
        return [Finding(subject, ok=True, detail="It takes our letters.")]

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[SMTP]:
        """Open a connection, encrypted and signed in as configured. Errors become DeliveryFailure."""
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
            raise _to_failure(error) from error


def _to_failure(error: Exception) -> DeliveryFailure:
    """Return the DeliveryFailure for an error of aiosmtplib, of TLS or of the network."""
    if isinstance(error, SMTPRecipientsRefused):
        return _answer_failure(error.recipients[0], "Check press_office.email.")
    if isinstance(error, SMTPResponseException):
        fix = "Check email.from." if isinstance(error, SMTPSenderRefused) else "Ask whoever runs the mail server."
        return _answer_failure(error, fix)
    tls = error if isinstance(error, ssl.SSLError) else error.__cause__
    if isinstance(tls, ssl.SSLError) and not isinstance(tls, _CONNECTION_LOST):
        return PermanentFailure(
            f"The mail server's encryption was not accepted: {tls.reason or tls}.", _CHECK_CONNECTION
        )
    if isinstance(error, OSError):
        return TemporaryFailure(f"The mail server could not be reached: {str(error) or type(error).__name__}")
    # What remains: an invalid host name, or a server without STARTTLS or AUTH.
    return PermanentFailure(f"The mail server cannot be used: {error}", f"{_CHECK_CONNECTION} {_CHECK_SIGN_IN}")


def _answer_failure(error: SMTPResponseException, fix: str) -> DeliveryFailure:
    """Return the failure for an answer of the server: permanent for 5xx (RFC 5321), else temporary."""
    reason = f"The mail server answered {error.code} {' '.join(error.message.split())[:200]}"
    if not 500 <= error.code <= 599:
        return TemporaryFailure(reason)
    at_sign_in = isinstance(error, SMTPAuthenticationError) or error.code == 530
    return PermanentFailure(reason, _CHECK_SIGN_IN if at_sign_in else fix)


def _is_mailbox(address: str) -> bool:
    name, at, domain = address.rpartition("@")
    complete = name and at and domain and address.isascii() and address.isprintable()
    return bool(complete) and not set(' <>,;:"()') & set(address)
