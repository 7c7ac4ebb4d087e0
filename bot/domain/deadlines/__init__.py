"""Deadlines and broadcast slots in people's words. Pure: the time is an argument."""

from bot.domain.deadlines.finding import Reading, assumed, find, find_reading, find_slot, is_unknown, read, read_slot

__all__ = ["Reading", "assumed", "find", "find_reading", "find_slot", "is_unknown", "read", "read_slot"]
