"""Parts of the queue page for officers: its head, a short card for each case, and the search form."""

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
"""Lines of the history on a short card."""
QUOTE_LENGTH = 400
"""Characters of the first message on a short card. The card in the press channel shows more."""

SECTIONS = (("", texts.SECTION_OPEN), ("mine", texts.SECTION_MINE), ("closed", texts.SECTION_CLOSED))
"""(query, label) of each section of the queue; see `messages.Viewed`."""


def queue_head(query: str, took: tuple[tuple[str, str], ...], incident: Incident | None) -> Outgoing:
    """Return the message above the cases: the sections, the actions that need no case, and the durations.

    `query` is that of `messages.Viewed`. `took` are the durations as (label, words).
    """
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
    """Return the short card of a case, with the last lines of its history and all of its buttons."""
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
    """Return the form that searches the cases."""
    field = Field("words", texts.SEARCH_LABEL, hint=texts.SEARCH_HINT, required=True, max_length=150)
    return Form("queue.search", texts.SEARCH_TITLE, "", (field,), submit=texts.SEARCH_SUBMIT)


def _known(seen: Case) -> Iterator[tuple[str, str]]:
    """Return the outlet, the journalist and, if there are several askers, their names."""
    for label, value in (("outlet", seen.details.outlet), ("journalist", seen.details.journalist)):
        if value:
            yield texts.DETAILS_LABELS[label], value
    if len(seen.askers) > 1 and not seen.restricted:
        yield texts.ASKED_BY, ", ".join(display_name(asker.person) for asker in seen.askers)
