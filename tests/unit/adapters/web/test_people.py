from __future__ import annotations

import pytest

from adapters.web import Persona, WebConsole
from bot.errors import PermanentFailure
from bot.messages import Address, Markdown, Outgoing
from bot.storage.adapter_state import DurableState
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.unit.adapters.web.harness import PEOPLE


@pytest.mark.parametrize("token", ["staff/nobody", "press/000000000099", "elsewhere", "staff/"])
async def test_there_is_no_such_conversation(console: WebConsole, token: str) -> None:
    with pytest.raises(PermanentFailure) as caught:
        await console.messenger.send(Address("web", token), Outgoing((Markdown("x"),), "x"), "job/1")
    assert "web:press" in caught.value.fix


@pytest.mark.parametrize("people", [(PEOPLE[0],), (PEOPLE[2],), ()])
async def test_a_console_needs_both_sides(quick_store: Store, clock: ManualClock, people: tuple[Persona, ...]) -> None:
    with pytest.raises(ValueError, match="at least one"):
        WebConsole(DurableState(quick_store, "web"), clock, 0, people, lambda: "")


def test_an_id_of_a_person_fits_into_an_address() -> None:
    with pytest.raises(ValueError, match="a-z"):
        Persona("sam/../anna", "Sam")
