"""Colours: every text passes WCAG 2.2 AA on its ground."""

from __future__ import annotations

import re

import pytest

from throughcare.adapters.reports import palette
from throughcare.adapters.reports.pages import style


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_measure_itself_is_right_at_its_ends() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("key", [key for key in palette.NIGHT_LETTERS if key])
def test_the_letters_of_the_grid_pass_aa(key: str) -> None:
    fill, ink, _ = palette.NIGHT_LETTERS[key]
    assert contrast(fill, ink) >= 4.5


@pytest.mark.parametrize("name", ["INK", "QUIET", "LINK", "RED", "GREEN", "PURPLE", "BLUE", "NAVY", "BROWN"])
def test_text_colours_pass_aa_on_white_and_on_mist(name: str) -> None:
    colour = getattr(palette, name)
    assert contrast(colour, palette.PAPER) >= 4.5
    assert name in {"LINK", "BLUE"} or contrast(colour, palette.MIST) >= 4.5


@pytest.mark.parametrize("name", ["RED", "BLUE", "GREEN", "PURPLE", "QUIET"])
def test_lines_that_carry_meaning_pass_3_to_1_on_the_map(name: str) -> None:
    assert contrast(getattr(palette, name), "#f8f7f5") >= 3.0


def test_focus_is_ink_on_yellow() -> None:
    assert contrast(palette.INK, palette.FOCUS) >= 4.5
    assert re.search(r"a:focus[^{]*\{[^}]*background:#fd0;color:#0b0c0c", style())


def test_letters_differ_in_more_than_colour() -> None:
    assert len(palette.NIGHT_LETTERS) == len(set(palette.NIGHT_LETTERS))
    assert len({meaning for _, _, meaning in palette.NIGHT_LETTERS.values()}) == len(palette.NIGHT_LETTERS)
