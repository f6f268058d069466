from __future__ import annotations

from typing import Any

from tests.lib.order_cases import HOME, curfew, make_order, order_json
from throughcare.orders.diff import Change, diff_orders
from throughcare.orders.model import Order

TRAIL = {"kind": "trail", "condition_id": "t1", "start_date": "2026-01-05"}


def change_of(*conditions: dict[str, Any], **more: Any) -> tuple[Change, ...]:
    return diff_orders(make_order(), make_order(*conditions, **more))


def test_the_fields_of_the_version_itself_are_not_compared() -> None:
    later = {
        "version": 2,
        "recorded_at": "2026-02-01T00:00:00Z",
        "effective_from": "2026-02-02T00:00:00Z",
        "variation_types": ["other"],
    }
    assert change_of(**later) == ()


def test_items_are_matched_by_their_id_and_not_by_position() -> None:
    old = order_json(curfew(), TRAIL)
    new = old | {
        "conditions": old["conditions"][::-1],
        "places": old["places"][::-1],
        "ticked": ["trail", "curfew"],
    }
    new["conditions"] = [dict(item) for item in new["conditions"]]
    new["conditions"][1]["phases"] = [
        {**phase, "timetable": phase["timetable"][::-1]} for phase in new["conditions"][1]["phases"]
    ]
    assert diff_orders(Order.model_validate(old), Order.model_validate(new)) == ()


def test_a_changed_hour_names_its_condition_phase_and_span() -> None:
    old = make_order(curfew("mon 19:00-07:00; tue 19:00-07:00"))
    new = make_order(curfew("mon 19:00-07:00; tue 19:00-06:30"))
    assert diff_orders(old, new) == (
        Change(
            "conditions[c1].phases[2026-01-05].timetable[tuesday 19:00].end",
            "07:00",
            "06:30",
            "In the hours from 19:00 on tuesday of the phase from 5 January 2026 of the curfew c1, "
            "end changed from 07:00 to 06:30.",
        ),
    )


def test_what_is_added_and_removed_carries_the_whole_item() -> None:
    with_trail = make_order(curfew(), TRAIL)
    added = diff_orders(make_order(), with_trail)
    assert [(change.path, change.old is None) for change in added] == [
        ("ticked[trail]", True),
        ("conditions[t1]", True),
    ]
    assert added[1].new["device"] == "fitted"
    assert added[1].words == "Added: the trail t1."
    removed = diff_orders(with_trail, make_order())
    assert [(change.path, change.new) for change in removed] == [
        ("ticked[trail]", None),
        ("conditions[t1]", None),
    ]


def test_a_condition_whose_kind_changes_is_another_condition() -> None:
    new = make_order(TRAIL | {"condition_id": "c1"})
    changes = {(change.path, change.new is None) for change in change_of() + diff_orders(make_order(), new)}
    assert {("conditions[c1]", True), ("conditions[c1]", False)} <= changes


def test_a_moved_boundary_is_one_change_and_shows_no_coordinate_in_its_words() -> None:
    places = order_json()["places"]
    places[0] = places[0] | {"area": HOME | {"radius_m": 60}}
    (change,) = change_of(places=places)
    assert (change.path, change.old["radius_m"], change.new["radius_m"]) == ("places[home].area", 40, 60)
    assert change.words == "In the place 12 Mill Lane (home), the area on the map changed."


def test_dates_and_missing_values_are_said_in_words() -> None:
    (change,) = change_of(end_date=None)
    assert change.words == "In the order, end date changed from 4 July 2026 to not set."
    (change,) = change_of(home_detention_curfew=True)
    assert change.words == "In the order, home detention curfew changed from no to yes."


def test_every_list_of_an_order_can_be_compared() -> None:
    absence = {
        "absence_id": "b1",
        "from_time": "2026-02-01T18:00:00Z",
        "to_time": "2026-02-01T22:00:00Z",
        "reason": "a play",
        "authorised_by": "the officer",
    }
    zone = {
        "kind": "exclusion_zone",
        "condition_id": "z1",
        "start_date": "2026-01-05",
        "name": "the town",
        "area": HOME,
    }
    exempt = {"exemptions": [{"reason": "court", "corridor": HOME}]}
    old = make_order(curfew(), zone)
    new = make_order(
        curfew("release 2026-01-05 15:00-07:00 / 2026-01-05..: daily 19:00-07:00"),
        zone | exempt,
        authorised_absences=[absence],
        reasonable_excuses=[
            {
                "excuse_id": "e1",
                "from_time": "2026-02-01T18:00:00Z",
                "to_time": "2026-02-01T22:00:00Z",
                "reason": "medical",
                "accepted_by": "the officer",
            }
        ],
        suspensions=[{"suspension_id": "s1", "from_time": "2026-02-01T18:00:00Z", "reason": "appeal"}],
        activations=[{"activation_id": "a1", "device_id": "d1", "from_time": "2026-02-01T18:00:00Z"}],
    )
    words = [change.words for change in diff_orders(old, new)]
    assert words == [
        "Added: the device d1 (a1).",
        "In the curfew c1, release day changed from not set to set.",
        "Added: an exemption (court) of the exclusion zone z1.",
        "Added: the authorised absence b1.",
        "Added: the reasonable excuse e1.",
        "Added: the suspension s1.",
    ]
