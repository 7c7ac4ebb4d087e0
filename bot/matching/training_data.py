"""What a matcher learns from: the examples, read by their words and, with an encoder, as vectors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bot.matching.calibration import Held, Seen
from bot.matching.encoder.sentence_encoder import Embeds
from bot.matching.examples import Examples, Whole
from bot.matching.folds import ENOUGH_HELD, Fold, folds_used
from bot.matching.lexical.channels import Row
from bot.matching.media import MediaDetector, train_media
from bot.matching.ranker import Ranked, Ranker
from bot.matching.reading import Reader, Reading


@dataclass(frozen=True)
class Lessons:
    """The examples and counter-examples as readings."""

    examples: Examples
    reader: Reader
    read: Sequence[Reading]
    nots: Sequence[Reading]
    of_folds: Sequence[Embeds] = ()
    """Encoders that have not learned what each fold holds; none where the encoder has learned nothing."""

    @classmethod
    def of(cls, examples: Examples, reader: Reader, of_folds: Sequence[Embeds] = ()) -> Lessons:
        """Read with an encoder, if the reader has one."""
        words_alone = replace(reader, encoder=None)
        read, nots = reader.read_many(examples.texts), words_alone.read_many(examples.nots)
        return cls(examples, reader, read, nots, of_folds)

    @property
    def ranker(self) -> Ranker:
        """A ranker that has learned everything."""
        return self._ranker(np.arange(len(self.read)), self.examples, np.arange(len(self.nots)))

    @property
    def detector(self) -> MediaDetector | None:
        """A detector that has learned everything; None where there are no examples of enquiries."""
        return self._detector(np.arange(len(self.read)))

    def held_out(self) -> Iterator[Held]:
        """Questions, each as it is seen by an encoder, a ranker and a detector that have not learned it."""
        left = ENOUGH_HELD
        for place, fold in enumerate(folds_used(self.examples, [one.rows[0] for one in self.read])):
            held = fold.held[np.linspace(0, len(fold.held) - 1, min(len(fold.held), left)).astype(np.intp)]
            left -= len(held)
            if len(fold.learn) and len(held):
                lessons = self._as_read_by(self.of_folds[place], fold.learn, held) if self.of_folds else self
                yield from lessons._asked(fold, held)

    def _asked(self, fold: Fold, held: Whole) -> Iterator[Held]:
        examples, labels, nots = self.examples.some(fold.learn)
        ranker, detector = self._ranker(fold.learn, examples, nots), self._detector(fold.learn)
        parts = self._parts(held)
        for number in held.tolist():
            own = int(self.examples.owner[number])
            seen = tuple(_seen(part, ranker, labels, detector) for part in parts.get(number, [self.read[number]]))
            yield Held(seen, own, own in fold.left_out)

    def _as_read_by(self, encoder: Embeds, learn: Whole, held: Whole) -> Lessons:
        """The same with the vectors of another encoder, of some examples alone."""
        numbers = [*learn.tolist(), *held.tolist()]
        vectors = dict(zip(numbers, encoder.embed([self.read[number].surface for number in numbers]), strict=True))
        read = [replace(one, vector=vectors.get(number)) for number, one in enumerate(self.read)]
        return replace(self, read=read, reader=replace(self.reader, encoder=encoder), of_folds=())

    def rankings(self, learn: Whole, held: Whole) -> Iterator[tuple[int, Ranked]]:
        """The numbers of examples, each with its ranking by a ranker that has learned some others. None: no ranking."""
        examples, labels, nots = self.examples.some(learn)
        if len(labels):
            ranker = self._ranker(learn, examples, nots)
            for number in held.tolist():
                yield number, _numbered(ranker.rank(self.read[number].rows, self.read[number].vector), labels)

    def _parts(self, some: Whole) -> dict[int, list[Reading]]:
        """The parts of the enquiries and their look-alikes, since an enquiry may lie in a part of a message."""
        kinds = {number: self.examples.labels[self.examples.owner[number]].kind for number in some.tolist()}
        numbers = [number for number, kind in kinds.items() if kind in ("media", "look_alike")]
        texts = [self.examples.texts[number] for number in numbers]
        return dict(zip(numbers, self.reader.parts_many(texts), strict=True))

    def _ranker(self, some: Whole, examples: Examples, nots: Whole) -> Ranker:
        read = [self.read[number] for number in some]
        vectors = np.stack([one.vector for one in read]) if self.reader.encoder and read else None
        return Ranker.of(
            examples, self.reader.channels, self._rows(read), self._rows([self.nots[i] for i in nots]), vectors
        )

    def _detector(self, some: Whole) -> MediaDetector | None:
        is_enquiry = np.array([label.kind == "media" for label in self.examples.labels], dtype=np.intp)
        labels = is_enquiry[self.examples.owner[some]]
        if labels.all() or not labels.any():
            return None
        return train_media([self.read[number] for number in some], labels, self.reader.channels)

    def _rows(self, read: Sequence[Reading]) -> list[list[Row]]:
        """Per channel, a row for each text."""
        return [[one.rows[place] for one in read] for place in range(len(self.reader.channels))]


def _seen(part: Reading, ranker: Ranker, labels: Whole, detector: MediaDetector | None) -> Seen:
    ranked = _numbered(ranker.rank(part.rows, part.vector), labels)
    return Seen(ranked, detector.score(part)) if detector else Seen(ranked)


def _numbered(ranked: Ranked, labels: Whole) -> Ranked:
    """The ranking by the numbers that the labels have among all."""
    return Ranked(labels[ranked.labels], ranked.score)
