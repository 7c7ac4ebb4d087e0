"""Messages from their arrival on: acknowledged when committed, decided afterwards, and what waits for whom."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import plaintext
from bot.desk.received_messages import ReceivedMessages
from bot.errors import StoreUnavailable
from bot.matching.active_knowledge import ActiveKnowledge, LoadedKnowledge
from bot.matching.match import Match
from bot.messages import Address, Person, Pressed, Said, Shared
from bot.ports import Identity
from bot.presentation import texts
from bot.queue.inbox import MOST_A_MINUTE, MOST_WAITING
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.desk import PHONE, SETTINGS, DeskHarness, direct, loaded_knowledge, person, said

SAM, ANNA = person("sam"), person("anna")
ENQUIRY = "a reporter from the Harbour Gazette rang me about the flooded cellar"
COFFEE = "may I bring coffee into the reading room?"
PRESS = Address("slack", "c-press")


class Unmatched:
    """A matcher that must not be asked, or that does not answer."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def match(self, text: str, previous: str = "") -> Match:
        self.asked.append(text)
        await asyncio.Event().wait()
        raise AssertionError


@pytest.fixture
async def harness(store: Store, clock: ManualClock) -> DeskHarness:
    built = DeskHarness(store, clock, SETTINGS)
    await built.start()
    return built


def unidentified(text: str, event: str, at: Address | None = None) -> Said:
    nameless = Person("slack", "sam")
    return replace(said(nameless, text, event, at), direct=direct(SAM), at=at or direct(SAM), identified=False)


def texts_at(harness: DeskHarness, place: Address) -> list[str]:
    return [message.text for message in harness.at(place)]


def is_member(harness: DeskHarness, standing: str = "member") -> None:
    harness.platforms["slack"].identities["sam"] = Identity(standing, SAM)  # type: ignore[arg-type]


# ---- before the acknowledgement -------------------------------------------------------------------------------------


async def test_nothing_that_needs_an_answer_at_once_waits_for_the_matcher(harness: DeskHarness) -> None:
    await harness.handle(said(SAM, ENQUIRY, "e1"))
    (card,) = harness.at(PRESS)
    matcher = Unmatched()
    harness.active_knowledge.current = LoadedKnowledge(loaded_knowledge().knowledge, matcher)
    thread = Address("slack", f"c-press/{card.id}")
    await harness.desk.start()
    await harness.desk.handle(said(SAM, COFFEE, "e2"))
    await asyncio.wait_for(harness.desk.handle(said(ANNA, "reply: say nothing", "e3", thread)), 5)
    claim = next(button for button in card.buttons if button.label == "Claim")
    pressed = Pressed("e4", ANNA, claim.action, claim.value, PRESS, direct(ANNA))
    await asyncio.wait_for(harness.desk.handle(pressed), 5)
    form = await asyncio.wait_for(harness.desk.handle(Shared(SAM, "the BBC want me at 5pm tomorrow", direct(SAM))), 5)
    assert form.form is not None
    assert {"BBC"} & {field.value for field in form.form.fields}
    assert matcher.asked in ([], [COFFEE])
    with harness.store.transaction() as tx:
        assert any("say nothing" in step.text for step in tx.cases.steps(1))
        assert tx.inbox.backlog().waiting == 1


async def test_a_message_that_was_taken_in_survives_the_process(harness: DeskHarness) -> None:
    await harness.desk.handle(said(SAM, COFFEE, "e1"))
    assert texts_at(harness, direct(SAM)) == []
    await harness.restart()
    await harness.settle()
    assert len(texts_at(harness, direct(SAM))) == 1
    await harness.handle(said(SAM, COFFEE, "e1"))
    assert len(texts_at(harness, direct(SAM))) == 1


async def test_a_message_is_refused_only_while_it_cannot_be_committed(harness: DeskHarness) -> None:
    harness.store.close()
    with pytest.raises(StoreUnavailable):
        await harness.desk.handle(said(SAM, COFFEE, "e1"))


async def test_a_message_of_an_unmatched_one_s_conversation_waits_behind_it(harness: DeskHarness) -> None:
    await harness.desk.handle(said(SAM, ENQUIRY, "e1"))
    await harness.desk.handle(said(SAM, "", "e2", files=1))
    await harness.settle()
    assert [texts.FILES_ALONE in text for text in texts_at(harness, direct(SAM))] == [False, True]


# ---- one person's many messages -------------------------------------------------------------------------------------


async def test_who_writes_too_much_is_told_once_and_loses_nothing(harness: DeskHarness) -> None:
    for number in range(MOST_A_MINUTE + 5):
        await harness.handle(said(SAM, f"{COFFEE} {number}", f"e{number}"))
    shown = texts_at(harness, direct(SAM))
    (slowed,) = [text for text in shown if texts.SLOWED in text]
    assert PHONE in slowed
    assert texts.TELL_PRESS in slowed
    assert len(shown) == MOST_A_MINUTE + 1
    await harness.pass_time(timedelta(minutes=2))
    assert len(texts_at(harness, direct(SAM))) == MOST_A_MINUTE + 5 + 1


async def test_who_has_two_hundred_waiting_is_refused_with_the_number(harness: DeskHarness) -> None:
    for number in range(MOST_WAITING + 3):
        await harness.desk.handle(said(SAM, f"{COFFEE} {number}", f"e{number}"))
    await harness.settle()
    (refused,) = [text for text in texts_at(harness, direct(SAM)) if texts.TOO_MANY_WAIT in text]
    assert PHONE in refused


