"""A trained matcher, kept on disk: a desk that starts again with the same answers is ready in a second or two.

A pickle does what it says, so a file is opened only where nobody but this user can have written it: file and folder are
theirs and writable by them alone. What is damaged, or belongs to other answers, settings or code, is trained anew.
"""

from __future__ import annotations

import hashlib
import logging
import os
import pickle
import platform
import stat
import tempfile
from importlib.metadata import version
from mmap import ACCESS_READ, mmap
from pathlib import Path

from bot import text
from bot.knowledge.model import Knowledge
from bot.matching.encoder.sentence_encoder import find_model, missing
from bot.matching.matcher import Matcher
from bot.matching.options import Options
from bot.matching.process import pickling

log = logging.getLogger(__name__)

_MOST = 3
"""Files in the folder; the ones that were used longest ago make room."""
_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH
_DIGEST = 32


def matcher_for(knowledge: Knowledge, options: Options) -> Matcher:
    """The kept matcher, or one that is trained now and kept. With no `options.cache` it is always trained."""
    if lost := missing(options.encoder):
        log.warning("%s", lost)
    path = place(knowledge, options)
    return read(path) or trained(knowledge, options, path)


def place(knowledge: Knowledge, options: Options) -> Path | None:
    """Where the matcher of this knowledge, these settings and this code is kept; None where nothing is."""
    if options.cache is None:
        return None
    _, model = find_model(options.encoder)
    told = [knowledge.revision, repr(options.accept), model, platform.python_version()]
    told += [version(name) for name in ("numpy", "scipy", "rapidfuzz", "snowballstemmer")]
    digest = hashlib.sha256("\n".join(told).encode())
    for source in (*sorted(Path(__file__).parents[1].rglob("*.py")), Path(text.__file__)):
        digest.update(source.read_bytes())
    return options.cache / f"matcher-{digest.hexdigest()[:32]}.pickle"


def read(path: Path | None) -> Matcher | None:
    """What is kept there, if it can be trusted and is whole."""
    try:
        if path is None or not (_is_ours(path.parent) and _is_ours(path)):
            return None
        with path.open("rb") as file:
            data = memoryview(mmap(file.fileno(), 0, access=ACCESS_READ))
        if hashlib.sha256(data[_DIGEST:]).digest() != data[:_DIGEST]:
            log.warning("The matcher kept in %s is damaged; it is trained anew.", path)
            return None
        kept = pickling.loads(data[_DIGEST:], Matcher)  # only what this user alone could have written comes here
        path.touch()
    except (OSError, pickle.UnpicklingError, AttributeError, ImportError, EOFError, TypeError, ValueError) as error:
        if not isinstance(error, FileNotFoundError):
            log.warning("The matcher kept in %s cannot be read (%s); it is trained anew.", path, type(error).__name__)
        return None
    return kept


def trained(knowledge: Knowledge, options: Options, path: Path | None) -> Matcher:
    """Train, and keep the result. A folder that cannot be written is said, not fatal."""
    matcher = Matcher.build(knowledge, options)
    if path is not None:
        try:
            _write(path, pickling.dumps(matcher))
        except OSError as error:
            log.warning("The matcher cannot be kept in %s (%s); the next start trains again.", path.parent, error)
    return matcher


def _is_ours(path: Path) -> bool:
    found = path.stat()
    ours = not hasattr(os, "geteuid") or found.st_uid == os.geteuid()
    if ours and not found.st_mode & _OTHERS_MAY_WRITE:
        return True
    log.warning("%s may have been written by somebody else, so it is not used.", path)
    return False


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        file.write(hashlib.sha256(data).digest() + data)
    Path(file.name).replace(path)
    kept = sorted(path.parent.glob("matcher-*.pickle"), key=lambda each: each.stat().st_mtime, reverse=True)
    for old in kept[_MOST:]:
        old.unlink(missing_ok=True)
