"""Reads the configuration file and the environment, and derives the knowledge folder and the matcher's options."""

from __future__ import annotations

import os
from pathlib import Path

import yaml

from bot import config as configuration
from bot.config import Config
from bot.errors import ConfigurationError, Problem
from bot.knowledge.file_text import decode
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


def matcher_options(config: Config) -> Options:
    """Return how the matcher is to be built."""
    matching = config.matching
    return Options(matching.accept, matching.encoder, _cache_folder(config), matching.tune)


def _cache_folder(config: Config) -> Path | None:
    """Return the folder that keeps learned matchers between starts; None if this user has no home folder."""
    if config.matching.cache:
        return Path(config.matching.cache)
    home = os.environ.get("XDG_CACHE_HOME") or (f"{os.environ['HOME']}/.cache" if os.environ.get("HOME") else "")
    return Path(home) / "policydesk" if home else None


def _read_settings(path: Path) -> object:
    try:
        text = decode(str(path), path.read_bytes())
        if isinstance(text, Problem):
            raise ConfigurationError(text)
        return yaml.safe_load(text)
    except OSError as error:
        raise ConfigurationError(Problem(str(path), f"cannot be read: {error.strerror}.")) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigurationError(
            Problem(f"{path}:{line}", f"is not YAML: {error.problem}.", "Mend that line.")
        ) from None
    except ValueError as error:  # PyYAML raises it for an impossible date, such as 2026-02-30
        what = f"holds a date or a number that does not exist: {error}."
        raise ConfigurationError(Problem(str(path), what, "Mend it.")) from None


def _for_trial(config: Config) -> Config:
    """Return the configuration with the browser console on, and with its press office unless another is configured."""
    press_office = config.press_office
    if not press_office.channels:
        officers = tuple(f"web:{name}" for name, _ in TRIAL_OFFICERS)
        press_office = press_office.model_copy(update={"channels": (TRIAL_CHANNEL,), "officers": officers})
    console = config.console or configuration.Console()
    return config.model_copy(update={"press_office": press_office, "console": console})
