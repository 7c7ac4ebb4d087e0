"""What the desk shows, as `Outgoing`s and `Form`s.

One shape for every platform, so that all of them show the same words and the same buttons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot import wording
from bot.knowledge.model import Entry, Knowledge
from bot.messages import (
    Block,
    Button,
    Buttons,
    CaseHead,
    Facts,
    Field,
    Form,
    History,
    Line,
    Mention,
    Outgoing,
    Prose,
    Quote,
    Small,
)
from bot.model import Asker, Case, CaseKind, CaseState, Details, Outcome, Step, StepKind

SUMMARY_LENGTH = 150


# ---- to staff: answers ----------------------------------------------------------------------------------------------


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
        blocks += [Small(wording.SEE_ALSO), Buttons(buttons[:3])]
    verdict = [Button(wording.HELPFUL, "answer.helpful", str(answered))]
    verdict.append(Button(wording.NOT_HELPFUL, "answer.not_helpful", str(answered)))
    blocks.append(Buttons((*verdict, *_ask_press(answered, press))))
    return replace(alone, blocks=tuple(blocks))


def answer_alone(knowledge: Knowledge, entries: Sequence[Entry], today: date) -> Outgoing:
    """The answers with their sources and no buttons, for where nothing can be pressed."""
    blocks: list[Block] = []
    for entry in entries:
        blocks += [Prose(entry.answer.strip()), *_small_print(knowledge, entry, today)]
    return Outgoing(tuple(blocks), summary=summarise(entries[0].answer))


def choose(entries: Sequence[Entry], *, answered: int) -> Outgoing:
    """The desk is not sure which of a few entries is meant."""
    buttons = [_entry_button(entry, answered) for entry in entries]
    buttons.append(Button(wording.NONE_OF_THESE, "choose.none", str(answered)))
    return Outgoing((Prose(wording.CHOOSE), Buttons(tuple(buttons))), summary=wording.CHOOSE)


def unknown(pointer: str, nearest: Sequence[Entry], *, answered: int, press: bool) -> Outgoing:
    """An honest "I don't know": a pointer where somebody wrote one, else the nearest topics, and a way on."""
    blocks: list[Block] = [Prose(pointer.strip() or wording.UNKNOWN)]
    if not pointer and nearest:
        buttons = tuple(_entry_button(entry, answered) for entry in nearest)
        blocks += [Small(wording.UNKNOWN_NEAREST), Buttons(buttons)]
    if press:
        if not pointer:
            blocks.append(Small(wording.UNKNOWN_WAY_ON))
        blocks.append(Buttons(_ask_press(answered, press)))
    return Outgoing(tuple(blocks), summary=summarise(pointer or wording.UNKNOWN))


def plain(markdown: str) -> Outgoing:
    """A message of text alone."""
    return Outgoing((Prose(markdown.strip()),), summary=summarise(markdown))


def confirm_media(*, answered: int) -> Outgoing:
    """The desk is not sure whether the media are involved, and asks rather than guesses."""
    buttons = (
        Button(wording.YES, "media.yes", str(answered), "primary"),
        Button(wording.NO, "media.no", str(answered)),
    )
    blocks = (Prose(f"**{wording.CONFIRM_MEDIA}** {wording.CONFIRM_MEDIA_WHY}"), Buttons(buttons))
    return Outgoing(blocks, summary=wording.CONFIRM_MEDIA)


def welcome(knowledge: Knowledge, *, press: bool) -> Outgoing:
    """The first contact."""
    titles = " and ".join(f"the {document.title}" for document in knowledge.documents) or "the policy"
    return plain(wording.welcome(titles, press))


def topics(knowledge: Knowledge) -> Outgoing:
    """What the desk can answer, by title."""
    titles = [entry.title for entry in knowledge.answering if entry.title]
    listed = "\n".join(f"- {escape(title)}" for title in titles)
    return Outgoing((Prose(f"{wording.TOPICS}\n\n{listed}"),), summary=wording.TOPICS)


def own_case(case: Case) -> Outgoing:
    """An asker's own enquiry and its state."""
    first = case.askers[0]
    head = CaseHead(case.reference, _title(case), state_word(case), case.opened_at, case.details.deadline)
    return Outgoing((head, Quote(first.text)), summary=f"{case.reference}, {state_word(case)}")


