"""What the metrics tell of the desk, of notices, of emergency access, of chores and of the audit log; all documented."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.service.conftest import Clock
from tests.service.desk.tellings import incident, tell
from tests.service.makers import NOW_US, Staff, make_person, make_user
from throughcare.kernel.time import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from throughcare.service.access.actions import break_glass
from throughcare.service.access.vocabulary import Purpose
from throughcare.service.audit.actions import record
from throughcare.service.desk.actions import acknowledge, take_in
from throughcare.service.desk.models import DeskItem
from throughcare.service.operations.actions import Progress, beat
from throughcare.service.operations.chores import attend
from throughcare.service.operations.daily import CHORES
from throughcare.service.operations.metrics import metrics_text
from throughcare.service.outbox.actions import enqueue
from throughcare.service.roles import Role
from throughcare.service.viewer import system

pytestmark = pytest.mark.django_db
PAGE = Path(__file__).parents[3] / "docs" / "service" / "operations.md"


def numbers(now_us: int) -> dict[str, float]:
    """Return every sample by its name and labels."""
    lines = [line for line in metrics_text(now_us=now_us).splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


@pytest.fixture
def officer(db: None) -> Staff:
    return make_user(Role.MONITORING_OFFICER)


def test_the_way_from_a_violation_to_somebody_who_took_it_is_measured_stage_by_stage(
    clock: Clock, officer: Staff
) -> None:
    make_person()
    tell(incident(start_us=NOW_US - 10 * MINUTE_US), now_us=NOW_US)
    clock.now_us += 2 * SECOND_US
    take_in(now_us=clock.now_us)
    item = DeskItem.objects.get()
    clock.now_us += 90 * SECOND_US
    acknowledge(by=officer.viewer, now_us=clock.now_us, item_id=item.pk, revision=item.revision)
    found = numbers(clock.now_us)
    for stage, seconds in (("record", 600), ("desk", 2), ("acknowledged", 90)):
        assert found[f'throughcare_desk_stage_seconds{{stage="{stage}",quantile="0.5"}}'] == seconds
        assert found[f'throughcare_desk_stage_seconds_count{{stage="{stage}"}}'] == 1
    later = numbers(clock.now_us + DAY_US + MINUTE_US)
    assert later['throughcare_desk_stage_seconds_count{stage="record"}'] == 0


def test_notices_that_wait_have_an_age(clock: Clock) -> None:
    enqueue(kind="incident.opened", key="k", body={}, now_us=clock.now_us)
    found = numbers(clock.now_us + 40 * SECOND_US)
    assert found["throughcare_outbox_items"] == 1
    assert found["throughcare_outbox_oldest_age_seconds"] == 40
    assert found["throughcare_outbox_abandoned"] == 0


def test_an_opening_that_nobody_was_told_of_shows_after_five_minutes_and_its_review_after_a_day(
    clock: Clock, officer: Staff
) -> None:
    person = make_person()
    break_glass(
        by=officer.viewer, now_us=clock.now_us, person_id=person.pk, person_ref="P1", purpose=Purpose.COVER,
        reason="A colleague is ill.",
    )  # fmt: skip
    names = ("throughcare_break_glass_untold_late", "throughcare_break_glass_reviews_overdue")
    waits = [5 * MINUTE_US, 5 * MINUTE_US + 1, DAY_US]
    shown = [[numbers(NOW_US + wait_us)[name] for name in names] for wait_us in waits]
    assert shown == [[0, 0], [1, 0], [1, 1]]


def test_chores_have_an_age_and_the_proof_of_the_audit_log_its_time(clock: Clock) -> None:
    record(viewer=system("t"), action="looked", subject="x", at_us=clock.now_us)
    for chore in CHORES:
        attend(chore, worker="w1", clock=clock)
    found = numbers(clock.now_us + HOUR_US)
    assert found['throughcare_chore_age_seconds{chore="retention"}'] == 3600
    assert found['throughcare_chore_overdue{chore="retention"}'] == 0
    assert found["throughcare_audit_verified_entries"] == 1
    assert found["throughcare_audit_verification_seconds"] < 60
    assert found["throughcare_audit_verification_failed"] == 0
    assert numbers(clock.now_us + 2 * DAY_US)['throughcare_chore_overdue{chore="retention"}'] == 1


def test_a_workers_passes_and_their_time_are_told(clock: Clock) -> None:
    progress = Progress(started_us=clock.now_us)
    progress.finish_pass(took_s=0.5)
    progress.finish_pass(took_s=1.5)
    beat(worker="w1", progress=progress, now_us=clock.now_us)
    found = numbers(clock.now_us)
    assert found['throughcare_worker_pass_seconds_count{worker="w1"}'] == 2
    assert found['throughcare_worker_pass_seconds_sum{worker="w1"}'] == 2


def test_the_page_names_every_family_and_no_other() -> None:
    told = set(re.findall(r"^# TYPE (\w+)", metrics_text(now_us=NOW_US), re.MULTILINE))
    section = PAGE.read_text().partition("## Metrics\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)`", section, re.MULTILINE)) == told
