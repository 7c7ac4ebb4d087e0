"""Teams as it is configured: to which hosts the desk's token may go."""

from __future__ import annotations

import logging

import pytest

from bot.app.adapter_settings import teams_settings
from bot.config import from_mapping
from tests.teams.microsoft import APP, TENANT

GCC = "smba.infra.gcc.teams.microsoft.com"


def hosts(*patterns: str) -> tuple[str, ...]:
    section = {"app_id": APP, "tenant_id": TENANT, "service_hosts": list(patterns)}
    return teams_settings(from_mapping({"teams": section}, {"MICROSOFT_APP_PASSWORD": "s"})).service_hosts


@pytest.mark.parametrize(
    "pattern", ["*.trafficmanager.net", "*.TrafficManager.net", "*.eu.azurewebsites.net", "*.net", "*"]
)
def test_a_wildcard_under_which_anybody_gets_a_host_is_ignored(pattern: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert hosts(pattern, "*.botframework.com") == ("*.botframework.com",)
    assert f"{pattern} is ignored" in caplog.text
    assert "smba.trafficmanager.net" in caplog.text
    assert GCC in caplog.text


def test_hosts_of_their_own_and_domains_of_microsofts_stay(caplog: pytest.LogCaptureFixture) -> None:
    given = ("smba.trafficmanager.net", GCC, "*.botframework.com", "*.botframework.azure.us", "127.0.0.1")
    assert hosts(*given) == given
    assert caplog.text == ""
