"""What commands open that do not serve: the matcher, the database, and what the browser console has shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from bot.admin.retention import Transcripts
from bot.app.configuration import matcher_options
from bot.clock import SystemClock
from bot.config import Config
from bot.errors import ConfigurationError, Problem
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


def tune(knowledge: Knowledge, config: Config, out: Path | None) -> str:
    """Let the encoder learn a knowledge base, keep that in the cache folder or a file, and return what came of it.

    Raises ConfigurationError if there is no encoder, no place to keep it, or too little to learn.
    """
    from bot.matching.adapters import cache_file, find_adapters, key_of, learn_adapters, write_adapters
    from bot.matching.array_file import make_folder_for
    from bot.matching.encoder.sentence_encoder import find_encoder

    options = matcher_options(config)
    encoder = find_encoder(options.encoder)
    if encoder is None:
        raise ConfigurationError(Problem("matching.encoder", "there is no sentence encoder that could learn."))
    key = key_of(knowledge, encoder.fingerprint)
    file = out or (cache_file(options.cache, key) if options.cache else None)
    if file is None:
        raise ConfigurationError(Problem("matching.cache", "there is no folder to keep it in.", "Name one, or --out."))
    found = find_adapters(key, options.cache)
    if found and out is None:
        return f"nothing to learn: there is the adapter {found.name} for exactly these questions."
    with _reported(file):  # before minutes of work are done for nothing
        make_folder_for(file)
    with tqdm(unit="batch", disable=None) as bar:

        def show(what: str, done: int, whole: int) -> None:
            bar.set_description(f"learning {what}", refresh=False)
            bar.total, bar.n = whole, done
            bar.refresh()

        learned = learn_adapters(knowledge, encoder, show)
    if learned is None:
        what = "the knowledge base has too few questions for an encoder to learn from, or this encoder cannot learn."
        raise ConfigurationError(Problem("matching.encoder", what))
    with _reported(file):
        write_adapters(learned, file)
    return f"learned the adapter {learned.name}."


@contextmanager
def _reported(file: Path) -> Iterator[None]:
    """Turn an OSError into a ConfigurationError that says that the file cannot be written, and why."""
    try:
        yield
    except OSError as error:
        raise ConfigurationError(Problem(str(file), f"cannot be written: {error.strerror}.")) from None


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
