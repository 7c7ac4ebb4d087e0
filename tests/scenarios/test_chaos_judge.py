"""What the storm's judge takes for a lane that is out of order."""

from __future__ import annotations

from collections import Counter

import pytest

from bot.errors import TemporaryFailure
from bot.messages import Address, Pressed
from tests.chaos.judge import Kept, judge, read
from tests.chaos.load import Ledger
from tests.chaos.sink import Arrival
from tests.desk import DeskHarness, direct, person, said

SAM, JOE, ANNA = person("sam"), person("joe"), person("anna")


def out_of_order(lanes: dict[str, list[str]], arrived: list[str]) -> int:
    states: Counter[str] = Counter()
    kept = Kept(lanes, states, states, states, frozenset())
    return judge(Ledger(), kept, [Arrival(key, "somewhere", ()) for key in arrived], 0).out_of_order


@pytest.mark.parametrize(
    ("lane", "arrived", "wrong"),
    [
        (["a", "b", "c"], ["a", "b", "c"], 0),
        (["a", "b", "c"], ["a", "c", "b"], 1),
        (["a", "b"], ["a", "b", "a"], 0),  # it was sent again after a kill
        (["one", "two", "one"], ["one", "two", "one"], 0),  # marks of two replies to two askers
        (["one", "two", "one"], ["two", "one", "one"], 1),
        (["a", "elsewhere", "b"], ["elsewhere", "a", "b"], 0),
        (["a", "elsewhere", "b"], ["b", "a", "elsewhere"], 1),
    ],
)
def test_a_lane_is_judged_by_what_the_sink_can_tell_apart(lane: list[str], arrived: list[str], wrong: int) -> None:
    assert out_of_order({"lane": lane, "other": ["elsewhere"]}, arrived) == wrong


async def test_two_replies_to_two_askers_are_marked_in_the_order_of_their_rows(harness: DeskHarness) -> None:
    """The order of the storm with the seed 156314: the second asker gets the first reply after a second try."""
    for number, asker in enumerate((SAM, JOE)):
        await harness.handle(said(asker, "a reporter from the Guardian rang me about the fire", f"enquiry-{number}"))
    platform = harness.platforms["slack"]
    card = next(shown for shown in platform.shown if shown.to.token == "c-press" and "M-2" in shown.text)
    join = next(button for button in card.buttons if button.action == "case.join")
    await harness.handle(Pressed("join", ANNA, join.action, join.value, card.to, direct(ANNA)))
    thread = Address("slack", "c-press/1")
    platform.failures["dm-joe"] = TemporaryFailure("busy")
    for number in (1, 2):
        await harness.handle(said(ANNA, f"reply: our answer {number}", f"reply-{number}", thread))
    platform.failures.clear()
    while (due := await harness.store.read(lambda tx: tx.jobs.next_due())) and len(platform.marks) != 4:
        await harness.pass_time(due - harness.clock.now())

    marked = [f"mark:{event_id}:{mark}" for _, event_id, mark in platform.marks]
    assert marked == ["mark:reply-1:delivered", "mark:reply-2:delivered"] * 2
    lanes = read(harness.store).lanes
    assert marked in lanes.values()
    assert out_of_order({name: list(keys) for name, keys in lanes.items()}, marked) == 0
