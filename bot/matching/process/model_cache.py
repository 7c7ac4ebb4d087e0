"""Trained matchers on disk, so that a desk which restarts with the same answers is ready in a second or two.

Loading a pickle can run any code. A file is therefore opened only if nobody but this user can have written it: file and
folder belong to this user and are writable by this user alone. A file that is damaged, or that belongs to other
answers, settings or code, is not used; the matcher is trained again.
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

from bot import outlets, text
from bot.knowledge.model import Knowledge
from bot.matching.encoder.sentence_encoder import find_model, missing
from bot.matching.matcher import Matcher
from bot.matching.options import Options
from bot.matching.process import pickling

log = logging.getLogger(__name__)

_MAX_FILES = 3
"""Matchers that stay in the folder; those that were used longest ago are deleted."""
_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH
_DIGEST_BYTES = 32
"""Length of the SHA-256 digest with which each file begins."""


def matcher_for(knowledge: Knowledge, options: Options) -> Matcher:
    """Return the cached matcher, or train one and store it. If `options.cache` is None it is always trained."""
    if lost := missing(options.encoder):
        log.warning("%s", lost)
    path = cache_path(knowledge, options)
    return read(path) or train_and_store(knowledge, options, path)


def cache_path(knowledge: Knowledge, options: Options) -> Path | None:
    """Return the file for the matcher of this knowledge, these options and this code; None without a cache folder."""
    if options.cache is None:
        return None
    _, model = find_model(options.encoder)
    key = [knowledge.revision, repr(options.accept), model, platform.python_version()]
    key += [version(name) for name in ("numpy", "scipy", "rapidfuzz", "snowballstemmer")]
    digest = hashlib.sha256("\n".join(key).encode())
    matching = sorted(Path(__file__).parents[1].rglob("*.py"))
    for source in (*matching, Path(text.__file__), Path(outlets.__file__)):
        digest.update(source.read_bytes())
    return options.cache / f"matcher-{digest.hexdigest()[:32]}.pickle"


def read(path: Path | None) -> Matcher | None:
    """Return the matcher in this file; None if there is none, or if it is damaged or may be somebody else's work."""
    try:
        if path is None or not (_is_ours(path.parent) and _is_ours(path)):
            return None
        with path.open("rb") as file:
            data = memoryview(mmap(file.fileno(), 0, access=ACCESS_READ))
        if hashlib.sha256(data[_DIGEST_BYTES:]).digest() != data[:_DIGEST_BYTES]:
            log.warning("The matcher kept in %s is damaged; it is trained anew.", path)
            return None
        matcher = pickling.loads(data[_DIGEST_BYTES:], Matcher)  # safe: only this user can have written the file
        path.touch()
    except (OSError, pickle.UnpicklingError, AttributeError, ImportError, EOFError, TypeError, ValueError) as error:
        if not isinstance(error, FileNotFoundError):
            log.warning("The matcher kept in %s cannot be read (%s); it is trained anew.", path, type(error).__name__)
        return None
    return matcher


def train_and_store(knowledge: Knowledge, options: Options, path: Path | None) -> Matcher:
    """Return a matcher that is trained now, and store it. A folder that cannot be written to is only logged."""
    matcher = Matcher.build(knowledge, options)
    if path is not None:
        try:
            _write(path, pickling.dumps(matcher))
        except OSError as error:
            log.warning("The matcher cannot be kept in %s (%s); the next start trains again.", path.parent, error)
    return matcher


def _is_ours(path: Path) -> bool:
    """Return whether only this user can have written the file or folder."""
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
    stored = sorted(path.parent.glob("matcher-*.pickle"), key=lambda each: each.stat().st_mtime, reverse=True)
    for old in stored[_MAX_FILES:]:
        old.unlink(missing_ok=True)
