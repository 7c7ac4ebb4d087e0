"""The settings of the Teams adapter, the addresses of Microsoft's clouds, and names that all modules here share."""

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
    """The addresses of one of Microsoft's clouds."""

    issuer: str
    """The issuer of tokens that we receive."""
    resource: str
    """The audience of tokens that we send."""
    authority: str
    """The token endpoint."""
    openid_metadata_url: str
    """Where the signing keys are published."""


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
    """The section `teams` of the configuration. An empty URL means the URL of the public cloud."""

    app_id: str
    tenant_id: str
    password: str = ""
    """The app's secret. A managed identity needs none."""
    app_type: Literal["SingleTenant", "UserAssignedMSI"] = "SingleTenant"
    tenants: tuple[str, ...] = ()
    """Tenants whose people may use the desk, besides `tenant_id`."""
    guests: bool = False
    """Whether guests may use the desk."""
    authentication: bool = True
    """If False, no received token is checked and none is sent. For use on one machine only."""
    openid_metadata_url: str = ""
    login_url: str = ""
    """The token endpoint, if it is not that of the cloud."""
    service_hosts: tuple[str, ...] = ("*.botframework.com", "smba.trafficmanager.net")
    """Hosts to which an access token may be sent. `*.` stands for any subdomain."""
    press_channels: tuple[str, ...] = ()
    """The tokens of the addresses `teams:…` in press_office.channels."""

    @property
    def bot_id(self) -> str:
        """The bot's id as a member of conversations."""
        return f"28:{self.app_id}"

    @property
    def cloud(self) -> Cloud:
        """The addresses to use: those of the metadata URL's cloud, replaced by the URLs that are configured."""
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
        """Return whether our access token may be sent there: to a host of Microsoft's, over an encrypted connection."""
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
