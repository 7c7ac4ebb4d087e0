from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from adapters.web.message_store import MessageStore
from bot.admin import retention
from bot.admin.retention import EVENTS_KEPT, TEXTS_KEPT, DailyPurge, forget, purge
from bot.config import Privacy
from bot.domain.case import Link, LinkKind, Outcome, StepKind
from bot.domain.transitions import close, reopen
from bot.errors import StoreUnavailable, UserError
from bot.messages import Address, Pressed
from bot.storage.adapter_state import DurableState
from bot.storage.engine import Store
from bot.storage.records import DedupeScope, JobKind, NewJob
from bot.storage.repositories import expiry
from bot.storage.repositories.expiry import RetentionClass
from bot.storage.schema import answered, inbound_event, job, lane
from tests.clock import ManualClock
from tests.desk import DeskHarness, direct, loaded_knowledge, said
from tests.unit.admin.keeping import ANNA, ENQUIRY, ROSIE, SAMWISE, change, dump, enquire, loaded, work_off
from tests.waiting import until

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
PRIVACY = Privacy(questions=timedelta(days=90), feedback=timedelta(days=365), cases=timedelta(days=1000))


# ---- what grows old -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "age"), [(RetentionClass.QUESTIONS, PRIVACY.questions), (RetentionClass.FEEDBACK, PRIVACY.feedback)]
)
async def test_a_question_and_what_was_thought_of_it_go_at_their_ages(
    store: Store, clock: ManualClock, kind: RetentionClass, age: timedelta
) -> None:
    with store.transaction() as tx:
        tx.answers.feedback(tx.answers.record("can I?", "answer", ("a",), "r1", "slack:U1"), "helpful")
    clock.advance(age)
    assert (await purge(store, PRIVACY)).counts[kind] == 0
    clock.advance(SECOND)
    assert (await purge(store, PRIVACY)).counts[kind] == 1
    assert (await purge(store, PRIVACY)).counts[kind] == 0
    assert dump(store, "answered" if kind is RetentionClass.QUESTIONS else "feedback") == ""


async def test_a_false_alarm_is_kept_as_long_as_questions_are(store: Store, clock: ManualClock) -> None:
    with store.transaction() as tx:
        tx.false_alarms.add("I read it in the Gazette")
    clock.advance(PRIVACY.questions)
    assert (await purge(store, PRIVACY)).counts[RetentionClass.ALARMS] == 0
    clock.advance(SECOND)
    assert (await purge(store, PRIVACY)).counts[RetentionClass.ALARMS] == 1
    assert dump(store, "false_alarm") == ""


async def test_a_closed_case_goes_with_everything_that_hangs_on_it(harness: DeskHarness) -> None:
    await work_off(harness, await enquire(harness))
    harness.clock.advance(PRIVACY.cases)
    assert (await purge(harness.store, PRIVACY)).counts[RetentionClass.CASES] == 0
    harness.clock.advance(SECOND)
    purged = await purge(harness.store, PRIVACY)
    assert purged.counts[RetentionClass.CASES] == 1
    assert "closed cases" in purged.as_text(dry_run=False)
    tables = ("press_case", "case_asker", "case_step", "posting", "job", "lane", "answered", "feedback")
    left = [row for row in dump(harness.store, *tables).splitlines() if "handover" not in row]  # of a shift, not a case
    assert left == []


async def test_a_case_that_is_not_closed_stays_however_old(harness: DeskHarness) -> None:
    case = await enquire(harness)
    harness.clock.advance(10 * PRIVACY.cases)
    assert (await purge(harness.store, PRIVACY)).counts[RetentionClass.CASES] == 0
    assert loaded(harness.store, case) is not None


async def test_a_reopened_case_begins_to_grow_old_when_it_is_closed_again(harness: DeskHarness) -> None:
    case = await enquire(harness)
    await work_off(harness, case)
    harness.clock.advance(PRIVACY.cases / 2)
    await change(
        harness,
        case,
        lambda found, now: reopen(found, ANNA, harness.press_desk.status(loaded_knowledge().knowledge, now), now),
    )
    await work_off(harness, case)
    harness.clock.advance(PRIVACY.cases / 2 + SECOND)
    assert (await purge(harness.store, PRIVACY)).counts[RetentionClass.CASES] == 0


