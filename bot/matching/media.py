"""What tells that somebody from the media wants something: names of outlets, words, and what is meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy import sparse

from bot.matching.cues import NUMBERS, cues
from bot.matching.examples import Whole
from bot.matching.lexical.channels import Channel, Floats, Row, stack
from bot.matching.reading import Reading
from bot.matching.softmax import fit
from bot.outlets import outlets

_STRENGTH = 30.0
_ROUNDS = 60
_CUE = np.float32(0.5)


@dataclass(frozen=True)
class MediaDetector:
    """A logistic regression of enquiries against everything else."""

    weights: tuple[Floats, ...]
    cue_weights: Floats
    meaning_weights: Floats | None
    """Of shape (width), where there is an encoder."""
    bias: float

    def score(self, part: Reading) -> float:
        """The log-odds of an enquiry in a message or a part of one."""
        total = self.bias + float(self.cue_weights[_cue_row(part)[0]].sum() * _CUE)
        for (at, values), weights in zip(part.rows, self.weights, strict=True):
            shared = at < len(weights)
            total += float(values[shared] @ weights[at[shared]])
        if self.meaning_weights is not None and part.vector is not None:
            total += float(part.vector @ self.meaning_weights)
        return total


def outlet_of(parts: Sequence[Reading]) -> str:
    """The first outlet that a message names, one that is an everyday word as well only where there is no other."""
    named = [found for part in parts for found in outlets(part.plain)]
    return next((name for name, everyday in named if not everyday), named[0][0] if named else "")


Block: TypeAlias = Floats | sparse.csr_matrix


def _cue_row(reading: Reading) -> Row:
    at = np.array(sorted(NUMBERS[cue] for cue in cues(reading.plain)), dtype=np.int32)
    return at, np.full(len(at), _CUE, dtype=np.float32)


def train_media(read: Sequence[Reading], labels: Whole, channels: Sequence[Channel]) -> MediaDetector:
    """Learn from examples, of which the label of enquiries is 1 and that of all others 0."""
    weights = [both[:, 1] - both[:, 0] for both in fit(_features(read, channels), labels, 2, _STRENGTH, _ROUNDS)]
    of_channels, (cue_weights, bias, *meaning) = weights[: len(channels)], weights[len(channels) :]
    return MediaDetector(tuple(of_channels), cue_weights, meaning[0] if meaning else None, float(bias[0]))


def _features(read: Sequence[Reading], channels: Sequence[Channel]) -> list[Block]:
    """The channels, the cues, a constant and, where there is an encoder, the vectors."""
    blocks: list[Block] = [
        stack([one.rows[place] for one in read], len(channel.numbers))[:, : channel.shared]
        for place, channel in enumerate(channels)
    ]
    blocks += [stack([_cue_row(one) for one in read], len(NUMBERS)), np.ones((len(read), 1), dtype=np.float32)]
    vectors = [one.vector for one in read if one.vector is not None]
    return [*blocks, np.stack(vectors)] if len(vectors) == len(read) else blocks
