"""The retry policy: when a failed delivery is tried again, and when it is given up. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.errors import DeliveryFailure, PermanentFailure, TemporaryFailure
from bot.storage.records import Job, JobKind

NEVER_GIVEN_UP = frozenset({JobKind.TIMER, JobKind.REPOST})
"""A timer depends on no platform. A refused card is tried until the channel is repaired or the case is closed."""
FIRST_DELAY = timedelta(seconds=1)
"""The delay after the first failure. It doubles with each further failure, up to `LONGEST_DELAY`.

Jitter shortens each delay by up to a half.
"""
LONGEST_DELAY = timedelta(minutes=5)
GIVE_UP_AFTER = timedelta(days=1)
"""The age of a job at which it is given up when it fails."""
FEWEST_TRIES = 8
"""Tries before a job is given up for its age. It may have waited a day behind others in its lane without a try."""
PARKED_AFTER = 8
"""Tries after which a job is parked that fails for a reason of its own, about four minutes.

Such as a payload that cannot be read: neither time nor the platform can help, and its lane waits behind it.
"""


def next_try(job: Job, failure: DeliveryFailure, now: datetime, jitter: float) -> datetime | None:
    """Return when to try again after this failure of `job`, or None to give it up.

    A platform's `retry_after` is added to the delay, up to a day. `jitter`, from 0 to 1, varies the delay, so that jobs
    that failed together are not tried again together.
    """
    if job.kind is JobKind.REPOST:
        # Without jitter, so that the cards which a channel missed are posted in their order.
        return now + _asked_to_wait(failure) + LONGEST_DELAY
    tries = job.attempts + 1
    is_permanent = isinstance(failure, PermanentFailure)
    is_too_old = tries >= FEWEST_TRIES and now - job.created_at >= GIVE_UP_AFTER
    if (is_permanent or is_too_old) and job.kind not in NEVER_GIVEN_UP:
        return None
    longest = min(LONGEST_DELAY, FIRST_DELAY * (1 << min(job.attempts, 16)))
    return now + _asked_to_wait(failure) + longest * (1 + jitter) / 2


def _asked_to_wait(failure: DeliveryFailure) -> timedelta:
    """Return how long the platform asked to wait, at most a day; zero if it did not ask."""
    if not isinstance(failure, TemporaryFailure) or failure.retry_after is None:
        return timedelta()
    return timedelta(seconds=min(GIVE_UP_AFTER.total_seconds(), max(0.0, failure.retry_after)))
