from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from bot.errors import ConfigurationError, KnowledgeError, MatcherLost
from bot.knowledge.loader import load
from bot.knowledge.model import Knowledge
from bot.matching.match import GAVE_UP, Match
from bot.matching.options import Options
from bot.matching.process import matcher_process
from bot.matching.process.matcher_process import MatcherProcess
from tests.hostile import FRAGILE
from tests.waiting import until

FOLDER = Path(__file__).parents[2] / "chaos" / "knowledge"
OPTIONS = Options(encoder="off")
ASKED = "may I log in to Facebook with my work email"


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load(FOLDER)


@pytest.fixture
async def matcher(knowledge: Knowledge) -> AsyncIterator[MatcherProcess]:
    matcher = await MatcherProcess.start(knowledge, OPTIONS)
    yield matcher
    await matcher.close()


async def test_it_answers_from_elsewhere(matcher: MatcherProcess) -> None:
    assert _answered(await matcher.match(ASKED)) == ["work-address"]
    assert matcher.missing == ""


async def test_a_process_that_ended_is_replaced_and_asked_again(
    matcher: MatcherProcess, caplog: pytest.LogCaptureFixture
) -> None:
    _its_process().kill()

    assert _answered(await matcher.match(ASKED)) == ["work-address"]
    assert caplog.messages == ["The process that matches has ended; another takes its place."]


@pytest.mark.slow
async def test_a_process_that_says_nothing_more_is_replaced(
    knowledge: Knowledge, caplog: pytest.LogCaptureFixture
) -> None:
    matcher = await MatcherProcess.start(knowledge, OPTIONS, match_timeout=1)
    silent = _its_process(youngest=True)
    silent.suspend()

    assert _answered(await matcher.match(ASKED)) == ["work-address"]
    assert caplog.messages == ["The process that matches says nothing more; another takes its place."]
    assert not silent.is_running()
    await matcher.close()


async def test_one_that_is_closed_ends_its_process_and_starts_no_other(knowledge: Knowledge) -> None:
    matcher = await MatcherProcess.start(knowledge, OPTIONS)
    process = _its_process(youngest=True)
    await matcher.close()
    await matcher.close()

    assert not process.is_running()
    before = psutil.Process().children()
    with pytest.raises(MatcherLost, match="closing"):
        await matcher.match(ASKED)
    assert psutil.Process().children() == before


async def test_what_cannot_be_replaced_is_told_in_a_sentence(knowledge: Knowledge) -> None:
    matcher = await MatcherProcess.start(knowledge, OPTIONS)
    _its_process(youngest=True).kill()
    asking = asyncio.create_task(matcher.match(ASKED))
    (await _started()).kill()  # while it learns

    with pytest.raises(MatcherLost, match=r"cannot be had: .* could not be learned"):
        await asking
    await matcher.close()


async def test_what_is_asked_at_once_is_answered_to_whoever_asked(matcher: MatcherProcess) -> None:
    asked = [ASKED, "hello", "who won the match", ASKED]
    alone = [await matcher.match(text) for text in asked]

    assert await asyncio.gather(*[matcher.match(text) for text in asked]) == alone


async def test_who_no_longer_waits_does_not_take_the_next_ones_answer(matcher: MatcherProcess) -> None:
    gone = asyncio.create_task(matcher.match("hello"))
    await asyncio.sleep(0)
    gone.cancel()

    assert _answered(await matcher.match(ASKED)) == ["work-address"]


async def test_all_that_was_asked_of_a_process_that_ends_is_asked_of_one_other(
    matcher: MatcherProcess, caplog: pytest.LogCaptureFixture
) -> None:
    silent = _its_process()
    silent.suspend()
    asking = asyncio.gather(*[matcher.match(ASKED) for _ in range(5)])
    await asyncio.sleep(0)  # all have asked
    silent.kill()

    assert [_answered(match) for match in await asking] == [["work-address"]] * 5
    assert caplog.messages == ["The process that matches has ended; another takes its place."]