async def test_the_button_beside_it_opens_the_report(harness: DeskHarness) -> None:
    answer = await harness.desk.handle(Pressed("e1", SAM, "report.open", "", direct(SAM), direct(SAM)))
    assert answer.form is not None
    assert answer.form.name == "report"


async def test_officers_are_exempt(harness: DeskHarness) -> None:
    for number in range(MOST_A_MINUTE + 5):
        await harness.handle(said(ANNA, f"{COFFEE} {number}", f"e{number}"))
    assert len(texts_at(harness, direct(ANNA))) == MOST_A_MINUTE + 5


# ---- while it is not known who wrote it -----------------------------------------------------------------------------


async def test_a_question_waits_until_it_is_known_who_asks(harness: DeskHarness) -> None:
    await harness.handle(unidentified(COFFEE, "e1"))
    await harness.pass_time(timedelta(minutes=1))
    assert texts_at(harness, direct(SAM)) == []
    is_member(harness)
    await harness.pass_time(timedelta(minutes=1))
    assert len(texts_at(harness, direct(SAM))) == 1


async def test_an_enquiry_is_passed_on_at_once_and_marked_until_it_is_known_who_asks(harness: DeskHarness) -> None:
    await harness.handle(unidentified(f"{ENQUIRY}, and {COFFEE}", "e1"))
    (card,) = harness.at(PRESS)
    assert "membership not confirmed" in card.text
    before = len(texts_at(harness, direct(SAM)))
    is_member(harness)
    await harness.pass_time(timedelta(minutes=1))
    (card,) = harness.at(PRESS)
    assert "membership not confirmed" not in card.text
    assert "Sam" in card.text
    assert len(texts_at(harness, direct(SAM))) == before + 1  # the answer to the policy question in it
    with harness.store.transaction() as tx:
        assert tx.inbox.backlog().waiting == 0


async def test_the_press_office_is_told_that_who_asked_may_not_use_the_desk(harness: DeskHarness) -> None:
    await harness.handle(unidentified(ENQUIRY, "e1"))
    is_member(harness, "refused")
    await harness.pass_time(timedelta(minutes=1))
    card, line = harness.at(PRESS)[0], harness.at(Address("slack", f"c-press/{harness.at(PRESS)[0].id}"))[-1]
    assert "may not use the desk" in card.text
    assert texts.NOT_A_MEMBER in line.text
    assert len(harness.platforms["slack"].turned_away) == 1


async def test_who_may_not_use_the_desk_is_turned_away_and_nothing_is_kept(harness: DeskHarness) -> None:
    is_member(harness, "refused")
    await harness.handle(unidentified(COFFEE, "e1"))
    assert [each.event_id for each in harness.platforms["slack"].turned_away] == ["e1"]
    with harness.store.transaction() as tx:
        assert tx.answers.unanswered(harness.clock.now() - timedelta(minutes=9), 9) == []
        assert "coffee" not in str(tx.connection.exec_driver_sql("SELECT * FROM inbox").all())


async def test_an_officer_s_words_below_a_card_wait_until_it_is_known_who_wrote_them(harness: DeskHarness) -> None:
    await harness.handle(said(person("tess"), ENQUIRY, "e1"))
    thread = Address("slack", f"c-press/{harness.at(PRESS)[0].id}")
    nameless = replace(said(Person("slack", "anna"), "reply: say nothing yet", "e2", thread), identified=False)
    await harness.handle(nameless)
    asker = direct(person("tess"))
    assert not any("say nothing yet" in text for text in texts_at(harness, asker))
    harness.platforms["slack"].identities["anna"] = Identity("member", ANNA)
    await harness.pass_time(timedelta(minutes=1))
    assert any("say nothing yet" in text for text in texts_at(harness, asker))


async def test_messages_of_somebody_unknown_are_answered_in_their_order(harness: DeskHarness) -> None:
    await harness.handle(unidentified(COFFEE, "e1"))
    await harness.handle(unidentified("where is the canteen?", "e2"))
    is_member(harness)
    await harness.handle(unidentified("may I take a book home?", "e3"))
    await harness.pass_time(timedelta(minutes=1))
    with harness.store.transaction() as tx:
        rows = tx.connection.exec_driver_sql("SELECT idempotency_key FROM job WHERE lane = 'slack:dm-sam' ORDER BY seq")
        order = [key.split(":")[2] for (key,) in rows if key.startswith("said:")]
    assert order == ["e1", "e2", "e3"]


# ---- what cannot be decided -----------------------------------------------------------------------------------------


async def test_a_message_that_fails_three_times_gets_the_way_to_the_press_office(
    harness: DeskHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_self: ReceivedMessages, _said: Said) -> None:
        raise ValueError("secret words")

    monkeypatch.setattr(ReceivedMessages, "_prepare", fail)
    await harness.handle(said(SAM, COFFEE, "e1"))
    await harness.pass_time(timedelta(minutes=1))
    (shown,) = harness.at(direct(SAM))
    assert PHONE in plaintext.render(shown.versions[-1])
    assert texts.ASK_PRESS in {button.label for button in shown.buttons}


async def test_while_answers_are_learned_messages_wait_and_nobody_is_refused(
    harness: DeskHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ActiveKnowledge, "is_ready", property(lambda _: False))
    await harness.desk.start()
    await harness.desk.handle(said(SAM, COFFEE, "e1"))
    await asyncio.sleep(0.05)
    await harness.desk.stop()
    assert texts_at(harness, direct(SAM)) == []
    monkeypatch.undo()
    await harness.settle()
    assert len(texts_at(harness, direct(SAM))) == 1
