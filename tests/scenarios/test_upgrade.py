"""A desk of the release before the rooms goes on: its cases, what waited in its outbox, its buttons and its settings.

What is expected was read on the desk of that release, and stands in `tests/data/before_rooms/expected.yaml`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from adapters.slack.conversations import Conversations, ResponseUrl
from adapters.teams.conversations import ConversationReferences
from adapters.web.message_store import MessageStore
from bot import plaintext
from bot.admin import insights, retention
from bot.app.configuration import read_config
from bot.cli.main import main
from bot.errors import PermanentFailure
from bot.knowledge import snapshot
from bot.messages import Incoming, Joined, Person, Pressed, Submitted, SyncResponse, Viewed
from bot.storage.adapter_state import DurableState
from tests.clock import ManualClock
from tests.desk import DeskHarness, direct, loaded_knowledge, person, said
from tests.dialogue import reads
from tests.upgrade import FILES, SHOWN, restored, stored_words

CONFIG = FILES / "policydesk.yaml"
EXPECTED: Mapping[str, Any] = yaml.safe_load((FILES / "expected.yaml").read_text(encoding="utf-8"))
MINUTE, HOUR, YEAR = timedelta(minutes=1), timedelta(hours=1), timedelta(days=365)
News = list[tuple[str, str, str]]
"""Platform, place, text."""


@pytest.fixture
def stopped(
    database_url: str, tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[DeskHarness]:
    """As it was left, on either engine; the command line finds it as well."""
    harness, url = restored(database_url, tmp_path, clock)
    monkeypatch.setenv("SMTP_PASSWORD", "secret")
    monkeypatch.setenv("DATABASE_URL", url)
    yield harness
    harness.store.close()


@pytest.fixture
async def desk(stopped: DeskHarness) -> DeskHarness:
    """Started again."""
    await stopped.start()
    return stopped


@pytest.fixture
async def back(desk: DeskHarness) -> DeskHarness:
    """What waited has left."""
    desk.clock.advance(MINUTE)
    await desk.settle()
    return desk


# ---- what waited ----------------------------------------------------------------------------------------------------


async def test_what_waited_leaves_once_in_its_place(desk: DeskHarness) -> None:
    """A word that is changed on the way: an officer restricts M-37 before its card has left."""
    joe, sam = person("joe"), person("sam")
    repeated: list[Incoming] = [
        said(joe, "she was in my course", "event-159"),
        Joined(sam, direct(sam)),
    ]
    for incoming in (*repeated, Pressed("new", person("anna"), "case.restrict", "37@1", direct(joe), direct(joe))):
        assert await desk.desk.handle(incoming) == SyncResponse()
    desk.platforms["slack"].failures["dm-kim"] = PermanentFailure("The account is gone.")
    desk.clock.advance(MINUTE)
    await desk.settle()
    assert compared(news(desk), EXPECTED["leaves"]) == ([], [])
    marks = [[at.token, event, mark] for each in desk.platforms.values() for at, event, mark in each.marks]
    assert sorted(set(map(tuple, marks))) == sorted(map(tuple, EXPECTED["marks"]))
    assert len(marks) == len(EXPECTED["marks"]) + 1  # M-22 has two askers, so the officer's message was marked twice


async def test_cards_are_drawn_anew_where_they_stand(back: DeskHarness) -> None:
    for name in ("slack", "teams"):
        drawn = [message for message in back.platforms[name].shown[:SHOWN] if len(message.versions) > 1]
        cards = {message.versions[0].summary: message.text for message in drawn}
        assert sorted(cards) == sorted(set(EXPECTED["cards"]) | ({"M-36"} if name == "slack" else set()))
        unlike = {each: cards[each] for each, card in EXPECTED["cards"].items() if not reads(cards[each], card)}
        assert unlike == {}


async def test_what_comes_later_is_due_at_its_time(back: DeskHarness) -> None:
    before = count(back)
    await back.pass_time(6 * HOUR + 42 * MINUTE)
    missing, _ = compared(news(back, before), EXPECTED["later"])
    assert missing == []
    assert len([text for _, place, text in news(back, before) if place == "c-press"]) == 2  # the shift, on both


# ---- what was drawn before ------------------------------------------------------------------------------------------


async def test_buttons_work(back: DeskHarness) -> None:
    for row in EXPECTED["pressed"]:
        await does(back, row)


async def test_forms_come_back(back: DeskHarness) -> None:
    for row in EXPECTED["filled"]:
        await does(back, row)


async def test_what_is_stored_is_called_what_it_was_called(sqlite_url: str, tmp_path: Path, clock: ManualClock) -> None:
    """What is written now has no word that was not written before, but those that earlier releases pass over."""
    harness, _ = restored(sqlite_url, tmp_path, clock)
    await harness.start()
    for row in EXPECTED["pressed"]:
        await harness.handle(event(harness, who(row), row))
    await harness.pass_time(HOUR)
    passed_over = {"is_message"}  # of a mark, in the outbox
    before = EXPECTED["stored"]
    new = {kind: set(words) - set(before[kind]) - passed_over for kind, words in stored_words(tmp_path).items()}
    assert not any(new.values()), new
    harness.store.close()


@pytest.mark.parametrize("page", EXPECTED["pages"])
async def test_pages(desk: DeskHarness, page: str) -> None:
    name, view = page.split()
    seen = await desk.desk.handle(Viewed(person(name), "queue" if view == "queue" else "home", direct(person(name))))
    assert reads(words(seen), EXPECTED["pages"][page]), words(seen)


# ---- the record -----------------------------------------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main([*arguments, "--config", str(CONFIG)]) == 0
    return capsys.readouterr().out


def test_every_case_is_listed(stopped: DeskHarness, capsys: pytest.CaptureFixture[str]) -> None:
    listed = run(capsys, "cases", "list", "--state", "all", "--full", "--csv")
    recorded = (FILES / "cases.csv").read_text(encoding="utf-8")
    now, before = (list(csv.DictReader(io.StringIO(text))) for text in (listed, recorded))
    assert [{key: row[key] for key in before[0]} for row in now] == before


def test_every_case_is_exported_and_shown(stopped: DeskHarness, capsys: pytest.CaptureFixture[str]) -> None:
    cases = json.loads(run(capsys, "cases", "export", "--json"))
    kept = {
        "history": {step["kind"] for case in cases for step in case["history"]},
        "labels": {step["label"] for case in cases for step in case["history"]},
        "links": {link["kind"] for case in cases for link in case["links"]},
        "sent": {sent["what"] for case in cases for sent in case["deliveries"]},
        "states": {sent["state"] for case in cases for sent in case["deliveries"]},
    }
    assert {key: sorted(value) for key, value in kept.items()} == {key: EXPECTED["record"][key] for key in kept}
    for case in cases:
        shown = run(capsys, "cases", "show", case["reference"])
        assert reads(shown, EXPECTED["record"]["shown"].get(case["reference"], f"{case['reference']} · … History:")), (
            shown
        )


async def test_the_owners_of_the_answers_read_of_it(desk: DeskHarness) -> None:
    with desk.store.transaction() as tx:
        report = insights.report(
            insights.gather(tx, read_config(CONFIG).privacy), loaded_knowledge().knowledge, ZoneInfo("UTC")
        )
        assert reads(insights.as_text(report), EXPECTED["insights"]), insights.as_text(report)
        kept = tx.snapshots.latest()
    assert kept is not None
    assert snapshot.loads(kept[1]).revision == kept[0]


async def test_somebody_is_forgotten_and_what_is_old_is_purged(desk: DeskHarness) -> None:
    assert (
        await retention.DailyPurge(desk.store, read_config(CONFIG).privacy).purge_once() is None
    )  # it has been, today
    forgotten = [await retention.forget(desk.store, each) for each in ("slack:mia", "web:wei2", "slack:U0SAM")]
    told = [(each.cases, each.held, each.routes) for each in forgotten]
    assert told == [(("M-14",), (), 0), ((), ("M-2",), 0), ((), (), 2)]
    desk.clock.advance(5 * YEAR)
    purged = await retention.purge(desk.store, read_config(CONFIG).privacy)
    assert {**purged.counts} == {**EXPECTED["purged"], "inbox": 0}
    assert list(purged.held) == EXPECTED["held"]


# ---- what platforms remember, and the configuration -----------------------------------------------------------------


async def test_adapters_find_what_they_noted(stopped: DeskHarness) -> None:
    clock = stopped.clock
    state = {name: DurableState(stopped.store, name) for name in ("slack", "teams", "web")}
    slack = Conversations(state["slack"], clock, None)  # type: ignore[arg-type]  # Slack itself is not asked
    assert await slack.direct_channel("U0SAM") == "D0SAM"
    assert await slack.is_addressed_in("C0YARD", "1764.1", "U0SAM")
    assert not await slack.is_addressed_in("C0YARD", "1764.1", "U0BEN")
    assert await slack.is_addressed_in("C0PRESS", "1764.2", "U0BEN")
    assert await slack.response_url("c1") == ResponseUrl("https://hooks.slack.com/c1", "C0YARD")
    assert [await slack.claim_answer("s1"), await slack.claim_answer("s1")] == ['[{"type":"divider"}]', None]
    teams, service = ConversationReferences(state["teams"], clock), "https://smba.trafficmanager.net/uk/"
    assert (await teams.user("aad-tess")).conversation == "a:tess"
    carl = await teams.user("aad-carl")
    assert (carl.name, carl.user, carl.tenant, carl.service) == ("Carl", "29:carl", "tenant", service)
    assert await teams.service_url("19:yard@thread.tacv2") == service.replace("/uk/", "/emea/")
    assert (await teams.service_url(), await teams.team_channel("team-1")) == (service, "19:press@thread.tacv2")
    assert await teams.is_own_thread("19:press@thread.tacv2;messageid=1")
    assert await teams.has_joined("aad-tess")
    window = [
        (each.conversation, each.event_id, each.progress) for each in await MessageStore(state["web"], clock).all()
    ]
    assert window == [("staff/sam", "", ""), ("staff/sam", "w1", "delivered")]
    assert await state["web"].get("token") == "the-token-of-the-page"


def test_the_configuration_means_what_it_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", "secret")
    written = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    meant = read_config(CONFIG).model_dump(by_alias=True, exclude={"secrets"})
    assert {key: kept(spelt(value), written[key]) for key, value in meant.items() if key in written} == written


def kept(spelt_out: Any, written: Any) -> Any:
    """What an earlier release could write: without the keys that came later."""
    if isinstance(spelt_out, dict) and isinstance(written, dict):
        return {key: value for key, value in spelt_out.items() if key in written}
    return spelt_out


def spelt(meant: Any) -> Any:
    """A value of the configuration as the file writes it."""
    match meant:
        case Mapping():
            return {key: spelt(value) for key, value in meant.items()}
        case list() | tuple():
            return [spelt(value) for value in meant]
        case datetime():
            return meant.isoformat(timespec="minutes")
        case timedelta():
            units = (("y", YEAR), ("d", timedelta(days=1)), ("m", MINUTE))
            return next(f"{meant // length}{unit}" for unit, length in units if not meant % length)
        case _:
            return meant


# ---- what is read ---------------------------------------------------------------------------------------------------


async def does(harness: DeskHarness, row: Mapping[str, Any]) -> None:
    before = count(harness)
    immediate = await harness.handle(event(harness, who(row), row))
    sees = {place: [texts] if isinstance(texts, str) else texts for place, texts in row.get("sees", {}).items()}
    assert reads(words(immediate), row.get("reads", "")), f"{row}: {words(immediate)}"
    assert compared(news(harness, before), sees) == ([], []), row


def who(row: Mapping[str, Any]) -> Person:
    platform, _, name = row["who"].rpartition(":")
    return person(name, platform or "slack")


def event(harness: DeskHarness, by: Person, row: Mapping[str, Any]) -> Incoming:
    at, value, id_ = direct(by), row.get("value", ""), harness.next_event()
    if "fills" in row:
        return Submitted(id_, by, row["does"], value, row["fills"], at, at)
    return Pressed(id_, by, row["does"], value, at, at)


def words(immediate: SyncResponse) -> str:
    """A notice, the title of a form, a page, what is to be mended."""
    parts = [immediate.notice, immediate.form.title if immediate.form else "", *immediate.problems.values()]
    if immediate.view:
        parts += [immediate.view.title, *map(plaintext.render, immediate.view.cards)]
    return "\n".join(part for part in parts if part)


def count(harness: DeskHarness) -> Mapping[str, int]:
    return {name: len(platform.shown) for name, platform in harness.platforms.items()}


def news(harness: DeskHarness, before: Mapping[str, int] | None = None) -> News:
    """What was shown since; below a card, by the reference of its case."""
    found = []
    for name, platform in harness.platforms.items():
        for message in platform.shown[before[name] if before else SHOWN :]:
            channel, _, card = message.to.token.partition("/")
            below = card and channel == "c-press"
            place = platform.shown[int(card) - 1].text.split()[0] if below else message.to.token
            found.append((name, place, message.text))
    return found


def compared(left: News, sees: Mapping[str, Sequence[str]]) -> tuple[News, News]:
    """What was expected and is not there, and what is there and was not expected."""
    left, missing = list(left), []
    for place, texts in sees.items():
        *named, where = place.split()
        for wanted in [(platform, where, text) for platform in named or ("slack", "teams") for text in texts]:
            found = next((each for each in left if each[:2] == wanted[:2] and reads(each[2], wanted[2])), None)
            if found:
                left.remove(found)
            else:
                missing.append(wanted)
    return missing, left
