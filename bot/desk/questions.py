"""Messages of staff: match the text, decide what to do, and answer it or make it part of a case.

What takes long is done first (`prepare`), outside any transaction. What follows is done in one (`respond`).

Also the welcome of a person who joins, and the form for a message that is shared with the press office.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import assert_never

from bot.desk import decide
from bot.desk.apply_transition import apply_transition
from bot.desk.decide import Context, Decision
from bot.desk.further_messages import compare, context_of
from bot.desk.open_case import RelatedCaseFinder, RelatedCases, open_case_for
from bot.desk.press_desk import PressDesk, status_of
from bot.domain import transitions
from bot.domain.belonging import Relation
from bot.domain.case import Case, CaseKind, CaseState, Details, Step
from bot.domain.extraction import prefilled
from bot.domain.schedule import EscalationPolicy
from bot.domain.transitions import DeskStatus, Transition
from bot.knowledge.model import Entry
from bot.matching.active_knowledge import ActiveKnowledge, LoadedKnowledge
from bot.matching.match import Match
from bot.messages import Joined, Outgoing, Said, Shared, SyncResponse
from bot.presentation import cards, texts
from bot.queue import outbox
from bot.storage.engine import Store
from bot.storage.records import DedupeScope
from bot.storage.transaction import Transaction
from bot.text import follows_up

FOLLOWS_WITHIN = timedelta(minutes=15)
"""Time after a question in which a short message ("and on Instagram?") is matched together with it."""

MessageTransition = Callable[[Case, Said, Sequence[Step], DeskStatus, EscalationPolicy, datetime], Transition]
"""`transitions.add` or `transitions.correct`."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was found out about a message before the transaction that responds to it."""

    loaded: LoadedKnowledge
    match: Match
    related: RelatedCases | None = None
    """The cases that belong with it if it may open a case for the media."""
    relations: Mapping[int, Relation] = field(default_factory=dict)
    """Id of an open case of the person -> what the words of the message tell of it."""


