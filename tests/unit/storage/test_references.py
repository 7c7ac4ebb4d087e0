"""The numbers of references: none is given twice, also after a restore."""

from __future__ import annotations

import pytest

from bot.admin import casebook
from bot.domain.case import CaseKind, Details
from bot.errors import UserError
from bot.storage.engine import Store


def opened(store: Store, kind: CaseKind = CaseKind.MEDIA) -> str:
    with store.transaction() as tx:
        return tx.cases.create(kind, None, Details()).reference


def set_next(store: Store, reference: str) -> int:
    with store.transaction() as tx:
        return casebook.set_next_reference(tx, reference)


def coming(store: Store) -> int:
    with store.transaction() as tx:
        return tx.references.next_number()


def test_the_next_reference_is_set_once_and_for_all(store: Store) -> None:
    assert coming(store) == 1
    assert set_next(store, "m-5") == 5
    assert [opened(store), opened(store, CaseKind.QUESTION)] == ["M-5", "Q-6"]
    assert coming(store) == 7
    assert set_next(store, " Q-500 ") == 500
    assert set_next(store, "M-500") == 500
    assert [coming(store), opened(store), coming(store)] == [500, "M-500", 501]


def test_a_reference_that_was_given_or_skipped_is_refused(store: Store) -> None:
    opened(store)
    set_next(store, "M-10")
    for given in ("M-1", "M-9", "Q-0"):
        with pytest.raises(UserError, match=r"was given already, or was skipped\. Name M-10 or a higher one"):
            set_next(store, given)
    assert opened(store) == "M-10"


@pytest.mark.parametrize("reference", ["", "500", "M500", "M-", "M--5", "X-5", "M-5x", "M-٥", "M-1234567890"])
def test_what_is_no_reference_is_refused(quick_store: Store, reference: str) -> None:
    with pytest.raises(UserError, match="is no reference"):
        set_next(quick_store, reference)
