"""When a journalist needs an answer, read from people's words. Pure: time comes in as an argument."""

from bot.domain.deadlines.finding import find
from bot.domain.deadlines.reading import assumed, is_unknown, read
from bot.domain.deadlines.slots import find_slot, read_slot

__all__ = ["assumed", "find", "find_slot", "is_unknown", "read", "read_slot"]
