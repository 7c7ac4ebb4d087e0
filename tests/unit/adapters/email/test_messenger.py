"""Letters to the press office, sent to a mail server that runs in the test."""

from __future__ import annotations

import asyncio
import email
import email.policy
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.email import SmtpMessenger
from adapters.email.mime import compose, message_id
from bot.errors import PermanentFailure, TemporaryFailure
from bot.messages import Address, Button, Buttons, Facts, Markdown, Outgoing, Quote
from bot.plaintext import without_control_characters
from bot.ports import Messenger
from tests.clock import ManualClock

PRESS = Address("email", "press@example.org")
DESK = "desk@example.org"
ENQUIRY = Outgoing(
    (
        Markdown("**A media enquiry.** See [the queue](https://desk.example.org/queue)."),
        Quote("Ünsere Zeitung rang me, 日本 – what now?\n.\nDATA", by="Sam"),
        Facts((("Outlet", "Ünsere Zeitung"),)),
        Buttons((Button("Claim", "case.claim", "1@1"),)),
    ),
    summary="M-7, media enquiry: Ünsere Zeitung",
    urgent=True,
)


class Postbox:
    """What a mail server does with a letter: `answers` are given in order, then it takes everything."""

    def __init__(self) -> None:
        self.letters: list[Envelope] = []
        self.recipient_answers: list[str] = []
        self.data_answers: list[str] = []
        self.stall = False

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.recipient_answers:
            return self.recipient_answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.stall:
            await asyncio.Event().wait()
        if self.data_answers:
            return self.data_answers.pop(0)
        self.letters.append(envelope)
        return "250 taken"

    @property
    def read(self) -> list[EmailMessage]:
        """The letters as a mail program reads them."""
        return [parsed(envelope.original_content or b"") for envelope in self.letters]


def parsed(content: bytes) -> EmailMessage:
    read = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    return read


def words_of(letter: EmailMessage) -> str:
    return str(letter.get_content()).replace("\r\n", "\n")


@asynccontextmanager
async def mail_server(
    postbox: Postbox, *, implicit: ssl.SSLContext | None = None, **options: Any
) -> AsyncIterator[int]:
    """An SMTP server on loopback; gives its port."""
    loop = asyncio.get_running_loop()

    def session() -> SMTP:
        return SMTP(postbox, hostname="localhost", loop=loop, **options)

    server = await loop.create_server(session, "127.0.0.1", 0, ssl=implicit)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


