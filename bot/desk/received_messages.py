"""Messages from their arrival on: what is decided before the acknowledgement, what waits in the inbox, and for whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from bot.desk.apply_transition import apply_transition
from bot.desk.press_desk import PressDesk
from bot.desk.questions import Prepared, Questions
from bot.desk.thread_messages import handle_thread_message, is_stray_reply
from bot.domain import transitions
from bot.domain.case import Membership
from bot.matching.match import GAVE_UP, Match
from bot.messages import Said
from bot.ports import Identity, People
from bot.presentation import cards, texts
from bot.queue import inbox, outbox
from bot.storage.engine import Store
from bot.storage.records import InboxRow
from bot.storage.transaction import Transaction

_ASK_SOON, _ASK_AGAIN = timedelta(seconds=2), timedelta(seconds=15)
"""Time after which a platform is asked again who somebody is: the first time, and from then on."""

_WITHOUT_WORDS = Match("unknown")


class ReceivedMessages:
    """Takes messages in and decides them; an `inbox.InboxHandler`.

    A message that needs neither the matcher nor a look-up is decided in the transaction that takes it in: words below
    a card, and messages without words. Any other waits in the inbox.
    """

    def __init__(
        self,
        store: Store,
        questions: Questions,
        press_desk: PressDesk,
        people: Mapping[str, People],
        wake: Callable[[], None],
        is_ready: Callable[[], bool],
    ) -> None:
        """`people` are by platform. `wake` tells the relay that something was committed."""
        self._store, self._questions, self._press_desk, self._people = store, questions, press_desk, people
        self._wake = wake
        self.is_ready = is_ready

    # ---- before the acknowledgement ---------------------------------------------------------------------------------

    def take_in(self, tx: Transaction, said: Said, owner: str) -> InboxRow | None:
        """Decide the message, or put it into the inbox. Return its row, if it was put there.

        If `owner` is given and nothing comes before the message, that process has claimed the row.
        """
        if not tx.events.claim_once(said.at.platform, said.event_id):
            return None
        if said.identified and not tx.inbox.has_waiting_in(str(said.at)) and self._decide_at_once(tx, said):
            return None
        is_officer = said.identified and self._press_desk.is_officer(said.person)
        received = inbox.put(tx, said, limited=not is_officer, owner=owner)
        if received.row is None:
            self._say(tx, said, texts.TOO_MANY_WAIT, key=f"too many:{said.person.key}:{tx.now:%Y-%m-%dT%H:%M}")
        elif received.slowed:
            self._say(tx, said, texts.SLOWED, key=f"slowed:{said.person.key}:{received.row.id}")
        return received.row

    def _decide_at_once(self, tx: Transaction, said: Said) -> bool:
        """Decide a message that need not be matched. Return False for any other."""
        case_id = self._case_of_thread(tx, said)
        if self._is_for_thread(said, case_id):
            handle_thread_message(tx, said, case_id, self._press_desk)
            return True
        if said.text.strip():
            return False
        self._questions.respond(tx, said, self._questions.unmatched(_WITHOUT_WORDS))
        return True

    def _case_of_thread(self, tx: Transaction, said: Said) -> int | None:
        """Return the case below whose card the message stands."""
        return None if said.at == said.direct else tx.postings.by_thread(said.at)

    def _is_for_thread(self, said: Said, case_id: int | None) -> bool:
        """Return whether the message is for the press office: it stands below a card, or in a lost card's thread."""
        return said.at != said.direct and (case_id is not None or is_stray_reply(said, self._press_desk))

    def _say(self, tx: Transaction, said: Said, text: str, *, key: str) -> None:
        """Tell the sender that they have to wait, and how the press office is reached at once."""
        phone = self._press_desk.phone
        outbox.send(tx, said.direct, cards.slowed(text, press=self._press_desk.exists, phone=phone), key=key)

    # ---- from the inbox ---------------------------------------------------------------------------------------------

    async def decide(self, row: InboxRow) -> None:
        """See `inbox.InboxHandler`."""
        said = inbox.read(row)
        identity = await self._identify(said)
        if identity.person is None:
            await self._decide_unidentified(row, said)
        elif identity.standing == "refused":
            await self._store.run(lambda tx: self._refuse(tx, row, said))
            await self._people[said.at.platform].turn_away(said)
        else:
            await self._decide_identified(row, replace(said, person=identity.person, identified=True))
        self._wake()

    def give_up(self, tx: Transaction, row: InboxRow) -> None:
        """See `inbox.InboxHandler`. The asker is told that their message was not understood, and whom to ask."""
        if tx.inbox.finish(row) and row.case_id is None:
            self._questions.respond(tx, inbox.read(row), self._questions.unmatched(GAVE_UP))

    async def _identify(self, said: Said) -> Identity:
        if said.identified:
            return Identity("member", said.person)
        people = self._people.get(said.at.platform)  # None if the platform is no longer configured
        return await people.identify(said) if people else Identity("unknown")

    async def _decide_identified(self, row: InboxRow, said: Said) -> None:
        case_id, stands_behind = await self._store.read(
            lambda tx: (self._case_of_thread(tx, said), not row.held and tx.inbox.has_earlier_held(row))
        )
        if stands_behind:
            await self._store.run(lambda tx: self._release(tx, row))
        elif self._is_for_thread(said, case_id):
            await self._store.run(lambda tx: self._respond_in_thread(tx, row, said, case_id))
        else:
            prepared = await self._prepare(said)
            await self._store.run(lambda tx: self._respond(tx, row, said, prepared))

    async def _prepare(self, said: Said) -> Prepared:
        if said.text.strip():
            return await self._questions.prepare(said)
        return self._questions.unmatched(_WITHOUT_WORDS)

    def _release(self, tx: Transaction, row: InboxRow) -> None:
        """Let a message wait behind earlier ones of the person, whose turn it is now that they are known."""
        tx.inbox.release(row.person)
        tx.inbox.postpone(row, tx.now, held=True)

    def _respond_in_thread(self, tx: Transaction, row: InboxRow, said: Said, case_id: int | None) -> None:
        if tx.inbox.finish(row):
            handle_thread_message(tx, said, case_id, self._press_desk)

    def _respond(self, tx: Transaction, row: InboxRow, said: Said, prepared: Prepared) -> None:
        if not tx.inbox.finish(row):
            return
        if row.case_id is None:
            self._questions.respond(tx, said, prepared)
        else:
            self._settle_membership(tx, row.case_id, said, Membership.CONFIRMED)
            self._questions.respond_identified(tx, said, prepared)

    def _refuse(self, tx: Transaction, row: InboxRow, said: Said) -> None:
        if tx.inbox.finish(row) and row.case_id is not None:
            self._settle_membership(tx, row.case_id, said, Membership.REFUSED)

    # ---- while it is not known who wrote it -------------------------------------------------------------------------

    async def _decide_unidentified(self, row: InboxRow, said: Said) -> None:
        """Pass an enquiry on at once, with a mark that nobody says who wrote it. Any other message waits."""
        is_question = row.case_id is None and await self._store.read(lambda tx: self._is_question(tx, said))
        prepared = await self._prepare(said) if is_question else None
        await self._store.run(lambda tx: self._hold(tx, row, said, prepared))

    def _is_question(self, tx: Transaction, said: Said) -> bool:
        """Return whether the message is not below the card of a case."""
        return not self._is_for_thread(said, self._case_of_thread(tx, said))

    def _hold(self, tx: Transaction, row: InboxRow, said: Said, prepared: Prepared | None) -> None:
        again = tx.now + (_ASK_AGAIN if row.held else _ASK_SOON)
        if not tx.inbox.postpone(row, again, held=True) or prepared is None:
            return
        if self._questions.respond_unidentified(tx, said, prepared):
            case = tx.cases.by_event(said.at.platform, said.event_id)
            tx.inbox.set_case(row, case.id if case else 0)

    def _settle_membership(self, tx: Transaction, case_id: int, said: Said, membership: Membership) -> None:
        """Show on the card of the case that the message opened whether its asker may use the desk."""
        case = tx.cases.load(case_id)
        transition = case and transitions.identify(case, said.person, membership, tx.now)
        if transition:
            apply_transition(tx, transition, self._press_desk)
