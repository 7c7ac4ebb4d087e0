"""The Teams adapter. `activity_handler` and `activities` read activities; `messenger` and `cards` send messages."""

from adapters.teams.adapter import TeamsAdapter
from adapters.teams.settings import TeamsSettings

__all__ = ["TeamsAdapter", "TeamsSettings"]
