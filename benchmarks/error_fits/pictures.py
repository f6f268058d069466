"""One picture: the errors of real collars beside those of the simulation, as quantiles and as autocorrelation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from throughcare.adapters.reports.svg import path_d, tag, text
from throughcare.simulation.error_facts import SHARES, CollarFacts

REAL, SIMULATED, INK, FAINT = "#1d70b8", "#d4351c", "#0b0c0c", "#b1b4b6"
WIDTH, HEIGHT, LEFT, TOP, PANEL_W, PANEL_H = 760.0, 340.0, 56.0, 56.0, 290.0, 220.0
MOST_M, MOST_R = 16.0, 0.4
FONT = {"font_family": "sans-serif", "font_size": 12, "fill": INK}


def collars(real: CollarFacts, simulated: CollarFacts, path: Path) -> None:
    """Draw both; the title and the description say in words what the lines show."""
    right = LEFT + PANEL_W + 84.0
    lags = range(1, len(real.autocorrelation) + 1)
    minutes = [round(lag * real.interval_s / 60.0) for lag in lags]
    parts = [
        tag("title", "Error of positions at rest in the open: real collars and the simulation", id="what"),
        tag("desc", _words(real, simulated), id="details"),
        tag("rect", width="100%", height="100%", fill="#ffffff"),
        *_frame(LEFT, "distance from the truth, metres", MOST_M, [f"p{share:.0%}"[:-1] for share in SHARES]),
        *_frame(right, "autocorrelation, by minutes apart", MOST_R, [str(m) for m in minutes]),
        *_line(LEFT, real.error_m, MOST_M, REAL, dashed=False),
        *_line(LEFT, simulated.error_m, MOST_M, SIMULATED, dashed=True),
        *_line(right, real.autocorrelation, MOST_R, REAL, dashed=False),
        *_line(right, simulated.autocorrelation, MOST_R, SIMULATED, dashed=True),
        *_key(),
    ]
    drawing = tag(
        "svg",
        *[f"\n{part}" for part in parts],
        "\n",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH:.0f} {HEIGHT:.0f}",
        role="img",
        aria_labelledby="what details",
    )
    path.write_text(drawing + "\n", encoding="utf-8")


def _words(real: CollarFacts, simulated: CollarFacts) -> str:
    quantiles = ", ".join(
        f"{share:.0%} within {a:.1f} m real and {b:.1f} m simulated"
        for share, a, b in zip(SHARES, real.error_m, simulated.error_m, strict=True)
    )
    first, last = (f"{real.autocorrelation[i]:.2f} and {simulated.autocorrelation[i]:.2f}" for i in (0, -1))
    return f"Left: {quantiles}. Right: autocorrelation, real and simulated, {first} after 5 minutes, {last} after 50."


def _frame(left: float, words: str, most: float, labels: Sequence[str]) -> list[str]:
    steps = [most * i / 4 for i in range(5)]
    return [
        text(left, TOP - 10, words, **FONT),
        *[_rule(left, TOP + PANEL_H * (1 - step / most)) for step in steps],
        *[
            text(left - 6, TOP + PANEL_H * (1 - step / most) + 4, f"{step:g}", text_anchor="end", **FONT)
            for step in steps
        ],
        *[
            text(x, TOP + PANEL_H + 18, label, text_anchor="middle", **FONT)
            for x, label in zip(_across(left, len(labels)), labels, strict=True)
        ],
    ]


def _rule(left: float, y: float) -> str:
    return tag("path", d=path_d([(left, y), (left + PANEL_W, y)]), stroke=FAINT, fill="none")


def _across(left: float, count: int) -> list[float]:
    return [left + PANEL_W * (i + 0.5) / count for i in range(count)]


def _line(left: float, values: Sequence[float], most: float, colour: str, *, dashed: bool) -> list[str]:
    points = [
        (x, TOP + PANEL_H * (1 - value / most))
        for x, value in zip(_across(left, len(values)), values, strict=True)
    ]
    dash = "6 4" if dashed else None
    line = tag("path", d=path_d(points), fill="none", stroke=colour, stroke_width=2, stroke_dasharray=dash)
    return [line, *[_mark(x, y, colour, square=dashed) for x, y in points]]


def _mark(x: float, y: float, colour: str, *, square: bool) -> str:
    if square:
        return tag("rect", x=x - 3.5, y=y - 3.5, width=7, height=7, fill="#ffffff", stroke=colour)
    return tag("circle", cx=x, cy=y, r=4, fill=colour)


def _key() -> list[str]:
    y = HEIGHT - 16.0
    return [
        _mark(LEFT, y - 4, REAL, square=False),
        text(LEFT + 12, y, "30 collars at surveyed stations (solid, discs)", **FONT),
        _mark(LEFT + 330, y - 4, SIMULATED, square=True),
        text(LEFT + 342, y, "400 simulated tags (dashed, squares)", **FONT),
    ]
