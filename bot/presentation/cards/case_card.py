"""Cards to the press office. All are drawn from what `visible` leaves of a case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.domain.case import Asker, Case, CaseKind, CaseState, LinkKind, Step, StepKind
from bot.messages import Block, Caption, Facts, History, Line, Markdown, Mention, Outgoing, Quote
from bot.presentation import texts
from bot.presentation.cards.card_text import escape, name, shorten
from bot.presentation.cards.case_buttons import rows
from bot.presentation.cards.case_context import CaseContext
from bot.presentation.cards.case_head import head, local, state_word, title
from bot.presentation.cards.visibility import visible, visible_steps

LONG = 2500
"""Characters of somebody's words on a card, which is drawn again with every change; longer ones stand below it."""

LINE = 300
"""Characters of a line in the history on a card."""


def ping(case: Case, steps: Sequence[Step], case_context: CaseContext, *, mention: Sequence[str] = ()) -> Outgoing:
    """The card of a case, in every press channel; drawn again with every change."""
    seen = visible(case)
    blocks: list[Block] = [head(seen, case_context)]
    if mention:
        blocks.append(Mention(tuple(mention)))
    blocks += _asked(seen, case_context)
    blocks += rows(case, case_context)
    blocks.append(history(seen, visible_steps(case, steps)))
    blocks.append(Caption(texts.THREAD_HINT))
    return Outgoing(tuple(blocks), _summary(seen), urgent=case.kind is CaseKind.MEDIA and case.state is CaseState.OPEN)


def mail(case: Case, steps: Sequence[Step], case_context: CaseContext) -> Outgoing:
    """The card of a case for where it can neither be changed nor acted on."""
    seen = visible(case)
    lines = history(seen, visible_steps(case, steps))
    return Outgoing((head(seen, case_context), *_asked(seen, case_context, length=None), lines), _summary(seen))


def whole(case: Case, steps: Sequence[Step], case_context: CaseContext) -> Outgoing:
    """All of a case, restricted or not: for one officer alone, who asked to see it."""
    lines = history(case, steps)
    return Outgoing((head(case, case_context), *_asked(case, case_context, length=None), lines), f"{case.reference}")


def in_thread(said: str, quote: str = "", *, files: int = 0, link: str = "") -> Outgoing:
    """A line of the desk below a ping, with a person's words where it carries any."""
    blocks: list[Block] = [Markdown(escape(said))]
    if quote:
        blocks.append(Quote(quote))
    if facts := _attached(files, link):
        blocks.append(Facts(facts))
    return Outgoing(tuple(blocks), summary=shorten(f"{said} {quote}"))


def _summary(seen: Case) -> str:
    first = seen.askers[0] if seen.askers else None
    said = f"{name(first.person)}: {shorten(first.text)}" if first and first.text else seen.details.outlet
    what = texts.urgent(seen.reference) if seen.urgent and seen.state is not CaseState.CLOSED else seen.reference
    return f"{what}, {title(seen)}, {state_word(seen)}. {said}".rstrip()


def _asked(seen: Case, case_context: CaseContext, length: int | None = LONG) -> Iterator[Block]:
    if seen.urgent and seen.details.contact and seen.state is not CaseState.CLOSED:
        yield Facts(((texts.CONTACT_NOW, seen.details.contact),))
    for asker in seen.askers:
        yield from _words(asker, length)
        if facts := _facts(asker):
            yield Facts(facts)
    if known := tuple(_details(seen, case_context)):
        yield Facts(known)
    for hint in _hints(seen, case_context):
        yield Caption(hint)


def _words(asker: Asker, length: int | None) -> Iterator[Block]:
    if not asker.text:
        return
    is_long = length is not None and len(asker.text) > length
    text = asker.text[:length].rstrip() + "…" if is_long else asker.text
    yield Quote(text, by=name(asker.person), person=asker.person.key)
    if is_long:
        yield Caption(texts.WHOLE_BELOW)


def _facts(asker: Asker) -> tuple[tuple[str, str], ...]:
    if not asker.person.id:  # not shown
        return ()
    return ((texts.ASKED_BY, f"{name(asker.person)} · {asker.person.platform}"), *_attached(asker.files, asker.link))


def _attached(files: int, link: str) -> tuple[tuple[str, str], ...]:
    rows_ = [(texts.FILES, texts.files(files))] if files else []
    return (*rows_, (texts.MESSAGE, link)) if link else tuple(rows_)


def _details(seen: Case, case_context: CaseContext) -> Iterator[tuple[str, str]]:
    for key, label in texts.DETAILS_LABELS.items():
        if value := getattr(seen.details, key):
            yield label, value
    if seen.responded_at:
        yield texts.RESPONDED, texts.moment(local(seen.responded_at, case_context.zone))
    if case_context.incident and seen.incident_id is not None:
        yield texts.INCIDENT_LABEL, case_context.incident


def _hints(seen: Case, case_context: CaseContext) -> Iterator[str]:
    if seen.restricted:
        yield texts.RESTRICTED_HINT
    else:
        yield from _related(case_context)
    if seen.details.embargo:
        yield texts.EMBARGO_HINT
    if seen.foi:
        yield texts.FOI_HINT
    if case_context.into:
        yield texts.goes_on(seen.reference, case_context.into)
    if case_context.joined:
        yield texts.took_in(case_context.joined)
    if seen.waiting_until and seen.state is CaseState.CLAIMED:
        yield texts.waiting_for(seen.waiting_for, local(seen.waiting_until, case_context.zone))
    if seen.offered_to and seen.state is CaseState.CLAIMED:
        yield texts.offered(name(seen.offered_to))
    if seen.unreachable:
        yield seen.unreachable


def _related(case_context: CaseContext) -> Iterator[str]:
    for kind, say in ((LinkKind.SAME, texts.others_contacted), (LinkKind.STORY, texts.same_story)):
        if others := [
            texts.linked(each.reference, each.outlet, each.state) for each in case_context.links if each.kind is kind
        ]:
            yield say(others)


def history(seen: Case, steps: Sequence[Step]) -> History:
    """These steps as lines; `seen` and `steps` are what `visible` and `visible_steps` left."""
    said = {asker.text for asker in seen.askers}
    return History(tuple(Line(step.at, _history_line(step, said)) for step in steps))


def _history_line(step: Step, said: set[str]) -> str:
    # What opened the case stands on the card already, unless it was edited since.
    repeats = step.kind is StepKind.OPENED and step.text in said
    who = name(step.by) if step.by else texts.THE_DESK
    return texts.happened(who, step.kind.value, "" if repeats else shorten(step.text, LINE), step.label)
