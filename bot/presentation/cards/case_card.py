"""The card of a case for the press office, and the parts of it that other cards share.

Each card is drawn from what `visible` leaves of a case; only `case_in_full` shows everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

from bot.domain.case import LONGEST_ON_CARD, Asker, Case, CaseKind, CaseState, LinkKind, Step, StepKind, beside
from bot.messages import Block, Button, Buttons, Caption, CaseHead, Facts, History, Line, Mention, Outgoing, Quote
from bot.plaintext import display_name, moment, shorten
from bot.presentation import texts
from bot.presentation.cards.visibility import is_discreet, visible, visible_steps

DEADLINE_WORDS_LENGTH = 60
"""Characters of the words from which a deadline was read. Longer words are shortened."""
HISTORY_LINE_LENGTH = 300
"""Characters of a step's text in the history. A longer text is shortened."""


@dataclass(frozen=True, slots=True)
class LinkedCase:
    """A related case, as the card of the case shown names it."""

    case_id: int
    reference: str
    outlet: str
    """Empty if it is not known or hidden."""
    state: str
    """A text of `state_word`."""
    kind: LinkKind
    joinable: bool = False
    """Whether an officer may join the two cases in their present states."""


@dataclass(frozen=True, slots=True)
class CaseContext:
    """What a card needs besides the case itself."""

    now: datetime
    """When the card is drawn."""
    zone: tzinfo = UTC
    """The organisation's time zone."""
    links: tuple[LinkedCase, ...] = ()
    """Related cases, without those that were joined."""
    incident: str = ""
    """The title of the incident that the case belongs to."""
    joined: tuple[tuple[int, str], ...] = ()
    """Id and reference of each case that was joined to this one."""
    into: str = ""
    """The reference of the case to which this one was joined."""


def head(case: Case, context: CaseContext) -> CaseHead:
    """Return the block with reference, kind, state, age and deadline."""
    return CaseHead(case.reference, title(case), state_word(case), case.opened_at, deadline(case, context))


def title(case: Case) -> str:
    """Return the kind of the case in words, with "Urgent" first and "restricted" last where they apply."""
    words = texts.MEDIA_ENQUIRY if case.kind is CaseKind.MEDIA else texts.QUESTION
    if case.restricted:
        words = f"{words} ({texts.RESTRICTED_TITLE})"
    return texts.urgent(words) if case.urgent and case.state is not CaseState.CLOSED else words


def state_word(case: Case) -> str:
    """Return the state in words. People tell states apart by the word, because not every platform shows colours."""
    if case.state is CaseState.CLOSED:
        return texts.closed_as(case.outcome.value if case.outcome else "")
    if case.state is CaseState.OPEN or case.owner is None:
        return texts.UNCLAIMED
    owner = display_name(case.owner)
    return texts.answered_by(owner) if case.answered_at else texts.claimed_by(owner)


def deadline(case: Case, context: CaseContext) -> str:
    """Return when the journalist needs the answer. If no time could be read, return the words that somebody wrote."""
    if case.due_at is None:
        return case.details.deadline
    over = case.due_at <= context.now and case.responded_at is None and case.state is not CaseState.CLOSED
    when, words = local(case.due_at, context.zone), shorten(case.due_words, DEADLINE_WORDS_LENGTH)
    # The words of a form that the desk filled in, or of a slot with its date, say what is shown already.
    is_repeated = f"{when.day} {when:%B %Y}, {when:%H:%M}" in words
    return texts.deadline(when, known=case.due_known, over=over, words="" if is_repeated else words)


def local(instant: datetime, zone: tzinfo) -> datetime:
    """Return the same instant in this time zone."""
    return instant.astimezone(zone)


def button_value(case: Case) -> str:
    """Return the value of a button or the context of a form: the case, and its revision when the button was drawn.

    By the revision the desk recognises a button that is out of date.
    """
    return f"{case.id}@{case.revision}"


def case_card(case: Case, steps: Sequence[Step], context: CaseContext, *, mention: Sequence[str] = ()) -> Outgoing:
    """Return the card of a case for a press channel. `mention` are the people to notify, each as `platform:id`."""
    seen = visible(case)
    blocks: list[Block] = [head(seen, context)]
    if mention:
        blocks.append(Mention(tuple(mention)))
    shown = visible_steps(case, steps)
    blocks += _enquiry_blocks(seen, shown, context, LONGEST_ON_CARD)
    blocks += action_rows(case, context)
    blocks.append(history(seen, shown))
    blocks.append(Caption(texts.THREAD_HINT))
    return Outgoing(tuple(blocks), _summary(seen), urgent=case.kind is CaseKind.MEDIA and case.state is CaseState.OPEN)


