"""From rankings to an outcome: pure, and the only place that compares a confidence with a threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.knowledge.model import Knowledge
from bot.matching.calibration import LIKELY, Calibration, Seen
from bot.matching.examples import Label
from bot.matching.match import Candidate, Outcome
from bot.matching.ranker import Ranked
from bot.matching.reading import Reading
from bot.text import asks

_OFFERED = 4
_OFFERED_UNSURE = 3
_NEAREST = 3
MOST_ANSWERS = 3
_PERIL, _PERIL_OF_SENTENCE = 0.1, 0.3
"""The least likelihood of danger with which the pointer on danger is read, for a message and for a sentence of it.

Where the groups on danger are a larger part of all labels, that part is the least: every message has as much by chance.
"""
_CHATTY = 0.75
"""Confidence in small talk from which on nothing else is looked for: what is taken for it is lost to an open case."""
_MAJORITY = 0.5
"""Confidence in what is no entry under which entries are offered all the same."""
FEWEST_WORDS = 4
"""A shorter sentence ("is that allowed?") says nothing without the rest of its message."""


@dataclass(frozen=True)
class Part:
    """A message, or one of its sentences, with its ranking and the confidence in each label of it.

    `first` is the best entry or the best other label, whichever the confidence in is higher, and `confidence` the one
    in it; `candidates` are the entries, best first.
    """

    reading: Reading
    ranked: Ranked
    confidences: tuple[float, ...]
    first: int
    confidence: float
    candidates: tuple[Candidate, ...]
    enquiry: float
    """The log-odds of an enquiry from the media."""


@dataclass(frozen=True)
class Verdict:
    """What the desk should do, and the part of the message that it rests on."""

    outcome: Outcome
    entries: tuple[Candidate, ...]
    topic: str
    part: Part
    why: str


@dataclass(frozen=True)
class Judge:
    """Knows the labels, what they cite, and how sure is sure enough."""

    labels: tuple[Label, ...]
    knowledge: Knowledge
    calibration: Calibration

    def judge(self, whole: Part, sentences: Sequence[Part]) -> Verdict:
        """The outcome for a message and its sentences (none for a message of one sentence)."""
        several = self._several(sentences)
        if len(several) > 1:
            entries = tuple(part.candidates[0] for part in several)
            return Verdict("answer", entries, "", several[0], "several questions, each near one entry")
        part = self._telling(whole, sentences)
        first = self.labels[part.first]
        if first.kind == "entry":
            return self._entry(part)
        if first.kind == "smalltalk" and part.confidence >= _CHATTY:
            return Verdict("smalltalk", (), first.id, part, "small talk")
        topic = first.id if first.kind == "out_of_scope" and part.confidence >= LIKELY else ""
        why = f"nearest to {first.kind} {first.id}".rstrip()
        if part.confidence < _MAJORITY and part.candidates and part.candidates[0].score >= self.calibration.offer:
            return Verdict("choose", part.candidates[:_OFFERED_UNSURE], "", part, f"{why}, but not clearly")
        return Verdict("unknown", (), topic, part, why)

    def danger(self, whole: Part, sentences: Sequence[Part]) -> tuple[str, bool]:
        """The group on danger that the message or a sentence may belong to, or none; and whether it clearly does.

        A pointer too many costs a line, one too few perhaps a life: whatever a sentence is nearest to, a small share of
        probability is enough for the pointer to be read first.
        """
        if not self._dangers:
            return "", False
        for part in (whole, *sentences):
            mark = self.calibration.offer if part is whole else self.calibration.accept
            if part.first in self._dangers and part.confidence >= mark:
                return self.labels[part.first].id, True
        usual = len(self._dangers) / len(self.labels)
        likely = [(*self._peril(whole), _PERIL)]
        likely += [(*self._peril(part), _PERIL_OF_SENTENCE) for part in sentences if _is_sentence(part)]
        share, nearest, least = max(likely, key=lambda one: one[0] - one[2])
        return (nearest, False) if share >= max(least, usual) else ("", False)

    def _peril(self, part: Part) -> tuple[float, str]:
        """The share of probability that the groups on danger have, and the likeliest of them."""
        known = zip(part.ranked.labels.tolist(), part.confidences, strict=True)
        shares = [(share, self.labels[label].id) for label, share in known if label in self._dangers]
        return sum(share for share, _ in shares), max(shares, default=(0.0, ""))[1]

    @cached_property
    def _dangers(self) -> frozenset[int]:
        """The places of the groups on danger among the labels: known once, since every message is held against them."""
        topics = ((place, label) for place, label in enumerate(self.labels) if label.kind == "out_of_scope")
        return frozenset(place for place, label in topics if self.knowledge.topic[label.id].danger)

    def enquiry(self, whole: Part, sentences: Sequence[Part]) -> Outcome | None:
        """`media`, `confirm_media`, or None where there is no enquiry: by the part that speaks most for one."""
        most = max(part.enquiry for part in (whole, *sentences))
        if most >= self.calibration.certain:
            return "media"
        return "confirm_media" if most >= self.calibration.possible else None

    def part(self, reading: Reading, seen: Seen) -> Part:
        """A text with its ranking, and how sure it is."""
        ranked = seen.ranked
        confidences = self.calibration.confidences(ranked).tolist()
        labels = ranked.labels.tolist()
        each = list(zip(labels, confidences, strict=True))
        entries = [(self.knowledge.entry[self.labels[one].id], sure) for one, sure in each if self._is_entry(one)]
        candidates = tuple(Candidate(entry.id, entry.title, sure, entry.cites) for entry, sure in entries)
        leading = [next((pair for pair in each if self._is_entry(pair[0]) is kind), None) for kind in (True, False)]
        first, confidence = max((pair for pair in leading if pair), key=lambda pair: pair[1])
        return Part(reading, ranked, tuple(confidences), first, confidence, candidates, self.calibration.enquiry(seen))

    def nearest(self, part: Part) -> tuple[Candidate, ...]:
        """What to offer where there is no answer."""
        return part.candidates[:_NEAREST]

    def _telling(self, whole: Part, sentences: Sequence[Part]) -> Part:
        """The whole message, unless it is not clear and one of its sentences is.

        A greeting, an aside or an instruction around a question must not hide the question. A sentence that leads
        elsewhere than its message does has to be sure: of several, one is soon near something by chance.
        """
        first = whole.first
        kind = self.labels[first].kind
        if kind == "entry" and whole.confidence >= self.calibration.accept:
            return whole
        if kind == "out_of_scope" and whole.confidence >= _MAJORITY:
            return whole
        clear = [
            part
            for part in sentences
            if _is_sentence(part)
            and self.labels[part.first].kind == "entry"
            and part.confidence >= self._enough(part.first == first)
        ]
        return max(clear, key=lambda part: part.confidence, default=whole)

    def _enough(self, agrees: bool) -> float:
        return self.calibration.accept if agrees else self.calibration.sure

    def _several(self, sentences: Sequence[Part]) -> list[Part]:
        """The questions of a message that asks several things: each put as one, sure, and about other clauses."""
        found: list[Part] = []
        cited: set[str] = set()
        for part in sentences:
            label = self.labels[part.first]
            if label.kind != "entry" or part.confidence < self.calibration.sure or not asks(part.reading.text):
                continue
            first = part.candidates[0]
            if (
                len(part.reading.words) >= FEWEST_WORDS
                and not cited & {first.id, *first.cites}
                and not self._rivals(part)
            ):
                found.append(part)
                cited |= {first.id, *first.cites}
        return found[:MOST_ANSWERS]

    def _entry(self, part: Part) -> Verdict:
        found = part.candidates
        if part.confidence < self.calibration.offer:
            return Verdict("unknown", (), "", part, "no entry is near enough")
        if part.confidence < self.calibration.accept:
            return Verdict("choose", found[:_OFFERED_UNSURE], "", part, "near, but not near enough to answer")
        rivals = self._rivals(part)
        if rivals:
            entries = tuple([found[0], *rivals][:_OFFERED])
            return Verdict("choose", entries, "", part, "entries on other clauses are as likely")
        return Verdict("answer", (found[0],), "", part, "one entry is near, and nearer than any other")

    def _rivals(self, part: Part) -> list[Candidate]:
        """Entries that rest on other clauses than the first, where together they are likelier than it."""
        if not self.calibration.has_rivals(part.ranked):
            return []
        first, *others = part.candidates
        return [other for other in others if not set(other.cites) & set(first.cites)]

    def _is_entry(self, label: int) -> bool:
        return self.labels[label].kind == "entry"


def _is_sentence(part: Part) -> bool:
    """Whether a part of a message says enough to be read without the rest."""
    return len(part.reading.words) >= FEWEST_WORDS
