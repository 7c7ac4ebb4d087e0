"""What an encoder learns from a knowledge base: a low-rank change to each matrix of its layers (Hu et al. 2021)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.matching.encoder.onnx_graph import Tensors
from bot.matching.lexical.channels import Floats

MATRICES = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)
"""The matrices of a layer, as the model's file names them."""
SCALE = 2.0
"""What the product of the two thin matrices counts."""


@dataclass(frozen=True)
class Adapter:
    """`thin` has two matrices for each matrix of shape (out, in) of each layer, by the names that `names` gives them.

    Their shapes are (rank, in) for `down` and (out, rank) for `up`. All numbers are float16 as float32, so that an
    adapter that is stored and read again is the same.
    """

    thin: Mapping[str, Floats]

    @classmethod
    def of(cls, thin: Mapping[str, Floats]) -> Adapter:
        """Round the matrices."""
        return cls({name: values.astype(np.float16).astype(np.float32) for name, values in thin.items()})

    @property
    def fingerprint(self) -> str:
        """A hash of the numbers."""
        digest = hashlib.sha256()
        for name, values in sorted(self.thin.items()):
            digest.update(name.encode() + values.astype(np.float16).tobytes())
        return digest.hexdigest()

    def applied(self, layers: Sequence[Tensors]) -> list[Tensors]:
        """The layers with the change added to their matrices."""
        changed: list[Tensors] = []
        for place, layer in enumerate(layers):
            merged = {f"{name}.weight": self._added(place, name, layer[f"{name}.weight"]) for name in MATRICES}
            changed.append({**layer, **merged})
        return changed

    def _added(self, place: int, name: str, weights: Floats) -> Floats:
        down, up = (self.thin[one] for one in names(place, name))
        whole: Floats = weights + SCALE * (up @ down)
        return whole


def names(place: int, matrix: str) -> tuple[str, str]:
    """The names of the two thin matrices of a layer's matrix: `down`, `up`."""
    return f"{place}.{matrix}.down", f"{place}.{matrix}.up"
