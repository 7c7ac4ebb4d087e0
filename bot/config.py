"""The configuration: from a mapping (policydesk.yaml, read by `app`) and the secrets of the environment.

Everything wrong is reported at once, each with its key. `policydesk.example.yaml` documents every key; a test holds the
two together. Secrets never stand in the file: they come from the environment alone, and never in a `repr`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_address
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NaiveDatetime,
    SecretStr,
    ValidationError,
    model_validator,
)

from bot.errors import ConfigurationError, Problem

SECRETS = {
    "slack_bot_token": "SLACK_BOT_TOKEN",
    "slack_app_token": "SLACK_APP_TOKEN",
    "slack_signing_secret": "SLACK_SIGNING_SECRET",
    "microsoft_app_password": "MICROSOFT_APP_PASSWORD",
    "smtp_password": "SMTP_PASSWORD",
    "database_url": "DATABASE_URL",
}

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"


def _duration(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(r"\s*(\d+)\s*([smhdy])\s*", str(value))
    if not match:
        raise ValueError(f"{value!r} is no duration. Write a number and a unit: 30s, 15m, 2h, 90d or 1y.")
    number, unit = int(match[1]), match[2]
    return timedelta(days=365 * number) if unit == "y" else timedelta(**{_UNITS[unit]: number})


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{value!r} is no time zone. Write one such as Europe/London.") from None
    return value


def _named(value: str) -> str:
    if not re.fullmatch(r"[a-z]+:\S+", value):
        raise ValueError(f"{value!r} names no platform. Write platform:id, for example slack:U0ANNA.")
    return value


def _hours(value: Mapping[str, str]) -> Mapping[str, str]:
    week(value)
    return value


def week(hours: Mapping[str, str]) -> dict[int, tuple[timedelta, timedelta]]:
    """`{"mon-fri": "09:00-17:00"}` as weekday (Monday is 0) -> (opens, closes), counted from midnight on the wall."""
    table: dict[int, tuple[timedelta, timedelta]] = {}
    for days, span in hours.items():
        opens, closes = _opening(span)
        for day in _weekdays(days):
            if day in table:
                raise ValueError(f"{_DAYS[day]} has hours twice. Keep one of them.")
            table[day] = (opens, closes)
    return table


def _weekdays(days: str) -> list[int]:
    named = re.fullmatch(r"([a-z]{3})(?:-([a-z]{3}))?", days)
    if not named or not {named[1], named[2] or named[1]} <= set(_DAYS):
        raise ValueError(f"{days!r} is no day. Write mon-fri, or sat.")
    first, last = _DAYS.index(named[1]), _DAYS.index(named[2] or named[1])
    return [day % 7 for day in range(first, last + 1 if last >= first else last + 8)]


def _opening(span: str) -> tuple[timedelta, timedelta]:
    times = re.fullmatch(rf"({_CLOCK})-({_CLOCK}|24:00)", span)
    if times:
        opens, closes = (timedelta(hours=int(at[:2]), minutes=int(at[3:])) for at in times.groups())
        if opens < closes:
            return opens, closes
    raise ValueError(f'{span!r} are no hours. Write "09:00-17:00", with the quotes; the day ends at 24:00.')


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Zone = Annotated[str, AfterValidator(_zone)]
Named = Annotated[str, AfterValidator(_named)]
Hours = Annotated[Mapping[str, str], AfterValidator(_hours)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Organisation(_Section):
    """Whose desk it is."""

    name: str = "the University"
    timezone: Zone = "Europe/London"


class Server(_Section):
    """Where the one HTTP application listens."""

    host: str = "127.0.0.1"
    port: int = Field(default=3978, ge=0, le=65535)


class Console(_Section):
    """The browser console: loopback only, always."""

    port: int = Field(default=8765, ge=0, le=65535)


class Duty(_Section):
    """Dated duty; `from` and `to` are local times of the organisation."""

    from_: NaiveDatetime = Field(alias="from")
    to: NaiveDatetime
    on_call: tuple[Named, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ordered(self) -> Duty:
        if self.from_ >= self.to:
            raise ValueError("`from` must be earlier than `to`.")
        return self


class Holidays(_Section):
    """A calendar of public holidays, by ISO country and its subdivision."""

    country: str = "GB"
    subdivision: str | None = "ENG"


class PressOffice(_Section):
    """Who is pinged, who may act, and when somebody is there."""

    channels: tuple[Named, ...] = ()
    officers: tuple[Named, ...] = ()
    on_call: tuple[Named, ...] = ()
    rota: tuple[Duty, ...] = ()
    phone: str = ""
    email: str = ""
    hours: Hours = Field(default_factory=lambda: {"mon-fri": "09:00-17:00"})
    holidays: Holidays | None = None
    remind_after: Duration = timedelta(minutes=15)
    fallback_after: Duration = timedelta(minutes=5)

    @model_validator(mode="after")
    def _somebody_may_act(self) -> PressOffice:
        if self.channels and not self.officers:
            raise ValueError("there are channels but no `officers`, so nobody could act on a case. List them.")
        return self


class Email(_Section):
    """The mail server for the fallback; the password is SMTP_PASSWORD in the environment."""

    host: str
    port: int = 587
    from_: str = Field(alias="from")
    username: str = ""
    starttls: bool = True


class Slack(_Section):
    """The Slack app."""

    mode: Literal["socket", "http"] = "socket"
    api_url: str = "https://slack.com/api/"
    workspaces: tuple[str, ...] = ()
    guests: bool = False
    listen_channels: tuple[str, ...] = ()
    command: str = "/policy"


class Teams(_Section):
    """The Teams app."""

    app_id: str
    app_type: Literal["SingleTenant", "UserAssignedMSI"] = "SingleTenant"
    tenant_id: str
    tenants: tuple[str, ...] = ()
    guests: bool = False
    authentication: bool = True
    openid_metadata_url: str = ""
    login_url: str = ""
    service_hosts: tuple[str, ...] = ("*.botframework.com", "*.trafficmanager.net")


class Matching(_Section):
    """`accept`: share of the correctly matched questions that are answered. `encoder`: auto, off or a folder."""

    accept: float = Field(default=0.9, gt=0, lt=1)
    encoder: str = "auto"


class Privacy(_Section):
    """How long each class of data is kept; a case is counted from its closing."""

    questions: Duration = timedelta(days=90)
    feedback: Duration = timedelta(days=365)
    cases: Duration = timedelta(days=3 * 365)


class Secrets(_Section):
    """What the environment holds; pydantic keeps it out of every `repr`."""

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    microsoft_app_password: SecretStr | None = None
    smtp_password: SecretStr | None = None
    database_url: SecretStr | None = None


class Config(_Section):
    """The whole configuration. `knowledge` empty means the knowledge base that ships with the desk."""

    organisation: Organisation = Organisation()
    knowledge: str = ""
    database: str = "sqlite:///var/policydesk.db"
    server: Server = Server()
    console: Console | None = None
    press_office: PressOffice = PressOffice()
    email: Email | None = None
    slack: Slack | None = None
    teams: Teams | None = None
    matching: Matching = Matching()
    privacy: Privacy = Privacy()
    secrets: Secrets = Secrets()

    @property
    def database_url(self) -> str:
        """DATABASE_URL wins over `database`."""
        secret = self.secrets.database_url
        return secret.get_secret_value() if secret else self.database

    @model_validator(mode="after")
    def _consistent(self) -> Config:
        if not re.match(r"(sqlite:///|postgres(ql)?://)", self.database_url):
            raise ValueError("`database` must begin with sqlite:/// or postgresql://")
        return self


def from_mapping(settings: object, environment: Mapping[str, str]) -> Config:
    """Config from what policydesk.yaml held (None: nothing) and the environment.

    Raises ConfigurationError naming every wrong key.
    """
    if settings is None:
        settings = {}
    if not isinstance(settings, Mapping):
        problem = Problem("", "the configuration is not a mapping of keys.", "See policydesk.example.yaml.")
        raise ConfigurationError(problem)
    if "secrets" in settings:
        fix = f"Set {', '.join(SECRETS.values())} in the environment."
        raise ConfigurationError(Problem("secrets", "secrets do not belong into the file.", fix))
    secrets = {key: environment[name] for key, name in SECRETS.items() if environment.get(name)}
    try:
        return Config.model_validate({**settings, "secrets": secrets})
    except ValidationError as error:
        raise ConfigurationError(*(_problem(item) for item in error.errors(include_input=False))) from None


def _problem(error: Any) -> Problem:  # noqa: ANN401 - pydantic's ErrorDetails, a TypedDict it does not export at run time
    where = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return Problem(where, "unknown key.", "See policydesk.example.yaml for the keys there are.")
    said = str(error["msg"]).removeprefix("Value error, ")
    return Problem(where, said if said.endswith(".") else f"{said}.")


def is_loopback(host: str) -> bool:
    """Whether a listener on `host` can be reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