async def test_what_is_still_on_its_way_leaves_before_its_case_goes(harness: DeskHarness) -> None:
    case = await enquire(harness)
    await work_off(harness, case)
    with harness.store.transaction() as tx:
        tx.jobs.put(NewJob(JobKind.SEND, "lane", "late", {"v": 1}, tx.now, case))
    harness.clock.advance(PRIVACY.cases + SECOND)
    assert (await purge(harness.store, PRIVACY)).counts[RetentionClass.CASES] == 0
    with harness.store.transaction() as tx:
        tx.jobs.done(tx.jobs.claim("me", 9, DAY))
    assert (await purge(harness.store, PRIVACY)).counts[RetentionClass.CASES] == 1


async def test_the_texts_of_what_was_sent_go_within_days_and_the_case_keeps_its_record(harness: DeskHarness) -> None:
    case = await enquire(harness)
    await work_off(harness, case)
    harness.clock.advance(TEXTS_KEPT)
    assert (await purge(harness.store, PRIVACY)).counts[RetentionClass.TEXTS] == 0
    assert "flooded cellar" in dump(harness.store, "job")
    harness.clock.advance(SECOND)
    assert (await purge(harness.store, PRIVACY)).counts[RetentionClass.TEXTS] > 0
    assert "flooded cellar" not in dump(harness.store, "job")
    with harness.store.transaction() as tx:
        assert len(tx.jobs.deliveries_of(case)) > 3
    assert "flooded cellar" in dump(harness.store, "case_asker")


async def test_what_has_not_left_keeps_its_text_and_its_place_in_the_lane(store: Store, clock: ManualClock) -> None:
    with store.transaction() as tx:
        for key in ("first", "second"):
            tx.jobs.put(NewJob(JobKind.SEND, "lane", key, {"v": 1, "of": key}, tx.now))
    with store.transaction() as tx:
        tx.jobs.done(tx.jobs.claim("me", 1, DAY))
    clock.advance(PRIVACY.questions + SECOND)
    purged = await purge(store, PRIVACY)
    assert (purged.counts[RetentionClass.DELIVERIES], purged.counts[RetentionClass.LANES]) == (1, 0)
    with store.transaction() as tx:
        tx.jobs.put(NewJob(JobKind.SEND, "lane", "third", {"v": 1, "of": "third"}, tx.now))
        assert [each.payload["of"] for each in tx.jobs.waiting("lane")] == ["second", "third"]


async def test_events_are_remembered_as_long_as_platforms_repeat_them(store: Store, clock: ManualClock) -> None:
    with store.transaction() as tx:
        for source in ("slack", *DedupeScope):
            tx.events.claim_once(source, "E1")
    clock.advance(EVENTS_KEPT + SECOND)
    assert (await purge(store, PRIVACY)).counts[RetentionClass.EVENTS] == 1
    with store.transaction() as tx:
        assert not tx.events.seen("slack", "E1")
        assert all(tx.events.seen(own, "E1") for own in DedupeScope)
    clock.advance(PRIVACY.cases)
    assert (await purge(store, PRIVACY)).counts[RetentionClass.EVENTS] == len(DedupeScope)


async def test_more_than_one_batch_goes(store: Store, clock: ManualClock) -> None:
    with store.transaction() as tx:
        for number in range(1200):
            tx.events.claim_once("slack", f"E{number}")
    clock.advance(EVENTS_KEPT + SECOND)
    assert (await purge(store, PRIVACY)).counts[RetentionClass.EVENTS] == 1200
    with store.transaction() as tx:
        assert tx.connection.execute(select(func.count()).select_from(inbound_event)).scalar_one() == 0


