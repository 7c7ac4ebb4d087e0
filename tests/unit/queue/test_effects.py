from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import plaintext
from bot.config import from_mapping
from bot.desk.apply_transition import apply_transition, schedule
from bot.desk.press_desk import PressDesk
from bot.domain import transitions
from bot.domain.case import Asker, Case, CaseKind, CaseState, Details, Outcome, Step, StepKind
from bot.domain.schedule import WATCH
from bot.domain.transitions import DeskStatus, PostCard, StartTimer, StopTimer, Transition, UpdateCard
from bot.messages import Address, Mention, Outgoing, Person, Receipt
from bot.presentation import cards
from bot.queue import outbox
from bot.queue.outbox import Delivery, MarkMessage, Send, SendToThread, Update
from bot.storage.engine import Store
from bot.storage.records import Job, JobKind, JobState
from bot.storage.transaction import Transaction
from tests.clock import ManualClock
from tests.unit.domain.pacing import POLICY

SAM = Person("teams", "sam", "Sam")
DIRECT, YARD = Address("teams", "dm-sam"), Address("teams", "c-yard/1")
FIRST, SECOND = Address("slack", "c-press"), Address("teams", "c-press")
MAIL = Address("email", "press@example.org")
LETTERS = {"host": "mail.example.org", "from": "desk@example.org"}


def press_desk(**office: Any) -> PressDesk:
    settings = {"channels": [str(FIRST), str(SECOND)], "officers": ["slack:anna"], "email": MAIL.token, **office}
    return PressDesk(from_mapping({"press_office": settings, "email": LETTERS}, {}))


PRESS = press_desk()
STATUS = DeskStatus("+44 1524 000000", "Say nothing yet.", timedelta(minutes=5), ("slack:ben",), True)
words = st.text(max_size=30)
places = st.builds(Address, st.sampled_from(("slack", "teams")), words)
outgoing = st.builds(lambda text: cards.in_thread(text, text, files=1, link=text), words)
marks = st.builds(MarkMessage, places, words, st.sampled_from(("delivered", "failed")))
deliveries: st.SearchStrategy[Delivery] = st.one_of(
    marks,
    st.builds(Update, places, outgoing),
    st.builds(SendToThread, places, outgoing),
    st.builds(
        Send,
        places,
        outgoing,
        st.sampled_from(("message", "ping", "reply")),
        words,
        st.none() | places,
        st.none() | marks,
    ),
)


@given(deliveries)
def test_what_is_put_into_a_row_is_what_comes_out(delivery: Delivery) -> None:
    assert outbox.read(job(outbox.payload(delivery))) == delivery


def test_every_block_survives() -> None:
    case = Case(7, CaseKind.MEDIA, CaseState.OPEN, (asker(),), ManualClock().now(), Details(deadline="17:00"))
    card = cards.case_card(case, (), cards.CaseContext(ManualClock().now()), mention=("slack:ben",))
    assert outbox.read(job(outbox.payload(Send(FIRST, card)))) == Send(FIRST, card)


def test_a_payload_of_another_version_is_refused() -> None:
    later = outbox.payload(Send(FIRST, cards.markdown_message("Hello."))) | {"v": 2}
    with pytest.raises(ValueError, match="version 2"):
        outbox.read(job(later))


def job(payload: Mapping[str, Any]) -> Job:
    now = ManualClock().now()
    return Job(1, JobKind.SEND, None, "lane", "key", payload, JobState.PENDING, 0, 0, now, now)


def asker() -> Asker:
    return Asker(SAM, DIRECT, YARD, "they rang", ManualClock().now(), "e1")


def opened(tx: Transaction) -> Case:
    case = tx.cases.create(CaseKind.MEDIA, asker(), Details())
    apply_transition(
        tx, transitions.opened(case, Step(tx.now, StepKind.OPENED, SAM, "they rang", "e1"), STATUS, tx.now), PRESS
    )
    return case


def change(case: Case, *of: transitions.Effect) -> Transition:
    return Transition(replace(case, revision=case.revision + 1), (), of)


def waiting(tx: Transaction, case: Case, to: Address) -> list[Delivery]:
    return [outbox.read(each) for each in tx.jobs.waiting(f"case:{case.id}:{to}")]


