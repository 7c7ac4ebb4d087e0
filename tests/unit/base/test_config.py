"""The configuration: what is documented, what is refused and how it is said."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bot.config import SECRETS, Config, from_mapping
from bot.errors import ConfigurationError

EXAMPLE = Path(__file__).parents[3] / "policydesk.example.yaml"


def refused(settings: object, environment: dict[str, str] | None = None) -> dict[str, str]:
    """What is wrong, by key."""
    with pytest.raises(ConfigurationError) as caught:
        from_mapping(settings, environment or {})
    return {problem.where: f"{problem.what} {problem.fix}".rstrip() for problem in caught.value.problems}


def section(field: FieldInfo) -> type[BaseModel] | None:
    """The model of a field, be it optional or in a tuple."""
    kinds = [field.annotation, *get_args(field.annotation)]
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Every key that can be written, as it is written: `press_office.rota.from`."""
    for name, field in model.model_fields.items():
        key = prefix + (field.alias or name)
        if key == "secrets":
            continue
        yield key
        inner = section(field)
        if inner:
            yield from keys(inner, f"{key}.")


def written(settings: object, key: str) -> bool:
    """Whether a mapping holds a key, in the first item where a list or things by id are on the way."""
    for part in key.split("."):
        if isinstance(settings, list):
            settings = settings[0]
        if isinstance(settings, dict) and part not in settings:
            settings = next(iter(settings.values()), None)
        if not isinstance(settings, dict) or part not in settings:
            return False
        settings = settings[part]
    return True


# ---- the example ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", list(keys(Config)))
def test_the_example_documents_every_key(key: str) -> None:
    assert written(yaml.safe_load(EXAMPLE.read_text()), key)


def test_the_example_is_a_valid_configuration() -> None:
    config = from_mapping(yaml.safe_load(EXAMPLE.read_text()), {})
    assert config.slack is not None
    assert config.teams is not None
    assert config.email is not None


@pytest.mark.parametrize("name", list(SECRETS.values()))
def test_the_example_names_every_secret(name: str) -> None:
    assert name in EXAMPLE.read_text()


def test_a_comment_stands_above_every_key_of_the_example() -> None:
    lines = [line.strip() for line in EXAMPLE.read_text().splitlines()]
    inside = {"mon-fri:", "to:", "on_call:"}  # explained with the group that they belong to
    for before, line in pairwise(lines):
        if ":" in line and not line.startswith(("#", "- ")) and line.split()[0] not in inside:
            assert before.startswith("#"), line


def test_contacts_are_named_by_id_and_reached_somewhere() -> None:
    wrong = {"IT": {"name": "IT"}, "hr": {"phone": "1"}, "web": {"name": "the web team", "url": "help.example.org"}}
    told = refused({"contacts": wrong})
    assert told["contacts.IT.[key]"].startswith("'IT' is no id of a contact.")
    assert told["contacts.hr.name"] == "this key is missing."
    assert told["contacts.web.url"].startswith("'help.example.org' is no web address.")


# ---- what is taken --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [None, {}, {"slack": None, "press_office": None, "database": None}])
def test_without_a_value_a_key_is_as_if_not_there(settings: object) -> None:
    assert from_mapping(settings, {}) == Config()


@pytest.mark.parametrize(
    ("settings", "security"),
    [
        ({}, "starttls"),
        ({"starttls": False}, "none"),
        ({"port": 465}, "tls"),
        ({"port": 465, "starttls": False}, "tls"),
    ],
)
def test_port_465_speaks_tls_from_its_first_byte(settings: dict[str, Any], security: str) -> None:
    config = from_mapping({"email": {"host": "mail", "from": "desk@example.org", **settings}}, {})
    assert config.email is not None
    assert config.email.security == security


