"""The people that a browser window may be, and the conversations that the console has."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.messages import Address, Person

PLATFORM = "web"
PRESS = "press"
STAFF = "staff/"
THREAD = "press/"
PAGE = "page"
"""Stands for a message where something was pressed on a page of the desk, such as the queue."""


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody that a window may act as. `id` is [a-z0-9-]+; officers are offered at the press desk."""

    id: str
    name: str
    officer: bool = False

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9-]+", self.id):
            raise ValueError(f"{self.id!r} cannot be the id of a person at the console: use a-z, 0-9 and -.")

    @property
    def person(self) -> Person:
        """As the desk knows them."""
        return Person(PLATFORM, self.id, self.name)

    @property
    def direct(self) -> Address:
        """Their own conversation with the desk."""
        return Address(PLATFORM, STAFF + self.id)


class People:
    """Everybody at this console. There is at least one of the staff and one officer."""

    def __init__(self, people: Iterable[Persona]) -> None:
        self.all = tuple(people)
        self._by_id = {persona.id: persona for persona in self.all}
        self.officers = tuple(persona for persona in self.all if persona.officer)
        self.staff = tuple(persona for persona in self.all if not persona.officer)
        if not (self.officers and self.staff):
            raise ValueError("The console needs at least one of the staff and one officer.")

    def get(self, person: str) -> Persona | None:
        """By id."""
        return self._by_id.get(person)

    def name(self, person: str) -> str:
        """What to call them; their id when they are here no more."""
        persona = self._by_id.get(person)
        return persona.name if persona else person


def thread_of(message: str) -> str:
    """The conversation below a message in the press channel."""
    return THREAD + message
