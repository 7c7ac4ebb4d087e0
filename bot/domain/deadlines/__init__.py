"""Deadlines and broadcast slots in people's words. Pure: the time is an argument."""

from bot.domain.deadlines.finding import find, find_slot, read_slot
from bot.domain.deadlines.reading import assumed, is_unknown, read

__all__ = ["assumed", "find", "find_slot", "is_unknown", "read", "read_slot"]
