from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import PermanentFailure, TemporaryFailure
from bot.queue import retry_policy
from bot.queue.outbox_transactions import may_have_been_sent
from bot.storage.records import Job, JobKind, JobState

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
JOB = Job(1, JobKind.SEND, 7, "lane", "key", {}, JobState.PENDING, 0, 1, NOW, NOW)
TIMEOUT = TemporaryFailure("timeout")


@given(
    attempts=st.integers(0, 10_000),
    jitter=st.floats(0, 1),
    retry_after=st.none() | st.floats(allow_nan=True, allow_infinity=True),
)
def test_a_temporary_failure_of_a_young_job_is_always_tried_again_at_a_sensible_time(
    attempts: int, jitter: float, retry_after: float | None
) -> None:
    failure = TemporaryFailure("busy", retry_after)
    due = retry_policy.next_try(replace(JOB, attempts=attempts), failure, NOW, jitter)
    assert due is not None
    assert retry_policy.FIRST_DELAY / 2 <= due - NOW <= retry_policy.GIVE_UP_AFTER + retry_policy.LONGEST_DELAY


@given(attempts=st.integers(0, 10_000), jitter=st.floats(0, 1), age=st.timedeltas(timedelta(), timedelta(days=400)))
def test_a_card_that_a_channel_refused_is_offered_again_every_few_minutes_for_ever(
    attempts: int, jitter: float, age: timedelta
) -> None:
    refused = replace(JOB, kind=JobKind.REPOST, attempts=attempts)
    due = retry_policy.next_try(refused, PermanentFailure("not_in_channel."), NOW + age, jitter)
    assert due == NOW + age + retry_policy.LONGEST_DELAY


@given(retry_after=st.floats(0, 86_400), jitter=st.floats(0, 1))
def test_never_before_the_platform_said(retry_after: float, jitter: float) -> None:
    due = retry_policy.next_try(JOB, TemporaryFailure("busy", retry_after), NOW, jitter)
    assert due is not None
    assert due - NOW >= timedelta(seconds=retry_after)


def test_the_delays_grow_to_the_longest() -> None:
    waits = [retry_policy.next_try(replace(JOB, attempts=n), TIMEOUT, NOW, 1.0) for n in (0, 1, 2, 3, 20)]
    assert [due - NOW for due in waits if due] == [timedelta(seconds=s) for s in (1, 2, 4, 8, 300)]


def test_a_permanent_failure_is_given_up_at_once() -> None:
    assert retry_policy.next_try(JOB, PermanentFailure("gone"), NOW, 0.5) is None


@pytest.mark.parametrize(
    ("age", "attempts", "given_up"),
    [
        (timedelta(hours=23, minutes=59), 290, False),
        (timedelta(days=1), 290, True),
        (timedelta(days=1), retry_policy.FEWEST_TRIES - 1, True),
        (timedelta(days=2), retry_policy.FEWEST_TRIES - 2, False),
    ],
)
def test_temporary_failures_go_on_for_a_day_and_some_tries(age: timedelta, attempts: int, given_up: bool) -> None:
    job = replace(JOB, attempts=attempts, created_at=NOW - age)
    assert (retry_policy.next_try(job, TIMEOUT, NOW, 0.5) is None) is given_up


def test_a_timer_is_never_given_up() -> None:
    timer = replace(JOB, kind=JobKind.TIMER, attempts=10_000, created_at=NOW - timedelta(days=9))
    assert retry_policy.next_try(timer, PermanentFailure("a mistake of our own"), NOW, 0.5) is not None


@pytest.mark.parametrize(("claims", "attempts", "dropped"), [(1, 0, False), (2, 1, False), (2, 0, True), (5, 3, True)])
def test_a_job_is_known_that_somebody_picked_up_and_told_nothing_of(claims: int, attempts: int, dropped: bool) -> None:
    assert may_have_been_sent(replace(JOB, claims=claims, attempts=attempts)) is dropped
