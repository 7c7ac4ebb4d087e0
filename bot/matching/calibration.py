"""How sure to be: learned from the knowledge base alone, by asking it its own questions while it does not look at them.

Each held-out question is ranked twice: as it is, and as if its own label did not exist. The second ranking shows what
a question looks like that the knowledge base cannot answer, near misses included, without one example from outside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.matching.examples import Examples, Whole
from bot.matching.lexical.channels import Floats
from bot.matching.ranker import Ranked
from bot.matching.softmax import fit, logistic

_FOLDS, _FOLDS_TUNED = 5, 3
"""Parts that are held out in turn; fewer and larger where learning anew for each of them is dear."""
_ENOUGH_TUNED = 600
"""Examples from which on one of those parts is enough."""
_ENOUGH_HELD = 4500
"""Examples that are held out in all, or a little more: of 1,700, which ones they were would decide what is answered."""
_LEAST = 20
"""Held-out questions of a kind under which nothing can be learned from them."""
_OFFERED = 0.985
_LIKELY = 0.22
"""Confidence below which nothing is answered, even if fewer than the share `accept` are answered then.

What is right less than one time in four is offered and not given.
"""
_CHOSEN = 0.04
"""Share of what is right that may be asked back; of the questions of people it is two to three times as much."""
_STRENGTH = 1.0
_ROUNDS = 200
_SIMILAR = 0.4
"""The least ratio of the weight of similarity to that of log-probability.

Learned from held-out questions alone, the ratio may come out too small: a question whose label was left out is still
of the knowledge base's own kind, and as similar to the rest as a right one. One from elsewhere is less similar.
"""
_ENOUGH = 200
"""The least number of correctly matched questions with which `_SIMILAR` and `_LIKELY` apply.

Those of a small knowledge base are too much alike for the one, and too few for the other.
"""
_JOINED = np.array([[_SIMILAR, 0], [1, 0], [0, 1]], dtype=np.float32)
"""From the three signs to two: similarity and log-probability as one."""

Fold = tuple[Whole, Whole]
"""The examples to learn from, and those that are held out."""
RankHeld = Callable[[Whole, Whole], Sequence[Ranked]]
"""Given the examples to learn from and those to rank, by number: the rankings of the latter, each without itself."""


@dataclass(frozen=True)
class Calibration:
    """`confidence` is a logistic function; from `accept` on the first is answered, from `offer` on it is offered.

    `margin` is the lead in score under which two candidates are both offered.
    """

    weights: Floats
    bias: float
    accept: float
    offer: float
    margin: float
    sure: float
    """The confidence that half of what is matched correctly reaches."""

    def confidences(self, ranked: Ranked, length: int) -> tuple[float, ...]:
        """From 0 to 1: how sure it is that each of the shortlist is meant; `length` is the text's number of words."""
        return tuple(logistic(odds + self.bias) for odds in (signs(ranked, length) @ self.weights).tolist())


DEFAULT = Calibration(np.array([2.0, 0.0, 0.0], dtype=np.float32), -4.0, 0.5, 0.35, 0.2, 0.7)
"""For a knowledge base that is too small to be asked."""


def signs(ranked: Ranked, length: int) -> Floats:
    """What confidence is judged by, a row for each label: similarity, log-probability, and the text's length."""
    found = np.empty((len(ranked.labels), 3), dtype=np.float32)
    found[:, 0], found[:, 1], found[:, 2] = ranked.near, ranked.logs, np.log1p(length)
    return found


def folds(examples: Examples, seed: int = 0) -> list[Fold]:
    """Pairs of (learn from, hold out)."""
    count = len(examples.owner)
    turn = np.random.default_rng(seed).permutation(count)
    held = [part[:_ENOUGH_HELD] for part in np.array_split(turn, _FOLDS) if len(part)]
    enough = int(np.searchsorted(np.cumsum([len(part) for part in held]), _ENOUGH_HELD)) + 1
    return [(np.setdiff1d(turn, part), np.sort(part)) for part in held[:enough]]


