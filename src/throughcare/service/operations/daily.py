"""The chores of the day: what each does, step by step, so that it can be stopped and taken up between any two."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time

from django.core.management import call_command

from throughcare.kernel.time import DAY_US, HOUR_US, civil_us, local_datetime
from throughcare.service.audit.queries import verify
from throughcare.service.monitoring.actions import archive_days
from throughcare.service.monitoring.ingest import forget_receipts
from throughcare.service.operations import retention
from throughcare.service.operations.chores import (
    AUDIT_LOG,
    RETENTION,
    UNUSUAL_VIEWS,
    ChoreFailed,
    DailyTask,
    Turn,
)
from throughcare.service.operations.queries import counted
from throughcare.service.operations.unusual_views import unusual_views
from throughcare.service.viewer import system

ZONE = "Europe/London"
MOST_DAYS = 31  # how far back the search for unusual views goes after a pause
SETTLED_US = DAY_US  # a rule stands for so long before a worker erases by it


def archive(turn: Turn) -> None:
    """Move the facts of past days to the archive."""
    for name, number in dataclasses.asdict(archive_days(now_us=turn.now_us)).items():
        turn.did(name, int(number))


def receipts(turn: Turn) -> None:
    """Let go of old receipts."""
    turn.did("receipts", forget_receipts(now_us=turn.now_us))


def sessions(turn: Turn) -> None:
    """Let go of sessions that are over."""
    call_command("clearsessions")
    turn.keep_on()


def erase(turn: Turn) -> None:
    """Erase what is due under the rules of retention that stand for a day: long enough to take a mistake back."""
    settled_us = turn.now_us - SETTLED_US
    gone = retention.run_each(
        by=system("retention"), now_us=turn.now_us, settled_us=settled_us, keep_on=turn.keep_on
    )
    for due in gone:
        turn.did(due.record_class, due.rows)


def look_for_unusual_views(turn: Turn) -> None:
    """Count the views to ask about of every whole day since the last that was looked at; the list is a page."""
    for day in _days_to_look_at(turn.now_us):
        found = unusual_views(from_us=civil_us(day, dt.time(0), ZONE), hidden_refs=frozenset())
        turn.did(day.isoformat(), len(found))


def check_audit_log(turn: Turn) -> None:
    """Prove that the whole audit log fits, and note how long that took."""
    began_s = time.perf_counter()
    verdict = verify(keep_on=turn.keep_on)
    turn.did("entries", verdict.checked)
    turn.did("milliseconds", round((time.perf_counter() - began_s) * 1000))
    if verdict.broken_at is not None:
        raise ChoreFailed(f"the audit log does not fit at entry {verdict.broken_at}")


CHORES = (
    DailyTask(name="archive", every_us=DAY_US, run=archive),
    DailyTask(name="receipts", every_us=HOUR_US, run=receipts),
    DailyTask(name="sessions", every_us=DAY_US, run=sessions),
    DailyTask(name=AUDIT_LOG, every_us=DAY_US, run=check_audit_log),
    DailyTask(name=UNUSUAL_VIEWS, every_us=DAY_US, run=look_for_unusual_views),
    DailyTask(name=RETENTION, every_us=DAY_US, run=erase),
)


def _days_to_look_at(now_us: int) -> list[dt.date]:
    yesterday = local_datetime(now_us, ZONE).date() - dt.timedelta(days=1)
    looked = {dt.date.fromisoformat(name) for name in counted(UNUSUAL_VIEWS)}
    first = max(looked) + dt.timedelta(days=1) if looked else yesterday
    first = max(first, yesterday - dt.timedelta(days=MOST_DAYS - 1))
    return [first + dt.timedelta(days=number) for number in range((yesterday - first).days + 1)]