def test_an_opened_case_is_in_every_lane_that_it_needs(store: Store) -> None:
    with store.transaction() as tx:
        case = opened(tx)
        for channel in PRESS.channels:
            (ping,) = waiting(tx, case, channel)
            assert isinstance(ping, Send)
            assert (ping.to, ping.purpose) == (channel, "ping")
            assert Mention(("slack:ben",)) in ping.outgoing.blocks
        (told,) = map(outbox.read, tx.jobs.waiting(str(DIRECT)))
        assert isinstance(told, Send)
        assert (told.purpose, told.instead, told.name) == ("acknowledgement", YARD, "Sam")
        for name, minutes in ((WATCH, 15), (transitions.FALLBACK, 5)):
            (timer,) = tx.jobs.waiting(outbox.timer_lane(case.id, name))
            assert timer.due_at == tx.now + timedelta(minutes=minutes)


def test_the_card_that_is_drawn_shows_the_step_that_drew_it(store: Store) -> None:
    with store.transaction() as tx:
        case = opened(tx)
        claimed = transitions.claim(case, Person("slack", "anna", "Anna"), tx.now)
        assert isinstance(claimed, Transition)
        apply_transition(tx, claimed, PRESS)
        *_, redrawn = waiting(tx, case, FIRST)
        assert isinstance(redrawn, Update)
        assert "Anna claimed it" in str(redrawn.outgoing)
        assert tx.cases.load(case.id) == claimed.case


def test_a_timer_that_is_started_again_starts_afresh(store: Store, clock: ManualClock) -> None:
    hour = timedelta(hours=1)
    with store.transaction() as tx:
        case = opened(tx)
    clock.advance(hour)
    lane = outbox.timer_lane(case.id, transitions.FALLBACK)
    with store.transaction() as tx:
        apply_transition(tx, change(case, StartTimer(transitions.FALLBACK, hour)), PRESS)
        (timer,) = tx.jobs.waiting(lane)
        assert timer.due_at == tx.now + hour
        apply_transition(tx, change(replace(case, revision=2), StopTimer(transitions.FALLBACK)), PRESS)
        assert tx.jobs.waiting(lane) == []


def test_a_case_is_looked_at_when_time_has_next_something_to_do_to_it(store: Store) -> None:
    anna = Person("slack", "anna", "Anna")
    with store.transaction() as tx:
        case = opened(tx)
        lane = outbox.timer_lane(case.id, WATCH)
        (first,) = tx.jobs.waiting(lane)
        claimed = transitions.claim(case, anna, tx.now)
        assert isinstance(claimed, Transition)
        apply_transition(tx, claimed, PRESS)
        (second,) = tx.jobs.waiting(lane)
        assert (first.due_at, second.due_at) == (tx.now + POLICY.remind_after, tx.now + POLICY.nudge_after)
        schedule(tx, claimed.case, PRESS)
        assert tx.jobs.waiting(lane) == [second]
        schedule(tx, claimed.case, press_desk(nudge_after="1h"))
        (third,) = tx.jobs.waiting(lane)
        assert third.due_at == tx.now + timedelta(hours=1) == tx.now + 2 * POLICY.nudge_after
        ended = transitions.close(claimed.case, anna, Outcome.NO_ACTION, tx.now)
        assert isinstance(ended, Transition)
        apply_transition(tx, ended, PRESS)
        assert tx.jobs.waiting(lane) == []


def test_a_ping_is_repeated_only_where_no_card_is_nor_will_be(store: Store) -> None:
    with store.transaction() as tx:
        case = opened(tx)
        again = change(case, PostCard(again=True))
        apply_transition(tx, again, PRESS)
        assert [len(waiting(tx, case, channel)) for channel in PRESS.channels] == [1, 1]
        for channel in PRESS.channels:
            tx.jobs.cancel_lane(f"case:{case.id}:{channel}")
        tx.postings.put(case.id, FIRST, Receipt(FIRST, ("1",), Address("slack", "c-press/1")))
        apply_transition(tx, change(again.case, UpdateCard(), PostCard(again=True)), PRESS)
        kinds = [[type(delivery) for delivery in waiting(tx, case, channel)] for channel in PRESS.channels]
        assert kinds == [[Update], [Update, Send]]


def test_without_a_mailbox_nothing_is_mailed(store: Store) -> None:
    with store.transaction() as tx:
        case = opened(tx)
        mailed = change(case, transitions.Mail())
        apply_transition(tx, mailed, press_desk(email=""))
        apply_transition(tx, change(mailed.case, transitions.Mail()), PRESS)
        (mail,) = waiting(tx, case, MAIL)
        assert isinstance(mail, Send)
        assert "they rang" in plaintext.render(mail.outgoing)


def test_the_same_key_is_scheduled_once(store: Store) -> None:
    with store.transaction() as tx:
        for text in ("first", "second"):
            outbox.send(tx, DIRECT, Outgoing((), text), key="said:e1")
        (kept,) = tx.jobs.waiting(str(DIRECT))
        assert "first" in str(kept.payload)
