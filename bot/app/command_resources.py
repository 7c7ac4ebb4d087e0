"""What commands open that do not serve: the matcher, the database, and what the browser console has shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bot.admin.retention import Transcripts
from bot.app.configuration import matcher_options
from bot.clock import SystemClock
from bot.config import Config
from bot.knowledge.loader import load
from bot.knowledge.model import Knowledge
from bot.storage.adapter_state import DurableState
from bot.storage.engine import Store

if TYPE_CHECKING:
    from bot.matching.matcher import Matcher


def read_knowledge(folder: Path, config: Config) -> Knowledge:
    """Return the knowledge base of a folder under the rules of the configuration. Raises KnowledgeError."""
    return load(folder, require_approval=config.knowledge_rules.require_approval)


def learned_matcher(knowledge: Knowledge, config: Config) -> Matcher:
    """Return a matcher in this process. It learns the knowledge base unless the cache folder has it."""
    from bot.matching.process import model_cache  # 30 MB, which a desk that serves leaves to its worker process

    return model_cache.matcher_for(knowledge, matcher_options(config))


@contextmanager
def database(config: Config) -> Iterator[Store]:
    """The database, open until the block ends, beside any process that serves from it.

    Raises ConfigurationError if there is none, DatabaseTooNew, DatabaseTooOld or StoreUnavailable.
    """
    store = Store(config.database_url, SystemClock())
    store.open_beside()
    try:
        yield store
    finally:
        store.close()


def transcripts(store: Store) -> Transcripts:
    """Return the messages that the browser console has stored in this database."""
    from adapters.web.message_store import MessageStore

    return MessageStore(DurableState(store, "web"), SystemClock())
