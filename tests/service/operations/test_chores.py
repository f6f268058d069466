"""Chores: one worker does each, a kill in the middle is taken up, what it did is on record and on the auditor's page."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import OperationalError
from django.test import Client

from tests.service.conftest import Clock
from tests.service.makers import NOW_US, Staff, make_person, make_user
from tests.service.operations.test_retention import AFTER_US, make_ended
from throughcare.kernel.time import DAY_US, HOUR_US, MINUTE_US
from throughcare.service.audit.actions import record
from throughcare.service.audit.models import Entry
from throughcare.service.operations import retention
from throughcare.service.operations.checks import Finding, _chores
from throughcare.service.operations.chores import AUDIT_LOG, DailyTask, Turn, attend, claim
from throughcare.service.operations.daily import CHORES, check_audit_log
from throughcare.service.operations.models import Chore, ChoreRun, Tombstone
from throughcare.service.operations.retention_classes import PERSON
from throughcare.service.operations.working import Loop
from throughcare.service.people.models import Person
from throughcare.service.roles import Role
from throughcare.service.viewer import system

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def keep_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the test's connection open: the loop closes old ones between passes."""
    monkeypatch.setattr("throughcare.service.operations.working.close_old_connections", lambda: None)


def task(run: Callable[[Turn], None], *, name: str = "retention") -> DailyTask:
    return DailyTask(name=name, every_us=DAY_US, run=run)


def of(name: str) -> DailyTask:
    return next(chore for chore in CHORES if chore.name == name)


def runs(name: str = "retention") -> list[tuple[str, dict[str, int], str]]:
    rows = ChoreRun.objects.filter(chore=name).order_by("pk")
    return [(row.outcome, row.counts, row.error) for row in rows]


def finding(name: str, now_us: int) -> Finding:
    return next(each for each in _chores(now_us, False) if each.subject == f"chore: {name}")


def test_of_many_workers_one_does_a_chore_and_a_day_later_it_is_due_again(clock: Clock) -> None:
    did: list[str] = []
    chore = task(lambda turn: did.append(turn.chore))
    for name in ("w1", "w2", "w3"):
        Loop(name=name, tasks=(), chores=(chore,)).run(once=True)
    assert did == ["retention"]
    assert Chore.objects.get().due_us == clock.now_us + DAY_US
    clock.now_us += DAY_US
    assert attend(chore, worker="w2", clock=clock)
    assert runs() == [("done", {}, "")] * 2


