from __future__ import annotations

import pytest

from tests.lib.order_cases import HOME, curfew, make_order
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import Interval, parse_instant
from throughcare.orders.allowances import Allowance, allowances_for

ZONE = {
    "kind": "exclusion_zone",
    "condition_id": "z1",
    "start_date": "2026-01-05",
    "name": "the town",
    "area": HOME,
    "exemptions": [
        {"reason": "travel_corridor", "corridor": HOME},
        {"reason": "court", "from_time": "2026-02-03T09:00:00Z", "to_time": "2026-02-03T17:00:00Z"},
        {
            "reason": "work",
            "details": "the early shift",
            "from_time": "2026-02-02T05:00:00Z",
            "to_time": "2026-02-02T07:00:00Z",
        },
        {
            "reason": "work",
            "corridor": HOME,
            "from_time": "2026-02-04T05:00:00Z",
            "to_time": "2026-02-04T07:00:00Z",
        },
    ],
}
ORDER = make_order(
    curfew(),
    ZONE,
    authorised_absences=[
        {
            "absence_id": "b1",
            "condition_ids": ["c1"],
            "from_time": "2026-02-01T18:00:00+00:00",
            "to_time": "2026-02-01T22:00:00+00:00",
            "reason": "a school play",
            "authorised_by": "the officer",
        }
    ],
    reasonable_excuses=[
        {
            "excuse_id": "e1",
            "from_time": "2026-01-20T19:00:00Z",
            "to_time": "2026-01-20T23:00:00Z",
            "reason": "medical",
            "accepted_by": "the officer",
        }
    ],
    suspensions=[
        {
            "suspension_id": "s1",
            "condition_ids": ["z1"],
            "from_time": "2026-03-01T00:00:00Z",
            "reason": "appeal",
        }
    ],
)


def interval(start: str, end: str | None) -> Interval:
    return Interval(parse_instant(start), None if end is None else parse_instant(end))


def test_a_condition_gets_its_own_allowances_and_those_that_name_no_condition() -> None:
    assert allowances_for(ORDER, "c1") == (
        Allowance(
            "reasonable_excuse", "e1", interval("2026-01-20T19:00:00Z", "2026-01-20T23:00:00Z"), "medical"
        ),
        Allowance(
            "authorised_absence",
            "b1",
            interval("2026-02-01T18:00:00Z", "2026-02-01T22:00:00Z"),
            "a school play",
        ),
    )


def test_a_zone_gets_its_exemptions_that_are_times_only() -> None:
    found = allowances_for(ORDER, "z1")
    assert [(item.kind, item.allowance_id, item.reason) for item in found] == [
        ("reasonable_excuse", "e1", "medical"),
        ("exemption", "z1.exemption-3", "the early shift"),
        ("exemption", "z1.exemption-2", "court"),
        ("suspension", "s1", "appeal"),
    ]
    assert found[-1].interval.end_us is None


def test_an_unknown_condition_is_refused() -> None:
    with pytest.raises(RefusedInput, match=r"expected one of the conditions \['c1', 'z1'\]; found 'c9'"):
        allowances_for(ORDER, "c9")
