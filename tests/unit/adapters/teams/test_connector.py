"""Microsoft's connector where it does not answer."""

from __future__ import annotations

import pytest

from adapters.teams.connector import ConnectorClient, ConnectorError, JsonClient
from tests.teams.microsoft import Microsoft


async def test_a_connector_that_does_not_answer_is_given_up_in_time() -> None:
    microsoft = Microsoft()
    await microsoft.start()
    microsoft.let_connector.clear()
    connector = ConnectorClient(JsonClient(timeout=0.1), None)
    for call in (
        connector.send_to_conversation(microsoft.url, "a:1", {}),
        connector.update_activity(microsoft.url, "a:1", "1", {}),
        connector.create_conversation(microsoft.url, {"isGroup": False}),
    ):
        with pytest.raises(ConnectorError, match="TimeoutError") as caught:
            await call
        assert caught.value.status == 0
    await connector.close()
    await microsoft.stop()
