"""Where the configuration file and the environment enter."""

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
TRIAL_STAFF = (("sam", "Sam Staff"), ("priya", "Priya Lecturer"), ("joe", "Joe Porter"))
TRIAL_OFFICERS = (("anna", "Anna Officer"), ("ben", "Ben Officer"))


def read_config(path: Path | None) -> Config:
    """The configuration from a file (or `policydesk.yaml` here, if there is one) and the environment.

    With no platform configured it is that of the browser console, with a press desk of its own.
    """
    if path is None and Path("policydesk.yaml").exists():
        path = Path("policydesk.yaml")
    settings = _read_settings(path) if path else None
    config = configuration.from_mapping(settings, os.environ)
    return _for_trial(config) if config.is_trial else config


def knowledge_folder(config: Config) -> Path:
    """The configured folder, or the one that ships with the desk."""
    return Path(config.knowledge) if config.knowledge else SHIPPED_KNOWLEDGE


def options(config: Config) -> Options:
    """How the matcher is to be made."""
    return Options(config.matching.accept, config.matching.encoder, _cache(config))


def _cache(config: Config) -> Path | None:
    """Where what was learned is kept between starts; None where the system has no such place for this user."""
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
    except ValueError as error:  # such as 2026-02-30
        what = f"holds a date or a number that does not exist: {error}."
        raise ConfigurationError(Problem(str(path), what, "Mend it.")) from None


def _for_trial(config: Config) -> Config:
    press_desk = config.press_office
    if not press_desk.channels:
        officers = tuple(f"web:{name}" for name, _ in TRIAL_OFFICERS)
        press_desk = press_desk.model_copy(update={"channels": (TRIAL_CHANNEL,), "officers": officers})
    console = config.console or configuration.Console()
    return config.model_copy(update={"press_office": press_desk, "console": console})
