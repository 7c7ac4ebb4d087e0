"""People: their names, whether they may use the desk, and the officer groups they are in.

What Slack said last of a person is stored, and is used while Slack does not answer.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import OrderedDict, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from adapters.slack.errors import SlackRefusal
from adapters.slack.settings import PLATFORM, SlackSettings
from adapters.slack.web_api import Json, SlackWebApi
from bot.errors import DeliveryFailure, TemporaryFailure
from bot.messages import Person
from bot.ports import AdapterState, Clock

log = logging.getLogger(__name__)

CACHED_FOR = timedelta(minutes=5)
"""How long a profile or a group's list of members is cached. A new officer is recognised within this time."""

RETRY_GROUP_AFTER = timedelta(seconds=5)
"""How long the last known members of a group are used after Slack failed to list them, before it is asked again."""

LOOK_UP_TIMEOUT = 1.0
"""Seconds to wait for what Slack says of a person while a request waits for its answer."""
PATIENT_TIMEOUT = 3.0
"""Seconds to wait for it when no request waits."""

_MAX_CACHED = 5000  # people
_WRITE_AGAIN = timedelta(days=1)  # the store deletes a key that is not written again: see AdapterState.remember
_UNKNOWN_TO_SLACK = frozenset({"user_not_found", "user_not_visible"})


@dataclass(frozen=True, slots=True)
class Member:
    """A person, and whether they may use the desk."""

    person: Person
    allowed: bool


class Directory:
    """Looks people up in Slack, with a cache."""

    def __init__(self, settings: SlackSettings, api: SlackWebApi, state: AdapterState, clock: Clock) -> None:
        self._settings, self._api, self._state, self._clock = settings, api, state, clock
        self._people: OrderedDict[str, tuple[datetime, Member]] = OrderedDict()
        self._look_ups: dict[str, asyncio.Task[Member]] = {}
        """User -> the look-up under way."""
        self._stored: OrderedDict[str, tuple[datetime, Member]] = OrderedDict()
        """User -> what was last stored of them, and when."""
        self._groups: dict[str, tuple[datetime, frozenset[str]]] = {}
        self._listed: set[str] = set()
        """The officers' groups whose members Slack has listed once."""
        self._group_locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.problems: dict[str, str] = {}
        """What could not be looked up -> why. Empty if there is no problem. Shown in the adapter's health."""

    def known(self, user: str) -> Member | None:
        """Return a person if what Slack said of them and of the officer groups is recent enough; otherwise None."""
        if self._unlisted:  # whether they are an officer takes what was stored
            return None
        cached = self._people.get(user)
        groups = {group: self._groups.get(group) for group in self._settings.officer_groups}
        if cached is None or not all(map(self._is_recent, (cached, *groups.values()))):
            return None
        return _in_groups(cached[1], {group: found[1] for group, found in groups.items() if found})

    async def member(self, user: str, team: str = "", within: float = LOOK_UP_TIMEOUT) -> Member:
        """Return a person with their officer groups. `team` is the person's workspace if the event names it.

        After `within` seconds the look-up goes on, and the next one finds its result.
        While Slack does not answer, return what it said last. Raises DeliveryFailure if it never said anything:
        whether the person may use the desk is then unknown.
        """
        if (known := self.known(user)) is not None:
            return known
        try:
            async with asyncio.timeout(within):
                member = await asyncio.shield(self._look_up_once(user, team))
        except (DeliveryFailure, TimeoutError) as failure:
            if (last := await self._last_known(user)) is not None:
                return last
            if isinstance(failure, DeliveryFailure):
                raise
            raise TemporaryFailure("Slack does not say in time who somebody is.") from None
        if not self._unlisted:
            await self._store(user, member)
        elif (last := await self._last_known(user)) is not None:
            groups = member.person.groups | (last.person.groups & self._unlisted)
            return replace(member, person=replace(member.person, groups=groups))
        return member

    @property
    def _unlisted(self) -> frozenset[str]:
        """The officers' groups whose members Slack has never listed."""
        return self._settings.officer_groups - self._listed

    def _is_recent(self, found: tuple[datetime, object] | None) -> bool:
        return found is not None and self._clock.now() - found[0] <= CACHED_FOR

    def _look_up_once(self, user: str, team: str) -> asyncio.Task[Member]:
        """Return the look-up of this person that is under way, or begin one."""
        if user not in self._look_ups:
            task = self._look_ups[user] = asyncio.create_task(self._look_up_with_groups(user, team))
            task.add_done_callback(lambda done: self._ended(user, done))
        return self._look_ups[user]

    def _ended(self, user: str, look_up: asyncio.Task[Member]) -> None:
        self._look_ups.pop(user, None)
        if not look_up.cancelled():
            look_up.exception()  # whoever waited has it; nobody may have

    async def _look_up_with_groups(self, user: str, team: str) -> Member:
        cached = self._people.get(user)
        if cached is None or not self._is_recent(cached):
            cached = self._people[user] = (self._clock.now(), await self._look_up(user, team))
            if len(self._people) > _MAX_CACHED:
                self._people.popitem(last=False)
        groups = sorted(self._settings.officer_groups)
        members = await asyncio.gather(*[self._group_members(group) for group in groups])
        return _in_groups(cached[1], dict(zip(groups, members, strict=True)))

    # ---- what Slack said last ---------------------------------------------------------------------------------------

    async def _store(self, user: str, member: Member) -> None:
        now = self._clock.now()
        stored_at, stored = self._stored.get(user, (now, None))
        if stored == member and now - stored_at < _WRITE_AGAIN:
            return
        person = member.person
        value = {"name": person.name, "groups": sorted(person.groups), "allowed": member.allowed}
        await self._state.remember(f"role/{user}", json.dumps(value, ensure_ascii=False))
        self._stored[user] = (now, member)
        if len(self._stored) > _MAX_CACHED:
            self._stored.popitem(last=False)

    async def _last_known(self, user: str) -> Member | None:
        value = await self._state.get(f"role/{user}")
        if value is None:
            return None
        stored = json.loads(value)
        return Member(Person(PLATFORM, user, stored["name"], frozenset(stored["groups"])), bool(stored["allowed"]))

    # ---- what Slack says --------------------------------------------------------------------------------------------

    def forget(self) -> None:
        """Forget everybody who was looked up."""
        self._people.clear()
        self._stored.clear()

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
                self._listed.add(group)
                self.problems.pop(group, None)
            except DeliveryFailure as failure:
                self.problems[group] = f"Who is in the officers' group {group} is not known: {failure}"
                log.warning("Who is in the user group %s is not known: %s", group, failure)
                if not isinstance(failure, SlackRefusal):
                    now += RETRY_GROUP_AFTER - CACHED_FOR  # ask again soon; a refusal is cached like an answer
            self._groups[group] = (now, members)
            return members


def _in_groups(member: Member, groups: Mapping[str, frozenset[str]]) -> Member:
    """Return the member with the groups that they are in; `groups` are the ids of each group's members."""
    own = frozenset(group for group, people in groups.items() if member.person.id in people)
    return replace(member, person=replace(member.person, groups=own))


def _name(profile: Json) -> str:
    """Return the name to show, or "" if the profile has none."""
    names = profile.get("profile", {})
    candidates = (names.get("real_name"), names.get("display_name"), profile.get("real_name"), profile.get("name"))
    return str(next((name for name in candidates if name), ""))
