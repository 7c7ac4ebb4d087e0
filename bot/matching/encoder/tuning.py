"""The encoder's last layers, taught the distinctions that a knowledge base makes.

A general model puts “my card was declined” and “my transfer was declined” close together; the examples say that they
are two things. Each example is drawn towards the mean of the others of its label and away from the means of all other
labels (Snell et al. 2017), for so few passes that the space keeps its shape for what the knowledge base never saw.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from bot.matching.encoder.bert_layer import Layer, Weights
from bot.matching.encoder.sentence_encoder import Encoder
from bot.matching.examples import Whole
from bot.matching.lexical.channels import Floats
from bot.matching.lexical.nearest_examples import Marks

_PASSES = 4
_FEWEST, _MOST = 20, 2000
"""Examples from which and up to which tuning pays. Where there are more, the classifier has all it needs without: on
some thousand it took longer than everything else and answered fewer questions."""
_BATCH = 64
_HEAT = np.float32(0.07)
"""What cosines are divided by before they count as log-odds."""
_RATE, _WARM = 2e-4, 0.1
_DECAY = 0.01
_FIRST, _SECOND, _TINY = 0.9, 0.999, 1e-8


def can_tune(encoder: Encoder, owner: Whole) -> bool:
    """Whether `tune` changes anything: there is enough to learn from and not plenty, and the model takes a mean."""
    shared = _shared(owner)
    return not encoder.first_token and _FEWEST <= len(shared) <= _MOST and len(np.unique(owner[shared])) > 1


def tune(encoder: Encoder, states: Sequence[Floats], owner: Whole, seed: int = 0) -> Encoder:
    """The encoder with its tail fitted to texts, given as `Encoder.states`, and the label that each belongs to.

    Where it cannot be tuned to them it comes back as it was.
    """
    if not can_tune(encoder, owner):
        return encoder
    owner = np.unique(owner, return_inverse=True)[1]
    layers = [Layer.of(tensors, encoder.heads, encoder.epsilon) for tensors in encoder.tail]
    means = _Means.of(encoder.pooled(states)[:, 0], owner)
    descent = [_Descent(layer.weights) for layer in layers]
    batches = list(_batches(_shared(owner), np.random.default_rng(seed)))
    for turn, some in enumerate(batches):
        there, hidden = _packed([states[i] for i in some])
        for layer in layers:
            hidden = layer.forward(hidden, there)
        slope = _back_pooled(hidden, there, means, some)
        for layer in reversed(layers):
            slope = layer.back(slope)
        rate = _RATE * min((turn + 1) / (_WARM * len(batches)), 1 - turn / len(batches))
        for one, layer in zip(descent, layers, strict=True):
            one.step(layer.slopes, rate)
    return encoder.tuned([layer.weights for layer in layers])


def _shared(owner: Whole) -> Whole:
    """The examples but for those that are alone under their label: they have nothing to be drawn to."""
    return np.flatnonzero(np.bincount(owner)[owner] > 1)


def _batches(shared: Whole, chance: np.random.Generator) -> Iterator[Whole]:
    order = np.concatenate([chance.permutation(shared) for _ in range(_PASSES)])
    return (order[start : start + _BATCH] for start in range(0, len(order), _BATCH))


def _packed(states: Sequence[Floats]) -> tuple[Marks, Floats]:
    lengths = np.array([len(one) for one in states])
    return np.arange(lengths.max()) < lengths[:, None], np.concatenate(states).astype(np.float32)


@dataclass
class _Means:
    """The latest vector of each example, and their sums by label."""

    vectors: Floats
    owner: Whole
    sums: Floats

    @classmethod
    def of(cls, vectors: Floats, owner: Whole) -> _Means:
        sums = np.zeros((int(owner.max()) + 1, vectors.shape[1]), dtype=np.float32)
        np.add.at(sums, owner, vectors)
        return cls(vectors.copy(), owner, sums)

    def slope(self, some: Whole, vectors: Floats) -> Floats:
        """Of the log loss in the vectors of some examples, which are then the latest. Mean over the batch."""
        each, own = np.arange(len(some)), self.owner[some]
        means, others = _unit(self.sums), _unit(self.sums[own] - self.vectors[some])
        scores = vectors @ means.T
        scores[each, own] = (vectors * others).sum(axis=1)
        scores = np.exp((scores - scores.max(axis=1, keepdims=True)) / _HEAT)
        shares = scores / scores.sum(axis=1, keepdims=True)
        right = shares[each, own, None]
        shares[each, own] = 0
        np.add.at(self.sums, own, vectors - self.vectors[some])
        self.vectors[some] = vectors
        slope: Floats = (shares @ means + (right - 1) * others) / (_HEAT * np.float32(len(some)))
        return slope


def _unit(rows: Floats) -> Floats:
    unit: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-6))
    return unit


def _back_pooled(hidden: Floats, there: Marks, means: _Means, some: Whole) -> Floats:
    """The slope in the hidden states of some examples, through the mean over tokens and its length of one."""
    lengths = there.sum(axis=1)
    starts = np.cumsum(lengths) - lengths
    pooled = np.add.reduceat(hidden, starts, axis=0) / lengths[:, None].astype(np.float32)
    norms = np.linalg.norm(pooled, axis=1, keepdims=True)
    vectors = pooled / norms
    slope = means.slope(some, vectors)
    slope = (slope - vectors * (vectors * slope).sum(axis=1, keepdims=True)) / norms
    return np.repeat(slope / lengths[:, None].astype(np.float32), lengths, axis=0)


@dataclass
class _Descent:
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019); changes the weights in place."""

    weights: Weights
    first: Weights = field(default_factory=dict)
    second: Weights = field(default_factory=dict)
    steps: int = 0

    def step(self, slopes: Weights, rate: float) -> None:
        """One step against the slopes."""
        self.steps += 1
        length = rate * np.sqrt(1 - _SECOND**self.steps) / (1 - _FIRST**self.steps)
        for name, slope in slopes.items():
            first = self.first.setdefault(name, np.zeros_like(slope))
            second = self.second.setdefault(name, np.zeros_like(slope))
            first += np.float32(1 - _FIRST) * (slope - first)
            second += np.float32(1 - _SECOND) * (slope * slope - second)
            weight = self.weights[name]
            weight *= np.float32(1 - rate * _DECAY)
            weight -= np.float32(length) * first / (np.sqrt(second) + np.float32(_TINY))
