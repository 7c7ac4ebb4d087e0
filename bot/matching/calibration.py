"""How sure to be: learned from the knowledge base alone, which is asked its own questions after learning the others.

Questions of out-of-scope groups of which nothing was learned show what a question looks like that nobody has thought
of. Where there are few of them, questions of entries count as well, as if their own entry did not exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from bot.knowledge.model import Knowledge
from bot.matching.examples import Label, Whole
from bot.matching.lexical.channels import Floats
from bot.matching.ranker import SHORTLIST, Ranked
from bot.matching.softmax import log_odds, logistic

Marks = npt.NDArray[np.bool_]

LIKELY = 1 / 3
"""The confidence below which nothing is answered, whatever share of the questions is then answered."""
_COVERED, _COVERED_AT_LEAST = 2.0, 1.25
"""So many questions that the knowledge base answers are asked for each that it does not: fewer of a small one."""
_EVIDENCE = 200
"""Questions of groups left out whole that are enough; what is missing is made up by entries' questions without them."""
_LEAST = 20
"""Held-out questions of entries under which nothing can be learned from them."""
_OFFERED = 0.985
"""Share of what is right that is offered or answered."""
_HEATS = np.geomspace(0.03, 4, 40).astype(np.float32)
_LEAST_SHARE = 1e-6
_SLIGHT = 1e-3
"""The least and the most that a ranking says for or against an enquiry."""
_LIKELIER = 0.5
_CERTAIN, _FEW_ENQUIRIES = 3.0, 50
"""The least `certain` where there are so few examples of enquiries."""
_MISSED = 0.01
"""Share of held-out enquiries that may stay below `possible` where that is at its lowest."""
_ASKED, _ASKED_BY_WORDS = 0.004, 0.01
"""Share of held-out texts that are no enquiries which may reach `possible`: more where the words alone have to tell,"""
_DISTURBED = 0.003
"""and `certain`, which lies above it by a log-odds of this at least:"""
_SURER = 1.0
_NONE = np.zeros(0, dtype=np.float32)
_STEADY = 0.01
"""How much of one more held-out question each weight costs: few questions must not make anything certain."""


@dataclass(frozen=True)
class Seen:
    """A text as it is seen: its ranking, and the log-odds that the detector of enquiries gives it."""

    ranked: Ranked
    enquiry: float = -np.inf


@dataclass(frozen=True)
class Held:
    """A question that was not learned: the whole of it and perhaps its parts, and its label.

    `left_out`: nor was any other question of that label.
    """

    seen: tuple[Seen, ...]
    own: int
    left_out: bool


@dataclass(frozen=True)
class Calibration:
    """Turns a ranking into confidences. From `accept` on an entry is answered, from `offer` on it is offered.

    A softmax over `heat` times the scores gives each label its share. How likely it is that the question is one for
    the entries is a logistic function of the log-odds of their shares together.
    """

    heat: float
    slope: float
    bias: float
    accept: float
    offer: float
    sure: float
    """The confidence that half of what is matched correctly reaches."""
    related: Marks
    """Which entries cite a common clause with which, shape (entries, entries): answering either is right."""
    media: int = -1
    """The number of the label of enquiries, if there is one."""
    possible: float = np.inf
    """The log-odds of an enquiry from which on the person is asked,"""
    certain: float = np.inf
    """and those from which on it is one."""

    def confidences(self, ranked: Ranked) -> Floats:
        """From 0 to 1, for each label of the shortlist: how likely it is that what it says is right for the text."""
        is_entry = ranked.labels < len(self.related)
        shares = _shares(ranked.score[None], self.heat)[0]
        inside = float(shares[is_entry].sum())
        likely = logistic(self.slope * _odds(inside, 1 - inside) + self.bias)
        sure = np.zeros_like(shares)
        sure[is_entry] = likely * self._among_entries(ranked)
        sure[~is_entry] = (1 - likely) * shares[~is_entry] / max(1 - inside, _LEAST_SHARE)
        limited: Floats = np.minimum(sure, 1)
        return limited

    def enquiry(self, seen: Seen) -> float:
        """The log-odds that a text is an enquiry: those of the detector and those of the ranking, added."""
        sure = self.confidences(seen.ranked)[seen.ranked.labels == self.media]
        return seen.enquiry + log_odds(min(max(float(sure.sum()), _SLIGHT), 1 - _SLIGHT))

    def has_rivals(self, ranked: Ranked) -> bool:
        """Whether, if the text is one for the entries, the first of them is likelier wrong than right."""
        return bool(self._among_entries(ranked)[:1].sum() < _LIKELIER)

    def _among_entries(self, ranked: Ranked) -> Floats:
        """For each entry of the shortlist: the share of all entries that it has with those related to it."""
        labels = ranked.labels[ranked.labels < len(self.related)]
        shares = _shares(ranked.score[None, ranked.labels < len(self.related)], self.heat)[0] if len(labels) else _NONE
        together: Floats = self.related[np.ix_(labels, labels)] @ shares
        return together


