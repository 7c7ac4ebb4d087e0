"""The adapters of a knowledge base: what an encoder learned from all of it, and without what is held out.

They serve the labels and questions that they were learned from, and no others. The shipped file serves the shipped
knowledge base; what `policydesk tune` learns lies in the cache folder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.knowledge.model import Knowledge
from bot.matching.array_file import Arrays, mapped_arrays, read_arrays, write_arrays
from bot.matching.encoder.adapter import Adapter
from bot.matching.encoder.adapter_learning import learn_adapter
from bot.matching.encoder.sentence_encoder import Encoder
from bot.matching.examples import Examples, Whole
from bot.matching.folds import folds_used
from bot.matching.reading import Reader

SHIPPED = Path(__file__).parent / "encoder" / "shipped-adapters.safetensors"
_FORMAT = 1
_FEWEST = 20
"""Examples under which there is nothing to learn."""
_FINAL = "final"

Progress = Callable[[str, int, int], None]
"""Called with what is being learned, the number of steps done, and of all."""


@dataclass(frozen=True)
class Adapters:
    """`final` reads questions; the one of a fold reads what calibrates: it has not learned what the fold holds out."""

    key: str
    final: Adapter
    folds: tuple[Adapter, ...]
    is_shipped: bool = False

    @property
    def name(self) -> str:
        """What it goes by where a command or `/readyz` names it."""
        return f"{'shipped' if self.is_shipped else 'learned'} {self.key[:12]}"


def key_of(knowledge: Knowledge, fingerprint: str) -> str:
    """A hash of the labels, the questions, and the weights of the encoder."""
    examples = Examples.of(knowledge)
    digest = hashlib.sha256(f"{_FORMAT}\n{fingerprint}\n".encode())
    for owner, text in zip(examples.owner.tolist(), examples.texts, strict=True):
        label = examples.labels[owner]
        digest.update(f"{label.kind}\t{label.id}\t{text}\n".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def find_adapters(key: str, folder: Path | None) -> Adapters | None:
    """The adapters of that key: the shipped ones, or those in the cache folder; None if there are none."""
    if SHIPPED.exists():
        arrays, about = mapped_arrays(SHIPPED)
        if about.get("label") == _label(key):
            return _read(key, arrays, is_shipped=True)
    found = read_arrays(cache_file(folder, key), _label(key)) if folder else None
    return _read(key, found) if found else None


def cache_file(folder: Path, key: str) -> Path:
    """Where the adapters of that key lie in a cache folder."""
    return folder / f"adapters-{key[:32]}.arrays"


def write_adapters(adapters: Adapters, path: Path) -> None:
    """Write them to a file. Raises OSError."""
    named = [(_FINAL, adapters.final), *((str(number), one) for number, one in enumerate(adapters.folds))]
    arrays = {f"{name}/{part}": thin.astype(np.float16) for name, one in named for part, thin in one.thin.items()}
    write_arrays(path, _label(adapters.key), arrays)


def learn_adapters(knowledge: Knowledge, encoder: Encoder, progress: Progress) -> Adapters | None:
    """Learn all of them, which takes minutes; None if there is too little to learn, or the model takes no mean."""
    examples = Examples.of(knowledge)
    if encoder.first_token or len(examples.texts) < _FEWEST or len(examples.labels) <= 1:
        return None
    read = Reader.of(knowledge, encoder.pieces.whole_words).read_many(examples.texts)
    texts = [one.surface for one in read]

    def learned(what: str, some: Whole) -> Adapter:
        return learn_adapter(
            encoder, [texts[i] for i in some], examples.owner[some], lambda done, whole: progress(what, done, whole)
        )

    used = folds_used(examples, [one.rows[0] for one in read])
    final = learned(f"1 of {len(used) + 1}", np.arange(len(texts)))
    others = tuple(learned(f"{place} of {len(used) + 1}", fold.learn) for place, fold in enumerate(used, 2))
    return Adapters(key_of(knowledge, encoder.fingerprint), final, others)


def _label(key: str) -> str:
    return f"adapters {_FORMAT} of {key}"


def _read(key: str, arrays: Arrays, *, is_shipped: bool = False) -> Adapters:
    parts: dict[str, Arrays] = {}
    for name, values in arrays.items():
        whose, _, part = name.partition("/")
        parts.setdefault(whose, {})[part] = values.astype(np.float32)
    final = Adapter(parts.pop(_FINAL))
    return Adapters(key, final, tuple(Adapter(parts[name]) for name in sorted(parts)), is_shipped)
