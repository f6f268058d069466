"""The SVG writer: nothing that it is given can become markup."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughcare.adapters.reports import svg

SVG = "{http://www.w3.org/2000/svg}"


def whole(*children: str) -> ET.Element:
    drawn = svg.picture(*children, width=10, height=10, ident="x", title="T", description="D", kind="map")
    return ET.fromstring(drawn)


@given(st.text(max_size=60))
def test_any_text_is_read_back_as_text(words: str) -> None:
    root = whole(svg.text(1, 2, words))
    (found,) = root.iter(f"{SVG}text")
    assert len(found) == 0
    assert (found.text or "").replace("\r", "\n") == svg.plain(words).replace("\r\n", "\n").replace(
        "\r", "\n"
    )


@given(st.text(max_size=60))
def test_any_text_is_safe_as_an_attribute(words: str) -> None:
    root = whole(svg.tag("rect", data_words=words))
    assert [child.tag for child in root][2:] == [f"{SVG}rect"]
    assert set(root[2].attrib) == {"data-words"}


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\u202e", "\u2066", "\ufffe", "\x85"])
def test_signs_that_break_xml_or_turn_the_reading_order_are_replaced(sign: str) -> None:
    assert svg.plain(f"a{sign}b") == "a\ufffdb"


def test_a_picture_is_named_and_described_for_a_screen_reader() -> None:
    root = whole()
    assert root.get("role") == "img"
    named = {child.get("id"): child.text for child in root}
    assert named[root.get("aria-labelledby")] == "T"
    assert named[root.get("aria-describedby")] == "D"


@given(st.floats(0, 500), st.floats(0, 500), st.floats(1, 300), st.floats(1, 300), st.booleans())
def test_hatch_lines_stay_in_their_rectangle(
    x: float, y: float, width: float, height: float, rising: bool
) -> None:
    lines = svg.hatch_d((x, y), width=width, height=height, step=7, rising=rising)
    corners = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", lines)]
    assert all(x - 0.06 <= value <= x + width + 0.06 for value in corners[::2])
    assert all(y - 0.06 <= value <= y + height + 0.06 for value in corners[1::2])


@given(st.text(max_size=80), st.floats(0, 300))
def test_shortened_words_fit(words: str, width: float) -> None:
    assert svg.text_width(svg.shorten(words, width, 12), 12) <= max(width, 0.0)


def test_words_that_fit_are_not_cut() -> None:
    assert svg.shorten("Mill Lane", 200, 12) == "Mill Lane"
    assert svg.shorten("Mill Lane", 30, 12).endswith("…")


@given(st.lists(st.tuples(st.floats(-900, 900), st.floats(-900, 900)), min_size=3, max_size=30))
def test_relative_steps_come_back_to_every_corner_without_drift(corners: list[tuple[float, float]]) -> None:
    numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", svg.relative_d(corners))]
    x, y = 0.0, 0.0
    for (dx, dy), corner in zip(zip(numbers[::2], numbers[1::2], strict=True), corners, strict=True):
        x, y = x + dx, y + dy
        assert (x, y) == pytest.approx(corner, abs=0.051)