def related(labels: Sequence[Label], knowledge: Knowledge) -> Marks:
    """Which entries cite a common clause; each is related to itself."""
    cites = [set(knowledge.entry[label.id].cites) for label in labels if label.kind == "entry"]
    found = np.eye(len(cites), dtype=np.bool_)
    places: dict[str, list[int]] = {}
    for place, clauses in enumerate(cites):
        for clause in clauses:
            places.setdefault(clause, []).append(place)
    for together in places.values():
        found[np.ix_(together, together)] = True
    return found


def calibrate(
    held: Iterable[Held], labels: Sequence[Label], akin: Marks, accept: float, *, by_words: bool = False
) -> Calibration:
    """Learn confidence and thresholds. `accept` is the share of correctly matched held-out questions to be answered.

    `by_words`: whether there is no encoder.
    """
    listed = list(held)
    asked = _ASKED_BY_WORDS if by_words else _ASKED
    return _with_enquiries(_calibrated(listed, akin, accept), listed, labels, asked)


def _calibrated(held: Sequence[Held], akin: Marks, accept: float) -> Calibration:
    table = _Table.of(held, akin)
    if table.asked.sum() < _LEAST:
        return default(akin)
    heat = table.best_heat()
    right, likely_right, odds = table.judged(heat, orphaned=False)
    _, _, orphan_odds = table.judged(heat, orphaned=True)
    nones = int(table.left_out.sum())
    known = min(1.0, nones / _EVIDENCE)
    asked = table.asked
    samples = np.concatenate([odds[asked], odds[table.left_out], orphan_odds[asked]])
    labels = np.concatenate([np.ones(asked.sum()), np.zeros(nones), np.zeros(asked.sum())])
    weights = np.concatenate(
        [
            np.full(asked.sum(), _COVERED_AT_LEAST + (_COVERED - _COVERED_AT_LEAST) * known),
            np.full(nones, known * asked.sum() / max(nones, 1)),
            np.full(asked.sum(), 1 - known),
        ]
    )
    slope, bias = _line(samples, labels, weights)
    sure = _logistic(slope * odds + bias) * likely_right
    reached = np.sort(sure[asked & right])
    if len(reached) < _LEAST:
        return default(akin)
    accepted = max(float(np.quantile(reached, 1 - accept)), LIKELY)
    return Calibration(
        heat=heat,
        slope=slope,
        bias=bias,
        accept=accepted,
        offer=min(float(np.quantile(reached, 1 - max(_OFFERED, accept))), accepted),
        sure=max(float(np.quantile(reached, 0.5)), accepted),
        related=akin,
    )


def _with_enquiries(
    calibration: Calibration, held: Sequence[Held], labels: Sequence[Label], asked: float
) -> Calibration:
    """With thresholds for enquiries, if there are any."""
    media = next((number for number, label in enumerate(labels) if label.kind == "media"), -1)
    if media < 0:
        return calibration
    calibration = replace(calibration, media=media)
    scores = np.array([max(calibration.enquiry(seen) for seen in one.seen) for one in held])
    own = np.array([one.own == media for one in held], dtype=np.bool_)
    if not own.any() or own.all():
        return replace(calibration, possible=0.0, certain=_CERTAIN)
    lowest = min(float(np.quantile(scores[own], _MISSED)), 0.0)
    possible = max(lowest, float(np.quantile(scores[~own], 1 - asked)))
    certain = max(possible + _SURER, float(np.quantile(scores[~own], 1 - _DISTURBED)))
    if own.sum() < _FEW_ENQUIRIES:
        certain = max(certain, _CERTAIN)
    return replace(calibration, possible=possible, certain=certain)


