"""People: their names, whether they may use the desk, and the officer groups they are in."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict, defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from adapters.slack.errors import SlackRefusal
from adapters.slack.settings import PLATFORM, SlackSettings
from adapters.slack.web_api import Json, SlackWebApi
from bot.errors import DeliveryFailure
from bot.messages import Person
from bot.ports import Clock

log = logging.getLogger(__name__)

CACHED_FOR = timedelta(minutes=5)
"""How long a profile or a group's list of members is cached. A new officer is recognised within this time."""

RETRY_GROUP_AFTER = timedelta(seconds=5)
"""How long the last known members of a group are used after Slack failed to list them, before it is asked again."""

_MAX_CACHED = 5000  # people
_UNKNOWN_TO_SLACK = frozenset({"user_not_found", "user_not_visible"})


@dataclass(frozen=True, slots=True)
class Member:
    """A person, and whether they may use the desk."""

    person: Person
    allowed: bool


class Directory:
    """Looks people up in Slack, with a cache."""

    def __init__(self, settings: SlackSettings, api: SlackWebApi, clock: Clock) -> None:
        self._settings, self._api, self._clock = settings, api, clock
        self._people: OrderedDict[str, tuple[datetime, Member]] = OrderedDict()
        self._groups: dict[str, tuple[datetime, frozenset[str]]] = {}
        self._group_locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.problems: dict[str, str] = {}
        """What could not be looked up -> why. Empty if there is no problem. Shown in the adapter's health."""

    async def member(self, user: str, team: str = "") -> Member:
        """Return a person with their officer groups. `team` is the person's workspace if the event names it.

        Raises DeliveryFailure if Slack does not answer: whether the person may use the desk is then unknown.
        """
        now = self._clock.now()
        cached = self._people.get(user)
        if cached is None or now - cached[0] > CACHED_FOR:
            cached = (now, await self._look_up(user, team))
            self._people[user] = cached
            if len(self._people) > _MAX_CACHED:
                self._people.popitem(last=False)
        member = cached[1]
        # All groups are asked at the same time, because the acknowledgement waits for them.
        groups = sorted(self._settings.officer_groups)
        members = await asyncio.gather(*[self._group_members(group) for group in groups])
        own = frozenset(group for group, people in zip(groups, members, strict=True) if user in people)
        return replace(member, person=replace(member.person, groups=own))

    def forget(self) -> None:
        """Forget everybody who was looked up."""
        self._people.clear()

    def allows(self, team: str) -> bool:
        """Return whether people of this workspace may use the desk."""
        home = self._api.identity.team if self._api.identity else ""
        return team in (self._settings.workspaces or {home})

    async def _look_up(self, user: str, team: str) -> Member:
        try:
            profile = await self._api.user_profile(user)
        except SlackRefusal as refusal:
            if refusal.code in _UNKNOWN_TO_SLACK:
                return Member(Person(PLATFORM, user), self._settings.guests)
            self.problems["people"] = str(refusal)
            raise
        self.problems.pop("people", None)
        return Member(Person(PLATFORM, user, _name(profile)), self._settings.guests or self._belongs(profile, team))

    def _belongs(self, profile: Json, team: str) -> bool:
        """Return whether the profile is that of a full member of an allowed workspace."""
        if profile.get("is_restricted") or profile.get("is_ultra_restricted") or profile.get("is_stranger"):
            return False
        teams = {profile.get("team_id") or team, *profile.get("enterprise_user", {}).get("teams", [])}
        return any(self.allows(one) for one in teams)

    async def _group_members(self, group: str) -> frozenset[str]:
        """Return the user ids of a group's members. If Slack does not answer, return the last known ones or none."""
        async with self._group_locks[group]:
            now = self._clock.now()
            cached_at, members = self._groups.get(group, (None, frozenset[str]()))
            if cached_at is not None and now - cached_at <= CACHED_FOR:
                return members
            try:
                members = await self._api.group_members(group)
                self.problems.pop(group, None)
            except DeliveryFailure as failure:
                self.problems[group] = f"Who is in the officers' group {group} is not known: {failure}"
                log.warning("Who is in the user group %s is not known: %s", group, failure)
                if not isinstance(failure, SlackRefusal):
                    now += RETRY_GROUP_AFTER - CACHED_FOR  # ask again soon; a refusal is cached like an answer
            self._groups[group] = (now, members)
            return members


def _name(profile: Json) -> str:
    """Return the name to show, or "" if the profile has none."""
    names = profile.get("profile", {})
    candidates = (names.get("real_name"), names.get("display_name"), profile.get("real_name"), profile.get("name"))
    return str(next((name for name in candidates if name), ""))
