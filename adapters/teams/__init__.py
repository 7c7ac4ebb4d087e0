"""Microsoft Teams."""

from adapters.teams.app import TeamsAdapter
from adapters.teams.settings import TeamsSettings

__all__ = ["TeamsAdapter", "TeamsSettings"]
