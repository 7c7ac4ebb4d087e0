from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.case import Asker, CaseKind, Details
from bot.messages import Address, Person, Receipt
from bot.storage.adapter_state import DurableState
from bot.storage.column_types import SafeText, Timestamp
from bot.storage.engine import Store
from bot.storage.records import Answered, Posting
from bot.storage.repositories import answers, cases, events, postings, snapshots
from bot.storage.transaction import Tx
from tests.clock import ManualClock

PRESS, OTHER = Address("slack", "C0PRESS"), Address("teams", "19:press@thread.tacv2")
DAY = timedelta(days=1)


def a_case(tx: Tx) -> int:
    here = Address("slack", "D1")
    asker = Asker(Person("slack", "U1"), here, here, "a reporter rang", tx.now, "E1")
    return cases.create(tx, CaseKind.MEDIA, asker, Details()).id


# ---- events ----


def test_an_event_is_new_once_for_each_source(store: Store) -> None:
    with store.transaction() as tx:
        assert not events.seen(tx, "slack", "E1")
        assert events.remember(tx, "slack", "E1")
    with store.transaction() as tx:
        assert events.seen(tx, "slack", "E1")
        assert not events.seen(tx, "teams", "E1")
        assert not events.remember(tx, "slack", "E1")
        assert events.remember(tx, "teams", "E1")


def test_of_many_who_bring_an_event_at_once_one_is_first(store: Store, database_url: str, clock: ManualClock) -> None:
    ready = threading.Barrier(4)

    def bring(_: int) -> bool:
        mine = Store(database_url, clock)
        mine.open()
        ready.wait(10)
        with mine.transaction() as tx:
            first = events.remember(tx, "slack", "E1")
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
        number = answers.record(tx, odd, "unknown", (odd,), "r1")
        found = answers.load(tx, number)
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
        postings.put(tx, case, PRESS, first)
        postings.put(tx, case, OTHER, there)
        postings.put(tx, a_case(tx), PRESS, Receipt(PRESS, ("7",), Address("slack", "C0PRESS/7")))
        assert postings.of_case(tx, case) == [Posting(case, PRESS, first), Posting(case, OTHER, there)]
        assert postings.at(tx, case, OTHER) == Posting(case, OTHER, there)
        assert postings.at(tx, case, Address("slack", "C2")) is None


def test_a_card_that_was_sent_again_is_known_by_both_threads(store: Store) -> None:
    old, new = Address("slack", "C0PRESS/1"), Address("slack", "C0PRESS/5")
    with store.transaction() as tx:
        case = a_case(tx)
        postings.put(tx, case, PRESS, Receipt(PRESS, ("1",), old))
        postings.put(tx, case, PRESS, Receipt(PRESS, ("5",), new))
        postings.put(tx, case, PRESS, Receipt(PRESS, ("5", "6"), new))
        assert postings.of_case(tx, case) == [Posting(case, PRESS, Receipt(PRESS, ("5", "6"), new))]
        assert [postings.by_thread(tx, each) for each in (old, new, PRESS)] == [case, case, None]


# ---- answers ----


def test_an_answer_and_the_last_word_on_it(store: Store, clock: ManualClock) -> None:
    with store.transaction() as tx:
        number = answers.record(tx, "can I?", "answer", ("a", "b"), "r1", "slack:U1")
        assert answers.load(tx, number) == Answered(number, tx.now, "can I?", "answer", ("a", "b"), "r1", "slack:U1")
        assert answers.feedback(tx, number, "helpful")
        assert answers.feedback(tx, number, "not helpful")
        assert not answers.feedback(tx, number + 1, "helpful")
        assert answers.load(tx, number + 1) is None
        assert answers.verdicts(tx, tx.now) == {("a", "not helpful"): 1, ("b", "not helpful"): 1}
        assert answers.verdicts(tx, tx.now + DAY) == {}


def test_feedback_outlives_the_question(store: Store) -> None:
    with store.transaction() as tx:
        answers.feedback(tx, answers.record(tx, "can I?", "answer", ("a",), "r1"), "helpful")
        tx.connection.exec_driver_sql("DELETE FROM answered")
        assert answers.verdicts(tx, tx.now) == {("a", "helpful"): 1}


def test_unanswered_are_the_unknown_and_those_where_nothing_offered_was_right(store: Store, clock: ManualClock) -> None:
    with store.transaction() as tx:
        answers.record(tx, "too old", "unknown", (), "r1")
    clock.advance(DAY)
    with store.transaction() as tx:
        answers.record(tx, "unknown", "unknown", (), "r1")
        answers.record(tx, "answered", "answer", ("a",), "r1")
    clock.advance(DAY)
    with store.transaction() as tx:
        answers.feedback(tx, answers.record(tx, "chosen", "choose", ("a", "b"), "r1"), "helpful")
        answers.feedback(tx, answers.record(tx, "refused", "choose", ("a", "b"), "r1"), "none of these")
        assert [each.question for each in answers.unanswered(tx, clock.now() - DAY, 10)] == ["refused", "unknown"]
        assert [each.question for each in answers.unanswered(tx, clock.now() - 2 * DAY, 1)] == ["refused"]


# ---- the last good knowledge ----


def test_the_latest_knowledge_is_kept(store: Store, clock: ManualClock) -> None:
    with store.transaction() as tx:
        assert snapshots.latest(tx) is None
    for revision in ("r1", "r2", "r1", "r1"):
        clock.advance(DAY)
        with store.transaction() as tx:
            snapshots.put(tx, revision, f"text of {revision}")
            assert snapshots.latest(tx) == (revision, f"text of {revision}")


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
