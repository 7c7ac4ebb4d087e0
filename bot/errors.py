"""Everything that Policy Desk raises on purpose.

PolicyDeskError
├── UserError                what the person at the command line or in a file can mend; carries problems
│   ├── ConfigurationError   policydesk.yaml or the environment
│   └── KnowledgeError       a knowledge base that cannot be used
├── StoreError               the database
│   ├── DatabaseInUse        another process holds this SQLite file
│   ├── DatabaseTooNew       written by a later release
│   ├── DatabaseTooOld       not yet brought up to date by this release
│   ├── StaleCase            somebody else changed the case meanwhile
│   └── StoreUnavailable     unreachable just now; the caller may try again
├── MatcherLost           no answer from the process that matches
└── DeliveryFailure          a platform did not take a message
    ├── TemporaryFailure     try again, not before `retry_after`
    └── PermanentFailure     trying again cannot help; says what can
"""

from __future__ import annotations

from dataclasses import dataclass


class PolicyDeskError(Exception):
    """The root of the tree."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where, and what to do about it.

    `where` is what the reader looks for: `file`, `file:line` or a configuration key.
    """

    where: str
    what: str
    fix: str = ""

    def __str__(self) -> str:
        said = f"{self.where}: {self.what}" if self.where else self.what
        return f"{said} {self.fix}".rstrip()


class UserError(PolicyDeskError):
    """Something that whoever runs the desk can mend. All problems are reported at once."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems

    def __reduce__(self) -> tuple[type[UserError], tuple[Problem, ...]]:
        """Between processes it travels with its problems, not with their text."""
        return type(self), self.problems


class ConfigurationError(UserError):
    """The configuration or the environment is wrong."""


class KnowledgeError(UserError):
    """The knowledge base cannot be used."""


class MatcherLost(PolicyDeskError):
    """The process that matches gave no answer, and neither did the one that took its place."""


class StoreError(PolicyDeskError):
    """The database cannot be used."""


class DatabaseInUse(StoreError):
    """Another process serves from this SQLite file."""


class DatabaseTooNew(StoreError):
    """The database was written by a later release than this one."""


class DatabaseTooOld(StoreError):
    """The database was written by an earlier release, one of whose servers may still be using it."""


class StaleCase(StoreError):
    """A case is to be saved that somebody else has changed since it was loaded."""


class StoreUnavailable(StoreError):
    """The database cannot be reached just now."""


class DeliveryFailure(PolicyDeskError):
    """A platform did not take a message."""


class TemporaryFailure(DeliveryFailure):
    """Trying again may help. `retry_after` is in seconds where the platform named one."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class PermanentFailure(DeliveryFailure):
    """Trying again cannot help. `fix` is a sentence for whoever runs the desk."""

    def __init__(self, reason: str, fix: str = "") -> None:
        super().__init__(f"{reason} {fix}".rstrip())
        self.reason = reason
        self.fix = fix
