"""The case and its parts: askers, details, the steps of its history, statements, links and incidents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.messages import Address, Person


class CaseKind(StrEnum):
    """A media enquiry, or an ordinary question that staff put to the press office."""

    MEDIA = "media"
    QUESTION = "question"


class CaseState(StrEnum):
    """The state of a case. `transitions` shows how one state leads to another."""

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
    """What the asker of a media enquiry is to do with an officer's reply."""

    ADVICE = "advice"  # follow it
    WORDS = "words to give"  # pass these words on to the journalist
    OURSELVES = "we respond"  # nothing: the press office answers the journalist


class StepKind(StrEnum):
    """What a step of a case's history records."""

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
    SEPARATED = "separated"  # an added message became a separate case
    REMINDED = "reminded"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FALLBACK = "fallback"
    ON_CALL = "on call called"  # whoever is on call was mentioned
    MAILED = "mailed"  # the card went to the press office by e-mail
    PHONE_GIVEN = "phone given"  # nobody claimed the case: the asker was told to phone
    NUDGED = "nudged"  # the owner was asked how the case is going, after some time without a step of theirs
    RETURNED = "returned"  # to the queue, because the owner did nothing after the nudge
    WAITING = "waiting"  # the owner waits for facts, until a given time
    HANDOVER_OFFERED = "handover offered"
    HANDOVER_ACCEPTED = "handover accepted"
    HANDOVER_DECLINED = "handover declined"
    RESPONDED = "responded"  # to the journalist
    STATEMENT = "statement"
    DEADLINE_NEAR = "deadline near"
    DEADLINE_PASSED = "deadline passed"
    LINKED = "linked"
    TOOK_IN = "took in"  # another case was joined to this one
    JOINED = "joined"  # this case was joined to another one
    SPLIT = "split"  # a joined case was separated from this one again
    RESTRICTED = "restricted"
    UNRESTRICTED = "unrestricted"
    IDENTIFIED = "identified"  # the platform says that an asker may use the desk, after the case opened
    NOT_A_MEMBER = "not a member"  # it says that they may not
    TAKEN_BACK = "taken back"  # an added message, by its author
    REMOVAL_ASKED = "removal asked"  # its author asks the officers to remove it
    REMOVED = "removed"  # by an officer


OFFICER_STEPS = frozenset(
    {
        StepKind.CLAIMED,
        StepKind.UNCLAIMED,
        StepKind.REPLIED,
        StepKind.NOTED,
        StepKind.CLOSED,
        StepKind.REOPENED,
        StepKind.FALSE_ALARM,
        StepKind.WAITING,
        StepKind.HANDOVER_OFFERED,
        StepKind.HANDOVER_ACCEPTED,
        StepKind.HANDOVER_DECLINED,
        StepKind.TOOK_IN,
        StepKind.RESPONDED,
        StepKind.STATEMENT,
        StepKind.JOINED,
        StepKind.SPLIT,
        StepKind.RESTRICTED,
        StepKind.UNRESTRICTED,
        StepKind.REMOVED,
    }
)
"""Kinds of steps that only officers take. The person who took any other step may be an asker."""

TAKEN_BACK = "taken back"
"""Label of a step whose words were removed."""


LONGEST_ON_CARD = 2500
"""Characters of an asker's message that a card shows. A longer message is also posted in full below the card."""

MEDIUMS = ("live", "recorded", "print or online", "unknown")
"""Values of `Details.medium`."""


class Membership(StrEnum):
    """Whether an asker may use the desk."""

    CONFIRMED = ""
    UNCONFIRMED = "unconfirmed"  # the platform did not say so when the case opened
    REFUSED = "refused"  # it said later that they may not


@dataclass(frozen=True, slots=True)
class Asker:
    """A person who is to be answered in a case."""

    person: Person
    direct: Address
    """Their direct conversation. Everything about the case is written there."""
    at: Address
    """Where they wrote the opening message."""
    text: str
    """The opening message, as last edited."""
    said_at: datetime
    """When they wrote it. Times such as "in half an hour" count from here."""
    event_id: str
    """The event of the opening message."""
    link: str = ""
    """Opens the message on its platform."""
    files: int = 0
    """Number of files attached to the message."""
    from_case: int | None = None
    """The case in which they asked, if it was joined to this one later."""
    membership: Membership = Membership.CONFIRMED


