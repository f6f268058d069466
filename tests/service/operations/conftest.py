"""Installations on both databases. Their tables are made once a run and copied: making them takes seconds."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.lib.postgres import NoPostgres, PostgresServer
from tests.service.operations.installations import Installation

SQLITE, POSTGRES = "sqlite", "postgresql"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Bring up one PostgreSQL for the run."""
    try:
        server = PostgresServer()
    except NoPostgres as absent:
        if os.environ.get("CI") == "true":
            pytest.fail(str(absent), pytrace=False)
        pytest.skip(str(absent))
    server.start()
    yield server
    server.remove()


@dataclass
class Site:
    """Where installations of one kind of database are made."""

    vendor: str
    folder: Path
    server: PostgresServer | None

    def empty(self, name: str) -> Installation:
        """Return an installation with an empty database."""
        if self.server is not None:
            return Installation(self.folder / name, self.server.create(name))
        return Installation(self.folder / name, f"sqlite:///{self.folder / name}/throughcare.sqlite3")

    def copy(self, source: Installation, name: str) -> Installation:
        """Return a copy of an installation, database and folder."""
        shutil.copytree(source.data_dir, self.folder / name)
        if self.server is not None:
            return Installation(self.folder / name, self.server.create(name, like=source.data_dir.name))
        return Installation(self.folder / name, f"sqlite:///{self.folder / name}/throughcare.sqlite3")


@pytest.fixture(scope="session", params=[SQLITE, POSTGRES])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return the place for installations of one kind of database."""
    server = request.getfixturevalue("postgres") if request.param == POSTGRES else None
    return Site(request.param, tmp_path_factory.mktemp(request.param), server)


@pytest.fixture(scope="session")
def migrated(site: Site) -> Installation:
    """Return an installation with every table and no row; copied, never changed."""
    made = site.empty("migrated")
    made.data_dir.mkdir(mode=0o750)
    made.migrate()
    return made


@pytest.fixture
def install(
    site: Site, migrated: Installation, request: pytest.FixtureRequest
) -> Callable[..., Installation]:
    """Return a function that makes an installation: with its tables, or with an empty database."""
    number = abs(hash(request.node.nodeid)) % 10**9

    def make(name: str, *, empty: bool = False) -> Installation:
        return site.empty(f"{name}_{number}") if empty else site.copy(migrated, f"{name}_{number}")

    return make
