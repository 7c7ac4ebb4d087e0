"""Everything that a desk needs, looked at without serving, and beside one that serves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from bot.admin import doctor
from bot.app.application import Application
from bot.app.platforms import configured, messengers
from bot.app.tools import announced_folder
from bot.config import Config
from bot.errors import ConfigurationError, StoreError
from bot.ports import Adapter, Finding

_NONE_YET = "none yet: `policydesk serve` makes it"
_SET = "Set it in the environment."
_DATABASE = (
    "Check `database` in the configuration, or DATABASE_URL, and run this again: the platforms were not asked, because "
    "what they need to know stands in the database."
)


async def examine(config: Config) -> list[Finding]:
    """What works and what does not. Nothing is started, sent or changed."""
    found = [*doctor.knowledge(announced_folder(config)), *doctor.press_office(config)]
    # The browser console is of this machine alone: there is nobody to ask.
    try:
        with _beside(config.model_copy(update={"console": None})) as (application, database):
            return [*found, database, *await _platforms(application)]
    except StoreError as error:
        return [*found, Finding("database", ok=False, detail=str(error), fix=_DATABASE)]


@contextmanager
def _beside(config: Config) -> Iterator[tuple[Application, Finding]]:
    """An application with an open database: the desk's, or an empty one for as long as there is none."""
    application = Application(config)
    where = "from DATABASE_URL" if config.secrets.database_url else config.database
    finding = Finding("database", ok=True, detail=where)
    with TemporaryDirectory() as folder:
        try:
            application.store.open_beside()
        except ConfigurationError:
            finding = Finding("database", ok=True, detail=f"{where}, {_NONE_YET}")
            secrets = config.secrets.model_copy(update={"database_url": None})
            empty = {"database": f"sqlite:///{folder}/empty.db", "secrets": secrets}
            application = Application(config.model_copy(update=empty))
            application.store.open()
        try:
            yield application, finding
        finally:
            application.store.close()


async def _platforms(application: Application) -> Sequence[Finding]:
    found: list[Finding] = []
    adapters: list[Adapter] = []
    for factory in configured(application.config):
        try:
            adapters.append(factory(application))
        except ConfigurationError as error:
            found += doctor.problems(error.problems, _SET)
    application.adapters = tuple(adapters)
    try:
        return [*found, *await doctor.platforms(messengers(application))]
    finally:
        await application.stop()