class Questions:
    """Answers questions and opens cases."""

    def __init__(
        self, store: Store, active_knowledge: ActiveKnowledge, press_desk: PressDesk, related: RelatedCaseFinder
    ) -> None:
        self._store = store
        self._active_knowledge = active_knowledge
        self._press_desk = press_desk
        self._related = related

    async def prepare(self, said: Said) -> Prepared:
        """Match the message, and compare it with recent cases if it is an enquiry. Raises MatcherLost."""
        loaded, match = await self._active_knowledge.match(said.text, await self._previous_question(said))
        return Prepared(loaded, match, await self._related_to(said, match), await self._relations(said, match))

    def unmatched(self, match: Match) -> Prepared:
        """Return this match, for a message that is not matched: one without words, or one that is given up."""
        return Prepared(self._active_knowledge.current, match)

    async def joined(self, joined: Joined) -> SyncResponse:
        """Welcome a person once, however often the platform sends the event."""
        knowledge = self._active_knowledge.current.knowledge

        def welcome(tx: Transaction) -> None:
            if tx.events.claim_once(DedupeScope.WELCOME, joined.person.key):
                outgoing = cards.welcome(knowledge, press=self._press_desk.exists, first=True)
                outbox.send(tx, joined.direct, outgoing, key=f"welcome:{joined.person.key}")

        await self._store.run(welcome)
        return SyncResponse()

    async def shared(self, shared: Shared) -> SyncResponse:
        """Return a form with the details of the message filled in: to report it or, for an officer, to open a case."""
        if not self._press_desk.exists:
            return SyncResponse(notice=texts.NO_PRESS_OFFICE)
        now = await self._store.read(lambda tx: tx.now)
        known = await asyncio.to_thread(prefilled, shared.text, "", self._press_desk.policy, now)
        form = cards.open_form if self._press_desk.is_officer(shared.person) else cards.report_form
        return SyncResponse(form=form(shared.text, known))

    async def _previous_question(self, said: Said) -> str:
        """Return the person's last question in this thread if the message is a follow-up of it; empty if it is not."""
        if not follows_up(said.text):
            return ""
        asker, conversation = said.person.key, str(said.at)
        return await self._store.read(
            lambda tx: tx.answers.previous_question(asker, conversation, tx.now - FOLLOWS_WITHIN)
        )

    async def _relations(self, said: Said, match: Match) -> Mapping[int, Relation]:
        """Compare the message with the open cases to which it may belong. That may take long."""
        if not self._press_desk.exists:
            return {}
        cases = await self._store.read(lambda tx: tx.cases.open_in(said.person.key, said.at))
        return await asyncio.to_thread(compare, said, match, cases) if cases else {}

    async def _related_to(self, said: Said, match: Match) -> RelatedCases | None:
        """Return the cases that belong with the message if it may open a case for the media; None if it cannot."""
        if match.outcome != "media" or not self._press_desk.exists:
            return None
        return await self._related.find(said.text, match.outlet)

    # ---- one message, one transaction -------------------------------------------------------------------------------

    def respond(self, tx: Transaction, said: Said, prepared: Prepared) -> None:
        """Decide what to do with the message and do it."""
        if said.corrects and self._correct(tx, said, prepared.loaded, prepared.match):
            return
        context = self._context(tx, said, prepared)
        decision = decide.decide(said, prepared.match, context)
        self._warn_of_danger(tx, said, prepared, decision)
        offered = decide.offered_case(prepared.match, context, decision)
        self._carry_out(tx, said, prepared, decision, offered)

    def respond_unidentified(self, tx: Transaction, said: Said, prepared: Prepared) -> bool:
        """Pass an enquiry on although the platform does not say who wrote it; answer nothing.

        Return False if the message is no enquiry. It then has to wait, apart from what is said of danger.
        """
        decision = decide.decide(said, prepared.match, self._context(tx, said, prepared))
        self._warn_of_danger(tx, said, prepared, decision)
        if said.corrects or not isinstance(decision, decide.MediaEnquiry | decide.AddToCase):
            return False
        self._carry_out(tx, said, prepared, replace(decision, answers=()))
        return True

    def respond_identified(self, tx: Transaction, said: Said, prepared: Prepared) -> None:
        """Answer what else stands in an enquiry that was passed on before it was known who wrote it."""
        if prepared.match.outcome == "media":
            self._answer(tx, said, prepared.loaded, tuple(each.id for each in prepared.match.entries))

    def _context(self, tx: Transaction, said: Said, prepared: Prepared) -> Context:
        if not self._press_desk.exists:
            return Context(press=False)
        cases = tuple(tx.cases.open_in(said.person.key, said.at))
        if not cases:
            return Context()
        return context_of(tx, said, cases, prepared.relations)

    def _warn_of_danger(self, tx: Transaction, said: Said, prepared: Prepared, decision: Decision) -> None:
        danger = prepared.match.danger
        if danger and not (isinstance(decision, decide.Unknown) and decision.topic == danger):
            pointer = prepared.loaded.knowledge.topic[danger].answer
            self._say(tx, said, cards.markdown_message(pointer), part="danger")

    def _correct(self, tx: Transaction, said: Said, loaded: LoadedKnowledge, match: Match) -> bool:
        """Apply an edit of an earlier message. Return False if the edit has to be handled like a new message.

        That is so if it turned a question into a media enquiry. Other edits of a question are ignored, because it was
        answered already.
        """
        case = tx.cases.by_event(said.at.platform, said.corrects)
        if case is not None:
            self._apply_to_case(tx, said, loaded, case, transitions.correct)
            return True
        tx.answers.replace_question(said.person.key, said.corrects, said.text)
        return match.outcome not in {"media", "confirm_media"}

    def _carry_out(
        self, tx: Transaction, said: Said, prepared: Prepared, decision: Decision, offered: Case | None = None
    ) -> None:
        """Do what was decided. A button offers to add the message to the case `offered`."""
        loaded = prepared.loaded
        match decision:
            case decide.Answer() | decide.Choose() | decide.Unknown() | decide.Smalltalk() | decide.ConfirmMedia():
                self._answer_question(tx, said, prepared, decision, offered)
            case decide.MediaEnquiry():
                self._record(tx, said, loaded, "media", decision.answers)
                known, details, related = loaded.knowledge, Details(outlet=decision.outlet), prepared.related
                open_case_for(tx, self._press_desk, known, said, CaseKind.MEDIA, details, related)
                self._answer(tx, said, loaded, decision.answers)
            case decide.AddToCase():
                case = tx.cases.load(decision.case_id)
                if case is not None and case.state is not CaseState.CLOSED:
                    self._apply_to_case(tx, said, loaded, case, partial(transitions.add, unsure=decision.unsure))
                elif case is not None:  # closed since the message was compared with it
                    self._say(tx, said, cards.text_message(texts.no_longer_open(case.reference)))
                self._answer(tx, said, loaded, decision.answers)
            case decide.AskToSend():
                asked = self._record(tx, said, loaded, "unknown", decision.nearest, keeps_asker=True)
                self._say(tx, said, cards.ask_to_send(decision.officer, decision.case_id, answered=asked))
            case decide.NoPressOffice():
                holding_line = loaded.knowledge.media.holding_line if loaded.knowledge.media else ""
                self._say(tx, said, cards.markdown_message(f"{holding_line.strip()}\n\n{texts.NO_PRESS_OFFICE}"))
                self._answer(tx, said, loaded, decision.answers)
            case decide.Empty():
                self._say(tx, said, cards.without_words(decision.files, press=self._press_desk.exists))
            case decide.Silence():
                pass
            case _:
                assert_never(decision)

    def _answer_question(
        self, tx: Transaction, said: Said, prepared: Prepared, decision: decide.Answered, offered: Case | None
    ) -> None:
        """Answer a message that goes to nobody. A button offers to add it to the case `offered`."""
        loaded = prepared.loaded
        match decision:
            case decide.Answer():
                self._answer(tx, said, loaded, decision.entries, offered)
            case decide.Choose():
                asked = self._record(tx, said, loaded, "choose", decision.entries)
                card = cards.choose(_entries(loaded, decision.entries), answered=asked)
                self._say(tx, said, cards.with_offer(card, offered, answered=asked))
            case decide.Unknown():
                asked = self._record(tx, said, loaded, "unknown", decision.nearest, keeps_asker=offered is not None)
                card = self._unknown_card(loaded, decision, asked)
                self._say(tx, said, cards.with_offer(card, offered, answered=asked))
            case decide.Smalltalk():
                asked = self._record(tx, said, loaded, "smalltalk", ())
                card = cards.markdown_message(loaded.knowledge.topic[decision.topic].answer)
                self._say(tx, said, cards.with_offer(card, offered, answered=asked))
            case decide.ConfirmMedia():
                asked = self._record(tx, said, loaded, "confirm_media", decision.answers, beside=prepared.match)
                self._say(tx, said, cards.with_offer(cards.confirm_media(answered=asked), offered, answered=asked))
                self._answer(tx, said, loaded, decision.answers)
            case _:
                assert_never(decision)

    def _answer(
        self, tx: Transaction, said: Said, loaded: LoadedKnowledge, ids: tuple[str, ...], offered: Case | None = None
    ) -> None:
        if not ids:
            return
        asked, entries = self._record(tx, said, loaded, "answer", ids), _entries(loaded, ids)
        press, today = self._press_desk.exists, tx.now.date()
        card = cards.answer(loaded.knowledge, entries, answered=asked, press=press, today=today)
        self._say(tx, said, cards.with_offer(card, offered, answered=asked), part="answer")

    def _unknown_card(self, loaded: LoadedKnowledge, decision: decide.Unknown, asked: int) -> Outgoing:
        pointer = loaded.knowledge.topic[decision.topic].answer if decision.topic else ""
        nearest = _entries(loaded, decision.nearest)
        phone = self._press_desk.phone if decision.gave_up else ""
        return cards.unknown(pointer, nearest, answered=asked, press=self._press_desk.exists, phone=phone)

    def _record(
        self,
        tx: Transaction,
        said: Said,
        loaded: LoadedKnowledge,
        outcome: str,
        entries: tuple[str, ...],
        *,
        beside: Match | None = None,
        keeps_asker: bool = False,
    ) -> int:
        """Store the question and what was answered, and return the id.

        An unanswered question has no asker, unless `keeps_asker`: a button may pass it on, for its author alone. That
        has to be told, too, where others see the button. `beside` is what is said if it is not about the media.
        """
        revision = loaded.knowledge.revision
        if outcome == "unknown" and not keeps_asker and said.at == said.direct:
            return tx.answers.record(said.text, outcome, entries, revision)
        return tx.answers.record(
            said.text,
            outcome,
            entries,
            revision,
            said.person.key,
            event_id=said.event_id,
            link=said.link,
            files=said.files,
            conversation=str(said.at),
            topic=beside.topic if beside else "",
            nearest=tuple(candidate.id for candidate in beside.nearest) if beside else (),
        )

    def _apply_to_case(
        self, tx: Transaction, said: Said, loaded: LoadedKnowledge, case: Case, message_transition: MessageTransition
    ) -> None:
        status = status_of(tx, case, self._press_desk, loaded.knowledge)
        transition = message_transition(case, said, tx.cases.steps(case.id), status, self._press_desk.policy, tx.now)
        apply_transition(tx, transition, self._press_desk)

    def _say(self, tx: Transaction, said: Said, outgoing: Outgoing, *, part: str = "") -> None:
        outbox.send(tx, said.at, outgoing, key=f"said:{said.at.platform}:{said.event_id}:{part}")


def _entries(loaded: LoadedKnowledge, ids: tuple[str, ...]) -> list[Entry]:
    return [loaded.knowledge.entry[entry_id] for entry_id in ids]
