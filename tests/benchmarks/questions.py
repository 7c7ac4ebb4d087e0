"""The two halves of `tests/data/questions.yaml` against the knowledge base that ships, as `policydesk eval` counts."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.app.settings import SHIPPED_KNOWLEDGE
from bot.evaluate import evaluate, read_questions
from bot.knowledge.loader import load
from bot.matching.matcher import Options
from bot.training import train

_QUESTIONS = Path(__file__).parents[1] / "data" / "questions.yaml"


def run() -> list[str]:
    """A line per half: the one that may guide the knowledge base, and the one that is held back."""
    rows = read_questions(_QUESTIONS)
    matcher = asyncio.run(train(load(SHIPPED_KNOWLEDGE), Options()))
    halves = {"open to those who write answers": rows[::2], "held back": rows[1::2]}
    return [_line(name, dict(evaluate(half, matcher).percentages)) for name, half in halves.items()]


def _line(name: str, percentages: dict[str, float]) -> str:
    del percentages["smalltalk_right"]  # there is none among these questions
    return f"{name}: " + ", ".join(f"{what.replace('_', ' ')} {share:.1f} %" for what, share in percentages.items())


if __name__ == "__main__":
    print("\n".join(run()))
