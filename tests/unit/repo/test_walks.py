"""The recorder of `make walks`, on a product of two files."""

from __future__ import annotations

import asyncio
import importlib.util
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.walks.trace import Recorder, Trace

ONE = """
from dataclasses import dataclass

@dataclass
class Point:
    x: int

    @property
    def twice(self):
        return 2 * self.x

def alone():
    return sum([each for each in (1, 2)]) + (lambda: 3)()

def through(other):
    return other.near(Point(1).twice)

async def waits(other):
    await other.pause()
    return alone()
"""
TWO = """
import asyncio

def near(x):
    return x

async def pause():
    await asyncio.sleep(0)
"""


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    recorder = Recorder(tmp_path, ("product",))
    yield recorder
    recorder.stop()


def imported(root: Path, name: str, source: str) -> ModuleType:
    path = root / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def one(tmp_path: Path) -> ModuleType:
    return imported(tmp_path, "product/one.py", ONE)


@pytest.fixture
def two(tmp_path: Path) -> ModuleType:
    return imported(tmp_path, "product/two.py", TWO)


def test_files_and_functions_are_in_the_order_of_their_first_call(
    recorder: Recorder, one: ModuleType, two: ModuleType
) -> None:
    recorder.start()
    two.near(0)
    one.through(two)
    trace = recorder.stop()
    assert trace.files == {"product/two.py": ["near"], "product/one.py": ["through", "Point.twice"]}
    assert trace.changes == 2


def test_a_lambda_and_a_comprehension_belong_to_their_function(recorder: Recorder, one: ModuleType) -> None:
    recorder.start()
    one.alone()
    trace = recorder.stop()
    assert trace.files == {"product/one.py": ["alone"]}
    assert trace.changes == 0


def test_to_go_on_after_an_await_is_a_change_of_file(recorder: Recorder, one: ModuleType, two: ModuleType) -> None:
    async def walk() -> Trace:
        recorder.start()
        await one.waits(two)
        return recorder.stop()

    trace = asyncio.run(walk())
    assert [file[8:11] for file, _ in trace.calls[:4]] == ["one", "two", "one", "two"]
    assert trace.calls[-1] == ("product/one.py", "alone")


def test_threads_that_began_before_the_recording_are_seen(recorder: Recorder, two: ModuleType) -> None:
    begun, go = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go.wait()
        two.near(0)

    with recorder.watching_threads():
        thread = threading.Thread(target=work)
        thread.start()
        begun.wait()
    recorder.start()
    go.set()
    thread.join()
    assert recorder.stop().files == {"product/two.py": ["near"]}


def test_imports_other_folders_and_what_is_not_recorded_do_not_count(
    recorder: Recorder, one: ModuleType, tmp_path: Path
) -> None:
    one.alone()
    recorder.start()
    imported(tmp_path, "elsewhere/two.py", TWO).near(0)
    imported(tmp_path, "product/late.py", ONE)
    assert recorder.stop().calls == []


def test_folders_and_files_can_be_left_out() -> None:
    trace = Trace([("bot/a/one.py", "f"), ("bot/b.py", "g"), ("bot/a/two.py", "f")])
    assert trace.without(("bot/a/",)).files == {"bot/b.py": ["g"]}
    assert trace.without(("bot/b.py",)).changes == 1
