"""How a press office of working days, 09:00 to 17:00 in London, lets things wait."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.config import from_mapping
from bot.desk.press_desk import PressDesk
from bot.domain.schedule import EscalationPolicy

MINUTE = timedelta(minutes=1)


def policy(**office: Any) -> EscalationPolicy:
    """As the configuration says, with an address for e-mail unless told otherwise."""
    settings = {"email": "press@example.org", **office}
    mail = {"host": "mail.example.org", "from": "desk@example.org"}
    return PressDesk(from_mapping({"press_office": settings, "email": mail}, {})).policy


POLICY = policy()
