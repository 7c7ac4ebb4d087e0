"""How a matcher is to be made: apart from the matcher, so that whoever only hands them on need not load it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """`accept`: the share of correctly matched held-out questions to answer. `encoder`: auto, off or a folder.

    `cache` is a folder for the embeddings of the knowledge base, which otherwise are made at every build, and for
    adapters. `tune`: whether the encoder is used with an adapter, where there is one for the knowledge base.
    """

    accept: float = 0.9
    encoder: str = "auto"
    cache: Path | None = None
    tune: bool = True
