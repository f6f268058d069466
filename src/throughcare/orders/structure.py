"""What only a whole order can tell: every reference resolves, every ticked condition is there, once.

Each check yields problems with the path of the faulty field, so that a person sees all of them at once. They
take the parts of an order, not the order: an order that fails them does not exist.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from throughcare.orders.conditions import (
    OPEN_END,
    AnyCondition,
    Attendance,
    Curfew,
    Frozen,
    Place,
    Zone,
)
from throughcare.orders.geometry import Geometry, positions
from throughcare.orders.problem import Path, Problem
from throughcare.orders.records import Activation, AuthorisedAbsence, ReasonableExcuse, Suspension
from throughcare.orders.vocabulary import ConditionKind

MAX_ADDRESSES = 3


class Box(NamedTuple):
    """Degrees within which every place of a time zone's country lies."""

    west: float
    east: float
    south: float
    north: float

    def holds(self, lon_deg: float, lat_deg: float) -> bool:
        """Return whether a position lies in the box."""
        return self.west <= lon_deg <= self.east and self.south <= lat_deg <= self.north


# Great Britain and Northern Ireland with their islands, a little wider than the box in which the Ministry of
# Justice's crime matching accepts a position (latitude 49.5 to 61.5, longitude -8.5 to 2.6; MIT, read 2026-08).
COUNTRY_BOXES = {"Europe/London": Box(west=-9.0, east=3.0, south=49.0, north=61.5)}


def ticked_problems(
    ticked: frozenset[ConditionKind], conditions: Sequence[AnyCondition]
) -> Iterator[Problem]:
    """Yield a problem for each ticked kind without a condition, and each condition that is not ticked."""
    present = {condition.kind for condition in conditions}
    for kind in sorted(ticked - present):
        yield Problem(
            expected=f"the details of the {kind} condition, which is ticked",
            found="none: it is empty",
            action=f"Add the {kind} condition, or untick it.",
            path=("conditions",),
        )
    for kind in sorted(present - ticked):
        yield Problem(
            expected=f"{kind} among the ticked conditions, because one is given",
            found=f"ticked: {', '.join(sorted(ticked)) or 'nothing'}",
            action=f"Tick {kind}, or remove the condition.",
            path=("ticked",),
        )


def unique_problems(field: str, id_name: str, items: Iterable[Frozen]) -> Iterator[Problem]:
    """Yield a problem for each id that was used before in the list."""
    ids = [str(getattr(item, id_name)) for item in items]
    counts = Counter(ids)
    seen: set[str] = set()
    for number, name in enumerate(ids):
        if name in seen:
            yield Problem(
                expected=f"an {id_name} of its own" if id_name[0] in "ae" else f"a {id_name} of its own",
                found=f"{name!r}, which is used {counts[name]} times",
                action="Give each its own id.",
                path=(field, number, id_name),
            )
        seen.add(name)


def place_problems(
    places: Sequence[Place], conditions: Sequence[AnyCondition], activations: Sequence[Activation]
) -> Iterator[Problem]:
    """Yield a problem for each place that is named but unknown, and each curfew span without an address."""
    known = {place.place_id for place in places}
    for path, place_id in _named_places(conditions, activations):
        if place_id not in known:
            yield Problem(
                expected=f"one of the order's places ({', '.join(sorted(known)) or 'it has none'})",
                found=f"the unknown place {place_id!r}",
                action="Correct the id, or add the place to places.",
                path=path,
            )
    for number, condition in enumerate(conditions):
        if isinstance(condition, Curfew):
            yield from _address_problems(("conditions", number), condition)


def allowance_problems(
    field: str,
    items: Sequence[AuthorisedAbsence | ReasonableExcuse | Suspension],
    conditions: Sequence[AnyCondition],
) -> Iterator[Problem]:
    """Yield a problem for each condition that an allowance names and the order does not have."""
    known = {condition.condition_id for condition in conditions}
    for number, item in enumerate(items):
        for position, condition_id in enumerate(item.condition_ids):
            if condition_id not in known:
                yield Problem(
                    expected=f"one of the order's conditions ({', '.join(sorted(known)) or 'it has none'})",
                    found=f"the unknown condition {condition_id!r}",
                    action="Correct the id; name no condition to mean all of them.",
                    path=(field, number, "condition_ids", position),
                )


