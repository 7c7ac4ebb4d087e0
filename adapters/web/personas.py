"""The people as whom a browser window can act, and the conversations of the console."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.messages import Address, Person

PLATFORM = "web"
PRESS = "press"
"""The conversation that stands for the press channel."""
STAFF_PREFIX = "staff/"
"""Begins the conversation of one member of staff; their id follows."""
THREAD_PREFIX = "press/"
"""Begins the thread below a message in the press channel; the message's id follows."""
PAGE = "page"
"""Stands in place of a message's id where a button on a page of the desk was pressed, such as the queue."""


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody as whom a window can act. `id` is [a-z0-9-]+; officers are offered at the press desk."""

    id: str
    name: str
    officer: bool = False

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9-]+", self.id):
            raise ValueError(f"{self.id!r} cannot be the id of a person at the console: use a-z, 0-9 and -.")

    @property
    def person(self) -> Person:
        """The same person as a value of the port."""
        return Person(PLATFORM, self.id, self.name)

    @property
    def direct(self) -> Address:
        """Their own conversation with the desk."""
        return Address(PLATFORM, STAFF_PREFIX + self.id)


class Personas:
    """All personas of the console. Raises ValueError unless there is a member of staff and an officer among them."""

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
        """Return the name of the persona with this id, or the id if there is none any more."""
        persona = self._by_id.get(person)
        return persona.name if persona else person


def thread_of(message: str) -> str:
    """Return the conversation below a message in the press channel."""
    return THREAD_PREFIX + message
