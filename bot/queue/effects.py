"""Effects as rows of the outbox: the only way anything is scheduled to leave, or to happen later."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from functools import cached_property
from typing import Any, assert_never

from bot.domain import transitions
from bot.domain.case import Case, Step
from bot.domain.transitions import (
    Change,
    EscalationPolicy,
    Mail,
    NotifyAsker,
    PostCard,
    StartTimer,
    StopTimer,
    ThreadReply,
    UpdateCard,
)
from bot.messages import Address, Mention, Outgoing, Said
from bot.presentation import cards, texts
from bot.presentation.cards import CaseContext
from bot.queue.payloads import (
    KINDS,
    VERSION,
    Delivery,
    MarkMessage,
    Purpose,
    Repost,
    Send,
    SendToThread,
    Update,
    payload,
    read,
)
from bot.storage.records import JobKind, NewJob
from bot.storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Press:
    """Where the press office is reached, its channels and by e-mail where they cannot be, and how long it lets wait."""

    channels: tuple[Address, ...]
    policy: EscalationPolicy
    mail: Address | None = None

    @property
    def zone(self) -> tzinfo:
        """Its clock's."""
        return self.policy.hours.zone


def send(tx: Transaction, to: Address, outgoing: Outgoing, *, key: str) -> None:
    """Schedule a message that belongs to no case."""
    _put(tx, Send(to, outgoing), lane=str(to), key=key)


def commit(tx: Transaction, change: Change, press: Press, *, answers: MarkMessage | None = None) -> None:
    """Write a change of a case and everything that follows from it. `answers`: the message that asked for it."""
    together = (change, *change.also)
    for each in together:  # before anything is drawn: the card of one tells of the others
        if each.case.revision > 1:
            tx.cases.save(each.case)
        for step in each.steps:
            tx.cases.add_step(each.case.id, step)
    for each in together:
        renderer = CardRenderer(tx, each.case, press.zone)
        if cards.is_discreet(each.case):
            _hide(tx, renderer, press)
        _let_leave(tx, each, renderer, press, answers)
        _watch(tx, each.case, renderer.steps, press.policy)


class CardRenderer:
    """What a case's cards are drawn from: read once, however many of them a change draws."""

    def __init__(self, tx: Transaction, case: Case, zone: tzinfo) -> None:
        self._tx = tx
        self.case = case
        self._zone = zone

    @cached_property
    def steps(self) -> Sequence[Step]:
        """The history of the case."""
        return self._tx.cases.steps(self.case.id)

    @cached_property
    def case_context(self) -> CaseContext:
        """What the card says beside the case itself."""
        return case_context(self._tx, self.case, self._zone)

    def card(self, mention: Sequence[str] = ()) -> Outgoing:
        """The card for a press channel."""
        return cards.ping(self.case, self.steps, self.case_context, mention=mention)

    def letter(self) -> Outgoing:
        """The card for e-mail."""
        return cards.mail(self.case, self.steps, self.case_context)


def _let_leave(
    tx: Transaction, change: Change, renderer: CardRenderer, press: Press, answers: MarkMessage | None
) -> None:
    case = change.case
    for number, effect in enumerate(change.effects):
        key = f"case:{case.id}:{case.revision}:{number}"
        match effect:
            case PostCard() | UpdateCard() | ThreadReply():
                if channels := list(_where(tx, case, effect, press.channels)):
                    delivery_to = _to_press(renderer, effect)
                    for channel in channels:
                        put(tx, case, delivery_to(channel), channel, f"{key}:{channel}")
            case Mail():
                if press.mail:
                    put(tx, case, Send(press.mail, renderer.letter()), press.mail, key)
            case NotifyAsker():
                # In the lane of the conversation: what one message brings about is read in the order of its decision.
                told = _to_asker(effect, answers)
                _put(tx, told, lane=str(told.to), key=f"{key}:{effect.asker.person.key}", case_id=case.id)
            case StartTimer():
                _start(tx, case, effect, key)
            case StopTimer():
                tx.jobs.cancel_lane(timer_lane(case.id, effect.name))
            case _:
                assert_never(effect)


