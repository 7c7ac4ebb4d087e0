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
from bot.matching.match import Match
from bot.matching.options import Options
from bot.matching.process import client as worker_module
from bot.matching.process.client import Worker
from bot.matching.process.server import Task
from tests.waiting import until

FOLDER = Path(__file__).parents[2] / "chaos" / "knowledge"
OPTIONS = Options(encoder="off")
ASKED = "may I log in to Facebook with my work email"


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load(FOLDER)


@pytest.fixture
async def worker(knowledge: Knowledge) -> AsyncIterator[Worker]:
    worker = await Worker.begin(knowledge, OPTIONS)
    yield worker
    await worker.close()


async def test_it_answers_from_elsewhere(worker: Worker) -> None:
    assert _answered(await worker.match(ASKED)) == ["work-address"]
    assert worker.missing == ""


async def test_a_process_that_ended_is_replaced_and_asked_again(
    worker: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    _its_process().kill()

    assert _answered(await worker.match(ASKED)) == ["work-address"]
    assert caplog.messages == ["The process that matches has ended; another takes its place."]


async def test_a_process_that_says_nothing_more_is_replaced(
    knowledge: Knowledge, caplog: pytest.LogCaptureFixture
) -> None:
    worker = await Worker.begin(knowledge, OPTIONS, patience=1)
    silent = _its_process(youngest=True)
    silent.suspend()

    assert _answered(await worker.match(ASKED)) == ["work-address"]
    assert caplog.messages == ["The process that matches says nothing more; another takes its place."]
    assert not silent.is_running()
    await worker.close()


async def test_one_that_is_closed_ends_its_process_and_starts_no_other(knowledge: Knowledge) -> None:
    worker = await Worker.begin(knowledge, OPTIONS)
    process = _its_process(youngest=True)
    await worker.close()
    await worker.close()

    assert not process.is_running()
    before = psutil.Process().children()
    with pytest.raises(MatcherLost, match="closing"):
        await worker.match(ASKED)
    assert psutil.Process().children() == before


async def test_what_cannot_be_replaced_is_told_in_a_sentence(knowledge: Knowledge, tmp_path: Path) -> None:
    worker = await Worker.begin(knowledge, OPTIONS)
    worker._task = Task(knowledge, Options(encoder=str(tmp_path)))  # what was there at the start is gone
    _its_process(youngest=True).kill()

    with pytest.raises(MatcherLost, match=r"cannot be had: .* no BERT model"):
        await worker.match(ASKED)
    await worker.close()


async def test_a_defect_in_the_process_is_told_and_the_next_message_is_answered(worker: Worker) -> None:
    with pytest.raises(MatcherLost, match="has a defect"):
        await worker.match(None)  # type: ignore[arg-type]

    assert _answered(await worker.match(ASKED)) == ["work-address"]


async def test_what_is_asked_at_once_is_answered_to_whoever_asked(worker: Worker) -> None:
    asked = [ASKED, "hello", "who won the match", ASKED]
    alone = [await worker.match(text) for text in asked]

    assert await asyncio.gather(*[worker.match(text) for text in asked]) == alone


async def test_who_no_longer_waits_does_not_take_the_next_ones_answer(worker: Worker) -> None:
    gone = asyncio.create_task(worker.match("hello"))
    await asyncio.sleep(0)
    gone.cancel()

    assert _answered(await worker.match(ASKED)) == ["work-address"]


async def test_all_that_was_asked_of_a_process_that_ends_is_asked_of_one_other(
    worker: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    silent = _its_process()
    silent.suspend()
    asking = asyncio.gather(*[worker.match(ASKED) for _ in range(5)])
    await asyncio.sleep(0)  # all have asked
    silent.kill()

    assert [_answered(match) for match in await asking] == [["work-address"]] * 5
    assert caplog.messages == ["The process that matches has ended; another takes its place."]


FRAGILE = """
import os
from bot.matching.process import server
from bot.matching.matcher import Matcher

sound = Matcher.match

def match(self, text, previous=""):
    return os._exit(1) if text == "poison" else sound(self, text, previous)

Matcher.match = match
server.main()
"""


async def test_a_message_that_ends_the_process_is_its_own_loss_only(
    knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(worker_module, "_SERVE", FRAGILE)
    worker = await Worker.begin(knowledge, Options(encoder="off", cache=tmp_path))
    asking = [worker.match(text) for text in (ASKED, "poison", ASKED, ASKED)]
    first, poison, *others = await asyncio.gather(*asking, return_exceptions=True)

    assert isinstance(poison, MatcherLost)
    assert [_answered(match) for match in (first, *others) if isinstance(match, Match)] == [["work-address"]] * 3
    assert _answered(await worker.match(ASKED)) == ["work-address"]
    await worker.close()


async def test_one_that_retires_answers_first_what_it_was_asked(knowledge: Knowledge) -> None:
    worker = await Worker.begin(knowledge, OPTIONS)
    process = _its_process(youngest=True)
    asking = asyncio.gather(*[worker.match(ASKED) for _ in range(5)])
    await asyncio.sleep(0)
    await worker.retire()

    assert [_answered(match) for match in await asking] == [["work-address"]] * 5
    assert not process.is_running()


async def test_what_was_wrong_with_the_settings_is_told_as_if_it_had_happened_here(knowledge: Knowledge) -> None:
    with pytest.raises(ConfigurationError, match="no BERT model") as caught:
        await Worker.begin(knowledge, Options(encoder="/nowhere"))

    assert [problem.where for problem in caught.value.problems] == ["matching.encoder"]


async def test_a_training_that_dies_is_told_in_a_sentence(knowledge: Knowledge) -> None:
    training = asyncio.create_task(Worker.begin(knowledge, OPTIONS))
    process = await _started()
    process.kill()

    with pytest.raises(KnowledgeError, match="could not be learned"):
        await training


async def test_a_training_that_nobody_waits_for_ends(knowledge: Knowledge) -> None:
    training = asyncio.create_task(Worker.begin(knowledge, OPTIONS))
    process = await _started()
    process.suspend()  # it would not come to an end of itself
    training.cancel()

    with pytest.raises(asyncio.CancelledError):
        await training
    await asyncio.to_thread(process.wait, 10)


def test_it_ends_with_a_desk_that_is_killed() -> None:
    begins = f"""
import asyncio, pathlib, signal
from bot.knowledge.loader import load
from bot.matching.options import Options
from bot.matching.process.client import Worker
worker = asyncio.run(Worker.begin(load(pathlib.Path({str(FOLDER)!r})), Options(encoder="off")))
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
        return "server.main()" in " ".join(process.cmdline())
    return False


async def test_one_that_has_learned_makes_room_for_one_that_reads_what_it_kept(
    knowledge: Knowledge, tmp_path: Path
) -> None:
    before = psutil.Process().children()
    beginning = asyncio.create_task(Worker.begin(knowledge, Options(encoder="off", cache=tmp_path)))
    learning = await _started()
    worker = await beginning

    assert not learning.is_running()
    assert len(psutil.Process().children()) == len(before) + 1
    assert _answered(await worker.match(ASKED)) == ["work-address"]
    await worker.close()
