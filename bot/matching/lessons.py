"""What a matcher learns from: the examples as rows of every channel and, with an encoder, as vectors of a tuned one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from bot.matching.examples import Examples, Whole
from bot.matching.lexical import Floats, Row
from bot.matching.meaning import Vectors
from bot.matching.reading import Reader, Reading
from bot.matching.remembered import Remembered
from bot.matching.tuning import tune


@dataclass(frozen=True)
class Lessons:
    """The examples and counter-examples, read by their words; with an encoder, their states and the memory of them."""

    examples: Examples
    reader: Reader
    read: Sequence[Reading]
    nots: Sequence[Reading]
    memory: Remembered | None
    states: Sequence[Floats] = ()
    states_of_nots: Sequence[Floats] = ()

    @classmethod
    def of(cls, examples: Examples, reader: Reader, memory: Remembered | None) -> Lessons:
        """`reader` goes by words alone; `memory` encodes, untuned."""
        read, nots = reader.read_many(examples.texts), reader.read_many(examples.nots)
        if memory is None:
            return cls(examples, reader, read, nots, None)
        states, of_nots = (memory.states([one.surface for one in each]) for each in (read, nots))
        return cls(examples, reader, read, nots, memory, states, of_nots)

    @property
    def rows(self) -> list[list[Row]]:
        """Per channel, a row for each example."""
        return self._by_channel(self.read)

    @property
    def rows_of_nots(self) -> list[list[Row]]:
        """Per channel, a row for each counter-example."""
        return self._by_channel(self.nots)

    @cached_property
    def encoder(self) -> Remembered | None:
        """The encoder, tuned to all the examples."""
        return self.memory and self.memory.tuned(tune(self.memory.encoder, self.states, self.examples.owner))

    @cached_property
    def vectors(self) -> tuple[Vectors, Vectors] | None:
        """Those of examples and counter-examples."""
        return self._pooled(self.encoder) if self.encoder else None

    def unseen(self, learn: Whole) -> tuple[Vectors, Vectors] | None:
        """The same from an encoder that was tuned to some of the examples alone."""
        if self.memory is None:
            return None
        if not self.is_tuned:
            return self.vectors
        some = [self.states[i] for i in learn]
        return self._pooled(self.memory.tuned(tune(self.memory.encoder, some, self.examples.owner[learn])))

    @property
    def is_tuned(self) -> bool:
        """Whether there is an encoder that the examples have changed."""
        return self.encoder is not None and self.encoder.encoder.is_tuned

    def others(self) -> list[Reading]:
        """The examples that are no enquiries from the media."""
        vectors = self.vectors[0] if self.vectors else [None] * len(self.read)
        kinds = [self.examples.labels[owner].kind for owner in self.examples.owner]
        each = zip(self.read, vectors, kinds, strict=True)
        return [replace(one, vector=vector) for one, vector, kind in each if kind != "media"]

    def _pooled(self, memory: Remembered) -> tuple[Vectors, Vectors]:
        return memory.encoder.pooled(self.states), memory.encoder.pooled(self.states_of_nots)

    def _by_channel(self, read: Sequence[Reading]) -> list[list[Row]]:
        return [[one.rows[place] for one in read] for place in range(len(self.reader.channels))]