def _hide(tx: Transaction, renderer: CardRenderer, press: Press) -> None:
    """What waits for the press office was drawn before, perhaps with words that are now for officers only."""
    for to in (*press.channels, *([press.mail] if press.mail else [])):
        listed = tx.jobs.waiting(str(to))  # what tells of several cases
        for job in (*tx.jobs.waiting(_lane(renderer.case.id, to)), *listed):
            delivery = read(job)
            hidden = _hidden(renderer, delivery, press)
            if hidden != delivery:
                tx.jobs.rewrite(job, payload(hidden))


def _hidden(renderer: CardRenderer, delivery: Delivery, press: Press) -> Delivery:
    match delivery:
        case Send(purpose="ping"):
            mentions = (block for block in delivery.outgoing.blocks if isinstance(block, Mention))
            mention = tuple(person for block in mentions for person in block.people)
            return replace(delivery, outgoing=renderer.card(mention))
        case Send() if delivery.to == press.mail:
            return replace(delivery, outgoing=renderer.letter())
        case Send():
            return replace(delivery, outgoing=cards.relisted(delivery.outgoing, renderer.case, renderer.case_context))
        case Update():
            return replace(delivery, outgoing=renderer.card())
        case SendToThread(harmless=False):
            return replace(delivery, outgoing=_below(renderer.case, delivery.outgoing))
        case _:
            return delivery


def _below(case: Case, outgoing: Outgoing) -> Outgoing:
    """A line as it may stand below the card; whoever it calls is called all the same."""
    mention = tuple(block for block in outgoing.blocks if isinstance(block, Mention))
    rest = replace(outgoing, blocks=tuple(block for block in outgoing.blocks if not isinstance(block, Mention)))
    said = cards.below(case, rest)
    return replace(said, blocks=(*mention, *said.blocks))


def watch(tx: Transaction, case: Case, policy: EscalationPolicy) -> None:
    """Have the case looked at when time has next something to do to it."""
    _watch(tx, case, tx.cases.steps(case.id), policy)


def _watch(tx: Transaction, case: Case, steps: Sequence[Step], policy: EscalationPolicy) -> None:
    due = transitions.due(case, steps, policy)
    wanted = [max(tx.now, each.at) for each in due[:1]]
    lane = timer_lane(case.id, transitions.WATCH)
    waiting = [job.due_at for job in tx.jobs.waiting(lane)]
    if waiting == wanted:
        return
    if waiting:
        tx.jobs.cancel_lane(lane)
    for at in wanted:
        key = f"{lane}:{case.revision}:{tx.now.isoformat()}:{at.isoformat()}"
        tx.jobs.put(NewJob(JobKind.TIMER, lane, key, _timer(transitions.WATCH), at, case.id))


def call_back(tx: Transaction, name: str, at: datetime, **more: str) -> None:
    """Have a timer of the desk's own come back at this time with `more`, in place of the one that was to come."""
    lane = lane_of(name)
    tx.jobs.cancel_lane(lane)
    key = f"{lane}:{tx.now.isoformat()}:{at.isoformat()}"
    tx.jobs.put(NewJob(JobKind.TIMER, lane, key, _timer(name) | more, at))


def lane_of(name: str) -> str:
    """Where a timer of the desk's own stands."""
    return f"timer:{name}"


def put(tx: Transaction, case: Case, delivery: Delivery, to: Address, key: str) -> None:
    """Schedule a delivery of a case, behind what already waits for that place, once for each `key`."""
    # A lane is case + channel: a press channel that is stuck for one case holds up neither the asker nor other cases.
    _put(tx, delivery, lane=_lane(case.id, to), key=key, case_id=case.id)


def repost(tx: Transaction, case: Case, channel: Address, why: str, *, after: timedelta) -> None:
    """Have the card posted in a channel that refused it, from `after` on until it is taken."""
    lane = _repost_lane(case.id, channel)
    if not tx.jobs.waiting(lane):
        # A lane of its own: what changes until then is on the card when it leaves, and need not queue behind it.
        new = payload(Repost(channel, why))
        tx.jobs.put(NewJob(JobKind.REPOST, lane, f"{lane}:{case.revision}", new, tx.now + after, case.id))


def card(tx: Transaction, case: Case, zone: tzinfo) -> Outgoing:
    """The case's card as it is now, for a press channel."""
    return CardRenderer(tx, case, zone).card()


