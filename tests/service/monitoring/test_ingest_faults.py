"""Faults on the way to the disk: a full disk, a poison among good deliveries, a database that goes away."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import pytest
from django.db import DataError, OperationalError, connection
from django.test import Client

from tests.service.monitoring.senders import fix, make_device
from throughcare.service.monitoring import ingest_commit
from throughcare.service.monitoring.delivery import Delivery
from throughcare.service.monitoring.ingest_commit import MOST_TOGETHER, Commits, Ticket
from throughcare.service.monitoring.ingest_limits import LIMITS, Limits
from throughcare.service.monitoring.models import InboxItem


@pytest.fixture(autouse=True)
def limits() -> Iterator[None]:
    LIMITS.clear()
    yield
    LIMITS.clear()


@pytest.mark.django_db(transaction=True)
def test_a_full_disk_acknowledges_nothing_and_what_is_sent_again_is_kept(client: Client) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("how a disk is filled here is SQLite's own way")
    tag = make_device(client)
    rows = [fix(number) for number in range(500)]
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        told = tag.say(*rows)
        cursor.execute(f"PRAGMA max_page_count = {pages + 100_000}")
    assert told.status == 503
    assert InboxItem.objects.count() == 0
    assert tag.say(*rows).counts == (500, 0, 0)


def ticket(name: str) -> Ticket:
    return Ticket(Delivery(delivery_id=name), name, "", 0)


class Disk:
    """Stands in for the database: keeps what was written, and fails as it is told."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.together: list[int] = []
        self.away = False
        self.gate = threading.Event()

    def write(self, tickets: Sequence[Ticket]) -> None:
        self.gate.wait(10)
        if self.away:
            raise OperationalError("gone")
        if any(each.digest.startswith("poison") for each in tickets):
            raise DataError("not this one")
        self.together.append(len(tickets))
        self.written.extend(each.digest for each in tickets)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    made = Disk()
    monkeypatch.setattr(ingest_commit, "write", made.write)
    return made


def commit_at_once(commits: Commits, names: Sequence[str], disk: Disk) -> dict[str, str]:
    """Commit from a thread each; return what became of those that failed."""
    failed: dict[str, str] = {}

    def one(name: str) -> None:
        try:
            commits.commit(ticket(name))
        except (DataError, OperationalError) as trouble:
            failed[name] = str(trouble)

    threads = [threading.Thread(target=one, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    while len(commits.waiting) < len(names) - 1:  # one is at the disk, or on its way there
        if not any(thread.is_alive() for thread in threads):
            break
    disk.gate.set()
    for thread in threads:
        thread.join(10)
    return failed


def test_senders_who_come_together_share_a_commit(disk: Disk) -> None:
    names = [f"d{number}" for number in range(40)]
    assert commit_at_once(Commits(), names, disk) == {}
    assert sorted(disk.written) == sorted(names)
    assert len(disk.together) <= 3
    assert max(disk.together) <= MOST_TOGETHER


def test_a_poison_delivery_costs_no_other(disk: Disk) -> None:
    names = ["poison1", *(f"d{number}" for number in range(20))]
    assert commit_at_once(Commits(), names, disk) == {"poison1": "not this one"}
    assert sorted(disk.written) == sorted(names[1:])


def test_a_database_that_is_away_is_told_to_everybody_and_nobody_waits_for_ever(disk: Disk) -> None:
    disk.away = True
    names = [f"d{number}" for number in range(10)]
    commits = Commits()
    assert set(commit_at_once(commits, names, disk)) == set(names)
    disk.away = False
    assert commit_at_once(commits, names, disk) == {}
    assert sorted(disk.written) == sorted(names)


def test_a_limit_is_paid_off_with_time() -> None:
    limits, minute = Limits(), 60_000_000
    limits.charge("D", 180, per_minute=60, now_us=0)
    assert limits.wait_s("D", per_minute=60, now_us=0) == 120
    assert limits.wait_s("D", per_minute=60, now_us=2 * minute - 1_000_000) == 1
    assert limits.wait_s("D", per_minute=60, now_us=2 * minute + 1_000_000) == 0
    assert limits.wait_s("E", per_minute=60, now_us=0) == 0
    assert limits.wait_s("D", per_minute=60, now_us=-minute) == 120  # a clock that was set back earns nothing
