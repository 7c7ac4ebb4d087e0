"""What follows from a further message of somebody with an open enquiry: each row of the table of what belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.desk.delivery_outcomes import DeliveryOutcomes
from bot.domain.case import StepKind
from bot.messages import Pressed
from bot.presentation import texts
from bot.queue import outbox
from bot.queue.outbox import SendToThread
from bot.storage.schema import press_case
from tests.desk import direct, person, said
from tests.dialogue import SURE, UNSURE, Again, Fills, Presses, Says, Stage, Turn, Waits
from tests.scenarios.trouble import AWAY, breaks, mends
from tests.scenarios.turns import ADDED, ANOTHER, CLAIM, CLOSE, ENQUIRY, FURTHER, REPLY, REPORT

BBC = "the BBC rang and asked for a spokesperson about something else, deadline 5pm"
UNCLEAR = "yes three is fine"
NOT_KNOWN = f"… {texts.add_to('M-1')}"
COFFEE = Says("sam", "may I bring coffee into the reading room?", sees={"sam": ["Yes, in a closed cup."]})
PRIVATE = (
    Says("sam", "can I moan about my boss", sees={"sam": ["That is a matter for the pay office"]}),
    Says("sam", "i forgot my moodle password", sees={"sam": [texts.UNKNOWN]}),
    Says("sam", "how is overtime paid", sees={"sam": ["That is a matter for the pay office"]}),
    Says("sam", "she shouted at me and wants it by five", sees={"sam": [NOT_KNOWN]}),
    Says("sam", "thanks a lot", sees={"sam": ["You are welcome."]}),
    COFFEE,
)
ASKED = Says("sam", UNCLEAR, sees={"sam": ["Send this to Anna? … Send … Don't send"]})

DIALOGUES: dict[str, Sequence[Turn]] = {
    "another outlet is a case of its own, with its own deadline": [
        REPORT,
        Says(
            "sam",
            BBC,
            sees={
                "press": [f"M-2 · Media enquiry · unclaimed … 17:00 … {BBC}"],
                "sam": ["I’m passing this to the press office now. … M-2"],
            },
        ),
        Says("sam", "M-1: she rang back", sees={"sam": ["I’ve added this to M-1."], "press/1": ["Sam adds:"]}),
    ],
    "plainly about the case": [
        REPORT,
        ADDED,
        Says("sam", "his number is 07700 900123", sees={"sam": ["I’ve added"], "thread": ["Sam adds:"]}),
        Says("sam", "m-1 again: they came round", sees={"sam": ["I’ve added"], "thread": ["Sam adds:"]}),
    ],
    "the words of an enquiry come after something else": [
        REPORT,
        COFFEE,
        Says("sam", "she wants it by six", sees={"sam": [f"{texts.UNKNOWN} … {texts.add_to('M-1')}"]}),
        Presses(
            "sam",
            "Add this to M-1",
            sees={"sam": ["I’ve added this to M-1."], "thread": ["Sam adds: … > she wants it by six"]},
            learns=["delivered"],
        ),
        Presses("sam", "Add this to M-1", notice=texts.ALREADY_PASSED_ON),
    ],
    "what is private is passed on to nobody": [REPORT, *PRIVATE, CLAIM, *PRIVATE],
    "what an answer goes with is not passed on either": [
        REPORT,
        Says(
            "sam",
            "her name is Joan. may I bring coffee into the reading room?",
            sees={"sam": ["Yes, in a closed cup."]},
        ),
    ],
    "an answer to an officer is sent when they say so": [
        REPORT,
        REPLY,
        ASKED,
        Presses("joe", "Send", at="sam", notice=texts.NOT_YOURS),
        Presses(
            "sam",
            "Send",
            sees={"sam": ["I’ve added this to M-1."], "thread": [f"Sam adds: … > {UNCLEAR}"]},
        ),
        Presses("sam", "Don't send", notice=texts.ALREADY_PASSED_ON),
        Says("sam", UNCLEAR, sees={"sam": [NOT_KNOWN]}),
    ],
    "an answer to an officer is kept when they say so": [
        REPORT,
        REPLY,
        ASKED,
        Presses("sam", "Don't send", notice=texts.NOT_SENT, sees={"sam": [texts.UNKNOWN]}),
    ],
    "an answer to an officer in the form": [
        REPORT,
        REPLY,
        COFFEE,
        Presses("sam", "Answer Anna", form="Answer Anna: M-1"),
        Fills("sam", {"text": " "}, problem=texts.NOTHING_WRITTEN),
        Fills(
            "sam",
            {"text": "three is fine"},
            sees={"sam": ["I’ve added this to M-1."], "thread": ["Sam adds: … > three is fine"]},
            learns=[],
        ),
        Presses("sam", "Undo", sees={"sam": ["Taken back."], "thread": [texts.took_back("Sam")]}),
        Presses("joe", "Answer Anna", at="sam", notice=texts.NOT_YOURS),
    ],
    "what is edited before it is sent is sent as it reads then": [
        REPORT,
        Says("sam", "the vicar is a fool, three is fine", sees={"sam": [NOT_KNOWN]}),
        Says("sam", UNCLEAR, edits=1),
        Presses(
            "sam",
            "Add this to M-1",
            sees={"sam": ["I’ve added this to M-1."], "thread": [f"Sam adds: … > {UNCLEAR}"]},
        ),
    ],
    "nothing is added to a case that was closed": [
        REPORT,
        Says("sam", UNCLEAR, sees={"sam": [NOT_KNOWN]}),
        CLAIM,
        *CLOSE,
        Presses("sam", "Add this to M-1", notice=texts.no_longer_open("M-1")),
        Says("sam", UNCLEAR, sees={"sam": [texts.UNKNOWN]}),
    ],
    "where it is not sure of the media, it asks and offers": [
        REPORT,
        UNSURE,
        Says("sam", ENQUIRY, sees={"sam": [f"{texts.CONFIRM_MEDIA} … Yes, pass it on … No … Add this to M-1"]}),
        SURE,
    ],
    "another colleague in the channel adds nothing": [
        Says(
            "sam",
            ENQUIRY,
            at="#yard",
            sees={"press": ["M-1"], "sam": ["M-1"], "#yard": [texts.SEE_DIRECT_MESSAGE]},
        ),
        Says("sam", UNCLEAR, at="#yard", sees={"#yard": [NOT_KNOWN]}),
        Presses("joe", "Add this to M-1", at="#yard", notice=texts.NOT_YOURS),
        Says("joe", "she wants it by six", at="#yard", sees={"#yard": [texts.UNKNOWN]}),
    ],
    "taken back": [
        REPORT,
        ADDED,
        Presses("joe", "Undo", at="sam", notice=texts.NOT_YOURS),
        Presses(
            "sam",
            "Undo",
            sees={"sam": [texts.taken_back_for_asker("M-1", mailed=False)], "thread": [texts.took_back("Sam")]},
            card="Sam added a message (taken back) … Sam took back a message",
        ),
        Again(notice=texts.TAKEN_BACK_ALREADY),
        Says("sam", "my secret", edits=1),
    ],
    "an e-mail stays": [
        REPORT,
        ADDED,
        Waits(timedelta(minutes=46), sees={"thread": ["15", "30", "45"], "mail": [FURTHER]}),
        Presses(
            "sam",
            "Undo",
            at="sam",
            sees={"sam": [texts.taken_back_for_asker("M-1", mailed=True)], "thread": [texts.took_back("Sam")]},
        ),
    ],
    "once an officer has acted, they decide": [
        REPORT,
        ADDED,
        CLAIM,
        Presses("sam", "Undo", sees={"sam": [f"{texts.cannot_undo('M-1')} … Ask to remove"]}),
        Presses(
            "sam",
            "Ask to remove",
            sees={"sam": [texts.removal_asked_for_asker("M-1")], "thread": [f"{texts.asks_to_remove('Sam')} … Remove"]},
            card="Sam asked to remove a message",
        ),
        Presses("sam", "Ask to remove", notice=texts.REMOVAL_ALREADY_ASKED),
        Presses("joe", "Remove", at="thread", notice=texts.NOT_AN_OFFICER),
        Presses(
            "ben",
            "Remove",
            at="thread",
            sees={"sam": [texts.removed_for_asker("M-1")], "thread": [texts.removed_below("Ben")]},
            card="Sam added a message (taken back) … Ben removed a message",
        ),
        Presses("ben", "Remove", at="thread", notice=texts.TAKEN_BACK_ALREADY),
    ],
    "what is another enquiry by now is not taken back": [
        REPORT,
        Says("sam", ANOTHER, sees={"sam": ["I’ve added"], "thread": ["Sam adds:"]}),
        Presses("sam", "This is another enquiry", sees={"press": ["M-2"], "sam": ["M-2"], "press/1": ["M-2"]}),
        Presses("sam", "Undo", notice=texts.ALREADY_PASSED_ON),
    ],
}


@pytest.mark.parametrize("name", DIALOGUES)
async def test_dialogue(stage: Stage, name: str) -> None:
    await stage.play(DIALOGUES[name])


async def test_an_enquiry_that_may_be_another_mentions_whoever_is_on_call(stage: Stage) -> None:
    added = Says("sam", ANOTHER, sees={"sam": ["I’ve added … This is another enquiry"], "thread": ["Sam adds:"]})
    await stage.play([REPORT, added])
    (line,) = stage.harness.at(stage.place("thread"))
    assert "slack:ben" in str(line.versions[-1].blocks[0])


async def test_no_time_makes_a_message_belong_to_a_case(stage: Stage) -> None:
    await stage.play([REPORT, CLAIM])
    for time in (timedelta(), timedelta(seconds=1), timedelta(minutes=119)):
        await stage.harness.pass_time(time)
        before = stage.harness.at(stage.place("thread"))
        await stage.play([Says("sam", UNCLEAR, sees={"sam": [NOT_KNOWN]})])
        assert stage.harness.at(stage.place("thread")) == before


def everything_at_press(stage: Stage) -> str:
    """All that can be read in the press office's channel, and all that the desk keeps of the case."""
    with stage.harness.store.transaction() as tx:
        kept = [tx.cases.load(1), tx.cases.steps(1), [job.payload for job in tx.jobs.deliveries_of(1)]]
    shown = [each for each in stage.harness.platforms["slack"].shown if each.to.token.startswith("c-press")]
    return f"{kept} {[each.versions[-1] for each in shown if not each.deleted]}"


