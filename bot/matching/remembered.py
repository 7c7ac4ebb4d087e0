"""What the encoder made of a text before, by the text's hash: a question is encoded once, not at every change.

Kept are the states before the tail, because every change to the knowledge base tunes that anew.
"""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.matching.encoder import Encoder
from bot.matching.lexical import Floats
from bot.matching.meaning import Vectors

log = logging.getLogger(__name__)

_FILE = "embeddings.npz"


Kept = npt.NDArray[np.float16]


@dataclass
class Remembered:
    """An encoder that looks into a folder first. With no folder it only encodes.

    States are rounded to float16 on their way, so that a build gives the same with and without what was kept.
    """

    encoder: Encoder
    folder: Path | None
    known: dict[bytes, Kept] = field(default_factory=dict)
    used: set[bytes] = field(default_factory=set)

    @classmethod
    def open(cls, encoder: Encoder, folder: Path | None) -> Remembered:
        """Read what was kept for this model; what is damaged or of another model is encoded anew."""
        return cls(encoder, folder, _read(folder / _FILE, encoder) if folder else {})

    def tuned(self, encoder: Encoder) -> Remembered:
        """The same memory with another tail at the end of the encoder."""
        return replace(self, encoder=encoder)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """As `Encoder.embed`."""
        return self.encoder.pooled(self.states(texts))

    def states(self, texts: Sequence[str]) -> list[Floats]:
        """As `Encoder.states`."""
        keys = [self._key(text) for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self.known}
        made = (one.astype(np.float16) for one in self.encoder.states(list(missing.values())))
        self.known.update(zip(missing, made, strict=True))
        self.used.update(keys)
        return [self.known[key].astype(np.float32) for key in keys]

    def keep(self) -> None:
        """Write what was used, whole or not at all. A folder that cannot be written is said, not fatal."""
        if self.folder is None or not self.used:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            order = sorted(self.used)
            keys = np.frombuffer(b"".join(order), dtype=np.uint8).reshape(len(order), -1)
            lengths = np.array([len(self.known[key]) for key in order])
            states = np.concatenate([self.known[key] for key in order])
            with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".npz", delete=False) as file:
                np.savez(
                    file, seal=_seal(self.encoder, keys, lengths, states), keys=keys, lengths=lengths, states=states
                )
            Path(file.name).replace(self.folder / _FILE)
        except OSError as error:
            log.warning("Embeddings cannot be kept in %s (%s); the next start makes them again.", self.folder, error)

    def _key(self, text: str) -> bytes:
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _read(path: Path, encoder: Encoder) -> dict[bytes, Kept]:
    if not path.exists():
        return {}
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            keys, lengths, states, seal = (kept[name] for name in ("keys", "lengths", "states", "seal"))
        if bytes(seal) == bytes(_seal(encoder, keys, lengths, states)):
            each = np.split(states, np.cumsum(lengths)[:-1])
            return {key.tobytes(): one for key, one in zip(keys, each, strict=True)}
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the file, it is made again
        log.info("%s cannot be read (%s).", path, type(error).__name__)
    log.warning("%s is damaged or of another model; it is made again.", path)
    return {}


def _seal(encoder: Encoder, *parts: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """A hash over model and content, shape (32)."""
    digest = hashlib.sha256(encoder.fingerprint.encode())
    for part in parts:
        digest.update(np.ascontiguousarray(part).tobytes())
    return np.frombuffer(digest.digest(), dtype=np.uint8)
