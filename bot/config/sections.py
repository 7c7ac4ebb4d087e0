"""The configuration: from a mapping (policydesk.yaml, read by `app`) and the secrets of the environment.

Everything wrong is reported at once, each with its key. `policydesk.example.yaml` documents every key; a test holds the
two together. Secrets never stand in the file: they come from the environment alone, and never in a `repr`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

import holidays
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    NaiveDatetime,
    SecretStr,
    ValidationError,
    model_validator,
)

from bot.config.values import Database, Duration, Hours, Mailbox, Named, Zone, database_url, has_password, is_loopback
from bot.errors import ConfigurationError, Problem

SECRETS = {
    "slack_bot_token": "SLACK_BOT_TOKEN",
    "slack_app_token": "SLACK_APP_TOKEN",
    "slack_signing_secret": "SLACK_SIGNING_SECRET",
    "microsoft_app_password": "MICROSOFT_APP_PASSWORD",
    "smtp_password": "SMTP_PASSWORD",
    "database_url": "DATABASE_URL",
}

_SMTPS = 465


Word = Annotated[str, Field(min_length=1)]
Port = Annotated[int, Field(ge=0, le=65535)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Organisation(_Section):
    """Whose desk it is."""

    name: str = "the University"
    timezone: Zone = "Europe/London"


class Server(_Section):
    """Where the one HTTP application listens."""

    host: Word = "127.0.0.1"
    port: Port = 3978


class Console(_Section):
    """The browser console: loopback only, always."""

    port: Port = 8765


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

    @model_validator(mode="after")
    def _known(self) -> Holidays:
        try:
            holidays.country_holidays(self.country, subdiv=self.subdivision)
        except NotImplementedError:
            place = "-".join(filter(None, (self.country, self.subdivision)))
            raise ValueError(f"no calendar for {place!r}. Write ISO 3166 codes, such as GB and SCT.") from None
        return self


class PressOffice(_Section):
    """Who is pinged, who may act, and when somebody is there.

    `remind_after`, `on_call_after`, `mail_after` and `phone_after` are counted from when nobody has an enquiry, and
    shrink where a deadline is near; `nudge_after` from the owner's last sign, `return_after` from the nudge.
    """

    channels: tuple[Named, ...] = ()
    officers: tuple[Named, ...] = ()
    on_call: tuple[Named, ...] = ()
    rota: tuple[Duty, ...] = ()
    phone: str = ""
    email: Mailbox = ""
    hours: Hours = Field(default_factory=lambda: {"mon-fri": "09:00-17:00"})
    holidays: Holidays | None = None
    remind_after: Duration = timedelta(minutes=15)
    fallback_after: Duration = timedelta(minutes=5)
    on_call_after: Duration = timedelta(minutes=30)
    mail_after: Duration = timedelta(minutes=45)
    phone_after: Duration = timedelta(minutes=60)
    urgent_within: Duration = timedelta(minutes=60)
    nudge_after: Duration = timedelta(minutes=30)
    return_after: Duration = timedelta(minutes=30)
    handover_before: Duration = timedelta(minutes=15)
    same_story_within: Duration = timedelta(days=2)

    @model_validator(mode="after")
    def _somebody_may_act(self) -> PressOffice:
        if self.channels and not self.officers:
            raise ValueError("there are channels but no `officers`, so nobody could act on a case. List them.")
        return self


class Email(_Section):
    """The mail server for the fallback; the password is SMTP_PASSWORD in the environment."""

    host: Word
    port: Port = 587
    from_: Annotated[Mailbox, Field(min_length=1)] = Field(alias="from")
    username: str = ""
    starttls: bool = True

    @property
    def security(self) -> Literal["tls", "starttls", "none"]:
        """Port 465 speaks TLS from its first byte (RFC 8314), whatever `starttls` says."""
        if self.port == _SMTPS:
            return "tls"
        return "starttls" if self.starttls else "none"


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

    app_id: Word
    app_type: Literal["SingleTenant", "UserAssignedMSI"] = "SingleTenant"
    tenant_id: Word
    tenants: tuple[str, ...] = ()
    guests: bool = False
    authentication: bool = True
    openid_metadata_url: str = ""
    login_url: str = ""
    service_hosts: tuple[str, ...] = ("*.botframework.com", "*.trafficmanager.net")


class Matching(_Section):
    """`accept`: share of the correctly matched questions that are answered. `encoder`: auto, off or a folder.

    `cache`: a folder for what was learned, so that the next start need not learn it again; empty: the user's own.
    """

    accept: float = Field(default=0.9, gt=0, lt=1)
    encoder: str = "auto"
    cache: str = ""


class Privacy(_Section):
    """How long each class of data is kept; a case is counted from its closing."""

    questions: Duration = timedelta(days=90)
    feedback: Duration = timedelta(days=365)
    cases: Duration = timedelta(days=3 * 365)


def _usable(url: SecretStr) -> SecretStr:
    database_url(url.get_secret_value())
    return url


class Secrets(_Section):
    """What the environment holds; pydantic keeps it out of every `repr`."""

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    microsoft_app_password: SecretStr | None = None
    smtp_password: SecretStr | None = None
    database_url: Annotated[SecretStr, AfterValidator(_usable)] | None = None


class Config(_Section):
    """The whole configuration. `knowledge` empty means the knowledge base that ships with the desk."""

    organisation: Organisation = Organisation()
    knowledge: str = ""
    database: Database = "sqlite:///var/policydesk.db"
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
    def is_trial(self) -> bool:
        """With no platform configured the desk is tried out, in the console, which is on of itself then."""
        return not (self.slack or self.teams)

    @property
    def database_url(self) -> str:
        """DATABASE_URL wins over `database`."""
        secret = self.secrets.database_url
        return secret.get_secret_value() if secret else self.database


def from_mapping(settings: object, environment: Mapping[str, str]) -> Config:
    """Config from what policydesk.yaml held (None: nothing) and the environment.

    A key without a value is as if not there. Raises ConfigurationError naming every wrong key; what contradicts itself
    across keys is said once each of them can be read.
    """
    if settings is None:
        settings = {}
    if not isinstance(settings, Mapping):
        problem = Problem("", "the configuration is not a mapping of keys.", "See policydesk.example.yaml.")
        raise ConfigurationError(problem)
    fix = f"Set {', '.join(SECRETS.values())} in the environment."
    problems = [Problem("secrets", "secrets do not belong into the file.", fix)] if "secrets" in settings else []
    given = {key: value for key, value in settings.items() if value is not None and key != "secrets"}
    secrets = {key: environment[name] for key, name in SECRETS.items() if environment.get(name)}
    try:
        config = Config.model_validate({**given, "secrets": secrets})
    except ValidationError as error:
        problems += map(_problem, error.errors(include_input=False))
        raise ConfigurationError(*problems) from None
    if problems := problems + _contradictions(config):
        raise ConfigurationError(*problems)
    return config


def _contradictions(config: Config) -> list[Problem]:
    """What is readable key by key and yet cannot work, or gives a secret away."""
    office, email, teams, server = config.press_office, config.email, config.teams, config.server
    console = Console() if config.is_trial and not config.console else config.console
    overlap = is_loopback(server.host) or server.host in {"0.0.0.0", "::"}  # noqa: S104  compared, not listened on
    signs_in = email is not None and email.username != ""
    unencrypted = email is not None and email.security == "none"
    rules = (
        (
            has_password(config.database),
            Problem("database", "a password does not belong into the file.", "Set DATABASE_URL in the environment."),
        ),
        (
            office.email and not email,
            Problem("press_office.email", "no mail server to send it through.", "Name one in the `email` section."),
        ),
        (
            signs_in and not config.secrets.smtp_password,
            Problem("email.username", "SMTP_PASSWORD is not set.", "Set it in the environment, or leave the name out."),
        ),
        (
            signs_in and unencrypted,
            Problem("email.starttls", "the password would travel unencrypted.", "Set it to true, or `port` to 465."),
        ),
        (
            console and server.port and server.port == console.port and overlap,
            Problem("server.port", "the console listens there as well.", "Set another one here or as `console.port`."),
        ),
        (
            teams and not teams.authentication and not is_loopback(server.host),
            Problem("teams.authentication", "false lets anybody in.", "Set it to true, or `server.host` to 127.0.0.1."),
        ),
    )
    return [problem for broken, problem in rules if broken]


_SAID = {
    "missing": "this key is missing.",
    "string_type": "this is text: put it in quotes.",
    "tuple_type": "this is a list: write it as [one, two].",
    "timezone_naive": "write the organisation's local time, such as 2026-12-21T17:00, without an offset.",
    **dict.fromkeys(
        ("model_type", "dict_type", "mapping_type"), "this is a group: its own keys stand indented below it."
    ),
}


def _problem(error: Any) -> Problem:  # noqa: ANN401 - pydantic's ErrorDetails, a TypedDict it does not export at run time
    match error["loc"]:
        case ("secrets", str(key)):
            where = SECRETS[key]
        case path:
            where = ".".join(str(part) for part in path)
    if error["type"] == "extra_forbidden":
        return Problem(where, "unknown key.", "See policydesk.example.yaml for the keys there are.")
    said = _SAID.get(error["type"]) or str(error["msg"]).removeprefix("Value error, ")
    return Problem(where, said if said.endswith(".") else f"{said}.")
