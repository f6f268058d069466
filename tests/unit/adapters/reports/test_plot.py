"""Plots: round ticks, numbers held within the axes, lines broken where a number is missing, and labels escaped."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from throughcare.adapters.reports.plot import BOTTOM, LEFT, RIGHT, TOP, Plot, Span, key, ticks
from throughcare.adapters.reports.risk_drawings import calibration_svg, cusum_svg, rates_svg, ratios_svg
from throughcare.risk.fairness.audit import audit
from throughcare.risk.fairness.groups import grouping_of_texts
from throughcare.risk.validation.calibration import calibration
from throughcare.risk.validation.cases import Scale, cases_of
from throughcare.risk.validation.drift import Limits, Month

PLOT = Plot(Span(0.0, 1.0, "across", (0.0, 1.0)), Span(0.0, 2.0, "up", (0.0, 2.0)))


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.0, 1.0, (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)), (1.0, 10.0, (2.0, 4.0, 6.0, 8.0, 10.0)), (0.5, 0.5, (0.5,))],
)
def test_ticks_are_round_and_inside(low: float, high: float, expected: tuple[float, ...]) -> None:
    assert ticks(low, high) == expected


def test_what_is_beyond_the_axes_is_held_at_their_ends() -> None:
    assert PLOT.at(-5, 9) == (LEFT, TOP)
    assert PLOT.at(5, -9) == (RIGHT, BOTTOM)
    assert Plot(Span(1, 1, "", ()), Span(1, 1, "", ())).at(1, 1) == (LEFT, BOTTOM)


def test_a_line_is_broken_where_a_number_is_missing() -> None:
    assert PLOT.line([0, 0.1, 0.2, 0.3, 0.4], [1, 1, math.nan, 1, 1], paint="#000").count("<path") == 2
    assert PLOT.line([0, 1], [math.nan, 1], paint="#000") == ""
    assert PLOT.band([0, 1], [math.nan, math.nan], [1, 1], paint="#000") == ""


def test_names_are_escaped_and_cut() -> None:
    found = key(["<b>", "a name that is far too long"])
    assert "&lt;b&gt;" in found
    assert "a name that is fa…" in found


def test_every_drawing_is_whole_xml_and_says_what_it_shows() -> None:
    rng = np.random.default_rng(1)
    score = rng.beta(2, 5, 2_000)
    cases = cases_of(score, rng.random(2_000) < score)
    names = grouping_of_texts("area", np.array(["<north>", "south"])[np.arange(2_000) % 2])
    groups = audit(cases, [names]).groups
    months = (Month("2026-01", 90, 30, 29.0, 0.4, 0.0, ""), Month("2026-02", 80, 40, 27.0, 4.1, 0.0, "more"))
    limits = Limits(4.0, 4.0, 120.0, 110.0, 130.0, 0.1, 5.0)
    drawings = {
        "cal": calibration_svg(calibration(cases), ident="cal"),
        "ratio": ratios_svg(groups, ident="ratio"),
        "rate": rates_svg(groups, measure="false_positive", words="Flagged", ident="rate"),
        "sum": cusum_svg(months, limits, ident="sum"),
    }
    for ident, drawing in drawings.items():
        root = ET.fromstring(drawing)
        assert root.get("role") == "img"
        described = root.find(f".//*[@id='{ident}-d']")
        assert described is not None
        assert described.text
    assert "<north>" not in drawings["rate"]
    assert "2026-02 (more)" in drawings["sum"]
    assert "10 bins" in drawings["cal"]


def test_points_have_no_ratios_to_draw() -> None:
    cases = cases_of(np.arange(400) % 10, np.arange(400) % 3 == 0, scale=Scale.POINTS)
    groups = audit(cases, [grouping_of_texts("half", np.array(["a", "b"])[np.arange(400) // 200])]).groups
    assert groups
    assert ratios_svg(groups, ident="x") == ""
