"""The case and everything that belongs to it: who asks, what is known, its history, its links and its incident."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.messages import Address, Person


class CaseKind(StrEnum):
    """A media enquiry, or an ordinary question that staff put to the press office."""

    MEDIA = "media"
    QUESTION = "question"


class CaseState(StrEnum):
    """Where a case is in its life."""

    OPEN = "open"
    CLAIMED = "claimed"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How a case ended."""

    ANSWERED = "answered"  # an ordinary question
    ADVICE = "advice given"
    STATEMENT = "statement issued"
    INTERVIEW = "interview arranged"
    FOI = "referred: FOI"
    POLICE = "referred: police"
    PARTNER = "referred: partner"
    DECLINED = "declined"
    NO_ACTION = "no action"
    MISSED = "deadline missed"
    GONE = "journalist withdrew"
    FALSE_ALARM = "false alarm"
    WITHDRAWN = "withdrawn"  # by the asker
    JOINED = "joined"  # to another case, which goes on for both


class ReplyKind(StrEnum):
    """What an officer's words are to the asker of a media enquiry."""

    ADVICE = "advice"
    WORDS = "words to give"
    OURSELVES = "we respond"


class StepKind(StrEnum):
    """One kind of line in a case's history."""

    OPENED = "opened"
    ADDED = "added"  # a further message of an asker
    CORRECTED = "corrected"  # an asker edited a message
    DETAILS = "details"
    CLAIMED = "claimed"
    UNCLAIMED = "unclaimed"
    REPLIED = "replied"
    NOTED = "noted"
    CLOSED = "closed"
    REOPENED = "reopened"
    FALSE_ALARM = "false alarm"
    WITHDRAWAL_ASKED = "withdrawal asked"
    WITHDRAWN = "withdrawn"
    SEPARATED = "separated"  # an added message became a case of its own
    REMINDED = "reminded"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FALLBACK = "fallback"
    ON_CALL = "on call called"
    MAILED = "mailed"
    PHONE_GIVEN = "phone given"  # nobody took the case: the asker was told to phone
    NUDGED = "nudged"  # the owner, who has been silent
    RETURNED = "returned"  # to the queue, because its owner stayed silent
    WAITING = "waiting"  # for facts, until a time
    HANDOVER_OFFERED = "handover offered"
    HANDOVER_ACCEPTED = "handover accepted"
    HANDOVER_DECLINED = "handover declined"
    RESPONDED = "responded"  # to the journalist
    STATEMENT = "statement"
    DEADLINE_NEAR = "deadline near"
    DEADLINE_PASSED = "deadline passed"
    LINKED = "linked"
    TOOK_IN = "took in"  # another case, which was joined to this one
    JOINED = "joined"
    SPLIT = "split"
    RESTRICTED = "restricted"
    UNRESTRICTED = "unrestricted"


LONGEST_ON_CARD = 2500
"""Characters of an asker's words that a card shows. The whole of a longer message is posted below the card."""

MEDIUMS = ("live", "recorded", "print or online", "unknown")
"""Values of `Details.medium`."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who is to be answered in a case. `text` is what they first said, `at` where."""

    person: Person
    direct: Address
    at: Address
    text: str
    said_at: datetime
    event_id: str
    link: str = ""
    files: int = 0
    from_case: int | None = None
    """The case that they asked in first, when that was joined to this one."""


@dataclass(frozen=True, slots=True)
class Details:
    """What is known of a media enquiry beyond the message itself; empty where it is not known.

    All in the words of whoever wrote them. `contact` is the journalist's phone or e-mail, `callback` the asker's own
    number; `questions` stand word for word; `medium` is live, recorded or print, `slot` the broadcast's; `said` is what
    was already said to the journalist, and on what terms. Embargoed content shows to officers only.
    """

    outlet: str = ""
    journalist: str = ""
    contact: str = ""
    callback: str = ""
    deadline: str = ""
    medium: str = ""
    slot: str = ""
    embargo: str = ""
    questions: str = ""
    said: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """An enquiry or a question that the press office owns until it is closed."""

    id: int
    kind: CaseKind
    state: CaseState
    askers: tuple[Asker, ...]
    opened_at: datetime
    details: Details = Details()
    owner: Person | None = None
    """The officer who looks after it."""
    outcome: Outcome | None = None
    claimed_at: datetime | None = None
    answered_at: datetime | None = None
    """When the asker was advised."""
    closed_at: datetime | None = None
    restricted: bool = False
    """Only officers see more than reference, outlet and deadline."""
    unreachable: str = ""
    """What the card says if no press channel could be given the ping; empty if one has it."""
    revision: int = 1
    """Grows by one with every change."""
    ownership_revision: int = 1
    """The revision at which state or owner last changed. A button drawn before it is stale."""
    held: bool = False
    """Neither purged nor erased. Saving a case does not change it."""
    due_at: datetime | None = None
    """The journalist's deadline."""
    due_known: bool = False
    """False while `due_at` is only assumed."""
    urgent: bool = False
    responded_at: datetime | None = None
    """When the journalist had their answer. Only this meets the deadline."""
    waiting_until: datetime | None = None
    waiting_for: str = ""
    offered_to: Person | None = None
    """The officer who was asked to take the case over and has not accepted yet."""
    foi: bool = False
    """It may be a request for recorded information (Freedom of Information Act)."""
    incident_id: int | None = None
    joined_into: int | None = None
    """The case that goes on for this one."""

    @property
    def reference(self) -> str:
        """What people call it: M-7, Q-12."""
        return f"{'M' if self.kind is CaseKind.MEDIA else 'Q'}-{self.id}"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a case's history. `by` is None where the desk itself did it; `label` says what a reply was to be.

    `event_id` is that of the message it records, where it records one: an edit of the message finds its case by it.
    """

    at: datetime
    kind: StepKind
    by: Person | None = None
    text: str = ""
    event_id: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """What was issued to a journalist, word for word, who approved it and who got it."""

    at: datetime
    by: Person
    text: str
    approver: str
    recipient: str


class LinkKind(StrEnum):
    """Why two cases belong together."""

    SAME = "same"  # the same journalist or outlet on the same matter: may be joined
    STORY = "story"  # different outlets on one story: never joined


@dataclass(frozen=True, slots=True)
class Link:
    """Two cases that belong together, `case_id` the older one."""

    case_id: int
    other_id: int
    kind: LinkKind
    at: datetime

    def other(self, case_id: int) -> int:
        """The one that is not `case_id`."""
        return self.case_id if case_id == self.other_id else self.other_id


@dataclass(frozen=True, slots=True)
class Incident:
    """While it lasts, new cases belong to it, staff read its holding line, and `lead` is called at any hour.

    `lead` is `platform:id`.
    """

    id: int
    title: str
    holding_line: str
    lead: str
    ended_at: datetime | None = None
