"""The page of the press office: its head, and a short card for each case on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.domain.case import Case, Incident, Step
from bot.messages import Block, Button, Buttons, Caption, Facts, Field, Form, Outgoing, Quote
from bot.plaintext import display_name, shorten
from bot.presentation import texts
from bot.presentation.cards.case_card import CaseContext, action_rows, head, history, state_word
from bot.presentation.cards.incident_cards import incident_button
from bot.presentation.cards.visibility import visible, visible_steps

HISTORY_LINES = 3
"""Lines of the history."""
QUOTE_LENGTH = 400
"""Characters of what was first said; the whole stands on the card in the press channel."""

SECTIONS = (("", texts.SECTION_OPEN), ("mine", texts.SECTION_MINE), ("closed", texts.SECTION_CLOSED))
"""What a page may be asked for, and what that is called."""


def queue_head(query: str, took: tuple[tuple[str, str], ...], incident: Incident | None) -> Outgoing:
    """What stands above the cases: where to look, what an officer can begin, and how long things took."""
    places = [
        Button(label, "queue.show", section, "primary" if section == query else "plain") for section, label in SECTIONS
    ]
    opens = Button(texts.OPEN_CASE, "press.open", opens_form=True)
    look = Button(texts.SEARCH, "queue.search", opens_form=True)
    blocks: list[Block] = [Buttons((*places, look)), Buttons((opens, incident_button(incident)))]
    if incident:
        blocks.append(Facts(((texts.INCIDENT_LABEL, incident.title),)))
    if took:
        blocks += [Facts(took), Caption(texts.COUNTING_PERIOD)]
    return Outgoing(tuple(blocks), texts.QUEUE)


def in_queue(case: Case, steps: Sequence[Step], context: CaseContext) -> Outgoing:
    """A case as one of many: what it is, what happened last, and everything that can be done to it."""
    seen = visible(case)
    blocks: list[Block] = [head(seen, context)]
    first = seen.askers[0] if seen.askers else None
    if first and first.text:
        blocks.append(Quote(shorten(first.text, QUOTE_LENGTH), by=display_name(first.person), person=first.person.key))
    if known := tuple(_known(seen)):
        blocks.append(Facts(known))
    blocks.append(history(seen, visible_steps(case, steps)[-HISTORY_LINES:]))
    if seen.unreachable:
        blocks.append(Caption(seen.unreachable))
    return Outgoing((*blocks, *action_rows(case, context)), f"{seen.reference}, {state_word(seen)}")


def search_form() -> Form:
    """What to look for."""
    field = Field("words", texts.SEARCH_LABEL, hint=texts.SEARCH_HINT, required=True, max_length=150)
    return Form("queue.search", texts.SEARCH_TITLE, "", (field,), submit=texts.SEARCH_SUBMIT)


def _known(seen: Case) -> Iterator[tuple[str, str]]:
    for label, value in (("outlet", seen.details.outlet), ("journalist", seen.details.journalist)):
        if value:
            yield texts.DETAILS_LABELS[label], value
    if len(seen.askers) > 1 and not seen.restricted:
        yield texts.ASKED_BY, ", ".join(display_name(asker.person) for asker in seen.askers)
