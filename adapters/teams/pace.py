"""How fast Teams lets a bot write into one conversation."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable

LIMITS = ((7, 1.0), (60, 30.0), (1800, 3600.0))
"""Messages within seconds: "Rate limiting", Microsoft Teams platform documentation."""

_LONGEST = LIMITS[-1][0]
_CONVERSATIONS = 1000  # the ones written to last; of the others nothing is due any more


class Pace:
    """Keeps count of what was written where. `now` counts seconds, from any point in time."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._written: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, conversation: str, *, at_most: float) -> float:
        """Seconds to wait before the next message, which is then counted; one that has to wait longer is not."""
        times = self._written.setdefault(conversation, deque(maxlen=_LONGEST))
        self._written.move_to_end(conversation)
        if len(self._written) > _CONVERSATIONS:
            self._written.popitem(last=False)
        now = self._now()
        turn = max([now, *(times[-count] + span for count, span in LIMITS if len(times) >= count)])
        if turn - now <= at_most:
            times.append(turn)
        return turn - now
