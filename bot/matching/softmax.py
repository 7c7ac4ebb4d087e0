"""Multinomial logistic regression, quick enough to be refitted for every fold of a cross-validation."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import sparse

from bot.matching.examples import Whole
from bot.matching.lexical import Floats

_FIRST_STEP = 1.0
_GROWTH = 1.1
_LEAST_STEP = 1e-7


def logistic(odds: float) -> float:
    """Log-odds as a probability, whatever their size."""
    return (1 + math.tanh(odds / 2)) / 2


def log_softmax(scores: Floats) -> Floats:
    """Row by row."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    logs: Floats = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return logs


def fit(
    blocks: Sequence[Floats | sparse.csr_matrix], labels: Whole, classes: int, strength: float, rounds: int
) -> list[Floats]:
    """Weights (columns, classes) for each block that make log loss + |weights|² / (2 · strength) small.

    The blocks, dense or CSR, stand side by side: row i of each is part of text i.
    Nesterov's accelerated gradient with backtracking (Beck and Teboulle 2009) and a restart where the loss rises. In
    float32 and without a history of gradients it takes a tenth of the time of L-BFGS on some thousand short texts, to
    the same accuracy.
    """
    turned = [block.T if isinstance(block, np.ndarray) else block.T.tocsr() for block in blocks]
    cuts = np.cumsum([block.shape[1] for block in blocks])
    each = np.arange(len(labels))

    def loss(weights: Floats) -> tuple[float, Floats]:
        parts = np.split(weights, cuts[:-1])
        scores = np.zeros((len(labels), classes), dtype=np.float32)
        for block, part in zip(blocks, parts, strict=True):
            scores += block @ part
        logs = log_softmax(scores)
        return float((weights * weights).sum()) / (2 * strength) - float(logs[each, labels].sum()), logs

    weights: Floats = np.zeros((cuts[-1], classes), dtype=np.float32)
    ahead: Floats = weights
    if not len(labels):
        return np.split(weights, cuts[:-1])
    step, momentum, last = _FIRST_STEP, 1.0, np.inf
    for _ in range(rounds):
        here, logs = loss(ahead)
        error = np.exp(logs)
        error[each, labels] -= 1
        slope = np.concatenate([block @ error for block in turned]) + ahead / np.float32(strength)
        steepness = float((slope * slope).sum())
        if not steepness:
            break
        while True:
            moved = ahead - np.float32(step) * slope
            reached, _ = loss(moved)
            if reached <= here - step / 2 * steepness or step < _LEAST_STEP:
                break
            step /= 2
        if reached > last:
            momentum = 1.0
        following = (1 + np.sqrt(1 + 4 * momentum * momentum)) / 2
        ahead = moved + np.float32((momentum - 1) / following) * (moved - weights)
        weights, momentum, last, step = moved, following, reached, step * _GROWTH
    return np.split(weights, cuts[:-1])
