"""Asks the platforms from time to time what works, so that a channel that is gone is known before a card is for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping

from bot.ports import Finding, Messenger

log = logging.getLogger(__name__)

FIRST = 60.0
"""Seconds from the start to the first check: the platforms are being connected until then."""

INTERVAL = 900.0
"""Seconds between two checks. A check makes a few calls, and one for each press channel."""

AGAIN = 120.0
"""Seconds to the next check while something does not work."""

_TIMEOUT = 60.0  # seconds for all of it


class PlatformChecks:
    """Runs `Messenger.diagnose` of every platform again and again, as `policydesk doctor` does once."""

    def __init__(self, messengers: Mapping[str, Messenger], press_channels: Collection[str]) -> None:
        """`press_channels` as the configuration names them."""
        self._messengers = messengers
        self._press_channels = press_channels
        self._problems: dict[str, str] = {}

    def problems(self) -> Mapping[str, str]:
        """Return, by subject, what did not work at the last check and what to do."""
        return self._problems

    async def run(self) -> None:
        """Check again and again, until cancelled."""
        await asyncio.sleep(FIRST)
        while True:
            await self.check()
            await asyncio.sleep(AGAIN if self._problems else INTERVAL)

    async def check(self) -> None:
        """Ask every platform, and keep what does not work."""
        found = await asyncio.gather(*(self._ask(name, each) for name, each in self._messengers.items()))
        problems = {self._subject(each): _sentence(each) for findings in found for each in findings if not each.ok}
        for subject, problem in problems.items():
            if subject not in self._problems:
                log.error("%s: %s", subject, problem)
        self._problems = problems

    async def _ask(self, platform: str, messenger: Messenger) -> list[Finding]:
        try:
            async with asyncio.timeout(_TIMEOUT):
                return list(await messenger.diagnose())
        except TimeoutError:
            detail = f"it did not answer within {_TIMEOUT:.0f} s"
            return [Finding(platform, ok=False, detail=detail, fix="Is the network well?")]

    def _subject(self, finding: Finding) -> str:
        is_channel = finding.subject in self._press_channels
        return f"press channel {finding.subject}" if is_channel else finding.subject


def _sentence(finding: Finding) -> str:
    return f"{finding.detail.rstrip('.')}. {finding.fix}".rstrip()
