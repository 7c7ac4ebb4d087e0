from __future__ import annotations

from bot.domain.case import Step, StepKind
from bot.messages import Person
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.unit.queue.relaying import a_case

ANNA, BEN, CARL = Person("slack", "anna", "Anna"), Person("slack", "ben", "Ben"), Person("teams", "carl", "Carl")


def test_who_took_a_case_is_known_by_their_last_name_the_most_recent_first(store: Store, clock: ManualClock) -> None:
    married = Person("slack", "anna", "Anna Miller")
    history = (
        (StepKind.CLAIMED, ANNA),
        (StepKind.HANDOVER_ACCEPTED, BEN),
        (StepKind.NOTED, CARL),  # anybody may write below a card
        (StepKind.CLAIMED, None),  # whose name was erased
        (StepKind.HANDOVER_ACCEPTED, married),
    )
    with store.transaction() as tx:
        assert tx.officers.known() == []
        case_id = a_case(tx)
        for kind, by in history:
            tx.cases.add_step(case_id, Step(clock.now(), kind, by))
        assert tx.officers.known() == [married, BEN]
