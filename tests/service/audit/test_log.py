"""The audit log: whole, in order, and closed to change."""

from __future__ import annotations

import pytest
from django.db import Error, connection, transaction

from tests.service.makers import NOW_US
from throughcare.service.audit.actions import record
from throughcare.service.audit.models import Entry
from throughcare.service.audit.queries import verify
from throughcare.service.viewer import system

pytestmark = pytest.mark.django_db


def fill(number: int = 3) -> None:
    for count in range(number):
        record(viewer=system("test"), action="looked", subject=f"page:{count}", at_us=NOW_US + count)


def test_a_whole_log_is_proved_whole() -> None:
    fill()
    verdict = verify()
    assert (verdict.checked, verdict.broken_at) == (3, None)


@pytest.mark.parametrize("change", ["UPDATE audit_entry SET reason = 'x'", "DELETE FROM audit_entry"])
def test_the_database_refuses_to_change_an_entry(change: str) -> None:
    fill()
    with pytest.raises(Error, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert Entry.objects.count() == 3


def test_what_is_changed_behind_the_triggers_is_found() -> None:
    fill()
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER audit_entry_no_UPDATE" + on_table())
        cursor.execute("UPDATE audit_entry SET subject = 'page:9' WHERE seq = 2")
    assert verify().broken_at == 2


def test_an_end_that_was_cut_off_is_found() -> None:
    fill()
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER audit_entry_no_DELETE" + on_table())
        cursor.execute("DELETE FROM audit_entry WHERE seq = 3")
    assert verify().broken_at == 3


def test_an_entry_that_is_rolled_back_leaves_no_gap() -> None:
    fill(1)
    with transaction.atomic():
        fill(1)
        transaction.set_rollback(True)
    fill(1)
    assert [entry.seq for entry in Entry.objects.all()] == [1, 2]
    assert verify().broken_at is None


def on_table() -> str:
    return "" if connection.vendor == "sqlite" else " ON audit_entry"