def test_database_url_wins_over_database() -> None:
    settings = {"database": "sqlite:///here.db"}
    assert from_mapping(settings, {}).database_url == "sqlite:///here.db"
    assert from_mapping(settings, {"DATABASE_URL": "postgresql://u:p@h/d"}).database_url == "postgresql://u:p@h/d"
    assert from_mapping(settings, {"DATABASE_URL": ""}).database_url == "sqlite:///here.db"


# ---- what is refused ------------------------------------------------------------------------------------------------


def test_everything_wrong_is_said_at_once_with_its_key() -> None:
    settings = {
        "secrets": {"slack_bot_token": "xoxb"},
        "slak": {},
        "server": {"host": "", "port": 70000},
        "database": "mysql://host/desk",
        "organisation": {"timezone": "Europe/Lancaster"},
        "press_office": {
            "officers": ["anna"],
            "remind_after": "soon",
            "holidays": {"country": "GB", "subdivision": "LA"},
        },
        "teams": {"app_id": "a", "tenant_id": 4, "app_type": "MultiTenant"},
        "email": {"from": "desk"},
        "console": [],
    }
    assert refused(settings, {"DATABASE_URL": "mysql://host/desk"}).keys() == {
        "secrets",
        "slak",
        "server.host",
        "server.port",
        "database",
        "DATABASE_URL",
        "organisation.timezone",
        "press_office.officers.0",
        "press_office.remind_after",
        "press_office.holidays",
        "teams.tenant_id",
        "teams.app_type",
        "email.host",
        "email.from",
        "console",
    }


@pytest.mark.parametrize(
    ("settings", "where", "what"),
    [
        ([], "", "not a mapping"),
        ("slack", "", "not a mapping"),
        ({"slak": {}}, "slak", "unknown key. See policydesk.example.yaml"),
        ({"slack": "yes"}, "slack", "its own keys stand indented below it"),
        ({"slack": {"workspaces": "T0"}}, "slack.workspaces", "write it as [one, two]"),
        ({"teams": {"tenant_id": "t"}}, "teams.app_id", "missing"),
        ({"teams": {"tenant_id": 4, "app_id": "a"}}, "teams.tenant_id", "put it in quotes"),
        ({"teams": {"tenant_id": "t", "app_id": ""}}, "teams.app_id", "at least 1 character"),
        ({"press_office": {"channels": ["slack:C0"]}}, "press_office", "nobody could act"),
        ({"press_office": {"hours": {"mon-fri": "9-5"}}}, "press_office.hours", "are no hours"),
        ({"press_office": {"hours": {"mon": "17:00-09:00"}}}, "press_office.hours", "are no hours"),
        ({"press_office": {"hours": {"mon": "00:00-24:01"}}}, "press_office.hours", "are no hours"),
        ({"press_office": {"hours": {"weekdays": "09:00-17:00"}}}, "press_office.hours", "is no day"),
        (
            {"press_office": {"hours": {"mon-fri": "09:00-17:00", "fri": "09:00-16:00"}}},
            "press_office.hours",
            "fri has",
        ),
        ({"press_office": {"remind_after": 15}}, "press_office.remind_after", "is no duration"),
        ({"press_office": {"remind_after": "0m"}}, "press_office.remind_after", "is no duration"),
        ({"press_office": {"remind_after": "9" * 30 + "d"}}, "press_office.remind_after", "is no duration"),
        ({"press_office": {"fallback_after": "1000000000d"}}, "press_office.fallback_after", "is no duration"),
        ({"press_office": {"holidays": {"country": "XX"}}}, "press_office.holidays", "no calendar for 'XX-ENG'"),
        ({"press_office": {"email": "press@example.org"}}, "press_office.email", "no mail server"),
        ({"press_office": {"email": "a@b\nBcc: x@y"}}, "press_office.email", "is no e-mail address"),
        ({"database": "sqlite://"}, "database", "a database is named by"),
        ({"database": "postgresql://desk:hush@db/desk"}, "database", "a password does not belong into the file"),
        ({"database": "postgresql://db/desk?user=desk&password=hush"}, "database", "a password does not belong"),
    ],
)
def test_what_is_refused_and_what_is_said(settings: object, where: str, what: str) -> None:
    assert what in refused(settings)[where]