def default(akin: Marks) -> Calibration:
    """For a knowledge base that is too small to be asked."""
    return Calibration(0.5, 1.0, -0.5, 0.5, 0.35, 0.7, akin)


@dataclass(frozen=True)
class _Table:
    """All held-out questions side by side: row i is the shortlist of one, filled up with labels of score -inf."""

    labels: Whole
    scores: Floats
    own: Whole
    asked: Marks
    """Which are questions of entries that were learned."""
    left_out: Marks
    akin: Marks

    @classmethod
    def of(cls, held: Sequence[Held], akin: Marks) -> _Table:
        labels = np.full((len(held), SHORTLIST), -1, dtype=np.intp)
        scores = np.full((len(held), SHORTLIST), -np.inf, dtype=np.float32)
        for row, one in enumerate(held):
            ranked = one.seen[0].ranked
            labels[row, : len(ranked.labels)] = ranked.labels
            scores[row, : len(ranked.labels)] = ranked.score
        own = np.array([one.own for one in held], dtype=np.intp)
        left_out = np.array([one.left_out for one in held], dtype=np.bool_)
        return cls(labels, scores, own, (own < len(akin)) & ~left_out, left_out, akin)

    def best_heat(self) -> float:
        """The heat with which the shares of the right labels are largest, by their mean logarithm."""
        rows = ~self.left_out
        own = self.labels[rows] == self.own[rows, None]

        def loss(heat: float) -> float:
            found = np.where(own, _shares(self.scores[rows], heat), 0).sum(axis=1)
            return -float(np.log(np.maximum(found, _LEAST_SHARE)).mean())

        return float(min(_HEATS, key=loss))

    def judged(self, heat: float, *, orphaned: bool) -> tuple[Marks, Floats, Floats]:
        """Per question: whether the first entry is right, how likely that is among entries, and the odds of entries.

        `orphaned`: as if the own label of each did not exist.
        """
        scores = np.where(self.labels == self.own[:, None], -np.inf, self.scores) if orphaned else self.scores
        shares = _shares(scores, heat)
        is_entry = (self.labels >= 0) & (self.labels < len(self.akin))
        inside = np.where(is_entry, shares, 0)
        total = inside.sum(axis=1)
        rows = np.arange(len(shares))
        first = np.where(is_entry & np.isfinite(scores), self.labels, 0)[rows, inside.argmax(axis=1)]
        columns = np.where(is_entry, self.labels, 0)
        kin = (inside * self.akin[first[:, None], columns]).sum(axis=1) / np.maximum(total, _LEAST_SHARE)
        own = np.minimum(self.own, len(self.akin) - 1)
        right = (self.own < len(self.akin)) & self.akin[first, own]
        odds: Floats = np.log(np.maximum(total, _LEAST_SHARE)) - np.log(np.maximum(1 - total, _LEAST_SHARE))
        return right, kin, odds


def _odds(some: float, others: float) -> float:
    return float(np.log(max(some, _LEAST_SHARE)) - np.log(max(others, _LEAST_SHARE)))


def _shares(scores: Floats, heat: float) -> Floats:
    highest = scores.max(axis=1, keepdims=True)
    raised: Floats = np.exp(np.float32(heat) * (scores - np.where(np.isfinite(highest), highest, 0)))
    shares: Floats = raised / np.maximum(raised.sum(axis=1, keepdims=True), np.float32(1e-30))
    return shares


def _logistic(odds: Floats) -> Floats:
    raised: Floats = (1 + np.tanh(odds / np.float32(2))) / np.float32(2)
    return raised


def _line(odds: Floats, labels: Floats, weights: Floats) -> tuple[float, float]:
    """Slope and bias of the weighted logistic regression of `labels` on `odds`.

    The slope is drawn to 1, where the shares are believed as they are.
    """

    def loss(line: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        expected: Floats = (line[0] * odds + line[1]).astype(np.float32)
        missed = weights * (_logistic(expected) - labels)
        drawn = _STEADY * len(odds) * (line[0] - 1)
        cost = weights @ (np.logaddexp(0, expected) - labels * expected) + drawn * (line[0] - 1) / 2
        return float(cost), np.array([missed @ odds + drawn, missed.sum()])

    slope, bias = minimize(loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B").x
    return float(slope), float(bias)
