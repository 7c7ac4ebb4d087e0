"""The press office's page, as every platform is given it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot import plaintext
from bot.domain.case import Asker, Case, CaseKind, Details
from bot.messages import Person, Pressed, Submitted, SyncResponse, View, Viewed
from bot.presentation import texts
from tests.desk import DeskHarness, buttons, direct, person, said
from tests.scenarios.turns import ENQUIRY

ANNA, BEN, SAM = person("anna"), person("ben"), person("sam")


async def looks(harness: DeskHarness, query: str = "", who: Person = ANNA) -> View:
    view = (await harness.handle(Viewed(who, "queue", direct(who), query))).view
    assert view is not None
    return view


async def presses(harness: DeskHarness, label: str, view: View, who: Person = ANNA) -> SyncResponse:
    button = next(button for card in view.cards for button in buttons(card) if button.label == label)
    pressed = Pressed(harness.next_event(), who, button.action, button.value, direct(who), direct(who))
    return await harness.handle(pressed)


async def searches(harness: DeskHarness, words: str, who: Person = ANNA) -> SyncResponse:
    values = {"words": words}
    return await harness.handle(
        Submitted(harness.next_event(), who, "queue.search", "", values, direct(who), direct(who))
    )


async def reports(harness: DeskHarness, *who: str, text: str = ENQUIRY) -> None:
    for name in who:
        await harness.handle(said(person(name), text, harness.next_event()))


def change(harness: DeskHarness, number: int, **values: object) -> None:
    with harness.store.transaction() as tx:
        case = tx.cases.load(number)
        assert isinstance(case, Case)
        tx.cases.save(replace(case, revision=case.revision + 1, **values))  # type: ignore[arg-type]


def shown(view: View) -> list[str]:
    """The references, in order."""
    return [card.summary.partition(",")[0] for card in view.cards if card.summary.startswith(("M-", "Q-"))]


def reads(view: View) -> str:
    return "\n".join(plaintext.render(card) for card in view.cards)


async def test_what_is_open_goes_by_deadline_and_is_acted_on_where_it_stands(harness: DeskHarness) -> None:
    await reports(harness, "sam", "joe", "ruth")
    change(harness, 2, due_at=harness.clock.now() + timedelta(minutes=5))
    view = await looks(harness)
    assert (view.title, view.query, shown(view)[0]) == (texts.QUEUE, "", "M-2")
    assert sorted(shown(view)) == ["M-1", "M-2", "M-3"]
    assert (await presses(harness, texts.CLAIM, view)).notice == ""
    assert (await presses(harness, texts.CLAIM, view)).notice == texts.yours_already("M-2")
    assert shown(await looks(harness, "mine")) == ["M-2"]
    assert "claimed by Anna" in reads(await looks(harness, "mine"))
    assert texts.NONE_OF_YOURS in reads(await looks(harness, "mine", BEN))


async def test_the_head_leads_to_the_other_pages_and_says_how_long_things_took(harness: DeskHarness) -> None:
    await reports(harness, "sam")
    harness.clock.advance(timedelta(minutes=4))
    await presses(harness, texts.CLAIM, await looks(harness))
    view = await looks(harness)
    assert f"{texts.TIME_TO_CLAIM}: 4 min (one enquiry)" in reads(view)
    closed = (await presses(harness, texts.SECTION_CLOSED, view)).view
    assert closed is not None
    assert (closed.query, closed.title) == ("closed", texts.CLOSED_ENQUIRIES)
    assert texts.NONE_CLOSED in reads(closed)
    form = (await presses(harness, texts.SEARCH, closed)).form
    assert form is not None
    assert form.name == "queue.search"


async def test_a_search_is_a_page_like_the_others(harness: DeskHarness) -> None:
    await reports(harness, "sam")
    await reports(harness, "joe", text=f"{ENQUIRY}, and the roof")
    found = (await searches(harness, " roof CELLAR ")).view
    assert found is not None
    assert (found.title, found.query, shown(found)) == (texts.found_for("roof CELLAR"), "roof CELLAR", ["M-2"])
    assert shown(await looks(harness, found.query)) == ["M-2"]
    nothing = (await searches(harness, "attic")).view
    assert nothing is not None
    assert texts.none_found("attic") in reads(nothing)
    assert (await searches(harness, "  ")).problems == {"words": texts.NOTHING_WRITTEN}


async def test_words_that_were_looked_for_stay_words(harness: DeskHarness) -> None:
    found = (await searches(harness, "<b>*x*</b>")).view
    assert found is not None
    assert "<b>*x*</b>" in reads(found)


@pytest.mark.parametrize("action", ["queue.show", "queue.search"])
async def test_only_officers_turn_pages_and_search(harness: DeskHarness, action: str) -> None:
    await reports(harness, "sam")
    pressed = Pressed(harness.next_event(), SAM, action, "", direct(SAM), direct(SAM))
    assert await harness.handle(pressed) == SyncResponse(notice=texts.NOT_AN_OFFICER)
    assert await searches(harness, "cellar", SAM) == SyncResponse(notice=texts.NOT_AN_OFFICER)
    assert (await harness.handle(Viewed(SAM, "queue", direct(SAM), "mine"))).view is None


async def test_a_restricted_case_is_named_and_no_more(harness: DeskHarness) -> None:
    await reports(harness, "sam")
    change(harness, 1, restricted=True)
    words = reads(await looks(harness))
    assert "M-1" in words
    assert "Sam" not in words
    assert "cellar" not in words


async def test_a_page_shows_the_first_of_very_many(harness: DeskHarness) -> None:
    await reports(harness, "sam")
    with harness.store.transaction() as tx:
        for number in range(50):
            who = person(f"person{number}")
            tx.cases.create(
                CaseKind.MEDIA, Asker(who, direct(who), direct(who), ENQUIRY, tx.now, f"e{number}"), Details()
            )
    view = await looks(harness)
    assert len(shown(view)) == 50
    assert texts.more_than(50) in reads(view)
    assert len(shown(await looks(harness, "x" * 5000))) == 0
