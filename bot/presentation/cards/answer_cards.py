"""Cards to staff: answers, and what there is instead of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.knowledge.model import Entry, Knowledge
from bot.messages import Block, Button, Buttons, Caption, Markdown, Outgoing
from bot.plaintext import plain, summarise
from bot.presentation import texts


def answer(knowledge: Knowledge, entries: Sequence[Entry], *, answered: int, press: bool, today: date) -> Outgoing:
    """The answers to one message, each with its source, in the order in which they were asked for."""
    alone = answer_alone(knowledge, entries, today)
    blocks = list(alone.blocks)
    shown = {entry.id for entry in entries}
    related = [ref for entry in entries for ref in entry.see_also if ref not in shown and ref in knowledge.entry]
    if related:
        buttons = tuple(
            Button(knowledge.entry[ref].title, "entry.show", f"{answered}:{ref}") for ref in dict.fromkeys(related)
        )
        blocks += [Caption(texts.SEE_ALSO), Buttons(buttons[:3])]
    verdict = [Button(texts.HELPFUL, "answer.helpful", str(answered))]
    verdict.append(Button(texts.NOT_HELPFUL, "answer.not_helpful", str(answered)))
    blocks.append(Buttons((*verdict, *_ask_press(answered, press))))
    return replace(alone, blocks=tuple(blocks), shareable=True)


def answer_alone(knowledge: Knowledge, entries: Sequence[Entry], today: date) -> Outgoing:
    """The answers with their sources and no buttons, for where nothing can be pressed."""
    blocks: list[Block] = []
    for entry in entries:
        blocks += [Markdown(entry.answer.strip()), *_small_print(knowledge, entry, today)]
    return Outgoing(tuple(blocks), summary=summarise(entries[0].answer))


def choose(entries: Sequence[Entry], *, answered: int) -> Outgoing:
    """The desk is not sure which of a few entries is meant."""
    buttons = [_entry_button(entry, answered) for entry in entries]
    buttons.append(Button(texts.NONE_OF_THESE, "choose.none", str(answered)))
    return Outgoing((Markdown(texts.CHOOSE), Buttons(tuple(buttons))), summary=texts.CHOOSE)


def unknown(pointer: str, nearest: Sequence[Entry], *, answered: int, press: bool) -> Outgoing:
    """An honest "I don't know": a pointer where somebody wrote one, else the nearest topics, and a way on."""
    blocks: list[Block] = [Markdown(pointer.strip() or texts.UNKNOWN)]
    if not pointer and nearest:
        buttons = tuple(_entry_button(entry, answered) for entry in nearest)
        blocks += [Caption(texts.UNKNOWN_NEAREST), Buttons(buttons)]
    if press:
        if not pointer:
            blocks.append(Caption(texts.UNKNOWN_WAY_ON))
        blocks.append(Buttons(_ask_press(answered, press)))
    return Outgoing(tuple(blocks), summary=summarise(pointer or texts.UNKNOWN))


def confirm_media(*, answered: int) -> Outgoing:
    """The desk is not sure whether the media are involved, and asks rather than guesses."""
    buttons = (
        Button(texts.YES, "media.yes", str(answered), "primary"),
        Button(texts.NO, "media.no", str(answered)),
    )
    blocks = (Markdown(f"**{texts.CONFIRM_MEDIA}** {texts.CONFIRM_MEDIA_WHY}"), Buttons(buttons))
    return Outgoing(blocks, summary=texts.CONFIRM_MEDIA)


def welcome(knowledge: Knowledge, *, press: bool, first: bool = False) -> Outgoing:
    """What the desk is for; at the `first` contact with a way to the topics, which a page of the desk has below."""
    titles = " and ".join(f"the {document.title}" for document in knowledge.documents) or "the policy"
    said = plain(texts.welcome(titles, press))
    way_on = Buttons((Button(texts.WHAT_I_ANSWER, "topics.show"),))
    return replace(said, blocks=(*said.blocks, way_on)) if first else said


def source_line(knowledge: Knowledge, entry: Entry) -> str:
    """Where an answer comes from, or an empty string where it cites nothing."""
    places = []
    for cited in entry.cites:
        clause = knowledge.clause[cited]
        document = knowledge.document[clause.document]
        places.append(texts.source(document.title, clause.section, clause.point, document.updated))
    return texts.sources(list(dict.fromkeys(places))) if places else ""


def _small_print(knowledge: Knowledge, entry: Entry, today: date) -> list[Block]:
    blocks: list[Block] = []
    if line := source_line(knowledge, entry):
        blocks.append(Caption(line))
    if entry.review_by and entry.review_by < today:
        blocks.append(Caption(texts.past_review(entry.review_by)))
    return blocks


def _entry_button(entry: Entry, answered: int) -> Button:
    return Button(entry.title or entry.questions[0], "entry.show", f"{answered}:{entry.id}")


def _ask_press(answered: int, press: bool) -> tuple[Button, ...]:
    return (Button(texts.ASK_PRESS, "press.ask", str(answered)),) if press else ()
