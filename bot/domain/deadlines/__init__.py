"""When a journalist needs an answer, read from people's words. Pure: time comes in as an argument."""

from bot.domain.deadlines.finding import find, find_slot, read_slot
from bot.domain.deadlines.reading import assumed, is_unknown, read

__all__ = ["assumed", "find", "find_slot", "is_unknown", "read", "read_slot"]
