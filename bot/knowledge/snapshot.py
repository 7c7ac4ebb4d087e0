"""A knowledge base as one text: for its revision, and for the copy in the database.

With the copy the desk can restart while the knowledge folder is broken.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.errors import KnowledgeError, Problem
from bot.knowledge.model import Knowledge

_VERSION = 1
"""Version of the stored text."""
_KNOWLEDGE = TypeAdapter(Knowledge)


def revised(knowledge: Knowledge) -> Knowledge:
    """Return the same knowledge with its parts ordered by id and its revision set.

    Order and revision depend on the content only: not on comments, on the division into files or on their order.
    """
    ordered = replace(
        knowledge,
        documents=tuple(sorted(knowledge.documents, key=lambda document: document.id)),
        entries=tuple(sorted(knowledge.entries, key=lambda entry: entry.id)),
        smalltalk=tuple(sorted(knowledge.smalltalk, key=lambda topic: topic.id)),
        out_of_scope=tuple(sorted(knowledge.out_of_scope, key=lambda topic: topic.id)),
        synonyms=tuple(sorted(knowledge.synonyms)),
        revision="",
    )
    content = json.dumps(_without_origins(_KNOWLEDGE.dump_python(ordered, mode="json")), sort_keys=True)
    return replace(ordered, revision=hashlib.sha256(content.encode()).hexdigest()[:16])


def dumps(knowledge: Knowledge) -> str:
    """Return a knowledge base as text that `loads` reads, also in a later release."""
    return json.dumps({"version": _VERSION, "knowledge": _KNOWLEDGE.dump_python(knowledge, mode="json")})


def loads(text: str) -> Knowledge:
    """Return the knowledge base that `dumps` wrote. Raises KnowledgeError if the text is something else."""
    try:
        holder = json.loads(text)
        if isinstance(holder, dict) and holder.get("version") == _VERSION:
            return _KNOWLEDGE.validate_python(holder.get("knowledge"))
    except (ValueError, RecursionError, ValidationError):
        pass
    raise KnowledgeError(
        Problem(
            "stored knowledge base", "The stored copy cannot be read by this release.", "Mend the knowledge folder."
        )
    )


def _without_origins(value: Any) -> Any:  # noqa: ANN401  # JSON
    if isinstance(value, dict):
        return {key: _without_origins(held) for key, held in value.items() if key != "origin"}
    if isinstance(value, list):
        return [_without_origins(held) for held in value]
    return value
