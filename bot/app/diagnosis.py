"""Looks at everything that a desk needs, without serving, also beside a desk that serves: `policydesk doctor`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from tempfile import TemporaryDirectory

from adapters.http import HttpServer
from bot.admin import doctor
from bot.app.configuration import knowledge_folder
from bot.app.platforms import PlatformContext, configured_platforms, messengers
from bot.clock import SystemClock
from bot.config import Config
from bot.errors import ConfigurationError, StoreError
from bot.ports import Adapter, Finding
from bot.storage.engine import Store

_NO_DATABASE_YET = "none yet: `policydesk serve` makes it"
_SET_SECRET = "Set it in the environment."  # noqa: S105  a sentence
_FIX_DATABASE = (
    "Check `database` in the configuration, or DATABASE_URL, and run this again: the platforms were not asked, because "
    "what they need to know stands in the database."
)


async def diagnose(config: Config) -> list[Finding]:
    """Return what works and what does not. Nothing is started, sent or changed."""
    findings = [*doctor.knowledge(knowledge_folder(config)), *doctor.press_office(config)]
    try:
        with _database(config) as (store, found):
            return [*findings, *found, *await _platforms(config, store)]
    except StoreError as error:
        return [*findings, Finding("database", ok=False, detail=str(error), fix=_FIX_DATABASE)]


@contextmanager
def _database(config: Config) -> Iterator[tuple[Store, list[Finding]]]:
    """The desk's database, open, and what there is to say about it.

    Before the first `serve` there is none. Then it is an empty one, which is deleted afterwards.
    """
    where = "from DATABASE_URL" if config.secrets.database_url else config.database
    store = Store(config.database_url, SystemClock())
    with TemporaryDirectory() as folder:
        try:
            store.open_beside()
        except ConfigurationError:
            where = f"{where}, {_NO_DATABASE_YET}"
            store = Store(f"sqlite:///{folder}/empty.db", SystemClock())
            store.open()
        exposed = store.exposed()
        with store.transaction() as tx:
            first = tx.references.next_number()
        try:
            found = [Finding("database", ok=True, detail=where), doctor.references(first)]
            yield store, [*found, *doctor.problems([exposed] if exposed else [], "")]
        finally:
            store.close()


async def _platforms(config: Config, store: Store) -> list[Finding]:
    """Ask each platform. The browser console is left out: it is on this machine, so there is nobody to ask."""
    asked = config.model_copy(update={"console": None})
    context = PlatformContext(asked, store, SystemClock(), HttpServer(config.server.host, config.server.port))
    findings: list[Finding] = []
    adapters: list[Adapter] = []
    async with AsyncExitStack() as stack:
        for build in configured_platforms(asked):
            try:
                platform = build(context)
            except ConfigurationError as error:
                findings += doctor.problems(error.problems, _SET_SECRET)
                continue
            adapters.append(platform.adapter)
            if platform.close is not None:
                stack.push_async_callback(platform.close)
        return [*findings, *await doctor.platforms(messengers(adapters, asked, context.clock))]
