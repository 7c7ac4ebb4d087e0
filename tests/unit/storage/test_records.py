from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.case import Asker, CaseKind, Details
from bot.messages import Address, Person, Receipt
from bot.storage.adapter_state import DurableState
from bot.storage.engine import Store
from bot.storage.records import Answered, Posting
from bot.storage.sql import SafeText, Timestamp
from bot.storage.transaction import Transaction
from tests.clock import ManualClock

PRESS, OTHER = Address("slack", "C0PRESS"), Address("teams", "19:press@thread.tacv2")
DAY = timedelta(days=1)


def a_case(tx: Transaction) -> int:
    here = Address("slack", "D1")
    asker = Asker(Person("slack", "U1"), here, here, "a reporter rang", tx.now, "E1")
    return tx.cases.create(CaseKind.MEDIA, asker, Details()).id


# ---- events ----


def test_an_event_is_new_once_for_each_source(store: Store) -> None:
    with store.transaction() as tx:
        assert not tx.events.seen("slack", "E1")
        assert tx.events.claim_once("slack", "E1")
    with store.transaction() as tx:
        assert tx.events.seen("slack", "E1")
        assert not tx.events.seen("teams", "E1")
        assert not tx.events.claim_once("slack", "E1")
        assert tx.events.claim_once("teams", "E1")


def test_of_many_who_bring_an_event_at_once_one_is_first(store: Store, database_url: str, clock: ManualClock) -> None:
    ready = threading.Barrier(4)

    def bring(_: int) -> bool:
        mine = Store(database_url, clock)
        mine.open()
        ready.wait(10)
        with mine.transaction() as tx:
            first = tx.events.claim_once("slack", "E1")
        mine.close()
        return first

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(bring, range(4))) == [False, False, False, True]


# ---- what text and instants become ----


@given(text=st.text(st.characters(exclude_categories=[]), max_size=40))
def test_any_text_can_be_stored_and_ordinary_text_is_unchanged(text: str) -> None:
    stored = SafeText().process_bind_param(text, None)  # type: ignore[arg-type]
    assert stored is not None
    assert "\0" not in stored
    whole = stored.encode().decode()
    ordinary = "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
    assert whole == stored
    assert (stored == text) or not ordinary


def test_odd_text_goes_through_both_engines(store: Store) -> None:
    odd = "naïve \U0001f600 \ud83d\ude00 half \ud83d nul \0 100%_ 'quoted' :name %s"
    with store.transaction() as tx:
        number = tx.answers.record(odd, "unknown", (odd,), "r1")
        found = tx.answers.load(number)
    assert found is not None
    assert found.question == "naïve \U0001f600 \U0001f600 half \ufffd nul \ufffd 100%_ 'quoted' :name %s"
    assert found.entries == (found.question.replace("nul \ufffd", "nul \0"),)


