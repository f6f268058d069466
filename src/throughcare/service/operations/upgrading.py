"""The database and this version of the code: whether they fit, and how the one is brought up to the other."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from throughcare.kernel.errors import RefusedInput

_LOCK_NUMBER = 7_041_886  # any number that nothing else in the database uses


@dataclass(frozen=True, slots=True)
class Standing:
    """How the database stands to the code.

    Parameters
    ----------
    pending : tuple of str
        Migrations that the code has and the database has not, as ``app.name``, in order.
    unknown : tuple of str
        Migrations of our apps that the database has and the code has not: the database is newer.
    """

    pending: tuple[str, ...]
    unknown: tuple[str, ...]


def standing() -> Standing:
    """Return how the database stands to the code."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    ours = {app.label for app in apps.get_app_configs() if app.name.startswith("throughcare.")}
    unknown = set(executor.loader.applied_migrations) - set(executor.loader.disk_migrations or {})
    return Standing(
        pending=tuple(f"{migration.app_label}.{migration.name}" for migration, _ in plan),
        unknown=tuple(sorted(f"{app}.{name}" for app, name in unknown if app in ours)),
    )


def prepare_database(*, migrate: bool) -> tuple[str, ...]:
    """Make sure that the database fits the code, and return the migrations that were applied.

    Parameters
    ----------
    migrate : bool
        Apply what is pending; without it, pending migrations are refused.

    Raises
    ------
    RefusedInput
        If the database is newer than the code, or older and it was not said to migrate it.
    """
    with _alone():
        found = standing()
        if found.unknown:
            raise RefusedInput(
                where="the database",
                expected="no migration that this version does not know",
                found=", ".join(found.unknown),
                action="A newer version has used this database: run that version, or restore an older backup.",
            )
        if found.pending and not migrate:
            raise RefusedInput(
                where="the database",
                expected="every migration applied",
                found=f"{len(found.pending)} are not: {', '.join(found.pending[:5])}",
                action="Make a backup with the older version, then start with --migrate.",
            )
        if found.pending:
            call_command("migrate", verbosity=0, interactive=False)
    return found.pending


@contextmanager
def _alone() -> Iterator[None]:
    """Hold everybody else off: of two that start at once, one migrates and the other finds it done."""
    settings.CONFIGURATION.data_dir.mkdir(parents=True, exist_ok=True, mode=0o750)
    with (settings.CONFIGURATION.data_dir / ".migrating").open("w") as file, connection.cursor() as cursor:
        fcntl.flock(file, fcntl.LOCK_EX)
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK_NUMBER])
        try:
            yield
        finally:
            if connection.vendor == "postgresql":
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK_NUMBER])
