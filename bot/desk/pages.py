"""Pages of the desk: for staff what it can answer and their enquiries, for officers the queue. Nothing is committed."""

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
NOT_CLOSED = (CaseState.OPEN, CaseState.CLAIMED)
TIMES_COUNTED = timedelta(days=30)
LONGEST_QUERY = 150


def page(tx: Transaction, press_desk: PressDesk, knowledge: Knowledge, viewed: Viewed) -> SyncResponse:
    """Return the page that somebody opened, or a notice if it is not for them."""
    if viewed.view == "home":
        return _home(tx, press_desk, knowledge, viewed.person)
    return queue_page(tx, press_desk, viewed.person, viewed.query)


def queue_page(tx: Transaction, press_desk: PressDesk, person: Person, query: str) -> SyncResponse:
    """Return the part of the queue that `query` names (see `Viewed`), or a notice to whoever is no officer."""
    if not press_desk.is_officer(person):
        return SyncResponse(notice=texts.NOT_AN_OFFICER)
    asked = query.strip()[:LONGEST_QUERY]
    found, title, nothing = _find(tx, person, asked)
    times = () if asked else tuple(_times(tx))
    shown = [cards.queue_head(asked, times, tx.incidents.current())]
    shown += [_short_card(tx, press_desk, case) for case in found[:MOST_CASES]]
    if len(found) > MOST_CASES:
        shown.append(cards.sentence(texts.more_than(MOST_CASES)))
    if not found:
        shown.append(cards.sentence(nothing))
    return SyncResponse(view=View("queue", title, tuple(shown), asked))


def _home(tx: Transaction, press_desk: PressDesk, knowledge: Knowledge, person: Person) -> SyncResponse:
    shown: list[Outgoing] = [cards.welcome(knowledge, press=press_desk.exists), cards.topics(knowledge)]
    open_cases = [case for case in tx.cases.of_asker(person.key) if case.state in NOT_CLOSED]
    own = [(case, asker) for case in open_cases for asker in case.askers if asker.person.key == person.key]
    context = cards.CaseContext(tx.now, press_desk.zone)
    shown += [cards.own_case(case, asker, context) for case, asker in own[:MOST_CASES]]
    if press_desk.exists and press_desk.phone:
        shown.append(cards.plain(texts.phone(escape(press_desk.phone))))
    return SyncResponse(view=View("home", texts.HOME, tuple(shown)))


def _short_card(tx: Transaction, press_desk: PressDesk, case: Case) -> Outgoing:
    return cards.in_queue(case, tx.cases.steps(case.id), case_context(tx, case, press_desk.zone))


def _find(tx: Transaction, person: Person, query: str) -> tuple[list[Case], str, str]:
    """Return the cases, one more than are shown; the title of the page; what it says if there are none."""
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


def _times(tx: Transaction) -> Iterator[tuple[str, str]]:
    """Return how long it took to claim, to advise and to respond lately, as (label, words)."""
    times = tx.case_lists.response_times(tx.now - TIMES_COUNTED)
    labelled = (
        (texts.TIME_TO_CLAIM, times.claim),
        (texts.TIME_TO_ADVISE, times.advise),
        (texts.TIME_TO_RESPOND, times.respond),
    )
    return ((label, _in_words(took)) for label, took in labelled if took)


def _in_words(took: DurationSummary) -> str:
    return texts.duration_summary(took.median, took.slowest, took.count)
