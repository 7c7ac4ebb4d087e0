"""The tables as SQLAlchemy sees them. `migrations/` creates them; a test keeps the two equal."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, MetaData, Table, false

from bot.storage.sql import Json, JsonObject, SafeText, Timestamp

metadata = MetaData()

schema_version = Table("schema_version", metadata, Column("version", Integer, nullable=False))

inbound_event = Table(
    "inbound_event",
    metadata,
    Column("source", SafeText, primary_key=True),
    Column("event_id", SafeText, primary_key=True),
    Column("received_at", Timestamp, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("source", SafeText, nullable=False),
    Column("event_id", SafeText, nullable=False),
    Column("person", SafeText, nullable=False),
    Column("conversation", SafeText, nullable=False),
    Column("version", Integer, nullable=False),
    Column("payload", Json, nullable=False),
    Column("state", SafeText, nullable=False),
    Column("turn", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("claims", Integer, nullable=False),
    Column("held", Boolean, nullable=False),
    Column("case_id", BigInteger),
    Column("received_at", Timestamp, nullable=False),
    Column("due_at", Timestamp, nullable=False),
    Column("lease_until", Timestamp),
    Column("lease_owner", SafeText, nullable=False),
)

press_case = Table(  # CASE is a keyword of SQL
    "press_case",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("kind", SafeText, nullable=False),
    Column("state", SafeText, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("turned", Integer, nullable=False),  # the revision at which its state or owner last changed
    Column("opened_at", Timestamp, nullable=False),
    Column("outlet", SafeText, nullable=False),
    Column("journalist", SafeText, nullable=False),
    Column("contact", SafeText, nullable=False),
    Column("deadline", SafeText, nullable=False),
    Column("about", SafeText, nullable=False),
    Column("owner_platform", SafeText),
    Column("owner_id", SafeText),
    Column("owner_name", SafeText),
    Column("outcome", SafeText),
    Column("claimed_at", Timestamp),
    Column("answered_at", Timestamp),
    Column("closed_at", Timestamp),
    Column("restricted", Boolean, nullable=False),
    Column("unreachable", SafeText, nullable=False),
    Column("held", Boolean, nullable=False, server_default=false()),
    Column("callback", SafeText, nullable=False),
    Column("questions", SafeText, nullable=False),
    Column("medium", SafeText, nullable=False),
    Column("slot", SafeText, nullable=False),
    Column("embargo", SafeText, nullable=False),
    Column("said", SafeText, nullable=False),
    Column("due_at", Timestamp),
    Column("due_known", Boolean, nullable=False),
    Column("due_words", SafeText, nullable=False, server_default=""),
    Column("urgent", Boolean, nullable=False),
    Column("responded_at", Timestamp),
    Column("waiting_until", Timestamp),
    Column("waiting_for", SafeText, nullable=False),
    Column("offered_platform", SafeText),
    Column("offered_id", SafeText),
    Column("offered_name", SafeText),
    Column("foi", Boolean, nullable=False),
    Column("incident_id", BigInteger),
    Column("joined_into", BigInteger),
)

case_asker = Table(
    "case_asker",
    metadata,
    Column("case_id", BigInteger, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("person_platform", SafeText, nullable=False),
    Column("person_id", SafeText, nullable=False),
    Column("person_name", SafeText, nullable=False),
    Column("direct_platform", SafeText, nullable=False),
    Column("direct_token", SafeText, nullable=False),
    Column("at_platform", SafeText, nullable=False),
    Column("at_token", SafeText, nullable=False),
    Column("text", SafeText, nullable=False),
    Column("said_at", Timestamp, nullable=False),
    Column("event_id", SafeText, nullable=False),
    Column("link", SafeText, nullable=False),
    Column("files", Integer, nullable=False),
    Column("from_case", BigInteger),
    Column("membership", SafeText, nullable=False, server_default=""),
)

case_step = Table(
    "case_step",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("case_id", BigInteger, nullable=False),
    Column("at", Timestamp, nullable=False),
    Column("kind", SafeText, nullable=False),
    Column("by_platform", SafeText),
    Column("by_id", SafeText),
    Column("by_name", SafeText),
    Column("text", SafeText, nullable=False),
    Column("event_id", SafeText, nullable=False),
    Column("label", SafeText, nullable=False),
)

case_statement = Table(
    "case_statement",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("case_id", BigInteger, nullable=False),
    Column("at", Timestamp, nullable=False),
    Column("by_platform", SafeText),
    Column("by_id", SafeText),
    Column("by_name", SafeText),
    Column("text", SafeText, nullable=False),
    Column("approver", SafeText, nullable=False),
    Column("recipient", SafeText, nullable=False),
)

case_link = Table(
    "case_link",
    metadata,
    Column("case_id", BigInteger, primary_key=True),
    Column("other_id", BigInteger, primary_key=True),
    Column("kind", SafeText, nullable=False),
    Column("at", Timestamp, nullable=False),
)

incident = Table(
    "incident",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("title", SafeText, nullable=False),
    Column("holding_line", SafeText, nullable=False),
    Column("lead", SafeText, nullable=False),
    Column("started_at", Timestamp, nullable=False),
    Column("ended_at", Timestamp),
    Column("by_platform", SafeText),
    Column("by_id", SafeText),
    Column("by_name", SafeText),
)

false_alarm = Table(
    "false_alarm",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("at", Timestamp, nullable=False),
    Column("text", SafeText, nullable=False),
)

lane = Table(
    "lane",
    metadata,
    Column("name", SafeText, primary_key=True),
    Column("next_seq", BigInteger, nullable=False),
)

job = Table(
    "job",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("kind", SafeText, nullable=False),
    Column("case_id", BigInteger),
    Column("lane", SafeText, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("idempotency_key", SafeText, nullable=False),
    Column("payload", JsonObject, nullable=False),
    Column("state", SafeText, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("claims", Integer, nullable=False),
    Column("due_at", Timestamp, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("ended_at", Timestamp),
    Column("lease_until", Timestamp),
    Column("lease_owner", SafeText, nullable=False),
    Column("last_error", SafeText, nullable=False),
)

posting = Table(
    "posting",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("case_id", BigInteger, nullable=False),
    Column("platform", SafeText, nullable=False),
    Column("token", SafeText, nullable=False),
    Column("thread_platform", SafeText, nullable=False),
    Column("thread_token", SafeText, nullable=False),
    Column("receipt", Json, nullable=False),
)

relayed = Table(
    "relayed",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("case_id", BigInteger, nullable=False),
    Column("event_id", SafeText, nullable=False),
    Column("receipt", Json, nullable=False),
)

answered = Table(
    "answered",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("at", Timestamp, nullable=False),
    Column("question", SafeText, nullable=False),
    Column("outcome", SafeText, nullable=False),
    Column("entries", Json, nullable=False),
    Column("knowledge", SafeText, nullable=False),
    Column("asker", SafeText, nullable=False),
    Column("event_id", SafeText, nullable=False),
    Column("link", SafeText, nullable=False),
    Column("files", Integer, nullable=False),
    Column("conversation", SafeText, nullable=False),
    Column("beside", Json, nullable=False, server_default="{}"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("answered_id", BigInteger, primary_key=True),
    Column("at", Timestamp, nullable=False),
    Column("verdict", SafeText, nullable=False),
    Column("entries", Json, nullable=False),
    Column("knowledge", SafeText, nullable=False),
)

adapter_state = Table(
    "adapter_state",
    metadata,
    Column("platform", SafeText, primary_key=True),
    Column("key", SafeText, primary_key=True),
    Column("value", SafeText, nullable=False),
    Column("used_at", Timestamp),
)

knowledge_snapshot = Table(
    "knowledge_snapshot",
    metadata,
    Column("revision", SafeText, primary_key=True),
    Column("text", SafeText, nullable=False),
    Column("saved_at", Timestamp, nullable=False),
)
