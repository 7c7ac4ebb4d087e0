"""The personas, which are the people as whom a browser window can act, and the conversations of the console."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.messages import Address, Person

PLATFORM = "web"
PRESS = "press"
"""The press channel's conversation."""
STAFF_PREFIX = "staff/"
"""Prefix of a persona's own conversation; the persona's id follows."""
THREAD_PREFIX = "press/"
"""Prefix of the thread below a message in the press channel; the message's id follows."""
PAGE = "page"
"""Used instead of a message's id if a button on a page of the desk was pressed, such as the queue."""


@dataclass(frozen=True, slots=True)
class Persona:
    """A person as whom a window can act."""

    id: str
    """Only lower-case letters, digits and hyphens."""
    name: str
    officer: bool = False
    """Whether a window can act as this persona at the press desk too."""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9-]+", self.id):
            raise ValueError(f"{self.id!r} cannot be the id of a person at the console: use a-z, 0-9 and -.")

    @property
    def person(self) -> Person:
        """The persona as a `Person`."""
        return Person(PLATFORM, self.id, self.name)

    @property
    def direct(self) -> Address:
        """The address of the persona's own conversation with the desk."""
        return Address(PLATFORM, STAFF_PREFIX + self.id)


class Personas:
    """All personas of the console. Raises ValueError unless at least one is an officer and at least one is not."""

    def __init__(self, personas: Iterable[Persona]) -> None:
        self.all = tuple(personas)
        self._by_id = {persona.id: persona for persona in self.all}
        self.officers = tuple(persona for persona in self.all if persona.officer)
        self.staff = tuple(persona for persona in self.all if not persona.officer)
        if not (self.officers and self.staff):
            raise ValueError("The console needs at least one of the staff and one officer.")

    def get(self, person: str) -> Persona | None:
        """Return the persona with this id, or None."""
        return self._by_id.get(person)

    def name(self, person: str) -> str:
        """Return the name of the persona with this id, or the id if there is no such persona any more."""
        persona = self._by_id.get(person)
        return persona.name if persona else person


def thread_of(message: str) -> str:
    """Return the thread below a message in the press channel."""
    return THREAD_PREFIX + message
