"""The list of topics that the desk can answer, for staff to look through before they ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from bot.knowledge.model import Entry, Knowledge
from bot.messages import Markdown, Outgoing
from bot.plaintext import escape
from bot.presentation import texts


def topics(knowledge: Knowledge) -> Outgoing:
    """Return the titles of all entries, below the section of the policy that each answer cites, in the policy's order.

    They are grouped by section and not by file, because owners may split their files in any way.
    """
    lists = [Markdown(_listed(heading, titles)) for heading, titles in _groups(knowledge)]
    return Outgoing((Markdown(texts.TOPICS), *lists), summary=texts.TOPICS)


def _groups(knowledge: Knowledge) -> Iterator[tuple[str, list[str]]]:
    """Return (heading, titles) for each group.

    Entries that cite nothing come last. They have no heading if there is no other group.
    """
    place = {cited: number for number, cited in enumerate(knowledge.clause)}
    titled = [entry for entry in knowledge.answering if entry.title]
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for entry in sorted(titled, key=lambda each: place[each.cites[0]] if each.cites else len(place)):
        groups[_heading(knowledge, entry)].append(entry.title)
    for heading, titles in groups.items():
        yield heading or (texts.OTHER_TOPICS if len(groups) > 1 else ""), titles


def _heading(knowledge: Knowledge, entry: Entry) -> str:
    """Return the section of the first clause that the entry cites; empty if it cites nothing.

    If the policy has several documents, the title of the document comes first.
    """
    if not entry.cites:
        return ""
    clause = knowledge.clause[entry.cites[0]]
    if len(knowledge.documents) == 1:
        return clause.section
    return f"{knowledge.document[clause.document].title}: {clause.section}"


def _listed(heading: str, titles: list[str]) -> str:
    above = f"**{escape(heading)}**\n\n" if heading else ""
    return above + "\n".join(f"- {escape(title)}" for title in titles)
