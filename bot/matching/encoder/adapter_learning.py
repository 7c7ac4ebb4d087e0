"""Learning an adapter: each text is drawn towards the vector of its label and away from those of all others.

A general model puts “my card was declined” and “my transfer was declined” close together; the examples say that they
are two things. Cross-entropy over a softmax of cosines with one learned vector for each label, by AdamW (Loshchilov and
Hutter 2019).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from bot.matching.encoder.adapter import MATRICES, Adapter, names
from bot.matching.encoder.low_rank_layer import LowRankLayer, Weights
from bot.matching.encoder.sentence_encoder import Encoder
from bot.matching.examples import Whole
from bot.matching.lexical.channels import Floats
from bot.matching.lexical.nearest_examples import Marks

RANK = 8
_BATCH, _SMALL_BATCH = 48, 16
_FEW = 1000
"""Texts under which batches are small: there would be too few of them."""
_HEAT = np.float32(20)
"""What cosines are multiplied by before they count as log-odds."""
_SMOOTHING = np.float32(0.05)
_RATE, _RATE_OF_LABELS = 1e-3, 1.5e-3
_WARM = 0.1
"""Share of the steps in which the rate rises to its height; then it falls to 0."""
_READ = 9600
"""Texts that are read at least, each of them at least `_FEWEST_EPOCHS` times and at most `_MOST_EPOCHS` times."""
_FEWEST_EPOCHS, _MOST_EPOCHS = 2, 5
_DECAY = 0.01
_LONGEST_STEP = 1.0
"""Norm to which the slopes are cut."""
_FIRST, _SECOND, _TINY = 0.9, 0.999, 1e-8

Progress = Callable[[int, int], None]
"""Called after each batch with the number of batches learned, and of all."""


def learn_adapter(
    encoder: Encoder, texts: Sequence[str], owner: Whole, progress: Progress = lambda done, whole: None, seed: int = 0
) -> Adapter:
    """Learn from texts, `owner` being the number of the label of each."""
    numbers = [encoder.pieces.numbers(text, encoder.most) for text in texts]
    owner = np.unique(owner, return_inverse=True)[1]
    chance = np.random.default_rng(seed)
    layers = [LowRankLayer.of(weights, encoder.heads, encoder.epsilon, RANK, chance) for weights in encoder.layers]
    labels = _Labels.of(encoder.embed(texts), owner)
    thin = {name: values for place, layer in enumerate(layers) for name, values in _thin(place, layer).items()}
    descent, of_labels = _Descent(thin), _Descent({"labels": labels.vectors})
    batches = _batches(len(texts), chance)
    for turn, some in enumerate(batches):
        hidden, there = encoder.embedded([numbers[i] for i in some])
        for layer in layers:
            hidden = layer.forward(hidden, there)
        slope, slope_of_labels = _back_pooled(hidden, there, labels, owner[some])
        for place in range(len(layers) - 1, -1, -1):
            slope = layers[place].back(slope, is_first=place == 0)
        slopes = {name: values for place, layer in enumerate(layers) for name, values in _slopes(place, layer).items()}
        size = np.sqrt(sum(float(np.vdot(one, one)) for one in (*slopes.values(), slope_of_labels)))
        share = min(1.0, _LONGEST_STEP / max(float(size), _TINY))
        pace = min((turn + 1) / (_WARM * len(batches)), (1 - turn / len(batches)) / (1 - _WARM), 1.0)
        descent.step(slopes, share, _RATE * pace)
        of_labels.step({"labels": slope_of_labels}, share, _RATE_OF_LABELS * pace)
        for layer in layers:
            layer.add()
        progress(turn + 1, len(batches))
    return Adapter.of(thin)


def _batches(count: int, chance: np.random.Generator) -> list[Whole]:
    epochs = min(max(-(-_READ // count), _FEWEST_EPOCHS), _MOST_EPOCHS)
    size = _BATCH if count >= _FEW else _SMALL_BATCH
    order = np.concatenate([chance.permutation(count) for _ in range(epochs)])
    return [order[start : start + size] for start in range(0, len(order), size)]


def _thin(place: int, layer: LowRankLayer) -> Weights:
    pairs = {name: names(place, name) for name in MATRICES}
    return {
        **{down: layer.down[name] for name, (down, _) in pairs.items()},
        **{up: layer.up[name] for name, (_, up) in pairs.items()},
    }


def _slopes(place: int, layer: LowRankLayer) -> Weights:
    pairs = {name: names(place, name) for name in MATRICES}
    return {
        **{down: layer.slopes_down[name] for name, (down, _) in pairs.items()},
        **{up: layer.slopes_up[name] for name, (_, up) in pairs.items()},
    }


@dataclass
class _Labels:
    """The vector of each label, of any length: only its direction counts."""

    vectors: Floats

    @classmethod
    def of(cls, vectors: Floats, owner: Whole) -> _Labels:
        sums = np.zeros((int(owner.max()) + 1, vectors.shape[1]), dtype=np.float32)
        np.add.at(sums, owner, vectors)
        return cls(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), np.float32(1e-6)))

    def slopes(self, vectors: Floats, owner: Whole) -> tuple[Floats, Floats]:
        """Of the mean loss of some texts, in their vectors and in those of the labels."""
        lengths = np.linalg.norm(self.vectors, axis=1, keepdims=True)
        units = self.vectors / lengths
        scores = _HEAT * (vectors @ units.T)
        raised = np.exp(scores - scores.max(axis=1, keepdims=True))
        excess = raised / raised.sum(axis=1, keepdims=True) - _SMOOTHING / np.float32(len(units))
        excess[np.arange(len(owner)), owner] -= 1 - _SMOOTHING
        excess *= _HEAT / np.float32(len(owner))
        turned = excess.T @ vectors
        turned -= units * (units * turned).sum(axis=1, keepdims=True)
        return excess @ units, turned / lengths


def _back_pooled(hidden: Floats, there: Marks, labels: _Labels, owner: Whole) -> tuple[Floats, Floats]:
    """The slopes in the hidden states, through the mean over tokens and its length of one, and in the labels."""
    lengths = there.sum(axis=1)
    pooled = np.add.reduceat(hidden, np.cumsum(lengths) - lengths, axis=0) / lengths[:, None].astype(np.float32)
    norms = np.linalg.norm(pooled, axis=1, keepdims=True)
    vectors = pooled / norms
    slope, of_labels = labels.slopes(vectors, owner)
    slope = (slope - vectors * (vectors * slope).sum(axis=1, keepdims=True)) / norms
    return np.repeat(slope / lengths[:, None].astype(np.float32), lengths, axis=0), of_labels


@dataclass
class _Descent:
    """Adam with decoupled weight decay; changes the weights in place."""

    weights: Weights
    first: Weights = field(default_factory=dict)
    second: Weights = field(default_factory=dict)
    steps: int = 0

    def step(self, slopes: Weights, share: float, rate: float) -> None:
        """One step against that share of the slopes."""
        self.steps += 1
        length = rate * np.sqrt(1 - _SECOND**self.steps) / (1 - _FIRST**self.steps)
        for name, whole in slopes.items():
            slope = whole * np.float32(share)
            first = self.first.setdefault(name, np.zeros_like(slope))
            second = self.second.setdefault(name, np.zeros_like(slope))
            first += np.float32(1 - _FIRST) * (slope - first)
            second += np.float32(1 - _SECOND) * (slope * slope - second)
            weight = self.weights[name]
            weight *= np.float32(1 - rate * _DECAY)
            weight -= np.float32(length) * first / (np.sqrt(second) + np.float32(_TINY))
