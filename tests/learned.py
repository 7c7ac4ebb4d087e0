"""Matchers for the tests: each is learned once a run, by whichever process needs it first; the others read it.

What is learned is kept as a desk keeps it (`bot/matching/process/model_cache.py`), in a folder that goes with the run.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from filelock import FileLock

from bot.knowledge.model import Knowledge
from bot.matching.matcher import Matcher
from bot.matching.options import Options
from bot.matching.process import model_cache

_FOLDER = "POLICYDESK_TESTS_LEARNED"


def begin() -> Callable[[], None]:
    """Make the folder, for this process and those that it starts; what takes it away again."""
    os.environ[_FOLDER] = folder = tempfile.mkdtemp(prefix="policydesk-learned-")
    return partial(shutil.rmtree, folder, ignore_errors=True)


def cached(knowledge: Knowledge, options: Options) -> Options:
    """These options, with a place of this knowledge's own: a folder holds no more than a few matchers."""
    folder = os.environ.get(_FOLDER)
    options = replace(options, tune=False)  # so that no test depends on what was learned from the shipped answers
    return replace(options, cache=Path(folder) / knowledge.revision) if folder else options


def matcher(knowledge: Knowledge, options: Options = Options()) -> Matcher:  # noqa: B008  frozen
    kept = cached(knowledge, options)
    if kept.cache is None:  # outside a run of the tests
        return Matcher.build(knowledge, options)
    with FileLock(f"{kept.cache}.lock"):
        return model_cache.matcher_for(knowledge, kept)
