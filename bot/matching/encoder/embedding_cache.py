"""Embeddings made before, by the hash of their text: a knowledge base is encoded once, not at every start."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.matching.array_file import read_arrays, write_arrays
from bot.matching.encoder.sentence_encoder import Encoder, Vectors

log = logging.getLogger(__name__)

_MOST_FILES = 6
"""Files that stay in the folder, one for each encoder and what it has learned; the oldest are deleted."""


@dataclass
class Remembered:
    """An encoder that looks into a folder first. With no folder it only encodes.

    Everything is rounded to float16 on its way, so that a build gives the same with and without what was kept.
    """

    encoder: Encoder
    folder: Path | None
    known: dict[bytes, npt.NDArray[np.float16]] = field(default_factory=dict)
    used: set[bytes] = field(default_factory=set)
    """The keys of the texts that were asked for."""

    @classmethod
    def open(cls, encoder: Encoder, folder: Path | None) -> Remembered:
        """Read what was kept for this model; what is damaged or of another model is encoded anew."""
        return cls(encoder, folder, _read(_path(folder, encoder), encoder) if folder else {})

    def embed(self, texts: Sequence[str]) -> Vectors:
        """As `Encoder.embed`."""
        keys = [self._key(text) for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self.known}
        made = self.encoder.embed(list(missing.values())).astype(np.float16)
        self.known.update(zip(missing, made, strict=True))
        self.used.update(keys)
        kept = np.array([self.known[key] for key in keys], dtype=np.float32)
        return kept.reshape(len(keys), self.encoder.width)

    def embed_parts(self, messages: Sequence[Sequence[str]]) -> Vectors:
        """As `embed`: the texts of a knowledge base are short, so none is cut."""
        return self.embed([text for parts in messages for text in parts])

    def keep(self) -> None:
        """Write what was asked for, whole or not at all. A folder that cannot be written is said, not fatal."""
        if self.folder is None or not self.used:
            return
        used = sorted(self.used)
        keys = np.frombuffer(b"".join(used), dtype=np.uint8).reshape(len(used), -1)
        vectors = np.stack([self.known[key] for key in used])
        try:
            write_arrays(_path(self.folder, self.encoder), _label(self.encoder), {"keys": keys, "vectors": vectors})
            _delete_oldest(self.folder)
        except OSError as error:
            log.warning(
                "Embeddings cannot be kept in %s (%s); the next start makes them again.", self.folder, error.strerror
            )

    def _key(self, text: str) -> bytes:
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _read(path: Path, encoder: Encoder) -> dict[bytes, npt.NDArray[np.float16]]:
    kept = read_arrays(path, _label(encoder))
    return {key.tobytes(): vector for key, vector in zip(kept["keys"], kept["vectors"], strict=True)} if kept else {}


def _label(encoder: Encoder) -> str:
    return f"embeddings of {encoder.fingerprint}, last layer"


def _path(folder: Path, encoder: Encoder) -> Path:
    return folder / f"embeddings-{encoder.fingerprint[:32]}.arrays"


def _delete_oldest(folder: Path) -> None:
    stored = sorted(folder.glob("embeddings*"), key=lambda each: each.stat().st_mtime, reverse=True)
    for old in stored[_MOST_FILES:]:
        old.unlink(missing_ok=True)
