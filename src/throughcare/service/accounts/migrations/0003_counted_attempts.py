"""The table in which attempts to sign in are counted: one for all processes."""

from __future__ import annotations

from typing import ClassVar

from django.core.management import call_command
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def forwards(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Make the table of Django's database cache, where it is not there yet."""
    call_command("createcachetable", database=editor.connection.alias, verbosity=0)


def backwards(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Drop it: what it holds is forgotten within minutes anyway."""
    editor.execute("DROP TABLE throughcare_cache")


class Migration(migrations.Migration):
    """One count of attempts, whatever process answers."""

    dependencies: ClassVar = [("accounts", "0002_initial")]
    operations: ClassVar = [migrations.RunPython(forwards, backwards)]
