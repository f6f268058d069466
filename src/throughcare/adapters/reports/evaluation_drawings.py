"""Drawings of a study: how alike the arms are, and the effects with their intervals. Each says in words what it shows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from throughcare.adapters.reports.palette import BLUE, INK, LINE, PAPER, QUIET, RED
from throughcare.adapters.reports.svg import path_d, picture, shorten, tag, text

_WIDTH = 720.0
_NAMES = 300.0
_ROW = 22.0
_TOP = 34.0
_MOST_ROWS = 30


def love_svg(balance: Mapping[str, Any], *, limit: float, ident: str) -> str:
    """Return how far each column differs before (square) and after (circle): the covariates, then the worst others."""
    rows = shown_rows(balance)
    most = max(0.12, *(abs(row[when] or 0.0) for row in rows for when in ("before", "after")))
    most = math.ceil(most * 20) / 20
    height = _TOP + _ROW * len(rows) + 44.0

    def x(value: float) -> float:
        return _NAMES + float(min(abs(value), most) / most) * (_WIDTH - _NAMES - 20.0)

    bottom = height - 44.0
    parts = [_upright(x(tick * most / 4), _TOP - 10, bottom, paint=LINE) for tick in range(5)]
    parts += [
        text(x(tick * most / 4), bottom + 18, f"{tick * most / 4:.2f}", text_anchor="middle", fill=QUIET)
        for tick in range(5)
    ]
    parts.append(_upright(x(limit), _TOP - 10, bottom, paint=RED, dash="5 4"))
    for place, row in enumerate(rows):
        y = _TOP + _ROW * place
        before, after = abs(row["before"] or 0.0), abs(row["after"] or 0.0)
        parts.append(text(_NAMES - 10, y + 4, shorten(row["name"], _NAMES - 20, 12), text_anchor="end"))
        parts.append(tag("rect", x=x(before) - 4, y=y - 4, width=8.0, height=8.0, fill=PAPER, stroke=QUIET))
        parts.append(tag("circle", cx=x(after), cy=y, r=4.5, fill=BLUE))
    words = "Difference in standard deviations. Square: before. Circle: after. Dashed: 0.05."
    parts.append(text(_WIDTH / 2, height - 8, words, text_anchor="middle"))
    worst = max(rows, key=lambda row: abs(row["after"] or 0.0))
    return picture(
        *parts,
        width=_WIDTH,
        height=height,
        ident=ident,
        title="How alike the two groups are",
        description=(
            f"{len(rows)} columns. After weighting, {worst['name']} differs most, by "
            f"{abs(worst['after'] or 0.0):.3f} standard deviations. The table holds every number."
        ),
        kind="map",
    )


def shown_rows(balance: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the covariates, and of what was made of them the columns that differ most after weighting."""
    rows = balance["rows"]
    main = [row for row in rows if row["kind"] == "covariate"][:_MOST_ROWS]
    others = sorted(
        (row for row in rows if row["kind"] != "covariate"),
        key=lambda row: (-abs(row["after"] or 0.0), row["name"]),
    )
    return [*main, *others[:10]]


def forest_svg(rows: Sequence[tuple[str, Mapping[str, Any]]], *, title: str, ident: str) -> str:
    """Return ratios with their intervals, one a line, beside 1 (no difference); empty where there is none."""
    shown = [(name, each) for name, each in rows if each["estimate"] and each["low"] and each["high"]]
    if not shown:
        return ""
    low = min(0.5, *(each["low"] for _, each in shown))
    high = max(1.5, *(each["high"] for _, each in shown))
    low, high = max(low, 0.1), min(high, 10.0)
    height = _TOP + _ROW * len(shown) + 44.0
    bottom = height - 44.0

    def x(value: float) -> float:
        inside = min(max(value, low), high)
        return _NAMES + math.log(inside / low) / math.log(high / low) * (_WIDTH - _NAMES - 20.0)

    ticks = [tick for tick in (0.1, 0.2, 0.5, 0.7, 1.0, 1.5, 2.0, 5.0, 10.0) if low <= tick <= high]
    parts = [_upright(x(1.0), _TOP - 10, bottom, paint=INK, dash="5 4")]
    parts += [text(x(tick), bottom + 18, f"{tick:g}", text_anchor="middle", fill=QUIET) for tick in ticks]
    for place, (name, each) in enumerate(shown):
        y = _TOP + _ROW * place
        parts.append(text(_NAMES - 10, y + 4, shorten(name, _NAMES - 20, 12), text_anchor="end"))
        line = ((x(each["low"]), y), (x(each["high"]), y))
        parts.append(tag("path", d=path_d(line), stroke=BLUE, stroke_width=2, fill="none"))
        parts.append(tag("circle", cx=x(each["estimate"]), cy=y, r=4.5, fill=BLUE))
    parts.append(
        text(_WIDTH / 2, height - 8, "Ratio: with over without. Dashed: no difference.", text_anchor="middle")
    )
    told = "; ".join(
        f"{name} {each['estimate']:.2f} ({each['low']:.2f} to {each['high']:.2f})" for name, each in shown
    )
    return picture(
        *parts,
        width=_WIDTH,
        height=height,
        ident=ident,
        title=title,
        description=f"Ratios with 95 % intervals: {told}.",
        kind="map",
    )


def _upright(x: float, top: float, bottom: float, *, paint: str, dash: str = "none") -> str:
    return tag("path", d=path_d(((x, top), (x, bottom))), stroke=paint, stroke_dasharray=dash, fill="none")