def messenger(port: int, **options: Any) -> SmtpMessenger:
    settings = {"host": "127.0.0.1", "security": "none", "sender": DESK, "clock": ManualClock(), **options}
    return SmtpMessenger(port=port, **settings)


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture(scope="module")
def trust(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def password_is(expected: bytes) -> Callable[..., AuthResult]:
    def check(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        return AuthResult(success=(data.login, data.password) == (b"desk", expected), handled=False)

    return check


# ---- what arrives ---------------------------------------------------------------------------------------------------


async def test_the_press_office_reads_who_asked_and_what(postbox: Postbox) -> None:
    async with mail_server(postbox) as port:
        await messenger(port).send(PRESS, ENQUIRY, "case:7:1:mail")
    (letter,) = postbox.read
    assert postbox.letters[0].mail_from == DESK
    assert postbox.letters[0].rcpt_tos == ["press@example.org"]
    assert (letter["From"], letter["To"]) == (DESK, "press@example.org")
    assert letter["Subject"] == "M-7, media enquiry: Ünsere Zeitung"
    assert letter["Date"].datetime == ManualClock().now()
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Importance"] == "high"
    text = words_of(letter)
    assert "A media enquiry. See the queue (https://desk.example.org/queue)." in text
    assert "> Ünsere Zeitung rang me, 日本 – what now?\n> .\n> DATA" in text
    assert "Outlet: Ünsere Zeitung" in text
    assert "Claim" not in text


async def test_a_redelivery_carries_the_same_message_id_and_another_delivery_does_not(postbox: Postbox) -> None:
    async with mail_server(postbox) as port:
        first = await messenger(port).send(PRESS, ENQUIRY, "case:7:1:mail")
        again = await messenger(port).send(PRESS, ENQUIRY, "case:7:1:mail")
        other = await messenger(port).send(PRESS, ENQUIRY, "case:7:2:mail")
    assert first == again
    assert first.parts != other.parts
    assert [letter["Message-ID"] for letter in postbox.read] == [*first.parts, *again.parts, *other.parts]


async def test_what_was_posted_stays_as_it_is(postbox: Postbox) -> None:
    async with mail_server(postbox) as port:
        sender: Messenger = messenger(port)
        receipt = await sender.send(PRESS, ENQUIRY, "case:7:1:mail")
        assert await sender.update(receipt, ENQUIRY, "case:7:2:mail") == receipt
        await sender.mark(PRESS, "e1", "delivered")
    assert len(postbox.letters) == 1


TEXT = st.text(max_size=400) | st.text(st.characters(codec="ascii"), max_size=400)


@given(TEXT, TEXT)
@example("Hello\r\nBcc: everyone@example.org\r\n\r\nA body", "x\r\n.\r\nMAIL FROM:<a@b>")
@example("=?utf-8?q?Bcc:_everyone?=", "=3D=\n")
@example("é" * 400, "https://example.org/" + "long" * 500)
@example("\ud800", "\ud800")
@example("", "")
def test_whatever_people_wrote_stays_in_subject_and_body(summary: str, words: str) -> None:
    sent = Outgoing((Quote(words),), summary)
    now = datetime(2026, 11, 23, tzinfo=UTC)
    content = compose(sent, sender=DESK, to=PRESS.token, identity=message_id(words, DESK), at=now)
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 78
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\r" not in content.replace(b"\r\n", b"")
    letter = parsed(content)
    assert not letter.defects
    assert set(letter.keys()) == {
        *("MIME-Version", "Content-Type", "Content-Transfer-Encoding"),
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
    }
    expected = summary.encode("utf-8", "replace").decode()
    kept = [char for char in expected if char.isprintable() and not char.isspace()]
    assert [char for char in letter["Subject"] if not char.isspace()] == kept
    lines = words.encode("utf-8", "replace").decode().splitlines() or [""]
    shown = without_control_characters("\n".join(f"> {line}" for line in lines))
    assert words_of(letter) == f"{shown}\n"


# ---- what a mail server answers -------------------------------------------------------------------------------------


async def refused(postbox: Postbox, **options: Any) -> PermanentFailure:
    async with mail_server(postbox) as port:
        with pytest.raises(PermanentFailure) as caught:
            await messenger(port, **options).send(PRESS, ENQUIRY, "k")
    assert not postbox.letters
    return caught.value


async def test_greylisting_is_temporary_and_the_next_attempt_gets_through(postbox: Postbox) -> None:
    postbox.recipient_answers = ["451 4.7.1 Greylisted, try again later"]
    async with mail_server(postbox) as port:
        with pytest.raises(TemporaryFailure, match="451"):
            await messenger(port).send(PRESS, ENQUIRY, "k")
        await messenger(port).send(PRESS, ENQUIRY, "k")
    assert len(postbox.letters) == 1


async def test_a_full_mailbox_after_the_text_is_temporary(postbox: Postbox) -> None:
    postbox.data_answers = ["452 4.2.2 Mailbox full"]
    async with mail_server(postbox) as port:
        with pytest.raises(TemporaryFailure, match="452"):
            await messenger(port).send(PRESS, ENQUIRY, "k")


async def test_an_unknown_mailbox_is_permanent_and_names_the_key(postbox: Postbox) -> None:
    postbox.recipient_answers = ["550 5.1.1 No such mailbox"]
    failure = await refused(postbox)
    assert "550 5.1.1 No such mailbox" in failure.reason
    assert "press_office.email" in failure.fix


async def test_a_letter_that_is_refused_is_permanent(postbox: Postbox) -> None:
    postbox.data_answers = ["554 5.7.1 Looks like spam"]
    assert "Ask whoever runs the mail server" in (await refused(postbox)).fix


@pytest.mark.parametrize(
    "address", ["press", "press@", "press@a\r\nDATA", "a@b>\nRCPT TO:<c@d", "a@b,c@d", "prëss@a.org"]
)
async def test_what_is_no_address_is_refused_before_anything_is_sent(postbox: Postbox, address: str) -> None:
    async with mail_server(postbox) as port:
        with pytest.raises(PermanentFailure, match="is no e-mail address"):
            await messenger(port).send(Address("email", address), ENQUIRY, "k")
    assert not postbox.letters


async def test_a_server_that_is_away_stalls_or_hangs_up_is_temporary(postbox: Postbox) -> None:
    async with mail_server(postbox) as port:
        postbox.stall = True
        with pytest.raises(TemporaryFailure, match="could not be reached"):
            await messenger(port, timeout=0.2).send(PRESS, ENQUIRY, "k")
    with pytest.raises(TemporaryFailure, match="could not be reached"):
        await messenger(port).send(PRESS, ENQUIRY, "k")


async def test_a_server_that_hangs_up_instead_of_greeting_is_temporary() -> None:
    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(TemporaryFailure):
            await messenger(port).send(PRESS, ENQUIRY, "k")


async def test_a_host_name_that_is_none_is_permanent() -> None:
    with pytest.raises(PermanentFailure) as caught:
        await messenger(25, host="mail..example.org").send(PRESS, ENQUIRY, "k")
    assert "email.host" in caught.value.fix


# ---- encryption and signing in --------------------------------------------------------------------------------------


async def test_starttls_encrypts_and_the_right_password_lets_in(
    postbox: Postbox, server_tls: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    options: dict[str, Any] = {"tls_context": server_tls, "require_starttls": True, "auth_required": True}
    async with mail_server(postbox, authenticator=password_is(b"hush"), **options) as port:
        known = {"security": "starttls", "trust": trust, "username": "desk"}
        await messenger(port, password="hush", **known).send(PRESS, ENQUIRY, "k")
        assert (await messenger(port, password="hush", **known).diagnose())[0].ok
        with pytest.raises(PermanentFailure) as wrong:
            await messenger(port, password="guess", **known).send(PRESS, ENQUIRY, "k")
        with pytest.raises(PermanentFailure) as nobody:
            await messenger(port, security="starttls", trust=trust).send(PRESS, ENQUIRY, "k")
    assert "SMTP_PASSWORD" in wrong.value.fix
    assert "SMTP_PASSWORD" in nobody.value.fix
    assert "guess" not in str(wrong.value)
    assert len(postbox.letters) == 1


async def test_tls_from_the_first_byte(postbox: Postbox, server_tls: ssl.SSLContext, trust: ssl.SSLContext) -> None:
    async with mail_server(postbox, implicit=server_tls) as port:
        await messenger(port, security="tls", trust=trust).send(PRESS, ENQUIRY, "k")
    assert len(postbox.letters) == 1


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_certificate_of_nobody_we_know_is_refused(
    postbox: Postbox, server_tls: ssl.SSLContext, security: str
) -> None:
    implicit, upgrade = (server_tls, None) if security == "tls" else (None, server_tls)
    async with mail_server(postbox, implicit=implicit, tls_context=upgrade) as port:
        with pytest.raises(PermanentFailure, match="CERTIFICATE_VERIFY_FAILED") as caught:
            await messenger(port, security=security).send(PRESS, ENQUIRY, "k")
    assert "email.starttls" in caught.value.fix
    assert not postbox.letters


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_server_without_the_encryption_that_is_configured_gets_nothing(postbox: Postbox, security: str) -> None:
    async with mail_server(postbox) as port:
        with pytest.raises(PermanentFailure) as caught:
            await messenger(port, security=security).send(PRESS, ENQUIRY, "k")
        (finding,) = await messenger(port, security=security).diagnose()
    assert "email.starttls" in caught.value.fix
    assert not finding.ok
    assert "email.starttls" in finding.fix
    assert not postbox.letters


async def test_a_diagnosis_of_a_server_that_is_away_says_what_to_check(postbox: Postbox) -> None:
    async with mail_server(postbox) as port:
        pass
    (finding,) = await messenger(port).diagnose()
    assert not finding.ok
    assert "email.host" in finding.fix