async def test_what_is_taken_back_is_nowhere(stage: Stage) -> None:
    await stage.play([REPORT, ADDED])
    assert FURTHER in everything_at_press(stage)
    edited = f"{FURTHER}, her number is 07700 900123"
    await stage.play([Says("sam", edited, edits=1, sees={"thread": ["It now reads:"]})])
    await stage.play([Presses("sam", "Undo", sees={"sam": ["Taken back."], "thread": [texts.took_back("Sam")]})])
    left = everything_at_press(stage)
    assert FURTHER not in left
    assert "900123" not in left
    with stage.harness.store.transaction() as tx:
        case = tx.cases.load(1)
    assert case is not None
    assert not case.due_known


async def test_what_was_not_delivered_is_never_delivered(stage: Stage) -> None:
    await stage.play([REPORT, breaks("c-press", AWAY), Says("sam", FURTHER, sees={"sam": ["M-1"]})])
    await stage.play([Presses("sam", "Undo", sees={"sam": ["Taken back."]}), mends("c-press")])
    await stage.harness.pass_time(timedelta(hours=1))
    assert FURTHER not in everything_at_press(stage)
    shown = [each for each in stage.harness.platforms["slack"].shown if each.to.token.startswith("c-press")]
    assert not any(FURTHER in str(each.versions) for each in shown)


