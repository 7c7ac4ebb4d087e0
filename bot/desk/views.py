"""Pages of the desk: what it can answer and one's own enquiries, for staff; the open cases, for officers."""

from __future__ import annotations

from bot import cards, wording
from bot.desk.mind import Minds
from bot.desk.office import Office
from bot.messages import Immediate, Outgoing, View, Viewed
from bot.model import CaseState
from bot.store import cases as case_rows
from bot.store.engine import Store
from bot.store.tx import Tx

AT_MOST = 50
OPEN = (CaseState.OPEN, CaseState.CLAIMED)


class Views:
    """Drawn anew whenever somebody looks; nothing is committed."""

    def __init__(self, store: Store, minds: Minds, office: Office) -> None:
        self._store = store
        self._minds = minds
        self._office = office

    async def viewed(self, viewed: Viewed) -> Immediate:
        """The page, or a notice for whom it is not."""
        if viewed.view == "home":
            return await self._store.run(lambda tx: self._home(tx, viewed))
        if not self._office.is_officer(viewed.person):
            return Immediate(notice=wording.NOT_AN_OFFICER)
        return await self._store.run(self._queue)

    def _home(self, tx: Tx, viewed: Viewed) -> Immediate:
        knowledge = self._minds.current.knowledge
        mine = [case for case in case_rows.of_asker(tx, viewed.person.key) if case.state in OPEN]
        shown: list[Outgoing] = [cards.welcome(knowledge, press=self._office.exists), cards.topics(knowledge)]
        own = [(case, asker) for case in mine for asker in case.askers if asker.person.key == viewed.person.key]
        shown += [cards.own_case(case, asker) for case, asker in own[:AT_MOST]]
        if self._office.exists and (reached := self._office.phone):
            shown.append(cards.plain(wording.phone(cards.escape(reached))))
        return Immediate(view=View("home", wording.HOME, tuple(shown)))

    def _queue(self, tx: Tx) -> Immediate:
        waiting = case_rows.listing(tx, OPEN, AT_MOST)
        shown = tuple(cards.ping(case, case_rows.steps(tx, case.id)) for case in waiting)
        return Immediate(view=View("queue", wording.QUEUE, shown))
