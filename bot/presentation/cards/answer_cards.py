"""Cards for staff who ask a question: the answer, or what they get if there is none."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

from bot.domain.case import Case
from bot.knowledge.model import Document, Entry, Knowledge
from bot.messages import Block, Button, Buttons, Caption, Markdown, Outgoing
from bot.plaintext import escape, markdown_message, summarise
from bot.presentation import texts


def answer(knowledge: Knowledge, entries: Sequence[Entry], *, answered: int, press: bool, today: date) -> Outgoing:
    """Return the card that answers one message: each entry with its source, and the buttons below.

    `answered` is the id of the recorded answer, which the buttons carry. `press` is whether there is a press office.
    """
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
    """Return the answers with their sources but without buttons, for places where none can be pressed."""
    blocks: list[Block] = []
    for entry in entries:
        blocks += [Markdown(entry.answer.strip()), *_small_print(knowledge, entry, today)]
    return Outgoing(tuple(blocks), summary=summarise(entries[0].answer))


def choose(entries: Sequence[Entry], *, answered: int) -> Outgoing:
    """Return the question which of these entries is meant, with one button for each."""
    buttons = [_entry_button(entry, answered) for entry in entries]
    buttons.append(Button(texts.NONE_OF_THESE, "choose.none", str(answered)))
    return Outgoing((Markdown(texts.CHOOSE), Buttons(tuple(buttons))), summary=texts.CHOOSE)


def unknown(pointer: str, nearest: Sequence[Entry], *, answered: int, press: bool, phone: str = "") -> Outgoing:
    """Return the card that says that there is no answer, and offers a way to continue.

    `pointer` is the text that an owner wrote for this topic. If it is empty, the `nearest` entries are offered instead.
    `phone` is the press office's number, if it is to be on the card.
    """
    blocks: list[Block] = [Markdown(pointer.strip() or texts.UNKNOWN)]
    if not pointer and nearest:
        buttons = tuple(_entry_button(entry, answered) for entry in nearest)
        blocks += [Caption(texts.UNKNOWN_NEAREST), Buttons(buttons)]
    if press:
        if not pointer:
            blocks.append(Caption(texts.UNKNOWN_WAY_ON))
        if phone:
            blocks.append(Markdown(texts.phone(escape(phone))))
        blocks.append(Buttons(_ask_press(answered, press)))
    return Outgoing(tuple(blocks), summary=summarise(pointer or texts.UNKNOWN))


def slowed(text: str, *, press: bool, phone: str) -> Outgoing:
    """Return that a message has to wait, or was not taken. `phone`: the number, for what is about the media."""
    blocks: list[Block] = [Markdown(text)]
    if press and phone:
        blocks.append(Markdown(texts.phone(escape(phone))))
    if press:
        blocks.append(Buttons((Button(texts.TELL_PRESS, "report.open", opens_form=True),)))
    return Outgoing(tuple(blocks), summary=summarise(text))


def without_words(files: int, *, press: bool) -> Outgoing:
    """Return what is said to a message without words, which may have attachments."""
    if not files or not press:
        return markdown_message(texts.EMPTY_MESSAGE)
    tell = Buttons((Button(texts.TELL_PRESS, "report.open", opens_form=True),))
    return Outgoing((Markdown(texts.FILES_ALONE), tell), summary=summarise(texts.FILES_ALONE))


def with_offer(outgoing: Outgoing, case: Case | None, *, answered: int) -> Outgoing:
    """Return the card with a button that adds the message to this case; without a case, the card as it is."""
    if case is None:
        return outgoing
    add = Button(texts.add_to(case.reference), "further.add", f"{answered}:{case.id}")
    *before, last = outgoing.blocks
    if isinstance(last, Buttons):
        return replace(outgoing, blocks=(*before, Buttons((*last.buttons, add))))
    return replace(outgoing, blocks=(*outgoing.blocks, Buttons((add,))))


def ask_to_send(officer: str, case_id: int, *, answered: int) -> Outgoing:
    """Return the question whether a message is the answer to this officer, who wrote last."""
    asked = texts.send_to(officer)
    buttons = (
        Button(texts.SEND, "further.add", f"{answered}:{case_id}", "primary"),
        Button(texts.DO_NOT_SEND, "further.keep", str(answered)),
    )
    return Outgoing((Markdown(f"**{escape(asked)}**"), Buttons(buttons)), summary=asked)


def confirm_media(*, answered: int) -> Outgoing:
    """Return the question whether the media are involved, for a message of which the desk is not sure."""
    buttons = (
        Button(texts.YES, "media.yes", str(answered), "primary"),
        Button(texts.NO, "media.no", str(answered)),
    )
    blocks = (Markdown(f"**{texts.CONFIRM_MEDIA}** {texts.CONFIRM_MEDIA_WHY}"), Buttons(buttons))
    return Outgoing(blocks, summary=texts.CONFIRM_MEDIA)


def welcome(knowledge: Knowledge, *, press: bool, first: bool = False) -> Outgoing:
    """Return what the desk is for.

    At the `first` contact, a button for the list of topics follows. The home page shows that list without a button.
    """
    titles = " and ".join(f"the {document.title}" for document in knowledge.documents) or "the policy"
    said = markdown_message(texts.welcome(titles, press))
    way_on = Buttons((Button(texts.WHAT_I_ANSWER, "topics.show"),))
    return replace(said, blocks=(*said.blocks, way_on)) if first else said


def source_lines(knowledge: Knowledge, entry: Entry) -> list[Block]:
    """Return a line for each document that an answer rests on, with a link if the document has an address."""
    cited: dict[str, dict[str, set[int]]] = {}
    for id_ in entry.cites:
        clause = knowledge.clause[id_]
        points = cited.setdefault(clause.document, {}).setdefault(clause.section, set())
        points.update(() if clause.point is None else (clause.point,))
    return [_source(knowledge.document[id_], sections) for id_, sections in cited.items()]


def _source(document: Document, sections: Mapping[str, Collection[int]]) -> Block:
    places = tuple((section, tuple(sorted(points))) for section, points in sections.items())
    line = texts.source(document.title, document.updated, places)
    if not document.url:
        return Caption(line)
    before, after = line.split(document.title, 1)
    return Markdown(f"{escape(before)} [{escape(document.title)}](<{document.url}>){escape(after)}")


def _small_print(knowledge: Knowledge, entry: Entry, today: date) -> list[Block]:
    """Return the sources, and a warning if the entry is past its review date."""
    blocks = source_lines(knowledge, entry)
    if entry.review_by and entry.review_by < today:
        blocks.append(Caption(texts.past_review(entry.review_by)))
    return blocks


def _entry_button(entry: Entry, answered: int) -> Button:
    return Button(entry.title or entry.questions[0], "entry.show", f"{answered}:{entry.id}")


def _ask_press(answered: int, press: bool) -> tuple[Button, ...]:
    return (Button(texts.ASK_PRESS, "press.ask", str(answered)),) if press else ()
