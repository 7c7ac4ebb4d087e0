"""`policydesk doctor`, on a Slack, a Microsoft and a mail server of this machine."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.admin import doctor
from bot.app.configuration import read_config
from bot.app.diagnosis import diagnose
from bot.cli.main import main
from bot.ports import Finding
from bot.storage.adapter_state import DurableState
from bot.storage.engine import Store
from tests.both import sections
from tests.clock import ManualClock
from tests.desk import KNOWLEDGE
from tests.slack.server import APP_TOKEN, BOT_TOKEN, LoopbackSlack
from tests.teams.microsoft import APP, SECRET, TENANT, Microsoft
from tests.teams.office import trust
from tests.teams.people import PRESS

Config = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path) -> Config:
    """A configuration file, with these sections changed."""

    def write(**sections: Any) -> Path:
        known = {"knowledge": str(KNOWLEDGE), "database": f"sqlite:///{tmp_path}/desk.db"}
        path = tmp_path / "policydesk.yaml"
        path.write_text(yaml.safe_dump({**known, **sections}), encoding="utf-8")
        return path

    return write


@pytest.fixture
async def slack(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LoopbackSlack]:
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT_TOKEN)
    monkeypatch.setenv("SLACK_APP_TOKEN", APP_TOKEN)
    served = LoopbackSlack()
    await served.start()
    yield served
    await served.stop()


@pytest.fixture
async def microsoft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Microsoft]:
    monkeypatch.setenv("MICROSOFT_APP_PASSWORD", SECRET)
    served = Microsoft()
    await served.start()
    trust(served, tmp_path, monkeypatch)
    yield served
    await served.stop()


async def failing(path: Path) -> dict[str, Finding]:
    findings = await diagnose(read_config(path))
    assert all(finding.fix for finding in findings if not finding.ok)
    return {finding.subject: finding for finding in findings if not finding.ok}


def open_to_others(path: Path) -> None:
    path.parent.chmod(0o755)
    path.chmod(0o644)


async def heard(path: Path, microsoft: Microsoft) -> Store:
    """The database of a desk that Teams has posted to; open, as that of a desk that serves."""
    store = Store(read_config(path).database_url, ManualClock())
    store.open(exclusive=True)
    for key in ("service", f"place/{PRESS}"):
        await DurableState(store, "teams").put(key, microsoft.url)
    return store


async def test_nothing_fails_beside_a_desk_that_serves(
    written: Config, slack: LoopbackSlack, microsoft: Microsoft
) -> None:
    path = written(**sections(slack, microsoft))
    store = await heard(path, microsoft)
    findings = {finding.subject: finding for finding in await diagnose(read_config(path))}
    store.close()
    assert {subject for subject, finding in findings.items() if not finding.ok} == set()
    assert {"knowledge", "database", "slack scopes", "slack app token", "slack:C0PRESS"} <= findings.keys()
    assert {"teams access token", "teams signing keys", "teams endpoint", f"teams:{PRESS}"} <= findings.keys()
    assert slack.sockets == []
    assert microsoft.conversations == {}


async def test_each_thing_that_fails_names_what_mends_it(
    written: Config, slack: LoopbackSlack, microsoft: Microsoft
) -> None:
    path = written(**sections(slack, microsoft))
    store = await heard(path, microsoft)
    slack.scopes = "chat:write"
    slack.app_token_works = False
    slack.channels["C0PRESS"] = "not_in_channel"
    microsoft.token_answer = {"error": "invalid_client", "error_codes": [7000222]}
    found = await failing(path)
    store.close()
    said = {subject: f"{finding.detail} {finding.fix}" for subject, finding in found.items()}
    assert "reactions:write" in said["slack scopes"]
    assert "SLACK_APP_TOKEN" in said["slack app token"]
    assert "Invite the app" in said["slack:C0PRESS"]
    assert "the secret has expired" in said["teams access token"]
    assert "MICROSOFT_APP_PASSWORD" in said[f"teams:{PRESS}"]


async def test_a_database_that_others_can_read_fails(
    written: Config, slack: LoopbackSlack, microsoft: Microsoft, tmp_path: Path
) -> None:
    path = written(**sections(slack, microsoft))
    store = await heard(path, microsoft)
    open_to_others(tmp_path / "desk.db")
    found = await failing(path)
    store.close()
    assert found["database"].fix == f"Run: chmod 600 {tmp_path}/desk.db"


async def test_before_the_first_start_there_is_no_database_and_none_is_made(
    written: Config, slack: LoopbackSlack, microsoft: Microsoft, tmp_path: Path
) -> None:
    path = written(**sections(slack, microsoft))
    found = await failing(path)
    assert found.keys() == {"teams endpoint", f"teams:{PRESS}"}
    assert not (tmp_path / "desk.db").exists()


async def test_secrets_that_are_missing_are_all_named(written: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "MICROSOFT_APP_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    found = await failing(written(slack={}, teams={"app_id": APP, "tenant_id": TENANT}))
    assert found.keys() == {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "MICROSOFT_APP_PASSWORD"}


async def test_a_press_office_that_nothing_leads_to(written: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLACK_BOT_TOKEN", raising=False)
    office = {"channels": [f"teams:{PRESS}"], "officers": ["slack:U0ANNA"]}
    found = await failing(written(slack={"mode": "http"}, press_office=office))
    assert "section `teams`" in found[f"press_office.channels teams:{PRESS}"].fix
    assert "press_office.phone" in found["press_office"].fix


async def test_a_mail_server_that_is_not_there(written: Config) -> None:
    mail = {"host": "127.0.0.1", "port": 1, "from": "desk@example.org"}
    assert (await failing(written(email=mail))).keys() == {"mail server 127.0.0.1:1"}


async def test_a_database_of_a_later_release(written: Config) -> None:
    path = written()
    store = Store(read_config(path).database_url, ManualClock())
    store.open()
    with store.transaction() as tx:
        tx.connection.exec_driver_sql("UPDATE schema_version SET version = 9999")
    store.close()
    found = await failing(path)
    assert "later" in found["database"].detail


@pytest.mark.parametrize(
    ("files", "where"),
    [
        ({}, ""),
        ({"a.yaml": "entries: [{id: x}]"}, "a.yaml:1"),
        ({"a.yaml": "entries: [{id: x, title: X, questions: [x], answer: X}]", "b.yml": "entries: []"}, "b.yml"),
    ],
)
def test_a_knowledge_base_that_cannot_answer(tmp_path: Path, files: dict[str, str], where: str) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    found = [finding for finding in doctor.knowledge(tmp_path) if not finding.ok]
    assert (where or str(tmp_path)) in [finding.subject for finding in found]
    assert all(finding.fix for finding in found)


def test_the_command_says_it_in_lines_or_as_json(written: Config, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(written())
    assert main(["doctor", "--config", path]) == 0
    said = capsys.readouterr().out
    assert said.splitlines()[0].startswith("ok     knowledge")
    assert said.endswith("Nothing fails.\n")
    path = str(written(email={"host": "127.0.0.1", "port": 1, "from": "desk@example.org"}))
    assert main(["doctor", "--config", path]) == 1
    said = capsys.readouterr().out
    assert "FAILS  mail server 127.0.0.1:1" in said
    assert said.endswith("1 fails.\n")
    assert main(["doctor", "--json", "--config", path]) == 1
    report = json.loads(capsys.readouterr().out)
    assert not report["ok"]
    assert {"subject", "ok", "detail", "fix"} == report["findings"][0].keys()


def test_a_configuration_that_cannot_be_read_is_another_matter(
    written: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--config", str(written(slack={"mode": "pigeon"}))]) == 2
    assert "slack.mode" in capsys.readouterr().err
