from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from bot.domain.case import CaseKind, Details
from bot.errors import StoreUnavailable
from bot.storage.engine import Store
from bot.storage.records import JobKind, NewJob
from bot.storage.schema import inbound_event, job, press_case
from bot.storage.sql import Prepared
from bot.storage.transaction import Transaction
from tests.clock import ManualClock

_JOB = select(job).where(job.c.idempotency_key == bindparam("key"))
_CASE = select(press_case).where(press_case.c.id == bindparam("id"))
_EVENT = insert(inbound_event).returning(inbound_event.c.event_id)
PREPARED_JOB, PREPARED_CASE, PREPARED_EVENT = Prepared(_JOB), Prepared(_CASE), Prepared(_EVENT)


def test_a_row_is_read_as_sqlalchemy_reads_it(store: Store) -> None:
    payload = {"v": 1, "words": "“né” \0 \U0001f600", "list": [1, 2.5, None, True]}
    with store.transaction() as tx:
        due = tx.now + timedelta(microseconds=1)
        tx.jobs.put(NewJob(JobKind.SEND, "lane", "key", payload, due))
        case = tx.cases.create(CaseKind.MEDIA, None, Details(outlet="The Times"), urgent=True, due_at=due)
        rows = [*PREPARED_JOB.all(tx, {"key": "key"}), *PREPARED_CASE.all(tx, {"id": case.id})]
        wanted = [*tx.connection.execute(_JOB, {"key": "key"}), *tx.connection.execute(_CASE, {"id": case.id})]

        assert [tuple(row) for row in rows] == [tuple(row) for row in wanted]
        assert [row._fields for row in rows] == [row._fields for row in wanted]
        assert (rows[0].payload, rows[0].due_at, rows[1].urgent, rows[1].held) == (payload, due, True, False)


def test_what_is_not_found_is_none(store: Store) -> None:
    with store.transaction() as tx:
        assert PREPARED_JOB.all(tx, {"key": "nobody's"}) == []
        assert PREPARED_JOB.first(tx, {"key": "nobody's"}) is None


def test_the_parameters_are_those_of_each_time(store: Store) -> None:
    with store.transaction() as tx:
        for name in ("a", "b"):
            assert PREPARED_EVENT.first(tx, {"source": "x", "event_id": name, "received_at": tx.now}) == name


def test_what_the_database_refuses_is_raised_as_for_every_other_statement(store: Store) -> None:
    row = {"source": "x", "event_id": "twice"}

    def add(tx: Transaction) -> None:
        PREPARED_EVENT.first(tx, row | {"received_at": tx.now})

    with store.transaction() as tx:
        add(tx)
    with pytest.raises(IntegrityError), store.transaction() as tx:
        add(tx)


async def test_a_database_that_cannot_be_written_is_an_outage(sqlite_url: str, clock: ManualClock) -> None:
    store = Store(sqlite_url, clock)
    store.open()
    with store.transaction() as tx:
        tx.connection.exec_driver_sql("PRAGMA query_only = ON")

    with pytest.raises(StoreUnavailable, match="readonly"):
        await store.run(lambda tx: tx.events.claim_once("slack", "E1"))
    store.close()
