"""The app package is one that Teams takes, and says what the code does."""

from __future__ import annotations

import inspect
import io
import json
import os
import struct
from pathlib import Path
from zipfile import ZipFile

import pytest
from jsonschema import Draft4Validator

from adapters.teams import activity_handler
from adapters.teams.activities import is_report_command
from adapters.teams.manifest import CONSENT, manifest, package
from bot.cli.main import main
from tests.teams.microsoft import APP

ABOUT = manifest(APP, "Harbour Library", "https://library.example.org", "0.1.0")


def unpacked(archive: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(archive)) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def size(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.mark.parametrize("organisation", ["Harbour Library", "x" * 200, "é"])
@pytest.mark.parametrize("version", ["0.1.0", "1.2", "1.2.3.dev4"])
def test_the_manifest_is_valid(organisation: str, version: str) -> None:
    folder = os.environ.get("SCHEMAS")
    if not folder:
        pytest.skip("SCHEMAS names no folder with the public JSON Schemas")
    schema = json.loads((Path(folder) / "teams-manifest.schema.json").read_text())
    about = manifest(APP, organisation, "https://library.example.org", version)
    assert [error.message for error in Draft4Validator(schema).iter_errors(about)] == []


def test_the_package_holds_the_manifest_and_both_icons() -> None:
    files = unpacked(package(ABOUT))
    assert json.loads(files["manifest.json"]) == ABOUT
    assert {name: size(files[name]) for name in ABOUT["icons"].values()} == {
        "color.png": (192, 192),
        "outline.png": (32, 32),
    }
    assert package(ABOUT) == package(ABOUT)


def test_the_manifest_promises_what_the_code_does() -> None:
    (bot,), (extension,) = ABOUT["bots"], ABOUT["composeExtensions"]
    titles = {command["title"].lower() for command in bot["commandLists"][0]["commands"]}
    assert titles <= activity_handler.COMMANDS.keys()
    assert set(bot["scopes"]) == {"personal", "team", "groupChat"}
    (command,) = extension["commands"]
    assert command["fetchTask"]
    assert is_report_command({"commandId": command["id"]})
    source = inspect.getsource(activity_handler)
    assert "composeExtension/fetchTask" in source
    assert "composeExtension/submitAction" in source
    asked = ABOUT["authorization"]["permissions"]["resourceSpecific"]
    assert asked == [{"name": CONSENT, "type": "Application"}]
    assert {bot["botId"], extension["botId"], ABOUT["webApplicationInfo"]["id"], ABOUT["id"]} == {APP}


def test_the_command_prints_the_manifest_or_writes_the_package(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = str(tmp_path / "policydesk.yaml")
    Path(config).write_text(json.dumps({"teams": {"app_id": APP, "tenant_id": "t"}}))
    assert main(["manifest", "teams", "--config", config]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["id"] == APP
    assert main(["manifest", "teams", "--config", config, "--out", str(tmp_path / "new" / "folder")]) == 0
    files = unpacked((tmp_path / "new" / "folder" / "policydesk-teams.zip").read_bytes())
    assert json.loads(files["manifest.json"]) == printed


def test_without_teams_there_is_nothing_to_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "policydesk.yaml"
    path.write_text("{}")
    assert main(["manifest", "teams", "--config", str(path)]) == 2
    assert "teams: this section is missing" in capsys.readouterr().err
