"""What a matcher learns from: the examples as rows of every channel and, with an encoder, as vectors of a tuned one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from bot.matching.encoder.embedding_cache import Remembered
from bot.matching.encoder.embedding_channel import Vectors
from bot.matching.encoder.sentence_encoder import Embeds, Encoder
from bot.matching.encoder.tuning import can_tune, tune
from bot.matching.examples import Examples, Whole
from bot.matching.lexical.channels import Floats, Row
from bot.matching.reading import Reader, Reading


@dataclass(frozen=True)
class Lessons:
    """The examples and counter-examples, read by their words, and what encodes them.

    `general` is the encoder before it knows them; `memory` remembers what that made of texts.
    """

    examples: Examples
    reader: Reader
    read: Sequence[Reading]
    nots: Sequence[Reading]
    general: Encoder | None
    memory: Remembered | None

    @classmethod
    def of(cls, examples: Examples, reader: Reader, encoder: Encoder | None, cache: Path | None) -> Lessons:
        """`reader` goes by words alone; `cache` is the folder of the memory, or None."""
        memory = Remembered.open(encoder, cache) if encoder else None
        return cls(examples, reader, reader.read_many(examples.texts), reader.read_many(examples.nots), encoder, memory)

    @property
    def rows(self) -> list[list[Row]]:
        """Per channel, a row for each example."""
        return self._by_channel(self.read)

    @property
    def rows_of_nots(self) -> list[list[Row]]:
        """Per channel, a row for each counter-example."""
        return self._by_channel(self.nots)

    @cached_property
    def is_tuned(self) -> bool:
        """Whether the encoder learns from the examples.

        Not with enquiries from the media among them: the detector sets its thresholds by vectors that must not have
        learned from the enquiries that it is tried on, or it asks where it should call.
        """
        has_media = any(label.kind == "media" for label in self.examples.labels)
        return self.general is not None and not has_media and can_tune(self.general, self.examples.owner)

    @cached_property
    def encoder(self) -> Encoder | None:
        """What questions are read with: tuned to all the examples where they are such as to tune it."""
        return self._tuned(np.arange(len(self.examples.owner))) if self.is_tuned else self.general

    @property
    def embeds(self) -> Embeds | None:
        """What encodes all texts: `encoder` if it is tuned, otherwise `memory`.

        An encoder that is not tuned gives the same for the same text after every change, so that can be remembered.
        """
        return self.encoder if self.is_tuned else self.memory

    @cached_property
    def vectors(self) -> tuple[Vectors, Vectors] | None:
        """Those of examples and counter-examples."""
        return self._vectors(self.embeds)

    def unseen(self, learn: Whole) -> tuple[Vectors, Vectors] | None:
        """The same from an encoder that has learned from some of the examples alone."""
        return self._vectors(self._tuned(learn)) if self.is_tuned else self.vectors

    def others(self) -> list[Reading]:
        """The examples that are no enquiries from the media."""
        vectors = self.vectors[0] if self.vectors else [None] * len(self.read)
        kinds = [self.examples.labels[owner].kind for owner in self.examples.owner]
        each = zip(self.read, vectors, kinds, strict=True)
        return [replace(one, vector=vector) for one, vector, kind in each if kind != "media"]

    def _tuned(self, learn: Whole) -> Encoder | None:
        return self.general and tune(self.general, [self._states[i] for i in learn], self.examples.owner[learn])

    @cached_property
    def _states(self) -> Sequence[Floats]:
        return self.general.states([one.surface for one in self.read]) if self.general else ()

    def _vectors(self, embeds: Embeds | None) -> tuple[Vectors, Vectors] | None:
        if embeds is None:
            return None
        return embeds.embed([one.surface for one in self.read]), embeds.embed([one.surface for one in self.nots])

    def _by_channel(self, read: Sequence[Reading]) -> list[list[Row]]:
        return [[one.rows[place] for one in read] for place in range(len(self.reader.channels))]