def case_context(tx: Transaction, case: Case, zone: tzinfo) -> CaseContext:
    """What else a card of this case has to say, as of now."""
    kinds = {link.other(case.id): link.kind for link in tx.links.of_case(case.id)}
    apart = [each for each in tx.links.all_of(kinds) if case.id != each.joined_into and each.id != case.joined_into]
    related = tuple(cards.linked(case, each, kinds[each.id]) for each in apart)
    going_on = tx.cases.load(case.joined_into, for_update=False) if case.joined_into is not None else None
    held = tx.incidents.load(case.incident_id) if case.incident_id is not None else None
    return CaseContext(
        now=tx.now,
        zone=zone,
        links=related,
        incident=held.title if held else "",
        joined=tuple(each.reference for each in tx.links.joined_to(case.id)),
        into=going_on.reference if going_on else "",
    )


def timer_lane(case_id: int, name: str) -> str:
    """All timers of one kind of a case stand in one lane, so that they are stopped together."""
    return f"timer:{case_id}:{name}"


def _lane(case_id: int, to: Address) -> str:
    return f"case:{case_id}:{to}"


def _repost_lane(case_id: int, channel: Address) -> str:
    return f"repost:{case_id}:{channel}"


def _where(
    tx: Transaction, case: Case, effect: PostCard | UpdateCard | ThreadReply, channels: Sequence[Address]
) -> Iterator[Address]:
    """All press channels, but a ping that is repeated goes only to where no card is nor will be."""
    for channel in channels:
        if not (isinstance(effect, PostCard) and effect.again and _has_card(tx, case, channel)):
            yield channel


def _has_card(tx: Transaction, case: Case, channel: Address) -> bool:
    if tx.postings.at(case.id, channel) is not None or tx.jobs.waiting(_repost_lane(case.id, channel)):
        return True
    waiting = (read(job) for job in tx.jobs.waiting(_lane(case.id, channel)))
    return any(isinstance(delivery, Send) and delivery.purpose == "ping" for delivery in waiting)


def _to_asker(effect: NotifyAsker, answers: MarkMessage | None) -> Send:
    asker = effect.asker
    instead = asker.at if asker.at != asker.direct else None
    purpose: Purpose = "reply" if effect.awaited else "acknowledgement"
    return Send(asker.direct, effect.outgoing, purpose, cards.name(asker.person), instead, answers)


def _to_press(renderer: CardRenderer, effect: PostCard | UpdateCard | ThreadReply) -> Callable[[Address], Delivery]:
    """The delivery for each channel: drawn once, since it is the same in all of them."""
    match effect:
        case PostCard():
            ping = renderer.card(effect.mention)
            return lambda channel: Send(channel, ping, "ping")
        case UpdateCard():
            drawn = renderer.card()
            return lambda channel: Update(channel, drawn)
        case ThreadReply():
            mention = (Mention(effect.mention),) if effect.mention else ()
            said = effect.outgoing if effect.harmless else cards.below(renderer.case, effect.outgoing)
            below = replace(said, blocks=(*mention, *said.blocks))
            carries = None if effect.carries is None else _mark(renderer.case, effect.carries)
            return lambda channel: SendToThread(channel, below, effect.harmless, carries)
        case _:
            assert_never(effect)


def _mark(case: Case, said: Said) -> MarkMessage:
    """On the message that the press office is to have; an edit has none of its own."""
    words = cards.sentence(texts.further_delivered(case.reference))
    return MarkMessage(said.at, said.corrects or said.event_id, "delivered", words, said.direct)


def _start(tx: Transaction, case: Case, effect: StartTimer, key: str) -> None:
    lane = timer_lane(case.id, effect.name)
    tx.jobs.cancel_lane(lane)
    tx.jobs.put(NewJob(JobKind.TIMER, lane, key, _timer(effect.name), tx.now + effect.after, case.id))


def _timer(name: str) -> dict[str, Any]:
    return {"v": VERSION, "timer": name}


def _put(tx: Transaction, delivery: Delivery, *, lane: str, key: str, case_id: int | None = None) -> None:
    tx.jobs.put(NewJob(KINDS[delivery.do], lane, key, payload(delivery), tx.now, case_id))
