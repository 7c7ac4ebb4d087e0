"""The other sections of the configuration, and `Config`, which holds all of them.

`policydesk.example.yaml` explains every key; a test compares its keys with these classes. Secrets come from the
environment only, never from the file, and no `repr` shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from bot.config.press_office import PressOffice
from bot.config.setting_values import (
    ContactId,
    Database,
    Duration,
    Mailbox,
    Port,
    SecretAddress,
    Section,
    WebAddress,
    Word,
    Zone,
    database_url,
)

SECRETS = {
    "slack_bot_token": "SLACK_BOT_TOKEN",
    "slack_app_token": "SLACK_APP_TOKEN",
    "slack_signing_secret": "SLACK_SIGNING_SECRET",
    "microsoft_app_password": "MICROSOFT_APP_PASSWORD",
    "smtp_password": "SMTP_PASSWORD",
    "database_url": "DATABASE_URL",
}
"""Field of `Secrets` -> environment variable."""

_SMTPS_PORT = 465


class Organisation(Section):
    """The organisation whose desk this is."""

    name: str = "the University"
    timezone: Zone = "Europe/London"


class Server(Section):
    """Where the HTTP server for platforms, health checks and metrics listens."""

    host: Word = "127.0.0.1"
    port: Port = 3978


class Console(Section):
    """The browser console. It always listens on the loopback address only."""

    port: Port = 8765


class Email(Section):
    """The mail server for messages to the press office. The password is SMTP_PASSWORD in the environment."""

    host: Word
    port: Port = 587
    from_: Annotated[Mailbox, Field(min_length=1)] = Field(alias="from")
    username: str = ""
    starttls: bool = True

    @property
    def security(self) -> Literal["tls", "starttls", "none"]:
        """How the connection is encrypted. Port 465 uses TLS from its first byte (RFC 8314), whatever `starttls` is."""
        if self.port == _SMTPS_PORT:
            return "tls"
        return "starttls" if self.starttls else "none"


class Slack(Section):
    """The Slack app and who may use it."""

    mode: Literal["socket", "http"] = "socket"
    api_url: Annotated[SecretAddress, Field(min_length=1)] = "https://slack.com/api/"
    workspaces: tuple[str, ...] = ()
    guests: bool = False
    listen_channels: tuple[str, ...] = ()
    command: str = "/policy"


class Teams(Section):
    """The Teams app and who may use it."""

    app_id: Word
    app_type: Literal["SingleTenant", "UserAssignedMSI"] = "SingleTenant"
    tenant_id: Word
    tenants: tuple[str, ...] = ()
    guests: bool = False
    authentication: bool = True
    openid_metadata_url: SecretAddress = ""
    login_url: SecretAddress = ""
    service_hosts: tuple[str, ...] = ("*.botframework.com", "smba.trafficmanager.net")


class Matching(Section):
    """How the matcher learns and how sure it must be."""

    accept: float = Field(default=0.9, gt=0, lt=1)
    """The share of correctly matched questions that are answered."""

    encoder: str = "auto"
    """`auto`, `off`, or the folder of a sentence encoder."""

    cache: str = ""
    """The folder for trained matchers; empty for the default in the user's cache folder."""


class NamedContact(Section):
    """A service or an office that answers name, and how it is reached."""

    name: Word
    url: WebAddress = ""
    phone: str = ""
    email: Mailbox = ""


class KnowledgeRules(Section):
    """What an answer must have before it is given."""

    require_approval: bool = False
    """Entries without `approved_by` are drafts."""


class Privacy(Section):
    """How long each class of data is kept. For a case the time runs from its closing."""

    questions: Duration = timedelta(days=90)
    feedback: Duration = timedelta(days=365)
    cases: Duration = timedelta(days=3 * 365)


def _database_secret(url: SecretStr) -> SecretStr:
    database_url(url.get_secret_value())
    return url


class Secrets(Section):
    """The secrets of the environment. pydantic keeps them out of every `repr`."""

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    microsoft_app_password: SecretStr | None = None
    smtp_password: SecretStr | None = None
    database_url: Annotated[SecretStr, AfterValidator(_database_secret)] | None = None


class Config(Section):
    """The whole configuration."""

    organisation: Organisation = Organisation()
    knowledge: str = ""
    """The folder of the knowledge base; empty for the one that ships with the desk."""

    database: Database = "sqlite:///var/policydesk.db"
    server: Server = Server()
    console: Console | None = None
    press_office: PressOffice = PressOffice()
    contacts: Mapping[ContactId, NamedContact] = {}
    knowledge_rules: KnowledgeRules = KnowledgeRules()
    email: Email | None = None
    slack: Slack | None = None
    teams: Teams | None = None
    matching: Matching = Matching()
    privacy: Privacy = Privacy()
    secrets: Secrets = Secrets()
    """Never read from the file."""

    @property
    def is_trial(self) -> bool:
        """True if no platform is configured. The browser console is then on without its section."""
        return not (self.slack or self.teams)

    @property
    def database_url(self) -> str:
        """The database to use: the environment's DATABASE_URL if it is set, else `database`."""
        secret = self.secrets.database_url
        return secret.get_secret_value() if secret else self.database
