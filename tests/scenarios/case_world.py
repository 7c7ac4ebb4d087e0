"""What the case machine acts in: people, their words, and what always holds of the cases among them."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, invariant

from bot.desk.actions.action import CaseAction, PressOfficeAction, Who
from bot.desk.actions.table import ACTIONS
from bot.domain.case import Case, CaseKind, CaseState, Step, StepKind
from bot.matching.active_knowledge import ActiveKnowledge
from bot.messages import Address, Button, Field, Form, Incoming, Person, Pressed, Submitted, SyncResponse, Viewed
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.desk import SETTINGS, DeskHarness, Message, direct, person

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
    "they want me live at 7",
    "a reporter from the Harbour Gazette rang about the flooded cellar again, deadline tomorrow noon",
    "a reporter from the Observer rang me about the student who died, deadline 5pm today",
    "the BBC are on the line now about the flooded cellar",
    "thanks a lot",
    "",
    "she is called Joan",
    "the Gazette rang again",
    "M-1: they came round",
    "another journalist just rang me",
    "Radio 4 are on the phone now about something else",
    "can I moan about my boss",
    "she shouted at me and wants it by five",
    "yes three is fine",
    "I forgot my password",
)
OF_CASES = {name: action for name, action in ACTIONS.items() if isinstance(action, CaseAction)}
OFFICERS_ONLY = frozenset(name for name, action in OF_CASES.items() if action.who is Who.OFFICER)
FOR_STAFF = frozenset(OF_CASES) - OFFICERS_ONLY
ON_NO_CASE = frozenset(name for name, action in ACTIONS.items() if isinstance(action, PressOfficeAction))
OF_SEVERAL = frozenset({"case.separate", "case.join", "case.split"})
"""What changes more cases than one; a link that turns up aside."""

BEGINS = frozenset({StepKind.OPENED, StepKind.UNCLAIMED, StepKind.REOPENED, StepKind.RETURNED})
FALLBACK_AFTER = timedelta(minutes=5)
ONCE_A_DEADLINE = (StepKind.DEADLINE_NEAR, StepKind.DEADLINE_PASSED)
TIMES = frozenset({"deadline", "slot", "until"})
DEADLINES = ("", "17:00", "tomorrow noon", "in half an hour", "whenever")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CaseWorld(RuleBasedStateMachine):
    """`handled` are the events so far, with whether they changed anything; `forms` those that were opened."""

    def __init__(self, store: Store, clock: ManualClock, active_knowledge: ActiveKnowledge, database: Path) -> None:
        super().__init__()
        self.store = store
        self.clock = clock
        self.active_knowledge = active_knowledge
        self.reader = sqlite3.connect(database, isolation_level=None)
        self.reader.execute("PRAGMA foreign_keys = ON")
        self.runner = asyncio.Runner()
        self.seen = -1
        self.handled: list[tuple[Incoming, bool]] = []
        self.forms: list[Form] = []
        self.inside: list[str] = []
        self.private: dict[str, list[str]] = defaultdict(list)
        self.words = 0
        self.said: dict[str, Person] = {}
        """What askers said -> who."""
        self.passed_on: set[str] = set()
        """What the decision for the message, or a press of its author, passes on."""

    def furnish(self, channels: list[str], begins: datetime, duty: Mapping[str, Any]) -> None:
        self._empty(begins)
        office = {**SETTINGS["press_office"], "channels": channels, **duty}
        self.harness = DeskHarness(
            self.store, self.clock, {**SETTINGS, "press_office": office}, active_knowledge=self.active_knowledge
        )
        self.channels = [Address(*channel.split(":")) for channel in channels]
        self.runner.run(self.harness.start())

    def _empty(self, begins: datetime) -> None:
        """As new; one store serves all sequences, since most of an engine's life goes into its first statements."""
        self.clock.advance(begins - self.clock.now())
        for table in (
            "press_case",
            "job",
            "lane",
            "inbox",
            "inbound_event",
            "answered",
            "feedback",
            "incident",
            "false_alarm",
        ):
            self.reader.execute(f"DELETE FROM {table}")  # noqa: S608
        self.reader.execute("DELETE FROM sqlite_sequence")

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
            self._no_deadline_passes_unheard(case, steps)
            self._each_step_happens_once(steps)
        self._nobody_reads_what_is_not_theirs()
        self._nothing_is_passed_on_unasked()
        self._lanes_keep_their_order()

    def _history_and_state_agree(self, case: Case, steps: tuple[Step, ...]) -> None:
        assert _replayed(steps) == (case.state, None if case.owner is None else case.owner.key), case.reference
        assert (case.outcome is None) == (case.state is not CaseState.CLOSED)
        assert case.ownership_revision <= case.revision <= 1 + len(steps)

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

    def _no_deadline_passes_unheard(self, case: Case, steps: tuple[Step, ...]) -> None:
        """The press office has the ping, or the asker was told to phone and the case says that it is unreachable.

        Or an officer found it in the queue, and has it.
        """
        if case.kind is CaseKind.MEDIA and case.state is CaseState.OPEN and case.due_at is not None:
            had_time = case.due_at - max(step.at for step in steps if step.kind in BEGINS) > FALLBACK_AFTER
            if had_time and case.due_at < self.clock.now() and not self.posted(case):
                assert case.unreachable
                assert {StepKind.FALLBACK, StepKind.PHONE_GIVEN} & {step.kind for step in steps}

    def _each_step_happens_once(self, steps: tuple[Step, ...]) -> None:
        wait: Counter[StepKind] = Counter()
        deadlines: Counter[tuple[StepKind, str]] = Counter()
        for step in steps:
            if step.kind in BEGINS:
                wait.clear()
            if step.kind is StepKind.REOPENED:
                deadlines.clear()
            wait[step.kind] += 1
            deadlines[step.kind, step.text] += 1
            assert wait[StepKind.MAILED] <= 1
            learnt = wait[StepKind.DETAILS] + wait[StepKind.ADDED] + wait[StepKind.CORRECTED]
            assert wait[StepKind.ON_CALL] <= 1 + learnt  # what became known may hurry it
            assert all(count <= 1 for (kind, _), count in deadlines.items() if kind in ONCE_A_DEADLINE)

    def _nobody_reads_what_is_not_theirs(self) -> None:
        for asker in ASKERS:
            shown = [message.versions for place in (direct(asker), YARD) for message in self.harness.at(place)]
            self.is_theirs(asker, str(shown))

    def _nothing_is_passed_on_unasked(self) -> None:
        """No words stand in a press channel unless it was decided or asked so, and their author was told."""
        for text, by in self.said.items():
            if any(text in str(message.versions) for message in self.at_press()):
                assert text in self.passed_on, text
                told = "SELECT 1 FROM job WHERE lane = ? AND case_id IS NOT NULL"
                assert self.read(told, str(direct(by))), text

    def at_press(self) -> list[Message]:
        """Everything in the press channels and below their cards, and the office's mail; deleted messages too."""
        places = {channel.token for channel in self.channels}
        return [
            message
            for platform in self.harness.platforms.values()
            for message in platform.shown
            if message.to.token.partition("/")[0] in places or message.to.platform == "email"
        ]

    def is_theirs(self, asker: Person, read: str) -> None:
        """Neither what was written inside, nor what somebody else said to the desk alone."""
        others = [word for key, words in self.private.items() if key != asker.key for word in words]
        found = [word for word in (*self.inside, *others) if word in read]
        assert not found, f"{asker.name} reads {found}"

    def look(self, asker: Person) -> None:
        """At their own page."""
        self.is_theirs(asker, str(self.runner.run(self.harness.desk.handle(Viewed(asker, "home", direct(asker))))))

    def _lanes_keep_their_order(self) -> None:
        place = {key: (lane, seq) for key, lane, seq in self.read("SELECT idempotency_key, lane, seq FROM job")}
        for platform in self.harness.platforms.values():
            lanes: dict[str, list[int]] = defaultdict(list)
            for key in platform.taken:
                lane, seq = place[key]
                lanes[lane].append(seq)
            assert all(order == sorted(order) for order in lanes.values())

    # ---- the common part --------------------------------------------------------------------------------------------

    def press(self, by: Person, button: Button, at: Address) -> None:
        pressed = Pressed(self.harness.next_event(), by, button.action, button.value, at, direct(by))
        before = self.everything()
        immediate = self.handle(pressed)
        if button.action in OFFICERS_ONLY | ON_NO_CASE and by not in OFFICERS:
            assert self.everything() == before
            assert immediate.form is None
        if by in ASKERS:
            self.is_theirs(by, str(immediate))
        if immediate.form:
            self.forms.append(immediate.form)

    def fill(self, form: Form, by: Person, choice: int) -> None:
        """Everything is filled in, with words that stay inside, but for what goes to the asker, or comes from there."""
        values = {field.name: self._filled(field, choice) for field in form.fields}
        to_asker = {"text"} if form.name == "case.reply" else set()
        own = {"holding_line"} if form.name == "press.incident" else set()  # which staff read
        known = {field.name for field in form.fields if field.kind == "choice"} | TIMES
        theirs = self.private[by.key] if form.name in {"case.details", "case.answer"} and by in ASKERS else self.inside
        theirs += [values[name] for name in values if name not in known | to_asker | own]
        event = self.harness.next_event()
        self.handle(Submitted(event, by, form.name, form.context, values, self.channels[0], direct(by)))

    def _filled(self, field: Field, choice: int) -> str:
        if field.kind == "choice":
            return field.options[choice % len(field.options)][0]
        return DEADLINES[choice % len(DEADLINES)] if field.name in TIMES else self.word()

    def handle(self, incoming: Incoming) -> SyncResponse:
        before, known, links = self.everything(), self.revisions(), self._links()
        immediate = self.runner.run(self.harness.desk.handle(incoming))
        after = self.revisions()
        grown = sum(after[number] - known.get(number, 0) for number in after) - (self._links() - links)
        # One step at a time, but where cases are made one or two, and where one turns out to belong with others.
        named = incoming.action if isinstance(incoming, Pressed) else ""
        assert grown <= 1 or named in OF_SEVERAL
        self.handled.append((incoming, self.everything() != before))
        self.settle()
        return immediate

    def _links(self) -> int:
        """How many cases were told that another belongs with them."""
        return int(self.read("SELECT count(*) FROM case_step WHERE kind = ?", StepKind.LINKED)[0][0])

    def settle(self) -> None:
        self.runner.run(self.harness.settle())

    def word(self) -> str:
        self.words += 1
        return f"word{self.words}x"

    def places(self, by: Person) -> list[Address]:
        insiders = self.channels if by in (*OFFICERS, JOE) else []
        return [direct(by), *insiders, *([YARD] if by.platform == "slack" else [])]

    def cases(self) -> list[tuple[Case, tuple[Step, ...]]]:
        with self.store.transaction() as tx:
            return [(case, tx.cases.steps(case.id)) for case in tx.cases.listing(list(CaseState), 1000)]

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


