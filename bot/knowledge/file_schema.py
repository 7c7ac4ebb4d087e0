"""The schema of a YAML file of a knowledge base. Editors show the descriptions while an author types."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from bot.knowledge.contacts import malformed
from bot.knowledge.model import Status, Strength

SENTENCE = "sentence"
"""Type of the validation errors that carry their own `what` and `fix`."""

_MAX_ID = 100  # ids are part of the values of buttons, which hold 200 characters
_ID = re.compile(r"[a-z0-9-]+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def _wrong(what: str, fix: str) -> PydanticCustomError:
    return PydanticCustomError(SENTENCE, "{what} {fix}", {"what": what, "fix": fix})


def _text(value: str) -> str:
    """Return the text without white space at its ends; paragraphs stay."""
    text = value.strip()
    if not any(unicodedata.category(letter)[0] not in "ZC" for letter in text):
        raise _wrong("There is no text here.", "Write one, or take this line out.")
    control = next(
        (letter for letter in text if unicodedata.category(letter) in ("Cc", "Cs") and letter not in "\n\t"), ""
    )
    if control:
        raise _wrong(
            f"The text has an invisible character (U+{ord(control):04X}).", "Delete it and type the text again."
        )
    return text


def _answer(value: str) -> str:
    """Return a text that people read, in which contacts may be named."""
    if wrong := malformed(value):
        fix = (
            "Write {contact:it|the IT service desk}: an id of small letters, digits and hyphens, a bar, and the words."
        )
        raise _wrong(f"`{wrong}` names no contact.", fix)
    return _text(value)


def _line(value: str) -> str:
    """Return the text on one line."""
    return " ".join(_text(value).split())


def _id(value: str) -> str:
    if _ID.fullmatch(value) and len(value) <= _MAX_ID:
        return value
    proposal = re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")[:_MAX_ID]
    what = f"An id is made of small letters a–z, digits and hyphens, at most {_MAX_ID} of them."
    raise _wrong(what, f"Write `{proposal}`." if proposal else "Write one, for example `deleted-post`.")


def _date(value: object) -> object:
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise _wrong("This is not a date.", "Write year-month-day, for example 2027-05-24.")


def _url(value: str) -> str:
    if re.fullmatch(r"https?://[^\s<>]+", value):
        return value
    raise _wrong("This is not a web address.", "Write the whole address, beginning with https://.")


def _group(phrases: tuple[str, ...]) -> tuple[str, ...]:
    if len({phrase.casefold() for phrase in phrases}) < 2:
        raise _wrong(
            "A group of synonyms needs at least two different phrases.", "Add another one, or take the group out."
        )
    return phrases


_NOT_EMPTY = {"minLength": 1}
Text = Annotated[str, AfterValidator(_text), Field(json_schema_extra={**_NOT_EMPTY})]
Answer = Annotated[str, AfterValidator(_answer), Field(json_schema_extra={**_NOT_EMPTY})]
Line = Annotated[str, AfterValidator(_line), Field(json_schema_extra={**_NOT_EMPTY})]
Lines = Annotated[tuple[Line, ...], Field(min_length=1)]
Id = Annotated[str, AfterValidator(_id), Field(json_schema_extra={"pattern": "^[a-z0-9-]+$", "maxLength": _MAX_ID})]
Day = Annotated[date, BeforeValidator(_date)]
Url = Annotated[str, AfterValidator(_url), Field(json_schema_extra={"format": "uri"})]
Group = Annotated[tuple[Line, ...], AfterValidator(_group), Field(json_schema_extra={"minItems": 2})]
Point = Annotated[int, Field(ge=1, le=9999)]


class Keys(BaseModel):
    """A group of keys; any other key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ClauseKeys(Keys):
    """One point of a document."""

    id: Id = Field(description="A name for this clause, by which answers cite it: small letters, digits, hyphens.")
    section: Line = Field(description="The heading of the document under which the clause stands; shown as the source.")
    point: Point | None = Field(
        None, description="Which point of that section it is, counted from 1; shown as the source."
    )
    strength: Strength = Field(
        description="How far the clause binds: must, should, may, good-practice, or states (it tells a fact)."
    )


class DocumentKeys(Keys):
    """A policy that answers rest on."""

    id: Id = Field(description="A name for this document: small letters, digits, hyphens.")
    title: Line = Field(description="The title as staff know it; shown as the source of an answer.")
    issuer: Line = Field(description="Who issued the document.")
    updated: Day | None = Field(None, description="When the document was last changed: year-month-day.")
    url: Url = Field("", description="Where the document can be read on the web.")
    clauses: tuple[ClauseKeys, ...] = Field((), description="The points of the document that answers can cite.")


