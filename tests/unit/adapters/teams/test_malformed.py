"""Activities that are Microsoft's by their proof, and are not as Microsoft documents them: the sender's fault."""

from __future__ import annotations

from typing import Any

import pytest

from tests.malformed import malformed
from tests.teams.office import TeamsOffice
from tests.teams.people import SAM

Json = dict[str, Any]


def valid(office: TeamsOffice) -> list[Json]:
    """One activity of each kind that is read, with every field."""
    message = {
        **office.client.message(SAM, "hello"),
        "entities": [{"type": "mention", "text": "<at>x</at>", "mentioned": {"id": "a", "name": "b"}}],
        "attachments": [{"contentType": "text/html", "content": "x"}],
        "membersAdded": [{"id": "a"}],
    }
    page = {"name": "home", "query": "", "message": ""}
    press = {"action": {"data": {"desk": "press", "action": "answer.helpful", "value": "1", "page": page}}}
    fields = [{"name": "a", "label": "b", "kind": "text"}]
    form = {"name": "report", "title": "t", "context": "c", "fields": fields}
    share = {"commandId": "report", "messagePayload": {"body": {"content": "x", "contentType": "html"}}}
    invokes = {
        "adaptiveCard/action": press,
        "task/fetch": press,
        "task/submit": {"data": {"desk": "form", "id": "1", "form": form, "text": "x"}},
        "composeExtension/fetchTask": share,
    }
    return [
        message,
        {**message, "type": "messageUpdate"},
        {**message, "type": "conversationUpdate"},
        {**message, "type": "installationUpdate", "action": "add"},
        *({**message, "type": "invoke", "name": name, "value": value} for name, value in invokes.items()),
    ]


async def test_no_field_of_an_activity_makes_an_error_of_the_desks(
    office: TeamsOffice, caplog: pytest.LogCaptureFixture
) -> None:
    """Some 300 activities with one wrong field each. 501 is the protocol's word for an invoke that nobody knows."""
    proof = office.microsoft.token()
    for base in valid(office):
        for activity in malformed(base):
            status, _ = await office.client.post(activity, proof)
            assert status < 500 or (status == 501 and activity["name"] != base.get("name")), activity
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
