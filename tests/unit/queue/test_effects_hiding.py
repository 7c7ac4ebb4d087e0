"""What waits in the outbox when a case becomes one of which only officers may read more than the outlet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot import plaintext
from bot.desk.apply_transition import apply_transition
from bot.domain import transitions
from bot.domain.announcements import NudgeLine, StepLine
from bot.domain.case import Asker, Case, CaseKind, Details, Step, StepKind
from bot.domain.transitions import Mail, ThreadReply, Transition, UpdateCard
from bot.domain.transitions.transition import transition_to
from bot.messages import Mention, Outgoing, Person
from bot.presentation import texts
from bot.queue import outbox
from bot.queue.outbox import Delivery, Send, SendToThread, Update
from bot.storage.engine import Store
from bot.storage.records import JobState
from bot.storage.transaction import Transaction
from tests.unit.queue.test_effects import DIRECT, FIRST, PRESS, SAM, SECOND, STATUS, YARD

ANNA = Person("slack", "anna", "Anna")
WORDS = "they rang about the parrot"


def waiting(tx: Transaction, case: Case) -> list[Delivery]:
    found = (job for job in tx.jobs.deliveries_of(case.id) if job.state is JobState.PENDING)
    return [outbox.read(job) for job in found]


def to_the_press(deliveries: list[Delivery]) -> list[Outgoing]:
    sends = [each.outgoing for each in deliveries if isinstance(each, Send) and each.to != DIRECT]
    return sends + [each.outgoing for each in deliveries if isinstance(each, Update | SendToThread)]


def an_enquiry(tx: Transaction) -> Case:
    """Of which the ping, lines below it, a redrawn card and a letter wait."""
    asker = Asker(SAM, DIRECT, YARD, WORDS, tx.now, "e1")
    case = tx.cases.create(CaseKind.MEDIA, asker, Details(outlet="The Gazette", about="a parrot"))
    first = Step(tx.now, StepKind.OPENED, SAM, WORDS, "e1")
    apply_transition(tx, transitions.opened(case, first, STATUS, tx.now), PRESS)
    further = Step(tx.now, StepKind.ADDED, SAM, "a green parrot", "e2")
    quoting = ThreadReply(StepLine(further), ("slack:ben",))
    plain = ThreadReply(NudgeLine(waited=False, facts=""), harmless=True)
    change = transition_to(case, (), UpdateCard(), quoting, plain, Mail())
    apply_transition(tx, change, PRESS)
    return change.case


def restricted(case: Case, tx: Transaction) -> Transition:
    change = transitions.restrict(case, ANNA, tx.now)
    assert isinstance(change, Transition)
    return change


def embargoed(case: Case, tx: Transaction) -> Transition:
    return transition_to(replace(case, details=replace(case.details, embargo="until noon")), (), UpdateCard())


@pytest.mark.parametrize("hide", [restricted, embargoed])
def test_what_has_not_left_leaves_without_its_words(
    store: Store, hide: Callable[[Case, Transaction], Transition]
) -> None:
    with store.transaction() as tx:
        case = an_enquiry(tx)
        before = waiting(tx, case)
        assert any("parrot" in plaintext.render(each) for each in to_the_press(before))
        apply_transition(tx, hide(case, tx), PRESS)
        after = waiting(tx, case)
    shown = to_the_press(after)
    assert len(shown) > len(to_the_press(before)) >= 9  # two channels: ping, card, two lines; and a letter
    assert not any("parrot" in f"{plaintext.render(each)} {each.summary}" for each in shown)
    assert any("parrot" in plaintext.render(each.outgoing) for each in before if isinstance(each, SendToThread))


def test_whoever_was_called_is_called_all_the_same_and_harmless_lines_stay(store: Store) -> None:
    with store.transaction() as tx:
        case = an_enquiry(tx)
        apply_transition(tx, restricted(case, tx), PRESS)
        after = waiting(tx, case)
    pings = [each for each in after if isinstance(each, Send) and each.purpose == "ping"]
    lines = [each for each in after if isinstance(each, SendToThread)]
    assert [each.to for each in pings] == [FIRST, SECOND]
    assert all(Mention(STATUS.on_call) in each.outgoing.blocks for each in pings)
    assert [each for each in lines if Mention(("slack:ben",)) in each.outgoing.blocks]
    assert sum(texts.nudge("M-1") in plaintext.render(each.outgoing) for each in lines) == 2


def test_what_the_asker_is_told_stays(store: Store) -> None:
    with store.transaction() as tx:
        case = an_enquiry(tx)
        told = [each for each in waiting(tx, case) if isinstance(each, Send) and each.to == DIRECT]
        apply_transition(tx, restricted(case, tx), PRESS)
        assert told
        assert [each for each in waiting(tx, case) if isinstance(each, Send) and each.to == DIRECT] == told
