"""What proximity may say, what it must never say, and how it counts."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest

from tests.lib.rule_tables import instant
from tests.lib.scopes import compiled
from tests.lib.walks import SPOT, fixes_along, track_along
from throughcare.kernel.time import MINUTE_US, Interval
from throughcare.monitoring.approach import evidence_of_closeness
from throughcare.monitoring.incidents import Incident, IncidentKind, IncidentStatus
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.proximity import proximity
from throughcare.monitoring.tracks import Pairs, ProximityTrack, pair, proximity_track

CONDITION: dict[str, Any] = {
    "kind": "victim_proximity",
    "condition_id": "vic-1",
    "start_date": "2026-03-02",
    "protected_ref": "PROTECTED-77",
    "distance_m": 500,
    "warning_m": 1000,
}
FAR_AND_NEAR = (
    "10:00-10:30 at 5000 every 1 min; 10:31-11:00 at 100 every 1 min; 11:01-12:00 at 5000 every 1 min"
)
STILL = "10:00-12:00 at 0 every 1 min"
SPARSE = "10:00-12:00 from 14300 to -14500 every 4 min"


def found_with(
    subject: ProximityTrack, protected: ProximityTrack, now: str = "12:00", **order: Any
) -> tuple[Incident, ...]:
    rules = compiled(CONDITION, **order)
    return proximity(
        subject=subject,
        protected=protected,
        condition=rules.conditions[0],
        rules=rules,
        parameters=Parameters(),
        interval=rules.interval,
        now_us=instant(now),
    )


def found_along(wearer: str, protected: str, now: str = "12:00", **order: Any) -> tuple[Incident, ...]:
    until_us = instant(now)
    return found_with(
        track_along(wearer, until_us=until_us), track_along(protected, until_us=until_us), now, **order
    )


def leaves(value: object) -> list[object]:
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in [key, *leaves(item)]]
    if isinstance(value, list | tuple):
        return [leaf for item in value for leaf in leaves(item)]
    return [value]


@pytest.mark.parametrize("wearer", [FAR_AND_NEAR, SPARSE], ids=["near", "passing"])
def test_nothing_of_either_track_is_in_what_is_told(wearer: str) -> None:
    incidents = found_along(wearer, STILL)

    assert incidents
    text = json.dumps([incident.as_dict() for incident in incidents])
    assert "PROTECTED-77" not in text
    assert "tag-1" not in text
    assert not re.search(r"lat|lon|east|north|bearing|heading|distance_m", text)
    coordinates = np.concatenate(
        [
            np.array([SPOT.lat0_deg, SPOT.lon0_deg]),
            *(getattr(fixes_along(w), c) for w in (wearer, STILL) for c in ("lat_deg", "lon_deg")),
        ]
    )
    for leaf in leaves([incident.as_dict() for incident in incidents]):
        if isinstance(leaf, float):
            assert np.min(np.abs(coordinates - leaf)) > 1e-3
            assert leaf not in {500.0, 1000.0, 100.0}


def test_the_same_ways_elsewhere_on_earth_make_the_same_incidents() -> None:
    def moved(cell: str) -> ProximityTrack:
        fixes = fixes_along(cell)
        columns = {name: getattr(fixes, name) for name in fixes.columns()}
        columns["lon_deg"] = columns["lon_deg"] + 0.7
        return proximity_track(
            type(fixes).build(key=fixes.key, keys=("another-device",), **columns),
            parameters=Parameters(),
            until_us=instant("12:00"),
        )

    here = found_along(FAR_AND_NEAR, STILL)
    there = found_with(moved(FAR_AND_NEAR), moved(STILL))

    assert [i.as_dict() for i in here] == [i.as_dict() for i in there]


def test_a_scope_of_the_wearer_and_of_the_protected_person_can_be_swapped() -> None:
    one, other = found_along(FAR_AND_NEAR, STILL), found_along(STILL, FAR_AND_NEAR)

    assert [(i.start_us, i.end_us, i.detected_us) for i in one] == [
        (i.start_us, i.end_us, i.detected_us) for i in other
    ]


def test_a_contact_that_is_allowed_makes_no_incident() -> None:
    absence = {
        "absence_id": "a-1",
        "from_time": "2026-03-02T10:25:00Z",
        "to_time": "2026-03-02T11:05:00Z",
        "reason": "Supervised contact",
        "authorised_by": "Court",
    }

    assert found_along(FAR_AND_NEAR, STILL, authorised_absences=[absence]) == ()


def test_an_excuse_leaves_the_incident_and_takes_its_time_off_the_total() -> None:
    excuse = {
        "excuse_id": "e-1",
        "from_time": "2026-03-02T10:30:00Z",
        "to_time": "2026-03-02T10:45:30Z",
        "reason": "court_or_appointment",
        "accepted_by": "PO",
    }

    (incident,) = found_along(FAR_AND_NEAR, STILL, reasonable_excuses=[excuse])

    assert incident.kind is IncidentKind.VICTIM_PROXIMITY
    assert incident.best_s == 1800
    assert incident.allowed[0].seconds == 900
    assert incident.atv_s == 900


def test_a_warning_adds_nothing_to_the_total() -> None:
    (warning,) = found_along(FAR_AND_NEAR.replace(" 100 ", " 800 "), STILL)

    assert warning.kind is IncidentKind.VICTIM_PROXIMITY_WARNING
    assert warning.atv_s == 0


def test_positions_after_now_are_not_looked_at() -> None:
    whole = track_along(FAR_AND_NEAR, until_us=instant("12:00"))
    known = track_along(FAR_AND_NEAR, until_us=instant("10:40"))
    still = track_along(STILL, until_us=instant("12:00"))

    assert found_with(whole, still, "10:40") == found_with(known, still, "10:40")


def test_closeness_is_over_when_the_activation_is() -> None:
    (incident,) = found_along(FAR_AND_NEAR, STILL, worn_to="2026-03-02T10:50:00Z", now="10:51")

    assert incident.end_us == instant("10:49")
    assert incident.status is IncidentStatus.CLOSED


def test_an_incident_that_is_closed_stays_as_it_is() -> None:
    closed: dict[str, Incident] = {}
    for minute in range(0, 120, 5):
        now = f"{10 + minute // 60}:{minute % 60:02d}"
        standing = {i.incident_id: i for i in found_along(FAR_AND_NEAR, STILL, now)}
        for key, incident in closed.items():
            assert standing[key] == incident
        closed |= {k: i for k, i in standing.items() if i.status is IncidentStatus.CLOSED}
        assert all(i.detected_us <= instant(now) for i in standing.values())
    assert closed


def test_an_incident_stays_open_while_further_closeness_is_gathering() -> None:
    wearer = "10:00-10:20 at 100 every 1 min; 10:21-10:33 at 5000 every 1 min; 10:34-10:50 at 470 every 1 min"
    still = "10:00-12:00 at 0 every 1 min"

    gathering = found_along(wearer, still, "10:36")
    merged = found_along(wearer, still, "10:50")

    assert [(i.status, len(i.spells)) for i in gathering] == [(IncidentStatus.OPEN, 1)]
    assert [(i.status, len(i.spells)) for i in merged] == [(IncidentStatus.OPEN, 2)]
    assert gathering[0].incident_id == merged[0].incident_id


def test_two_vague_positions_prove_neither_closeness_nor_distance() -> None:
    def evidence(distance_m: float, sigma_m: float) -> float:
        pairs = Pairs(
            t_us=np.array([0]),
            distance_m=np.array([distance_m]),
            sigma_m=np.array([sigma_m]),
            poor=np.array([False]),
            subject=np.array([0]),
            protected=np.array([0]),
        )
        return float(evidence_of_closeness(pairs, 500.0, parameters=Parameters())[0])

    assert evidence(0.0, 2_000.0) == 0.0
    assert evidence(400.0, 2_000.0) == 0.0
    assert evidence(9_000.0, 2_000.0) < -4
    assert evidence(0.0, 20.0) > 4
    assert evidence(500.0, 20.0) == pytest.approx(0.0, abs=0.05)


def test_a_condition_of_another_kind_is_refused() -> None:
    rules = compiled()
    track = track_along(STILL, until_us=instant("12:00"))
    condition = compiled(
        {"kind": "alcohol", "condition_id": "a", "start_date": "2026-03-02", "monitoring": "abstinence"}
    ).conditions[0]

    with pytest.raises(TypeError, match="victim proximity"):
        proximity(
            subject=track,
            protected=track,
            condition=condition,
            rules=rules,
            parameters=Parameters(),
            interval=rules.interval,
            now_us=instant("12:00"),
        )


def test_the_doubt_about_the_other_position_grows_with_its_age() -> None:
    until_us = instant("10:09")
    parameters = Parameters()
    pairs = pair(
        track_along("10:00-10:09 at 100 every 1 min", until_us=until_us),
        track_along("10:00 at 0", until_us=until_us),
        demanded=[Interval(instant("10:00"))],
        parameters=parameters,
    )

    both_m2 = 2 * max(8.0 / np.sqrt(-2 * np.log(1 - 0.68)), parameters.min_sigma_m) ** 2
    age_s = (pairs.t_us - pairs.t_us[0]) / 1e6
    assert pairs.sigma_m == pytest.approx(np.sqrt(both_m2 + (parameters.proximity_drift_mps * age_s) ** 2))
    assert pairs.distance_m == pytest.approx(np.full(10, 100.0), rel=1e-3)


def test_of_several_positions_at_one_instant_the_best_source_stands() -> None:
    poor, good = fixes_along("10:00 poor at 900"), fixes_along("10:00 at 100")
    both = type(good).concat([poor, good])

    track = proximity_track(both, parameters=Parameters(), until_us=instant("10:00") + MINUTE_US)

    assert len(track) == 1
    assert not track.poor[0]
