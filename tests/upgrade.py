"""The desk as the release before the rooms left it: its database and its configuration, opened by the code as it is."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import yaml
from psycopg.sql import SQL, Identifier, Literal

from bot.messages import Address, Caption, Outgoing
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.desk import DeskHarness, Message, RecordingPlatform

FILES = Path(__file__).parent / "data" / "before_rooms"
STOPPED = datetime(2026, 11, 30, 10, 32, tzinfo=UTC)
SHOWN = 200
"""Messages that each platform has from before, or more than that."""


def restored(url: str, folder: Path, clock: ManualClock) -> tuple[DeskHarness, str]:
    """The desk with its store open, not started yet, among platforms that have its cards; the URL of its database."""
    clock.advance(STOPPED - clock.now())
    file = folder / "before.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript((FILES / "database.sql").read_text(encoding="utf-8"))
        platforms = {name: _platform(name, connection) for name in ("slack", "teams", "web", "email")}
    if url.startswith("sqlite"):
        url = f"sqlite:///{file}"
    else:
        _carry_over(file, url, clock)
    return DeskHarness(_opened(url, clock), clock, _settings(), platforms, events=10_000), url


def _opened(url: str, clock: ManualClock) -> Store:
    store = Store(url, clock)
    store.open()
    return store


def _settings() -> dict[str, Any]:
    """Without signing in to the mail server: its password stands in no file."""
    read: dict[str, Any] = yaml.safe_load((FILES / "policydesk.yaml").read_text(encoding="utf-8"))
    return read | {"email": read["email"] | {"username": ""}}


def _platform(name: str, connection: sqlite3.Connection) -> RecordingPlatform:
    """Its messages count on from those before, of which only the cards can be changed."""
    platform = RecordingPlatform(name)
    platform.marks_messages = name != "web"
    for number in range(1, SHOWN + 1):
        platform.shown.append(_message(str(number), Address(name, "before"), ""))
    cards = """SELECT (CASE kind WHEN 'media' THEN 'M-' ELSE 'Q-' END) || press_case.id, token, receipt
        FROM posting JOIN press_case ON case_id = press_case.id WHERE platform = ?"""
    for reference, token, receipt in connection.execute(cards, [name]):
        (part,) = json.loads(receipt)["parts"]
        platform.shown[int(part) - 1] = _message(part, Address(name, token), reference)
    return platform


def _message(part: str, to: Address, reference: str) -> Message:
    return Message(part, to, f"before {part}", [Outgoing((Caption(reference),), reference)])


def _carry_over(file: Path, url: str, clock: ManualClock) -> None:
    """The same rows on PostgreSQL, in the tables that the code makes there."""
    for each in (f"sqlite:///{file}", url):
        _opened(each, clock).close()
    with closing(sqlite3.connect(file)) as old, psycopg.connect(url) as new:
        new.execute("SET session_replication_role = replica")  # the tables come in any order
        for name, rows in _rows(old):
            table = Identifier(name)
            new.execute(SQL("DELETE FROM {}").format(table))
            copy = "INSERT INTO {0} SELECT * FROM json_populate_recordset(NULL::{0}, {1})"
            new.execute(SQL(copy).format(table, Literal(rows)))
        counted = "SELECT table_name FROM information_schema.columns WHERE is_identity = 'YES'"
        for (name,) in new.execute(counted).fetchall():
            count_on = "SELECT setval(pg_get_serial_sequence({}, 'id'), COALESCE(MAX(id), 1)) FROM {}"
            new.execute(SQL(count_on).format(Literal(name), Identifier(name)))


def _rows(old: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    old.row_factory = sqlite3.Row
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    for (table,) in old.execute(tables).fetchall():
        yield table, json.dumps([dict(row) for row in old.execute(f"SELECT * FROM {table}")])  # noqa: S608


def stored_words(folder: Path) -> dict[str, list[str]]:
    """Every word that the database has for something, and the shapes of its lanes and keys; on SQLite."""
    with closing(sqlite3.connect(folder / "before.db")) as connection:
        found = {name: {str(word) for (word,) in connection.execute(query)} for name, query in _WORDS.items()}
    for shapes in ("lanes", "keys"):
        found[shapes] = {_shape(each) for each in found[shapes]}
    return {name: sorted(words) for name, words in found.items()}


_WORDS = {
    "cases": "SELECT kind FROM press_case UNION SELECT state FROM press_case",
    "outcomes": "SELECT outcome FROM press_case WHERE outcome IS NOT NULL",
    "steps": "SELECT kind FROM case_step",
    "replies": "SELECT label FROM case_step",
    "links": "SELECT kind FROM case_link",
    "jobs": "SELECT kind FROM job UNION SELECT state FROM job",
    "versions": "SELECT json_extract(payload, '$.v') FROM job WHERE payload <> '{}'",
    "deliveries": "SELECT json_extract(payload, '$.delivery.do') FROM job WHERE payload LIKE '%delivery%'",
    "purposes": "SELECT json_extract(payload, '$.delivery.purpose') FROM job WHERE payload LIKE '%purpose%'",
    "timers": "SELECT json_extract(payload, '$.timer') FROM job WHERE payload LIKE '%timer%'",
    "fields": "SELECT key FROM job, json_each(payload, '$.delivery') UNION SELECT key FROM job, json_each(payload)",
    "blocks": "SELECT json_extract(value, '$.block') FROM job, json_each(payload, '$.delivery.outgoing.blocks')",
    "answers": "SELECT outcome FROM answered",
    "opinions": "SELECT verdict FROM feedback",
    "events": "SELECT source FROM inbound_event",
    "lanes": "SELECT lane FROM job",
    "keys": "SELECT idempotency_key FROM job",
}


def _shape(named: str) -> str:
    """`case:7:slack:c-press` as `case:0:slack:c`: what stands for one of many is left out."""
    short = re.sub(r"\d[\d:T.+-]*\d|\d", "0", named)
    return re.sub(r"(?<=[:-])(?:dm|event|c)-[\w-]+|(?<=0:)(?:slack|teams|web):\w+$", "…", short)
