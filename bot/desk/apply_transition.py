"""Applying a transition: store the case, draw its cards, and put its effects into the outbox.

All of it happens in the caller's database transaction, so the change and its effects are committed together or not at
all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import tzinfo
from functools import cached_property
from typing import assert_never

from bot.desk.press_desk import PressDesk
from bot.desk.removed_words import remove_deliveries, remove_from_history
from bot.domain.case import Case, Step
from bot.domain.schedule import WATCH, due
from bot.domain.transitions import (
    Mail,
    NotifyAsker,
    PostCard,
    RemoveWords,
    StartTimer,
    StopTimer,
    ThreadReply,
    Transition,
    UpdateCard,
)
from bot.messages import Address, Mention, Outgoing, Said
from bot.plaintext import display_name
from bot.presentation import cards, texts
from bot.queue import outbox
from bot.queue.outbox import Delivery, MarkMessage, Purpose, Send, SendToThread, Update
from bot.storage.transaction import Transaction


def apply_transition(
    tx: Transaction, transition: Transition, press_desk: PressDesk, *, answers: MarkMessage | None = None
) -> None:
    """Store a transition and its effects.

    `answers` is the mark for the officer's message with the reply. It is shown when the reply has been delivered.
    """
    transitions = (transition, *transition.also)
    # All cases are stored before any card is drawn, because a card also shows the joined and linked cases.
    for each in transitions:
        _store(tx, each)
    for each in transitions:
        renderer = CardRenderer(tx, each.case, press_desk.zone)
        if cards.is_discreet(each.case):
            _redraw_waiting(tx, renderer, press_desk)
        _enqueue(tx, each, renderer, press_desk, answers)
        _schedule(tx, each.case, renderer.steps, press_desk)


def schedule(tx: Transaction, case: Case, press_desk: PressDesk) -> None:
    """Set the timer for the case's next reminder or deadline; replace the one that waits."""
    _schedule(tx, case, tx.cases.steps(case.id), press_desk)


def _store(tx: Transaction, transition: Transition) -> None:
    if transition.case.revision > 1:  # revision 1 was stored when the case was created
        tx.cases.save(transition.case)
    for effect in transition.effects:
        if isinstance(effect, RemoveWords):
            remove_from_history(tx, transition.case.id, effect)
    for step in transition.steps:
        tx.cases.add_step(transition.case.id, step)


def _schedule(tx: Transaction, case: Case, steps: Sequence[Step], press_desk: PressDesk) -> None:
    first = next(iter(due(case, steps, press_desk.policy)), None)
    due_at = max(tx.now, first.at) if first else None
    outbox.set_case_timer(tx, case.id, WATCH, due_at, key=str(case.revision))


class CardRenderer:
    """Draws the cards of one case. The data for them is read once, even if several are drawn."""

    def __init__(self, tx: Transaction, case: Case, zone: tzinfo) -> None:
        self._tx = tx
        self.case = case
        self._zone = zone

    @cached_property
    def steps(self) -> Sequence[Step]:
        """The history of the case."""
        return self._tx.cases.steps(self.case.id)

    @cached_property
    def context(self) -> cards.CaseContext:
        """What a card shows that is not in the case itself."""
        return case_context(self._tx, self.case, self._zone)

    def card(self, mention: Sequence[str] = ()) -> Outgoing:
        """Draw the card for a press channel."""
        return cards.case_card(self.case, self.steps, self.context, mention=mention)

    def mail(self) -> Outgoing:
        """Draw the card for an e-mail."""
        return cards.mail(self.case, self.steps, self.context)


def case_context(tx: Transaction, case: Case, zone: tzinfo) -> cards.CaseContext:
    """Return what a card of this case shows that is not in the case itself: its links, its incident, joined cases."""
    kinds = {link.other(case.id): link.kind for link in tx.links.of_case(case.id)}
    # Joined cases are shown as joined and not as linked.
    linked = [each for each in tx.links.cases(kinds) if case.id != each.joined_into and each.id != case.joined_into]
    into = tx.cases.load(case.joined_into, for_update=False) if case.joined_into is not None else None
    incident = tx.incidents.load(case.incident_id) if case.incident_id is not None else None
    return cards.CaseContext(
        now=tx.now,
        zone=zone,
        links=tuple(cards.linked_case(case, each, kinds[each.id]) for each in linked),
        incident=incident.title if incident else "",
        joined=tuple((each.id, each.reference) for each in tx.links.joined_to(case.id)),
        into=into.reference if into else "",
    )


# ---- effects into the outbox ----------------------------------------------------------------------------------------


def _enqueue(
    tx: Transaction,
    transition: Transition,
    renderer: CardRenderer,
    press_desk: PressDesk,
    answers: MarkMessage | None,
) -> None:
    case = transition.case
    for number, effect in enumerate(transition.effects):
        key = f"case:{case.id}:{case.revision}:{number}"
        match effect:
            case PostCard() | UpdateCard() | ThreadReply():
                if channels := list(_channels_for(tx, case, effect, press_desk.channels)):
                    delivery_to = _delivery_to_press(renderer, effect)
                    for channel in channels:
                        outbox.put(tx, case.id, delivery_to(channel), channel, key=f"{key}:{channel}")
            case RemoveWords():
                remove_deliveries(tx, case, effect, press_desk.channels, key)
                _redraw_waiting(tx, renderer, press_desk)
            case Mail():
                if press_desk.mail:
                    outbox.put(tx, case.id, Send(press_desk.mail, renderer.mail()), press_desk.mail, key=key)
            case NotifyAsker():
                message = _message_to_asker(renderer, effect, answers)
                outbox.send_to_asker(tx, case.id, message, key=f"{key}:{effect.asker.person.key}")
            case StartTimer():
                outbox.start_case_timer(tx, case.id, effect.name, effect.after, key=key)
            case StopTimer():
                outbox.stop_case_timer(tx, case.id, effect.name)
            case _:
                assert_never(effect)