async def test_a_message_that_is_being_sent_is_deleted_when_it_has_arrived(stage: Stage) -> None:
    """A relay holds the line while it is taken back, so the line can not be cancelled."""
    await stage.play([REPORT])
    await stage.harness.desk.handle(said(person("sam"), FURTHER, "e9"))
    await stage.harness._decide_all()
    with stage.harness.store.transaction() as tx:
        first = tx.jobs.claim("another process", 100, timedelta(minutes=1))
        tx.jobs.done(first)  # the card, which comes before the line in its lane
        held = [*first, *tx.jobs.claim("another process", 100, timedelta(minutes=1))]
    with stage.harness.store.transaction() as tx:
        added = next(at for at, step in enumerate(tx.cases.steps(1)) if step.kind is StepKind.ADDED)
    await stage.harness.desk.handle(
        Pressed("e10", person("sam"), "case.undo", f"1@1:{added}", direct(person("sam")), direct(person("sam")))
    )
    (line,) = [job for job in held if "below" in str(job.payload)]
    arrived = outbox.read(line)
    assert isinstance(arrived, SendToThread)
    receipt = await stage.harness.platforms["slack"].send(stage.place("thread"), arrived.outgoing, line.key)
    with stage.harness.store.transaction() as tx:
        assert tx.jobs.done([line])
        DeliveryOutcomes(stage.harness.press_desk, stage.harness.active_knowledge).sent(tx, line, receipt)
    await stage.harness.pass_time(timedelta(minutes=5))
    assert FURTHER not in everything_at_press(stage)


@pytest.mark.parametrize("held", [True, False])
async def test_what_has_to_be_kept_is_not_taken_back(stage: Stage, *, held: bool) -> None:
    await stage.play([REPORT, ADDED])
    with stage.harness.store.transaction() as tx:
        tx.connection.execute(update(press_case).values({"held" if held else "foi": True}))
    await stage.play(
        [
            Presses("sam", "Undo", sees={"sam": [texts.cannot_undo("M-1")]}),
            Presses("sam", "Ask to remove", sees={"sam": [texts.removal_asked_for_asker("M-1")], "thread": ["Remove"]}),
        ]
    )
    if held:
        await stage.play([Presses("anna", "Remove", at="thread", notice=texts.held("M-1"))])
        assert FURTHER in everything_at_press(stage)
