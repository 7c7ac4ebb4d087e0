"""`policydesk doctor`: what works and what does not, each with what to do about it."""

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
    """Whether a desk could learn its answers from that folder."""
    try:
        answers = len(load(folder).answering)
    except KnowledgeError as error:
        return problems(error.problems, _CHECK_FILE)
    read = Finding("knowledge", ok=True, detail=f"{answers} answers in {folder}")
    return [read, *problems(overlooked(folder), _CHECK_FILE)]


def press_office(config: Config) -> list[Finding]:
    """Whether an enquiry would reach somebody, as far as the configuration says it."""
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


async def platforms(messengers: Mapping[str, Messenger]) -> list[Finding]:
    """What each platform says when it is asked; all of them are asked at once."""
    found = await asyncio.gather(*(messenger.diagnose() for messenger in messengers.values()))
    return list(chain.from_iterable(found))


def problems(found: Sequence[Problem], fix: str) -> list[Finding]:
    """What is wrong, as findings; `fix` stands where a problem names none."""
    return [Finding(problem.where, ok=False, detail=problem.what, fix=problem.fix or fix) for problem in found]


def as_text(findings: Sequence[Finding]) -> str:
    """A line for each finding, below one that fails what mends it, and a last line that counts them."""
    width = max(len(finding.subject) for finding in findings)
    lines = []
    for finding in findings:
        lines.append(f"{'ok' if finding.ok else 'FAILS':7}{finding.subject:{width}}  {finding.detail}".rstrip())
        lines += [] if finding.ok else [f"       → {finding.fix}"]
    failing = sum(not finding.ok for finding in findings)
    return "\n".join([*lines, "", f"{failing or 'Nothing'} fail{'' if failing > 1 else 's'}."])


def as_json(findings: Sequence[Finding]) -> str:
    """`{"ok": false, "findings": [{"subject", "ok", "detail", "fix"}]}`."""
    ok = all(finding.ok for finding in findings)
    report = {"ok": ok, "findings": [asdict(finding) for finding in findings]}
    return json.dumps(report, ensure_ascii=False, indent=2)
