"""When a journalist needs an answer, read from people's words. Pure: time comes in as an argument."""

from bot.deadlines.finding import find
from bot.deadlines.reading import assumed, is_unknown, read

__all__ = ["assumed", "find", "is_unknown", "read"]
