"""Does somebody from the media want something? A detector of its own: missing one costs more than asking in vain.

A long message may bury its enquiry, so each part of a message is judged and the most telling one counts; the detector
is calibrated on messages judged in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from scipy import sparse

from bot.knowledge.model import Media
from bot.matching.cues import NUMBERS, cues
from bot.matching.examples import Whole
from bot.matching.lexical.channels import Channel, Floats, Row, stack
from bot.matching.reading import Reader, Reading
from bot.matching.softmax import fit
from bot.outlets import outlets

_FOLDS = 5
_STRENGTH = 30.0
_ROUNDS = 60
_CUE = np.float32(0.5)
_MISSED = 0.01
"""Share of held-out enquiries that stay below `possible` where it lies lowest; `_ASKED` may set it higher."""
_ASKED = 0.02
"""The largest share of held-out texts that are no enquiries which may reach `possible`; else it is set higher."""
_DISTURBED = 0.015
"""Share of held-out look-alikes that may reach `certain`."""


@dataclass(frozen=True)
class MediaDetector:
    """`score` is a log-odds; from `possible` on the person is asked, from `certain` on the press office is called."""

    weights: tuple[Floats, ...]
    cue_weights: Floats
    meaning_weights: Floats | None
    """Of shape (2 · width), where there is an encoder."""
    bias: float
    possible: float
    certain: float

    def score(self, parts: Sequence[Reading]) -> float:
        """That of the most telling part of a message."""
        return max((self._one(part) for part in parts), default=-np.inf)

    def _one(self, part: Reading) -> float:
        total = self.bias + float(self.cue_weights[_cue_row(part)[0]].sum() * _CUE)
        for (at, values), weights in zip(part.rows, self.weights, strict=True):
            shared = at < len(weights)
            total += float(values[shared] @ weights[at[shared]])
        if self.meaning_weights is not None and part.vector is not None:
            total += float(part.vector.ravel() @ self.meaning_weights)
        return total


def outlet_of(parts: Sequence[Reading]) -> str:
    """The first outlet that a message names, one that is an everyday word as well only where there is no other."""
    named = [found for part in parts for found in outlets(part.plain)]
    return next((name for name, everyday in named if not everyday), named[0][0] if named else "")


Block: TypeAlias = Floats | sparse.csr_matrix


def _cue_row(reading: Reading) -> Row:
    at = np.array(sorted(NUMBERS[cue] for cue in cues(reading.plain)), dtype=np.int32)
    return at, np.full(len(at), _CUE, dtype=np.float32)


def train_media(media: Media, others: Sequence[Reading], reader: Reader) -> MediaDetector:
    """Learn from the enquiries against their look-alikes and all `others` (the questions of entries and topics)."""
    channels = reader.channels
    texts = (*media.enquiries, *media.look_alikes)
    read = [*reader.parts_many(texts), *([one] for one in others)]
    labels = np.repeat([1, 0], [len(media.enquiries), len(read) - len(media.enquiries)])
    blocks = _features([each[0] for each in read], channels)
    turn = np.random.default_rng(0).permutation(len(read)) % _FOLDS
    held = np.zeros(len(read), dtype=np.float32)
    for fold in range(_FOLDS):
        detector = _fitted([block[turn != fold] for block in blocks], labels[turn != fold], channels)
        for number in np.flatnonzero(turn == fold):
            held[number] = detector.score(read[number])
    enquiries, rest = held[: len(media.enquiries)], held[len(media.enquiries) :]
    alike = rest[: len(media.look_alikes)] if media.look_alikes else rest
    found_all = float(np.quantile(enquiries, _MISSED))
    possible = max(found_all, float(np.quantile(rest, 1 - _ASKED))) if len(rest) else found_all
    certain = max(possible, float(np.quantile(alike, 1 - _DISTURBED))) if len(alike) else possible
    whole = _fitted(blocks, labels, channels)
    return replace(whole, possible=possible, certain=certain)


def _features(read: Sequence[Reading], channels: Sequence[Channel]) -> list[Block]:
    """The channels, the cues, a constant and, where there is an encoder, the vectors."""
    blocks: list[Block] = [
        stack([one.rows[place] for one in read], len(channel.numbers))[:, : channel.shared]
        for place, channel in enumerate(channels)
    ]
    blocks += [stack([_cue_row(one) for one in read], len(NUMBERS)), np.ones((len(read), 1), dtype=np.float32)]
    vectors = [one.vector.ravel() for one in read if one.vector is not None]
    return [*blocks, np.stack(vectors)] if len(vectors) == len(read) else blocks


def _fitted(blocks: Sequence[Block], labels: Whole, channels: Sequence[Channel]) -> MediaDetector:
    weights = [both[:, 1] - both[:, 0] for both in fit(blocks, labels, 2, _STRENGTH, _ROUNDS)]
    of_channels, (cue_weights, bias, *meaning) = weights[: len(channels)], weights[len(channels) :]
    return MediaDetector(tuple(of_channels), cue_weights, meaning[0] if meaning else None, float(bias[0]), 0.0, 0.0)
