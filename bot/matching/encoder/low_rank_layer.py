"""One layer of a BERT in NumPy, forwards and backwards, of which only low-rank changes are learned.

Devlin et al. 2019 for the layer. A batch is its texts' tokens in one row after another, shape (tokens, width), with
`there`, shape (texts, longest), which says where in the padded batch they stand; only attention needs the padding.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from scipy.special import erf

from bot.matching.encoder.adapter import MATRICES, SCALE
from bot.matching.encoder.onnx_graph import Tensors
from bot.matching.lexical.channels import Floats
from bot.matching.lexical.nearest_examples import Marks

Weights = dict[str, Floats]

_QUERY, _KEY, _VALUE, _MIXED, _WIDE, _FED = MATRICES
_NORMED, _LAST = "attention.output.LayerNorm", "output.LayerNorm"
_MASKED = np.float32(-1e4)


class _Scaled(NamedTuple):
    """What a normalisation leaves for the way back: centred and scaled input, and one over its spread."""

    values: Floats
    over: Floats


class _Tape(NamedTuple):
    """What a layer leaves for the way back."""

    given: Floats
    there: Marks
    heads: tuple[Floats, ...]
    shares: Floats
    mixed: Floats
    first: _Scaled
    normed: Floats
    wide: Floats
    below: Floats
    fed: Floats
    last: _Scaled


@dataclass
class LowRankLayer:
    """`weights` are named as in the model's file and stay; `down` and `up` are learned, and `add` adds them."""

    weights: Tensors
    heads: int
    epsilon: float
    down: Weights
    up: Weights
    slopes_down: Weights = field(default_factory=dict)
    slopes_up: Weights = field(default_factory=dict)
    """Filled by `back`: how the loss changes with each thin matrix."""
    _whole: Weights = field(default_factory=dict)
    _tape: _Tape | None = None

    @classmethod
    def of(cls, weights: Tensors, heads: int, epsilon: float, rank: int, chance: np.random.Generator) -> LowRankLayer:
        """A layer that does what it did: `up` is 0, `down` is random."""
        shapes = {name: weights[f"{name}.weight"].shape for name in MATRICES}
        down = {
            name: (chance.uniform(-1, 1, (rank, given)) / np.sqrt(given)).astype(np.float32)
            for name, (_, given) in shapes.items()
        }
        up = {name: np.zeros((out, rank), dtype=np.float32) for name, (out, _) in shapes.items()}
        layer = cls(weights, heads, epsilon, down, up)
        layer.add()
        return layer

    def add(self) -> None:
        """Make the whole matrices anew, after the thin ones were changed."""
        self._whole = {
            name: self.weights[f"{name}.weight"] + SCALE * (self.up[name] @ self.down[name]) for name in MATRICES
        }

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
        fed = wide * below
        last = self._scaled(normed + self._linear(fed, _FED))
        self._tape = _Tape(given, there, heads, shares, mixed, first, normed, wide, below, fed, last)
        return self._normed(last, _LAST)

    def back(self, slope: Floats, *, is_first: bool = False) -> Floats:
        """From the slope of the loss in what `forward` gave to that in what it was given; fills the slopes.

        Below the first layer nothing is learned: there the slope in what it was given is left out.
        """
        tape = self._tape
        if tape is None:
            raise RuntimeError("there is no way back before the way forward")
        slope = self._unscaled(slope, tape.last, _LAST)
        bent = self._back_linear(slope, tape.fed, _FED)
        bent = bent * (tape.below + tape.wide * _density(tape.wide))
        slope = self._unscaled(slope + self._back_linear(bent, tape.normed, _WIDE), tape.first, _NORMED)
        mixed = self._split(self._back_linear(slope, tape.mixed, _MIXED), tape.there)
        query, key, value = tape.heads
        shares = mixed @ value.swapaxes(2, 3)
        scores = tape.shares * (shares - (shares * tape.shares).sum(axis=3, keepdims=True)) * self._scale(query)
        slopes = (scores @ key, scores.swapaxes(2, 3) @ query, tape.shares.swapaxes(2, 3) @ mixed)
        for name, one in zip((_QUERY, _KEY, _VALUE), slopes, strict=True):
            joined = _joined(one, tape.there)
            if is_first:
                self._slopes_thin(joined, tape.given, name)
            else:
                slope = slope + self._back_linear(joined, tape.given, name)
        self._tape = None
        return slope

    def _linear(self, given: Floats, name: str) -> Floats:
        product: Floats = given @ self._whole[name].T
        product += self.weights[f"{name}.bias"]
        return product

    def _back_linear(self, slope: Floats, given: Floats, name: str) -> Floats:
        self._slopes_thin(slope, given, name)
        before: Floats = slope @ self._whole[name]
        return before

    def _slopes_thin(self, slope: Floats, given: Floats, name: str) -> None:
        self.slopes_up[name] = np.multiply(SCALE, slope.T @ (given @ self.down[name].T), dtype=np.float32)
        self.slopes_down[name] = np.multiply(SCALE, (slope @ self.up[name]).T @ given, dtype=np.float32)

    def _scaled(self, given: Floats) -> _Scaled:
        centred = given - given.mean(axis=1, keepdims=True)
        spread = np.square(centred).mean(axis=1, keepdims=True)
        over = 1 / np.sqrt(spread + np.float32(self.epsilon))
        return _Scaled(centred * over, over)

    def _normed(self, scaled: _Scaled, name: str) -> Floats:
        normed: Floats = scaled.values * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]
        return normed

    def _unscaled(self, slope: Floats, scaled: _Scaled, name: str) -> Floats:
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
