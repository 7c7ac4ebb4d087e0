"""A transaction with its repositories: `tx.cases.load(7)`, `tx.jobs.put(…)`."""

from __future__ import annotations

from dataclasses import dataclass

from bot.storage.repositories.answers import AnswerRepository
from bot.storage.repositories.case_lists import CaseLists
from bot.storage.repositories.cases import CaseRepository
from bot.storage.repositories.erasure import PersonErasure
from bot.storage.repositories.events import EventRepository
from bot.storage.repositories.expiry import ExpiredRecords
from bot.storage.repositories.false_alarms import FalseAlarmRepository
from bot.storage.repositories.incidents import IncidentRepository
from bot.storage.repositories.jobs import JobRepository
from bot.storage.repositories.known_officers import KnownOfficers
from bot.storage.repositories.links import LinkRepository
from bot.storage.repositories.postings import PostingRepository
from bot.storage.repositories.snapshots import SnapshotRepository
from bot.storage.repositories.statements import StatementRepository
from bot.storage.repositories.usage import UsageQueries
from bot.storage.scope import TransactionScope


@dataclass(frozen=True, slots=True)
class Transaction(TransactionScope):
    """A transaction under way, and a repository for each thing that is stored."""

    @property
    def cases(self) -> CaseRepository:
        """See `CaseRepository`."""
        return CaseRepository(self)

    @property
    def jobs(self) -> JobRepository:
        """See `JobRepository`."""
        return JobRepository(self)

    @property
    def events(self) -> EventRepository:
        """See `EventRepository`."""
        return EventRepository(self)

    @property
    def answers(self) -> AnswerRepository:
        """See `AnswerRepository`."""
        return AnswerRepository(self)

    @property
    def postings(self) -> PostingRepository:
        """See `PostingRepository`."""
        return PostingRepository(self)

    @property
    def links(self) -> LinkRepository:
        """See `LinkRepository`."""
        return LinkRepository(self)

    @property
    def incidents(self) -> IncidentRepository:
        """See `IncidentRepository`."""
        return IncidentRepository(self)

    @property
    def case_lists(self) -> CaseLists:
        """See `CaseLists`."""
        return CaseLists(self)

    @property
    def officers(self) -> KnownOfficers:
        """See `KnownOfficers`."""
        return KnownOfficers(self)

    @property
    def false_alarms(self) -> FalseAlarmRepository:
        """See `FalseAlarmRepository`."""
        return FalseAlarmRepository(self)

    @property
    def statements(self) -> StatementRepository:
        """See `StatementRepository`."""
        return StatementRepository(self)

    @property
    def snapshots(self) -> SnapshotRepository:
        """See `SnapshotRepository`."""
        return SnapshotRepository(self)

    @property
    def usage(self) -> UsageQueries:
        """See `UsageQueries`."""
        return UsageQueries(self)

    @property
    def expiry(self) -> ExpiredRecords:
        """See `ExpiredRecords`."""
        return ExpiredRecords(self)

    @property
    def erasure(self) -> PersonErasure:
        """See `PersonErasure`."""
        return PersonErasure(self)
