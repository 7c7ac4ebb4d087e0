"""What a knowledge base teaches: example texts, each under one label, in blocks of one label each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from bot.knowledge.model import Entry, Knowledge

Kind = Literal["entry", "smalltalk", "out_of_scope", "media", "look_alike"]
Whole = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Label:
    """What a text may be about. Only entries are answered; the other kinds are evidence against answering."""

    kind: Kind
    id: str


@dataclass(frozen=True)
class Examples:
    """`owner[i]` is the number of the label of `texts[i]`; those of label k are `texts[starts[k]:starts[k + 1]]`.

    `nots` are texts that one label must not take, with the numbers of those labels in `nots_owner`.
    """

    labels: tuple[Label, ...]
    texts: tuple[str, ...]
    owner: Whole
    starts: Whole
    nots: tuple[str, ...]
    nots_owner: Whole

    @property
    def entries(self) -> int:
        """How many labels are entries; they come first."""
        return sum(label.kind == "entry" for label in self.labels)

    @classmethod
    def of(cls, knowledge: Knowledge) -> Examples:
        """A title counts as an example, or else an id of several words; a text that stands twice counts once."""
        groups: list[tuple[Label, tuple[str, ...]]] = [
            (Label("entry", entry.id), (*entry.questions, *_called(entry))) for entry in knowledge.answering
        ]
        groups += [(Label("smalltalk", topic.id), topic.questions) for topic in knowledge.smalltalk]
        groups += [(Label("out_of_scope", topic.id), topic.questions) for topic in knowledge.out_of_scope]
        if knowledge.media and knowledge.media.enquiries:
            groups.append((Label("media", ""), knowledge.media.enquiries))
            groups.append((Label("look_alike", ""), knowledge.media.look_alikes))
        groups = [(label, texts) for label, texts in groups if texts]
        labels = tuple(label for label, _ in groups)
        blocks = [tuple(dict.fromkeys(texts)) for _, texts in groups]
        sizes = [len(block) for block in blocks]
        entries = {label.id: number for number, label in enumerate(labels) if label.kind == "entry"}
        nots = [
            (text, entries[entry.id])
            for entry in knowledge.answering
            if entry.id in entries
            for text in entry.not_questions
        ]
        return cls(
            labels=labels,
            texts=tuple(text for block in blocks for text in block),
            owner=np.repeat(np.arange(len(blocks)), sizes),
            starts=np.cumsum([0, *sizes]),
            nots=tuple(text for text, _ in nots),
            nots_owner=np.array([number for _, number in nots], dtype=np.intp),
        )

    def some(self, numbers: Whole) -> tuple[Examples, Whole, Whole]:
        """Some of the examples, in order; then the numbers here of the labels and counter-examples that remain."""
        kept = np.unique(self.owner[numbers])
        place = np.full(len(self.labels), -1, dtype=np.intp)
        place[kept] = np.arange(len(kept))
        owner = place[self.owner[numbers]]
        nots = np.flatnonzero(place[self.nots_owner] >= 0)
        fewer = Examples(
            labels=tuple(self.labels[label] for label in kept),
            texts=tuple(self.texts[number] for number in numbers),
            owner=owner,
            starts=np.searchsorted(owner, np.arange(len(kept) + 1)),
            nots=tuple(self.nots[number] for number in nots),
            nots_owner=place[self.nots_owner[nots]],
        )
        return fewer, kept, nots


def _called(entry: Entry) -> tuple[str, ...]:
    if entry.title:
        return (entry.title,)
    return (entry.id.replace("-", " "),) if "-" in entry.id else ()