def test_two_workers_that_read_the_same_instant_make_one_run(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    chore = task(lambda turn: None)
    attend(chore, worker="w1", clock=clock)
    clock.now_us += DAY_US
    read = Chore.objects.get()  # both have read that it is due
    assert claim(chore, worker="w1", clock=clock)
    monkeypatch.setattr("django.db.models.query.QuerySet.first", lambda rows: read)
    assert claim(chore, worker="w2", clock=clock) is None


def test_a_kill_in_the_middle_is_taken_up_by_another_and_both_runs_are_on_record(clock: Clock) -> None:
    killed = claim(task(lambda turn: None), worker="w1", clock=clock)
    assert killed is not None
    killed.did("positions", 3)  # and here it was killed
    again = task(lambda turn: turn.did("positions", 4))
    assert not attend(again, worker="w2", clock=clock)
    clock.now_us += 11 * MINUTE_US
    assert attend(again, worker="w2", clock=clock)
    assert runs() == [("lost", {"positions": 3}, ""), ("done", {"positions": 4}, "")]


def test_a_slow_worker_keeps_its_chore_and_one_that_lost_it_stops_at_the_next_step(clock: Clock) -> None:
    steps: list[int] = []

    def slow(turn: Turn) -> None:
        for number in range(3):
            clock.now_us += 9 * MINUTE_US
            turn.did("steps", 1)
            steps.append(number)
        clock.now_us += 11 * MINUTE_US
        assert attend(task(lambda other: other.did("steps", 7)), worker="w2", clock=clock)
        turn.did("steps", 1)
        steps.append(99)

    attend(task(slow), worker="w1", clock=clock)
    assert steps == [0, 1, 2]
    assert runs() == [("lost", {"steps": 3}, ""), ("done", {"steps": 7}, "")]


def test_a_worker_that_is_told_to_stop_leaves_the_rest_to_the_next_at_once(clock: Clock) -> None:
    stop = threading.Event()

    def stopped(turn: Turn) -> None:
        stop.set()
        turn.did("steps", 1)
        pytest.fail("it went on")

    attend(task(stopped), worker="w1", clock=clock, stop=stop)
    assert attend(task(lambda turn: None), worker="w2", clock=clock)
    assert [outcome for outcome, _, _ in runs()] == ["stopped", "done"]


def test_a_chore_that_fails_is_noted_without_its_words_and_stops_no_worker(clock: Clock) -> None:
    def broken(turn: Turn) -> None:
        raise ValueError("FamilyP1 lives at 53.123456")

    Loop(name="w1", tasks=(), chores=(task(broken),)).run(once=True)
    assert runs() == [("failed", {}, "ValueError")]
    assert not finding("retention", clock.now_us).is_fine
    assert "ValueError" in finding("retention", clock.now_us).found
    clock.now_us += HOUR_US
    assert attend(task(lambda turn: None), worker="w1", clock=clock)
    assert finding("retention", clock.now_us).is_fine


def test_a_chore_during_which_the_database_goes_away_is_left_to_the_next(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError

    def gone(turn: Turn) -> None:
        monkeypatch.setattr("throughcare.service.operations.chores.end", away)
        away()

    with pytest.raises(OperationalError):
        attend(task(gone), worker="w1", clock=clock)
    monkeypatch.undo()
    clock.now_us += 10 * MINUTE_US
    assert attend(task(lambda turn: None), worker="w1", clock=clock)
    assert [outcome for outcome, _, _ in runs()] == ["lost", "done"]


def test_the_doctor_warns_of_a_chore_that_is_tried_again_and_again_and_never_done(clock: Clock) -> None:
    for _ in range(190):  # every ten minutes a worker takes it up, and dies
        claim(task(lambda turn: None), worker="w", clock=clock)
        clock.now_us += 10 * MINUTE_US
    assert Chore.objects.get().due_us <= clock.now_us
    assert not finding("retention", clock.now_us).is_fine
    assert finding("retention", clock.now_us).found == "never done"


def test_retention_runs_by_itself_under_rules_that_stood_for_a_day(clock: Clock) -> None:
    make_ended("P1", 1)
    clock.now_us = AFTER_US
    set_rule(clock.now_us - DAY_US + 1)
    attend(of("retention"), worker="w1", clock=clock)
    assert runs() == [("done", {}, "")]  # the rule is new: a mistake can still be taken back
    clock.now_us += DAY_US
    attend(of("retention"), worker="w1", clock=clock)
    assert runs()[1][1][PERSON] > 3
    assert not Person.objects.exists()
    assert {entry.actor for entry in Entry.objects.filter(action="record_erased")} == {"system:retention"}


def test_a_retention_run_that_is_killed_between_two_people_is_finished_by_the_next_worker(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3):
        make_ended(f"P{number}", number)
    clock.now_us = AFTER_US
    set_rule(NOW_US)

    def killed(turn: Turn) -> None:
        raise KeyboardInterrupt  # nothing of ours catches it, as nothing catches a kill

    with monkeypatch.context() as patch:
        patch.setattr(Turn, "keep_on", killed)
        with pytest.raises(KeyboardInterrupt):
            attend(of("retention"), worker="w1", clock=clock)
    assert Person.objects.count() == 2
    clock.now_us += 10 * MINUTE_US
    attend(of("retention"), worker="w2", clock=clock)
    assert not Person.objects.exists()
    assert [outcome for outcome, _, _ in runs()] == ["lost", "done"]
    assert Tombstone.objects.filter(record_class=PERSON).count() == 3


def set_rule(at_us: int) -> None:
    retention.set_rule(by=system("t"), now_us=at_us, record_class=PERSON, days=30, legal_basis="invented")


def test_unusual_views_are_counted_for_every_day_since_the_last(clock: Clock) -> None:
    person, officer = make_person("P1"), make_user(Role.PRACTITIONER)
    officer.user.last_name = person.family_name
    officer.user.save()
    chore = of("unusual_views")
    record(
        viewer=officer.viewer, action="person_viewed", subject="person", at_us=clock.now_us - DAY_US,
        person_ref="P1",
    )  # fmt: skip
    attend(chore, worker="w1", clock=clock)
    clock.now_us += 3 * DAY_US  # nobody worked for two days
    attend(chore, worker="w1", clock=clock)
    assert runs("unusual_views") == [
        ("done", {"2026-03-08": 1}, ""),
        ("done", {"2026-03-09": 0, "2026-03-10": 0, "2026-03-11": 0}, ""),
    ]


def test_the_audit_log_is_proved_whole_and_a_break_is_told(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(viewer=system("t"), action="looked", subject="x", at_us=clock.now_us)
    attend(of(AUDIT_LOG), worker="w1", clock=clock)
    outcome, counts, _ = runs(AUDIT_LOG)[-1]
    assert (outcome, counts["entries"]) == ("done", 1)
    monkeypatch.setattr("throughcare.service.audit.queries.entry_hash", lambda *_, **__: "other")
    clock.now_us += DAY_US
    attend(task(check_audit_log, name=AUDIT_LOG), worker="w1", clock=clock)
    assert runs(AUDIT_LOG)[-1][::2] == ("failed", "the audit log does not fit at entry 1")


def test_an_auditor_sees_every_run_with_its_counts_and_its_trouble(
    clock: Clock, staff: dict[Role, Staff], client: Client
) -> None:
    attend(of("unusual_views"), worker="w1", clock=clock)

    def broken(turn: Turn) -> None:
        turn.did("positions", 12)
        raise OSError

    attend(task(broken), worker="w2", clock=clock)
    clock.now_us += 2 * DAY_US
    backend = "django.contrib.auth.backends.ModelBackend"
    client.force_login(staff[Role.AUDITOR].user, backend=backend)
    page = client.get("/audit/chores").content.decode()
    assert "Failed: OSError" in page
    assert "Positions: 12" in page
    assert "day=2026-03-08" in page
    assert page.count("Overdue") == 2
    client.force_login(staff[Role.SENIOR].user, backend=backend)
    assert client.get("/audit/chores").status_code == 403
