from __future__ import annotations

import asyncio
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.console import TerminalConsole
from adapters.console.screen import Screen
from bot.errors import PermanentFailure, StoreUnavailable
from bot.messages import (
    Address,
    Button,
    Buttons,
    Field,
    Form,
    Incoming,
    Markdown,
    Outgoing,
    Pressed,
    Quote,
    Said,
    Submitted,
    SyncResponse,
)
from tests.waiting import goes_on

YOU = Address("console", "you")


def offer(text: str, *labels: str) -> Outgoing:
    return Outgoing((Markdown(text), Buttons(tuple(Button(label, "show", label.lower()) for label in labels))), text)


class EchoDesk:
    """Answers each message with two buttons, a little later, as an outbox does; a button opens a form or is named."""

    def __init__(self, form: Form | None = None) -> None:
        self.taken: list[Incoming] = []
        self.form = form
        self.console: TerminalConsole | None = None
        self.leaving: list[asyncio.Task[None]] = []

    async def deliver(self, said: Said, key: str) -> None:
        await asyncio.sleep(0)
        assert self.console is not None
        await self.console.messenger.send(said.at, offer(f"You said: {said.text}", "One", "Two"), key)

    async def handle(self, incoming: Incoming) -> SyncResponse:
        self.taken.append(incoming)
        assert self.console is not None
        match incoming:
            case Said(text="away"):
                raise StoreUnavailable("away")
            case Said():
                key = f"job/{len(self.taken)}"
                self.leaving.append(asyncio.create_task(self.deliver(incoming, key)))
            case Pressed() if self.form:
                return SyncResponse(form=self.form)
            case Pressed():
                return SyncResponse(notice=f"Pressed {incoming.value}.")
            case _:
                return SyncResponse(notice="Filled in.")
        return SyncResponse()


async def talk(typed: str, desk: EchoDesk) -> list[str]:
    output = StringIO()
    console = TerminalConsole(StringIO(typed), output)
    desk.console = console
    await console.start(desk)
    await console.finished()
    await asyncio.gather(*desk.leaving)
    await console.stop()
    assert not console.health().ready
    return output.getvalue().split("\n\n")[:-1]


async def test_a_pipe_gets_its_answers_in_order_and_ends() -> None:
    assert await talk("one\n\n  two  \n", EchoDesk()) == [
        "You said: one",
        "[1] One\n[2] Two",
        "You said: two",
        "[3] One\n[4] Two",
    ]


async def test_a_line_that_is_no_text_is_not_taken_and_the_next_one_is() -> None:
    desk = EchoDesk()
    said = await talk("\udcff\udcfe\ntwo\n", desk)
    assert said[0].startswith("That line cannot be read: it is not UTF-8.")
    assert said[1:] == ["You said: two", "[1] One\n[2] Two"]
    assert len(desk.taken) == 1


async def test_a_number_presses_the_button_that_carries_it() -> None:
    desk = EchoDesk()
    said = await talk("one\ntwo\n2\n3\n5\n0\n", desk)
    assert said[4:] == ["Pressed two.", "Pressed one.", "No button has that number.", "No button has that number."]
    assert len({one.event_id for one in desk.taken if isinstance(one, Said | Pressed)}) == len(desk.taken) == 4


async def test_a_form_is_filled_in_line_by_line() -> None:
    fields = (
        Field("outlet", "Outlet", hint="The paper or station."),
        Field("how", "How?", "choice", required=True, options=(("p", "By phone"), ("m", "By mail"))),
        Field("about", "About", "text", value="the tweet"),
    )
    desk = EchoDesk(Form("details", "Details: M-1", "1@1", fields))
    said = await talk("one\n1\nThe Guardian\n2\n\n", desk)
    assert said[2:] == [
        "Details: M-1",
        "Outlet (optional)\nThe paper or station.",
        "How?\n[1] By phone\n[2] By mail",
        "About (optional)",
        "Filled in.",
    ]
    submitted = desk.taken[-1]
    assert isinstance(submitted, Submitted)
    assert submitted.values == {"outlet": "The Guardian", "how": "m", "about": "the tweet"}
    assert (submitted.form, submitted.context, submitted.at) == ("details", "1@1", YOU)


async def test_an_input_that_ends_inside_a_form_ends_the_conversation() -> None:
    desk = EchoDesk(Form("details", "Details", "1@1", (Field("outlet", "Outlet"),)))
    assert (await talk("one\n1\n", desk))[-1] == "Outlet (optional)"
    assert not isinstance(desk.taken[-1], Submitted)


async def test_what_could_not_be_stored_is_said_so() -> None:
    assert await talk("away\n", EchoDesk()) == ["That could not be stored just now. Please write it again in a moment."]


async def test_nobody_reads_any_more() -> None:
    output = StringIO()
    desk = EchoDesk()
    console = TerminalConsole(StringIO("1\n2\n"), output)
    desk.console = console
    output.close()
    await console.start(desk)
    await console.finished()
    with pytest.raises(PermanentFailure):
        await console.messenger.mark(YOU, "event", "delivered")


@given(st.text(st.characters(exclude_categories=["Cs"])))
async def test_no_character_acts_on_the_terminal(text: str) -> None:
    output = StringIO()
    await Screen(output, "console", "you").send(YOU, Outgoing((Quote(text),), "x"), "job/1")
    shown = output.getvalue()
    assert not any(char in shown for char in "\x1b\x07\x08\r\x9b\x7f\u202e\u2066")
    assert all(char in shown for char in text if char.isalnum())


async def test_lines_wait_until_the_desk_answers() -> None:
    desk, answering = EchoDesk(), asyncio.Event()
    desk.console = console = TerminalConsole(StringIO("hello\n"), StringIO(), answering)
    await console.start(desk)
    finished = asyncio.create_task(console.finished())
    assert await goes_on(finished)
    assert desk.taken == []
    answering.set()
    await finished
    assert len(desk.taken) == 1
