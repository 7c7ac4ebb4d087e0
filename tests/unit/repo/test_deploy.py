"""The examples in deploy/: what protects the desk stays in them, and they fit what the desk listens to."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from adapters.http.server import BODY_TIMEOUT, IDLE_TIMEOUT, MAX_BODY
from adapters.slack.transports import EVENTS_PATH
from bot.config import Config

DEPLOY = Path(__file__).parents[3] / "deploy"
UNIT = DEPLOY / "policydesk.service"
NGINX = DEPLOY / "nginx.conf"
REQUIRED = """
[Service]
User=policydesk
EnvironmentFile=/etc/policydesk/secrets
UMask=0077
StateDirectory=policydesk
StateDirectoryMode=0700
CacheDirectoryMode=0700
LimitNOFILE=4096
LimitCORE=0
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
MemoryDenyWriteExecute=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
SystemCallFilter=@system-service
[Install]
WantedBy=multi-user.target
"""


def test_the_unit_keeps_every_line_that_protects_the_desk() -> None:
    lines = UNIT.read_text(encoding="utf-8").splitlines()
    assert [line for line in REQUIRED.strip().splitlines() if line not in lines] == []


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd on this machine")
def test_systemd_rates_the_exposure_below_3() -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=30", str(UNIT)]
    rated = subprocess.run(command, capture_output=True, text=True, check=False)
    assert rated.returncode == 0, rated.stdout + rated.stderr
    assert "Overall exposure level" in rated.stdout


def test_nginx_passes_on_what_the_platforms_call_and_nothing_else() -> None:
    conf = NGINX.read_text(encoding="utf-8")
    passed = re.findall(r"location = (\S+) \{\s*limit_except POST \{ deny all; \}\s*proxy_pass (\S+);", conf)
    server = f"http://127.0.0.1:{Config().server.port}"
    assert sorted(passed) == [("/api/messages", server), (EVENTS_PATH, server)]
    assert conf.count("proxy_pass ") == len(passed)
    assert re.search(r"location / \{\s*return 404;", conf)


def test_nginx_gives_up_before_the_desk_does() -> None:
    conf = NGINX.read_text(encoding="utf-8")

    def number(directive: str) -> int:
        (found,) = re.findall(rf"^\s*{directive}\s+(\d+)[sm];", conf, re.MULTILINE)
        return int(found)

    assert number("client_max_body_size") * 1024 * 1024 <= MAX_BODY
    assert number("client_body_timeout") < BODY_TIMEOUT
    assert number("keepalive_timeout") < IDLE_TIMEOUT