def mail(case: Case, steps: Sequence[Step], context: CaseContext) -> Outgoing:
    """Return the card of a case for an e-mail: with whole messages and without buttons, since it is never updated."""
    seen = visible(case)
    shown = visible_steps(case, steps)
    blocks = _enquiry_blocks(seen, shown, context, None)
    return Outgoing((head(seen, context), *blocks, history(seen, shown)), _summary(seen))


def case_in_full(case: Case, steps: Sequence[Step], context: CaseContext) -> Outgoing:
    """Return everything about a case, restricted or not. Show it only to an officer, where nobody else sees it."""
    lines = history(case, steps)
    return Outgoing((head(case, context), *_enquiry_blocks(case, steps, context, None), lines), f"{case.reference}")


def _summary(seen: Case) -> str:
    """Return the text for the notification: reference, kind, state, and the first words of the enquiry."""
    first = seen.askers[0] if seen.askers else None
    said = f"{display_name(first.person)}: {shorten(first.text)}" if first and first.text else seen.details.outlet
    what = texts.urgent(seen.reference) if seen.urgent and seen.state is not CaseState.CLOSED else seen.reference
    return f"{what}, {title(seen)}, {state_word(seen)}. {said}".rstrip()


def _enquiry_blocks(seen: Case, steps: Sequence[Step], context: CaseContext, length: int | None) -> Iterator[Block]:
    """Return what was asked, by whom, and the details. `length` is the limit in characters for each quoted message."""
    if seen.urgent and seen.details.contact and seen.state is not CaseState.CLOSED:
        yield Facts(((texts.CONTACT_NOW, seen.details.contact),))
    for asker in seen.askers:
        yield from _message_blocks(asker, length)
        if facts := _asker_facts(asker):
            yield Facts(facts)
    if known := tuple(_details(seen, steps, context)):
        yield Facts(known)
    for hint in _hints(seen, context):
        yield Caption(hint)


def _message_blocks(asker: Asker, length: int | None) -> Iterator[Block]:
    if not asker.text:
        return
    is_long = length is not None and len(asker.text) > length
    text = asker.text[:length].rstrip() + "…" if is_long else asker.text
    yield Quote(text, by=display_name(asker.person), person=asker.person.key)
    if is_long:
        yield Caption(texts.WHOLE_BELOW)


def _asker_facts(asker: Asker) -> tuple[tuple[str, str], ...]:
    """Return who asked, and what came with the message; empty if the asker's name is hidden."""
    if not asker.person.id:  # not shown
        return ()
    return (
        (texts.ASKED_BY, f"{display_name(asker.person)} · {asker.person.platform}{texts.membership(asker.membership)}"),
        *attachment_facts(asker.files, asker.link),
    )


def attachment_facts(files: int, link: str) -> tuple[tuple[str, str], ...]:
    """Return the number of attachments, which are never passed on, and the link to the message, as rows of `Facts`."""
    rows_ = [(texts.FILES, texts.files(files))] if files else []
    return (*rows_, (texts.MESSAGE, link)) if link else tuple(rows_)


def _details(seen: Case, steps: Sequence[Step], context: CaseContext) -> Iterator[tuple[str, str]]:
    for key, label in texts.DETAILS_LABELS.items():
        if value := getattr(seen.details, key):
            yield label, value
    yield from ((texts.beside(display_name(step.by)), step.text) for step in beside(steps) if step.by and step.text)
    if seen.responded_at:
        yield texts.RESPONDED, moment(local(seen.responded_at, context.zone))
    if context.incident and seen.incident_id is not None:
        yield texts.INCIDENT_LABEL, context.incident


def _hints(seen: Case, context: CaseContext) -> Iterator[str]:
    if seen.restricted:
        yield texts.RESTRICTED_HINT
    else:
        yield from _related_hints(context)
    if seen.details.embargo:
        yield texts.EMBARGO_HINT
    if seen.foi:
        yield texts.FOI_HINT
    if context.into:
        yield texts.joined_to(seen.reference, context.into)
    if context.joined:
        yield texts.joined_hint([reference for _, reference in context.joined])
    if seen.waiting_until and seen.state is CaseState.CLAIMED:
        yield texts.waiting_hint(seen.waiting_for, local(seen.waiting_until, context.zone))
    if seen.offered_to and seen.state is CaseState.CLAIMED:
        yield texts.handover_hint(display_name(seen.offered_to))
    if seen.unreachable:
        yield seen.unreachable


