"""The register as a small drawing: how many orders wait at each stage, and how long they have waited."""

from __future__ import annotations

from collections.abc import Sequence

from throughcare.adapters.reports.svg import picture, plain, tag, text
from throughcare.kernel.time import DAY_US, HOUR_US
from throughcare.service.orders.queries.register import RegisterEntry, Stage

STAGES = (Stage.ORDERED, Stage.VISIT_BOOKED, Stage.FITTED, Stage.FIRST_CONTACT)
BANDS: tuple[tuple[str, int, str], ...] = (
    ("up to 24 hours", 24 * HOUR_US, "#85994b"),
    ("24 to 48 hours", 48 * HOUR_US, "#ffdd00"),
    ("2 to 7 days", 7 * DAY_US, "#f47738"),
    ("more than 7 days", 2**62, "#942514"),
)
_INK = {"#942514": "#ffffff"}
_LEFT, _WIDE, _ROW, _BAR = 130.0, 560.0, 34.0, 22.0


def counts(entries: Sequence[RegisterEntry], *, now_us: int) -> dict[Stage, list[int]]:
    """Return how many entries wait at each stage, by band of age."""
    found = {stage: [0] * len(BANDS) for stage in STAGES}
    for entry in entries:
        if entry.stage in found:
            age_us = entry.age_us(now_us)
            found[entry.stage][next(n for n, band in enumerate(BANDS) if age_us <= band[1])] += 1
    return found


def draw_register(entries: Sequence[RegisterEntry], *, now_us: int) -> str:
    """Return the drawing; every number in it is also in the page's table."""
    found = counts(entries, now_us=now_us)
    most = max(1, *(sum(row) for row in found.values()))
    parts = []
    for number, (stage, row) in enumerate(found.items()):
        y = 8 + number * _ROW
        parts.append(text(0, y + 16, stage.value.replace("_", " ").capitalize(), font_size=14))
        parts.append(_bar(row, y, _WIDE / most))
    legend_y = 8 + len(found) * _ROW + 18
    parts.extend(
        tag(
            "rect", x=_LEFT + n * 145, y=legend_y - 11, width=12.0, height=12.0, fill=colour, stroke="#0b0c0c"
        )
        + text(_LEFT + n * 145 + 18, legend_y, words)
        for n, (words, _, colour) in enumerate(BANDS)
    )
    said = "; ".join(f"{plain(stage.value.replace('_', ' '))}: {sum(row)}" for stage, row in found.items())
    return picture(
        *parts,
        width=_LEFT + _WIDE + 40,
        height=legend_y + 14,
        ident="register",
        title="Where the orders stand, by how long they have waited",
        description=said,
        kind="tc-chart",
    )


def _bar(row: Sequence[int], y: float, unit: float) -> str:
    parts, x = [], _LEFT
    for count, (_, _, colour) in zip(row, BANDS, strict=True):
        if count:
            wide = count * unit
            parts.append(
                tag("rect", x=x, y=y, width=wide, height=_BAR, fill=colour, stroke="#0b0c0c", stroke_width=1)
            )
            if wide >= 14:
                ink = _INK.get(colour, "#0b0c0c")
                parts.append(text(x + wide / 2, y + 16, count, text_anchor="middle", font_size=13, fill=ink))
            x += wide
    return "".join(parts) + text(x + 8, y + 16, sum(row), font_weight="bold", font_size=13)
