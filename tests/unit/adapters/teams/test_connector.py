"""Microsoft's connector where it does not answer."""

from __future__ import annotations

import pytest

from adapters.teams.connection import Connection
from adapters.teams.connector import Connector
from adapters.teams.failures import ConnectorFailure
from adapters.teams.keys import SigningKeys
from tests.teams.microsoft import Microsoft


async def test_a_connector_that_does_not_answer_is_given_up_in_time() -> None:
    microsoft = Microsoft()
    await microsoft.start()
    microsoft.let_connector.clear()
    connection = Connection(within=0.1)
    connector = Connector(connection, None, SigningKeys(microsoft.openid_url, connection))
    for call in (
        connector.send(microsoft.url, "a:1", {}),
        connector.update(microsoft.url, "a:1", "1", {}),
        connector.create(microsoft.url, {"isGroup": False}),
    ):
        with pytest.raises(ConnectorFailure, match="TimeoutError") as caught:
            await call
        assert caught.value.status == 0
    await connector.close()
    await microsoft.stop()