def _related_hints(context: CaseContext) -> Iterator[str]:
    """Return one line for each kind of related cases."""
    for kind, say in ((LinkKind.SAME, texts.others_contacted), (LinkKind.STORY, texts.same_story)):
        if others := [
            texts.linked_case(each.reference, each.outlet, each.state) for each in context.links if each.kind is kind
        ]:
            yield say(others)


def history(seen: Case, steps: Sequence[Step]) -> History:
    """Return the history. `seen` and `steps` are what `visible` and `visible_steps` return."""
    said = {asker.text for asker in seen.askers}
    return History(tuple(Line(step.at, _history_line(step, said)) for step in steps))


def _history_line(step: Step, said: set[str]) -> str:
    # The message that opened the case is on the card already, unless its author has edited it.
    repeats = step.kind is StepKind.OPENED and step.text in said
    who = display_name(step.by) if step.by else texts.THE_DESK
    return texts.history_line(
        who, step.kind.value, "" if repeats else shorten(step.text, HISTORY_LINE_LENGTH), step.label
    )


# ---- buttons --------------------------------------------------------------------------------------------------------

BUTTONS_PER_ROW = 5
"""Buttons in one row; every platform can show this many side by side."""


def action_rows(case: Case, context: CaseContext) -> Iterator[Buttons]:
    """Return the buttons for what an officer can do to the case in its present state, in rows."""
    buttons = [*_state_buttons(case), *_linking_buttons(case, context), *_restriction_buttons(case)]
    for first in range(0, len(buttons), BUTTONS_PER_ROW):
        yield Buttons(tuple(buttons[first : first + BUTTONS_PER_ROW]))


def _state_buttons(case: Case) -> Iterator[Button]:
    value = button_value(case)
    note = Button(texts.NOTE, "case.note", value, opens_form=True)
    reply = Button(texts.REPLY, "case.reply", value, opens_form=True)
    if case.state is CaseState.CLOSED:
        if case.joined_into is None:
            yield Button(texts.REOPEN, "case.reopen", value)
        yield note
        return
    media = case.kind is CaseKind.MEDIA
    if case.state is CaseState.OPEN:
        yield Button(texts.CLAIM, "case.claim", value, "primary")
        yield reply
    else:
        yield replace(reply, style="primary")
        if media:
            yield Button(texts.RESPOND, "case.respond", value, opens_form=True)
    yield note
    if media:
        yield Button(texts.DETAILS, "case.details", value, opens_form=True)
    yield Button(texts.CLOSE, "case.close", value, opens_form=True)
    yield from _secondary_buttons(case, value)


def _secondary_buttons(case: Case, value: str) -> Iterator[Button]:
    """Return the buttons for actions that are less frequent."""
    media = case.kind is CaseKind.MEDIA
    if media:
        yield Button(texts.STATEMENT, "case.statement", value, opens_form=True)
    if case.state is CaseState.CLAIMED:
        yield Button(texts.HAND_OVER, "case.hand_over", value, opens_form=True)
        if media:
            yield Button(texts.WAIT, "case.wait", value, opens_form=True)
        yield Button(texts.UNCLAIM, "case.unclaim", value)
    if media:
        yield Button(texts.FALSE_ALARM, "case.false_alarm", value)


def _linking_buttons(case: Case, context: CaseContext) -> Iterator[Button]:
    if case.joined_into is not None:
        yield Button(texts.split(""), "case.split", f"{button_value(case)}:{case.id}")
        return
    for joinable in context.links:
        if joinable.joinable:
            yield Button(texts.join(joinable.reference), "case.join", f"{button_value(case)}:{joinable.case_id}")
    for joined_id, reference in context.joined:
        yield Button(texts.split(reference), "case.split", f"{button_value(case)}:{joined_id}")


def _restriction_buttons(case: Case) -> Iterator[Button]:
    value = button_value(case)
    if is_discreet(case):
        yield Button(texts.SHOW_DETAILS, "case.show", value)
    if case.restricted:
        yield Button(texts.UNRESTRICT, "case.unrestrict", value)
    elif case.state is not CaseState.CLOSED:
        yield Button(texts.RESTRICT, "case.restrict", value)
