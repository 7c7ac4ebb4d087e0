from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from aiohttp import ClientSession

from adapters.http import HttpServer, mount_operations
from adapters.http.operations import render_metrics
from bot.errors import StoreUnavailable
from bot.ports import Metric, Readiness

CASES = Metric("policydesk_cases", "gauge", "Cases\nby state.", {(("state", 'o"pen\\'),): 2.0, (("state", "x"),): 0.0})


class Reported:
    """What the desk says of itself."""

    def __init__(self) -> None:
        self.readiness: Readiness | None = Readiness(ready=True)

    async def ready(self) -> Readiness:
        if self.readiness is None:
            raise StoreUnavailable("away")
        return self.readiness

    async def metrics(self) -> Iterable[Metric]:
        return (CASES,)


async def _get(path: str, reported: Reported, headers: dict[str, str] | None = None, **options: Any) -> tuple[int, str]:
    server = HttpServer("127.0.0.1", 0)
    mount_operations(server.application, readiness=reported.ready, metrics_now=reported.metrics, **options)
    await server.start()
    try:
        async with ClientSession() as client, client.get(server.url + path, headers=headers) as response:
            return response.status, await response.text()
    finally:
        await server.stop()


async def test_the_process_lives() -> None:
    assert (await _get("/healthz", Reported()))[0] == 200


@pytest.mark.parametrize(("ready", "status"), [(True, 200), (False, 503)])
async def test_readiness_names_the_reasons_either_way(ready: bool, status: int) -> None:
    reported = Reported()
    reported.readiness = Readiness(ready=ready, reasons={"knowledge": "logins.yaml:3 is broken"})
    got, text = await _get("/readyz", reported)
    assert got == status
    assert "logins.yaml:3 is broken" in text


async def test_readiness_without_the_store_is_not_ready() -> None:
    reported = Reported()
    reported.readiness = None
    assert (await _get("/readyz", reported))[0] == 503


async def test_metrics_are_for_this_machine_unless_configured() -> None:
    status, text = await _get("/metrics", Reported())
    assert status == 200
    assert text == render_metrics([CASES])
    through_a_proxy = {"X-Forwarded-For": "203.0.113.7"}
    assert (await _get("/metrics", Reported(), through_a_proxy))[0] == 404
    assert (await _get("/metrics", Reported(), through_a_proxy, metrics_anywhere=True))[0] == 200


def test_the_text_format_escapes_help_and_labels() -> None:
    assert render_metrics([CASES, Metric("up_total", "counter", "Up.", {(): 1.5})]).splitlines() == [
        "# HELP policydesk_cases Cases\\nby state.",
        "# TYPE policydesk_cases gauge",
        'policydesk_cases{state="o\\"pen\\\\"} 2.0',
        'policydesk_cases{state="x"} 0.0',
        "# HELP up_total Up.",
        "# TYPE up_total counter",
        "up_total 1.5",
    ]
