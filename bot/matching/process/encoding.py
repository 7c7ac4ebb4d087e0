"""Values as JSON and arrays: what the model cache stores, and what the desk and the matcher's process send each other.

The types of a dataclass's fields are its format, so a new field needs nothing here. Only the types that the reader
expects are ever made, and only if all that was read fits them; nothing that is read names code, as in a pickle.

A dataclass is a list of its fields, a mapping a list of its keys and one of its values. Arrays lie beside the JSON,
which has their numbers. A dataclass instance or an array that stands in several places is written once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeAlias, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import numpy as np
import numpy.typing as npt

T = TypeVar("T")
Array = npt.NDArray[Any]
_Anything: TypeAlias = Any
"""What may be anything until it has been looked at."""

FORMAT = 1
"""The version of the encoding. What is of another version is not read."""
_PLAIN = frozenset({str, int, float, bool, NoneType})
"""What JSON writes and reads as it is."""


class NotReadable(ValueError):
    """What was read is no value of the expected type, or of another version."""


def dumps(value: object) -> bytes:
    """Return a value without arrays as bytes."""
    tree, arrays = encode(value)
    if arrays:
        raise TypeError("a message holds no arrays")
    return json.dumps([FORMAT, tree]).encode()


def loads(data: bytes, kind: type[T]) -> T:
    """Return the value of that type. Raises NotReadable if the bytes are none."""
    try:
        version, tree = json.loads(data)
    except (ValueError, TypeError, RecursionError):
        raise NotReadable("this is no message") from None
    if version != FORMAT:
        raise NotReadable("this is of another version")
    return decode(tree, (), kind)


def encode(value: object) -> tuple[object, list[Array]]:
    """Return what JSON can hold, and the arrays that it numbers."""
    encoder = _Encoder()
    return encoder.encoded(value), encoder.arrays


def decode(tree: object, arrays: Sequence[Array], kind: type[T]) -> T:
    """Return the value of that type that was encoded. Raises NotReadable if it is none."""
    return cast("T", _decoder(cast("_Anything", kind))(tree, _Source(arrays)))


class _Encoder:
    def __init__(self) -> None:
        self.arrays: list[Array] = []
        self._known: dict[int, int] = {}
        """The identity of an array or a dataclass instance -> its number among the arrays or instances."""
        self._instances = 0

    def encoded(self, value: _Anything) -> object:
        if type(value) in _PLAIN:
            return value
        if isinstance(value, np.ndarray):
            if id(value) not in self._known:
                self._known[id(value)] = len(self.arrays)
                self.arrays.append(value)
            return self._known[id(value)]
        if is_dataclass(value) and not isinstance(value, type):
            return self._instance(value)
        if isinstance(value, Mapping):
            return [self._listed(value), self._listed(value.values())]
        if isinstance(value, (tuple, list, frozenset)):
            return self._listed(value)
        if isinstance(value, (date, Path)):
            return str(value)
        raise TypeError(f"a {type(value).__name__} cannot be encoded")

    def _instance(self, value: _Anything) -> object:
        if id(value) in self._known:
            return self._known[id(value)]
        tree = [self.encoded(getattr(value, each.name)) for each in fields(value)]
        self._known[id(value)] = self._instances
        self._instances += 1
        return tree

    def _listed(self, values: Iterable[Any]) -> list[object]:
        listed = list(values)
        return listed if set(map(type, listed)) <= _PLAIN else [self.encoded(each) for each in listed]


class _Source:
    """The arrays, and the dataclass instances that have been read, each at its number."""

    def __init__(self, arrays: Sequence[Array]) -> None:
        self.arrays = arrays
        self.instances: list[object] = []


_Decoder = Callable[[_Anything, _Source], object]


@cache
def _decoder(kind: _Anything) -> _Decoder:
    if get_origin(kind) is not None:
        return _decoder_of_generic(get_origin(kind), get_args(kind))
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return partial(_instance, kind, tuple(_decoder(hints[each.name]) for each in fields(kind)))
    if kind in (date, Path):
        return partial(_made, date.fromisoformat if kind is date else Path)
    if kind in _PLAIN:
        return partial(_plain, kind)
    return partial(_refused, kind)  # such as a Protocol: of `Embeds | None`, None can be read


def _decoder_of_generic(origin: object, arguments: tuple[_Anything, ...]) -> _Decoder:
    if origin in (Union, UnionType) and NoneType in arguments:
        (some,) = (each for each in arguments if each is not NoneType)
        return partial(_optional, _decoder(some))
    if origin is Literal:
        return partial(_one_of, frozenset(arguments))
    if origin is np.ndarray:
        return partial(_array, np.dtype(get_args(arguments[1])[0]))
    if origin is tuple and arguments[-1] is not Ellipsis:
        return partial(_tuple, tuple(map(_decoder, arguments)))
    if origin in (tuple, frozenset):
        return partial(_several, origin, arguments[0])
    if origin in (dict, Mapping):
        return partial(_mapping, partial(_several, list, arguments[0]), partial(_several, list, arguments[1]))
    return partial(_refused, origin)


def _refused(kind: _Anything, _: object, __: _Source) -> object:
    raise NotReadable(f"a {kind} is never encoded")


def _plain(kind: type, tree: _Anything, _: _Source) -> object:
    if type(tree) is kind:
        return tree
    if kind is float and type(tree) is int:
        return float(tree)
    raise NotReadable(f"{type(tree).__name__} instead of {kind.__name__}")


def _optional(some: _Decoder, tree: _Anything, source: _Source) -> object:
    return None if tree is None else some(tree, source)


def _one_of(allowed: frozenset[object], tree: _Anything, _: _Source) -> object:
    if type(tree) is str and tree in allowed:
        return tree
    raise NotReadable("a word that is not one of the list")


def _made(make: Callable[[str], object], tree: _Anything, _: _Source) -> object:
    try:
        return make(tree)
    except (TypeError, ValueError):
        raise NotReadable("no date or path") from None


def _array(dtype: np.dtype[Any], tree: _Anything, source: _Source) -> object:
    array = _at(source.arrays, tree)
    if array.dtype != dtype:
        raise NotReadable(f"an array of {array.dtype} instead of {dtype}")
    return array


def _tuple(parts: tuple[_Decoder, ...], tree: _Anything, source: _Source) -> object:
    if len(_list(tree)) != len(parts):
        raise NotReadable("too few or too many parts")
    return tuple(part(each, source) for part, each in zip(parts, tree, strict=True))


def _several(make: Callable[[Iterable[Any]], object], kind: _Anything, tree: _Anything, source: _Source) -> object:
    if kind in (str, int) and set(map(type, _list(tree))) <= {kind}:
        return make(tree)
    one = _decoder(kind)
    return make([one(each, source) for each in _list(tree)])


def _mapping(keys: _Decoder, values: _Decoder, tree: _Anything, source: _Source) -> object:
    if len(_list(tree)) != 2:
        raise NotReadable("no mapping")
    found: tuple[Any, Any] = (keys(tree[0], source), values(tree[1], source))
    if len(found[0]) != len(found[1]):
        raise NotReadable("as many keys as values are needed")
    return dict(zip(*found, strict=True))


def _instance(kind: Callable[..., object], parts: tuple[_Decoder, ...], tree: _Anything, source: _Source) -> object:
    if type(tree) is int:
        known = _at(source.instances, tree)
        if type(known) is not kind:
            raise NotReadable("an instance of another class")
        return known
    made = kind(*cast("tuple[object, ...]", _tuple(parts, tree, source)))
    source.instances.append(made)
    return made


def _list(tree: _Anything) -> list[Any]:
    if type(tree) is not list:
        raise NotReadable(f"{type(tree).__name__} instead of a list")
    return tree


def _at(listed: Sequence[T], number: object) -> T:
    if type(number) is not int or not 0 <= number < len(listed):
        raise NotReadable("a number that nothing has")
    return listed[number]
