"""A fix that moved counts more than one that repeats the last; one too wide says nothing beside a home unit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from throughcare.kernel.time import MINUTE_US
from throughcare.monitoring.areas import compile_area
from throughcare.monitoring.fixes import Fixes, Source
from throughcare.monitoring.folding import Trace, fold, open_tail, start_carry, trace
from throughcare.monitoring.incidents import IncidentKind
from throughcare.monitoring.items import merge_items
from throughcare.monitoring.kernels import WHY_COARSE, WHY_USED
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.presence import Presence
from throughcare.monitoring.reference import reference_segments
from throughcare.monitoring.rules import Watch
from throughcare.monitoring.status import Statuses, StatusKind
from throughcare.orders.geometry import Circle

EAST_DEG = 1.0 / 65_434.0  # a metre at 54 degrees north, nearly
HEARD, MISSED = int(StatusKind.RADIO_HEARD), int(StatusKind.RADIO_MISSED)
STILL, WALKING = [200.0] * 4, [200.0, 300.0, 400.0, 500.0]


def watch_of(*, kind: IncidentKind = IncidentKind.CURFEW_ABSENCE, radio: bool = False) -> Watch:
    home = Circle(type="Circle", centre=(1.5, 54.0), radius_m=30.0)
    return Watch(
        watch_id="w",
        condition_id="c",
        kind=kind,
        area=compile_area(be_in=(home,), margin_m=60.0),
        radio=radio,
    )


def fixes_of(east_m: Sequence[float], *, radius_m: float = 15.0, source: Source = Source.GNSS) -> Fixes:
    """Return a fix a minute, five seconds after it."""
    n = len(east_m)
    return Fixes.build(
        key=np.zeros(n, np.int64), keys=("A",), t_us=np.arange(n) * MINUTE_US + 5_000_000,
        lat_deg=np.full(n, 54.0), lon_deg=1.5 + np.array(east_m) * EAST_DEG,
        accuracy_m=np.full(n, radius_m), level=np.full(n, 0.68), source=np.full(n, int(source)),
    )  # fmt: skip


def polls_of(kinds: Sequence[int]) -> Statuses:
    return Statuses.build(
        key=np.zeros(len(kinds), np.int64),
        keys=("A",),
        t_us=np.arange(len(kinds)) * MINUTE_US,
        kind=list(kinds),
    )


def traced(watch: Watch, fixes: Fixes, statuses: Statuses | None = None) -> Trace:
    items = merge_items(fixes, statuses or Statuses.empty(), Parameters())
    return trace(items, watch, start_carry(0), parameters=Parameters())


def presence(watch: Watch, fixes: Fixes, statuses: Statuses) -> list[Presence]:
    """Return the states of the segments, the same by the fold and by the reference."""
    items, parameters = merge_items(fixes, statuses, Parameters()), Parameters()
    now_us = int(fixes.t_us[-1])
    carry, closed = fold(items, watch, start_carry(0), parameters=parameters)
    found = (*closed, *open_tail(carry, now_us=now_us, parameters=parameters))
    assert found == reference_segments(items, watch, parameters=parameters, start_us=0, now_us=now_us)
    return [segment.state for segment in found]


def test_of_two_tracks_away_the_one_that_moves_says_more() -> None:
    still, walking = (traced(watch_of(), fixes_of([0.0] * 5 + track)) for track in (STILL, WALKING))
    assert walking.after[5] == still.after[5]  # the first away has nothing to have moved from
    assert (walking.after[6:] < still.after[6:]).all()


def test_coming_home_between_makes_the_next_fix_away_a_first_one() -> None:
    one = traced(watch_of(), fixes_of([0.0] * 5 + [200.0, 0.0, 500.0]))
    other = traced(watch_of(), fixes_of([0.0] * 5 + [500.0, 0.0, 500.0]))
    # 500 m weighs alike whether the fix before the return was near it or not
    share = [(run.after[7] - run.after[6]) / (run.own[7] - run.after[6]) for run in (one, other)]
    assert share[0] == pytest.approx(share[1], abs=1e-12)


def test_a_step_within_what_both_may_err_counts_no_more() -> None:
    # the standard error of a radius of 30 m is 20 m: four of them are more than 60 m
    still, near = (
        traced(watch_of(), fixes_of([0.0] * 5 + track, radius_m=30.0))
        for track in ([900.0, 900.0], [900.0, 960.0])
    )
    assert (near.after == still.after).all()


def test_at_zones_a_fix_that_moved_counts_alike() -> None:
    watch = watch_of(kind=IncidentKind.ZONE_EXIT)
    still, walking = (
        traced(watch, fixes_of([0.0] * 5 + track)) for track in ([900.0] * 4, [900.0, 1200.0, 1500.0, 1900.0])
    )
    assert (still.after == walking.after).all()


def test_poor_fixes_that_hop_from_mast_to_mast_do_not_move() -> None:
    hops = [900.0, 1400.0, 900.0, 1400.0]
    still, hopping = (
        traced(watch_of(), fixes_of([0.0] * 5 + track, source=Source.CELL)) for track in ([900.0] * 4, hops)
    )
    assert (still.after == hopping.after).all()


def test_a_mast_and_a_poll_unheard_for_a_while_are_no_absence() -> None:
    fixes = fixes_of([700.0] * 60, radius_m=1000.0)
    polls = polls_of([HEARD] * 30 + [MISSED] * 12 + [HEARD] * 18)
    assert Presence.OUTSIDE not in presence(watch_of(radio=True), fixes, polls)
    got = traced(watch_of(radio=True), fixes, polls)
    assert set(got.why[1::2].tolist()) == {WHY_COARSE}  # fixes follow polls, in turn


def test_a_mast_counts_where_no_home_unit_has_spoken_of_late() -> None:
    fixes = fixes_of([700.0] * 60, radius_m=1000.0)
    silent = traced(watch_of(radio=True), fixes, polls_of([HEARD]))
    assert silent.why[1] == WHY_COARSE
    assert silent.why[-1] == WHY_USED


def test_a_good_fix_beside_the_home_unit_counts() -> None:
    fixes, polls = fixes_of([0.0] * 30 + [700.0] * 30), polls_of([HEARD] * 30 + [MISSED] * 30)
    assert presence(watch_of(radio=True), fixes, polls)[-1] is Presence.OUTSIDE
