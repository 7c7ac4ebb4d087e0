"""Pickling in a thread without holding up the others: plain `pickle` keeps the interpreter to itself until it is done.

The C implementation works on frames of 64 KB; what fetches or takes them is written in Python here, and between two of
them the interpreter may turn to another thread.
"""

from __future__ import annotations

import pickle
from typing import TypeVar

Kind = TypeVar("Kind")
_AT_ONCE = 1 << 20


def dumps(value: object) -> bytes:
    """As `pickle.dumps`."""
    sink = _Sink()
    pickle.Pickler(sink, pickle.HIGHEST_PROTOCOL).dump(value)
    return b"".join(sink.parts)


def loads(data: bytes | memoryview, kind: type[Kind]) -> Kind:
    """As `pickle.loads`, with all that it raises, and as dangerous: only for bytes that nobody else can have made.

    Raises TypeError for anything but that kind.
    """
    value = pickle.Unpickler(_Source(memoryview(data))).load()  # noqa: S301
    if not isinstance(value, kind):
        raise TypeError(kind)
    return value


class _Sink:
    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: bytes | pickle.PickleBuffer) -> int:
        part = bytes(data)
        self.parts.append(part)
        return len(part)


class _Source:
    def __init__(self, data: memoryview) -> None:
        self.data = data
        self.at = 0

    def read(self, size: int) -> bytes:
        return bytes(self._next(size))

    def readinto(self, target: memoryview) -> int:
        for start in range(0, len(target), _AT_ONCE):
            taken = self._next(min(_AT_ONCE, len(target) - start))
            target[start : start + len(taken)] = taken
        return len(target)

    def readline(self) -> bytes:
        rest = bytes(self.data[self.at :])
        return self.read(rest.find(b"\n") + 1 or len(rest))

    def _next(self, size: int) -> memoryview:
        taken = self.data[self.at : self.at + size]
        self.at += len(taken)
        return taken
