"""Microsoft Teams."""

from adapters.teams.adapter import TeamsAdapter
from adapters.teams.settings import TeamsSettings

__all__ = ["TeamsAdapter", "TeamsSettings"]
