"""App Home: what a page holds, and what it says of the rest."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.to_slack.views import home_view
from bot.messages import Button, Buttons, Caption, CaseHead, Markdown, Outgoing, View
from bot.presentation import texts
from tests.slack import limits

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ANSWERS = View("home", texts.HOME, (Outgoing((Markdown("Ask me."),), "Ask me."),))


def case(number: int, rows: int) -> Outgoing:
    head = CaseHead(f"M-{number}", "Media enquiry", "unclaimed", NOON)
    button = Button("Claim", "case.claim", f"{number}@1")
    return Outgoing((head, *[Buttons((button,))] * rows, Caption("small print")), f"M-{number}")


@given(st.lists(st.integers(0, 4), max_size=60))
def test_a_page_keeps_slack_s_limits_and_counts_what_it_leaves_out(rows: list[int]) -> None:
    queue = View("queue", texts.QUEUE, tuple(case(number, each) for number, each in enumerate(rows)))
    page = home_view([queue, ANSWERS], "T0HOME")
    assert limits.wrong_view(page) == []
    words = limits.read(page["blocks"])
    held = [number for number in range(len(rows)) if f"M-{number} " in words]
    assert held == list(range(len(held)))
    left_out = len(rows) - len(held)
    assert (texts.not_shown(left_out) in words) == bool(left_out)
    assert "Ask me." in words


def test_two_dozen_cases_as_they_mostly_are_fit() -> None:
    queue = View("queue", texts.QUEUE, tuple(case(number, 1) for number in range(19)))
    assert "more cannot be shown" not in limits.read(home_view([queue, ANSWERS], "T0HOME")["blocks"])
