"""Conversion of an `Outgoing` to an Internet message (RFC 5322) with a plain UTF-8 text."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from email.charset import QP, Charset
from email.header import Header
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime
from hashlib import sha256

from bot import plaintext
from bot.messages import Buttons, Outgoing

_UTF8 = Charset("utf-8")
_UTF8.body_encoding = QP  # short ASCII lines that can be read even where a filter or a log shows them undecoded


def message_id(key: str, sender: str) -> str:
    """Return a Message-ID. It is the same for the same key, so that mail systems recognise a repeated delivery."""
    return f"<{sha256(_encodable(key).encode()).hexdigest()[:40]}@{sender.rpartition('@')[2]}>"


def compose(outgoing: Outgoing, *, sender: str, to: str, identity: str, at: datetime) -> bytes:
    """Return the bytes of the e-mail. `identity` is its Message-ID. Buttons are omitted, because an e-mail has none."""
    blocks = tuple(block for block in outgoing.blocks if not isinstance(block, Buttons))
    message = MIMEText(_encodable(plaintext.render(replace(outgoing, blocks=blocks))) + "\n", "plain", _UTF8)  # type: ignore[arg-type]
    message["From"] = sender
    message["To"] = to
    # The whole subject is encoded. Line breaks and encoded words that a person typed have no effect then.
    message["Subject"] = Header(_one_line(outgoing.summary), "utf-8", header_name="Subject").encode()
    message["Date"] = format_datetime(at)
    message["Message-ID"] = identity
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic replies
    if outgoing.urgent:
        message["Importance"] = "high"  # RFC 2156
    return message.as_bytes(policy=compat32.clone(linesep="\r\n"))


def _one_line(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in _encodable(text)).split())


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