_ANY = frozenset(CaseState)
_OPEN, _CLAIMED = frozenset({CaseState.OPEN}), frozenset({CaseState.CLAIMED})
_LIVE = _OPEN | _CLAIMED
_POSSIBLE_IN = {
    **dict.fromkeys((StepKind.CLAIMED, StepKind.WITHDRAWN), _OPEN),
    **dict.fromkeys((StepKind.REMINDED, StepKind.ON_CALL, StepKind.MAILED, StepKind.PHONE_GIVEN), _OPEN),
    **dict.fromkeys((StepKind.UNCLAIMED, StepKind.RETURNED, StepKind.NUDGED, StepKind.WAITING), _CLAIMED),
    **dict.fromkeys((StepKind.HANDOVER_OFFERED, StepKind.HANDOVER_ACCEPTED, StepKind.HANDOVER_DECLINED), _CLAIMED),
    **dict.fromkeys((StepKind.REPLIED, StepKind.RESPONDED, StepKind.STATEMENT), _CLAIMED),
    **dict.fromkeys((StepKind.CLOSED, StepKind.FALSE_ALARM, StepKind.TOOK_IN), _LIVE),
    **dict.fromkeys((StepKind.DEADLINE_NEAR, StepKind.DEADLINE_PASSED), _LIVE),
    StepKind.REOPENED: frozenset({CaseState.CLOSED}),
}
_BECOMES = {
    **dict.fromkeys((StepKind.OPENED, StepKind.UNCLAIMED, StepKind.RETURNED, StepKind.REOPENED), CaseState.OPEN),
    **dict.fromkeys((StepKind.CLAIMED, StepKind.HANDOVER_ACCEPTED), CaseState.CLAIMED),
    **dict.fromkeys((StepKind.CLOSED, StepKind.FALSE_ALARM, StepKind.WITHDRAWN, StepKind.JOINED), CaseState.CLOSED),
}
_OF_THE_OWNER = frozenset({StepKind.REPLIED, StepKind.RESPONDED, StepKind.STATEMENT})
_TAKES = frozenset({StepKind.CLAIMED, StepKind.HANDOVER_ACCEPTED})
_FREES = frozenset({StepKind.UNCLAIMED, StepKind.RETURNED, StepKind.REOPENED})


def _replayed(steps: tuple[Step, ...]) -> tuple[CaseState, str | None]:
    """The state and the owner that a history leads to; every step of it must have been possible where it stands."""
    state, owner = CaseState.CLOSED, None
    for number, step in enumerate(steps):
        by = step.by.key if step.by else None
        assert (step.kind is StepKind.OPENED) == (number == 0)
        assert state in _POSSIBLE_IN.get(step.kind, _ANY), step.kind
        assert step.kind not in _OF_THE_OWNER or owner == by
        assert step.kind not in {StepKind.CLOSED, StepKind.FALSE_ALARM} or owner in {None, by}
        state = _BECOMES.get(step.kind, state)
        if step.kind in _TAKES:
            assert owner != by
            owner = by
        elif step.kind in _FREES:
            owner = None
    return state, owner