def date_problems(
    conditions: Sequence[AnyCondition], start: dt.date, end: dt.date | None
) -> Iterator[Problem]:
    """Yield a problem for each condition that has no day in common with the order."""
    for number, condition in enumerate(conditions):
        too_late = end is not None and condition.start_date > end
        too_soon = condition.end_date is not None and condition.end_date < start
        if too_late or too_soon:
            yield Problem(
                expected=f"a condition with a day from {start} to {end or OPEN_END}, the dates of the order",
                found=f"{condition.start_date} to {condition.end_date or OPEN_END}, so it could never apply",
                action="Correct its dates, or remove it.",
                path=("conditions", number, "start_date" if too_late else "end_date"),
            )


def activation_problems(activations: Sequence[Activation]) -> Iterator[Problem]:
    """Yield a problem for each device that is put on the person twice at once."""
    ordered = sorted(enumerate(activations), key=lambda item: (item[1].device_id, item[1].interval.start_us))
    for (_, earlier), (number, later) in pairwise(ordered):
        if earlier.device_id == later.device_id and earlier.interval.intersect(later.interval):
            yield Problem(
                expected=f"a time after activation {earlier.activation_id} of the same device has ended",
                found=f"device {later.device_id} on the person twice at once",
                action="End the earlier activation, or correct the device.",
                path=("activations", number, "from_time"),
            )


def swap_problems(
    time_zone: str, places: Sequence[Place], conditions: Sequence[AnyCondition]
) -> Iterator[Problem]:
    """Yield a problem for each area that lies in the order's country only with its coordinates swapped.

    A position of a British order near 1° S 51° E is in the Indian Ocean; swapped it is in England. It is
    said for the countries of ``COUNTRY_BOXES``.
    """
    box = COUNTRY_BOXES.get(time_zone)
    if box is None:
        return
    for path, area in _areas(places, conditions):
        for lon, lat in positions(area):
            if not box.holds(lon, lat) and box.holds(lat, lon):
                yield Problem(
                    expected=f"[longitude, latitude], longitude first; the order's time zone is {time_zone}",
                    found=f"[{lon}, {lat}], which is in that country only when swapped",
                    action="Swap the two numbers of every position of this area.",
                    path=path,
                )
                break


def _named_places(
    conditions: Sequence[AnyCondition], activations: Sequence[Activation]
) -> Iterator[tuple[Path, str]]:
    for number, condition in enumerate(conditions):
        if isinstance(condition, Attendance):
            yield ("conditions", number, "place_id"), condition.place_id
        if isinstance(condition, Curfew):
            yield from _addresses(("conditions", number), condition)
    for number, activation in enumerate(activations):
        if activation.home_unit_place_id is not None:
            yield ("activations", number, "home_unit_place_id"), activation.home_unit_place_id


def _addresses(path: Path, curfew: Curfew) -> Iterator[tuple[Path, str]]:
    for phase_number, phase in enumerate(curfew.phases):
        for number, item in enumerate(phase.timetable):
            where = (*path, "phases", phase_number, "timetable", number, "place_ids")
            for position, place_id in enumerate(item.place_ids):
                yield (*where, position), place_id
    if curfew.release_day is not None:
        yield (*path, "release_day", "place_id"), curfew.release_day.place_id


def _address_problems(path: Path, curfew: Curfew) -> Iterator[Problem]:
    for phase_number, phase in enumerate(curfew.phases):
        for number, item in enumerate(phase.timetable):
            if not item.place_ids:
                yield Problem(
                    expected="one to three curfew addresses",
                    found="none",
                    action="Name the places where the person must be.",
                    path=(*path, "phases", phase_number, "timetable", number, "place_ids"),
                )
    used = sorted({place_id for _, place_id in _addresses(path, curfew)})
    if len(used) > MAX_ADDRESSES:
        yield Problem(
            expected=f"at most {MAX_ADDRESSES} curfew addresses in one curfew",
            found=f"{len(used)}: {', '.join(used)}",
            action="Remove an address, or make it another condition.",
            path=path,
        )


def _areas(places: Sequence[Place], conditions: Sequence[AnyCondition]) -> Iterator[tuple[Path, Geometry]]:
    for number, place in enumerate(places):
        yield ("places", number, "area"), place.area
    for number, condition in enumerate(conditions):
        if isinstance(condition, Zone):
            yield ("conditions", number, "area"), condition.area
            for position, exemption in enumerate(condition.exemptions):
                if exemption.corridor is not None:
                    yield ("conditions", number, "exemptions", position, "corridor"), exemption.corridor
