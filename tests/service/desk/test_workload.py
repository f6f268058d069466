"""The workload: counts of a whole day, without naming anybody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests.service.desk.tellings import incident, item_of, tell
from tests.service.makers import NOW_US, Staff, make_person
from throughcare.kernel.time import HOUR_US, MINUTE_US
from throughcare.service.desk.actions import acknowledge, take_in
from throughcare.service.desk.models import DeskItem
from throughcare.service.desk.queries import Workload, workload
from throughcare.service.desk.queries.workload import quantile, worst_tenth
from throughcare.service.roles import Role
from throughcare.service.viewer import system

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]
FROM_US = NOW_US - 6 * HOUR_US


def slowly_counted(from_us: int, to_us: int) -> list[tuple[int, int, int]]:
    """Return (came, acknowledged, waiting at its end) of each hour, counted one by one."""
    items = list(DeskItem.objects.exclude(state__in=["merged", "suppressed"]))
    found = []
    for start_us in range(from_us, to_us, HOUR_US):
        end_us = min(start_us + HOUR_US, to_us)
        ends = [
            min([t for t in (i.acknowledged_us, i.closed_us) if t is not None], default=None) for i in items
        ]
        found.append(
            (
                sum(start_us <= i.opened_us < end_us for i in items),
                sum(i.acknowledged_us is not None and start_us <= i.acknowledged_us < end_us for i in items),
                sum(
                    i.opened_us < end_us and (e is None or e >= end_us)
                    for i, e in zip(items, ends, strict=True)
                ),
            )
        )
    return found


def a_day() -> Workload:
    by = system("test")
    for number in range(30):
        make_person(f"P{number}")
        tell(incident(f"i{number}", person_ref=f"P{number}", allowed_s=3600.0 if number % 5 == 4 else 0.0))
        at_us = FROM_US + number * 11 * MINUTE_US
        take_in(now_us=at_us)
        item = item_of(f"i{number}")
        if number % 2 == 0 and item.state == "new":
            later_us = at_us + (number + 1) * MINUTE_US
            acknowledge(by=by, now_us=later_us, item_id=item.pk, revision=item.revision)
    tell(incident("i1", person_ref="P1"), now_us=FROM_US + 2 * HOUR_US, retracted=True)
    take_in(now_us=FROM_US + 2 * HOUR_US)
    return workload(from_us=FROM_US, to_us=FROM_US + 24 * HOUR_US, now_us=NOW_US - 1)


def test_the_hours_are_as_counted_one_by_one() -> None:
    load = a_day()
    assert [(h.arrived, h.acknowledged, h.waiting) for h in load.hours] == slowly_counted(FROM_US, NOW_US)
    assert (load.arrived, load.suppressed, load.merged) == (30, 6, 0)
    assert load.worst_tenth_share == pytest.approx(2 / 24)
    kind = load.kinds[0]
    assert (kind.arrived, kind.left_out_share) == (30, 0.2)
    assert kind.acknowledge_median_s is not None
    assert kind.acknowledge_p90_s is not None
    assert 0 < kind.acknowledge_median_s < kind.acknowledge_p90_s


def test_small_numbers_are_not_told() -> None:
    assert worst_tenth([3] * 9) is None
    assert worst_tenth([10] + [1] * 9) == pytest.approx(10 / 19)
    assert quantile([1.0] * 4, 0.5) is None
    assert quantile([1.0, 2.0, 3.0, 4.0, 5.0], 0.9) == 5.0


@pytest.mark.parametrize("role", [Role.ANALYST, Role.SENIOR, Role.MONITORING_OFFICER])
def test_the_page_draws_the_day_and_names_nobody(
    role: Role, staff: dict[Role, Staff], signed_in: SignIn
) -> None:
    a_day()
    text = signed_in(staff[role]).get("/desk/workload/").content.decode()
    assert 'id="load-t"' in text
    assert "Family" not in text
    assert "shift begins" in text


@pytest.mark.parametrize("query", ["?day=2026-13-01", "?day=9999-01-01", "?day=x", "?day="])
def test_a_senseless_day_is_today(query: str, staff: dict[Role, Staff], signed_in: SignIn) -> None:
    text = signed_in(staff[Role.ANALYST]).get(f"/desk/workload/{query}").content.decode()
    assert "From Mon 9 Mar 2026, 06:00" in text