def test_a_duty_is_written_in_local_time_in_order_and_with_somebody_on_it() -> None:
    def duty(begins: object, ends: object, *people: str) -> dict[str, Any]:
        return {"press_office": {"rota": [{"from": begins, "to": ends, "on_call": list(people)}]}}

    where = "press_office.rota.0"
    assert "earlier than" in refused(duty("2026-12-28T09:00", "2026-12-21T17:00", "slack:U0"))[where]
    assert "at least 1 item" in refused(duty("2026-12-21T17:00", "2026-12-28T09:00"))[f"{where}.on_call"]
    said = refused(duty("2026-12-21T17:00Z", "2026-12-28T09:00", "slack:U0"))
    assert "without an offset" in said[f"{where}.from"]


@pytest.mark.parametrize("host", ["::", "desk.example.org", "192.0.2.1"])
def test_teams_without_authentication_is_refused_where_others_can_reach_it(host: str) -> None:
    teams = {"app_id": "a", "tenant_id": "t", "authentication": False}
    assert "lets anybody in" in refused({"teams": teams, "server": {"host": host}})["teams.authentication"]
    for loopback in ("127.0.0.1", "::1", "localhost"):
        assert from_mapping({"teams": teams, "server": {"host": loopback}}, {}).teams is not None


@pytest.mark.parametrize("settings", [{"server": {"port": 8765}}, {"console": {"port": 3978}, "slack": {}}])
def test_two_listeners_do_not_share_a_port(settings: dict[str, Any]) -> None:
    assert refused(settings)["server.port"].startswith("the console listens there as well.")
    elsewhere = {**settings.get("server", {}), "host": "192.0.2.1"}
    assert from_mapping({**settings, "server": elsewhere}, {}).server.host == "192.0.2.1"
    assert from_mapping({"server": {"port": 8765}, "slack": {}}, {}).server.port == 8765
    assert from_mapping({"server": {"port": 0}, "console": {"port": 0}}, {}).server.port == 0


def test_signing_in_to_a_mail_server_needs_a_password_and_encryption() -> None:
    email = {"host": "mail", "from": "desk@example.org", "username": "desk", "starttls": False}
    assert refused({"email": email}).keys() == {"email.username", "email.starttls"}
    assert refused({"email": email}, {"SMTP_PASSWORD": "hush"}).keys() == {"email.starttls"}
    assert from_mapping({"email": {**email, "starttls": True}}, {"SMTP_PASSWORD": "hush"}).email is not None


# ---- rules that hold for whatever is written -----------------------------------------------------------------------

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.datetimes(),
    st.text(max_size=8),
    st.sampled_from(
        [
            "09:00-17:00",
            "24:00-24:00",
            "15m",
            "1y",
            "Europe/London",
            "..",
            "slack:U0",
            "postgresql://[",
            "GB",
            "a@b.org",
        ]
    ),
)


