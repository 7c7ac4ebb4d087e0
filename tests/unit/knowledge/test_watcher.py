from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.errors import Problem, StoreUnavailable
from bot.knowledge.loader import load
from bot.knowledge.model import Knowledge
from bot.knowledge.watcher import KnowledgeWatcher
from tests.unit.knowledge.knowledge_folders import ENTRY, write
from tests.waiting import until


def _saying(answer: str) -> str:
    return ENTRY.replace("It may have been copied.", answer)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "knowledge", {"a.yaml": _saying("one")})


class Desk:
    """Takes over what the keeper finds; `refusals` is how often it cannot."""

    def __init__(self, refusals: int = 0) -> None:
        self.taken: list[Knowledge] = []
        self.refusals = refusals

    async def take_over(self, knowledge: Knowledge) -> None:
        if self.refusals:
            self.refusals -= 1
            raise StoreUnavailable("The database cannot be reached.")
        self.taken.append(knowledge)


@asynccontextmanager
async def _watching(keeper: KnowledgeWatcher, desk: Desk) -> AsyncIterator[None]:
    task = asyncio.create_task(keeper.watch(desk.take_over))
    try:
        yield
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def _until_answer(keeper: KnowledgeWatcher, answer: str) -> None:
    await until(lambda: _answer(keeper) == answer)


def _answer(keeper: KnowledgeWatcher) -> str:
    return keeper.knowledge.entries[0].answer


def _replace(folder: Path, answer: str) -> None:
    """Another folder under the same name, as a deployment does it."""
    following = write(folder.with_name(answer), {"a.yaml": _saying(answer)})
    folder.rename(folder.with_name(f"before {answer}"))
    following.rename(folder)


async def test_a_change_is_taken_over(folder: Path) -> None:
    keeper, desk = KnowledgeWatcher(folder, load(folder)), Desk()
    async with _watching(keeper, desk):
        write(folder, {"a.yaml": _saying("two")})
        await _until_answer(keeper, "two")
        write(folder, {"topics/b.yaml": ENTRY.replace("deleted-post", "other")})
        await until(lambda: len(keeper.knowledge.entries) == 2)
    assert [len(knowledge.entries) for knowledge in desk.taken] == [1, 2]


async def test_the_last_good_knowledge_answers_while_a_file_is_broken(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keeper, desk = KnowledgeWatcher(folder, load(folder)), Desk()
    with caplog.at_level(logging.ERROR, "bot.knowledge.watcher"):
        async with _watching(keeper, desk):
            write(folder, {"a.yaml": "entries:\n\t- id: a\n"})
            await until(lambda: keeper.trouble)
            assert _answer(keeper) == "one"
            assert [problem.where for problem in keeper.trouble] == ["a.yaml:2"]
            write(folder, {"a.yaml": _saying("two")})
            await until(lambda: not keeper.trouble)
    assert _answer(keeper) == "two"
    assert len(caplog.messages) == 1
    assert "a.yaml:2: There is a tab" in caplog.messages[0]


async def test_the_same_content_again_ends_the_trouble_and_changes_nothing(folder: Path) -> None:
    good = load(folder)
    keeper, desk = KnowledgeWatcher(folder, good, trouble=(Problem("a.yaml:1", "It was broken.", ""),)), Desk()
    await keeper.refresh(desk.take_over)
    assert keeper.trouble == ()
    assert keeper.knowledge == good
    assert desk.taken == []


@pytest.mark.slow
async def test_a_folder_that_goes_away_and_comes_back(folder: Path) -> None:
    keeper = KnowledgeWatcher(folder, load(folder))
    async with _watching(keeper, Desk()):
        shutil.rmtree(folder)
        await until(lambda: keeper.trouble)
        assert _answer(keeper) == "one"
        write(folder, {"a.yaml": _saying("two")})
        await _until_answer(keeper, "two")
    assert keeper.trouble == ()


@pytest.mark.slow
async def test_a_folder_that_is_replaced_is_followed(folder: Path) -> None:
    keeper = KnowledgeWatcher(folder, load(folder))
    async with _watching(keeper, Desk()):
        write(folder, {"a.yaml": _saying("watched")})
        await _until_answer(keeper, "watched")
        for answer in ("two", "three"):
            _replace(folder, answer)
            await _until_answer(keeper, answer)
        write(folder, {"a.yaml": _saying("four")})
        await _until_answer(keeper, "four")


async def test_a_desk_that_cannot_take_over_just_now_is_asked_again(folder: Path) -> None:
    keeper, desk = KnowledgeWatcher(folder, load(folder)), Desk(refusals=1)
    write(folder, {"a.yaml": _saying("two")})
    await keeper.refresh(desk.take_over)
    assert _answer(keeper) == "one"
    assert "could not be taken over" in keeper.trouble[0].what
    await keeper.refresh(desk.take_over)
    assert _answer(keeper) == "two"
    assert keeper.trouble == ()


@pytest.mark.slow
async def test_a_file_is_taken_over_only_when_it_is_finished(folder: Path) -> None:
    keeper, desk = KnowledgeWatcher(folder, load(folder)), Desk()
    entries = [f"  - {{id: e{number}, questions: [x], answer: y}}\n" for number in range(40)]
    async with _watching(keeper, desk):
        with (folder / "a.yaml").open("w") as file:
            for line in ["entries:\n", *entries]:  # every prefix is good YAML
                file.write(line)
                file.flush()
                await asyncio.sleep(0.03)  # as slowly as it is written
        await until(lambda: desk.taken)
    assert [len(knowledge.entries) for knowledge in desk.taken] == [40]


async def test_nothing_is_loaded_again_while_nothing_changes(folder: Path) -> None:
    keeper, desk = KnowledgeWatcher(folder, replaced := load(folder)), Desk()
    await keeper.refresh(desk.take_over)
    held = keeper.knowledge
    await keeper.refresh(desk.take_over)
    assert keeper.knowledge is held
    assert held == replaced
