from __future__ import annotations

import asyncio
from typing import Any

from adapters.web import Persona
from bot.messages import (
    Button,
    Buttons,
    CaseHead,
    Field,
    Form,
    Incoming,
    Joined,
    Outgoing,
    Pressed,
    Submitted,
    SyncResponse,
    View,
    Viewed,
)
from tests.contract.adapters import NOON, RecordingDesk

PEOPLE = (Persona("sam", "Sam Staff"), Persona("ruth", "Ruth Reader"), Persona("anna", "Anna Officer", officer=True))
CARD = Outgoing(
    (CaseHead("M-1", "Media enquiry", "unclaimed", NOON), Buttons((Button("Claim", "case.claim", "1@1"),))), "M-1"
)
PAGE = View("queue", "Open enquiries", (CARD,), "mine")
FORM = Form("case.close", "Close", "1@1", (Field("outcome", "How?", "choice", options=(("answered", "answered"),)),))


class FormDesk(RecordingDesk):
    def __init__(self) -> None:
        super().__init__()
        self.met: asyncio.Queue[Joined] = asyncio.Queue()
        self.stumbles = False

    async def handle(self, incoming: Incoming) -> SyncResponse:
        if self.stumbles:
            raise RuntimeError("a mistake of ours")
        await super().handle(incoming)
        if isinstance(incoming, Joined):
            self.met.put_nowait(incoming)
        if isinstance(incoming, Viewed) or (isinstance(incoming, Pressed) and incoming.action == "queue.show"):
            return SyncResponse(view=PAGE)
        if isinstance(incoming, Pressed):
            return SyncResponse(form=FORM)
        return (
            SyncResponse(problems={"text": "Write something."}) if isinstance(incoming, Submitted) else SyncResponse()
        )


def say(**changes: Any) -> dict[str, Any]:
    return {"id": "event-one", "person": "sam", "at": "staff/sam", "text": "a question", **changes}
