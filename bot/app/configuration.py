"""Reads the configuration file and the environment, and derives the knowledge folder and the matcher's options."""

from __future__ import annotations

import os
from pathlib import Path

from bot import config as configuration
from bot.config import Config
from bot.errors import ConfigurationError, Problem
from bot.knowledge import typed_yaml
from bot.knowledge.contacts import Contact
from bot.matching.options import Options

SHIPPED_KNOWLEDGE = Path(__file__).resolve().parents[2] / "knowledge"

TRIAL_CHANNEL = "web:press"
"""The press channel of the browser console, if the configuration names no channel."""

TRIAL_STAFF = (("sam", "Sam Staff"), ("priya", "Priya Lecturer"), ("joe", "Joe Porter"))
"""Id and name of the people as whom one may write in the browser console."""

TRIAL_OFFICERS = (("anna", "Anna Officer"), ("ben", "Ben Officer"))
"""Id and name of the press officers in the browser console."""


def read_config(path: Path | None) -> Config:
    """Return the configuration from a file and the environment.

    Without `path` the file is `policydesk.yaml` in the current folder, if it exists. If no platform is configured, the
    browser console is turned on, with a press office of its own. Raises ConfigurationError naming every wrong key.
    """
    if path is None and Path("policydesk.yaml").exists():
        path = Path("policydesk.yaml")
    settings = _read_settings(path) if path else None
    config = configuration.from_mapping(settings, os.environ)
    return _for_trial(config) if config.is_trial else config


def knowledge_folder(config: Config) -> Path:
    """Return the configured knowledge folder, or the one that ships with the desk."""
    return Path(config.knowledge) if config.knowledge else SHIPPED_KNOWLEDGE


def contacts(config: Config) -> dict[str, Contact]:
    """Return whom answers may name. The press office is always among them if it can be phoned or written to."""
    office = config.press_office
    named = {id_: Contact(**each.model_dump()) for id_, each in config.contacts.items()}
    if office.phone or office.email:
        named.setdefault("press", Contact("the press office", phone=office.phone, email=office.email))
    return named


def matcher_options(config: Config) -> Options:
    """Return how the matcher is to be built."""
    return Options(config.matching.accept, config.matching.encoder, _cache_folder(config))


def _cache_folder(config: Config) -> Path | None:
    """Return the folder that keeps learned matchers between starts; None if this user has no home folder."""
    if config.matching.cache:
        return Path(config.matching.cache)
    home = os.environ.get("XDG_CACHE_HOME") or (f"{os.environ['HOME']}/.cache" if os.environ.get("HOME") else "")
    return Path(home) / "policydesk" if home else None


def _read_settings(path: Path) -> object:
    try:
        with path.open("rb") as file:
            data = file.read(typed_yaml.MAX_BYTES + 1)
    except OSError as error:
        raise ConfigurationError(Problem(str(path), f"cannot be read: {error.strerror}.")) from None
    if len(data) > typed_yaml.MAX_BYTES:
        raise ConfigurationError(Problem(str(path), "is larger than any configuration.", "Name the right file."))
    return typed_yaml.read(str(path), data)


def _for_trial(config: Config) -> Config:
    """Return the configuration with the browser console on, and with its press office unless another is configured."""
    press_office = config.press_office
    if not press_office.channels:
        officers = tuple(f"web:{name}" for name, _ in TRIAL_OFFICERS)
        press_office = press_office.model_copy(update={"channels": (TRIAL_CHANNEL,), "officers": officers})
    console = config.console or configuration.Console()
    return config.model_copy(update={"press_office": press_office, "console": console})