def source_line(knowledge: Knowledge, entry: Entry) -> str:
    """Where an answer comes from, or an empty string where it cites nothing."""
    places = []
    for cited in entry.cites:
        clause = knowledge.clause[cited]
        document = knowledge.document[clause.document]
        places.append(wording.source(document.title, clause.section, clause.point, document.updated))
    return wording.sources(list(dict.fromkeys(places))) if places else ""


def summarise(text: str) -> str:
    """The first words of a text, as plain text, for a notification."""
    words = " ".join(text.replace("**", "").split())
    return words if len(words) <= SUMMARY_LENGTH else words[: SUMMARY_LENGTH - 1].rsplit(" ", 1)[0] + "…"


def _small_print(knowledge: Knowledge, entry: Entry, today: date) -> list[Block]:
    blocks: list[Block] = []
    if line := source_line(knowledge, entry):
        blocks.append(Small(line))
    if entry.review_by and entry.review_by < today:
        blocks.append(Small(wording.past_review(entry.review_by)))
    return blocks


def _entry_button(entry: Entry, answered: int) -> Button:
    return Button(entry.title or entry.questions[0], "entry.show", f"{answered}:{entry.id}")


def _ask_press(answered: int, press: bool) -> tuple[Button, ...]:
    return (Button(wording.ASK_PRESS, "press.ask", str(answered)),) if press else ()


# ---- to the asker of a case -----------------------------------------------------------------------------------------


def acknowledgement(case: Case, *, holding_line: str, phone: str) -> Outgoing:
    """What the asker reads when the press office has been pinged: the reference, what to do meanwhile, the number."""
    if case.kind is CaseKind.MEDIA:
        paragraphs = [wording.passed_on(case.reference), holding_line.strip(), wording.phone(phone)]
    else:
        paragraphs = [wording.question_passed_on(case.reference)]
    blocks: list[Block] = [Prose("\n\n".join(part for part in paragraphs if part))]
    if case.askers[-1].files:
        blocks.append(Small(wording.FILES_NOT_PASSED))
    value = handle(case)
    buttons = [Button(wording.WITHDRAW, "case.withdraw", value)]
    if case.kind is CaseKind.MEDIA:
        buttons.insert(0, Button(wording.ADD_DETAILS, "case.details", value))
    blocks.append(Buttons(tuple(buttons)))
    return Outgoing(tuple(blocks), summary=summarise(paragraphs[0]))


def added(case: Case, event_id_step: int, *, files: int) -> Outgoing:
    """A further message of the asker went into the case; `event_id_step` numbers the step that holds it."""
    blocks: list[Block] = [Prose(wording.added(case.reference))]
    if files:
        blocks.append(Small(wording.FILES_NOT_PASSED))
    blocks.append(Buttons((Button(wording.SEPARATE, "case.separate", f"{handle(case)}:{event_id_step}"),)))
    return Outgoing(tuple(blocks), summary=summarise(wording.added(case.reference)))


def reply(case: Case, officer: str, text: str) -> Outgoing:
    """What an officer wrote to the asker: their words, so data."""
    introduction = wording.reply_from(escape(officer), case.reference)
    return Outgoing((Prose(introduction), Quote(text)), summary=f"{officer} ({case.reference}): {summarise(text)}")


# ---- to the press office --------------------------------------------------------------------------------------------


def ping(case: Case, steps: Sequence[Step], *, mention: Sequence[str] = ()) -> Outgoing:
    """The card of a case, in every press channel; drawn again with every change."""
    head = CaseHead(case.reference, _title(case), state_word(case), case.opened_at, case.details.deadline)
    blocks: list[Block] = [head]
    if mention:
        blocks.append(Mention(tuple(mention)))
    for asker in case.askers:
        blocks += [Quote(asker.text, by=asker.person.name or asker.person.key), Facts(_facts(asker, case.details))]
    if case.unreachable:
        blocks.append(Small(case.unreachable))
    blocks.append(Buttons(_officer_buttons(case)))
    blocks.append(History(tuple(Line(step.at, history_line(step)) for step in steps)))
    blocks.append(Small(wording.THREAD_HINT))
    first = case.askers[0]
    return Outgoing(
        tuple(blocks),
        summary=f"{case.reference}, {_title(case)}, {state_word(case)}. {first.person.name}: {summarise(first.text)}",
        urgent=case.kind is CaseKind.MEDIA and case.state is CaseState.OPEN,
    )


