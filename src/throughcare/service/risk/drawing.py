"""Numbers of an assessment as drawings; a table on the page holds the same."""

from __future__ import annotations

from collections.abc import Sequence

from throughcare.adapters.reports.palette import BLUE, INK, LINE, NAVY, ORANGE, PAPER, QUIET
from throughcare.adapters.reports.svg import hatch_d, number, picture, shorten, tag, text
from throughcare.risk.contract import Band

_WIDTH, _LEFT, _RIGHT = 680.0, 300.0, 60.0
_ROW, _BAR = 26.0, 16.0
_TOP = 34.0

Row = tuple[str, float, bool]


def draw_terms(rows: Sequence[Row], *, ident: str, title: str, unit: str) -> str:
    """Return bars to the right for what raises and to the left for what lowers; hatched is what can change.

    Parameters
    ----------
    rows : sequence of (str, float, bool)
        Words, size in the unit, and whether help or effort could change it.
    """
    most = max((abs(size) for _, size, _ in rows), default=1.0) or 1.0
    middle = _LEFT + (_WIDTH - _LEFT - _RIGHT) / 2
    scale = (_WIDTH - _LEFT - _RIGHT) / 2 / most
    height = _TOP + len(rows) * _ROW + 8
    parts = [
        text(middle - 6, 14, "lowers", text_anchor="end", fill=QUIET),
        text(middle + 6, 14, "raises", fill=QUIET),
        tag("path", d=f"M{number(middle)},20V{number(height - 4)}", stroke=LINE, fill="none"),
    ]
    for place, (words, size, changeable) in enumerate(rows):
        parts.append(_bar(words, size, changeable, y=_TOP + place * _ROW, middle=middle, scale=scale))
    said = "; ".join(f"{words} {size:+.2f}" for words, size, _ in rows)
    return picture(
        *parts, width=_WIDTH, height=height, ident=ident, title=title, description=f"In {unit}: {said}",
        kind="tc-chart",
    )  # fmt: skip


def _bar(words: str, size: float, changeable: bool, *, y: float, middle: float, scale: float) -> str:  # noqa: FBT001
    width = max(1.0, abs(size) * scale)
    x = middle if size >= 0 else middle - width
    colour = ORANGE if size >= 0 else BLUE
    drawn = [
        text(_LEFT - 12, y + 12, shorten(words, _LEFT - 20, 12), text_anchor="end"),
        tag("rect", x=x, y=y, width=width, height=_BAR, fill=colour),
    ]
    if changeable:
        lines = hatch_d((x, y), width=width, height=_BAR, step=6.0)
        drawn.append(tag("path", d=lines, stroke=PAPER, stroke_width=1.5, fill="none"))
    end = x + width + 5 if size >= 0 else x - 5
    drawn.append(text(end, y + 12, f"{size:+.2f}", text_anchor="start" if size >= 0 else "end"))
    return "".join(drawn)


def draw_scale(
    bands: Sequence[Band],
    *,
    shown: float | None,
    low: float | None,
    high: float | None,
    ident: str,
    title: str,
) -> str:
    """Return a line with the publisher's bands, the score and the range over what is not known.

    It runs to 100, or for scores of rare things, whose bands all begin below 10, to three times the last edge.
    """
    left, right, y = 12.0, _WIDTH - 12, 44.0
    last = bands[-1].low if bands else 100.0
    most = 100.0 if last >= 10 else max(3 * last, 1.2 * max(high or 0.0, shown or 0.0))
    scale = (right - left) / most
    parts = [tag("rect", x=left, y=y, width=right - left, height=14.0, fill=PAPER, stroke=INK)]
    for place, band in enumerate(bands):
        end = bands[place + 1].low if place + 1 < len(bands) else most
        x = left + band.low * scale
        if place:
            parts.append(tag("path", d=f"M{number(x)},{number(y - 4)}v22", stroke=INK, fill="none"))
        if (end - band.low) * scale > 56:
            parts.append(text(x + 4, y + 32, band.words, fill=QUIET))
    if low is not None and high is not None and high > low:
        wide = max(2.0, (high - low) * scale)
        parts.append(tag("rect", x=left + low * scale, y=y + 3, width=wide, height=8.0, fill="#c2b5e8"))
    if shown is not None:
        x = left + shown * scale
        parts.append(tag("path", d=f"M{number(x - 6)},{number(y - 10)}h12l-6,9z", fill=NAVY))
        anchor = "start" if shown < 0.8 * most else "end"
        parts.append(text(x, y - 16, f"{shown:g} %", text_anchor=anchor, font_weight="bold"))
    parts.append(text(right, y - 4, f"{most:.0f} %", text_anchor="end", fill=QUIET))  # below stand the bands
    said = "no score" if shown is None else f"{shown:g} percent"
    if low is not None and high is not None and high > low:
        said += f"; from {low:g} to {high:g} percent over what is not answered"
    return picture(
        *parts, width=_WIDTH, height=88.0, ident=ident, title=title, description=said, kind="tc-chart"
    )


def draw_counts(rows: Sequence[tuple[str, int | None]], *, ident: str, title: str) -> str:
    """Return a bar for each count; a count that is not shown has words and no bar."""
    most = max((count for _, count in rows if count is not None), default=1) or 1
    scale = (_WIDTH - _LEFT - _RIGHT) / most
    parts = []
    for place, (words, count) in enumerate(rows):
        y = 8 + place * _ROW
        parts.append(text(_LEFT - 12, y + 12, shorten(words, _LEFT - 20, 12), text_anchor="end"))
        if count is None:
            parts.append(text(_LEFT, y + 12, "not shown", fill=QUIET))
            continue
        parts.append(tag("rect", x=_LEFT, y=y, width=max(1.0, count * scale), height=_BAR, fill=NAVY))
        parts.append(text(_LEFT + count * scale + 6, y + 12, str(count)))
    said = "; ".join(f"{words} {'not shown' if count is None else count}" for words, count in rows)
    height = 16 + len(rows) * _ROW
    return picture(
        *parts, width=_WIDTH, height=height, ident=ident, title=title, description=said, kind="tc-chart"
    )
