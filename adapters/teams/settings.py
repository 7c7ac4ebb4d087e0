"""The settings of the Teams adapter, the addresses of Microsoft's clouds, and what all modules here share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

PLATFORM = "teams"

Json = dict[str, Any]
"""A JSON object, such as an activity or an element of a card."""

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Cloud:
    """One of Microsoft's clouds.

    `issuer` is that of tokens we receive, `resource` the audience of tokens we send, `authority` the token endpoint
    and `openid_metadata_url` where the signing keys are published.
    """

    issuer: str
    resource: str
    authority: str
    openid_metadata_url: str


PUBLIC = Cloud(
    "https://api.botframework.com",
    "https://api.botframework.com",
    "https://login.microsoftonline.com/",
    "https://login.botframework.com/v1/.well-known/openidconfiguration",
)
GOVERNMENT = Cloud(
    "https://api.botframework.us",
    "https://api.botframework.us",
    "https://login.microsoftonline.us/",
    "https://login.botframework.azure.us/v1/.well-known/openidconfiguration",
)


@dataclass(frozen=True, slots=True)
class TeamsSettings:
    """The section `teams` of the configuration. An empty URL means that of the public cloud.

    `tenants` are allowed besides `tenant_id`. Without `authentication`, neither tokens we receive are checked nor are
    any sent.
    """

    app_id: str
    tenant_id: str
    password: str = ""
    app_type: Literal["SingleTenant", "UserAssignedMSI"] = "SingleTenant"
    tenants: tuple[str, ...] = ()
    guests: bool = False
    authentication: bool = True
    openid_metadata_url: str = ""
    login_url: str = ""
    service_hosts: tuple[str, ...] = ("*.botframework.com", "*.trafficmanager.net")
    press_channels: tuple[str, ...] = ()
    """The ids that stand behind `teams:` in press_office.channels."""

    @property
    def bot_id(self) -> str:
        """The bot's id as a member of conversations."""
        return f"28:{self.app_id}"

    @property
    def cloud(self) -> Cloud:
        """The cloud that the metadata URL belongs to, with the URLs that are configured and the tenant's authority."""
        cloud = GOVERNMENT if self.openid_metadata_url == GOVERNMENT.openid_metadata_url else PUBLIC
        return Cloud(
            cloud.issuer,
            cloud.resource,
            self.login_url or cloud.authority + self.tenant_id,
            self.openid_metadata_url or cloud.openid_metadata_url,
        )

    def is_allowed_tenant(self, tenant: str) -> bool:
        """Return whether people of this tenant may use the desk."""
        return tenant in {self.tenant_id, *self.tenants}

    def is_trusted_service_url(self, service_url: str) -> bool:
        """Return whether our access token may be sent there: to a host of Microsoft's, and encrypted."""
        try:
            url = urlsplit(service_url)
            host = (url.hostname or "").lower()
        except ValueError:  # the brackets of an IPv6 address hold something else
            return False
        encrypted = url.scheme == "https" or (url.scheme == "http" and host in _LOOPBACK)
        return encrypted and any(_matches(host, pattern.lower()) for pattern in self.service_hosts)


def _matches(host: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return host.endswith(pattern[1:]) and len(host) > len(pattern) - 1
    return host == pattern
