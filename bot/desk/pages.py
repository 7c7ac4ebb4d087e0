"""Pages of the desk: what it can answer and one's own enquiries, for staff; what is to be done, for officers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.desk.active_knowledge import ActiveKnowledge
from bot.desk.press_desk import PressDesk
from bot.domain.case import Case, CaseState
from bot.messages import Outgoing, Person, Pressed, Submitted, SyncResponse, View, Viewed
from bot.presentation import cards, texts
from bot.presentation.cards import CaseContext
from bot.queue import effects
from bot.storage.engine import Store
from bot.storage.repositories.case_lists import Took
from bot.storage.transaction import Transaction

AT_MOST = 50
OPEN = (CaseState.OPEN, CaseState.CLAIMED)
COUNTED = timedelta(days=30)
LONGEST_QUERY = 150


class Views:
    """Drawn anew whenever somebody looks; nothing is committed."""

    def __init__(self, store: Store, active_knowledge: ActiveKnowledge, press_desk: PressDesk) -> None:
        self._store = store
        self._active_knowledge = active_knowledge
        self._press_desk = press_desk

    async def viewed(self, viewed: Viewed) -> SyncResponse:
        """The page, or a notice for whom it is not."""
        if viewed.view == "home":
            return await self._store.read(lambda tx: self._home(tx, viewed))
        return await self._queue(viewed.person, viewed.query)

    async def pressed(self, pressed: Pressed) -> SyncResponse:
        """A button on the head of the queue."""
        if pressed.action == "queue.show":
            return await self._queue(pressed.person, pressed.value)
        if not self._press_desk.is_officer(pressed.person):
            return SyncResponse(notice=texts.NOT_AN_OFFICER)
        return SyncResponse(form=cards.search_form())

    async def searched(self, submitted: Submitted) -> SyncResponse:
        """The form of the search came back."""
        words = submitted.values.get("words", "").strip()
        return await self._queue(submitted.person, words) if words else _nothing_to_look_for()

    def _home(self, tx: Transaction, viewed: Viewed) -> SyncResponse:
        knowledge = self._active_knowledge.current.knowledge
        mine = [case for case in tx.cases.of_asker(viewed.person.key) if case.state in OPEN]
        shown: list[Outgoing] = [cards.welcome(knowledge, press=self._press_desk.exists), cards.topics(knowledge)]
        own = [(case, asker) for case in mine for asker in case.askers if asker.person.key == viewed.person.key]
        shown += [
            cards.own_case(case, asker, CaseContext(tx.now, self._press_desk.press.zone))
            for case, asker in own[:AT_MOST]
        ]
        if self._press_desk.exists and (reached := self._press_desk.phone):
            shown.append(cards.plain(texts.phone(cards.escape(reached))))
        return SyncResponse(view=View("home", texts.HOME, tuple(shown)))

    # ---- the queue --------------------------------------------------------------------------------------------------

    async def _queue(self, person: Person, query: str) -> SyncResponse:
        if not self._press_desk.is_officer(person):
            return SyncResponse(notice=texts.NOT_AN_OFFICER)
        asked = query.strip()[:LONGEST_QUERY]
        return await self._store.read(lambda tx: SyncResponse(view=self._page(tx, person, asked)))

    def _page(self, tx: Transaction, person: Person, query: str) -> View:
        found, title, nothing = _look(tx, person, query)
        shown = [cards.queue_head(query, tuple(_times(tx)) if not query else (), tx.incidents.current())]
        shown += [self._card(tx, case) for case in found[:AT_MOST]]
        if len(found) > AT_MOST:
            shown.append(cards.sentence(texts.more_than(AT_MOST)))
        if not found:
            shown.append(cards.sentence(nothing))
        return View("queue", title, tuple(shown), query)

    def _card(self, tx: Transaction, case: Case) -> Outgoing:
        case_context = effects.case_context(tx, case, self._press_desk.press.zone)
        return cards.in_queue(case, tx.cases.steps(case.id), case_context)


def _look(tx: Transaction, person: Person, query: str) -> tuple[list[Case], str, str]:
    """The cases, one more than are shown; what the page is called; what it says where there are none."""
    match query:
        case "":
            return tx.case_lists.by_deadline(AT_MOST + 1), texts.QUEUE, texts.NOBODY_WAITS
        case "mine":
            return tx.case_lists.of_officer(person.key, AT_MOST + 1), texts.MY_ENQUIRIES, texts.NONE_OF_YOURS
        case "closed":
            return tx.case_lists.ended(AT_MOST + 1), texts.ENDED_ENQUIRIES, texts.NONE_ENDED
        case _:
            found = tx.case_lists.found(query, AT_MOST + 1)
            return found, texts.found_for(query), texts.none_found(query)


def _times(tx: Transaction) -> Iterator[tuple[str, str]]:
    times = tx.case_lists.times(tx.now - COUNTED)
    labelled = ((texts.TO_CLAIM, times.claim), (texts.TO_ADVISE, times.advise), (texts.TO_RESPOND, times.respond))
    return ((label, _took(took)) for label, took in labelled if took)


def _took(took: Took) -> str:
    return texts.took(took.median, took.slowest, took.count)


def _nothing_to_look_for() -> SyncResponse:
    return SyncResponse(problems={"words": texts.NOTHING_WRITTEN})
