"""Cases under everything that people, platforms and time can do to them, in any order."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.errors import PermanentFailure, TemporaryFailure
from bot.messages import Address, Button, Form, Immediate, Incoming, Person, Pressed, Said, Submitted, Viewed
from bot.model import Case, CaseKind, CaseState, Step, StepKind
from bot.store import cases
from bot.store.engine import Store
from tests.clock import ManualClock
from tests.desk import SETTINGS, House, buttons, direct, person, said

MEMORY = Path("/dev/shm")
SAM, TESS, JOE = person("sam"), person("tess", "teams"), person("joe")
ANNA, BEN = person("anna"), person("ben")
ASKERS, OFFICERS = (SAM, TESS), (ANNA, BEN)
EVERYBODY = (*ASKERS, *OFFICERS, JOE)
CHANNELS = (["slack:c-press"], ["slack:c-press", "teams:c-press"])
YARD = Address("slack", "c-yard/1")
WORDS = (
    "a reporter from the Harbour Gazette rang me about the flooded cellar",
    "somebody rang me about my post",
    "when do I get my pay slip",
    "may I bring coffee into the reading room?",
    "she wants it by five",
    "thanks a lot",
    "",
)
OFFICERS_ONLY = frozenset(
    f"case.{action}" for action in ("claim", "unclaim", "reply", "note", "close", "false_alarm", "reopen")
)
FOR_STAFF = frozenset({"case.withdraw", "case.separate", "case.details", "press.ask", "media.yes", "entry.show"})
BREAKABLE = st.sampled_from((("slack", "c-press"), ("teams", "c-press"), ("slack", "dm-sam"), ("teams", "dm-tess")))
BEGINS = frozenset({StepKind.OPENED, StepKind.UNCLAIMED, StepKind.REOPENED})
FALLBACK_AFTER = timedelta(minutes=5)
LONGEST_GAP = 245
"""Minutes between two reminders, at most, and a few more."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

pick = st.integers(0, 10_000)
who = st.sampled_from(EVERYBODY)
rarely = st.sampled_from((False, False, False, True))


