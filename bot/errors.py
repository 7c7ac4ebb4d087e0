"""The tree of errors that Policy Desk raises on purpose.

PolicyDeskError
├── UserError                something the operator or an author can correct; carries problems
│   ├── ConfigurationError   policydesk.yaml or the environment
│   └── KnowledgeError       a knowledge base that cannot be used
├── StoreError               the database
│   ├── DatabaseInUse        another process holds this SQLite file
│   ├── DatabaseTooNew       written by a later release
│   ├── DatabaseTooOld       written by an earlier release and not migrated yet
│   ├── StaleCase            the case was changed since it was loaded
│   └── StoreUnavailable     cannot be reached now; the caller may try again
├── MatcherLost              no answer from the matcher's process
└── DeliveryFailure          a platform did not accept a message
    ├── TemporaryFailure     try again, not before `retry_after`
    └── PermanentFailure     trying again cannot help; `fix` says what can
"""

from __future__ import annotations

from dataclasses import dataclass


class PolicyDeskError(Exception):
    """The root of the tree; never raised itself."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake that a person can correct."""

    where: str
    """`file`, `file:line` or a configuration key; empty if the mistake has no place."""

    what: str
    """A sentence that says what is wrong."""

    fix: str = ""
    """A sentence that says what to do about it."""

    def __str__(self) -> str:
        sentence = f"{self.where}: {self.what}" if self.where else self.what
        return f"{sentence} {self.fix}".rstrip()


class UserError(PolicyDeskError):
    """Something that the operator or an author of the knowledge base can correct. All problems are reported at once."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class ConfigurationError(UserError):
    """The configuration or the environment is wrong."""


class KnowledgeError(UserError):
    """The knowledge base cannot be used."""


class MatcherLost(PolicyDeskError):
    """The matcher's process gave no answer, and neither did the process that replaced it."""


class StoreError(PolicyDeskError):
    """The database cannot be used."""


class DatabaseInUse(StoreError):
    """Another process uses this SQLite file."""


class DatabaseTooNew(StoreError):
    """A later release than this one wrote the database."""


class DatabaseTooOld(StoreError):
    """An earlier release wrote the database, and one of its servers may still be using it."""


class StaleCase(StoreError):
    """The case to save was changed by somebody else since it was loaded."""


class StoreUnavailable(StoreError):
    """The database cannot be reached now; trying again may help."""


class DeliveryFailure(PolicyDeskError):
    """A platform did not accept a message."""


class TemporaryFailure(DeliveryFailure):
    """Trying again may help. `retry_after` is in seconds; None if the platform gave no time."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class PermanentFailure(DeliveryFailure):
    """Trying again cannot help. `fix` is a sentence for the operator."""

    def __init__(self, reason: str, fix: str = "") -> None:
        super().__init__(f"{reason} {fix}".rstrip())
        self.reason = reason
        self.fix = fix
