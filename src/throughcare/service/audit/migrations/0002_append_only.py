"""Triggers that refuse to change or delete an entry of the log, whoever asks."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_SQLITE = """
CREATE TRIGGER audit_entry_no_{verb} BEFORE {verb} ON audit_entry
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
"""
# Emptying a table that is empty already loses nothing.
_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF TG_OP <> 'TRUNCATE' OR EXISTS (SELECT 1 FROM audit_entry) THEN
    RAISE EXCEPTION 'the audit log is append-only';
  END IF;
  RETURN NULL;
END $$
"""
_POSTGRES = """
CREATE TRIGGER audit_entry_no_{verb} BEFORE {verb} ON audit_entry
FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()
"""


def forwards(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Add the triggers of the database at hand."""
    if editor.connection.vendor == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            editor.execute(_SQLITE.format(verb=verb))
        return
    editor.execute(_POSTGRES_FUNCTION)
    for verb in ("UPDATE", "DELETE", "TRUNCATE"):
        editor.execute(_POSTGRES.format(verb=verb))


def backwards(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Remove them."""
    on = " ON audit_entry" if editor.connection.vendor != "sqlite" else ""
    for verb in ("UPDATE", "DELETE", "TRUNCATE"):
        editor.execute(f"DROP TRIGGER IF EXISTS audit_entry_no_{verb}{on}")
    if editor.connection.vendor != "sqlite":
        editor.execute("DROP FUNCTION IF EXISTS audit_entry_refuse()")


class Migration(migrations.Migration):
    """The log is append-only from the first day."""

    dependencies: ClassVar = [("audit", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(forwards, backwards)]
