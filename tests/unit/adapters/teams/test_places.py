"""What the adapter keeps of people and threads, and for how long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.teams.activities import Activity
from adapters.teams.conversations import ConversationReferences
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


async def everything(references: ConversationReferences) -> None:
    """All that an adapter comes to know."""
    await references.update_from(activity(SAM.chat, "personal"))
    await references.update_from(activity(THREAD, "channel"))
    await references.set_joined(SAM.aad)
    await references.set_team_channel(GROUP, PRESS)
    await references.add_own_thread(THREAD)


async def kept(store: Store) -> set[str]:
    return {key for key, _ in await DurableState(store, "teams").items("")}


async def test_what_is_of_a_person_or_a_thread_goes_when_it_was_of_no_use_for_long(
    quick_store: Store, clock: ManualClock
) -> None:
    references = ConversationReferences(DurableState(quick_store, "teams"), clock)
    await everything(references)
    assert await kept(quick_store) == OF_THE_TEAM | PERSONAL | {f"thread/{THREAD}"}
    clock.advance(timedelta(days=91))
    await retention.purge(quick_store, Privacy())
    assert await kept(quick_store) == OF_THE_TEAM


@pytest.mark.parametrize("restarted", [False, True])
async def test_what_is_of_use_stays(quick_store: Store, clock: ManualClock, *, restarted: bool) -> None:
    references = ConversationReferences(DurableState(quick_store, "teams"), clock)
    await everything(references)
    clock.advance(timedelta(days=60))
    references = ConversationReferences(DurableState(quick_store, "teams"), clock) if restarted else references
    await references.update_from(activity(SAM.chat, "personal"))
    assert await references.has_joined(SAM.aad)
    assert await references.is_own_thread(THREAD)
    clock.advance(timedelta(days=60))
    await retention.purge(quick_store, Privacy())
    assert await kept(quick_store) == OF_THE_TEAM | PERSONAL | {f"thread/{THREAD}"}


async def test_somebody_who_is_erased_leaves_nothing(quick_store: Store, clock: ManualClock) -> None:
    await everything(ConversationReferences(DurableState(quick_store, "teams"), clock))
    forgotten = await retention.forget(quick_store, f"teams:{SAM.aad}")
    assert forgotten.routes == len(PERSONAL)
    assert await kept(quick_store) == OF_THE_TEAM | {f"thread/{THREAD}"}
