"""What the adapter needs to know from the configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

PLATFORM = "teams"

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Cloud:
    """Names of one of Microsoft's clouds: who signs, what our token is for, who gives it, and where the keys are."""

    issuer: str
    resource: str
    login: str
    keys: str


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
    """Empty addresses are those of the public cloud. Without `authentication` neither side proves who it is."""

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
    """What stands behind `teams:` in press_office.channels."""

    @property
    def bot_id(self) -> str:
        """The desk as Teams names it in conversations."""
        return f"28:{self.app_id}"

    @property
    def cloud(self) -> Cloud:
        """With the addresses that are configured; `login` ends in the tenant."""
        named = GOVERNMENT if self.openid_metadata_url == GOVERNMENT.keys else PUBLIC
        return Cloud(
            named.issuer,
            named.resource,
            self.login_url or named.login + self.tenant_id,
            self.openid_metadata_url or named.keys,
        )

    def serves(self, tenant: str) -> bool:
        """Whether people of this tenant get in."""
        return tenant in {self.tenant_id, *self.tenants}

    def trusts(self, service_url: str) -> bool:
        """Whether our token may go to this address: one of Microsoft's hosts, and not in the clear."""
        try:
            url = urlsplit(service_url)
            host = (url.hostname or "").lower()
        except ValueError:  # a host in brackets that is no IP address
            return False
        safe = url.scheme == "https" or (url.scheme == "http" and host in _LOOPBACK)
        return safe and any(_matches(host, pattern.lower()) for pattern in self.service_hosts)


def _matches(host: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return host.endswith(pattern[1:]) and len(host) > len(pattern) - 1
    return host == pattern
