"""Settings: few, every one documented with its default, none that is unknown."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from throughcare.kernel.errors import RefusedInput
from throughcare.service.configuration import PREFIX, SECRETS, Configuration, read_configuration

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "service" / "deploy.md").read_text()
ROWS = dict(re.findall(rf"^\| `{PREFIX}([A-Z_]+)` \| (.+?) \|", PAGE, re.MULTILINE))
WHOLE = {f"{PREFIX}SECRET_KEY": "k" * 32, f"{PREFIX}DATA_DIR": "/tmp/x"}
FIELDS = {field.name.upper(): field for field in dataclasses.fields(Configuration)}


def test_there_are_fewer_than_40_and_the_guide_lists_every_one() -> None:
    assert len(FIELDS) < 40
    assert ROWS.keys() == FIELDS.keys()


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_the_guide_states_the_default(name: str) -> None:
    default = FIELDS[name].default
    if default is dataclasses.MISSING:
        assert "must be set" in ROWS[name]
    elif isinstance(default, bool):
        assert ROWS[name] == ("`yes`" if default else "`no`")
    elif default == "":
        assert ROWS[name] in {"empty", "SQLite in the data folder"}
    else:
        shown = ",".join(default) if isinstance(default, tuple) else str(default)
        assert ROWS[name] == f"`{shown}`"


def test_the_guide_says_which_are_secrets() -> None:
    told = {name for name in ROWS if re.search(rf"`{PREFIX}{name}` \|.*A secret\.", PAGE)}
    assert told == set(SECRETS)


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_may_stand_in_a_file(name: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("s" * 40 + "\n")
    given = {key: value for key, value in WHOLE.items() if key != PREFIX + name}
    found = read_configuration({**given, f"{PREFIX}{name}_FILE": str(file)})
    assert getattr(found, name.lower()) == "s" * 40


@pytest.mark.parametrize(
    ("variable", "value", "found"),
    [
        ("DEBUG", "yes", "an unknown setting"),
        ("DEMO", "maybe", "'maybe'"),
        ("RETAIN_HOURS", "0", "'0'"),
        ("RETAIN_HOURS", "two", "'two'"),
        ("SECRET_KEY", "short", "5"),
        ("DATABASE_URL_FILE", "/nowhere", "No such file or directory"),
    ],
)
def test_what_cannot_be_right_refuses_to_start(variable: str, value: str, found: str) -> None:
    with pytest.raises(RefusedInput) as refused:
        read_configuration({**WHOLE, PREFIX + variable: value})
    assert refused.value.found == found
    assert "docs/service/deploy.md" in refused.value.action


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgres://a:p%40ss@db:5433/name?sslmode=verify-full", ("a", "p@ss", "db", "5433", "name", {"sslmode": "verify-full"})),
        ("postgresql://a@/name?host=/run/PG", ("a", "", "/run/PG", "", "name", {})),
    ],
)  # fmt: skip
def test_a_database_address_is_read_with_its_options(url: str, expected: tuple[object, ...]) -> None:
    database = read_configuration({**WHOLE, f"{PREFIX}DATABASE_URL": url}).database()
    assert tuple(database[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME", "OPTIONS")) == expected


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(RefusedInput, match="DATABASE_URL"):
        read_configuration({**WHOLE, f"{PREFIX}DATABASE_URL": "mysql://x/y"}).database()
