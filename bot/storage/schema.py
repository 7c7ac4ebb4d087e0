"""The tables as SQLAlchemy sees them. `migrations/` makes them; a test holds the two together."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, MetaData, Table, false

from bot.storage.column_types import Instant, Json, Words

metadata = MetaData()

schema_version = Table("schema_version", metadata, Column("version", Integer, nullable=False))

inbound_event = Table(
    "inbound_event",
    metadata,
    Column("source", Words, primary_key=True),
    Column("event_id", Words, primary_key=True),
    Column("received_at", Instant, nullable=False),
)

press_case = Table(  # CASE is a word of SQL's own
    "press_case",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("turned", Integer, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("outlet", Words, nullable=False),
    Column("journalist", Words, nullable=False),
    Column("contact", Words, nullable=False),
    Column("deadline", Words, nullable=False),
    Column("about", Words, nullable=False),
    Column("owner_platform", Words),
    Column("owner_id", Words),
    Column("owner_name", Words),
    Column("outcome", Words),
    Column("claimed_at", Instant),
    Column("answered_at", Instant),
    Column("closed_at", Instant),
    Column("restricted", Boolean, nullable=False),
    Column("unreachable", Words, nullable=False),
    Column("held", Boolean, nullable=False, server_default=false()),
    Column("callback", Words, nullable=False),
    Column("questions", Words, nullable=False),
    Column("medium", Words, nullable=False),
    Column("slot", Words, nullable=False),
    Column("embargo", Words, nullable=False),
    Column("said", Words, nullable=False),
    Column("due_at", Instant),
    Column("due_known", Boolean, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("responded_at", Instant),
    Column("waiting_until", Instant),
    Column("waiting_for", Words, nullable=False),
    Column("offered_platform", Words),
    Column("offered_id", Words),
    Column("offered_name", Words),
    Column("foi", Boolean, nullable=False),
    Column("incident_id", BigInteger),
    Column("joined_into", BigInteger),
)

case_asker = Table(
    "case_asker",
    metadata,
    Column("case_id", BigInteger, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("person_platform", Words, nullable=False),
    Column("person_id", Words, nullable=False),
    Column("person_name", Words, nullable=False),
    Column("direct_platform", Words, nullable=False),
    Column("direct_token", Words, nullable=False),
    Column("at_platform", Words, nullable=False),
    Column("at_token", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("said_at", Instant, nullable=False),
    Column("event_id", Words, nullable=False),
    Column("link", Words, nullable=False),
    Column("files", Integer, nullable=False),
    Column("from_case", BigInteger),
)

case_step = Table(
    "case_step",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("case_id", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("kind", Words, nullable=False),
    Column("by_platform", Words),
    Column("by_id", Words),
    Column("by_name", Words),
    Column("text", Words, nullable=False),
    Column("event_id", Words, nullable=False),
    Column("label", Words, nullable=False),
)

case_statement = Table(
    "case_statement",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("case_id", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("by_platform", Words),
    Column("by_id", Words),
    Column("by_name", Words),
    Column("text", Words, nullable=False),
    Column("approver", Words, nullable=False),
    Column("recipient", Words, nullable=False),
)

case_link = Table(
    "case_link",
    metadata,
    Column("case_id", BigInteger, primary_key=True),
    Column("other_id", BigInteger, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("at", Instant, nullable=False),
)

incident = Table(
    "incident",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("title", Words, nullable=False),
    Column("holding_line", Words, nullable=False),
    Column("lead", Words, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("by_platform", Words),
    Column("by_id", Words),
    Column("by_name", Words),
)

false_alarm = Table(
    "false_alarm",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("text", Words, nullable=False),
)

lane = Table(
    "lane",
    metadata,
    Column("name", Words, primary_key=True),
    Column("next_seq", BigInteger, nullable=False),
)

job = Table(
    "job",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("case_id", BigInteger),
    Column("lane", Words, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("idempotency_key", Words, nullable=False),
    Column("payload", Json, nullable=False),
    Column("state", Words, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("claims", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("lease_until", Instant),
    Column("lease_owner", Words, nullable=False),
    Column("last_error", Words, nullable=False),
)

posting = Table(
    "posting",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("case_id", BigInteger, nullable=False),
    Column("platform", Words, nullable=False),
    Column("token", Words, nullable=False),
    Column("thread_platform", Words, nullable=False),
    Column("thread_token", Words, nullable=False),
    Column("receipt", Json, nullable=False),
)

answered = Table(
    "answered",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("question", Words, nullable=False),
    Column("outcome", Words, nullable=False),
    Column("entries", Json, nullable=False),
    Column("knowledge", Words, nullable=False),
    Column("asker", Words, nullable=False),
    Column("event_id", Words, nullable=False),
    Column("link", Words, nullable=False),
    Column("files", Integer, nullable=False),
    Column("conversation", Words, nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("answered_id", BigInteger, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("verdict", Words, nullable=False),
    Column("entries", Json, nullable=False),
    Column("knowledge", Words, nullable=False),
)

adapter_state = Table(
    "adapter_state",
    metadata,
    Column("platform", Words, primary_key=True),
    Column("key", Words, primary_key=True),
    Column("value", Words, nullable=False),
    Column("used_at", Instant),
)

knowledge_snapshot = Table(
    "knowledge_snapshot",
    metadata,
    Column("revision", Words, primary_key=True),
    Column("text", Words, nullable=False),
    Column("saved_at", Instant, nullable=False),
)
