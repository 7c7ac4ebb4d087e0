"""Pages of the desk, which only read: the home page for staff and the queue for officers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.desk.apply_transition import case_context
from bot.desk.press_desk import PressDesk
from bot.domain.case import Case, CaseState
from bot.knowledge.model import Knowledge
from bot.messages import Outgoing, Person, SyncResponse, View, Viewed
from bot.plaintext import escape
from bot.presentation import cards, texts
from bot.storage.repositories.case_lists import DurationSummary
from bot.storage.transaction import Transaction

MOST_CASES = 50
"""The most cases on a page. The page says if there are more."""
NOT_CLOSED = (CaseState.OPEN, CaseState.CLAIMED)
RESPONSE_TIMES_SINCE = timedelta(days=30)
"""Age of the oldest cases whose response times the queue shows."""
LONGEST_QUERY = 150
"""Characters of a search; the rest is cut off."""


def page(tx: Transaction, press_desk: PressDesk, knowledge: Knowledge, viewed: Viewed) -> SyncResponse:
    """Return the page that a person opened, or a notice if it is for officers only."""
    if viewed.view == "home":
        return _home(tx, press_desk, knowledge, viewed.person)
    return queue_page(tx, press_desk, viewed.person, viewed.query)


def queue_page(tx: Transaction, press_desk: PressDesk, person: Person, query: str) -> SyncResponse:
    """Return the part of the queue that `query` names (see `Viewed`), or a notice if the person is no officer."""
    if not press_desk.is_officer(person):
        return SyncResponse(notice=texts.NOT_AN_OFFICER)
    query = query.strip()[:LONGEST_QUERY]
    found, title, if_empty = _find(tx, person, query)
    times = () if query else tuple(_response_times(tx))
    shown = [cards.queue_head(query, times, tx.incidents.current())]
    shown += [_short_card(tx, press_desk, case) for case in found[:MOST_CASES]]
    if len(found) > MOST_CASES:
        shown.append(cards.text_message(texts.more_than(MOST_CASES)))
    if not found:
        shown.append(cards.text_message(if_empty))
    return SyncResponse(view=View("queue", title, tuple(shown), query))


def _home(tx: Transaction, press_desk: PressDesk, knowledge: Knowledge, person: Person) -> SyncResponse:
    """Return the page for staff: what the desk can answer, and their own cases that are not closed."""
    shown: list[Outgoing] = [cards.welcome(knowledge, press=press_desk.exists), cards.topics(knowledge)]
    open_cases = [case for case in tx.cases.of_asker(person.key) if case.state in NOT_CLOSED]
    own = [(case, asker) for case in open_cases for asker in case.askers if asker.person.key == person.key]
    context = cards.CaseContext(tx.now, press_desk.zone)
    shown += [cards.own_case(case, asker, context) for case, asker in own[:MOST_CASES]]
    if press_desk.exists and press_desk.phone:
        shown.append(cards.markdown_message(texts.phone(escape(press_desk.phone))))
    return SyncResponse(view=View("home", texts.HOME, tuple(shown)))


def _short_card(tx: Transaction, press_desk: PressDesk, case: Case) -> Outgoing:
    return cards.in_queue(case, tx.cases.steps(case.id), case_context(tx, case, press_desk.zone))


def _find(tx: Transaction, person: Person, query: str) -> tuple[list[Case], str, str]:
    """Return (cases, title of the page, text if there are no cases).

    There may be one case more than the page shows, so that the page can say that there are more.
    """
    match query:
        case "":
            return tx.case_lists.by_deadline(MOST_CASES + 1), texts.QUEUE, texts.NONE_OPEN
        case "mine":
            return tx.case_lists.of_officer(person.key, MOST_CASES + 1), texts.MY_ENQUIRIES, texts.NONE_OF_YOURS
        case "closed":
            return tx.case_lists.closed(MOST_CASES + 1), texts.CLOSED_ENQUIRIES, texts.NONE_CLOSED
        case _:
            found = tx.case_lists.search(query, MOST_CASES + 1)
            return found, texts.found_for(query), texts.none_found(query)


def _response_times(tx: Transaction) -> Iterator[tuple[str, str]]:
    """Yield (label, text) of how long it took recently to claim, to advise and to respond."""
    times = tx.case_lists.response_times(tx.now - RESPONSE_TIMES_SINCE)
    labelled = (
        (texts.TIME_TO_CLAIM, times.claim),
        (texts.TIME_TO_ADVISE, times.advise),
        (texts.TIME_TO_RESPOND, times.respond),
    )
    return ((label, _summary_text(summary)) for label, summary in labelled if summary)


def _summary_text(summary: DurationSummary) -> str:
    return texts.duration_summary(summary.median, summary.slowest, summary.count)
