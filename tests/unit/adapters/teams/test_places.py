"""What the adapter keeps of people and threads, and for how long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.teams.incoming import Activity
from adapters.teams.places import Places
from bot.admin import retention
from bot.config import Privacy
from bot.storage.adapter_state import DurableState
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.teams.people import GROUP, PRESS, SAM

THREAD = f"{PRESS};messageid=1"
PERSONAL = {f"person/{SAM.aad}", f"met/{SAM.aad}"}
OF_THE_TEAM = {"service", f"team/{GROUP}", f"place/{PRESS}"}


def activity(conversation: str, kind: str) -> Activity:
    about = {"id": conversation, "conversationType": kind}
    sender = {"id": SAM.id, "name": SAM.name, "aadObjectId": SAM.aad}
    service = "https://smba.trafficmanager.net/uk/"
    return Activity.model_validate({"type": "message", "conversation": about, "from": sender, "serviceUrl": service})


async def everything(places: Places) -> None:
    """All that an adapter comes to know."""
    await places.note(activity(SAM.chat, "personal"))
    await places.note(activity(THREAD, "channel"))
    await places.met(SAM.aad)
    await places.installed(GROUP, PRESS)
    await places.began(THREAD)


async def kept(store: Store) -> set[str]:
    return {key for key, _ in await DurableState(store, "teams").items("")}


async def test_what_is_of_a_person_or_a_thread_goes_when_it_was_of_no_use_for_long(
    quick_store: Store, clock: ManualClock
) -> None:
    places = Places(DurableState(quick_store, "teams"), clock)
    await everything(places)
    assert await kept(quick_store) == OF_THE_TEAM | PERSONAL | {f"thread/{THREAD}"}
    clock.advance(timedelta(days=91))
    await retention.purge(quick_store, Privacy())
    assert await kept(quick_store) == OF_THE_TEAM


@pytest.mark.parametrize("restarted", [False, True])
async def test_what_is_of_use_stays(quick_store: Store, clock: ManualClock, *, restarted: bool) -> None:
    places = Places(DurableState(quick_store, "teams"), clock)
    await everything(places)
    clock.advance(timedelta(days=60))
    places = Places(DurableState(quick_store, "teams"), clock) if restarted else places
    await places.note(activity(SAM.chat, "personal"))
    assert await places.is_met(SAM.aad)
    assert await places.is_ours(THREAD)
    clock.advance(timedelta(days=60))
    await retention.purge(quick_store, Privacy())
    assert await kept(quick_store) == OF_THE_TEAM | PERSONAL | {f"thread/{THREAD}"}


async def test_somebody_who_is_erased_leaves_nothing(quick_store: Store, clock: ManualClock) -> None:
    await everything(Places(DurableState(quick_store, "teams"), clock))
    forgotten = await retention.forget(quick_store, f"teams:{SAM.aad}")
    assert forgotten.routes == len(PERSONAL)
    assert await kept(quick_store) == OF_THE_TEAM | {f"thread/{THREAD}"}
