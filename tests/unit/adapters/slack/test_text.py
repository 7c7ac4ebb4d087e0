"""Slack's text, rich text and forms, one by one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.conversations import Conversations, direct_address, parse_address
from adapters.slack.from_slack import ShareRequest, mentions, to_plain_text, without_mention
from adapters.slack.responses import ResponseRenderer
from adapters.slack.settings import SlackSettings
from adapters.slack.to_slack.blocks import message_parts, to_blocks
from adapters.slack.to_slack.from_markdown import to_rich_text
from adapters.slack.to_slack.rich_text import rich_text_blocks, split_text
from adapters.slack.to_slack.views import form_modal, form_values
from adapters.slack.web_api import SlackWebApi
from bot.errors import PermanentFailure
from bot.messages import (
    Address,
    Button,
    Buttons,
    Caption,
    Field,
    Form,
    Markdown,
    Mention,
    Outgoing,
    Person,
    Pressed,
    SyncResponse,
)
from bot.storage.adapter_state import DurableState
from bot.storage.engine import Store
from tests.clock import ManualClock
from tests.contract.adapters import RecordingDesk
from tests.slack import limits
from tests.slack.workspace import escaped

anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@given(typed=anything)
def test_what_was_typed_comes_back_as_it_was(typed: str) -> None:
    assert to_plain_text(escaped(typed)) == typed


@pytest.mark.parametrize(
    ("slacks", "words"),
    [
        ("<https://a.example>", "https://a.example"),
        ("<https://a.example|the policy>", "the policy (https://a.example)"),
        ("<mailto:kim@a.example|kim@a.example>", "kim@a.example"),
        ("<tel:+441524|+441524>", "+441524 (tel:+441524)"),
        ("<@U0SAM> and <@U0SAM|sam>", "@U0SAM and @sam"),
        ("<#C1|general> <#C1>", "#general #C1"),
        ("<!channel> <!here|here> <!subteam^S1|@press>", "@channel here @press"),
        ("<!date^1^{date}|today>", "today"),
        ("&amp;lt; &lt;!channel&gt;", "&lt; <!channel>"),
    ],
)
def test_mentions_and_links_become_words(slacks: str, words: str) -> None:
    assert to_plain_text(slacks) == words


def test_the_mention_of_the_desk_is_no_part_of_the_question() -> None:
    assert without_mention("<@U0DESK> hello <@U0DESK|desk>", "U0DESK") == "hello"
    assert mentions("<@U0DESK|desk> hi", "U0DESK")
    assert not mentions("<@U0DESKS> hi", "U0DESK")


@given(words=anything, length=st.integers(1, 50))
def test_pieces_are_short_and_together_the_whole(words: str, length: int) -> None:
    found = list(split_text(words, length))
    assert "".join(found) == words
    assert all(0 < len(piece) <= length for piece in found)


@given(
    markdown=st.lists(st.sampled_from(["- ", "1. ", "> ", "**", "`", "# ", "\n", "\n\n", "  ", "a", "[x](http://y)"]))
)
def test_any_markdown_is_something_that_slack_takes(markdown: list[str]) -> None:
    shown = list(to_blocks(Outgoing((Markdown("".join(markdown)),), "")))
    assert limits.wrong(shown) == []


def test_markdown_keeps_its_shape() -> None:
    source = (
        "**No.** See [it](https://a.example).\n\n- one\n  1. *first*\n- two\n\n> said\n\n```\nx = 1\n```\n\n~~gone~~"
    )
    kinds = [(part["type"], part.get("style"), part.get("indent")) for part in to_rich_text(source)]
    assert kinds == [
        ("rich_text_section", None, None),
        ("rich_text_list", "bullet", 0),
        ("rich_text_list", "ordered", 1),
        ("rich_text_list", "bullet", 0),
        ("rich_text_quote", None, None),
        ("rich_text_preformatted", None, None),
        ("rich_text_section", None, None),
    ]


def test_a_list_that_is_too_long_for_a_block_goes_on_counting() -> None:
    source = "\n".join(f"{number}. {'word ' * 100}" for number in range(1, 21))
    lists = [element for block in rich_text_blocks(to_rich_text(source)) for element in block["elements"]]
    assert len(lists) > 1
    counted = 0
    for each in lists:
        assert each.get("offset", 0) == counted
        counted += len(each["elements"])
    assert counted == 20


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "slack://x", f"https://{'a' * 4000}"])
def test_a_link_that_leads_nowhere_safe_is_none(url: str) -> None:
    assert limits.alive(rich_text_blocks(to_rich_text(f"[words]({url})"))) == []


def test_people_and_groups_of_slack_are_mentioned_and_nobody_else() -> None:
    shown = list(to_blocks(Outgoing((Mention(("slack:U0BEN", "teams:x", "slack:S0PRESS")),), "")))
    assert limits.read(shown) == "@U0BEN @S0PRESS"


def test_a_label_that_no_button_holds_stands_above_it() -> None:
    label = "a long title " * 10
    shown = list(to_blocks(Outgoing((Buttons((Button(label, "entry.show", "1:x"),)),), "")))
    assert limits.wrong(shown) == []
    assert label in limits.read(shown)


def test_many_blocks_are_several_messages() -> None:
    parts = message_parts(Outgoing(tuple(Caption(f"line {number}") for number in range(120)), "lines"))
    assert [limits.wrong(list(part.blocks)) for part in parts] == [[], [], []]
    assert [part.text for part in parts] == ["lines", "lines (2/3)", "lines (3/3)"]


names = st.from_regex(r"[a-z]{1,8}", fullmatch=True)


@given(value=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=9000), name=names)
def test_a_form_brings_back_what_it_was_filled_with(value: str, name: str) -> None:
    field = Field(name, "Label", "text", value=value, hint="hint")
    view = form_modal(Form("report", "A title that is longer than Slack takes", "7@1", (field,)), direct_address("U1"))
    assert limits.wrong_view(view) == []
    state = {
        block["block_id"]: {"value": {"value": block["element"].get("initial_value")}}
        for block in view["blocks"]
        if block["type"] == "input"
    }
    assert form_values(state) == {name: value}


@pytest.mark.parametrize("token", ["", "nowhere", "c-press", "C0PRESS/x", "C0PRESS/1.2/3", "command/x/1", "U0SAM/1.2"])
def test_a_token_that_names_no_place_says_what_would(token: str) -> None:
    with pytest.raises(PermanentFailure) as caught:
        parse_address(Address("slack", token))
    assert "slack:C" in caught.value.fix


HOSTILE = "Sam <!channel> <@U0ANNA> <https://evil.example|the policy>\x1b[2J\x9b\u202e"
QUIET = "Sam &lt;!channel&gt; &lt;@U0ANNA&gt; &lt;https://evil.example|the policy&gt;[2J"


async def test_nothing_in_a_notice_or_above_a_shared_answer_comes_alive(quick_store: Store, clock: ManualClock) -> None:
    sent: list[dict[str, Any]] = []

    class Api(SlackWebApi):
        async def respond(self, url: str, message: dict[str, Any]) -> bool:
            sent.append(message)
            return True

    api = Api(SlackSettings("xoxb-1"))
    conversations = Conversations(DurableState(quick_store, "slack"), clock, api)
    await conversations.store_answer("a1", "[]")
    renderer = ResponseRenderer(api, conversations)
    body = {"response_url": "https://hooks.slack.com/x"}
    pressed = Pressed("E1", Person("slack", "U1"), "case.claim", "1", Address("slack", "C1"), Address("slack", "U1"))
    await renderer.show_response(pressed, SyncResponse(notice=HOSTILE), body, RecordingDesk())
    await renderer.share_answer(ShareRequest(answer="a1", user="U1", name=HOSTILE), body)
    assert [QUIET in message["text"] for message in sent] == [True, True]


def test_what_a_form_is_filled_in_with_has_no_control_characters() -> None:
    form = Form("f", "Title", "", (Field("x", "Label", value=HOSTILE),))
    (block,) = form_modal(form, Address("slack", "C1"))["blocks"]
    assert block["element"]["initial_value"].isprintable()
