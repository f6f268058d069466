"""The trade-off curve of a tuning: false incidents against recall, every trial a mark, as an accessible drawing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from throughcare.adapters.reports.palette import BLUE, INK, LINE, PAPER, QUIET, RED
from throughcare.adapters.reports.svg import path_d, picture, tag, text

WIDTH, HEIGHT = 720.0, 420.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 70.0, 700.0, 20.0, 360.0
_TICKS = 5


@dataclass(frozen=True, slots=True)
class Mark:
    """One trial on one part of the people.

    ``round`` marks the probabilistic detector, squares the tuned rule; ``letter`` names a chosen set, or is empty.
    """

    false_per_day: float
    recall: float
    round: bool
    letter: str


def curve_svg(marks: Sequence[Mark], *, title: str, ident: str) -> str:
    """Return the drawing, or an empty text where no mark has both numbers.

    Parameters
    ----------
    ident : str
        Prefix of the ids inside, unique on the page.
    """
    shown = [m for m in marks if math.isfinite(m.false_per_day) and math.isfinite(m.recall)]
    if not shown:
        return ""
    most = max(0.01, *(m.false_per_day for m in shown))
    least = math.floor(min(0.9, *(m.recall for m in shown)) * 10) / 10
    lettered = sorted(shown, key=lambda m: m.letter != "")  # chosen sets are drawn last, above the others
    return picture(
        _axes(most, least),
        *(_mark(m, most, least) for m in lettered),
        width=WIDTH,
        height=HEIGHT,
        ident=ident,
        title=title,
        description=_described(shown),
        kind="map",
    )


def _described(shown: Sequence[Mark]) -> str:
    best = min(shown, key=lambda m: (-m.recall, m.false_per_day))
    fewest = min(shown, key=lambda m: (m.false_per_day, -m.recall))
    return (
        f"{len(shown)} sets. Across: false incidents a person-day. Up: share of absences found. "
        f"The set that finds most finds {best.recall:.3f} at {best.false_per_day:.4f} false; "
        f"the set with fewest false has {fewest.false_per_day:.4f} and finds {fewest.recall:.3f}. "
        "The table holds every number."
    )


def _xy(false: float, recall: float, most: float, least: float) -> tuple[float, float]:
    x = _LEFT + false / most * (_RIGHT - _LEFT)
    return x, _BOTTOM - (recall - least) / (1.0 - least) * (_BOTTOM - _TOP)


def _axes(most: float, least: float) -> str:
    parts = [
        tag("path", d=path_d(((_LEFT, _TOP), (_LEFT, _BOTTOM), (_RIGHT, _BOTTOM))), stroke=INK, fill="none")
    ]
    for step in range(_TICKS + 1):
        false, recall = most * step / _TICKS, least + (1 - least) * step / _TICKS
        x, y = _xy(false, recall, most, least)
        parts.append(tag("path", d=path_d(((_LEFT, y), (_RIGHT, y))), stroke=LINE, stroke_width=0.7))
        parts.append(text(_LEFT - 8, y + 4, f"{recall:.2f}", text_anchor="end", fill=QUIET))
        parts.append(text(x, _BOTTOM + 18, f"{false:.3f}", text_anchor="middle", fill=QUIET))
    middle = (_LEFT + _RIGHT) / 2
    parts.append(text(middle, _BOTTOM + 42, "False incidents a person-day", text_anchor="middle"))
    turned = f"rotate(-90 18 {(_TOP + _BOTTOM) / 2:.0f})"
    parts.append(
        text(18, (_TOP + _BOTTOM) / 2, "Share of absences found", text_anchor="middle", transform=turned)
    )
    return "".join(parts)


def _mark(mark: Mark, most: float, least: float) -> str:
    x, y = _xy(mark.false_per_day, mark.recall, most, least)
    size = 9.0 if mark.letter else 4.0
    paint = {
        "fill": (BLUE if mark.round else RED) if mark.letter else PAPER,
        "stroke": BLUE if mark.round else RED,
    }
    if mark.round:
        shape = tag("circle", cx=x, cy=y, r=size, **paint)
    else:
        shape = tag("rect", x=x - size, y=y - size, width=2 * size, height=2 * size, **paint)
    return shape + (text(x, y + 4, mark.letter, text_anchor="middle", fill=PAPER) if mark.letter else "")
