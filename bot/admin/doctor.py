"""Findings of `policydesk doctor` about the knowledge base, the configuration and the platforms, and how they print."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import chain
from pathlib import Path

from bot.config import Config
from bot.errors import KnowledgeError, Problem
from bot.knowledge.loader import load
from bot.knowledge.source_files import overlooked
from bot.ports import Finding, Messenger

_CHECK_FILE = "Mend the file; `policydesk check` looks over all of them."


def knowledge(folder: Path) -> list[Finding]:
    """Return whether the knowledge base of a folder can be used, and the files in it that are not read."""
    try:
        answers = len(load(folder).answering)
    except KnowledgeError as error:
        return problems(error.problems, _CHECK_FILE)
    read = Finding("knowledge", ok=True, detail=f"{answers} answers in {folder}")
    return [read, *problems(overlooked(folder), _CHECK_FILE)]


def press_office(config: Config) -> list[Finding]:
    """Return whether an enquiry would reach somebody, judged by the configuration alone."""
    office = config.press_office
    if not office.channels:
        return [Finding("press_office", ok=True, detail="it has no channels: no enquiry is passed on")]
    sections = {"slack": config.slack, "teams": config.teams, "web": config.console}
    found = [_channel(channel, sections.get(channel.partition(":")[0]) is not None) for channel in office.channels]
    if (config.slack or config.teams) and not (office.phone or office.email):
        detail = "nobody learns of an enquiry that no channel takes"
        found.append(Finding("press_office", ok=False, detail=detail, fix="Set press_office.phone, or email, or both."))
    return found


def _channel(channel: str, is_configured: bool) -> Finding:
    subject, platform = f"press_office.channels {channel}", channel.partition(":")[0]
    if is_configured:
        return Finding(subject, ok=True, detail="enquiries go there")
    detail, fix = f"there is no section `{platform}`", f"Add a section `{platform}`, or take the channel out."
    return Finding(subject, ok=False, detail=detail, fix=fix)


def references(first: int) -> Finding:
    """Return the next reference. A restored database would give those of its last hours again; only people can tell."""
    advice = "after a restore, set one beyond those in the channels: `policydesk cases next M-500`"
    return Finding("references", ok=True, detail=f"the next is M-{first} or Q-{first}; {advice}")


async def platforms(messengers: Mapping[str, Messenger]) -> list[Finding]:
    """Return what each platform says of itself. All of them are asked at once."""
    found = await asyncio.gather(*(messenger.diagnose() for messenger in messengers.values()))
    return list(chain.from_iterable(found))


def problems(found: Sequence[Problem], fix: str) -> list[Finding]:
    """Return problems as findings. `fix` is used for a problem that names none."""
    return [Finding(problem.where, ok=False, detail=problem.what, fix=problem.fix or fix) for problem in found]


def as_text(findings: Sequence[Finding]) -> str:
    """Return a line for each finding, below a failing one its fix, and a last line that counts the failing ones."""
    width = max(len(finding.subject) for finding in findings)
    lines = []
    for finding in findings:
        lines.append(f"{'ok' if finding.ok else 'FAILS':7}{finding.subject:{width}}  {finding.detail}".rstrip())
        lines += [] if finding.ok else [f"       → {finding.fix}"]
    failing = sum(not finding.ok for finding in findings)
    return "\n".join([*lines, "", f"{failing or 'Nothing'} fail{'' if failing > 1 else 's'}."])


def as_json(findings: Sequence[Finding]) -> str:
    """Return `{"ok": false, "findings": [{"subject", "ok", "detail", "fix"}]}`."""
    ok = all(finding.ok for finding in findings)
    report = {"ok": ok, "findings": [asdict(finding) for finding in findings]}
    return json.dumps(report, ensure_ascii=False, indent=2)
