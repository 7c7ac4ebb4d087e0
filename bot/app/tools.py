"""What the command line needs of a desk that it does not run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bot.admin import retention
from bot.app.configuration import knowledge_folder, options, read_config
from bot.clock import SystemClock
from bot.config import Config
from bot.knowledge.loader import load
from bot.knowledge.model import Knowledge
from bot.storage.adapter_state import DurableState
from bot.storage.engine import Store

if TYPE_CHECKING:
    from bot.matching.matcher import Matcher


def announced_folder(config: Config, given: Path | None = None) -> Path:
    """The folder whose knowledge base a command reads: the configured one unless one is given. Says it on stderr."""
    folder = given or knowledge_folder(config)
    print(f"policydesk: knowledge from {folder.absolute()}", file=sys.stderr)
    return folder


def announced_knowledge(config: Config, given: Path | None = None) -> Knowledge:
    """The knowledge base of `announced_folder`. Raises KnowledgeError with all that is wrong in it."""
    return load(announced_folder(config, given))


def matcher_for(folder: Path | None, config: Path | None) -> tuple[Knowledge, Matcher]:
    """A knowledge base (the configured one unless a folder is given) and its matcher, for the command line."""
    from bot.matching.process import model_cache  # 30 MB that a process which serves leaves to its worker

    settings = read_config(config)
    knowledge = announced_knowledge(settings, folder)
    return knowledge, model_cache.matcher_for(knowledge, options(settings))


@contextmanager
def database(config: Config) -> Iterator[Store]:
    """The database, beside whatever serves from it. Raises as `Store.open_beside`."""
    store = Store(config.database_url, SystemClock())
    store.open_beside()
    try:
        yield store
    finally:
        store.close()


def transcripts(store: Store) -> retention.Transcripts:
    """What the browser console has shown, for the command line."""
    from adapters.web.message_store import MessageStore

    return MessageStore(DurableState(store, "web"), SystemClock())
