"""A desk with a handful of answers, so that the console can be tried without the real one's matcher and store.

It keeps the rules of `ports.Desk` and draws with the real cards; what leaves it leaves in order, after `handle` has
returned.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date

from bot import cards, wording
from bot.knowledge.model import Clause, Document, Entry, Knowledge, Origin
from bot.messages import Address, Immediate, Incoming, Joined, Outgoing, Pressed, Receipt, Said, Submitted
from bot.model import Asker, Case, CaseKind, CaseState, Outcome, Step, StepKind
from bot.ports import Clock, Messenger

PRESS = Address("web", "press")
_ORIGIN = Origin("scripted.yaml", 1)


def _entry(name: str, title: str, answer: str, *cites: str) -> Entry:
    return Entry(name, title, (title,), (), answer, cites, (), "approved", "press-office", None, _ORIGIN)


KNOWLEDGE = Knowledge(
    revision="scripted",
    documents=(
        Document(
            id="guidance",
            title="Employee Social Media Guidance",
            issuer="Lancaster University",
            updated=date(2017, 5, 24),
            url="",
            clauses=(Clause("login", "Things to avoid", 1, "must", "guidance"),),
            origin=_ORIGIN,
        ),
    ),
    entries=(
        _entry(
            "email-as-login",
            "Signing up with your University e-mail address",
            "**No, not as your login.** The policy says not to reuse your University e-mail address, username and "
            "password to sign in to a social networking site.\n\nInstead:\n\n- Sign up with a personal address.\n"
            "- Use a password that you use nowhere else.",
            "login",
        ),
        _entry(
            "own-account",
            "Tweeting from your own account",
            "**Yes, with care.** Say that the views are yours.",
            "login",
        ),
        _entry(
            "department-account",
            "Opening an account for a department",
            "**Yes.** Tell the press office first.",
            "login",
        ),
    ),
)
HOLDING_LINE = (
    "**You have done the right thing by saying so.** Until you have spoken to the press office:\n\n"
    "- Take the person's name, outlet, number and deadline.\n- It is fine to say “I will come back to you.”"
)


class ScriptedDesk:
    def __init__(self, clock: Clock) -> None:
        self.handled: list[str] = []
        self._clock = clock
        self._cases: dict[int, Case] = {}
        self._steps: dict[int, list[Step]] = {}
        self._pings: dict[int, Receipt] = {}
        self._leaving: asyncio.Queue[Callable[[Messenger], Awaitable[None]]] = asyncio.Queue()
        self._keys = 0

    async def deliver(self, messenger: Messenger) -> None:
        """The relay: until cancelled."""
        while True:
            await (await self._leaving.get())(messenger)

    async def handle(self, incoming: Incoming) -> Immediate:
        event_id = getattr(incoming, "event_id", "")
        if event_id in self.handled:
            return Immediate()
        self.handled.append(event_id)
        match incoming:
            case Said() if incoming.at.token.startswith("press/"):
                return self._said_inside(incoming)
            case Said():
                self._asked(incoming)
            case Pressed():
                return self._pressed(incoming)
            case Submitted():
                return self._submitted(incoming)
            case Joined():
                self._send(incoming.direct, cards.welcome(KNOWLEDGE, press=True))
            case _:
                pass
        return Immediate()

    def _asked(self, said: Said) -> None:
        text = said.text.lower()
        if "reporter" in text:
            self._open(said)
        elif "linkedin" in text:
            self._answer("email-as-login", said.direct)
        elif "twitter" in text:
            entries = [KNOWLEDGE.entry["own-account"], KNOWLEDGE.entry["department-account"]]
            self._send(said.direct, cards.choose(entries, answered=1))
        else:
            self._send(said.direct, cards.unknown("", KNOWLEDGE.entries[:2], answered=1, press=True))

    def _answer(self, entry: str, to: Address) -> None:
        shown = [KNOWLEDGE.entry[entry]]
        today = self._clock.now().date()
        self._send(to, cards.answer(KNOWLEDGE, shown, answered=1, press=True, today=today))

    def _open(self, said: Said) -> None:
        now = self._clock.now()
        asker = Asker(said.person, said.direct, said.at, said.text, now, said.event_id)
        case = Case(len(self._cases) + 1, CaseKind.MEDIA, CaseState.OPEN, (asker,), now)
        self._cases[case.id] = case
        self._steps[case.id] = [Step(now, StepKind.OPENED, said.person, said.text)]
        self._send(said.direct, cards.acknowledgement(case, holding_line=HOLDING_LINE, phone="+44 1524 000000"))
        key = self._key()

        async def ping(messenger: Messenger) -> None:
            self._pings[case.id] = await messenger.send(PRESS, cards.ping(case, self._steps[case.id]), key)

        self._leaving.put_nowait(ping)

    def _said_inside(self, said: Said) -> Immediate:
        message = said.at.token.removeprefix("press/")
        case = next(self._cases[one] for one, ping in self._pings.items() if ping.parts == (message,))
        if not said.text.lower().startswith(wording.REPLY_PREFIX):
            return Immediate()
        self._reply(case, said.person.name, said.text[len(wording.REPLY_PREFIX) :].strip())

        async def mark(messenger: Messenger) -> None:
            await messenger.mark(said.at, said.event_id, "delivered")

        self._leaving.put_nowait(mark)
        return Immediate()

    def _pressed(self, pressed: Pressed) -> Immediate:
        if pressed.action == "entry.show":
            self._answer(pressed.value.partition(":")[2], pressed.direct)
            return Immediate()
        if pressed.action == "answer.helpful":
            return Immediate(notice=wording.THANKS_HELPFUL)
        case = self._cases[int(pressed.value.partition("@")[0])]
        match pressed.action:
            case "case.claim" if case.owner:
                return Immediate(notice=wording.taken(case.reference, case.owner.name))
            case "case.claim":
                claimed = replace(case, state=CaseState.CLAIMED, owner=pressed.person)
                self._changed(claimed, Step(self._clock.now(), StepKind.CLAIMED, pressed.person))
                claim = wording.claimed_for_asker(pressed.person.name, case.reference)
                self._send(case.askers[0].direct, cards.plain(claim))
            case "case.reply":
                return Immediate(form=cards.reply_form(case))
            case "case.close":
                return Immediate(form=cards.close_form(case))
            case _:
                return Immediate(notice=wording.STALE)
        return Immediate()

    def _submitted(self, submitted: Submitted) -> Immediate:
        case = self._cases[int(submitted.context.partition("@")[0])]
        if submitted.form == "case.reply":
            if submitted.values["text"] == "?":
                return Immediate(problems={"text": wording.NOTHING_WRITTEN})
            self._reply(case, submitted.person.name, submitted.values["text"])
        else:
            closed = replace(case, state=CaseState.CLOSED, outcome=Outcome(submitted.values["outcome"]))
            self._changed(closed, Step(self._clock.now(), StepKind.CLOSED, submitted.person))
        return Immediate()

    def _reply(self, case: Case, officer: str, text: str) -> None:
        now = self._clock.now()
        self._send(case.askers[0].direct, cards.reply(case, officer, text))
        self._changed(replace(case, answered_at=now), Step(now, StepKind.REPLIED, case.owner, text))

    def _changed(self, case: Case, step: Step) -> None:
        case = replace(case, revision=case.revision + 1)
        self._cases[case.id] = case
        self._steps[case.id].append(step)
        key = self._key()

        async def update(messenger: Messenger) -> None:
            await messenger.update(self._pings[case.id], cards.ping(case, self._steps[case.id]), key)

        self._leaving.put_nowait(update)

    def _send(self, to: Address, outgoing: Outgoing) -> None:
        key = self._key()

        async def send(messenger: Messenger) -> None:
            await messenger.send(to, outgoing, key)

        self._leaving.put_nowait(send)

    def _key(self) -> str:
        self._keys += 1
        return f"job/{self._keys}"
