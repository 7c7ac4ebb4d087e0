"""The policy of the outbox: how long a job is held, when it is tried again, and when it is given up. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.errors import DeliveryFailure, PermanentFailure, TemporaryFailure
from bot.storage.records import Job, JobKind

SEND_TIMEOUT = timedelta(seconds=10)
LEASE = timedelta(seconds=15)
"""Longer than a send may take: a lease that lapses while its holder lives means that a message is shown twice."""

FIRST_DELAY = timedelta(seconds=1)
LONGEST_DELAY = timedelta(minutes=5)
UNTIRING = frozenset({JobKind.TIMER, JobKind.REPOST})
"""Never given up: a timer is the desk's own, and a channel that refused a card takes it the day it is mended."""
PATIENCE = timedelta(days=1)
FEWEST_TRIES = 8
"""A job that stood a day behind others in its lane gets these tries of its own before it is given up."""

MOST_CRASHES = 20
"""Pick-ups after which nothing was noted. Twenty restarts in a row are no accident of the machine's any more."""


def leaves_time(held: timedelta) -> bool:
    """Whether a job that was claimed so long ago can still be sent within its lease."""
    return held + SEND_TIMEOUT < LEASE


def may_have_been_sent(job: Job) -> bool:
    """Whether somebody picked this up before and never told what came of it. `job` counts the present pick-up."""
    return job.claims - job.attempts > 1


def is_poison(job: Job) -> bool:
    """Whether this job seems to be what the process dies of. `job` counts the present pick-up already."""
    return job.claims - job.attempts > MOST_CRASHES


def next_try(job: Job, failure: DeliveryFailure, now: datetime, jitter: float) -> datetime | None:
    """When to try again after this failure of `job`; None: give it up.

    `jitter`, drawn from 0 to 1, spreads rows out. Not before the platform's `retry_after`, if that is within a day.
    """
    tries = job.attempts + 1
    hopeless = isinstance(failure, PermanentFailure) or (tries >= FEWEST_TRIES and now - job.created_at >= PATIENCE)
    if hopeless and job.kind not in UNTIRING:
        return None
    longest = min(LONGEST_DELAY, FIRST_DELAY * (1 << min(job.attempts, 16)))
    # Cards that a channel missed come there in the order in which they would have: nothing spreads them.
    delay = LONGEST_DELAY if job.kind is JobKind.REPOST else longest * (1 + jitter) / 2
    if isinstance(failure, TemporaryFailure) and failure.retry_after is not None:
        asked = timedelta(seconds=min(PATIENCE.total_seconds(), max(0.0, failure.retry_after)))
        delay = asked + delay
    return now + delay
