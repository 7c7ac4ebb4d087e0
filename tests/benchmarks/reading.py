"""How long the desk needs at most to read what somebody wrote, and to compare an enquiry with the recent ones."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from bot.config import from_mapping
from bot.desk.press_desk import PressDesk
from bot.domain import deadlines
from bot.domain.case import CaseKind, Details
from bot.domain.extraction import extract_details
from bot.domain.schedule import EscalationPolicy
from bot.domain.similarity import Enquiry, enquiry_of, related
from bot.domain.triage import is_delicate, triage
from tests import hostile_reading
from tests.desk import SETTINGS
from tests.hostile_reading import process_time

LENGTHS = (4_000, 9_500, 40_000, hostile_reading.LONGEST)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
UNKNOWN = Details()
WORST = 3


def run() -> list[str]:
    """The texts that took longest at each length, then the 40th and the 100th long enquiry."""
    policy = PressDesk(from_mapping(SETTINGS, {})).policy
    deadlines.read("friday", policy.hours, NOW)  # the first date loads the calendar of holidays
    return [*(_worst(length, policy) for length in LENGTHS), *(_compared(count) for count in (40, 100))]


def _worst(length: int, policy: EscalationPolicy) -> str:
    texts = hostile_reading.texts(length)
    took = sorted(((process_time(partial(_read, texts[name], policy)), name) for name in texts), reverse=True)
    worst = ", ".join(f"{seconds * 1000:.0f} ms ({name})" for seconds, name in took[:WORST])
    return f"triage and details of {length:,} characters, the worst of {len(texts)} texts: {worst}"


def _read(text: str, policy: EscalationPolicy) -> None:
    triage(CaseKind.MEDIA, text, UNKNOWN, policy, NOW)
    extract_details(UNKNOWN, text, policy, NOW)
    is_delicate(text)


def _compared(count: int) -> str:
    others = [_enquiry(number) for number in range(count - 1)]
    cold = process_time(lambda: related(_enquiry(count), others, {}))
    warm = process_time(lambda: related(_enquiry(count + 1), others, {}))
    return (
        f"enquiry number {count} of {hostile_reading.AN_ENQUIRY:,} characters, compared with the others: "
        f"{warm * 1000:.0f} ms, after a start {cold * 1000:.0f} ms"
    )


def _enquiry(number: int) -> Enquiry:
    return enquiry_of(UNKNOWN, hostile_reading.enquiry(number, "flood"), case_id=number)


if __name__ == "__main__":
    print("\n".join(run()))
