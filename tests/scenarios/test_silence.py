"""The process speaks to nobody whom the configuration does not name.

Each command runs under strace, which sees what native libraries do as well, in a home folder of its own: a library that
reports home also leaves an id of this device there. The configuration names no platform and no mail server, so that any
address of another process is one too many; look-ups of names are datagrams to a name server, and so among them.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest

KNOWLEDGE = Path(__file__).parents[1] / "chaos" / "knowledge"
QUESTION = "may I bring coffee into the reading room"
STRACE = ["strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-e", "signal=none"]
# Of the kernel (AF_NETLINK) and of this machine's own services (AF_UNIX) names and addresses may be asked.
ADDRESS = re.compile(r"sa_family=AF_(?!UNIX|NETLINK|UNSPEC)\w+.*")


def can_trace() -> bool:
    if which("strace") is None:
        return False
    return subprocess.run([*STRACE, "true"], capture_output=True, check=False).returncode == 0


pytestmark = [pytest.mark.slow, pytest.mark.skipif(not can_trace(), reason="there is no strace that may trace")]


class Traced:
    """A command of the desk under strace."""

    def __init__(self, folder: Path) -> None:
        self.home, self._trace = folder / "home", folder / "trace"
        self.home.mkdir()
        self._config = folder / "policydesk.yaml"
        settings = [f"knowledge: {KNOWLEDGE}", f"database: sqlite:///{folder}/desk.db", "server: {port: 0}"]
        settings += ["console: {port: 0}", f"matching: {{cache: {folder}/cache}}"]
        self._config.write_text("\n".join(settings), encoding="utf-8")

    def start(self, command: str, *arguments: str) -> subprocess.Popen[str]:
        secrets = ("SLACK_", "MICROSOFT_", "SMTP_", "DATABASE_")
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith((*secrets, "XDG_", "ORT_"))
        }
        run = [sys.executable, "-c", "import sys; from bot.cli.main import main; sys.exit(main())", command]
        return subprocess.Popen(
            [*STRACE, "-o", str(self._trace), *run, "--config", str(self._config), *arguments],
            env={**environment, "HOME": str(self.home)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def addresses(self) -> list[str]:
        """Every address to which something was sent."""
        return ADDRESS.findall(self._trace.read_text(encoding="utf-8"))

    def left_behind(self) -> list[Path]:
        """What libraries wrote into the home folder."""
        return [path for path in self.home.rglob("*") if path.is_file()]


@pytest.fixture
def traced(tmp_path: Path) -> Traced:
    return Traced(tmp_path)


def test_the_trace_sees_what_a_process_sends(traced: Traced) -> None:
    code = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))"
    trace = traced.home / "trace"
    subprocess.run([*STRACE, "-o", str(trace), sys.executable, "-c", code], check=True)
    assert ADDRESS.search(trace.read_text(encoding="utf-8"))


def test_ask_speaks_to_nobody(traced: Traced) -> None:
    said, _ = traced.start("ask", QUESTION).communicate()
    assert said
    assert traced.addresses() == []
    assert traced.left_behind() == []


def test_chat_speaks_to_nobody(traced: Traced) -> None:
    said, _ = traced.start("chat").communicate(f"{QUESTION}\n")
    assert said
    assert traced.addresses() == []
    assert traced.left_behind() == []


def test_serve_speaks_to_nobody(traced: Traced) -> None:
    running = traced.start("serve")
    assert running.stdout is not None
    lines: list[str] = []
    while not any("Stop with Ctrl-C" in line for line in lines):
        line = running.stdout.readline()
        assert line, f"serve ended: {lines}"
        lines.append(line)
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text(encoding="utf-8").split()
    os.kill(int(children[0]), signal.SIGTERM)
    running.communicate()
    assert traced.addresses() == []
    assert traced.left_behind() == []
