"""When a delivery that failed is tried again, and when it is given up. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.errors import DeliveryFailure, PermanentFailure, TemporaryFailure
from bot.storage.records import Job, JobKind

NEVER_GIVEN_UP = frozenset({JobKind.TIMER, JobKind.REPOST})
"""A timer is the desk's own, and a channel that refused a card takes it the day that it is repaired."""
FIRST_DELAY = timedelta(seconds=1)
LONGEST_DELAY = timedelta(minutes=5)
GIVE_UP_AFTER = timedelta(days=1)
FEWEST_TRIES = 8
"""A job that stood a day behind others in its lane gets these tries of its own before it is given up."""


def next_try(job: Job, failure: DeliveryFailure, now: datetime, jitter: float) -> datetime | None:
    """Return when to try again after this failure of `job`, or None to give it up.

    `jitter`, from 0 to 1, spreads rows out. The platform's `retry_after` is respected up to a day.
    """
    if job.kind is JobKind.REPOST:
        # No jitter: cards that a channel missed are posted there in their order.
        return now + _asked_to_wait(failure) + LONGEST_DELAY
    tries = job.attempts + 1
    is_hopeless = isinstance(failure, PermanentFailure)
    is_overdue = tries >= FEWEST_TRIES and now - job.created_at >= GIVE_UP_AFTER
    if (is_hopeless or is_overdue) and job.kind not in NEVER_GIVEN_UP:
        return None
    longest = min(LONGEST_DELAY, FIRST_DELAY * (1 << min(job.attempts, 16)))
    return now + _asked_to_wait(failure) + longest * (1 + jitter) / 2


def _asked_to_wait(failure: DeliveryFailure) -> timedelta:
    """Return how long the platform asked to wait, at most a day; nothing if it did not ask."""
    if not isinstance(failure, TemporaryFailure) or failure.retry_after is None:
        return timedelta()
    return timedelta(seconds=min(GIVE_UP_AFTER.total_seconds(), max(0.0, failure.retry_after)))
