from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from jsonschema import Draft202012Validator  # its types are a package of their own

from bot.knowledge.file_schema import json_schema
from tests.unit.knowledge.test_loader import WHOLE
from tests.unit.knowledge.test_shipped import FOLDER


def _objects(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for held in schema.values():
            yield from _objects(held)
    elif isinstance(schema, list):
        for held in schema:
            yield from _objects(held)


class _Editor(yaml.SafeLoader):
    """Reads as editors do, by YAML 1.2: numbers are numbers and `true` is true, but a date or a `no` is text."""

    yaml_implicit_resolvers = {  # noqa: RUF012  # as PyYAML has it
        letter: [(tag, pattern) for tag, pattern in resolvers if tag.endswith((":int", ":null"))]
        for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_Editor.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("(?:true|false)$"), ["t", "f"])


def _plain(text: str) -> Any:
    return yaml.load(text, Loader=_Editor)  # noqa: S506  # a SafeLoader with fewer types


def test_every_key_has_a_description_for_editors_to_show() -> None:
    groups = list(_objects(json_schema()))
    assert len(groups) == 9
    for group in groups:
        assert group["additionalProperties"] is False
        for key, schema in group["properties"].items():
            assert schema.get("description", "").endswith((".", ")")), key


def test_the_schema_agrees_with_the_loader() -> None:
    schema = json_schema()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    whole = _plain(WHOLE)
    assert list(validator.iter_errors(whole)) == []
    whole["entries"][0]["titel"] = "x"
    whole["entries"][0]["id"] = "Not an id"
    whole["entries"][0]["title"] = None
    assert {error.validator for error in validator.iter_errors(whole)} == {"additionalProperties", "pattern", "type"}


def test_the_shipped_knowledge_keeps_to_the_schema() -> None:
    validator = Draft202012Validator(json_schema())
    for path in FOLDER.rglob("*.yaml"):
        assert [error.message for error in validator.iter_errors(_plain(path.read_text(encoding="utf-8")))] == [], path
