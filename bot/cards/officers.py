"""Cards to the press office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot import wording
from bot.cards.head import handle, head, state_word, title
from bot.cards.text import escape, name, shorten
from bot.messages import Block, Button, Buttons, Facts, History, Line, Mention, Outgoing, Prose, Quote, Small
from bot.model import Asker, Case, CaseKind, CaseState, Details, Step, StepKind

LONG = 2500
"""Characters of somebody's words on a card, which is drawn again with every change; longer ones stand below it."""

LINE = 300
"""Characters of a line in the history on a card."""


def ping(case: Case, steps: Sequence[Step], *, mention: Sequence[str] = ()) -> Outgoing:
    """The card of a case, in every press channel; drawn again with every change."""
    blocks: list[Block] = [head(case)]
    if mention:
        blocks.append(Mention(tuple(mention)))
    blocks += _asked(case)
    blocks.append(Buttons(_officer_buttons(case)))
    blocks.append(_history(case, steps))
    blocks.append(Small(wording.THREAD_HINT))
    return Outgoing(tuple(blocks), _summary(case), urgent=case.kind is CaseKind.MEDIA and case.state is CaseState.OPEN)


def mail(case: Case, steps: Sequence[Step]) -> Outgoing:
    """The card of a case for where it can neither be changed nor acted on."""
    return Outgoing((head(case), *_asked(case, length=None), _history(case, steps)), _summary(case))


def in_thread(said: str, quote: str = "", *, files: int = 0, link: str = "") -> Outgoing:
    """A line of the desk below a ping, with a person's words where it carries any."""
    blocks: list[Block] = [Prose(escape(said))]
    if quote:
        blocks.append(Quote(quote))
    if facts := _attached(files, link):
        blocks.append(Facts(facts))
    return Outgoing(tuple(blocks), summary=shorten(f"{said} {quote}"))


def _summary(case: Case) -> str:
    first = case.askers[0]
    said = f"{name(first.person)}: {shorten(first.text)}"
    return f"{case.reference}, {title(case)}, {state_word(case)}. {said}"


def _asked(case: Case, length: int | None = LONG) -> list[Block]:
    blocks: list[Block] = []
    for asker in case.askers:
        is_long = length is not None and len(asker.text) > length
        text = asker.text[:length].rstrip() + "…" if is_long else asker.text
        blocks.append(Quote(text, by=name(asker.person), person=asker.person.key))
        if is_long:
            blocks.append(Small(wording.WHOLE_BELOW))
        blocks.append(Facts(_facts(asker, case.details)))
    if case.unreachable:
        blocks.append(Small(case.unreachable))
    return blocks


def _history(case: Case, steps: Sequence[Step]) -> History:
    said = {asker.text for asker in case.askers}
    return History(tuple(Line(step.at, _history_line(step, said)) for step in steps))


def _history_line(step: Step, said: set[str]) -> str:
    # What opened the case stands on the card already, unless it was edited since.
    repeats = step.kind is StepKind.OPENED and step.text in said
    who = name(step.by) if step.by else wording.THE_DESK
    return wording.happened(who, step.kind.value, "" if repeats else shorten(step.text, LINE))


def _facts(asker: Asker, details: Details) -> tuple[tuple[str, str], ...]:
    rows = [(wording.ASKED_BY, f"{name(asker.person)} · {asker.person.platform}")]
    for key, label in wording.DETAILS_LABELS.items():
        if value := getattr(details, key):
            rows.append((label, value))
    return (*rows, *_attached(asker.files, asker.link))


def _attached(files: int, link: str) -> tuple[tuple[str, str], ...]:
    rows = [(wording.FILES, wording.files(files))] if files else []
    return (*rows, (wording.MESSAGE, link)) if link else tuple(rows)


def _officer_buttons(case: Case) -> tuple[Button, ...]:
    value = handle(case)
    note = Button(wording.NOTE, "case.note", value, opens_form=True)
    reply_ = Button(wording.REPLY, "case.reply", value, opens_form=True)
    close = Button(wording.CLOSE, "case.close", value, opens_form=True)
    if case.state is CaseState.CLOSED:
        return Button(wording.REOPEN, "case.reopen", value), note
    alarm = (Button(wording.FALSE_ALARM, "case.false_alarm", value),) if case.kind is CaseKind.MEDIA else ()
    details = (Button(wording.DETAILS, "case.details", value, opens_form=True),) if case.kind is CaseKind.MEDIA else ()
    if case.state is CaseState.OPEN:
        return Button(wording.CLAIM, "case.claim", value, "primary"), reply_, note, *details, *alarm, close
    unclaim = Button(wording.UNCLAIM, "case.unclaim", value)
    return replace(reply_, style="primary"), note, *details, unclaim, *alarm, close