class CaseMachine(RuleBasedStateMachine):
    """`handled` are the events so far, with whether they changed anything; `forms` those that were opened."""

    def __init__(self, store: Store, clock: ManualClock, database: Path) -> None:
        super().__init__()
        self.store = store
        self.clock = clock
        self.reader = sqlite3.connect(database, isolation_level=None)
        self.reader.execute("PRAGMA foreign_keys = ON")
        self.runner = asyncio.Runner()
        self.seen = -1
        self.handled: list[tuple[Incoming, bool]] = []
        self.forms: list[Form] = []
        self.inside: list[str] = []
        self.private: dict[str, list[str]] = defaultdict(list)
        self.words = 0

    @initialize(channels=st.sampled_from(CHANNELS), first=st.sampled_from(WORDS))
    def begin(self, channels: list[str], first: str) -> None:
        """One enquiry and something else are there from the start."""
        self._empty()
        office = {**SETTINGS["press_office"], "channels": channels}
        self.house = House(self.store, self.clock, {**SETTINGS, "press_office": office})
        self.channels = [Address(*channel.split(":")) for channel in channels]
        self.runner.run(self.house.start())
        self.asks(SAM, WORDS[0], yard=False, files=0)
        self.asks(TESS, first, yard=False, files=0)

    def _empty(self) -> None:
        """As new; one store serves all sequences, since most of an engine's life goes into its first statements."""
        self.clock.advance(ManualClock().now() - self.clock.now())
        for table in ("press_case", "job", "lane", "inbound_event", "answered", "feedback", "sqlite_sequence"):
            self.reader.execute(f"DELETE FROM {table}")  # noqa: S608

    # ---- what people do ---------------------------------------------------------------------------------------------

    @rule(asker=st.sampled_from((*ASKERS, JOE)), text=st.sampled_from(WORDS), yard=rarely, files=st.integers(0, 1))
    def asks(self, asker: Person, text: str, yard: bool, files: int) -> None:
        own = self._word()
        at = YARD if yard and asker.platform == "slack" else direct(asker)
        if at != YARD:
            self.private[asker.key].append(own)
        self._handle(said(asker, f"{text} {own}".strip() if text else "", self.house.next_event(), at, files=files))

    @rule(n=pick, old=rarely, by=who)
    def presses(self, n: int, old: bool, by: Person) -> None:
        """A button that they see, or saw before it was drawn anew."""
        seen = [message for place in self._places(by) for message in self.house.at(place)]
        drawn = [
            (message.to, button)
            for message in seen
            for version in (message.versions if old else message.versions[-1:])
            for button in buttons(version)
        ]
        if drawn:
            at, button = drawn[n % len(drawn)]
            self._press(by, button, at)

    @rule(action=st.sampled_from(sorted(OFFICERS_ONLY | FOR_STAFF)), by=who, case=st.integers(0, 4), rest=pick)
    def forges(self, action: str, by: Person, case: int, rest: int) -> None:
        """Any action on any case or answer, from their own conversation."""
        value = f"{case}@{rest % 9}:{rest % 7}" if action.startswith("case.") else f"{rest % 50}:coffee"
        self._press(by, Button("", action, value), direct(by))

    @precondition(lambda self: bool(self.forms))
    @rule(n=pick, by=who, outcome=st.sampled_from(("answered", "no action", "withdrawn", "")))
    def fills(self, n: int, by: Person, outcome: str) -> None:
        form = self.forms[-1 - n % min(3, len(self.forms))]
        values = {"text": self._word(), "note": self._word(), "journalist": self._word(), "outcome": outcome}
        if form.name == "case.note":
            self.inside.append(values["text"])
        self.inside += [values["note"], values["journalist"]]
        event = self.house.next_event()
        self._handle(Submitted(event, by, form.name, form.context, values, self.channels[0], direct(by)))

    @rule(n=pick, by=st.sampled_from((*OFFICERS, JOE)), aloud=st.booleans())
    def writes_below_a_card(self, n: int, by: Person, aloud: bool) -> None:
        cards = self.house.at(self.channels[0])
        if cards:
            thread = Address("slack", f"c-press/{cards[n % len(cards)].id}")
            word = self._word()
            if not aloud or by == JOE:
                self.inside.append(word)
            self._handle(said(by, f"reply: {word}" if aloud else word, self.house.next_event(), thread))

    @precondition(lambda self: bool(self.handled))
    @rule(n=pick)
    def edits(self, n: int) -> None:
        messages = [each for each, _ in self.handled if isinstance(each, Said)]
        if messages:
            was = messages[n % len(messages)]
            word = self._word()
            if was.at.token.startswith("c-press"):
                self.inside.append(word)
            elif was.at == was.direct:
                self.private[was.person.key].append(word)
            event = self.house.next_event()
            self._handle(said(was.person, f"edited {word}", event, was.at, corrects=was.event_id))

    # ---- what platforms and time do ---------------------------------------------------------------------------------

    @precondition(lambda self: bool(self.handled))
    @rule(n=pick)
    def redelivers(self, n: int) -> None:
        """What changed something changes nothing the second time."""
        incoming, changed = self.handled[n % len(self.handled)]
        before = self._everything()
        self.runner.run(self.house.desk.handle(incoming))
        assert not changed or self._everything() == before
        self._settle()

    @rule(minutes=st.sampled_from((1, 5, 20, 130)))
    def time_passes(self, minutes: int) -> None:
        self.runner.run(self.house.pass_time(timedelta(minutes=minutes)))

    @rule(place=BREAKABLE, for_good=st.booleans())
    def breaks(self, place: tuple[str, str], for_good: bool) -> None:
        platform, token = place
        failure = PermanentFailure("Refused.", "Mend it.") if for_good else TemporaryFailure("Away.", retry_after=2)
        self.house.platforms[platform].failures[token] = failure

    @rule(place=BREAKABLE)
    def loses_an_answer(self, place: tuple[str, str]) -> None:
        platform, token = place
        self.house.platforms[platform].drops.add(token)

    @rule()
    def mends(self) -> None:
        for platform in self.house.platforms.values():
            platform.failures.clear()

    @rule()
    def restarts(self) -> None:
        self.runner.run(self.house.start())

    # ---- what always holds ------------------------------------------------------------------------------------------

    @invariant()
    def holds(self) -> None:
        (version,) = self._read("PRAGMA data_version")[0]
        if version == self.seen:
            return  # nothing was committed since it was looked at
        self.seen = version
        known = self._cases()
        for case, steps in known:
            self._history_and_state_agree(case, steps)
            self._no_enquiry_is_silent(case, steps)
        self._nobody_reads_what_is_not_theirs()
        self._lanes_keep_their_order()

    def _history_and_state_agree(self, case: Case, steps: tuple[Step, ...]) -> None:
        assert _replayed(steps) == (case.state, None if case.owner is None else case.owner.key), case.reference
        assert (case.outcome is None) == (case.state is not CaseState.CLOSED)
        assert case.turned <= case.revision <= 1 + len(steps)

    def _no_enquiry_is_silent(self, case: Case, steps: tuple[Step, ...]) -> None:
        waiting = self._timers(case)
        assert case.state is not CaseState.CLOSED or not waiting
        if case.kind is CaseKind.MEDIA and case.state is CaseState.OPEN:
            assert "remind" in waiting
            if case.unreachable:
                assert StepKind.FALLBACK in {step.kind for step in steps}
            elif not self._posted(case):
                since = max(step.at for step in steps if step.kind in BEGINS)
                assert waiting["fallback"] <= since + FALLBACK_AFTER

    def _nobody_reads_what_is_not_theirs(self) -> None:
        """Neither what was written inside, nor what somebody else said to the desk alone."""
        for asker in ASKERS:
            others = [word for key, words in self.private.items() if key != asker.key for word in words]
            viewed = self.runner.run(self.house.desk.handle(Viewed(asker, "home", direct(asker))))
            shown = [message.versions for place in (direct(asker), YARD) for message in self.house.at(place)]
            read = f"{viewed} {shown}"
            found = [word for word in (*self.inside, *others) if word in read]
            assert not found, f"{asker.name} reads {found}"

    def _lanes_keep_their_order(self) -> None:
        place = {key: (lane, seq) for key, lane, seq in self._read("SELECT idempotency_key, lane, seq FROM job")}
        for platform in self.house.platforms.values():
            lanes: dict[str, list[int]] = defaultdict(list)
            for key in platform.taken:
                lane, seq = place[key]
                lanes[lane].append(seq)
            assert all(order == sorted(order) for order in lanes.values())

    def teardown(self) -> None:
        try:
            self._everything_ends_well()
        finally:
            self.house.close()
            self.runner.close()
            self.reader.close()

    def _everything_ends_well(self) -> None:
        """Once nothing is broken any more, everything that was committed arrives, and every case can be closed."""
        self.mends()
        self.time_passes(LONGEST_GAP)
        assert self._read("SELECT id FROM job WHERE state = 'pending' AND kind <> 'timer'") == []
        for case, steps in self._cases():
            assert self._posted(case) or case.state is not CaseState.OPEN or case.kind is CaseKind.QUESTION
            self._replies_arrived(case, steps)
            owner = case.owner or ANNA
            self._press(owner, Button("", "case.close", f"{case.id}@{case.revision}"), self.channels[0])
            if case.state is not CaseState.CLOSED:
                form, event = self.forms[-1], self.house.next_event()
                values = {"outcome": "no action"}
                self._handle(Submitted(event, owner, form.name, form.context, values, self.channels[0], direct(owner)))
        assert all(case.state is CaseState.CLOSED for case, _ in self._cases())

    def _replies_arrived(self, case: Case, steps: tuple[Step, ...]) -> None:
        if any(step.kind is StepKind.UNDELIVERED for step in steps):
            return
        for asker in case.askers:
            read = "\n".join(shown.text for shown in self.house.at(asker.direct))
            assert all(step.text in read for step in steps if step.kind is StepKind.REPLIED)

    # ---- the common part --------------------------------------------------------------------------------------------

    def _press(self, by: Person, button: Button, at: Address) -> None:
        pressed = Pressed(self.house.next_event(), by, button.action, button.value, at, direct(by))
        before = self._everything()
        immediate = self._handle(pressed)
        if button.action in OFFICERS_ONLY and by not in OFFICERS:
            assert self._everything() == before
            assert immediate.form is None
        if immediate.form:
            self.forms.append(immediate.form)

    def _handle(self, incoming: Incoming) -> Immediate:
        before, known = self._everything(), self._revisions()
        immediate = self.runner.run(self.house.desk.handle(incoming))
        after = self._revisions()
        grown = {number: after[number] - known.get(number, 0) for number in after if after[number] != known.get(number)}
        # A message that is separated changes the case it leaves and opens one; nothing else touches two.
        assert all(growth == 1 for growth in grown.values())
        assert len(grown) <= 1 or (isinstance(incoming, Pressed) and incoming.action == "case.separate")
        self.handled.append((incoming, self._everything() != before))
        self._settle()
        return immediate

    def _settle(self) -> None:
        self.runner.run(self.house.relay.settle())

    def _word(self) -> str:
        self.words += 1
        return f"word{self.words}x"

    def _places(self, by: Person) -> list[Address]:
        insiders = self.channels if by in (*OFFICERS, JOE) else []
        return [direct(by), *insiders, *([YARD] if by.platform == "slack" else [])]

    def _cases(self) -> list[tuple[Case, tuple[Step, ...]]]:
        with self.store.transaction() as tx:
            return [(case, cases.steps(tx, case.id)) for case in cases.listing(tx, list(CaseState), 1000)]

    def _posted(self, case: Case) -> bool:
        return bool(self._read("SELECT id FROM posting WHERE case_id = ?", case.id))

    def _timers(self, case: Case) -> dict[str, datetime]:
        """When each timer of the case is due."""
        waiting = "SELECT lane, due_at FROM job WHERE case_id = ? AND kind = 'timer' AND state = 'pending'"
        rows = self._read(waiting, case.id)
        assert len({lane for lane, _ in rows}) == len(rows)
        return {lane.rpartition(":")[2]: EPOCH + timedelta(microseconds=due) for lane, due in rows}

    def _revisions(self) -> dict[int, int]:
        return dict(self._read("SELECT id, revision FROM press_case"))

    def _everything(self) -> tuple[Any, ...]:
        """Changes with everything that is committed, feedback aside."""
        return (
            self._read("SELECT count(*) FROM job"),
            self._read("SELECT count(*) FROM answered"),
            self._read("SELECT count(*) FROM case_step"),
            self._revisions(),
        )

    def _read(self, query: str, *values: Any) -> list[Any]:
        return self.reader.execute(query, values).fetchall()


