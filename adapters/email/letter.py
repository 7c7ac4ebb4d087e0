"""An `Outgoing` as an Internet message (RFC 5322): plain UTF-8 text below a head of our own."""

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
_UTF8.body_encoding = QP  # short ASCII lines, and still readable where a filter or a log shows them undecoded


def message_id(key: str, sender: str) -> str:
    """The same for the same delivery, so that mail systems recognise a redelivery."""
    return f"<{sha256(_encodable(key).encode()).hexdigest()[:40]}@{sender.rpartition('@')[2]}>"


def compose(outgoing: Outgoing, *, sender: str, to: str, identity: str, at: datetime) -> bytes:
    """The letter as it goes over the wire. Buttons are left out: nobody can press them in a letter."""
    still = replace(outgoing, blocks=tuple(block for block in outgoing.blocks if not isinstance(block, Buttons)))
    letter = MIMEText(_encodable(plaintext.render(still)) + "\n", "plain", _UTF8)  # type: ignore[arg-type]
    letter["From"] = sender
    letter["To"] = to
    # Encoded from end to end: whatever a person wrote, line breaks and what looks like encoding included, stays data.
    letter["Subject"] = Header(_one_line(outgoing.summary), "utf-8", header_name="Subject").encode()
    letter["Date"] = format_datetime(at)
    letter["Message-ID"] = identity
    letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office notes in return
    if outgoing.urgent:
        letter["Importance"] = "high"  # RFC 2156
    return letter.as_bytes(policy=compat32.clone(linesep="\r\n"))


def _one_line(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in _encodable(text)).split())


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
