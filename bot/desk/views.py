"""Pages of the desk: what it can answer and one's own enquiries, for staff; what is to be done, for officers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot import cards, effects, wording
from bot.cards import Around
from bot.desk.mind import Minds
from bot.desk.office import Office
from bot.messages import Immediate, Outgoing, Person, Pressed, Submitted, View, Viewed
from bot.model import Case, CaseState
from bot.store import cases as case_rows
from bot.store import incidents, queue
from bot.store.engine import Store
from bot.store.queue import Took
from bot.store.tx import Tx

AT_MOST = 50
OPEN = (CaseState.OPEN, CaseState.CLAIMED)
COUNTED = timedelta(days=30)
LONGEST_QUERY = 150


class Views:
    """Drawn anew whenever somebody looks; nothing is committed."""

    def __init__(self, store: Store, minds: Minds, office: Office) -> None:
        self._store = store
        self._minds = minds
        self._office = office

    async def viewed(self, viewed: Viewed) -> Immediate:
        """The page, or a notice for whom it is not."""
        if viewed.view == "home":
            return await self._store.read(lambda tx: self._home(tx, viewed))
        return await self._queue(viewed.person, viewed.query)

    async def pressed(self, pressed: Pressed) -> Immediate:
        """A button on the head of the queue."""
        if pressed.action == "queue.show":
            return await self._queue(pressed.person, pressed.value)
        if not self._office.is_officer(pressed.person):
            return Immediate(notice=wording.NOT_AN_OFFICER)
        return Immediate(form=cards.search_form())

    async def searched(self, submitted: Submitted) -> Immediate:
        """The form of the search came back."""
        words = submitted.values.get("words", "").strip()
        return await self._queue(submitted.person, words) if words else _nothing_to_look_for()

    def _home(self, tx: Tx, viewed: Viewed) -> Immediate:
        knowledge = self._minds.current.knowledge
        mine = [case for case in case_rows.of_asker(tx, viewed.person.key) if case.state in OPEN]
        shown: list[Outgoing] = [cards.welcome(knowledge, press=self._office.exists), cards.topics(knowledge)]
        own = [(case, asker) for case in mine for asker in case.askers if asker.person.key == viewed.person.key]
        shown += [cards.own_case(case, asker, Around(tx.now, self._office.press.zone)) for case, asker in own[:AT_MOST]]
        if self._office.exists and (reached := self._office.phone):
            shown.append(cards.plain(wording.phone(cards.escape(reached))))
        return Immediate(view=View("home", wording.HOME, tuple(shown)))

    # ---- the queue --------------------------------------------------------------------------------------------------

    async def _queue(self, person: Person, query: str) -> Immediate:
        if not self._office.is_officer(person):
            return Immediate(notice=wording.NOT_AN_OFFICER)
        asked = query.strip()[:LONGEST_QUERY]
        return await self._store.read(lambda tx: Immediate(view=self._page(tx, person, asked)))

    def _page(self, tx: Tx, person: Person, query: str) -> View:
        found, title, nothing = _look(tx, person, query)
        shown = [cards.queue_head(query, tuple(_times(tx)) if not query else (), incidents.current(tx))]
        shown += [self._card(tx, case) for case in found[:AT_MOST]]
        if len(found) > AT_MOST:
            shown.append(cards.sentence(wording.more_than(AT_MOST)))
        if not found:
            shown.append(cards.sentence(nothing))
        return View("queue", title, tuple(shown), query)

    def _card(self, tx: Tx, case: Case) -> Outgoing:
        around = effects.around(tx, case, self._office.press.zone)
        return cards.in_queue(case, case_rows.steps(tx, case.id), around)


def _look(tx: Tx, person: Person, query: str) -> tuple[list[Case], str, str]:
    """The cases, one more than are shown; what the page is called; what it says where there are none."""
    match query:
        case "":
            return queue.by_deadline(tx, AT_MOST + 1), wording.QUEUE, wording.NOBODY_WAITS
        case "mine":
            return queue.of_officer(tx, person.key, AT_MOST + 1), wording.MY_ENQUIRIES, wording.NONE_OF_YOURS
        case "closed":
            return queue.ended(tx, AT_MOST + 1), wording.ENDED_ENQUIRIES, wording.NONE_ENDED
        case _:
            found = queue.found(tx, query, AT_MOST + 1)
            return found, wording.found_for(query), wording.none_found(query)


def _times(tx: Tx) -> Iterator[tuple[str, str]]:
    times = queue.times(tx, tx.now - COUNTED)
    labelled = ((wording.TO_CLAIM, times.claim), (wording.TO_ADVISE, times.advise), (wording.TO_RESPOND, times.respond))
    return ((label, _took(took)) for label, took in labelled if took)


def _took(took: Took) -> str:
    return wording.took(took.median, took.slowest, took.count)


def _nothing_to_look_for() -> Immediate:
    return Immediate(problems={"words": wording.NOTHING_WRITTEN})
