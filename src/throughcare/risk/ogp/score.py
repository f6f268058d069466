"""How OGP adds up: OGRS3 in points, needs in points, each sum of a group rounded, and the points in log-odds."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from throughcare.risk.arithmetic.frame import Floats, Frame
from throughcare.risk.arithmetic.parts import Part, Tabled, constant, in_order
from throughcare.risk.arithmetic.rounding import half_up
from throughcare.risk.catalogue import ITEMS
from throughcare.risk.contract import Spec
from throughcare.risk.ogp import spec
from throughcare.risk.ogp.spec import TABLE
from throughcare.risk.ogrs3 import score as ogrs3
from throughcare.risk.ogrs3.spec import ASKED as RECORD

_OGRS3_COUNTED = ("ogrs3_two_year", "points")
_EACH_POINT = TABLE.one("log_odds_per_point")


def in_points(
    name: str, items: tuple[str, ...], points: Callable[[Frame], Floats], *, words: str, each_point: float
) -> Part:
    """Return a part that is counted in points, told with them, and weighed in log-odds."""

    def say(frame: Frame) -> str:
        answers = "; ".join(frame.words(item) for item in items)
        counted = points(frame)[0]
        return f"{words}: {answers} ({counted:.0f} {'point' if counted == 1 else 'points'})"

    return Part(name, items, lambda frame: each_point * points(frame), say)


def level_points(name: str, table: Mapping[str, float], *, each_point: float) -> Part:
    """Return the part of one choice, in points by answer."""
    weights = in_order(ITEMS[name], table)
    return in_points(
        name,
        (name,),
        lambda frame: frame.looked_up(name, weights),
        words=ITEMS[name].label,
        each_point=each_point,
    )


def yes_points(name: str, points: float, *, each_point: float, when: bool = True) -> Part:
    """Return the part of one yes or no, in points where it is answered `when`."""
    weights = np.array([0.0, points, np.nan] if when else [points, 0.0, np.nan])
    return in_points(
        name,
        (name,),
        lambda frame: frame.looked_up(name, weights),
        words=ITEMS[name].label,
        each_point=each_point,
    )


def summed(frame: Frame, items: tuple[str, ...]) -> Floats:
    """Return the sum of the levels of several items."""
    return np.asarray(np.sum([frame.number(name) for name in items], axis=0), dtype=np.float64)


def _ogrs3_points(frame: Frame) -> Floats:
    if _OGRS3_COUNTED not in frame.counted:
        shown = ogrs3.TWO_YEAR.shown_in(frame)
        frame.counted[_OGRS3_COUNTED] = half_up(shown * TABLE.one("points_per_ogrs3_percent"))
    return frame.counted[_OGRS3_COUNTED]


def _ogrs3_words(frame: Frame) -> str:
    percent = ogrs3.TWO_YEAR.shown_in(frame)[0]
    return f"OGRS3 over two years: {percent:.0f} % ({_ogrs3_points(frame)[0]:.0f} points)"


def _drug_points(frame: Frame) -> Floats:
    return half_up(summed(frame, spec.DRUGS) * TABLE.one("drugs_per_level"))


def _thinking_points(frame: Frame) -> Floats:
    levels = summed(frame, spec.THINKING)
    return half_up(levels * TABLE.one("thinking_levels") / TABLE.one("thinking_divisor"))


def _instrument(of: Spec, horizon: str) -> Tabled:
    each = _EACH_POINT
    return Tabled(
        spec=of,
        parts=(
            constant("starting_point", TABLE.one(horizon), "where the formula starts for everybody"),
            Part("ogrs3", RECORD, lambda frame: each * _ogrs3_points(frame), _ogrs3_words),
            yes_points("no_fixed_abode", TABLE.one("no_fixed_abode"), each_point=each),
            yes_points("unemployed", TABLE.one("unemployed"), each_point=each),
            level_points("offending_activities", TABLE.keyed("offending_activities"), each_point=each),
            in_points("drugs", spec.DRUGS, _drug_points, words="drug misuse and motivation", each_point=each),
            in_points("thinking", spec.THINKING, _thinking_points, words="thinking", each_point=each),
            level_points("attitudes_to_offending", TABLE.keyed("attitudes_to_offending"), each_point=each),
        ),
        rules=ogrs3.RULES,
        shown=lambda _frame, value: ogrs3.whole_percent(value),
        components=(ogrs3.TWO_YEAR,),
    )


ONE_YEAR = _instrument(spec.ONE_YEAR, "one_year")
TWO_YEAR = _instrument(spec.TWO_YEAR, "two_year")
INSTRUMENTS = (ONE_YEAR, TWO_YEAR)