def _channels_for(
    tx: Transaction, case: Case, effect: PostCard | UpdateCard | ThreadReply, channels: Sequence[Address]
) -> Iterator[Address]:
    """Yield the channels that get the effect: all, or for `PostCard.again` those without the card."""
    for channel in channels:
        if not (isinstance(effect, PostCard) and effect.again and _has_card(tx, case, channel)):
            yield channel


def _has_card(tx: Transaction, case: Case, channel: Address) -> bool:
    """Return whether the card is in the channel or waits in the outbox to be posted there."""
    if tx.postings.at(case.id, channel) is not None or tx.jobs.waiting(outbox.repost_lane(case.id, channel)):
        return True
    waiting = (outbox.read(job) for job in outbox.waiting(tx, case.id, channel))
    return any(isinstance(delivery, Send) and delivery.purpose == "ping" for delivery in waiting)


def _delivery_to_press(
    renderer: CardRenderer, effect: PostCard | UpdateCard | ThreadReply
) -> Callable[[Address], Delivery]:
    """Draw the effect once, and return a function that makes the delivery for a press channel of it."""
    match effect:
        case PostCard():
            posted = renderer.card(effect.mention)
            return lambda channel: Send(channel, posted, "ping")
        case UpdateCard():
            updated = renderer.card()
            return lambda channel: Update(channel, updated)
        case ThreadReply():
            drawn = cards.thread_line(renderer.case, effect.line, effect.carries, renderer.context)
            line = drawn if effect.harmless else cards.redact_line(renderer.case, drawn)
            mention = (Mention(effect.mention),) if effect.mention else ()
            with_mention = replace(line, blocks=(*mention, *line.blocks))
            carries = (
                None if effect.carries is None else _delivered_mark(renderer.case, effect.carries, effect.from_form)
            )
            return lambda channel: SendToThread(channel, with_mention, effect.harmless, carries)
        case _:
            assert_never(effect)


def _message_to_asker(renderer: CardRenderer, effect: NotifyAsker, answers: MarkMessage | None) -> Send:
    asker = effect.asker
    notice = cards.asker_notice(renderer.case, effect.notice, renderer.context)
    instead = asker.at if asker.at != asker.direct else None  # where to say that the direct message failed
    purpose: Purpose = "reply" if effect.awaited else "acknowledgement"
    return Send(asker.direct, notice, purpose, display_name(asker.person), instead, answers)


def _delivered_mark(case: Case, said: Said, from_form: bool) -> MarkMessage:
    """Return the mark "delivered" for an asker's message. The platform shows an edit on the original message."""
    words = cards.text_message(texts.further_delivered(case.reference))
    return MarkMessage(said.at, said.corrects or said.event_id, "delivered", words, said.direct, not from_form)


# ---- waiting deliveries of a case that shows less than before --------------------------------------------------------


def _redraw_waiting(tx: Transaction, renderer: CardRenderer, press_desk: PressDesk) -> None:
    """Draw again the deliveries to the press office that wait. They may hold words that are not shown any more."""
    for to in (*press_desk.channels, *([press_desk.mail] if press_desk.mail else [])):
        posted_again = tx.jobs.waiting(outbox.repost_lane(renderer.case.id, to))
        case_lists = tx.jobs.waiting(str(to))  # messages about several cases, as at the end of a shift
        for job in (*outbox.waiting(tx, renderer.case.id, to), *posted_again, *case_lists):
            delivery = outbox.read(job)
            redrawn = _redrawn(renderer, delivery, press_desk)
            if redrawn != delivery:
                tx.jobs.replace_payload(job, outbox.payload(redrawn))


def _redrawn(renderer: CardRenderer, delivery: Delivery, press_desk: PressDesk) -> Delivery:
    """Return the delivery with what everybody may see of the case now."""
    match delivery:
        case Send(purpose="ping"):
            mentions = (block for block in delivery.outgoing.blocks if isinstance(block, Mention))
            mention = tuple(person for block in mentions for person in block.people)
            return replace(delivery, outgoing=renderer.card(mention))
        case Send() if delivery.to == press_desk.mail:
            return replace(delivery, outgoing=renderer.mail())
        case Send():
            return replace(delivery, outgoing=cards.refresh_shift(delivery.outgoing, renderer.case, renderer.context))
        case Update():
            return replace(delivery, outgoing=renderer.card())
        case SendToThread(harmless=False):
            return replace(delivery, outgoing=_without_words(renderer.case, delivery.outgoing))
        case _:
            return delivery


def _without_words(case: Case, outgoing: Outgoing) -> Outgoing:
    """Return a line below the card without anybody's words. Its mentions are kept."""
    mention = tuple(block for block in outgoing.blocks if isinstance(block, Mention))
    rest = replace(outgoing, blocks=tuple(block for block in outgoing.blocks if not isinstance(block, Mention)))
    line = cards.redact_line(case, rest)
    return replace(line, blocks=(*mention, *line.blocks))
