from __future__ import annotations

import asyncio
from pathlib import Path

import psutil
import pytest

from bot.errors import KnowledgeError
from bot.knowledge.loader import load
from bot.knowledge.model import Knowledge
from bot.matching.matcher import Options
from bot.training import train

FOLDER = Path(__file__).parent.parent / "chaos" / "knowledge"
OPTIONS = Options(encoder="off")


@pytest.fixture
def knowledge() -> Knowledge:
    return load(FOLDER)


async def test_what_was_learned_elsewhere_answers_here(knowledge: Knowledge) -> None:
    matcher = await train(knowledge, OPTIONS)

    assert [one.id for one in matcher.match("may I log in to Facebook with my work email").entries] == ["work-address"]


async def test_a_training_that_dies_is_told_in_a_sentence(knowledge: Knowledge) -> None:
    training = asyncio.create_task(train(knowledge, OPTIONS))
    process = await _started()
    process.kill()

    with pytest.raises(KnowledgeError, match="could not be learned"):
        await training


async def test_a_training_that_nobody_waits_for_ends(knowledge: Knowledge) -> None:
    training = asyncio.create_task(train(knowledge, OPTIONS))
    process = await _started()
    process.suspend()  # it would not come to an end of itself
    training.cancel()

    with pytest.raises(asyncio.CancelledError):
        await training
    await asyncio.to_thread(process.wait, 10)


async def _started() -> psutil.Process:
    while True:
        await asyncio.sleep(0.01)
        for child in psutil.Process().children():
            if "spawn_main" in " ".join(child.cmdline()):
                return child
