"""Staff's side of the desk: what they say, and the buttons below answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import assert_never

from bot.desk import decide, related_cases
from bot.desk.active_knowledge import Mind, Minds
from bot.desk.decide import Context, Decision
from bot.desk.form_values import details_in
from bot.desk.open_case import Reported, open_case
from bot.desk.press_desk import Office
from bot.domain import transitions
from bot.domain.case import Case, CaseKind, Details, Step
from bot.domain.transitions import Change, Pace, Terms
from bot.knowledge.model import Entry
from bot.matching.match import Match
from bot.messages import Immediate, Joined, Outgoing, Said, Shared, Submitted
from bot.presentation import cards, texts
from bot.queue import effects
from bot.storage.engine import Store
from bot.storage.repositories import answers, events
from bot.storage.repositories import cases as case_rows
from bot.storage.repositories.events import Once
from bot.storage.transaction import Tx
from bot.text import follows_up

BELONGS_WITHIN = timedelta(hours=2)
FOLLOWS_WITHIN = timedelta(minutes=15)
UNKNOWN_DETAILS = Details()

FollowUp = Callable[[Case, Said, Sequence[Step], Terms, Pace, datetime], Change]


class Questions:
    """Answers, and opens cases. Every public method is one transaction, or none."""

    def __init__(self, store: Store, minds: Minds, office: Office) -> None:
        self._store = store
        self._minds = minds
        self._office = office

    async def said(self, said: Said) -> Immediate:
        """Match outside any transaction, then decide and commit in one."""
        mind, match = await self._minds.match(said.text, await self._before(said))
        return await self._store.run(lambda tx: self._respond(tx, said, mind, match))

    async def _before(self, said: Said) -> str:
        """What a follow-up follows: the last answered question of the same person in the same thread, while fresh."""
        if not follows_up(said.text):
            return ""
        asker, conversation = said.person.key, str(said.at)
        return await self._store.read(lambda tx: answers.previous(tx, asker, conversation, tx.now - FOLLOWS_WITHIN))

    async def joined(self, joined: Joined) -> Immediate:
        """Welcome somebody once, whatever the platform sends and how often."""

        def welcome(tx: Tx) -> Immediate:
            if events.remember(tx, Once.WELCOME, joined.person.key):
                outgoing = cards.welcome(self._minds.current.knowledge, press=self._office.exists, first=True)
                effects.send(tx, joined.direct, outgoing, key=f"welcome:{joined.person.key}")
            return Immediate()

        return await self._store.run(welcome)

    # ---- what somebody said -----------------------------------------------------------------------------------------

    def _respond(self, tx: Tx, said: Said, mind: Mind, match: Match) -> Immediate:
        if not events.remember(tx, said.at.platform, said.event_id):
            return Immediate()
        if said.corrects:
            corrected = case_rows.by_event(tx, said.at.platform, said.corrects)
            if corrected is not None:
                self._follow_up(tx, said, mind, corrected, transitions.correct)
                return Immediate()
            if match.outcome not in {"media", "confirm_media"}:  # an edited question was answered when it was asked
                return Immediate()
        since = tx.now - BELONGS_WITHIN
        open_case = case_rows.open_for(tx, said.person.key, said.at, since) if self._office.exists else None
        decision = decide.decide(said, match, Context(open_case, self._office.exists))
        if match.danger and not (isinstance(decision, decide.Unknown) and decision.topic == match.danger):
            self._say(tx, said, cards.plain(mind.knowledge.topic[match.danger].answer), part="danger")
        self._carry_out(tx, said, mind, decision)
        return Immediate()

    def _carry_out(self, tx: Tx, said: Said, mind: Mind, decision: Decision) -> None:
        match decision:
            case decide.Answer():
                self._answer(tx, said, mind, decision.entries)
            case decide.Choose():
                asked = self._record(tx, said, mind, "choose", decision.entries)
                self._say(tx, said, cards.choose(_entries(mind, decision.entries), answered=asked))
            case decide.Unknown():
                asked = self._record(tx, said, mind, "unknown", decision.nearest)
                self._say(tx, said, self.unknown_card(mind, decision.topic, decision.nearest, asked))
            case decide.Smalltalk():
                self._record(tx, said, mind, "smalltalk", ())
                self._say(tx, said, cards.plain(mind.knowledge.topic[decision.topic].answer))
            case decide.ConfirmMedia():
                asked = self._record(tx, said, mind, "confirm_media", decision.answers)
                self._say(tx, said, cards.confirm_media(answered=asked))
                self._answer(tx, said, mind, decision.answers)
            case decide.MediaEnquiry():
                self._record(tx, said, mind, "media", decision.answers)
                self.open(tx, said, CaseKind.MEDIA, mind, Details(outlet=decision.outlet))
                self._answer(tx, said, mind, decision.answers)
            case decide.AddToCase():
                if (case := case_rows.load(tx, decision.case_id)) is not None:
                    self._follow_up(tx, said, mind, case, transitions.add)
                self._answer(tx, said, mind, decision.answers)
            case decide.NoPressOffice():
                holding = mind.knowledge.media.holding_line if mind.knowledge.media else ""
                self._say(tx, said, cards.plain(f"{holding.strip()}\n\n{texts.NO_PRESS_OFFICE}"))
                self._answer(tx, said, mind, decision.answers)
            case decide.Empty():
                self._say(tx, said, cards.plain(texts.EMPTY_MESSAGE))
            case decide.Silence():
                pass
            case _:
                assert_never(decision)

    def _answer(self, tx: Tx, said: Said, mind: Mind, ids: tuple[str, ...]) -> None:
        if not ids:
            return
        asked = self._record(tx, said, mind, "answer", ids)
        self._say(tx, said, self.answer_card(mind, _entries(mind, ids), asked, tx), part="answer")

    def answer_card(self, mind: Mind, entries: list[Entry], asked: int, tx: Tx) -> Outgoing:
        """The answers of some entries, to the question that is recorded as `asked`."""
        press = self._office.exists
        return cards.answer(mind.knowledge, entries, answered=asked, press=press, today=tx.now.date())

    def unknown_card(self, mind: Mind, topic: str, nearest: tuple[str, ...], asked: int) -> Outgoing:
        """That there is no answer, with the pointer of an out-of-scope topic and the nearest entries."""
        pointer = mind.knowledge.topic[topic].answer if topic else ""
        return cards.unknown(pointer, _entries(mind, nearest), answered=asked, press=self._office.exists)

    def _record(self, tx: Tx, said: Said, mind: Mind, outcome: str, entries: tuple[str, ...]) -> int:
        # A question that nothing is known about is kept for the owners of the answers, without whose it was.
        revision = mind.knowledge.revision
        if outcome == "unknown":
            return answers.record(tx, said.text, outcome, entries, revision)
        return answers.record(
            tx,
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

    def _say(self, tx: Tx, said: Said, outgoing: Outgoing, *, part: str = "") -> None:
        effects.send(tx, said.at, outgoing, key=f"said:{said.at.platform}:{said.event_id}:{part}")

    # ---- reported with a form ---------------------------------------------------------------------------------------

    async def shared(self, shared: Shared) -> Immediate:
        """The form, or the honest word that there is nobody to send it to; officers open a case as such."""
        if not self._office.exists:
            return Immediate(notice=texts.NO_PRESS_OFFICE)
        _, match = await self._minds.match(shared.text)
        now = await self._store.read(lambda tx: tx.now)
        known = transitions.prefilled(shared.text, match.outlet, self._office.press.pace, now)
        form = cards.open_form if self._office.is_officer(shared.person) else cards.report_form
        return Immediate(form=form(shared.text, known))

    async def reported(self, submitted: Submitted) -> Immediate:
        """The form came back: an enquiry, whatever a matcher thinks of it. It goes on in the direct conversation."""
        text = submitted.values.get("message", "").strip()
        if not text:
            return Immediate(problems={"message": texts.NOTHING_WRITTEN})
        if not self._office.exists:
            return Immediate(notice=texts.NO_PRESS_OFFICE)
        known = details_in(submitted.values)
        said = Said(submitted.event_id, submitted.person, text, submitted.direct, submitted.direct)

        def report(tx: Tx) -> Immediate:
            if problem := self._office.deadline_problem(known.deadline, tx.now):
                return Immediate(problems={"deadline": problem})
            if events.remember(tx, submitted.at.platform, submitted.event_id):
                self.open(tx, said, CaseKind.MEDIA, self._minds.current, known)
            return Immediate()

        return await self._store.run(report)

    # ---- cases ------------------------------------------------------------------------------------------------------

    def open(self, tx: Tx, said: Said, kind: CaseKind, mind: Mind, details: Details = UNKNOWN_DETAILS) -> Case:
        """Open a case for what somebody said; in a channel, only that they have been written to."""
        asker = transitions.asker_of(said, tx.now)
        case = open_case(tx, self._office, mind.knowledge, Reported(details), kind=kind, asker=asker)
        if said.at != said.direct:
            self._say(tx, said, cards.plain(texts.SEE_DIRECT_MESSAGE), part="direct")
        return case

    def _follow_up(self, tx: Tx, said: Said, mind: Mind, case: Case, how: FollowUp) -> None:
        """What was said is added to a case, or corrects what it holds."""
        press, steps = self._office.press, case_rows.steps(tx, case.id)
        terms = related_cases.terms_of(tx, case, self._office, mind.knowledge)
        effects.commit(tx, how(case, said, steps, terms, press.pace, tx.now), press)


def _entries(mind: Mind, ids: tuple[str, ...]) -> list[Entry]:
    return [mind.knowledge.entry[entry_id] for entry_id in ids]
