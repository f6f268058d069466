"""Drawings of a validation: calibration, groups, the sweep, and drift. Each says in words what it shows."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from throughcare.adapters.reports.palette import BLUE, INK, PAPER, QUIET, RED
from throughcare.adapters.reports.plot import (
    BOTTOM,
    DASHES,
    HEIGHT,
    LEFT,
    MOST_LINES,
    PAINTS,
    RIGHT,
    WIDTH,
    Plot,
    Span,
    key,
    ticks,
)
from throughcare.adapters.reports.svg import path_d, picture, shorten, tag, text
from throughcare.risk.fairness.audit import GroupFound
from throughcare.risk.fairness.sweep import Band
from throughcare.risk.validation.calibration import Calibration
from throughcare.risk.validation.drift import Limits, Month

_ROW = 26.0
_NAMES = 230.0
_SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def calibration_svg(found: Calibration, *, ident: str) -> str:
    """Return said against happened: bins with intervals, the smooth line with its band, and the line of truth."""
    highest = max(0.1, *(each.predicted for each in found.bins), *(each.observed.high for each in found.bins))
    most = min(1.0, math.ceil(highest * 10) / 10)
    marks = ticks(0.0, most)
    plot = Plot(
        Span(0.0, most, "What the score says (probability)", marks),
        Span(0.0, most, "What happened (share)", marks),
    )
    smooth = found.smooth
    parts = [
        plot.axes(),
        plot.line([0.0, most], [0.0, most], paint=QUIET, dash="4 4", width=1.2),
        plot.band(smooth.predicted.tolist(), smooth.low.tolist(), smooth.high.tolist(), paint=BLUE),
        plot.line(smooth.predicted.tolist(), smooth.observed.tolist(), paint=BLUE),
    ]
    for each in found.bins:
        parts.append(plot.whisker(each.predicted, each.observed.low, each.observed.high))
        parts.append(plot.dot(each.predicted, each.observed.value))
    lowest, last = found.bins[0], found.bins[-1]
    return picture(
        *parts,
        width=WIDTH,
        height=HEIGHT,
        ident=ident,
        title="Calibration",
        description=(
            f"{len(found.bins)} bins of people. In the lowest the score says {_percent(lowest.predicted)} and it happened "
            f"to {_percent(lowest.observed.value)}; in the highest {_percent(last.predicted)} and "
            f"{_percent(last.observed.value)}. On the dashed line the score says what happens. The table holds every "
            "number."
        ),
        kind="map",
    )


def ratios_svg(groups: Sequence[GroupFound], *, ident: str) -> str:
    """Return observed over expected of each group with its interval, beside 1."""
    rows = [
        (each.group, each.performance.calibration.ratio)
        for each in groups
        if each.performance.calibration is not None
    ]
    if not rows:
        return ""
    low = min(0.8, *(ratio.low for _, ratio in rows))
    high = max(1.2, *(ratio.high for _, ratio in rows))
    height = _ROW * len(rows) + 60.0

    def x(value: float) -> float:
        return _NAMES + (value - low) / (high - low) * (WIDTH - _NAMES - 30.0)

    parts = [
        tag("path", d=path_d(((x(1.0), 10.0), (x(1.0), height - 40.0))), stroke=QUIET, stroke_dasharray="4 4")
    ]
    for place, (name, ratio) in enumerate(rows):
        y = 24.0 + _ROW * place
        parts.append(text(_NAMES - 12, y + 4, shorten(name, _NAMES - 20, 12), text_anchor="end"))
        parts.append(
            tag("path", d=path_d(((x(ratio.low), y), (x(ratio.high), y))), stroke=INK, stroke_width=1.5)
        )
        filled = INK if ratio.contains(1.0) else PAPER  # hollow: the interval leaves 1 out
        parts.append(tag("circle", cx=x(ratio.value), cy=y, r=5.0, fill=filled, stroke=INK, stroke_width=2))
    parts += [
        text(x(tick), height - 22, f"{tick:.2f}", text_anchor="middle", fill=QUIET)
        for tick in ticks(low, high)
    ]
    parts.append(text((WIDTH + _NAMES) / 2, height - 4, "Observed over expected", text_anchor="middle"))
    out = [name for name, ratio in rows if not ratio.contains(1.0)]
    return picture(
        *parts,
        width=WIDTH,
        height=height,
        ident=ident,
        title="Observed over expected by group",
        description=(
            f"{len(rows)} groups. 1 is right; a hollow mark has an interval without 1: "
            f"{', '.join(out) if out else 'none'}. The table holds every number."
        ),
        kind="map",
    )


def rates_svg(groups: Sequence[GroupFound], *, measure: str, words: str, ident: str) -> str:
    """Return one rate of the largest groups of a grouping over all thresholds, with bands.

    Parameters
    ----------
    measure : str
        A field of `Sweep`: ``false_positive``, ``false_negative`` or ``predictive``.
    """
    largest = sorted(groups, key=lambda each: -each.performance.people)[:MOST_LINES]
    thresholds = largest[0].sweep.threshold
    low, high = float(thresholds[0]), float(thresholds[-1])
    places = 2 if high <= 1.0 else 0
    plot = Plot(Span(low, high, "Threshold", ticks(low, high), places), Span(0.0, 1.0, words, _SHARES))
    parts = [plot.axes()]
    told = []
    for place, each in enumerate(largest):
        band: Band = getattr(each.sweep, measure)
        xs = each.sweep.threshold.tolist()
        parts.append(plot.band(xs, band.low.tolist(), band.high.tolist(), paint=PAINTS[place]))
        parts.append(plot.line(xs, band.value.tolist(), paint=PAINTS[place], dash=DASHES[place]))
        told.append(f"{each.group} {_percent(float(band.value[len(xs) // 2]))}")
    parts.append(key([each.group for each in largest]))
    middle = float(thresholds[len(thresholds) // 2])
    return picture(
        *parts,
        width=WIDTH,
        height=HEIGHT,
        ident=ident,
        title=words,
        description=(
            f"A line for each of {len(largest)} groups over {len(thresholds)} thresholds. At {middle:g}: "
            f"{'; '.join(told)}. The tables and validation.json hold the numbers."
        ),
        kind="map",
    )


def cusum_svg(months: Sequence[Month], limits: Limits, *, ident: str) -> str:
    """Return both sums of evidence month by month, with their alarm limits."""
    highest = max(limits.above, limits.below, *(max(each.above, each.below) for each in months)) * 1.1
    last = max(len(months) - 1, 1)
    plot = Plot(Span(0.0, float(last), "", ()), Span(0.0, highest, "Evidence", ticks(0.0, highest), 1))
    xs = [float(place) for place in range(len(months))]
    parts = [plot.axes()]
    for place, (values, limit) in enumerate(
        (([each.above for each in months], limits.above), ([each.below for each in months], limits.below))
    ):
        paint, dash = (RED, DASHES[0]) if place == 0 else (BLUE, DASHES[1])
        parts.append(plot.line(xs, values, paint=paint, dash=dash))
        parts.append(plot.line([0.0, float(last)], [limit, limit], paint=paint, dash="2 6", width=1.2))
        side = "more" if place == 0 else "fewer"
        y = 40.0 + 44.0 * place
        parts.append(
            tag("path", d=path_d(((RIGHT + 12, y), (RIGHT + 46, y))), stroke=paint, stroke_dasharray=dash)
        )
        parts.append(text(RIGHT + 52, y + 4, f"{side} than said"))
    parts += [
        text(plot.at(xs[place], 0.0)[0], BOTTOM + 18, months[place].month, text_anchor="middle")
        for place in sorted({0, len(months) // 2, len(months) - 1})
    ]
    parts.append(
        text((LEFT + RIGHT) / 2, BOTTOM + 42, "Month in which follow-up was over", text_anchor="middle")
    )
    for each, x in zip(months, xs, strict=True):
        if each.alarm:
            parts.append(plot.mark(x, max(each.above, each.below), "alarm"))
    alarms = [f"{each.month} ({each.alarm})" for each in months if each.alarm]
    return picture(
        *parts,
        width=WIDTH,
        height=HEIGHT,
        ident=ident,
        title="Calibration month by month",
        description=(
            f"{len(months)} months from {months[0].month} to {months[-1].month}. Alarms: "
            f"{', '.join(alarms) if alarms else 'none'}. The table holds every number."
        ),
        kind="map",
    )


def _percent(share: float) -> str:
    return "nobody" if not np.isfinite(share) else f"{100.0 * share:.1f} %"
