"""Actions on an answer: feedback, show another entry, ask the press office, say whether the media are involved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.desk.actions.action import Action, ActionContext, AnswerAction, AnswerContext, StaffAction
from bot.desk.open_case import open_case_for
from bot.domain.case import CaseKind
from bot.messages import Said, SyncResponse
from bot.presentation import cards, texts
from bot.queue import outbox
from bot.storage.records import DedupeScope


def _helpful(context: AnswerContext) -> SyncResponse:
    context.tx.answers.feedback(context.asked.id, "helpful")
    return SyncResponse(notice=texts.THANKS_HELPFUL)


def _not_helpful(context: AnswerContext) -> SyncResponse:
    context.tx.answers.feedback(context.asked.id, "not helpful")
    return SyncResponse(notice=texts.THANKS_NOT_HELPFUL)


def _none_of_these(context: AnswerContext) -> SyncResponse:
    """Record that none of the offered entries was meant, and say that there is no answer."""
    asked = context.asked
    context.tx.answers.feedback(asked.id, "none of these")
    if context.is_first_time():
        card = cards.unknown("", (), answered=asked.id, press=context.press_desk.exists)
        outbox.send(context.tx, context.pressed.at, card, key=f"none:{asked.id}")
    return SyncResponse(notice=texts.THANKS_NONE)


def _show_entry(context: AnswerContext) -> SyncResponse:
    """Show another entry. It is recorded by entry and not by event, so that two presses show it once."""
    asked, tx, knowledge = context.asked, context.tx, context.loaded.knowledge
    entry = knowledge.entry.get(context.value)
    if entry is None:
        return SyncResponse(notice=texts.ENTRY_GONE)
    if not tx.events.claim_once(DedupeScope.SHOWN, f"{asked.id}:{entry.id}"):
        return SyncResponse(notice=texts.SHOWN_ALREADY)
    # Whoever presses it in a channel, the words stay those of the person who asked.
    author = asked.asker or context.person.key
    shown = tx.answers.record(asked.question, "answer", (entry.id,), knowledge.revision, author)
    card = cards.answer(knowledge, [entry], answered=shown, press=context.press_desk.exists, today=tx.now.date())
    outbox.send(tx, context.pressed.at, card, key=f"show:{asked.id}:{entry.id}")
    return SyncResponse()


def _ask_press_office(context: AnswerContext) -> SyncResponse:
    return _pass_on(context, CaseKind.QUESTION)


def _is_media(context: AnswerContext) -> SyncResponse:
    return _pass_on(context, CaseKind.MEDIA)


def _pass_on(context: AnswerContext, kind: CaseKind) -> SyncResponse:
    """Open a case for the question. It is recorded by answer and not by event, so that two people open one case."""
    asked, pressed = context.asked, context.pressed
    if not context.press_desk.exists:
        return SyncResponse(notice=texts.NO_PRESS_OFFICE)
    if not context.tx.events.claim_once(DedupeScope.PASSED_ON, str(asked.id)):
        return SyncResponse(notice=texts.ALREADY_PASSED_ON)
    said = Said(asked.event_id or pressed.event_id, pressed.person, asked.question, pressed.at, pressed.direct)
    said = replace(said, link=asked.link, files=asked.files)
    open_case_for(context.tx, context.press_desk, context.loaded.knowledge, said, kind)
    return SyncResponse()


def _is_not_media(context: AnswerContext) -> SyncResponse:
    """Pass nothing on. The question is then handled like any other: if it has no answer, say so."""
    asked, tx = context.asked, context.tx
    if tx.events.seen(DedupeScope.PASSED_ON, str(asked.id)):
        return SyncResponse(notice=texts.PASSED_ON_MEANWHILE)
    tx.answers.feedback(asked.id, "not media")
    if not asked.entries and context.is_first_time():
        knowledge = context.loaded.knowledge  # perhaps a later one, in which some are gone
        pointer = knowledge.topic[asked.topic].answer if asked.topic in knowledge.topic else ""
        nearest = [knowledge.entry[entry_id] for entry_id in asked.nearest if entry_id in knowledge.entry]
        card = cards.unknown(pointer, nearest, answered=asked.id, press=context.press_desk.exists)
        outbox.send(tx, context.pressed.at, card, key=f"not media:{asked.id}")
    return SyncResponse(notice=texts.NOT_MEDIA)


def _show_topics(context: ActionContext) -> SyncResponse:
    """Send the list of what the desk can answer to the direct conversation."""
    if context.is_first_time():
        key = f"topics:{context.incoming.at.platform}:{context.incoming.event_id}"
        outbox.send(context.tx, context.incoming.direct, cards.topics(context.loaded.knowledge), key=key)
    return SyncResponse()


ACTIONS: Mapping[str, Action] = {
    "answer.helpful": AnswerAction(_helpful),
    "answer.not_helpful": AnswerAction(_not_helpful),
    "choose.none": AnswerAction(_none_of_these),
    "entry.show": AnswerAction(_show_entry),
    "press.ask": AnswerAction(_ask_press_office, author_only=True),
    "media.yes": AnswerAction(_is_media, asker_only=True, compares_enquiries=True),
    "media.no": AnswerAction(_is_not_media, asker_only=True),
    "topics.show": StaffAction(_show_topics),
}