def tuned_folds(examples: Examples, seed: int = 0) -> list[Fold]:
    """The same for an encoder that is tuned to what is learned from."""
    turn = np.random.default_rng(seed).permutation(len(examples.owner))
    held = np.array_split(turn, _FOLDS_TUNED)[: 1 if len(turn) >= _ENOUGH_TUNED else _FOLDS_TUNED]
    return [(np.setdiff1d(turn, part), np.sort(part)) for part in held if len(part)]


def calibrate(
    examples: Examples, lengths: Sequence[int], rank: RankHeld, accept: float, held_out: Sequence[Fold]
) -> Calibration:
    """Learn confidence and thresholds. `accept` is the share of correctly matched held-out questions to be answered."""
    entry = np.array([label.kind == "entry" for label in examples.labels])
    right: list[Floats] = []
    wrong: list[Floats] = []
    leads: list[tuple[float, bool]] = []
    for learn, held in held_out:
        for number, ranked in zip(held, rank(learn, held), strict=True):
            own = int(examples.owner[number])
            length = lengths[number]
            if ranked.labels[0] == own and entry[own]:
                right.append(signs(ranked, length)[0])
                leads.append((_lead(ranked, entry), True))
            elif entry[ranked.labels[0]]:
                leads.append((_lead(ranked, entry), False))
                wrong.append(signs(ranked, length)[0])
            orphan = ranked.without(ranked.labels == own)
            if len(orphan.labels) and entry[orphan.labels[0]]:
                wrong.append(signs(orphan, length)[0])
    if len(right) < _LEAST or len(wrong) < _LEAST:
        return DEFAULT
    return _fitted(np.array(right), np.array(wrong), _margin(leads), accept)


def _lead(ranked: Ranked, entry: npt.NDArray[np.bool_]) -> float:
    rivals = ranked.score[1:][entry[ranked.labels[1:]]]
    return float(ranked.score[0] - rivals[0]) if len(rivals) else np.inf


def _margin(leads: Sequence[tuple[float, bool]]) -> float:
    """Wide enough to catch half of the confusions, unless more than `_CHOSEN` of what is right were asked back."""
    right, wrong = ([lead for lead, is_right in leads if is_right == kind] for kind in (True, False))
    return float(min(np.quantile(right, _CHOSEN), np.quantile(wrong, 0.5))) if wrong else 0.0


def _fitted(right: Floats, wrong: Floats, margin: float, accept: float) -> Calibration:
    slope, level = _line(right, wrong)
    if len(right) >= _ENOUGH and slope[0] < _SIMILAR * slope[1]:
        slope, level = _line(right @ _JOINED, wrong @ _JOINED)
        slope = _JOINED @ slope
    sure = [logistic(float(odds) + level) for odds in right @ slope]
    least = _LIKELY if len(right) >= _ENOUGH else 0.0
    return Calibration(
        weights=slope,
        bias=level,
        accept=max(float(np.quantile(sure, 1 - accept)), least),
        offer=float(np.quantile(sure, 1 - max(_OFFERED, accept))),
        margin=margin,
        sure=max(float(np.quantile(sure, 0.5)), least),
    )


def _line(right: Floats, wrong: Floats) -> tuple[Floats, float]:
    """Weights and bias of the logistic regression that tells the rows of the two apart."""
    middle, spread = right.mean(axis=0), np.maximum(right.std(axis=0), 1e-6)
    rows = (np.vstack([right, wrong]) - middle) / spread
    labels = np.repeat([1, 0], [len(right), len(wrong)])
    (weights,) = fit([np.hstack([rows, np.ones((len(rows), 1), np.float32)])], labels, 2, _STRENGTH, _ROUNDS)
    turn = weights[:, 1] - weights[:, 0]
    slope = (turn[:-1] / spread).astype(np.float32)
    return slope, float(turn[-1] - middle @ slope)
