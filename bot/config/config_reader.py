"""Reading the configuration: policydesk.yaml and the environment become a `Config`, or a list of every mistake."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from bot.config.sections import SECRETS, Config, Console
from bot.config.setting_values import has_password, is_loopback
from bot.errors import ConfigurationError, Problem


def from_mapping(settings: object, environment: Mapping[str, str]) -> Config:
    """Return the configuration from the content of policydesk.yaml (None: an empty file) and the environment.

    A key without a value counts as missing. Raises ConfigurationError with every wrong key. Contradictions between keys
    are reported once every key by itself is right.
    """
    if settings is None:
        settings = {}
    if not isinstance(settings, Mapping):
        problem = Problem("", "the configuration is not a mapping of keys.", "See policydesk.example.yaml.")
        raise ConfigurationError(problem)
    fix = f"Set {', '.join(SECRETS.values())} in the environment."
    problems = [Problem("secrets", "secrets do not belong into the file.", fix)] if "secrets" in settings else []
    given = {key: value for key, value in settings.items() if value is not None and key != "secrets"}
    secrets = {key: environment[name] for key, name in SECRETS.items() if environment.get(name)}
    problems += [_unprintable(SECRETS[key]) for key, secret in secrets.items() if not secret.isprintable()]
    try:
        config = Config.model_validate({**given, "secrets": secrets})
    except ValidationError as error:
        problems += map(_problem, error.errors(include_input=False))
        raise ConfigurationError(*problems) from None
    if problems := problems + _contradictions(config):
        raise ConfigurationError(*problems)
    return config


def _contradictions(config: Config) -> list[Problem]:
    """Return settings that are right by themselves but cannot work together, or that disclose a secret."""
    office, email, teams, server = config.press_office, config.email, config.teams, config.server
    console = Console() if config.is_trial and not config.console else config.console
    includes_loopback = is_loopback(server.host) or server.host in {"0.0.0.0", "::"}  # noqa: S104  compared, not listened on
    signs_in = email is not None and email.username != ""
    unencrypted = email is not None and email.security == "none"
    rules = (
        (
            has_password(config.database),
            Problem("database", "a password does not belong into the file.", "Set DATABASE_URL in the environment."),
        ),
        (
            office.email and not email,
            Problem("press_office.email", "no mail server to send it through.", "Name one in the `email` section."),
        ),
        (
            signs_in and not config.secrets.smtp_password,
            Problem("email.username", "SMTP_PASSWORD is not set.", "Set it in the environment, or leave the name out."),
        ),
        (
            signs_in and unencrypted,
            Problem("email.starttls", "the password would travel unencrypted.", "Set it to true, or `port` to 465."),
        ),
        (
            console and server.port and server.port == console.port and includes_loopback,
            Problem("server.port", "the console listens there as well.", "Set another one here or as `console.port`."),
        ),
        (
            teams and not teams.authentication and not is_loopback(server.host),
            Problem("teams.authentication", "false lets anybody in.", "Set it to true, or `server.host` to 127.0.0.1."),
        ),
    )
    return [problem for broken, problem in rules if broken]


def _unprintable(name: str) -> Problem:
    return Problem(name, "holds a line break or another invisible character.", "Set it again, without that.")


_SENTENCES = {
    "missing": "this key is missing.",
    "string_type": "this is text: put it in quotes.",
    "tuple_type": "this is a list: write it as [one, two].",
    "timezone_naive": "write the organisation's local time, such as 2026-12-21T17:00, without an offset.",
    **dict.fromkeys(
        ("model_type", "dict_type", "mapping_type"), "this is a group: its own keys stand indented below it."
    ),
}
"""pydantic's type of error -> our sentence; for every other type pydantic's own sentence is shown."""


def _problem(error: Any) -> Problem:  # noqa: ANN401  # pydantic's ErrorDetails
    """Return what pydantic found wrong, with the key or the environment variable."""
    match error["loc"]:
        case ("secrets", str(key)):
            where = SECRETS[key]
        case path:
            where = ".".join(str(part) for part in path)
    if error["type"] == "extra_forbidden":
        return Problem(where, "unknown key.", "See policydesk.example.yaml for the keys there are.")
    what = _SENTENCES.get(error["type"]) or str(error["msg"]).removeprefix("Value error, ")
    return Problem(where, what if what.endswith(".") else f"{what}.")
