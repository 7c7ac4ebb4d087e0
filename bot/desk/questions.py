"""Staff's side of the desk: what they say, and the buttons below answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import assert_never

from bot.desk import decide, related_cases
from bot.desk.active_knowledge import ActiveKnowledge, LoadedKnowledge
from bot.desk.decide import Context, Decision
from bot.desk.form_values import details_in
from bot.desk.open_case import Reported, open_case
from bot.desk.press_desk import PressDesk
from bot.domain import transitions
from bot.domain.case import Case, CaseKind, Details, Step
from bot.domain.transitions import Change, DeskStatus, EscalationPolicy
from bot.knowledge.model import Entry
from bot.matching.match import Match
from bot.messages import Joined, Outgoing, Said, Shared, Submitted, SyncResponse
from bot.presentation import cards, texts
from bot.queue import effects
from bot.storage.engine import Store
from bot.storage.records import DedupeScope
from bot.storage.transaction import Transaction
from bot.text import follows_up

BELONGS_WITHIN = timedelta(hours=2)
FOLLOWS_WITHIN = timedelta(minutes=15)
UNKNOWN_DETAILS = Details()

FollowUp = Callable[[Case, Said, Sequence[Step], DeskStatus, EscalationPolicy, datetime], Change]


class Questions:
    """Answers, and opens cases. Every public method is one transaction, or none."""

    def __init__(self, store: Store, active_knowledge: ActiveKnowledge, press_desk: PressDesk) -> None:
        self._store = store
        self._active_knowledge = active_knowledge
        self._press_desk = press_desk

    async def said(self, said: Said) -> SyncResponse:
        """Match outside any transaction, then decide and commit in one."""
        loaded, match = await self._active_knowledge.match(said.text, await self._before(said))
        return await self._store.run(lambda tx: self._respond(tx, said, loaded, match))

    async def _before(self, said: Said) -> str:
        """What a follow-up follows: the last answered question of the same person in the same thread, while fresh."""
        if not follows_up(said.text):
            return ""
        asker, conversation = said.person.key, str(said.at)
        return await self._store.read(lambda tx: tx.answers.previous(asker, conversation, tx.now - FOLLOWS_WITHIN))

    async def joined(self, joined: Joined) -> SyncResponse:
        """Welcome somebody once, whatever the platform sends and how often."""

        def welcome(tx: Transaction) -> SyncResponse:
            if tx.events.claim_once(DedupeScope.WELCOME, joined.person.key):
                outgoing = cards.welcome(
                    self._active_knowledge.current.knowledge, press=self._press_desk.exists, first=True
                )
                effects.send(tx, joined.direct, outgoing, key=f"welcome:{joined.person.key}")
            return SyncResponse()

        return await self._store.run(welcome)

    # ---- what somebody said -----------------------------------------------------------------------------------------

    def _respond(self, tx: Transaction, said: Said, loaded: LoadedKnowledge, match: Match) -> SyncResponse:
        if not tx.events.claim_once(said.at.platform, said.event_id):
            return SyncResponse()
        if said.corrects:
            corrected = tx.cases.by_event(said.at.platform, said.corrects)
            if corrected is not None:
                self._follow_up(tx, said, loaded, corrected, transitions.correct)
                return SyncResponse()
            if match.outcome not in {"media", "confirm_media"}:  # an edited question was answered when it was asked
                return SyncResponse()
        since = tx.now - BELONGS_WITHIN
        open_case = tx.cases.open_for(said.person.key, said.at, since) if self._press_desk.exists else None
        decision = decide.decide(said, match, Context(open_case, self._press_desk.exists))
        if match.danger and not (isinstance(decision, decide.Unknown) and decision.topic == match.danger):
            self._say(tx, said, cards.plain(loaded.knowledge.topic[match.danger].answer), part="danger")
        self._carry_out(tx, said, loaded, decision)
        return SyncResponse()

    def _carry_out(self, tx: Transaction, said: Said, loaded: LoadedKnowledge, decision: Decision) -> None:
        match decision:
            case decide.Answer():
                self._answer(tx, said, loaded, decision.entries)
            case decide.Choose():
                asked = self._record(tx, said, loaded, "choose", decision.entries)
                self._say(tx, said, cards.choose(_entries(loaded, decision.entries), answered=asked))
            case decide.Unknown():
                asked = self._record(tx, said, loaded, "unknown", decision.nearest)
                self._say(tx, said, self.unknown_card(loaded, decision.topic, decision.nearest, asked))
            case decide.Smalltalk():
                self._record(tx, said, loaded, "smalltalk", ())
                self._say(tx, said, cards.plain(loaded.knowledge.topic[decision.topic].answer))
            case decide.ConfirmMedia():
                asked = self._record(tx, said, loaded, "confirm_media", decision.answers)
                self._say(tx, said, cards.confirm_media(answered=asked))
                self._answer(tx, said, loaded, decision.answers)
            case decide.MediaEnquiry():
                self._record(tx, said, loaded, "media", decision.answers)
                self.open(tx, said, CaseKind.MEDIA, loaded, Details(outlet=decision.outlet))
                self._answer(tx, said, loaded, decision.answers)
            case decide.AddToCase():
                if (case := tx.cases.load(decision.case_id)) is not None:
                    self._follow_up(tx, said, loaded, case, transitions.add)
                self._answer(tx, said, loaded, decision.answers)
            case decide.NoPressOffice():
                holding = loaded.knowledge.media.holding_line if loaded.knowledge.media else ""
                self._say(tx, said, cards.plain(f"{holding.strip()}\n\n{texts.NO_PRESS_OFFICE}"))
                self._answer(tx, said, loaded, decision.answers)
            case decide.Empty():
                self._say(tx, said, cards.plain(texts.EMPTY_MESSAGE))
            case decide.Silence():
                pass
            case _:
                assert_never(decision)

    def _answer(self, tx: Transaction, said: Said, loaded: LoadedKnowledge, ids: tuple[str, ...]) -> None:
        if not ids:
            return
        asked = self._record(tx, said, loaded, "answer", ids)
        self._say(tx, said, self.answer_card(loaded, _entries(loaded, ids), asked, tx), part="answer")

    def answer_card(self, loaded: LoadedKnowledge, entries: list[Entry], asked: int, tx: Transaction) -> Outgoing:
        """The answers of some entries, to the question that is recorded as `asked`."""
        press = self._press_desk.exists
        return cards.answer(loaded.knowledge, entries, answered=asked, press=press, today=tx.now.date())

    def unknown_card(self, loaded: LoadedKnowledge, topic: str, nearest: tuple[str, ...], asked: int) -> Outgoing:
        """That there is no answer, with the pointer of an out-of-scope topic and the nearest entries."""
        pointer = loaded.knowledge.topic[topic].answer if topic else ""
        return cards.unknown(pointer, _entries(loaded, nearest), answered=asked, press=self._press_desk.exists)

    def _record(
        self, tx: Transaction, said: Said, loaded: LoadedKnowledge, outcome: str, entries: tuple[str, ...]
    ) -> int:
        # A question that nothing is known about is kept for the owners of the answers, without whose it was.
        revision = loaded.knowledge.revision
        if outcome == "unknown":
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
        )

    def _say(self, tx: Transaction, said: Said, outgoing: Outgoing, *, part: str = "") -> None:
        effects.send(tx, said.at, outgoing, key=f"said:{said.at.platform}:{said.event_id}:{part}")

    # ---- reported with a form ---------------------------------------------------------------------------------------

    async def shared(self, shared: Shared) -> SyncResponse:
        """The form, or the honest word that there is nobody to send it to; officers open a case as such."""
        if not self._press_desk.exists:
            return SyncResponse(notice=texts.NO_PRESS_OFFICE)
        _, match = await self._active_knowledge.match(shared.text)
        now = await self._store.read(lambda tx: tx.now)
        known = transitions.prefilled(shared.text, match.outlet, self._press_desk.press.policy, now)
        form = cards.open_form if self._press_desk.is_officer(shared.person) else cards.report_form
        return SyncResponse(form=form(shared.text, known))

    async def reported(self, submitted: Submitted) -> SyncResponse:
        """The form came back: an enquiry, whatever a matcher thinks of it. It goes on in the direct conversation."""
        text = submitted.values.get("message", "").strip()
        if not text:
            return SyncResponse(problems={"message": texts.NOTHING_WRITTEN})
        if not self._press_desk.exists:
            return SyncResponse(notice=texts.NO_PRESS_OFFICE)
        known = details_in(submitted.values)
        said = Said(submitted.event_id, submitted.person, text, submitted.direct, submitted.direct)

        def report(tx: Transaction) -> SyncResponse:
            if problem := self._press_desk.deadline_problem(known.deadline, tx.now):
                return SyncResponse(problems={"deadline": problem})
            if tx.events.claim_once(submitted.at.platform, submitted.event_id):
                self.open(tx, said, CaseKind.MEDIA, self._active_knowledge.current, known)
            return SyncResponse()

        return await self._store.run(report)

    # ---- cases ------------------------------------------------------------------------------------------------------

    def open(
        self, tx: Transaction, said: Said, kind: CaseKind, loaded: LoadedKnowledge, details: Details = UNKNOWN_DETAILS
    ) -> Case:
        """Open a case for what somebody said; in a channel, only that they have been written to."""
        asker = transitions.asker_of(said, tx.now)
        case = open_case(tx, self._press_desk, loaded.knowledge, Reported(details), kind=kind, asker=asker)
        if said.at != said.direct:
            self._say(tx, said, cards.plain(texts.SEE_DIRECT_MESSAGE), part="direct")
        return case

    def _follow_up(self, tx: Transaction, said: Said, loaded: LoadedKnowledge, case: Case, how: FollowUp) -> None:
        """What was said is added to a case, or corrects what it holds."""
        press, steps = self._press_desk.press, tx.cases.steps(case.id)
        status = related_cases.status_of(tx, case, self._press_desk, loaded.knowledge)
        effects.commit(tx, how(case, said, steps, status, press.policy, tx.now), press)


def _entries(loaded: LoadedKnowledge, ids: tuple[str, ...]) -> list[Entry]:
    return [loaded.knowledge.entry[entry_id] for entry_id in ids]
