"""While something happens: another holding line, and somebody who is called at any hour."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import plaintext
from bot.messages import Address, Mention, Pressed, Submitted, SyncResponse, Viewed
from bot.presentation import texts
from tests.desk import DeskHarness, buttons, direct, person, said
from tests.scenarios.turns import ENQUIRY

SAM, ANNA, BEN = person("sam"), person("anna"), person("ben")
PRESS = Address("slack", "c-press")
LINE = "**Everybody is out of the building.** The library will publish what it knows at noon."
FIRE = {"title": "Fire in the stacks", "holding_line": LINE, "lead": "slack:anna"}


async def press(harness: DeskHarness, action: str, value: str = "", by: str = "ben") -> SyncResponse:
    who = person(by)
    return await harness.handle(Pressed(harness.next_event(), who, action, value, PRESS, direct(who)))


async def declare(harness: DeskHarness, by: str = "ben", **values: str) -> SyncResponse:
    who = person(by)
    filled = {**FIRE, **values}
    event = harness.next_event()
    return await harness.handle(Submitted(event, who, "press.incident", "", filled, PRESS, direct(who)))


def in_press(harness: DeskHarness) -> list[str]:
    return [message.text for message in harness.at(PRESS)]


async def test_while_it_lasts_enquiries_belong_to_it_and_staff_read_its_line(harness: DeskHarness) -> None:
    opened = await press(harness, "press.incident")
    assert opened.form is not None
    assert "take the person's name" in opened.form.fields[1].value  # what is changed is the usual line
    assert await declare(harness) == SyncResponse()
    assert texts.incident_on("Fire in the stacks", "Ben") in in_press(harness)[0]
    await harness.handle(said(SAM, ENQUIRY, harness.next_event()))
    (told,) = [message.text for message in harness.at(direct(SAM))]
    assert "Everybody is out of the building." in told
    assert "take the person's name" not in told
    card = harness.at(PRESS)[-1]
    assert "Incident: Fire in the stacks" in card.text
    assert Mention(("slack:anna", "slack:ben")) in card.versions[0].blocks


async def test_the_lead_is_called_with_what_comes_later_too_and_not_once_it_has_ended(harness: DeskHarness) -> None:
    await declare(harness)
    await harness.handle(said(SAM, ENQUIRY, harness.next_event()))
    await harness.pass_time(timedelta(minutes=31))
    thread = [message for message in harness.platforms["slack"].shown if message.to.token.startswith("c-press/")]
    called = {
        name
        for message in thread
        for block in message.versions[0].blocks
        if isinstance(block, Mention)
        for name in block.people
    }
    assert "slack:anna" in called
    (on,) = buttons(harness.at(PRESS)[0].versions[-1])
    await press(harness, on.action, on.value, by="anna")
    assert in_press(harness)[-1] == texts.incident_off("Fire in the stacks", "Anna")
    await harness.handle(said(person("joe"), ENQUIRY, harness.next_event()))
    joes = harness.at(direct(person("joe")))[-1].text
    assert "take the person's name" in joes
    assert "Incident:" not in in_press(harness)[-1]
    assert Mention(("slack:anna", "slack:ben")) not in harness.at(PRESS)[-1].versions[0].blocks


async def test_there_is_one_at_a_time_and_each_ends_once(harness: DeskHarness) -> None:
    await declare(harness)
    assert (await declare(harness, title="Flood")).notice == texts.incident_lasts("Fire in the stacks")
    ended = await press(harness, "press.incident_end", "1")
    again = await press(harness, "press.incident_end", "1")
    forged = await press(harness, "press.incident_end", "x")
    assert [each.notice for each in (ended, again, forged)] == ["", texts.NO_INCIDENT, texts.NO_INCIDENT]
    await declare(harness, title="Flood", lead="")
    with harness.store.transaction() as tx:
        lasting = tx.incidents.current()
    assert lasting is not None
    assert (lasting.title, lasting.lead) == ("Flood", "slack:ben")


@pytest.mark.parametrize(
    ("values", "field"),
    [({"title": " "}, "title"), ({"holding_line": ""}, "holding_line"), ({"lead": "slack:sam"}, "lead")],
)
async def test_what_is_missing_or_nobody_is_said_at_the_field(
    harness: DeskHarness, values: dict[str, str], field: str
) -> None:
    assert list((await declare(harness, **values)).problems) == [field]
    assert in_press(harness) == []


async def test_only_officers_declare_and_end_it(harness: DeskHarness) -> None:
    for refused in (await press(harness, "press.incident", by="sam"), await declare(harness, by="sam")):
        assert refused == SyncResponse(notice=texts.NOT_AN_OFFICER)
    await declare(harness)
    assert (await press(harness, "press.incident_end", "1", by="sam")).notice == texts.NOT_AN_OFFICER


async def test_the_page_of_the_press_office_has_the_switch(harness: DeskHarness) -> None:
    async def switch() -> str:
        page = (await harness.handle(Viewed(ANNA, "queue", direct(ANNA)))).view
        assert page is not None
        return plaintext.render(page.cards[0])

    assert texts.INCIDENT in await switch()
    await declare(harness)
    assert texts.INCIDENT_END in await switch()
    assert "Fire in the stacks" in await switch()
