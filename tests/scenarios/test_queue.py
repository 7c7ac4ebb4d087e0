"""The press office's page, as every platform is given it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot import plaintext
from bot.domain.case import Case
from bot.messages import Immediate, Person, Pressed, Submitted, View, Viewed
from bot.presentation import texts
from bot.storage.repositories import cases
from tests.desk import House, buttons, direct, person, said
from tests.scenarios.turns import ENQUIRY

ANNA, BEN, SAM = person("anna"), person("ben"), person("sam")


async def looks(house: House, query: str = "", who: Person = ANNA) -> View:
    view = (await house.handle(Viewed(who, "queue", direct(who), query))).view
    assert view is not None
    return view


async def presses(house: House, label: str, view: View, who: Person = ANNA) -> Immediate:
    button = next(button for card in view.cards for button in buttons(card) if button.label == label)
    pressed = Pressed(house.next_event(), who, button.action, button.value, direct(who), direct(who))
    return await house.handle(pressed)


async def searches(house: House, words: str, who: Person = ANNA) -> Immediate:
    values = {"words": words}
    return await house.handle(Submitted(house.next_event(), who, "queue.search", "", values, direct(who), direct(who)))


async def reports(house: House, *who: str, text: str = ENQUIRY) -> None:
    for name in who:
        await house.handle(said(person(name), text, house.next_event()))


def change(house: House, number: int, **values: object) -> None:
    with house.store.transaction() as tx:
        case = cases.load(tx, number)
        assert isinstance(case, Case)
        cases.save(tx, replace(case, revision=case.revision + 1, **values))  # type: ignore[arg-type]


def shown(view: View) -> list[str]:
    """The references, in order."""
    return [card.summary.partition(",")[0] for card in view.cards if card.summary.startswith(("M-", "Q-"))]


def reads(view: View) -> str:
    return "\n".join(plaintext.render(card) for card in view.cards)


async def test_what_is_open_goes_by_deadline_and_is_acted_on_where_it_stands(house: House) -> None:
    await reports(house, "sam", "joe", "ruth")
    change(house, 2, due_at=house.clock.now() + timedelta(minutes=5))
    view = await looks(house)
    assert (view.title, view.query, shown(view)[0]) == (texts.QUEUE, "", "M-2")
    assert sorted(shown(view)) == ["M-1", "M-2", "M-3"]
    assert (await presses(house, texts.CLAIM, view)).notice == ""
    assert (await presses(house, texts.CLAIM, view)).notice == texts.yours_already("M-2")
    assert shown(await looks(house, "mine")) == ["M-2"]
    assert "claimed by Anna" in reads(await looks(house, "mine"))
    assert texts.NONE_OF_YOURS in reads(await looks(house, "mine", BEN))


async def test_the_head_leads_to_the_other_pages_and_says_how_long_things_took(house: House) -> None:
    await reports(house, "sam")
    house.clock.advance(timedelta(minutes=4))
    await presses(house, texts.CLAIM, await looks(house))
    view = await looks(house)
    assert f"{texts.TO_CLAIM}: 4 min (one enquiry)" in reads(view)
    closed = (await presses(house, texts.ENDED, view)).view
    assert closed is not None
    assert (closed.query, closed.title) == ("closed", texts.ENDED_ENQUIRIES)
    assert texts.NONE_ENDED in reads(closed)
    form = (await presses(house, texts.SEARCH, closed)).form
    assert form is not None
    assert form.name == "queue.search"


async def test_a_search_is_a_page_like_the_others(house: House) -> None:
    await reports(house, "sam")
    await reports(house, "joe", text=f"{ENQUIRY}, and the roof")
    found = (await searches(house, " roof CELLAR ")).view
    assert found is not None
    assert (found.title, found.query, shown(found)) == (texts.found_for("roof CELLAR"), "roof CELLAR", ["M-2"])
    assert shown(await looks(house, found.query)) == ["M-2"]
    nothing = (await searches(house, "attic")).view
    assert nothing is not None
    assert texts.none_found("attic") in reads(nothing)
    assert (await searches(house, "  ")).problems == {"words": texts.NOTHING_WRITTEN}


async def test_words_that_were_looked_for_stay_words(house: House) -> None:
    found = (await searches(house, "<b>*x*</b>")).view
    assert found is not None
    assert "<b>*x*</b>" in reads(found)


@pytest.mark.parametrize("action", ["queue.show", "queue.search", "queue.unknown"])
async def test_only_officers_turn_pages_and_search(house: House, action: str) -> None:
    await reports(house, "sam")
    pressed = Pressed(house.next_event(), SAM, action, "", direct(SAM), direct(SAM))
    assert await house.handle(pressed) == Immediate(notice=texts.NOT_AN_OFFICER)
    assert await searches(house, "cellar", SAM) == Immediate(notice=texts.NOT_AN_OFFICER)
    assert (await house.handle(Viewed(SAM, "queue", direct(SAM), "mine"))).view is None


async def test_a_restricted_case_is_named_and_no_more(house: House) -> None:
    await reports(house, "sam")
    change(house, 1, restricted=True)
    words = reads(await looks(house))
    assert "M-1" in words
    assert "Sam" not in words
    assert "cellar" not in words


async def test_a_page_shows_the_first_of_very_many(house: House) -> None:
    await reports(house, *(f"person{number}" for number in range(51)))
    view = await looks(house)
    assert len(shown(view)) == 50
    assert texts.more_than(50) in reads(view)
    assert len(shown(await looks(house, "x" * 5000))) == 0
