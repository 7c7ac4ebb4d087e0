"""One layer of a BERT in NumPy, forwards and backwards: what tuning needs, and nothing that answers a question.

Devlin et al. 2019 for the layer. A batch is its texts' tokens in one row after another, shape (tokens, width), with
`there`, shape (texts, longest), which says where in the padded batch they stand; only attention needs the padding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from scipy.special import erf

from bot.matching.lexical.channels import Floats
from bot.matching.lexical.nearest_examples import Marks

Weights = dict[str, Floats]

_QUERY, _KEY, _VALUE = "attention.self.query", "attention.self.key", "attention.self.value"
_MIXED, _WIDE, _FED = "attention.output.dense", "intermediate.dense", "output.dense"
_NORMED, _LAST = "attention.output.LayerNorm", "output.LayerNorm"
PARTS = tuple(
    f"{name}.{kind}"
    for name in (_QUERY, _KEY, _VALUE, _MIXED, _NORMED, _WIDE, _FED, _LAST)
    for kind in ("weight", "bias")
)
_MASKED = np.float32(-1e4)


class _Scaled(NamedTuple):
    """What a normalisation leaves for the way back: centred and scaled input, and one over its spread."""

    values: Floats
    over: Floats


class _Tape(NamedTuple):
    """What a layer leaves for the way back."""

    given: Floats
    there: Marks
    heads: tuple[Floats, Floats, Floats]
    shares: Floats
    mixed: Floats
    first: _Scaled
    normed: Floats
    wide: Floats
    below: Floats
    last: _Scaled


@dataclass
class Layer:
    """`weights` are named as in the model's file, without the layer's own prefix; training changes them in place."""

    weights: Weights
    heads: int
    epsilon: float
    slopes: Weights = field(default_factory=dict)
    """Filled by `back`: how the loss changes with each weight."""
    _tape: _Tape | None = None

    @classmethod
    def of(cls, weights: Mapping[str, Floats], heads: int, epsilon: float) -> Layer:
        """From a layer's tensors, which are copied."""
        return cls({part: np.array(weights[part], dtype=np.float32) for part in PARTS}, heads, epsilon)

    def forward(self, given: Floats, there: Marks) -> Floats:
        """Hidden states after the layer, of the shape of `given`."""
        heads = tuple(self._split(self._linear(given, name), there) for name in (_QUERY, _KEY, _VALUE))
        query, key, value = heads
        scores = query @ key.swapaxes(2, 3) * self._scale(query)
        shares = _softmax(scores + np.where(there, np.float32(0), _MASKED)[:, None, None, :])
        mixed = _joined(shares @ value, there)
        first = self._scaled(given + self._linear(mixed, _MIXED))
        normed = self._normed(first, _NORMED)
        wide = self._linear(normed, _WIDE)
        below = _below(wide)
        last = self._scaled(normed + self._linear(wide * below, _FED))
        self._tape = _Tape(given, there, (query, key, value), shares, mixed, first, normed, wide, below, last)
        return self._normed(last, _LAST)

    def back(self, slope: Floats) -> Floats:
        """From the slope of the loss in what `forward` gave to that in what it was given; fills `slopes`."""
        tape = self._tape
        if tape is None:
            raise RuntimeError("there is no way back before the way forward")
        slope = self._unscaled(slope, tape.last, _LAST)
        bent = self._back_linear(slope, tape.wide * tape.below, _FED)
        wide = bent * (tape.below + tape.wide * _density(tape.wide))
        slope = self._unscaled(slope + self._back_linear(wide, tape.normed, _WIDE), tape.first, _NORMED)
        mixed = self._split(self._back_linear(slope, tape.mixed, _MIXED), tape.there)
        query, key, value = tape.heads
        shares = mixed @ value.swapaxes(2, 3)
        scores = tape.shares * (shares - (shares * tape.shares).sum(axis=3, keepdims=True)) * self._scale(query)
        slopes = (scores @ key, scores.swapaxes(2, 3) @ query, tape.shares.swapaxes(2, 3) @ mixed)
        for name, one in zip((_QUERY, _KEY, _VALUE), slopes, strict=True):
            slope = slope + self._back_linear(_joined(one, tape.there), tape.given, name)
        self._tape = None
        return slope

    def _linear(self, given: Floats, name: str) -> Floats:
        product: Floats = given @ self.weights[f"{name}.weight"].T
        product += self.weights[f"{name}.bias"]
        return product

    def _back_linear(self, slope: Floats, given: Floats, name: str) -> Floats:
        self.slopes[f"{name}.weight"] = slope.T @ given
        self.slopes[f"{name}.bias"] = slope.sum(axis=0)
        before: Floats = slope @ self.weights[f"{name}.weight"]
        return before

    def _scaled(self, given: Floats) -> _Scaled:
        centred = given - given.mean(axis=1, keepdims=True)
        over = 1 / np.sqrt(np.square(centred).mean(axis=1, keepdims=True) + np.float32(self.epsilon))
        return _Scaled(centred * over, over)

    def _normed(self, scaled: _Scaled, name: str) -> Floats:
        normed: Floats = scaled.values * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]
        return normed

    def _unscaled(self, slope: Floats, scaled: _Scaled, name: str) -> Floats:
        self.slopes[f"{name}.weight"] = (slope * scaled.values).sum(axis=0)
        self.slopes[f"{name}.bias"] = slope.sum(axis=0)
        slope = slope * self.weights[f"{name}.weight"]
        across = (slope * scaled.values).mean(axis=1, keepdims=True)
        before: Floats = scaled.over * (slope - slope.mean(axis=1, keepdims=True) - scaled.values * across)
        return before

    def _split(self, flat: Floats, there: Marks) -> Floats:
        """As shape (texts, heads, longest, width of a head), zero where no token is."""
        padded = np.zeros((*there.shape, flat.shape[1]), dtype=np.float32)
        padded[there] = flat
        return padded.reshape(*there.shape, self.heads, -1).swapaxes(1, 2)

    def _scale(self, query: Floats) -> np.float32:
        return np.float32(query.shape[3] ** -0.5)


def _joined(split: Floats, there: Marks) -> Floats:
    flat: Floats = split.swapaxes(1, 2).reshape(*there.shape, -1)[there]
    return flat


def _softmax(scores: Floats) -> Floats:
    risen = np.exp(scores - scores.max(axis=3, keepdims=True))
    shares: Floats = risen / risen.sum(axis=3, keepdims=True)
    return shares


def _below(given: Floats) -> Floats:
    """The share of a normal distribution that lies below: GELU is a number times that."""
    share: Floats = (1 + erf(given * np.float32(2**-0.5))) * np.float32(0.5)
    return share


def _density(given: Floats) -> Floats:
    density: Floats = np.exp(np.square(given) * np.float32(-0.5)) * np.float32((2 * np.pi) ** -0.5)
    return density
