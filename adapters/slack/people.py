"""Who somebody is: their name, whether they belong here, and which officer groups they are in."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict, defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from adapters.slack.errors import SlackRefusal
from adapters.slack.settings import PLATFORM, Settings
from adapters.slack.web import Json, SlackWeb
from bot.errors import DeliveryFailure
from bot.messages import Person
from bot.ports import Clock

log = logging.getLogger(__name__)

FRESH = timedelta(minutes=5)
"""For how long an answer of Slack holds: somebody who became an officer is one five minutes later."""

AGAIN = timedelta(seconds=5)
"""After which Slack is asked again what it did not say: meanwhile nobody waits for it in vain."""

_MOST = 5000  # people remembered at once
_STRANGERS = frozenset({"user_not_found", "user_not_visible"})


@dataclass(frozen=True, slots=True)
class Member:
    """`welcome` is whether the desk may answer them."""

    person: Person
    welcome: bool


class Directory:
    """Asks Slack, and remembers for a while. `trouble` says what could not be asked."""

    def __init__(self, settings: Settings, web: SlackWeb, clock: Clock) -> None:
        self._settings, self._web, self._clock = settings, web, clock
        self._people: OrderedDict[str, tuple[datetime, Member]] = OrderedDict()
        self._groups: dict[str, tuple[datetime, frozenset[str]]] = {}
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.trouble: dict[str, str] = {}

    async def member(self, user: str, team: str = "") -> Member:
        """Somebody, with the officer groups they are in. `team` is their workspace where the event names it.

        Raises DeliveryFailure when Slack does not say who they are: then nobody can tell whether they belong here.
        """
        now = self._clock.now()
        known = self._people.get(user)
        if known is None or now - known[0] > FRESH:
            known = (now, await self._ask(user, team))
            self._people[user] = known
            if len(self._people) > _MOST:
                self._people.popitem(last=False)
        member = known[1]
        # Side by side, however many there are: Slack waits for the acknowledgement.
        groups = sorted(self._settings.officer_groups)
        members = await asyncio.gather(*[self._in(group) for group in groups])
        theirs = frozenset(group for group, people in zip(groups, members, strict=True) if user in people)
        return replace(member, person=replace(member.person, groups=theirs))

    def allows(self, team: str) -> bool:
        """Whether a workspace may use the desk."""
        own = self._web.identity.team if self._web.identity else ""
        return team in (self._settings.workspaces or {own})

    async def _ask(self, user: str, team: str) -> Member:
        try:
            profile = await self._web.user(user)
        except SlackRefusal as refusal:
            if refusal.code in _STRANGERS:
                return Member(Person(PLATFORM, user), self._settings.guests)
            self.trouble["people"] = str(refusal)
            raise
        self.trouble.pop("people", None)
        return Member(Person(PLATFORM, user, _name(profile)), self._settings.guests or self._belongs(profile, team))

    def _belongs(self, profile: Json, team: str) -> bool:
        if profile.get("is_restricted") or profile.get("is_ultra_restricted") or profile.get("is_stranger"):
            return False
        teams = {profile.get("team_id") or team, *profile.get("enterprise_user", {}).get("teams", [])}
        return any(self.allows(one) for one in teams)

    async def _in(self, group: str) -> frozenset[str]:
        """The group's members; as last known, or none, while Slack does not say."""
        async with self._asking[group]:
            now = self._clock.now()
            asked, members = self._groups.get(group, (None, frozenset[str]()))
            if asked is not None and now - asked <= FRESH:
                return members
            try:
                members = await self._web.members(group)
                self.trouble.pop(group, None)
            except DeliveryFailure as failure:
                self.trouble[group] = f"Who is in the officers' group {group} is not known: {failure}"
                log.warning("Who is in the user group %s is not known: %s", group, failure)
                if not isinstance(failure, SlackRefusal):
                    now += AGAIN - FRESH
            self._groups[group] = (now, members)
            return members


def _name(profile: Json) -> str:
    names = profile.get("profile", {})
    candidates = (names.get("real_name"), names.get("display_name"), profile.get("real_name"), profile.get("name"))
    return str(next((name for name in candidates if name), ""))
