"""Trained matchers on disk, so that a desk which restarts with the same answers is ready in a second or two.

What is stored are arrays, and JSON as one of them (`bot/matching/array_file.py`, `encoding.py`). A file that is
damaged, that may be somebody else's work, or that belongs to other answers, settings or code, is not used; the matcher
is trained again.
"""

from __future__ import annotations

import hashlib
import json
import logging
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np

from bot import outlets, text
from bot.knowledge import model
from bot.knowledge.model import Knowledge
from bot.matching.array_file import read_arrays, write_arrays
from bot.matching.encoder.sentence_encoder import Encoder, find_model, missing
from bot.matching.lexical.channels import Floats
from bot.matching.matcher import Matcher
from bot.matching.options import Options
from bot.matching.process.encoding import FORMAT, decode, encode

log = logging.getLogger(__name__)

_MAX_FILES = 3
"""Matchers that stay in the folder; those that were used longest ago are deleted."""
_TREE = "tree"
"""The array that is JSON; the others have the numbers that it gives them."""


@dataclass(frozen=True, slots=True)
class Place:
    """The file of a matcher, and the encoder that it was trained with."""

    path: Path
    encoder: Path | None
    """The encoder's folder; None in the lexical tier."""
    fingerprint: str
    """SHA-256 of the encoder's weights."""


@dataclass(frozen=True)
class _Stored:
    """What is stored of a matcher: all but its encoder, which is opened again."""

    matcher: Matcher
    """Without an encoder."""
    has_encoder: bool
    tail: tuple[Mapping[str, Floats], ...] | None
    """What the encoder has learned: the weights of its last layers; None if it has learned nothing."""


def matcher_for(knowledge: Knowledge, options: Options) -> Matcher:
    """Return the cached matcher, or train one and store it. If `options.cache` is None it is always trained."""
    if lost := missing(options.encoder):
        log.warning("%s", lost)
    place = cache_place(knowledge, options)
    return read(place) or train_and_store(knowledge, options, place)


def cache_place(knowledge: Knowledge, options: Options) -> Place | None:
    """Return where the matcher of this knowledge, these options and this code is; None without a cache folder."""
    if options.cache is None:
        return None
    encoder, fingerprint = find_model(options.encoder)
    key = [knowledge.revision, repr(options.accept), fingerprint, platform.python_version()]
    key += [version(name) for name in ("numpy", "scipy", "rapidfuzz", "snowballstemmer")]
    digest = hashlib.sha256("\n".join(key).encode())
    matching = sorted(Path(__file__).parents[1].rglob("*.py"))
    for source in (*matching, Path(text.__file__), Path(outlets.__file__), Path(model.__file__)):
        digest.update(source.read_bytes())
    return Place(options.cache / f"matcher-{digest.hexdigest()[:32]}.arrays", encoder, fingerprint)


def read(place: Place | None) -> Matcher | None:
    """Return the matcher that is stored there; None if there is none that can be used."""
    arrays = read_arrays(place.path, _label(place.path)) if place else None
    if place is None or arrays is None:
        return None
    try:
        tree = json.loads(arrays.pop(_TREE).tobytes())
        stored = decode(tree, [arrays[str(number)] for number in range(len(arrays))], _Stored)
    except (KeyError, ValueError, RecursionError) as error:  # NotReadable is a ValueError
        log.warning("The matcher kept in %s cannot be read (%s); it is trained anew.", place.path, error)
        return None
    return _opened(stored, place)


def train_and_store(
    knowledge: Knowledge, options: Options, place: Place | None, begin: Callable[[str], object] = str
) -> Matcher:
    """Return a matcher that is trained now, and store it. A folder that cannot be written to is only logged.

    `begin` is called as by `Matcher.build`.
    """
    matcher = Matcher.build(knowledge, options, begin)
    if place is not None:
        try:
            _write(place.path, matcher)
        except OSError as error:
            folder = place.path.parent
            log.warning("The matcher cannot be kept in %s (%s); the next start trains again.", folder, error.strerror)
    return matcher


def _label(path: Path) -> str:
    return f"{path.stem}, encoding {FORMAT}"


def _opened(stored: _Stored, place: Place) -> Matcher | None:
    if not stored.has_encoder:
        return stored.matcher
    if place.encoder is None:
        return None
    encoder = Encoder.open(place.encoder, place.fingerprint, stored.tail)
    return replace(stored.matcher, reader=replace(stored.matcher.reader, encoder=encoder))


def _write(path: Path, matcher: Matcher) -> None:
    encoder = matcher.reader.encoder
    tail = tuple(encoder.tail) if isinstance(encoder, Encoder) and encoder.is_tuned else None
    bare = replace(matcher, reader=replace(matcher.reader, encoder=None))
    tree, arrays = encode(_Stored(bare, encoder is not None, tail))
    named = {str(number): array for number, array in enumerate(arrays)}
    written = np.frombuffer(json.dumps(tree).encode(), dtype=np.uint8)
    write_arrays(path, _label(path), {_TREE: written, **named})
    stored = sorted(path.parent.glob("matcher-*"), key=lambda each: each.stat().st_mtime, reverse=True)
    for old in stored[_MAX_FILES:]:
        old.unlink(missing_ok=True)
