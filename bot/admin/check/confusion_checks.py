"""Remarks on answers that the matcher confuses, found by matching each example without having learned it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from bot.admin.check.remarks import Found
from bot.knowledge.model import Knowledge, Origin
from bot.matching.cross_validation import Held, held_out
from bot.matching.examples import Examples, Label

MOST_EXAMPLES = 20_000
"""Number of examples beyond which matching each of them takes minutes."""

_RATE = 0.2
"""Share of the questions of two labels which are matched to the other one, from which the pair is reported."""
_FEWEST_TAKEN = 5
"""Number of questions matched to the other label, below which a pair is not reported."""
_SHOWN = 2
"""Questions that a remark on a pair quotes for each label."""
_ASTRAY = 3.0
"""Lead in score of a wrong label, from which a single question is reported."""
_SURE = 0.9
"""Probability of the wrong label, below which a single question is not reported."""

_Homes = dict[tuple[str, str], tuple[str, Origin]]
"""By kind and id of a label: its name in a sentence, and where it stands in the files."""

_Strays = dict[tuple[Label, Label], list[Held]]
"""Wrongly matched questions, by their own label and the label that they were matched to."""


def too_large(knowledge: Knowledge) -> bool:
    """Return whether there are so many examples that `remarks` does not match them, because it would take minutes."""
    return len(Examples.of(knowledge).texts) > MOST_EXAMPLES


def remarks(knowledge: Knowledge) -> Iterator[Found]:
    """Yield remarks on pairs of labels and on single questions, if one of the labels is an answer."""
    if too_large(knowledge):
        return
    held = list(held_out(knowledge))
    sizes = Counter(one.own for one in held)
    strays: _Strays = defaultdict(list)
    for one in held:
        if one.landed != one.own and _matters(one):
            strays[one.own, one.landed].append(one)
    homes = _homes(knowledge)
    yield from _pairs(strays, sizes, homes)
    yield from _astray((one for several in strays.values() for one in several), sizes, homes)


def _matters(stray: Held) -> bool:
    """Return whether an answer is involved. Media enquiries do not count: they have a detector of their own."""
    return stray.own.kind == "entry" or (
        stray.landed.kind == "entry" and stray.own.kind in ("smalltalk", "out_of_scope")
    )


def _homes(knowledge: Knowledge) -> _Homes:
    homes: _Homes = {
        **{("entry", entry.id): (f"the answer `{entry.id}`", entry.origin) for entry in knowledge.answering},
        **{("smalltalk", topic.id): (f"the small talk `{topic.id}`", topic.origin) for topic in knowledge.smalltalk},
        **{
            ("out_of_scope", topic.id): (f"the out-of-scope group `{topic.id}`", topic.origin)
            for topic in knowledge.out_of_scope
        },
    }
    if knowledge.media:
        homes["media", ""] = "the media enquiries", knowledge.media.origin
        homes["look_alike", ""] = "what only looks like a media enquiry", knowledge.media.origin
    return homes


def _pairs(strays: _Strays, sizes: Counter[Label], homes: _Homes) -> Iterator[Found]:
    for one, other in dict.fromkeys(tuple(sorted(pair, key=_order)) for pair in strays):
        there, back = strays.get((one, other), []), strays.get((other, one), [])
        taken, all_ = len(there) + len(back), sizes[one] + sizes[other]
        if taken < _FEWEST_TAKEN or taken < _RATE * all_:
            continue
        (first, origin), (second, _) = homes[one.kind, one.id], homes[other.kind, other.id]
        lost = f"{_lost(first, there)}{_lost(second, back)}"
        what = f"{first[0].upper()}{first[1:]} and {second} take each other's questions, {taken} of {all_}{lost}."
        last = "make one answer of the two" if other.kind == "entry" else "move some"
        yield origin, what, f"Word their questions further apart, list near misses in `not_questions`, or {last}."


def _order(label: Label) -> tuple[bool, str]:
    return label.kind != "entry", label.id


def _lost(name: str, strays: list[Held]) -> str:
    if not strays:
        return ""
    shown = sorted(strays, key=lambda one: (-one.sure, one.text))[:_SHOWN]
    return f"; {name} loses {len(strays)}, such as {' and '.join(f'“{one.text}”' for one in shown)}"


def _astray(strays: Iterable[Held], sizes: Counter[Label], homes: _Homes) -> Iterator[Found]:
    for one in strays:
        if one.lead < _ASTRAY or one.sure < _SURE or sizes[one.own] < _FEWEST_TAKEN:
            continue
        (own, origin), (landed, _) = homes[one.own.kind, one.own.id], homes[one.landed.kind, one.landed.id]
        fix = f"Move it there, or give {own} more questions like it"
        nots = f", and list one in the `not_questions` of `{one.landed.id}`" if one.landed.kind == "entry" else ""
        yield origin, f"“{one.text}” of {own} is read as a question of {landed}.", f"{fix}{nots}."
