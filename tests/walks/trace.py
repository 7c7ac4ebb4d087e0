"""Record which files of the product a running desk enters, in all its threads."""

from __future__ import annotations

import asyncio
import inspect
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import CodeType, FrameType

_QUIET = 0.15  # seconds without a call after which nothing goes on any more; shorter than any poll of the desk
_POLL = 2.0  # seconds within which a desk that polls at all has polled


class Trace:
    """The calls of one walk in the order of time. A call is (file, function); files are relative to the root."""

    def __init__(self, calls: Sequence[tuple[str, str]]) -> None:
        self.calls = calls

    @property
    def files(self) -> dict[str, list[str]]:
        """File -> its functions that were called; both in the order of their first call."""
        found: dict[str, dict[str, None]] = {}
        for file, function in self.calls:
            found.setdefault(file, {})[function] = None
        return {file: list(functions) for file, functions in found.items()}

    @property
    def changes(self) -> int:
        """How often a call is in another file than the call before it."""
        return sum(before != after for (before, _), (after, _) in pairwise(self.calls))

    def without(self, folders: Sequence[str]) -> Trace:
        """The calls outside these folders; "bot/a/" is a folder, "bot/a.py" a file."""
        return Trace([call for call in self.calls if not call[0].startswith(tuple(folders))])


class Recorder:
    """Records calls of functions that stand in Python files in `folders` below `root`.

    - A coroutine that goes on after an `await` counts as a call again, because a reader has to go back to it.
    - A lambda or a comprehension counts as a call of the function that it stands in.
    - What runs while a module is imported does not count: only the first walk of a process would show it.
    - Generated methods (`__init__` of a dataclass) stand in no file, so they do not count.
    """

    def __init__(self, root: Path, folders: Sequence[str]) -> None:
        self._root, self._folders = root, frozenset(folders)
        self._calls: list[tuple[str, str]] | None = None
        self._place = cache(self._look_up)

    @contextmanager
    def watching_threads(self) -> Iterator[None]:
        """Watch threads that start inside this block. Python 3.11 cannot watch those that already run."""
        threading.setprofile(self._on_event)
        try:
            yield
        finally:
            threading.setprofile(None)

    def start(self) -> None:
        """Begin to record, in this thread and in those that are watched."""
        self._calls = []
        sys.setprofile(self._on_event)

    def stop(self) -> Trace:
        """End the recording; what was recorded."""
        sys.setprofile(None)
        calls, self._calls = self._calls or [], None
        return Trace(calls)

    async def quiet(self) -> None:
        """Wait until nothing goes on. Must be recording."""
        before = -1
        while before != (before := len(self._calls or ())):  # noqa: ASYNC110  a profile function cannot set an Event
            await asyncio.sleep(_QUIET)

    async def after_poll(self) -> None:
        """Wait until a task in the background has had its turn, so that its next turn is not in the recording."""
        self.start()
        with suppress(TimeoutError):  # nothing polls
            async with asyncio.timeout(_POLL):
                while not self._calls:  # noqa: ASYNC110  as above
                    await asyncio.sleep(0.01)
        await self.quiet()
        self.stop()

    def _on_event(self, frame: FrameType, event: str, _: object) -> None:
        calls = self._calls
        if calls is not None and event == "call" and (place := self._place(frame.f_code)):
            calls.append(place)

    def _look_up(self, code: CodeType) -> tuple[str, str] | None:
        """(file, function) of a function of the product, None for other code."""
        path = Path(code.co_filename)
        if not code.co_flags & inspect.CO_OPTIMIZED or not path.is_relative_to(self._root):
            return None
        file = path.relative_to(self._root)
        if file.parts[0] not in self._folders:
            return None
        return file.as_posix(), code.co_qualname.partition(".<locals>")[0]