@given(at=st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
def test_an_instant_is_kept_to_the_microsecond(at: datetime) -> None:
    kind = Timestamp()
    assert kind.process_result_value(kind.process_bind_param(at, None), None) == at.astimezone(UTC)  # type: ignore[arg-type]


def test_an_instant_must_be_aware() -> None:
    with pytest.raises(TypeError):
        Timestamp().process_bind_param(datetime(2026, 1, 1), None)  # type: ignore[arg-type]  # noqa: DTZ001


# ---- postings ----


def test_a_card_stands_once_in_each_channel(store: Store) -> None:
    first = Receipt(PRESS, ("1", "2"), Address("slack", "C0PRESS/1"))
    there = Receipt(OTHER, ("9",))
    with store.transaction() as tx:
        case = a_case(tx)
        tx.postings.put(case, PRESS, first)
        tx.postings.put(case, OTHER, there)
        tx.postings.put(a_case(tx), PRESS, Receipt(PRESS, ("7",), Address("slack", "C0PRESS/7")))
        assert tx.postings.of_case(case) == [Posting(PRESS, first), Posting(OTHER, there)]
        assert tx.postings.at(case, OTHER) == Posting(OTHER, there)
        assert tx.postings.at(case, Address("slack", "C2")) is None


def test_a_card_that_was_sent_again_is_known_by_both_threads(store: Store) -> None:
    old, new = Address("slack", "C0PRESS/1"), Address("slack", "C0PRESS/5")
    with store.transaction() as tx:
        case = a_case(tx)
        tx.postings.put(case, PRESS, Receipt(PRESS, ("1",), old))
        tx.postings.put(case, PRESS, Receipt(PRESS, ("5",), new))
        tx.postings.put(case, PRESS, Receipt(PRESS, ("5", "6"), new))
        assert tx.postings.of_case(case) == [Posting(PRESS, Receipt(PRESS, ("5", "6"), new))]
        assert [tx.postings.by_thread(each) for each in (old, new, PRESS)] == [case, case, None]


# ---- answers ----


def test_an_answer_and_the_last_word_on_it(store: Store, clock: ManualClock) -> None:
    with store.transaction() as tx:
        number = tx.answers.record("can I?", "answer", ("a", "b"), "r1", "slack:U1")
        assert tx.answers.load(number) == Answered(number, tx.now, "can I?", ("a", "b"), "r1", "slack:U1")
        assert tx.answers.feedback(number, "helpful")
        assert tx.answers.feedback(number, "not helpful")
        assert not tx.answers.feedback(number + 1, "helpful")
        assert tx.answers.load(number + 1) is None
        assert tx.answers.verdicts(tx.now) == {("a", "not helpful"): 1, ("b", "not helpful"): 1}
        assert tx.answers.verdicts(tx.now + DAY) == {}


def test_feedback_outlives_the_question(store: Store) -> None:
    with store.transaction() as tx:
        tx.answers.feedback(tx.answers.record("can I?", "answer", ("a",), "r1"), "helpful")
        tx.connection.exec_driver_sql("DELETE FROM answered")
        assert tx.answers.verdicts(tx.now) == {("a", "helpful"): 1}


def test_unanswered_are_the_unknown_and_those_where_nothing_offered_was_right(store: Store, clock: ManualClock) -> None:
    with store.transaction() as tx:
        tx.answers.record("too old", "unknown", (), "r1")
    clock.advance(DAY)
    with store.transaction() as tx:
        tx.answers.record("unknown", "unknown", (), "r1")
        tx.answers.record("answered", "answer", ("a",), "r1")
    clock.advance(DAY)
    with store.transaction() as tx:
        tx.answers.feedback(tx.answers.record("chosen", "choose", ("a", "b"), "r1"), "helpful")
        tx.answers.feedback(tx.answers.record("refused", "choose", ("a", "b"), "r1"), "none of these")
        assert [each.question for each in tx.answers.unanswered(clock.now() - DAY, 10)] == ["refused", "unknown"]
        assert [each.question for each in tx.answers.unanswered(clock.now() - 2 * DAY, 1)] == ["refused"]


# ---- the last good knowledge ----


def test_the_latest_knowledge_is_kept(store: Store, clock: ManualClock) -> None:
    with store.transaction() as tx:
        assert tx.snapshots.latest() is None
    for revision in ("r1", "r2", "r1", "r1"):
        clock.advance(DAY)
        with store.transaction() as tx:
            tx.snapshots.put(revision, f"text of {revision}")
            assert tx.snapshots.latest() == (revision, f"text of {revision}")


# ---- what adapters remember ----


async def test_a_platform_remembers_for_itself(store: Store) -> None:
    slack, teams = DurableState(store, "slack"), DurableState(store, "teams")
    assert await slack.get("k") is None
    await slack.put("k", "1")
    await slack.put("k", "2")
    assert not await slack.add("k", "3")
    assert await teams.add("k", "4")
    assert (await slack.get("k"), await teams.get("k")) == ("2", "4")
    await slack.delete("k")
    await slack.delete("k")
    assert (await slack.get("k"), await teams.get("k")) == (None, "4")


async def test_each_number_is_given_to_one_change(store: Store) -> None:
    one, other = DurableState(store, "web"), DurableState(store, "web")
    assert await one.put_numbered("revision", 58, "a", "1"), "nothing has been counted yet"
    assert not await other.put_numbered("revision", 58, "a", "2")
    assert not await other.put_numbered("revision", 60, "b", "2")
    tries = [state.put_numbered("revision", 59, "a", value) for state, value in ((one, "3"), (other, "4"))]
    assert sorted(await asyncio.gather(*tries)) == [False, True]
    assert await one.get("a") in {"3", "4"}
    assert (await one.get("b"), await one.get("revision")) == (None, "59")


async def test_a_prefix_is_taken_literally(store: Store) -> None:
    state = DurableState(store, "slack")
    keys = ["100%", "100%_", "100%_a", "100x", "100xx", "A", "a", "a\\", "é", "Z", "\U0001f600"]
    for key in keys:
        await state.put(key, key.upper())
    assert await state.items("100%") == [("100%", "100%"), ("100%_", "100%_"), ("100%_a", "100%_A")]
    assert await state.items("a") == [("a", "A"), ("a\\", "A\\")]
    assert [key for key, _ in await state.items("")] == sorted(keys)


SHORT_KEYS = st.text("aA%_é\\\U0001f600", max_size=4)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keys=st.sets(SHORT_KEYS, max_size=8), prefix=SHORT_KEYS)
async def test_items_are_those_that_start_with_the_prefix(store: Store, keys: set[str], prefix: str) -> None:
    state = DurableState(store, "slack")
    for key, _ in await state.items(""):
        await state.delete(key)
    for key in keys:
        await state.put(key, "value")
    assert [key for key, _ in await state.items(prefix)] == sorted(key for key in keys if key.startswith(prefix))