def _replayed(steps: tuple[Step, ...]) -> tuple[CaseState, str | None]:
    """The state that a history leads to; every step of it must have been possible where it stands."""
    state, owner = CaseState.CLOSED, None
    for number, step in enumerate(steps):
        by = step.by.key if step.by else None
        match step.kind:
            case StepKind.OPENED:
                assert number == 0
                state = CaseState.OPEN
            case StepKind.CLAIMED:
                assert state is CaseState.OPEN
                state, owner = CaseState.CLAIMED, by
            case StepKind.UNCLAIMED:
                assert state is CaseState.CLAIMED
                state, owner = CaseState.OPEN, None
            case StepKind.REPLIED:
                assert (state, owner) == (CaseState.CLAIMED, by)
            case StepKind.WITHDRAWN:
                assert state is CaseState.OPEN
                state = CaseState.CLOSED
            case StepKind.CLOSED | StepKind.FALSE_ALARM:
                assert state is not CaseState.CLOSED
                assert owner in {None, by}
                state = CaseState.CLOSED
            case StepKind.REOPENED:
                assert state is CaseState.CLOSED
                state, owner = CaseState.OPEN, None
            case StepKind.REMINDED:
                assert state is CaseState.OPEN
            case _:
                pass
    return state, owner


@pytest.mark.timeout(1800)  # however busy the machine is: ten times as many sequences in CI
def test_cases_in_any_order() -> None:
    with tempfile.TemporaryDirectory(prefix="policydesk-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        database, clock = Path(folder) / "desk.db", ManualClock()
        store = Store(f"sqlite:///{database}", clock)
        store.open()

        class Machine(CaseMachine):
            def __init__(self) -> None:
                super().__init__(store, clock, database)

        try:
            run_state_machine_as_test(Machine, settings=settings(stateful_step_count=15))
        finally:
            store.close()