async def test_a_dry_run_counts_and_removes_nothing(harness: DeskHarness) -> None:
    await work_off(harness, await enquire(harness))
    harness.clock.advance(PRIVACY.cases + SECOND)
    before = dump(harness.store)
    would = await purge(harness.store, PRIVACY, dry_run=True)
    assert dump(harness.store) == before
    assert would.as_text(dry_run=True).startswith("Would remove:")
    did = await purge(harness.store, PRIVACY)
    assert {kind: would.counts[kind] for kind in ("cases", "questions", "events")} == {
        kind: did.counts[kind] for kind in ("cases", "questions", "events")
    }


async def test_a_hold_keeps_a_case_with_all_that_was_sent_and_the_purge_says_so(harness: DeskHarness) -> None:
    case = await enquire(harness)
    await work_off(harness, case)
    with harness.store.transaction() as tx:
        tx.cases.hold(case, held=True)
    harness.clock.advance(PRIVACY.cases + SECOND)
    purged = await purge(harness.store, PRIVACY)
    assert purged.held == ("M-1",)
    assert "Held, so kept: M-1." in purged.as_text(dry_run=False)
    assert "flooded cellar" in dump(harness.store, "job")
    with harness.store.transaction() as tx:
        tx.cases.hold(case, held=False)
    assert (await purge(harness.store, PRIVACY)).counts[RetentionClass.CASES] == 1


async def test_a_hold_outlasts_what_happens_to_the_case(harness: DeskHarness) -> None:
    case = await enquire(harness)
    with harness.store.transaction() as tx:
        tx.cases.hold(case, held=True)
    await work_off(harness, case)
    found = loaded(harness.store, case)
    assert found is not None
    assert found.held


@pytest.mark.postgresql
def test_a_lane_that_somebody_is_writing_into_is_left_alone(postgresql_url: str, clock: ManualClock) -> None:
    mine, other = Store(postgresql_url, clock), Store(postgresql_url, clock)
    for each in (mine, other):
        each.open()
    with mine.transaction() as tx:
        tx.connection.execute(lane.insert().values(name="lane", next_seq=7))
        cutoffs = expiry.Cutoffs(*[tx.now] * 6)
    with mine.transaction() as tx:
        tx.jobs.put(NewJob(JobKind.SEND, "lane", "key", {"v": 1}, tx.now))
        with other.transaction() as beside:
            assert beside.expiry.remove(RetentionClass.LANES, cutoffs, 10) == 0
    with other.transaction() as tx:
        assert tx.expiry.remove(RetentionClass.LANES, cutoffs, 10) == 0
        assert tx.connection.execute(select(job.c.seq)).scalar_one() == 8
    for each in (mine, other):
        each.close()


async def test_one_of_several_processes_purges_each_day(store: Store, database_url: str, clock: ManualClock) -> None:
    other = Store(database_url, clock)
    other.open()
    done = [await DailyPurge(each, PRIVACY).purge_once() for each in (store, other, store)]
    assert [purged is not None for purged in done] == [True, False, False]
    clock.advance(DAY)
    assert await DailyPurge(other, PRIVACY).purge_once() is not None
    assert await DailyPurge(store, PRIVACY).purge_once() is None
    other.close()


async def test_a_serving_process_purges_by_itself(store: Store, clock: ManualClock) -> None:
    with store.transaction() as tx:
        tx.answers.record("can I?", "answer", ("a",), "r1", "slack:U1")
    clock.advance(PRIVACY.questions + SECOND)
    keeping = asyncio.create_task(DailyPurge(store, PRIVACY).run())
    await until(lambda: not dump(store, "answered"))
    keeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeping


