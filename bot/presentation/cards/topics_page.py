"""What the desk can answer, by topic: the list that staff look through before they ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from bot.knowledge.model import Entry, Knowledge
from bot.messages import Markdown, Outgoing
from bot.plaintext import escape
from bot.presentation import texts


def topics(knowledge: Knowledge) -> Outgoing:
    """Titles below the section of the policy that each answer rests on, in the policy's own order.

    By section and not by file: owners split their files as they like, and each answer names its section as its source.
    """
    lists = [Markdown(_listed(heading, titles)) for heading, titles in _groups(knowledge)]
    return Outgoing((Markdown(texts.TOPICS), *lists), summary=texts.TOPICS)


def _groups(knowledge: Knowledge) -> Iterator[tuple[str, list[str]]]:
    """Heading -> titles. What cites nothing stands last; where nothing is cited at all, it needs no heading."""
    place = {cited: number for number, cited in enumerate(knowledge.clause)}
    titled = [entry for entry in knowledge.answering if entry.title]
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for entry in sorted(titled, key=lambda each: place[each.cites[0]] if each.cites else len(place)):
        groups[_heading(knowledge, entry)].append(entry.title)
    for heading, titles in groups.items():
        yield heading or (texts.OTHER_TOPICS if len(groups) > 1 else ""), titles


def _heading(knowledge: Knowledge, entry: Entry) -> str:
    """The section of the first clause that it cites, with its document where there are several."""
    if not entry.cites:
        return ""
    clause = knowledge.clause[entry.cites[0]]
    if len(knowledge.documents) == 1:
        return clause.section
    return f"{knowledge.document[clause.document].title}: {clause.section}"


def _listed(heading: str, titles: list[str]) -> str:
    above = f"**{escape(heading)}**\n\n" if heading else ""
    return above + "\n".join(f"- {escape(title)}" for title in titles)