def nested(leaf: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    keyed = st.one_of(st.sampled_from(["mon-fri", "sat", "on"]), st.text(max_size=4), st.integers(), st.booleans())
    return st.lists(leaf, max_size=3) | st.dictionaries(keyed, leaf, max_size=3)


JUNK = st.recursive(VALUES, nested, max_leaves=5)


def shaped(model: type[BaseModel]) -> st.SearchStrategy[dict[str, Any]]:
    """Mappings with the keys of a model, below which anything may stand."""
    optional = {}
    for name, field in model.model_fields.items():
        inner = section(field)
        below = shaped(inner) | st.lists(shaped(inner), max_size=2) if inner else st.lists(JUNK, max_size=2)
        optional[field.alias or name] = below | JUNK
    return st.fixed_dictionaries({}, optional=optional)


@given(st.one_of(JUNK, shaped(Config)), st.dictionaries(st.sampled_from(sorted(SECRETS.values())), st.text(min_size=1)))
def test_whatever_is_written_only_a_configuration_error_comes_of_it(settings: object, env: dict[str, str]) -> None:
    try:
        from_mapping(settings, env)
    except ConfigurationError as error:
        problems = error.problems
    else:
        return
    assert problems
    assert all(problem.what for problem in problems)


@given(st.text("0123456789abcdef", min_size=12, max_size=40), st.sampled_from(sorted(SECRETS.values())))
def test_a_secret_is_never_in_a_repr_or_an_error(secret: str, name: str) -> None:
    hidden = f"postgresql://desk:{secret}@db/desk" if name == "DATABASE_URL" else secret
    config = from_mapping({}, {name: hidden})
    assert secret not in repr(config)
    assert secret not in str(config.model_dump())
    for settings in ({"slak": 1}, {"database": f"mysql://desk:{secret}@db/desk"}, {"secrets": {"token": secret}}):
        for environment in ({name: hidden}, {"DATABASE_URL": f"mysql://desk:{secret}@db/desk"}):
            said = refused(settings, environment)
            assert secret not in str(said)


# ---- secrets of the environment -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://desk:TOP@SECRET@db.example.org/desk",
        "postgresql://desk:TOP/SECRET@db.example.org/desk",
        "postgresql://desk:TOP?SECRET@db.example.org/desk",
        "postgresql://desk:TOP#SECRET@db.example.org/desk",
        "postgresql://desk:TOP:SECRET@db.example.org/desk",
        "postgresql://desk:TOP SECRET@db.example.org/desk",
        "postgresql://desk:TOP[SECRET@[db.example.org/desk",
        "postgresql://desk:TOPSECRET@db.example.org:SECRET/desk",
        "postgresql://desk:TOPSECRET@db.example.org:543299/desk",
        "postgresql://db.example.org/desk?password=TOP@SECRET",
        "postgresql://desk:TOPSECRET@db.example.org/desk\n",
        "mysql://desk:TOPSECRET@db.example.org/desk",
        "desk:TOPSECRET@db.example.org/desk",
    ],
)
def test_a_database_url_that_cannot_be_read_is_not_repeated(url: str) -> None:
    said = refused({}, {"DATABASE_URL": url})
    assert said.keys() == {"DATABASE_URL"}
    assert "TOP" not in said["DATABASE_URL"]
    assert "SECRET" not in said["DATABASE_URL"]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://desk:top%40secret%2F@db.example.org:5432/desk?sslmode=require",
        "postgresql://desk@[::1]/desk",
        "postgresql:///desk?host=/var/run/postgresql",
        "postgres://db.example.org",
    ],
)
def test_what_a_database_url_may_look_like(url: str) -> None:
    assert from_mapping({}, {"DATABASE_URL": url}).database_url == url


@pytest.mark.parametrize("name", list(SECRETS.values()))
def test_a_secret_with_a_line_break_is_refused_and_not_repeated(name: str) -> None:
    said = refused({}, {name: "postgresql://desk:geheim@db/desk\nX-Injected: 1"})
    assert said.keys() == {name}
    assert "geheim" not in said[name]


@pytest.mark.parametrize(
    "value", ["http://slack.com/api/", "slack.com/api", "ftp://slack.com", "https://", "http://[::"]
)
def test_a_secret_is_sent_over_https_alone(value: str) -> None:
    teams = {"app_id": "1", "tenant_id": "2", "login_url": value, "openid_metadata_url": value}
    said = refused({"slack": {"api_url": value}, "teams": teams})
    assert said.keys() == {"slack.api_url", "teams.login_url", "teams.openid_metadata_url"}
    assert all("must begin with https://" in each for each in said.values())


@pytest.mark.parametrize("value", ["https://slack-gov.com/api/", "http://127.0.0.1:1/api/", "http://localhost/"])
def test_what_an_address_may_look_like(value: str) -> None:
    slack = from_mapping({"slack": {"api_url": value}}, {}).slack
    assert slack is not None
    assert slack.api_url == value
