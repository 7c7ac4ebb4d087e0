"""Cases under everything that people, platforms and time can do to them, in any order."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.desk import decide
from bot.desk.actions.action import parse_number
from bot.domain.case import Case, CaseKind, CaseState, Step, StepKind
from bot.errors import PermanentFailure, TemporaryFailure
from bot.matching.match import Match
from bot.messages import Address, Button, Person, Said, Submitted
from tests.clock import ManualClock
from tests.desk import buttons, direct, loaded_knowledge, said
from tests.prompt import PromptKnowledge, PromptStore
from tests.scenarios.case_world import (
    ANNA,
    ASKERS,
    EVERYBODY,
    FOR_STAFF,
    JOE,
    OF_SEVERAL,
    OFFICERS,
    OFFICERS_ONLY,
    ON_NO_CASE,
    SAM,
    TESS,
    WORDS,
    YARD,
    CaseWorld,
)

CHANNELS = (["slack:c-press"], ["slack:c-press", "teams:c-press"])
OUTCOMES = st.sampled_from(("advice given", "answered", "no action", "withdrawn", ""))
PASS_ON = frozenset({"press.ask", "media.yes", "further.add"})
ELSEWHERE = frozenset({*PASS_ON, "further.keep", "entry.show", *ON_NO_CASE})
ACTIONS_THERE_ARE = sorted(OFFICERS_ONLY | FOR_STAFF | ELSEWHERE)
BEGINNINGS = st.sampled_from(
    (
        datetime(2026, 11, 23, 10, 0, tzinfo=UTC),
        datetime(2026, 3, 27, 16, 40, tzinfo=UTC),  # a Friday before the clocks go forward
        datetime(2026, 10, 24, 23, 30, tzinfo=UTC),  # the night in which they go back
        datetime(2026, 12, 24, 15, 0, tzinfo=UTC),  # before holidays
    )
)
DUTIES: tuple[Mapping[str, Any], ...] = (
    {},
    {"hours": {"mon-fri": "09:00-17:00", "sat": "10:00-12:00"}, "holidays": {"country": "GB", "subdivision": "ENG"}},
    {"hours": {}},
    {
        "on_call": ["slack:anna"],
        "rota": [
            {"from": "2026-03-27T17:00", "to": "2026-03-30T09:00", "on_call": ["slack:ben"]},
            {"from": "2026-12-24T12:00", "to": "2026-12-28T09:00", "on_call": ["teams:carl"]},
        ],
    },
)
BREAKABLE = st.sampled_from((("slack", "c-press"), ("teams", "c-press"), ("slack", "dm-sam"), ("teams", "dm-tess")))
LONGEST_RETRY = 6
LONGEST_GAP = 245
"""Minutes between two tries of a delivery, and between two reminders, at most and a few more."""

pick = st.integers(0, 10_000)
who = st.sampled_from(EVERYBODY)
rarely = st.sampled_from((False, False, False, True))


class CaseMachine(CaseWorld):
    """The rules: whatever anybody or anything can do."""

    @initialize(
        channels=st.sampled_from(CHANNELS),
        first=st.sampled_from(WORDS),
        down=rarely,
        for_good=st.booleans(),
        begins=BEGINNINGS,
        duty=st.sampled_from(DUTIES),
    )
    def begin(
        self, channels: list[str], first: str, down: bool, for_good: bool, begins: datetime, duty: Mapping[str, Any]
    ) -> None:
        """One enquiry and something else are there from the start, and perhaps a press channel that is down."""
        self.furnish(channels, begins, duty)
        if down:
            self.breaks(("slack", "c-press"), for_good)
        self.asks(SAM, WORDS[0], yard=False, files=0)
        self.asks(TESS, first, yard=False, files=0)

    # ---- what people do ---------------------------------------------------------------------------------------------

    @rule(asker=st.sampled_from((*ASKERS, JOE)), text=st.sampled_from(WORDS), yard=rarely, files=st.integers(0, 1))
    def asks(self, asker: Person, text: str, yard: bool, files: int) -> None:
        own = self.word()
        at = YARD if yard and asker.platform == "slack" else direct(asker)
        if at != YARD:
            self.private[asker.key].append(own)
        words = f"{text} {own}".strip() if text else ""
        if words:
            self.said[words] = asker
        self.handle(said(asker, words, self.harness.next_event(), at, files=files))

    def press(self, by: Person, button: Button, at: Address) -> None:
        if button.action in PASS_ON and (number := parse_number(button.value.partition(":")[0])) is not None:
            asked = self.read("SELECT question FROM answered WHERE id = ?", number)
            self.passed_on |= {text for (text,) in asked if text in self.said and self.said[text] == by}
        super().press(by, button, at)

    @rule(n=pick, old=rarely, by=who)
    def presses(self, n: int, old: bool, by: Person) -> None:
        """A button that they see, or saw before it was drawn anew."""
        seen = [message for place in self.places(by) for message in self.harness.at(place)]
        drawn = [
            (message.to, button)
            for message in seen
            for version in (message.versions if old else message.versions[-1:])
            for button in buttons(version)
        ]
        if drawn:
            at, button = drawn[n % len(drawn)]
            self.press(by, button, at)

    @rule(
        action=st.sampled_from(sorted(OFFICERS_ONLY | FOR_STAFF | ELSEWHERE)), by=who, case=st.integers(0, 4), rest=pick
    )
    def forges(self, action: str, by: Person, case: int, rest: int) -> None:
        """Any action on any case or answer, from their own conversation."""
        value = f"{case}@{rest % 9}:{rest % 7}" if action.startswith("case.") else f"{rest % 50}:coffee"
        self.press(by, Button("", action, value), direct(by))

    @rule(action=st.sampled_from(sorted(OFFICERS_ONLY)), by=st.sampled_from(OFFICERS), n=pick, choice=pick)
    def works(self, action: str, by: Person, n: int, choice: int) -> None:
        """An officer acts on a case as it is now, from the queue, and fills in what opens."""
        known = self.cases()
        if known:
            case, _ = known[n % len(known)]
            other = known[choice % len(known)][0]
            rest = f":{other.id}" if action in OF_SEVERAL else ""
            before = len(self.forms)
            self.press(by, Button("", action, f"{case.id}@{case.revision}{rest}"), direct(by))
            if len(self.forms) > before:
                self.fill(self.forms[-1], by, choice)

    @rule(action=st.sampled_from(sorted(ON_NO_CASE)), by=who, choice=pick)
    def runs_an_errand(self, action: str, by: Person, choice: int) -> None:
        """An incident is declared, or ended; a case is opened for what came by telephone."""
        before = len(self.forms)
        self.press(by, Button("", action, f"{choice % 3}"), direct(by))
        if len(self.forms) > before:
            self.fill(self.forms[-1], by, choice)

    @precondition(lambda self: bool(self.forms))
    @rule(n=pick, by=who, choice=pick)
    def fills_later(self, n: int, by: Person, choice: int) -> None:
        """A form that somebody left open, or that somebody else had."""
        self.fill(self.forms[n % len(self.forms)], by, choice)

    @rule(n=pick, by=st.sampled_from((*OFFICERS, JOE)), aloud=st.booleans())
    def writes_below_a_card(self, n: int, by: Person, aloud: bool) -> None:
        cards = self.harness.at(self.channels[0])
        if cards:
            thread = Address("slack", f"c-press/{cards[n % len(cards)].id}")
            word = self.word()
            if not aloud or by == JOE:
                self.inside.append(word)
            self.handle(said(by, f"reply: {word}" if aloud else f"inside {word}", self.harness.next_event(), thread))

    @precondition(lambda self: bool(self.handled))
    @rule(n=pick)
    def edits(self, n: int) -> None:
        messages = [each for each, _ in self.handled if isinstance(each, Said)]
        if messages:
            was = messages[n % len(messages)]
            word = self.word()
            if was.at.token.startswith("c-press"):
                self.inside.append(word)
            elif was.at == was.direct:
                self.private[was.person.key].append(word)
            event = self.harness.next_event()
            self.handle(said(was.person, f"edited {word}", event, was.at, corrects=was.event_id))

    # ---- what platforms and time do ---------------------------------------------------------------------------------

    @rule()
    def redelivers(self) -> None:
        """What changed something changes nothing the second time."""
        for incoming, changed in self.handled[-4:]:
            before = self.everything()
            self.runner.run(self.harness.desk.handle(incoming))
            assert not changed or self.everything() == before
            self.settle()

    @rule(minutes=st.sampled_from((1, 5, 20, 130, 700)))
    def time_passes(self, minutes: int) -> None:
        self.runner.run(self.harness.pass_time(timedelta(minutes=minutes)))

    @rule(place=BREAKABLE, for_good=st.booleans())
    def breaks(self, place: tuple[str, str], for_good: bool) -> None:
        platform, token = place
        failure = PermanentFailure("Refused.", "Mend it.") if for_good else TemporaryFailure("Away.", retry_after=2)
        self.harness.platforms[platform].failures[token] = failure

    @rule(place=BREAKABLE)
    def loses_an_answer(self, place: tuple[str, str]) -> None:
        platform, token = place
        self.harness.platforms[platform].drops.add(token)

    @rule()
    def mends(self) -> None:
        for platform in self.harness.platforms.values():
            platform.failures.clear()
            platform.drops.clear()

    @rule()
    def restarts(self) -> None:
        self.runner.run(self.harness.start())

    def teardown(self) -> None:
        try:
            self._everything_ends_well()
            self._what_is_taken_back_is_gone()
        finally:
            self.runner.close()
            self.reader.close()

    def _what_is_taken_back_is_gone(self) -> None:
        """What can be read in a press channel stands in the record of a case."""
        kept = str(self.read("SELECT text FROM case_step")) + str(self.read("SELECT text FROM case_asker"))
        shown = [each for each in self.at_press() if each.to.platform != "email" and not each.deleted]
        for text in self.said:
            assert text in kept or not any(text in str(each.versions[-1]) for each in shown), text

    def _everything_ends_well(self) -> None:
        """Once nothing is broken any more, everything that was committed arrives, and every case can be closed."""
        self.mends()
        self.time_passes(LONGEST_RETRY)
        if not all(self.posted(case) for case, _ in self.cases()):
            self.time_passes(LONGEST_GAP)
        assert self.read("SELECT id FROM job WHERE state = 'pending' AND kind <> 'timer'") == []
        for asker in ASKERS:
            self.look(asker)
        for case, steps in self.cases():
            assert self.posted(case) or case.state is not CaseState.OPEN or case.kind is CaseKind.QUESTION
            self._replies_arrived(case, steps)
            owner = case.owner or ANNA
            self.press(owner, Button("", "case.close", f"{case.id}@{case.revision}"), self.channels[0])
            if case.state is not CaseState.CLOSED:
                form, event = self.forms[-1], self.harness.next_event()
                values = {"outcome": "no action"}
                self.handle(Submitted(event, owner, form.name, form.context, values, self.channels[0], direct(owner)))
        assert all(case.state is CaseState.CLOSED for case, _ in self.cases())

    def _replies_arrived(self, case: Case, steps: tuple[Step, ...]) -> None:
        if any(step.kind is StepKind.UNDELIVERED for step in steps):
            return
        for asker in case.askers:
            read = "\n".join(shown.text for shown in self.harness.at(asker.direct))
            came = [place for place, step in enumerate(steps) if step.kind is StepKind.TOOK_IN]
            since = max(came) if asker.from_case is not None and came else 0
            assert all(step.text in read for step in steps[since:] if step.kind is StepKind.REPLIED)


def _seed() -> int:
    """SEED runs the sequences of an earlier run again."""
    number = int(os.environ.get("SEED") or secrets.randbelow(1_000_000))
    print(f"The sequences of this run again: SEED={number}")
    return number


def test_cases_in_any_order(sqlite_url: str) -> None:
    """SEQUENCES and SEED say how many, and which; see tests/chaos/sequences.py."""
    play(int(os.environ.get("SEQUENCES", "40")), sqlite_url)


@pytest.mark.slow
@pytest.mark.parametrize("share", range(8))
def test_cases_in_any_order_at_length(sqlite_url: str, share: int) -> None:
    """A thousand, shared out so that the processors have the same to do."""
    play(120, sqlite_url)


def play(sequences: int, url: str) -> None:
    database, clock = Path(url.removeprefix("sqlite:///")), ManualClock()
    store = PromptStore(url, clock)
    store.open()
    decided = decide.decide
    active_knowledge = PromptKnowledge(loaded_knowledge())

    class Machine(CaseMachine):
        def __init__(self) -> None:
            super().__init__(store, clock, active_knowledge, database)
            patch.setattr(decide, "decide", self.decides)

        def decides(self, message: Said, match: Match, context: decide.Context) -> decide.Decision:
            decision = decided(message, match, context)
            if isinstance(decision, decide.MediaEnquiry | decide.AddToCase):
                self.passed_on.add(message.text)
            return decision

    patch = pytest.MonkeyPatch()
    try:
        run_state_machine_as_test(
            seed(_seed())(Machine), settings=settings(max_examples=sequences, stateful_step_count=15)
        )
    finally:
        patch.undo()
        store.close()