class EntryKeys(Keys):
    """One situation that staff are in, and the answer to it."""

    id: Id = Field(description="A name for this answer, used once in the whole knowledge base and then kept.")
    title: Line = Field("", description="The situation in a few words; also the label of a button.")
    questions: Lines = Field(
        description="Questions as staff really type them, as different as can be; five at the least."
    )
    not_questions: tuple[Line, ...] = Field(
        (), description="Questions that sound alike but that this answer must not answer."
    )
    answer: Answer = Field(
        description="What the person reads, verdict first, at most 120 words. Markdown: paragraphs, lists, bold, "
        "links. {contact:it|the IT service desk} names a contact of the configuration."
    )
    cites: tuple[Line, ...] = Field((), description="Ids of the clauses on which the answer rests, the main one first.")
    see_also: tuple[Line, ...] = Field((), description="Ids of related answers.")
    status: Status = Field(
        "approved", description="draft, approved or withdrawn. Only an approved answer is given to staff."
    )
    owner: Line = Field("", description="Who is responsible for this answer.")
    review_by: Day | None = Field(
        None, description="The day by which its owner reads the answer again: year-month-day."
    )
    formerly: tuple[Id, ...] = Field(
        (), description="Ids of entries that this one replaces, so that their buttons and statistics still work."
    )
    approved_by: Line = Field("", description="Who approved this answer.")
    approved_on: Day | None = Field(None, description="The day on which it was approved: year-month-day.")


class HoldingLineKeys(Keys):
    """What staff are told instead of `holding_line` where the enquiry is of that kind."""

    death: Answer = Field("", description="Somebody has died, or may have.")
    leak: Answer = Field("", description="Something that was not to be published is out.")
    on_site: Answer = Field("", description="A journalist or a camera is there in person.")
    already_spoken: Answer = Field("", description="The person has spoken to the journalist already.")


class MediaKeys(Keys):
    """How to recognise a media enquiry, and what to say first."""

    holding_line: Answer = Field(
        description="What staff are told to do, and not to do, until the press office calls (Markdown)."
    )
    holding_lines: HoldingLineKeys | None = Field(None, description="Holding lines for kinds of enquiries.")
    enquiries: Lines = Field(description="Messages in which staff report a media enquiry, in their own words.")
    look_alikes: tuple[Line, ...] = Field((), description="Messages that sound like a media enquiry but are none.")


class SmalltalkKeys(Keys):
    """Something people say that asks nothing, and the reply."""

    id: Id = Field(description="A name for this group: small letters, digits, hyphens.")
    questions: Lines = Field(description="What people type.")
    answer: Answer = Field(description="The reply.")


class OutOfScopeKeys(Keys):
    """Questions that the policy does not answer."""

    id: Id = Field(description="A name for this group: small letters, digits, hyphens.")
    questions: Lines = Field(description="What people type.")
    answer: Answer = Field("", description="Where to turn instead, if there is such a place.")
    danger: bool = Field(
        False,
        description="Whether these tell of danger to life, threats or safeguarding: the answer is then given first, "
        "whatever else the message asks.",
    )


class VocabularyKeys(Keys):
    """Words of this organisation."""

    synonyms: tuple[Group, ...] = Field((), description="Groups of words and phrases that mean the same to staff.")


class FileKeys(Keys):
    """A file of a knowledge base. Any of the keys may be in any file."""

    documents: tuple[DocumentKeys, ...] = Field(
        (), description="The policies that answers rest on, with their clauses."
    )
    entries: tuple[EntryKeys, ...] = Field((), description="The answers, each with the questions that lead to it.")
    media: MediaKeys | None = Field(None, description="Media enquiries; in one file only.")
    smalltalk: tuple[SmalltalkKeys, ...] = Field((), description="Greetings, thanks and the like, with their replies.")
    out_of_scope: tuple[OutOfScopeKeys, ...] = Field((), description="Questions that the policy does not answer.")
    vocabulary: VocabularyKeys | None = Field(None, description="Words of this organisation.")


def keys_at(path: tuple[int | str, ...]) -> Mapping[str, str]:
    """Return the keys that are allowed at a place in a file, each with its description."""
    model: type[BaseModel] = FileKeys
    for step in path:
        if isinstance(step, str):
            model = _held_by(model.model_fields[step].annotation) or model
    return {name: field.description or "" for name, field in model.model_fields.items()}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a file, for editors."""
    schema = _never_null(FileKeys.model_json_schema())
    schema["title"] = "Policy Desk knowledge base"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _never_null(schema: Any) -> Any:  # noqa: ANN401  # JSON
    """Return the schema without `null`: an optional key is left out, not left empty."""
    if isinstance(schema, list):
        return [_never_null(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _never_null(part) for key, part in schema.items() if (key, part) != ("default", None)}
    choice = kept.get("anyOf")
    if isinstance(choice, list) and {"type": "null"} in choice:
        del kept["anyOf"]
        kept = choice[0] | kept
    return kept


def _held_by(annotation: object) -> type[Keys] | None:
    """Return the group of keys inside an annotation such as `tuple[EntryKeys, ...]`; None if there is none."""
    if isinstance(annotation, type) and issubclass(annotation, Keys):
        return annotation
    return next((keys for part in getattr(annotation, "__args__", ()) if (keys := _held_by(part))), None)
