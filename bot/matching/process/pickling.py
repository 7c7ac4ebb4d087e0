"""Pickling that lets other threads run meanwhile.

Plain `pickle.dumps` and `pickle.loads` hold Python's interpreter lock until they are done. Here the C implementation
writes to and reads from objects written in Python, in frames of 64 KB. Between two frames the interpreter can switch to
another thread.
"""

from __future__ import annotations

import pickle
from typing import TypeVar

Kind = TypeVar("Kind")
_COPY_BYTES = 1 << 20
"""Bytes of a large array that are copied before another thread may run."""


def dumps(value: object) -> bytes:
    """Return the same as `pickle.dumps`."""
    sink = _Sink()
    pickle.Pickler(sink, pickle.HIGHEST_PROTOCOL).dump(value)
    return b"".join(sink.parts)


def loads(data: bytes | memoryview, kind: type[Kind]) -> Kind:
    """Return the same as `pickle.loads`, which must be of that kind.

    Loading a pickle can run any code, so pass only bytes that nobody else can have made. Raises TypeError for a value
    of another kind, and whatever `pickle.loads` raises.
    """
    value = pickle.Unpickler(_Source(memoryview(data))).load()  # noqa: S301
    if not isinstance(value, kind):
        raise TypeError(kind)
    return value


class _Sink:
    """A file to write to, as `pickle.Pickler` needs one."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: bytes | pickle.PickleBuffer) -> int:
        part = bytes(data)
        self.parts.append(part)
        return len(part)


class _Source:
    """A file to read from, as `pickle.Unpickler` needs one."""

    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._position = 0

    def read(self, size: int) -> bytes:
        return bytes(self._next(size))

    def readinto(self, target: memoryview) -> int:
        for start in range(0, len(target), _COPY_BYTES):
            part = self._next(min(_COPY_BYTES, len(target) - start))
            target[start : start + len(part)] = part
        return len(target)

    def readline(self) -> bytes:
        rest = bytes(self._data[self._position :])
        return self.read(rest.find(b"\n") + 1 or len(rest))

    def _next(self, size: int) -> memoryview:
        part = self._data[self._position : self._position + size]
        self._position += len(part)
        return part
