"""Microsoft's connector where it does not answer."""

from __future__ import annotations

import pytest

from adapters.teams.connector import AccessTokens, ConnectorClient, ConnectorError, JsonClient
from adapters.teams.settings import TeamsSettings
from tests.teams.microsoft import APP, TENANT, Microsoft


async def test_a_connector_that_does_not_answer_is_given_up_in_time() -> None:
    microsoft = Microsoft()
    await microsoft.start()
    microsoft.let_connector.clear()
    connector = ConnectorClient(JsonClient(timeout=0.1), None, lambda _: True)
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


async def test_the_token_is_not_even_asked_for_where_it_must_not_go() -> None:
    settings = TeamsSettings(APP, TENANT)
    tokens = AccessTokens(settings)
    connector = ConnectorClient(JsonClient(timeout=0.1), tokens, settings.is_trusted_service_url)
    for url in ("https://anybody.trafficmanager.net/uk/", "http://smba.trafficmanager.net/uk/", "file:///etc/passwd"):
        with pytest.raises(ConnectorError, match=r"is not among teams\.service_hosts"):
            await connector.send_to_conversation(url, "a:1", {})
    assert tokens.problem == ""
    await connector.close()
