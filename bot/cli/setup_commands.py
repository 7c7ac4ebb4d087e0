"""`policydesk doctor` and `policydesk manifest`: the commands that help to set a desk up."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from bot import private_files
from bot.cli.command_parsers import AddCommand, add_config_option, announced_folder
from bot.cli.standard_streams import write_line
from bot.errors import Problem, UserError

_WEBSITE = "https://www.example.org"


def add_commands(add: AddCommand) -> None:
    """Add them to the command line."""
    doctor = add("doctor", _doctor, "Look whether everything works that a desk needs; exits 1 where something fails.")
    add_config_option(doctor)
    doctor.add_argument("--json", action="store_true")
    manifest = add("manifest", _manifest, "Print what a platform wants to know of the app, to be set up with it.")
    manifest.add_argument("platform", choices=["slack", "teams"])
    add_config_option(manifest)
    manifest.add_argument(
        "--out", type=Path, metavar="DIR", help="write a file there instead; for Teams the app package"
    )
    manifest.add_argument("--website", default=_WEBSITE, help=f"a page of yours, for Teams (default: {_WEBSITE})")


def _doctor(options: argparse.Namespace) -> int:
    from bot.admin import doctor
    from bot.app.configuration import read_config
    from bot.app.diagnosis import diagnose

    config = read_config(options.config)
    announced_folder(config)
    findings = asyncio.run(diagnose(config))
    write_line((doctor.as_json if options.json else doctor.as_text)(findings))
    return 0 if all(finding.ok for finding in findings) else 1


def _manifest(options: argparse.Namespace) -> int:
    from bot.app.configuration import read_config
    from bot.app.manifests import registration

    registered = registration(options.platform, read_config(options.config), options.website)
    if options.out is None:
        write_line(registered.manifest)
    else:
        _write(options.out, registered.file_name, registered.content)
    return 0


def _write(folder: Path, name: str, content: bytes) -> None:
    try:
        private_files.make_folder(folder)
        private_files.write(folder / name, [content])
    except OSError as error:
        raise UserError(Problem("--out", f"cannot write to {folder}: {error.strerror}.")) from None
