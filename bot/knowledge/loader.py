"""Loading a folder of YAML files: the result is `Knowledge`, or everything that is wrong with the files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from bot.errors import KnowledgeError, Problem
from bot.knowledge.file_schema import DocumentKeys, EntryKeys, FileKeys, OutOfScopeKeys, SmalltalkKeys
from bot.knowledge.model import Clause, Document, Entry, Knowledge, Media, Origin, Topic
from bot.knowledge.schema_problems import did_you_mean, problems_of
from bot.knowledge.snapshot import revised
from bot.knowledge.source_files import read, sources
from bot.knowledge.yamlfile import Node, parse, shown


@dataclass(frozen=True, slots=True)
class _File:
    """A file that could be read as YAML."""

    name: str
    root: Node
    keys: FileKeys | None
    """None if the file does not follow the schema."""


def load(folder: Path, *, require_approval: bool = False) -> Knowledge:
    """Return every `*.yaml` below the folder as one knowledge base.

    With `require_approval`, an entry that nobody has approved (`approved_by`) is a draft.

    Raises KnowledgeError with everything that is wrong in all the files, ordered by file and line.
    """
    found, problems = sources(folder)
    files: list[_File] = []
    for source in found:
        data = read(source)
        if isinstance(data, Problem):
            problems.append(data)
        else:
            file, wrong = _file(source.name, data)
            files += [file] if file else []
            problems += wrong
    problems += _across(files, complete=len(files) == len(found))
    if not problems:
        knowledge = _assemble(files, require_approval=require_approval)
        if knowledge.answering:
            return knowledge
        problems.append(_no_answers(folder, knowledge, require_approval=require_approval))
    raise KnowledgeError(*sorted(problems, key=_by_place))


def _file(name: str, data: bytes) -> tuple[_File | None, list[Problem]]:
    root, problems = parse(name, data)
    if root is None:
        return None, problems
    try:
        keys = FileKeys.model_validate(root.plain())
    except ValidationError as error:
        return _File(name, root, None), [*problems, *problems_of(name, root, error)]
    return _File(name, root, keys), problems


# ---- checks across files ---------------------------------------------------------------------------------------------
# They use the YAML trees and not the schema's values, so that they work even if a file has other mistakes.

_ENTRIES = ("entries", "*", "id")
_FORMERLY = ("entries", "*", "formerly", "*")
_GROUPS = (("smalltalk", "*", "id"), ("out_of_scope", "*", "id"))
_DOCUMENTS = ("documents", "*", "id")
_CLAUSES = ("documents", "*", "clauses", "*", "id")

_Places = dict[str, list[str]]


def _across(files: list[_File], *, complete: bool) -> Iterator[Problem]:
    """Yield ids that are used twice and references to ids that do not exist.

    References are checked only if every file could be read, because the missing id may be in the unread one.
    """
    clauses = _places(files, _CLAUSES)
    yield from _duplicates(_places(files, _DOCUMENTS))
    yield from _duplicates(clauses)
    yield from _duplicates(_places(files, _ENTRIES, _FORMERLY, *_GROUPS))
    yield from _second_media(files)
    if complete:
        yield from _dangling(files, "cites", "clause", clauses)
        yield from _dangling(files, "see_also", "entry", _places(files, _ENTRIES))


def _places(files: list[_File], *paths: tuple[str, ...]) -> _Places:
    """Return id -> every place where it is given."""
    found: _Places = {}
    for file in files:
        for path in paths:
            for node in file.root.at(*path):
                if isinstance(node.value, str):
                    found.setdefault(node.value, []).append(f"{file.name}:{node.line}")
    return found


def _duplicates(places: _Places) -> Iterator[Problem]:
    for name, (first, *others) in places.items():
        for other in others:
            yield Problem(
                other, f"The id `{shown(name)}` is already used at {first}.", "Give one of the two another id."
            )


def _second_media(files: list[_File]) -> Iterator[Problem]:
    first, *others = [f"{file.name}:{node.key_line}" for file in files for node in file.root.at("media")] or [""]
    for other in others:
        yield Problem(other, f"There is already a `media` section at {first}.", "Bring the two together in one.")


def _dangling(files: list[_File], key: str, kind: str, known: _Places) -> Iterator[Problem]:
    for file in files:
        for node in file.root.at("entries", "*", key, "*"):
            if isinstance(node.value, str) and node.value not in known:
                what = f"`{key}` names `{shown(node.value)}`, but no {kind} has that id."
                fix = did_you_mean(node.value, known) or "Name one that exists, or take it out."
                yield Problem(f"{file.name}:{node.line}", what, fix)


def _no_answers(folder: Path, knowledge: Knowledge, *, require_approval: bool) -> Problem:
    if knowledge.entries and require_approval:
        what = "No entry is approved by anybody (`approved_by`), so nothing can be answered."
        return Problem(str(folder), what, "Name who approved one, or set `knowledge_rules.require_approval` to false.")
    if knowledge.entries:
        return Problem(
            str(folder), "No entry is approved, so nothing can be answered.", "Set `status: approved` on one."
        )
    return Problem(
        str(folder), "There are no entries, so nothing can be answered.", "Write some below the key `entries`."
    )


def _by_place(problem: Problem) -> tuple[str, int]:
    file, _, line = problem.where.rpartition(":")
    return (file, int(line)) if line.isdigit() else (problem.where, 0)


# ---- from the schema to the model ------------------------------------------------------------------------------------


def _assemble(files: list[_File], *, require_approval: bool) -> Knowledge:
    whole = [(file, file.keys) for file in files if file.keys is not None]
    return revised(
        Knowledge(
            revision="",
            documents=tuple(
                _document(*pair) for file, keys in whole for pair in _placed(file, "documents", keys.documents)
            ),
            entries=tuple(
                _entry(*pair, require_approval=require_approval)
                for file, keys in whole
                for pair in _placed(file, "entries", keys.entries)
            ),
            media=next((media for file, keys in whole if (media := _media(file, keys))), None),
            smalltalk=tuple(
                _topic(*pair) for file, keys in whole for pair in _placed(file, "smalltalk", keys.smalltalk)
            ),
            out_of_scope=tuple(
                _topic(*pair) for file, keys in whole for pair in _placed(file, "out_of_scope", keys.out_of_scope)
            ),
            synonyms=tuple(group for _, keys in whole if keys.vocabulary for group in keys.vocabulary.synonyms),
        )
    )


_K = TypeVar("_K")


def _placed(file: _File, section: str, items: Iterable[_K]) -> Iterator[tuple[_K, Origin]]:
    """Yield each item with its place in the file."""
    for item, node in zip(items, file.root.at(section, "*"), strict=True):
        yield item, Origin(file.name, node.line)


def _document(keys: DocumentKeys, origin: Origin) -> Document:
    return Document(
        id=keys.id,
        title=keys.title,
        updated=keys.updated,
        clauses=tuple(
            Clause(clause.id, clause.section, clause.point, clause.strength, keys.id) for clause in keys.clauses
        ),
        origin=origin,
        url=keys.url,
    )


def _entry(keys: EntryKeys, origin: Origin, *, require_approval: bool) -> Entry:
    lacks_approval = require_approval and keys.status == "approved" and not keys.approved_by
    return Entry(
        id=keys.id,
        title=keys.title,
        questions=keys.questions,
        not_questions=keys.not_questions,
        answer=keys.answer,
        cites=keys.cites,
        see_also=keys.see_also,
        status="draft" if lacks_approval else keys.status,
        owner=keys.owner,
        review_by=keys.review_by,
        origin=origin,
        formerly=keys.formerly,
        approved_by=keys.approved_by,
        approved_on=keys.approved_on,
    )


def _media(file: _File, keys: FileKeys) -> Media | None:
    node = next(file.root.at("media"), None)
    if keys.media is None or node is None:
        return None
    origin = Origin(file.name, node.key_line)
    by_kind = keys.media.holding_lines.model_dump() if keys.media.holding_lines else {}
    lines = {kind: line for kind, line in by_kind.items() if line}
    return Media(keys.media.holding_line, keys.media.enquiries, keys.media.look_alikes, origin, lines)


def _topic(keys: SmalltalkKeys | OutOfScopeKeys, origin: Origin) -> Topic:
    danger = isinstance(keys, OutOfScopeKeys) and keys.danger
    return Topic(keys.id, keys.questions, keys.answer, origin, danger)