@pytest.fixture
async def fragile(
    knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> AsyncIterator[MatcherProcess]:
    monkeypatch.setattr(matcher_process, "SERVER_PROGRAM", FRAGILE)
    matcher = await MatcherProcess.start(knowledge, Options(encoder="off", cache=tmp_path), match_timeout=1)
    yield matcher
    await matcher.close()


@pytest.mark.parametrize(("text", "what"), [("poison", "has ended"), ("slow", "says nothing more")])
async def test_a_message_that_the_process_is_lost_over_is_given_up_and_nothing_else_is(
    fragile: MatcherProcess, text: str, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    asked = [ASKED, text, ASKED, ASKED]
    first, given_up, *others = await asyncio.gather(*[fragile.match(one) for one in asked])

    assert given_up == GAVE_UP
    assert [_answered(match) for match in (first, *others)] == [["work-address"]] * 3
    assert _answered(await fragile.match(ASKED)) == ["work-address"]
    assert caplog.messages == [
        f"A message is given up: the process that matches {what} over it.",
        f"The process that matches {what}; another takes its place.",
    ]


async def test_a_message_that_meets_a_defect_is_given_up_and_the_next_one_is_answered(
    fragile: MatcherProcess, caplog: pytest.LogCaptureFixture
) -> None:
    assert await fragile.match("defective") == GAVE_UP
    assert _answered(await fragile.match(ASKED)) == ["work-address"]
    assert caplog.messages == []  # of the same process: none was lost


@pytest.mark.slow
async def test_each_of_several_bad_messages_is_given_up_and_what_stands_between_is_answered(
    fragile: MatcherProcess,
) -> None:
    asked = ["poison", ASKED, "slow", "poison", ASKED, "poison"]
    matches = await asyncio.gather(*[fragile.match(text) for text in asked])

    assert [match.gave_up for match in matches] == [text != ASKED for text in asked]
    assert [_answered(match) for match in matches if not match.gave_up] == [["work-address"]] * 2


async def test_the_lost_process_is_replaced_before_anybody_asks_again(fragile: MatcherProcess) -> None:
    assert await fragile.match("poison") == GAVE_UP

    assert (await _started()).is_running()


@pytest.mark.slow
async def test_the_time_of_a_message_begins_when_it_is_its_turn(fragile: MatcherProcess) -> None:
    matches = await asyncio.gather(*[fragile.match("rather slow") for _ in range(4)])

    assert not any(match.gave_up for match in matches)


async def test_a_message_that_is_matched_while_the_desk_closes_is_not_given_up(fragile: MatcherProcess) -> None:
    asking = asyncio.create_task(fragile.match("slow"))
    await asyncio.sleep(0.3)
    await fragile.close()

    with pytest.raises(MatcherLost, match="closing"):
        await asking


async def test_one_that_retires_answers_first_what_it_was_asked(knowledge: Knowledge) -> None:
    matcher = await MatcherProcess.start(knowledge, OPTIONS)
    process = _its_process(youngest=True)
    asking = asyncio.gather(*[matcher.match(ASKED) for _ in range(5)])
    await asyncio.sleep(0)
    await matcher.retire()

    assert [_answered(match) for match in await asking] == [["work-address"]] * 5
    assert not process.is_running()


async def test_what_was_wrong_with_the_settings_is_told_as_if_it_had_happened_here(knowledge: Knowledge) -> None:
    with pytest.raises(ConfigurationError, match="no BERT model") as caught:
        await MatcherProcess.start(knowledge, Options(encoder="/nowhere"))

    assert [problem.where for problem in caught.value.problems] == ["matching.encoder"]


async def test_it_tells_each_step_of_a_training(knowledge: Knowledge, tmp_path: Path) -> None:
    begun: list[str] = []
    for _ in range(2):  # the second reads what the first has learned
        await (
            await MatcherProcess.start(knowledge, Options(encoder="off", cache=tmp_path), begin=begun.append)
        ).close()
    assert [step[:11] for step in begun] == ["step 1 of 3", "step 2 of 3", "step 3 of 3"]


async def test_a_training_that_dies_is_told_in_a_sentence(knowledge: Knowledge) -> None:
    training = asyncio.create_task(MatcherProcess.start(knowledge, OPTIONS))
    process = await _started()
    process.kill()

    with pytest.raises(KnowledgeError, match="could not be learned"):
        await training


async def test_a_training_that_nobody_waits_for_ends(knowledge: Knowledge) -> None:
    training = asyncio.create_task(MatcherProcess.start(knowledge, OPTIONS))
    process = await _started()
    process.suspend()  # it would not come to an end of itself
    training.cancel()

    with pytest.raises(asyncio.CancelledError):
        await training
    await asyncio.to_thread(process.wait, 10)


@pytest.mark.slow
def test_it_ends_with_a_desk_that_is_killed() -> None:
    begins = f"""
import asyncio, pathlib, signal
from bot.knowledge.loader import load
from bot.matching.options import Options
from bot.matching.process.matcher_process import MatcherProcess
matcher = asyncio.run(MatcherProcess.start(load(pathlib.Path({str(FOLDER)!r})), Options(encoder="off")))
print("ready", flush=True)
signal.pause()
"""
    with subprocess.Popen([sys.executable, "-c", begins], stdout=subprocess.PIPE, text=True) as desk:
        assert desk.stdout is not None
        assert desk.stdout.readline() == "ready\n"
        (child,) = psutil.Process(desk.pid).children()
        assert os.getpgid(child.pid) != os.getpgid(desk.pid)  # Ctrl-C is for the desk
        child.terminate()  # as a service manager would
        with pytest.raises(psutil.TimeoutExpired):
            child.wait(0.3)
        desk.kill()
    child.wait(10)


def _answered(match: Match) -> list[str]:
    return [one.id for one in match.entries]


def _its_process(*, youngest: bool = False) -> psutil.Process:
    running = [one for one in psutil.Process().children() if _matches(one)]
    return max(running, key=lambda one: one.create_time()) if youngest else running[0]


async def _started() -> psutil.Process:
    """A process that has begun to match since this was called."""
    before = psutil.Process().children()

    def begun() -> list[psutil.Process]:
        return [one for one in psutil.Process().children() if one not in before and _matches(one)]

    return (await until(begun))[0]


def _matches(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
        return "matcher_server.main()" in " ".join(process.cmdline())
    return False


async def test_one_that_has_learned_makes_room_for_one_that_reads_what_it_kept(
    knowledge: Knowledge, tmp_path: Path
) -> None:
    before = psutil.Process().children()
    beginning = asyncio.create_task(MatcherProcess.start(knowledge, Options(encoder="off", cache=tmp_path)))
    learning = await _started()
    matcher = await beginning

    assert not learning.is_running()
    assert len(psutil.Process().children()) == len(before) + 1
    assert _answered(await matcher.match(ASKED)) == ["work-address"]
    await matcher.close()
