"""Anything that the desk may send through the port, for hypothesis: derived from the types themselves.

A block or a field that is new in `bot.messages` is therefore in every test that uses this from the first day on.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from bot.messages import Block, Button, CaseHead, Facts, Field, Form, Markdown, Mention, Outgoing, View

letters = st.characters(exclude_categories=["Cs"])
text = st.text(letters, max_size=300)
some = st.text(letters, min_size=1, max_size=40)
_marks = ["# Head", "**Yes.** ", "- one", "  - two", "1. first", "> said", "`code`", "[a](https://b.example)", "\n\n"]

_NARROWER: dict[tuple[type, str], st.SearchStrategy[Any]] = {
    (Markdown, "markdown"): st.one_of(text, st.lists(st.sampled_from(_marks)).map("\n".join)),
    (CaseHead, "reference"): some,
    (Facts, "rows"): st.lists(st.tuples(some, text), max_size=4).map(tuple),
    (Mention, "people"): st.lists(st.sampled_from(["teams:a", "slack:b", "teams:c"]), max_size=3).map(tuple),
    (Button, "label"): some,
    (Button, "action"): some,
    (Button, "value"): st.text(letters, max_size=200),
    (Field, "name"): some,
    (Field, "label"): some,
    (Field, "max_length"): st.integers(1, 5000),
    (Field, "options"): st.lists(st.tuples(some, some), min_size=1, max_size=4).map(tuple),
    (Form, "name"): some,
    (Form, "title"): some,
    (Form, "context"): st.text(letters, max_size=200),
    (Form, "fields"): st.deferred(lambda: st.lists(_any(Field), min_size=1, max_size=5).map(tuple)),
    (Form, "submit"): some,
    (View, "title"): some,
}
"""What a field may hold where its type says less than its docstring."""


def _any(hint: Any) -> st.SearchStrategy[Any]:
    """Every value of a type, fields with a default filled in as well."""
    arguments = get_args(hint)
    if is_dataclass(hint) and isinstance(hint, type):
        hints = get_type_hints(hint)
        narrower = {name: each for (owner, name), each in _NARROWER.items() if owner is hint}
        wider = {one.name: _any(hints[one.name]) for one in fields(hint) if one.name not in narrower}
        return st.builds(hint, **narrower, **wider)
    if get_origin(hint) in {Union, UnionType}:
        return st.one_of(*map(_any, arguments))
    if get_origin(hint) is tuple and arguments[-1] is ...:
        return st.lists(_any(arguments[0]), max_size=5).map(tuple)
    if get_origin(hint) is tuple:
        return st.tuples(*map(_any, arguments))
    known: dict[Any, st.SearchStrategy[Any]] = {str: text, datetime: st.datetimes(timezones=st.just(UTC))}
    return known[hint] if hint in known else st.from_type(hint)


block: st.SearchStrategy[Block] = _any(Block)
outgoing: st.SearchStrategy[Outgoing] = _any(Outgoing)
form: st.SearchStrategy[Form] = _any(Form)
view: st.SearchStrategy[View] = _any(View)