async def test_a_purge_that_fails_half_way_is_repeated_the_same_day(
    store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for_a_day = DailyPurge(store, PRIVACY)
    count, failures = retention._cutoffs_and_held, [StoreUnavailable("away")]

    def sometimes(*given: Any) -> Any:
        if failures:
            raise failures.pop()
        return count(*given)

    monkeypatch.setattr(retention, "_cutoffs_and_held", sometimes)
    with pytest.raises(StoreUnavailable):
        await for_a_day.purge_once()
    assert await for_a_day.purge_once() is not None
    assert await for_a_day.purge_once() is None


async def test_a_row_that_cannot_be_removed_does_not_keep_the_others(
    store: Store, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Something that this release does not know refers to it, such as a table of a later one."""
    with store.transaction() as tx:
        for name in "abcde":
            tx.answers.record(f"can I {name}?", "answer", (name,), "r1", f"slack:{name}")
        ids = sorted(tx.connection.execute(select(answered.c.id)).scalars())
        tx.connection.execute(text("CREATE TABLE later (answer BIGINT REFERENCES answered (id))"))
        tx.connection.execute(text("INSERT INTO later VALUES (:id)"), {"id": ids[1]})
    clock.advance(PRIVACY.questions + SECOND)
    for_a_day = DailyPurge(store, PRIVACY)
    purged = await for_a_day.purge_once()
    assert purged is not None
    assert (purged.counts["questions"], purged.failed) == (4, 1)
    assert "1 rows." in purged.as_text(dry_run=False)
    assert dump(store, "answered").count("can I") == 1
    assert "1 rows are older" in for_a_day.problem()
    assert "An old row of questions cannot be removed: IntegrityError" in caplog.text

    with store.transaction() as tx:
        tx.connection.execute(text("DROP TABLE later"))
    assert await for_a_day.purge_once() is not None, "it is tried again the same day"
    assert for_a_day.problem() == ""
    assert not dump(store, "answered")


async def test_a_failing_purge_ends_nothing(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    store.close()
    keeping = asyncio.create_task(DailyPurge(store, PRIVACY).run())
    await until(lambda: "waits for the database" in caplog.text)
    assert not keeping.done()
    keeping.cancel()


async def test_what_the_console_showed_goes_as_questions_and_cases_do(store: Store, clock: ManualClock) -> None:
    state = DurableState(store, "web")
    messages = MessageStore(state, clock)
    await messages.add_person_message("staff/sam", "sam", "a question", "E1")
    await messages.add_person_message("press", "anna", "an officer's words", "E2")
    clock.advance(PRIVACY.questions + SECOND)
    await messages.add_person_message("staff/sam", "sam", "another", "E3")
    assert (await purge(store, PRIVACY, messages, dry_run=True)).counts["console"] == 1
    assert len(await MessageStore(state, clock).all()) == 3
    assert (await purge(store, PRIVACY, messages)).counts["console"] == 1
    for shown in (messages, MessageStore(state, clock)):
        assert [entry.text for entry in await shown.all()] == ["an officer's words", "another"]
    clock.advance(PRIVACY.cases)
    assert (await purge(store, PRIVACY, messages)).counts["console"] == 1
    again = await MessageStore(state, clock).add_person_message("staff/sam", "sam", "a third", "E4")
    assert again.revision == 4


async def test_where_somebody_was_reached_goes_when_it_was_not_used_for_as_long_as_questions_are_kept(
    store: Store, clock: ManualClock
) -> None:
    state = DurableState(store, "slack")
    for key in ("direct/U1", "direct/U2", "direct/U2"):
        await state.remember(key, "D1")
    await state.put("connected", "")
    clock.advance(PRIVACY.questions - DAY)
    await state.remember("direct/U2", "D1")
    clock.advance(DAY)
    assert (await purge(store, PRIVACY)).counts[RetentionClass.ROUTES] == 0
    clock.advance(SECOND)
    assert (await purge(store, PRIVACY)).counts[RetentionClass.ROUTES] == 1
    assert [key for key, _ in await state.items("")] == ["connected", "direct/U2"]


async def test_what_is_remembered_again_with_something_else_is_that(store: Store, clock: ManualClock) -> None:
    state = DurableState(store, "slack")
    await state.remember("direct/U1", "D1")
    clock.advance(SECOND)
    await state.remember("direct/U1", "D2")
    assert await state.get("direct/U1") == "D2"


async def test_who_asks_in_a_case_and_the_thread_of_its_card_stay_reachable_as_long_as_the_case(
    harness: DeskHarness,
) -> None:
    state = DurableState(harness.store, "slack")
    case = await enquire(harness)
    with harness.store.transaction() as tx:
        card = tx.postings.of_case(case)[0].receipt
    assert card.thread
    kept = [f"direct/{SAMWISE.id}", f"thread/{card.thread.token}", f"thread/{card.thread.token}/{ANNA.id}"]
    for key in (*kept, "direct/U2ROSIE", "thread/c-press/2.1"):
        await state.remember(key)
    harness.clock.advance(PRIVACY.questions + SECOND)
    assert (await purge(harness.store, PRIVACY)).counts[RetentionClass.ROUTES] == 2
    assert [key for key, _ in await state.items("")] == sorted(kept)
    await work_off(harness, case)
    harness.clock.advance(PRIVACY.cases + SECOND)
    assert (await purge(harness.store, PRIVACY)).counts[RetentionClass.ROUTES] == 3


# ---- what somebody asks to have erased ------------------------------------------------------------------------------


async def test_nothing_names_somebody_who_was_forgotten(harness: DeskHarness) -> None:
    state = DurableState(harness.store, "slack")
    await state.put(f"direct/{SAMWISE.id}", "dm")
    await state.put("direct/U2ROSIE", "dm")
    await harness.handle(said(SAMWISE, "may I bring coffee into the reading room?", harness.next_event()))
    case = await enquire(harness)
    further = "M-1: he says it prints tonight, and has me live at 7 on 01524 592001"
    await harness.handle(said(SAMWISE, further, harness.next_event()))
    await harness.handle(said(SAMWISE, "M-1: his number is 07700 900123", harness.next_event()))
    await work_off(harness, case)
    own = (SAMWISE.id, SAMWISE.name, "prints tonight", "07700 900123", "live at 7 (", "01524 592001")
    assert all(each in dump(harness.store) for each in own)
    done = await forget(harness.store, SAMWISE.key)
    await purge(harness.store, PRIVACY)
    assert (done.cases, done.questions > 0, done.routes, done.held) == (("M-1",), True, 1, ())
    assert "M-1" in done.as_text()
    left = dump(harness.store)
    assert "samwise" not in left.lower()
    assert "flooded cellar" not in dump(harness.store, "case_asker", "case_step", "job")
    assert not any(each in dump(harness.store, "case_asker", "case_step", "job", "press_case") for each in own)
    assert await state.items("") == [("direct/U2ROSIE", "dm")]


async def test_officers_keep_their_names_and_words_but_for_the_name_of_whom_they_wrote_to(harness: DeskHarness) -> None:
    case = await enquire(harness)
    await work_off(harness, case)
    await forget(harness.store, SAMWISE.key)
    with harness.store.transaction() as tx:
        told = [(step.by and step.by.key, step.text) for step in tx.cases.steps(case)]
    assert (ANNA.key, "Dear (erased), say nothing yet.") in told
    assert ("slack:(erased)", "(erased)") in told
    assert (None, "(erased)") in told  # to whom it was delivered


async def test_an_officer_who_never_asked_is_not_taken_out_of_the_record(harness: DeskHarness) -> None:
    case = await enquire(harness)
    await work_off(harness, case)
    before = dump(harness.store, "case_step", "press_case")
    assert (await forget(harness.store, ANNA.key)).cases == ()
    assert dump(harness.store, "case_step", "press_case") == before


async def test_an_officer_who_asked_is_erased_as_the_one_who_asked_alone(harness: DeskHarness) -> None:
    case = await enquire(harness, ANNA)
    await work_off(harness, case)
    await forget(harness.store, ANNA.key)
    with harness.store.transaction() as tx:
        by = {step.kind: step.by.name for step in tx.cases.steps(case) if step.by}
    assert (by[StepKind.OPENED], by[StepKind.CLAIMED], by[StepKind.CLOSED]) == ("(erased)", "Anna", "Anna")


async def test_what_was_written_while_two_cases_were_one_is_erased_from_both(harness: DeskHarness) -> None:
    first, second = await enquire(harness, ROSIE), await enquire(harness)
    await link(harness, first, second)
    await press(harness, "case.join", f"{second}@9:{first}")
    await harness.handle(said(SAMWISE, "M-1: it prints tonight", harness.next_event()))
    with pytest.raises(UserError, match="M-1"):
        await forget(harness.store, SAMWISE.key)  # it goes on, and they are to be answered in it
    await press(harness, "case.split", f"{second}@9:{second}")
    for case in (first, second):
        await change(harness, case, lambda known, now: close(known, ANNA, Outcome.NO_ACTION, now))
    assert (await forget(harness.store, SAMWISE.key)).cases == ("M-2", "M-1")
    await purge(harness.store, PRIVACY)
    left = dump(harness.store)
    assert "samwise" not in left.lower()
    assert "prints tonight" not in dump(harness.store, "case_asker", "case_step", "job")


async def link(harness: DeskHarness, older: int, newer: int) -> None:
    with harness.store.transaction() as tx:
        tx.links.put(Link(older, newer, LinkKind.SAME, tx.now))


async def press(harness: DeskHarness, action: str, value: str) -> None:
    at = Address("slack", "c-press")
    await harness.handle(Pressed(harness.next_event(), ANNA, action, value, at, direct(ANNA)))


async def test_others_who_asked_stay(harness: DeskHarness) -> None:
    theirs = await enquire(harness, ROSIE, f"{ENQUIRY}, says rosie")
    await work_off(harness, theirs)
    await work_off(harness, await enquire(harness))
    before = dump(harness.store, "case_asker")
    await forget(harness.store, SAMWISE.key)
    left = dump(harness.store, "case_asker")
    assert [line for line in left.splitlines() if "rosie" in line] == [
        line for line in before.splitlines() if "rosie" in line
    ]


async def test_somebody_who_still_waits_is_not_forgotten(harness: DeskHarness) -> None:
    await work_off(harness, await enquire(harness))
    await enquire(harness)
    before = dump(harness.store)
    with pytest.raises(UserError, match=r"M-2: is not closed.*Close it first"):
        await forget(harness.store, SAMWISE.key)
    assert dump(harness.store) == before


async def test_what_is_on_its_way_to_them_leaves_first(harness: DeskHarness) -> None:
    case = await enquire(harness)
    await work_off(harness, case)
    with harness.store.transaction() as tx:
        tx.jobs.put(NewJob(JobKind.SEND, str(direct(SAMWISE)), "late", {"v": 1}, tx.now, case))
    with pytest.raises(UserError, match="M-1: has messages that have not left yet"):
        await forget(harness.store, SAMWISE.key)


async def test_a_hold_keeps_name_and_words_and_that_is_said(harness: DeskHarness) -> None:
    case = await enquire(harness)
    await work_off(harness, case)
    with harness.store.transaction() as tx:
        tx.cases.hold(case, held=True)
    done = await forget(harness.store, SAMWISE.key)
    assert (done.cases, done.held) == ((), ("M-1",))
    assert "Held, so kept with their name and words: M-1." in done.as_text()
    assert SAMWISE.id in dump(harness.store, "case_asker")
    assert SAMWISE.id not in dump(harness.store, "answered")


@pytest.mark.parametrize("person", ["", "Sam", ":U1", "slack:", "sla ck:U1"])
async def test_a_name_that_names_nobody_is_refused(store: Store, person: str) -> None:
    with pytest.raises(UserError, match="names nobody"):
        await forget(store, person)


async def test_a_route_is_theirs_only_if_its_key_ends_in_exactly_their_id(store: Store) -> None:
    state = DurableState(store, "slack")
    others = ["direct/u1", "direct/XU1", "U1", "direct/U1/more", "direct/U_"]
    for key in (*others, "thread/C1/1.2/U1"):
        await state.put(key, "")
    await DurableState(store, "teams").put("direct/U1", "")
    assert (await forget(store, "slack:U1")).routes == 1
    assert [key for key, _ in await state.items("")] == sorted(others)
    assert (await forget(store, "slack:U_")).routes == 1
