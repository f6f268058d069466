"""Triggers that refuse to change an own view, an answer or a consultation, whoever asks. Retention may erase whole rows."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TABLES = ("risk_ownview", "risk_answerrow", "risk_consultation")
_SQLITE = """
CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, 'views, answers and consultations are never changed'); END
"""
_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION risk_refuse_update() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'views, answers and consultations are never changed'; END $$
"""
_POSTGRES = """
CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
FOR EACH ROW EXECUTE FUNCTION risk_refuse_update()
"""


def forwards(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Add the triggers of the database at hand."""
    sqlite = editor.connection.vendor == "sqlite"
    if not sqlite:
        editor.execute(_POSTGRES_FUNCTION)
    for table in TABLES:
        editor.execute((_SQLITE if sqlite else _POSTGRES).format(table=table))


def backwards(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Remove them."""
    sqlite = editor.connection.vendor == "sqlite"
    for table in TABLES:
        on = "" if sqlite else f" ON {table}"
        editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_update{on}")
    if not sqlite:
        editor.execute("DROP FUNCTION IF EXISTS risk_refuse_update()")


class Migration(migrations.Migration):
    """What was judged, answered and shown stays as it was."""

    dependencies: ClassVar = [("risk", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(forwards, backwards)]
