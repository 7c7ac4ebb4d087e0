"""The two halves of `tests/data/questions.yaml` against the knowledge base that ships, as `policydesk eval` counts."""

from __future__ import annotations

from pathlib import Path

from bot.admin.evaluate import evaluate, read_questions
from bot.app.configuration import SHIPPED_KNOWLEDGE
from bot.knowledge.loader import load
from bot.matching.matcher import Matcher
from bot.matching.options import Options

_QUESTIONS = Path(__file__).parents[1] / "data" / "questions.yaml"


def run() -> list[str]:
    """A line per half: the one that may guide the knowledge base, and the one that is held back."""
    rows = read_questions(_QUESTIONS)
    matcher = Matcher.build(load(SHIPPED_KNOWLEDGE), Options())
    halves = {"open to those who write answers": rows[::2], "held back": rows[1::2]}
    return [_line(name, dict(evaluate(half, matcher).percentages)) for name, half in halves.items()]


def _line(name: str, percentages: dict[str, float]) -> str:
    del percentages["smalltalk_right"]  # there is none among these questions
    return f"{name}: " + ", ".join(f"{what.replace('_', ' ')} {share:.1f} %" for what, share in percentages.items())


if __name__ == "__main__":
    print("\n".join(run()))
