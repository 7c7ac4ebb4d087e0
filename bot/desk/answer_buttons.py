"""Buttons below an answer or the welcome: helpful or not, another entry, a person, the media or not."""

from __future__ import annotations

from dataclasses import replace

from bot.desk.active_knowledge import ActiveKnowledge
from bot.desk.button_values import number
from bot.desk.press_desk import PressDesk
from bot.desk.questions import Questions
from bot.domain.case import CaseKind
from bot.messages import Pressed, Said, SyncResponse
from bot.presentation import cards, texts
from bot.queue import effects
from bot.storage.engine import Store
from bot.storage.records import Answered, DedupeScope
from bot.storage.transaction import Transaction


class Presses:
    """Each public method is one transaction, or none."""

    def __init__(
        self, store: Store, active_knowledge: ActiveKnowledge, press_desk: PressDesk, questions: Questions
    ) -> None:
        self._store = store
        self._active_knowledge = active_knowledge
        self._press_desk = press_desk
        self._questions = questions

    async def pressed(self, pressed: Pressed) -> SyncResponse:
        """A button below an answer, or below the welcome."""
        if pressed.action == "media.no":
            return await self._not_media(pressed)
        if pressed.action == "topics.show":
            return await self._store.run(lambda tx: self._topics(tx, pressed))
        return await self._store.run(lambda tx: self._press(tx, pressed))

    def _press(self, tx: Transaction, pressed: Pressed) -> SyncResponse:
        asked_id, _, entry_id = pressed.value.partition(":")
        asked = _asked(tx, asked_id)
        if asked is None:
            return SyncResponse(notice=texts.TOO_OLD)
        if not _may_press(pressed, asked):
            return SyncResponse(notice=texts.NOT_YOURS)
        match pressed.action:
            case "answer.helpful":
                tx.answers.feedback(asked.id, "helpful")
                return SyncResponse(notice=texts.THANKS_HELPFUL)
            case "answer.not_helpful":
                tx.answers.feedback(asked.id, "not helpful")
                return SyncResponse(notice=texts.THANKS_NOT_HELPFUL)
            case "choose.none":
                return self._none_of_these(tx, pressed, asked)
            case "entry.show":
                return self._show(tx, pressed, asked, entry_id)
            case "press.ask":
                return self._pass_on(tx, pressed, asked, CaseKind.QUESTION)
            case "media.yes":
                return self._pass_on(tx, pressed, asked, CaseKind.MEDIA)
            case _:
                return SyncResponse(notice=texts.TOO_OLD)

    def _topics(self, tx: Transaction, pressed: Pressed) -> SyncResponse:
        if tx.events.claim_once(pressed.at.platform, pressed.event_id):
            key = f"topics:{pressed.at.platform}:{pressed.event_id}"
            effects.send(tx, pressed.direct, cards.topics(self._active_knowledge.current.knowledge), key=key)
        return SyncResponse()

    def _none_of_these(self, tx: Transaction, pressed: Pressed, asked: Answered) -> SyncResponse:
        tx.answers.feedback(asked.id, "none of these")
        if tx.events.claim_once(pressed.at.platform, pressed.event_id):
            card = cards.unknown("", (), answered=asked.id, press=self._press_desk.exists)
            effects.send(tx, pressed.at, card, key=f"none:{asked.id}")
        return SyncResponse(notice=texts.THANKS_NONE)

    def _show(self, tx: Transaction, pressed: Pressed, asked: Answered, entry_id: str) -> SyncResponse:
        loaded = self._active_knowledge.current
        entry = loaded.knowledge.entry.get(entry_id)
        if entry is None:
            return SyncResponse(notice=texts.ENTRY_GONE)
        # By what is shown and not by the press: two presses show it once.
        if not tx.events.claim_once(DedupeScope.SHOWN, f"{asked.id}:{entry_id}"):
            return SyncResponse(notice=texts.SHOWN_ALREADY)
        revision = loaded.knowledge.revision
        shown = tx.answers.record(asked.question, "answer", (entry_id,), revision, pressed.person.key)
        card = self._questions.answer_card(loaded, [entry], shown, tx)
        effects.send(tx, pressed.at, card, key=f"show:{asked.id}:{entry_id}")
        return SyncResponse()

    def _pass_on(self, tx: Transaction, pressed: Pressed, asked: Answered, kind: CaseKind) -> SyncResponse:
        if not self._press_desk.exists:
            return SyncResponse(notice=texts.NO_PRESS_OFFICE)
        # By what is asked for and not by the press: two presses, or two people's, of one button open one case.
        if not tx.events.claim_once(DedupeScope.PASSED_ON, str(asked.id)):
            return SyncResponse(notice=texts.ALREADY_PASSED_ON)
        said = Said(asked.event_id or pressed.event_id, pressed.person, asked.question, pressed.at, pressed.direct)
        self._questions.open(
            tx, replace(said, link=asked.link, files=asked.files), kind, self._active_knowledge.current
        )
        return SyncResponse()

    async def _not_media(self, pressed: Pressed) -> SyncResponse:
        """Nothing is passed on; what was asked is then a question like any other."""
        asked = await self._store.read(lambda tx: _asked(tx, pressed.value))
        if asked is None:
            return SyncResponse(notice=texts.TOO_OLD)
        if not _may_press(pressed, asked):
            return SyncResponse(notice=texts.NOT_YOURS)
        loaded, match = await self._active_knowledge.match(asked.question)

        def answer(tx: Transaction) -> SyncResponse:
            if tx.events.seen(DedupeScope.PASSED_ON, str(asked.id)):
                return SyncResponse(notice=texts.PASSED_ON_MEANWHILE)
            tx.answers.feedback(asked.id, "not media")
            if not asked.entries and tx.events.claim_once(pressed.at.platform, pressed.event_id):
                nearest = tuple(candidate.id for candidate in match.nearest)
                card = self._questions.unknown_card(loaded, match.topic, nearest, asked.id)
                effects.send(tx, pressed.at, card, key=f"not media:{asked.id}")
            return SyncResponse(notice=texts.NOT_MEDIA)

        return await self._store.run(answer)


def _asked(tx: Transaction, written: str) -> Answered | None:
    """The answer that a button speaks of, or None where it was forged or is no longer kept."""
    asked = number(written)
    return None if asked is None else tx.answers.load(asked)


def _may_press(pressed: Pressed, asked: Answered) -> bool:
    """Whether this answer's buttons are this person's to press.

    In a channel others may have the same question. Whether the media are involved only the asker knows.
    """
    if asked.asker == pressed.person.key:
        return True
    if pressed.action.startswith("media."):
        return False
    return not asked.asker or pressed.at != pressed.direct