def in_thread(said: str, quote: str = "", by: str = "") -> Outgoing:
    """A line of the desk below a ping, with a person's words where it carries any."""
    blocks: tuple[Block, ...] = (Prose(escape(said)),)
    return Outgoing((*blocks, Quote(quote, by)) if quote else blocks, summary=summarise(f"{said} {quote}"))


def state_word(case: Case) -> str:
    """The state as a word: states differ by word, not by colour."""
    if case.state is CaseState.CLOSED:
        return wording.closed_as(case.outcome.value if case.outcome else "")
    if case.state is CaseState.OPEN or case.owner is None:
        return wording.UNCLAIMED
    owner = case.owner.name or case.owner.key
    return wording.answered_by(owner) if case.answered_at else wording.claimed_by(owner)


def history_line(step: Step) -> str:
    """One step in words."""
    who = (step.by.name or step.by.key) if step.by else wording.THE_DESK
    text = "" if step.kind is StepKind.OPENED else step.text
    return wording.happened(who, step.kind.value, text)


def handle(case: Case) -> str:
    """What a button carries: the case, and the revision it was drawn from."""
    return f"{case.id}@{case.revision}"


def escape(text: str) -> str:
    """Plain text as Markdown that reads the same: a name or a reason inside a sentence of ours stays dead."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]()<>#+-.!|~&:@/" else char for char in text)


def _title(case: Case) -> str:
    return wording.MEDIA_ENQUIRY if case.kind is CaseKind.MEDIA else wording.QUESTION


def _facts(asker: Asker, details: Details) -> tuple[tuple[str, str], ...]:
    rows = [(wording.ASKED_BY, f"{asker.person.name or asker.person.id} · {asker.person.platform}")]
    for name, label in wording.DETAILS_LABELS.items():
        if value := getattr(details, name):
            rows.append((label, value))
    if asker.files:
        rows.append((wording.FILES, wording.files(asker.files)))
    if asker.link:
        rows.append((wording.MESSAGE, asker.link))
    return tuple(rows)


def _officer_buttons(case: Case) -> tuple[Button, ...]:
    value = handle(case)
    note, reply_ = Button(wording.NOTE, "case.note", value), Button(wording.REPLY, "case.reply", value)
    close = Button(wording.CLOSE, "case.close", value)
    if case.state is CaseState.CLOSED:
        return Button(wording.REOPEN, "case.reopen", value), note
    alarm = (Button(wording.FALSE_ALARM, "case.false_alarm", value),) if case.kind is CaseKind.MEDIA else ()
    details = (Button(wording.DETAILS, "case.details", value),) if case.kind is CaseKind.MEDIA else ()
    if case.state is CaseState.OPEN:
        return Button(wording.CLAIM, "case.claim", value, "primary"), reply_, note, *details, *alarm, close
    unclaim = Button(wording.UNCLAIM, "case.unclaim", value)
    return Button(wording.REPLY, "case.reply", value, "primary"), note, *details, unclaim, *alarm, close


# ---- forms ----------------------------------------------------------------------------------------------------------


def reply_form(case: Case) -> Form:
    """Write to the asker."""
    field = Field("text", wording.REPLY_LABEL, "text", required=True)
    return Form("case.reply", f"{wording.REPLY}: {case.reference}", handle(case), (field,), submit=wording.REPLY)


def note_form(case: Case) -> Form:
    """Write a note that stays inside."""
    field = Field("text", wording.NOTE_LABEL, "text", required=True)
    return Form("case.note", f"{wording.NOTE}: {case.reference}", handle(case), (field,), submit=wording.NOTE)


def close_form(case: Case) -> Form:
    """End a case, saying how."""
    options = tuple((outcome.value, outcome.value) for outcome in (Outcome.ANSWERED, Outcome.NO_ACTION))
    likely = Outcome.ANSWERED if case.answered_at else Outcome.NO_ACTION
    fields = (
        Field("outcome", wording.OUTCOME_LABEL, "choice", value=likely.value, required=True, options=options),
        Field("note", wording.CLOSE_NOTE_LABEL, "text"),
    )
    return Form("case.close", f"{wording.CLOSE}: {case.reference}", handle(case), fields, submit=wording.CLOSE)


def details_form(case: Case) -> Form:
    """What is known of an enquiry, prefilled."""
    fields = tuple(
        Field(name, label, "text" if name == "about" else "line", value=getattr(case.details, name))
        for name, label in wording.DETAILS_LABELS.items()
    )
    return Form("case.details", f"{wording.DETAILS}: {case.reference}", handle(case), fields)
