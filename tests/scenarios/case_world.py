"""What the case machine acts in: people, their words, and what always holds of the cases among them."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, invariant

from bot.messages import Address, Button, Form, Immediate, Incoming, Person, Pressed, Submitted, Viewed
from bot.model import Case, CaseKind, CaseState, Step, StepKind
from bot.store import cases
from bot.store.engine import Store
from tests.clock import ManualClock
from tests.desk import SETTINGS, House, direct, person

SAM, TESS, JOE = person("sam"), person("tess", "teams"), person("joe")
ANNA, BEN = person("anna"), person("ben")
ASKERS, OFFICERS = (SAM, TESS), (ANNA, BEN)
EVERYBODY = (*ASKERS, *OFFICERS, JOE)
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
BEGINS = frozenset({StepKind.OPENED, StepKind.UNCLAIMED, StepKind.REOPENED, StepKind.RETURNED})
FALLBACK_AFTER = timedelta(minutes=5)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CaseWorld(RuleBasedStateMachine):
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

    def furnish(self, channels: list[str]) -> None:
        self._empty()
        office = {**SETTINGS["press_office"], "channels": channels}
        self.house = House(self.store, self.clock, {**SETTINGS, "press_office": office})
        self.channels = [Address(*channel.split(":")) for channel in channels]
        self.runner.run(self.house.start())

    def _empty(self) -> None:
        """As new; one store serves all sequences, since most of an engine's life goes into its first statements."""
        self.clock.advance(ManualClock().now() - self.clock.now())
        for table in ("press_case", "job", "lane", "inbound_event", "answered", "feedback", "sqlite_sequence"):
            self.reader.execute(f"DELETE FROM {table}")  # noqa: S608

    # ---- what always holds ------------------------------------------------------------------------------------------

    @invariant()
    def holds(self) -> None:
        (version,) = self.read("PRAGMA data_version")[0]
        if version == self.seen:
            return  # nothing was committed since it was looked at
        self.seen = version
        known = self.cases()
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
        waiting = self.timers(case)
        assert case.state is not CaseState.CLOSED or not waiting
        if case.kind is CaseKind.MEDIA and case.state is CaseState.OPEN:
            assert "watch" in waiting
            if case.unreachable:
                assert StepKind.FALLBACK in {step.kind for step in steps}
            elif not self.posted(case):
                since = max(step.at for step in steps if step.kind in BEGINS)
                assert waiting["fallback"] <= since + FALLBACK_AFTER

    def _nobody_reads_what_is_not_theirs(self) -> None:
        for asker in ASKERS:
            shown = [message.versions for place in (direct(asker), YARD) for message in self.house.at(place)]
            self.is_theirs(asker, str(shown))

    def is_theirs(self, asker: Person, read: str) -> None:
        """Neither what was written inside, nor what somebody else said to the desk alone."""
        others = [word for key, words in self.private.items() if key != asker.key for word in words]
        found = [word for word in (*self.inside, *others) if word in read]
        assert not found, f"{asker.name} reads {found}"

    def look(self, asker: Person) -> None:
        """At their own page."""
        self.is_theirs(asker, str(self.runner.run(self.house.desk.handle(Viewed(asker, "home", direct(asker))))))

    def _lanes_keep_their_order(self) -> None:
        place = {key: (lane, seq) for key, lane, seq in self.read("SELECT idempotency_key, lane, seq FROM job")}
        for platform in self.house.platforms.values():
            lanes: dict[str, list[int]] = defaultdict(list)
            for key in platform.taken:
                lane, seq = place[key]
                lanes[lane].append(seq)
            assert all(order == sorted(order) for order in lanes.values())

    # ---- the common part --------------------------------------------------------------------------------------------

    def press(self, by: Person, button: Button, at: Address) -> None:
        pressed = Pressed(self.house.next_event(), by, button.action, button.value, at, direct(by))
        before = self.everything()
        immediate = self.handle(pressed)
        if button.action in OFFICERS_ONLY and by not in OFFICERS:
            assert self.everything() == before
            assert immediate.form is None
        if immediate.form:
            self.forms.append(immediate.form)

    def fill(self, form: Form, by: Person, outcome: str) -> None:
        values = {"text": self.word(), "note": self.word(), "journalist": self.word(), "outcome": outcome}
        if form.name == "case.note":
            self.inside.append(values["text"])
        self.inside += [values["note"], values["journalist"]]
        event = self.house.next_event()
        self.handle(Submitted(event, by, form.name, form.context, values, self.channels[0], direct(by)))

    def handle(self, incoming: Incoming) -> Immediate:
        before, known = self.everything(), self.revisions()
        immediate = self.runner.run(self.house.desk.handle(incoming))
        after = self.revisions()
        grown = {number: after[number] - known.get(number, 0) for number in after if after[number] != known.get(number)}
        # A message that is separated changes the case it leaves and opens one; nothing else touches two.
        assert all(growth == 1 for growth in grown.values())
        assert len(grown) <= 1 or (isinstance(incoming, Pressed) and incoming.action == "case.separate")
        self.handled.append((incoming, self.everything() != before))
        self.settle()
        return immediate

    def settle(self) -> None:
        self.runner.run(self.house.relay.settle())

    def word(self) -> str:
        self.words += 1
        return f"word{self.words}x"

    def places(self, by: Person) -> list[Address]:
        insiders = self.channels if by in (*OFFICERS, JOE) else []
        return [direct(by), *insiders, *([YARD] if by.platform == "slack" else [])]

    def cases(self) -> list[tuple[Case, tuple[Step, ...]]]:
        with self.store.transaction() as tx:
            return [(case, cases.steps(tx, case.id)) for case in cases.listing(tx, list(CaseState), 1000)]

    def posted(self, case: Case) -> bool:
        return bool(self.read("SELECT id FROM posting WHERE case_id = ?", case.id))

    def timers(self, case: Case) -> dict[str, datetime]:
        """When each timer of the case is due."""
        waiting = "SELECT lane, due_at FROM job WHERE case_id = ? AND kind = 'timer' AND state = 'pending'"
        rows = self.read(waiting, case.id)
        assert len({lane for lane, _ in rows}) == len(rows)
        return {lane.rpartition(":")[2]: EPOCH + timedelta(microseconds=due) for lane, due in rows}

    def revisions(self) -> dict[int, int]:
        return dict(self.read("SELECT id, revision FROM press_case"))

    def everything(self) -> tuple[Any, ...]:
        """Changes with everything that is committed, feedback aside."""
        return (
            self.read("SELECT count(*) FROM job"),
            self.read("SELECT count(*) FROM answered"),
            self.read("SELECT count(*) FROM case_step"),
            self.revisions(),
        )

    def read(self, query: str, *values: Any) -> list[Any]:
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
            case StepKind.UNCLAIMED | StepKind.RETURNED:
                assert state is CaseState.CLAIMED
                state, owner = CaseState.OPEN, None
            case StepKind.HANDOVER_ACCEPTED:
                assert state is CaseState.CLAIMED
                assert owner != by
                owner = by
            case StepKind.NUDGED | StepKind.WAITING | StepKind.HANDOVER_OFFERED | StepKind.HANDOVER_DECLINED:
                assert state is CaseState.CLAIMED
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
            case StepKind.REMINDED | StepKind.MAILED | StepKind.PHONE_GIVEN:
                assert state is CaseState.OPEN
            case _:
                pass
    return state, owner
