"""Said when time passes: reminders, calls, nudges, deadlines, and the handing over of an enquiry."""

from __future__ import annotations

from datetime import datetime

HAND_OVER, TAKE, DECLINE, WAIT = "Hand over", "I take it over", "I cannot", "Wait for facts"
HAND_OVER_TO = "To whom"
WAIT_FOR, WAIT_UNTIL = "What you wait for", "Until when"
WAIT_HINT = "Such as 16:00, or tomorrow at noon"
NOT_A_TIME = "I cannot read that as a time to come. Write one such as 16:00."
NO_HURRY = "Nobody asks how an ordinary question is going, so there is nothing to put off. A note is enough."
CLAIM_FIRST = "Nobody has this yet. Claim it first."
NOT_OFFERED = "This was not offered to you, or not any more."
CHOOSE_AN_OFFICER = "Choose one of the officers."
NO_OTHER_OFFICER = "I know of no other officer. “Unclaim” leaves it to whoever comes."
NOBODY_TO_CALL = "Nobody is on call."
HURRIES = "It is urgent."
CALLS = "Whoever is on call: please claim it."
MAILED = "It went to the press office by e-mail as well."


def spoken(at: datetime, now: datetime) -> str:
    """When something is, as it goes into a sentence: “today at 16:00”, “on Monday at 09:00”.

    Both in the zone of whoever reads it.
    """
    days = (at.date() - now.date()).days
    if days in {0, 1}:
        return f"{'tomorrow' if days else 'today'} at {at:%H:%M}"
    if 1 < days < 7:
        return f"on {at:%A} at {at:%H:%M}"
    return f"on {at.day} {at:%B}{'' if at.year == now.year else f' {at.year}'} at {at:%H:%M}"


def told_to_phone(number: str) -> str:
    """Below the card: nobody took the case, and the asker was told so."""
    return f"The person who asked was told to phone {number}." if number else "The person who asked was told to phone."


def phone_for_asker(reference: str, number: str) -> str:
    """Markdown. Nobody took the case in time."""
    call = f"Please phone the press office on **{number}**" if number else "Please phone the press office"
    return f"Nobody in the press office has taken {reference} up yet. {call} and give that reference."


def nudge(reference: str) -> str:
    """To the owner who has been silent, below the card."""
    ways = f"Write a note, or press “{WAIT}” or “Unclaim”."
    return f"How is {reference} going? {ways} Without a sign it goes back to the others."


def waited(reference: str, facts: str) -> str:
    """To the owner, when the time has come until which they wanted to wait."""
    what = f" for {facts}" if facts else ""
    return f"The time until which {reference} waited{what} has come. Without a sign it goes back to the others."


def returned(reference: str, officer: str) -> str:
    """Below the card, when an owner stayed silent."""
    return (
        f"There was no sign of {officer}, so {reference} is back in the queue. Whoever can take it on, please claim it."
    )


def returned_for_asker(reference: str) -> str:
    """Told to the asker when a case lost an owner who stayed silent."""
    return f"{reference} is with the whole press office again. I will tell you who takes it up."


def deadline_near(reference: str, at: str, *, known: bool) -> str:
    """Below the card. `at` is `spoken`."""
    if known:
        return f"The journalist of {reference} needs the answer {at}, and I know of none yet."
    return f"No deadline is known for {reference}, so the end of the day counts: {at}. I know of no answer yet."


def deadline_passed(reference: str, *, known: bool) -> str:
    """Below the card."""
    what = "The deadline" if known else "The day that counted as the deadline"
    return f"{what} of {reference} has passed, and I know of no answer to the journalist."


def waits(officer: str, facts: str, until: str) -> str:
    """Below the card. `until` is `spoken`."""
    return f"{officer} waits for {facts} until {until}." if facts else f"{officer} waits until {until}."


def waiting(facts: str, until: str) -> str:
    """In the history, after “waits”. `until` is a `moment`, since a history is read on other days."""
    return f"{facts}, until {until}" if facts else f"until {until}"


def asks_to_take(officer: str, reference: str, to: str) -> str:
    """Below the card, to the officer who is to take the case over."""
    return f"{officer} asks {to} to take over {reference}. Until then {officer} keeps it."


def took_over(officer: str, reference: str, before: str) -> str:
    """Below the card, to the officer who had the case before."""
    return f"{officer} has taken {reference} over from {before}."


def declined(officer: str, reference: str, owner: str) -> str:
    """Below the card, to the officer who offered the case."""
    return f"{officer} cannot take {reference} over. {owner} keeps it."


def shift_ends(at: str, *, over: bool) -> str:
    """Heads the message with all open cases. `at` is `spoken`."""
    return f"The shift {'ended' if over else 'ends'} {at}. These enquiries are open; who goes on with which?"
