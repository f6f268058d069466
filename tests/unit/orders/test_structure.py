from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from tests.lib.order_cases import HOME, make_order, order_json
from throughcare.orders.document import load_orders
from throughcare.orders.model import Order

RING = [[-1.4, 50.9], [-1.3, 50.9], [-1.3, 51.0], [-1.4, 50.9]]
HOLE = [[-1.33, 50.92], [-1.31, 50.92], [-1.31, 50.94], [-1.33, 50.92]]


def swapped(value: Any) -> Any:
    if isinstance(value[0], float):
        return value[::-1]
    return [swapped(item) for item in value]


AREAS = [
    {"type": "Polygon", "coordinates": [RING, HOLE]},
    {"type": "MultiPolygon", "coordinates": [[RING, HOLE], [[[lon + 0.5, lat] for lon, lat in RING]]]},
]


def order_with(area: dict[str, Any], **more: Any) -> dict[str, Any]:
    places = order_json()["places"]
    return order_json(places=[places[0] | {"area": area}, places[1]], **more)


@pytest.mark.parametrize("area", AREAS, ids=["polygon", "multipolygon"])
def test_swapped_coordinates_of_any_area_are_said_at_the_area(area: dict[str, Any]) -> None:
    assert load_orders(json.dumps(order_with(area)), where="f").refusals == ()
    wrong = order_with(area | {"coordinates": swapped(area["coordinates"])})
    (refusal,) = load_orders(json.dumps(wrong), where="f").refusals
    assert refusal.where == "f: places[0].area"
    assert "Swap the two numbers" in refusal.action


def test_swapped_coordinates_of_a_zone_and_its_corridor_are_said() -> None:
    wrong = HOME | {"centre": [50.9, -1.4]}
    zone = {
        "kind": "exclusion_zone",
        "condition_id": "z1",
        "start_date": "2026-01-05",
        "name": "the town",
        "area": wrong,
        "exemptions": [{"reason": "work", "corridor": wrong}],
    }
    loaded = load_orders(json.dumps(order_json(zone)), where="f")
    assert [refusal.where for refusal in loaded.refusals] == [
        "f: conditions[0].area",
        "f: conditions[0].exemptions[0].corridor",
    ]


def test_places_abroad_are_not_taken_for_swapped() -> None:
    paris = HOME | {"centre": [2.35, 48.85]}
    assert load_orders(json.dumps(order_with(paris)), where="f").refusals == ()
    somalia = order_with(HOME | {"centre": [50.9, -1.4]}, time_zone="Africa/Mogadishu")
    assert load_orders(json.dumps(somalia), where="f").refusals == ()


def test_an_order_made_in_python_says_the_same_problems() -> None:
    with pytest.raises(ValidationError, match=r"ticked: expected trail|the details of the trail condition"):
        make_order(ticked=["curfew", "trail"])


def test_an_order_can_not_be_changed() -> None:
    order = make_order()
    with pytest.raises(ValidationError, match="frozen"):
        order.end_date = None  # type: ignore[misc]


def test_the_json_of_an_order_is_the_same_whatever_the_sequence_of_the_ticks() -> None:
    trail = {"kind": "trail", "condition_id": "t1", "start_date": "2026-01-05"}
    made = [
        make_order(order_json()["conditions"][0], trail, ticked=ticked)
        for ticked in (["trail", "curfew"], ["curfew", "trail"])
    ]
    assert json.dumps(made[0].as_json()) == json.dumps(made[1].as_json())
    assert made[0].as_json()["conditions"][0]["phases"][0]["timetable"][0]["start"] == "19:00"


def test_a_place_is_found_by_its_id() -> None:
    assert make_order().place("office").label == "the probation office"
    assert isinstance(make_order(), Order)