@dataclass(frozen=True, slots=True)
class Details:
    """What is known of a media enquiry beside the message. Each field keeps the writer's words; empty means unknown."""

    outlet: str = ""
    journalist: str = ""
    contact: str = ""
    """The journalist's phone number or e-mail address."""
    callback: str = ""
    """The asker's own number or address."""
    deadline: str = ""
    """As written into a form. A deadline that was only read from a message is in `Case.due_at` alone."""
    medium: str = ""
    """One of `MEDIUMS`."""
    slot: str = ""
    """When the broadcast is, perhaps with its programme."""
    embargo: str = ""
    """Until when the enquiry is under embargo. If it is, its content is shown to officers only."""
    questions: str = ""
    """The journalist's questions, word for word."""
    said: str = ""
    """What was already said to the journalist, and on what terms."""
    about: str = ""
    """The subject of the enquiry."""


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
    """The officer who looks after the case."""
    outcome: Outcome | None = None
    claimed_at: datetime | None = None
    answered_at: datetime | None = None
    """When an officer last replied to the askers. The journalist's answer is `responded_at`."""
    closed_at: datetime | None = None
    restricted: bool = False
    """True if only officers may see more than reference, outlet and deadline."""
    unreachable: str = ""
    """The warning that the card shows if no press channel accepted it; empty if one did."""
    revision: int = 1
    """Grows by one with every change."""
    ownership_revision: int = 1
    """The revision at which state or owner last changed. A button drawn before it is stale."""
    held: bool = False
    """True while a hold is set: the case is neither purged nor erased. Saving a case does not write this field."""
    due_at: datetime | None = None
    """The journalist's deadline."""
    due_known: bool = False
    """False while `due_at` is only assumed."""
    due_words: str = ""
    """The words from which `due_at` was read; empty while it is only assumed."""
    urgent: bool = False
    responded_at: datetime | None = None
    """When the journalist was first answered. Only this meets the deadline."""
    waiting_until: datetime | None = None
    """Until when the owner waits for facts; they are not nudged before."""
    waiting_for: str = ""
    """The facts that the owner waits for."""
    offered_to: Person | None = None
    """The officer who was asked to take the case over and has not accepted yet."""
    foi: bool = False
    """True if it may be a request for recorded information (Freedom of Information Act)."""
    incident_id: int | None = None
    """The incident that lasted when the case opened."""
    joined_into: int | None = None
    """The case to which this one was joined, and which continues for both."""

    @property
    def reference(self) -> str:
        """Return what people call the case: M-7 for a media enquiry, Q-12 for a question."""
        return f"{'M' if self.kind is CaseKind.MEDIA else 'Q'}-{self.id}"


BESIDE = "beside the press office's"
"""Label of a step with what an asker wrote into a form where the press office has written something else."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a case's history."""

    at: datetime
    kind: StepKind
    by: Person | None = None
    """Who did it; None if the desk itself did."""
    text: str = ""
    """What the history shows for this kind: a message, a note, a case's reference, a channel and a reason."""
    event_id: str = ""
    """The event of the message that the step records, if it records one. A later edit finds the case by it."""
    label: str = ""
    """The `ReplyKind` of a reply to a media enquiry, the event of the message that was corrected, `TAKEN_BACK` for a
    message whose words were removed, the number of the step that is to be removed, or `BESIDE` for details that did not
    replace checked ones."""


def beside(steps: Iterable[Step]) -> Iterable[Step]:
    """Return what each asker last wrote that differs from the details, and that no officer has looked at since."""
    latest: dict[str, Step] = {}
    for step in steps:
        if step.label == BESIDE and step.by is not None:
            latest[step.by.key] = step
        elif step.kind is StepKind.DETAILS and not (step.by and step.by.key in latest):
            latest.clear()  # an officer has filled in the form, in which all of it stands
    return latest.values()


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that was issued to a journalist."""

    at: datetime
    by: Person
    """The officer who issued it."""
    text: str
    """Word for word."""
    approver: str
    """Who approved it."""
    recipient: str
    """Who got it."""


class LinkKind(StrEnum):
    """Why two cases belong together."""

    SAME = "same"  # the same journalist or outlet on the same subject: may be joined
    STORY = "story"  # different outlets on one story: never joined


@dataclass(frozen=True, slots=True)
class Link:
    """A link between two cases that belong together."""

    case_id: int
    """The older case."""
    other_id: int
    """The newer case."""
    kind: LinkKind
    at: datetime
    """When they were linked."""

    def other(self, case_id: int) -> int:
        """Return the id of the linked case that is not `case_id`."""
        return self.case_id if case_id == self.other_id else self.other_id


@dataclass(frozen=True, slots=True)
class Incident:
    """A time in which all new media enquiries belong to one event."""

    id: int
    title: str
    holding_line: str
    """Markdown. Askers read it in place of the usual holding line."""
    lead: str
    """The officer who is mentioned for every enquiry at any hour, as `platform:id`."""
    ended_at: datetime | None = None
    """None while it lasts."""
