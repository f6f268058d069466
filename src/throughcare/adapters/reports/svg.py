"""A small SVG writer. Every text goes through :func:`plain`, so that no label can become markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

# Not legal in XML 1.0, or able to turn the reading direction of the text around them.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]"
)
_NARROW = set("iljtfrI.,:;'|!()[] ")
_WIDE = set("mwMWGOQ%@")

Point = tuple[float, float]


def plain(text: object) -> str:
    """Return text with what XML forbids, and what reverses reading order, replaced by U+FFFD."""
    return _UNSAFE.sub("\ufffd", str(text))


def number(value: float) -> str:
    """Return a coordinate with at most one decimal."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def tag(name: str, *children: str, **attributes: object) -> str:
    """Return one element; ``stroke_width`` becomes ``stroke-width``, None leaves an attribute out."""
    parts = [f"<{name}"]
    for key, value in attributes.items():
        if value is not None:
            shown = number(value) if isinstance(value, float) else plain(value)
            parts.append(f" {key.rstrip('_').replace('_', '-')}={quoteattr(shown)}")
    inside = "".join(children)
    return "".join(parts) + (f">{inside}</{name}>" if inside else "/>")


def text(x: float, y: float, words: object, **attributes: object) -> str:
    """Return a text element; the words are escaped."""
    return tag("text", escape(plain(words)), x=float(x), y=float(y), **attributes)


def halo_text(x: float, y: float, words: object, **attributes: object) -> str:
    """Return text with a white edge, readable on any background."""
    edge = {"stroke": "#ffffff", "stroke_width": 3, "stroke_linejoin": "round", "paint_order": "stroke"}
    return text(x, y, words, **(edge | attributes))


def path_d(points: Iterable[Point], *, closed: bool = False) -> str:
    """Return path data through the points."""
    steps = " ".join(f"{number(x)},{number(y)}" for x, y in points)
    return f"M{steps}{'z' if closed else ''}" if steps else ""


def relative_d(points: Sequence[Point]) -> str:
    """Return path data of a closed ring in steps from corner to corner; rounding does not add up."""
    tenths = [(round(x * 10), round(y * 10)) for x, y in points]
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(tenths)]
    first = f"M{number(tenths[0][0] / 10)},{number(tenths[0][1] / 10)}l"
    return first + " ".join(f"{number(dx / 10)},{number(dy / 10)}" for dx, dy in steps) + "z"


def text_width(words: str, size: float) -> float:
    """Return a safe estimate of the width of sans-serif text, in the unit of ``size``."""
    units = sum(
        0.34 if c in _NARROW else 0.88 if c in _WIDE else 0.68 if c.isupper() else 0.57 for c in words
    )
    return units * size


def shorten(words: str, width: float, size: float) -> str:
    """Return the words, cut with an ellipsis so that they fit into the width."""
    if text_width(words, size) <= width:
        return words
    while words and text_width(words + "…", size) > width:
        words = words[:-1]
    return words.rstrip() + "…" if words else ""


def hatch_d(corner: Point, *, width: float, height: float, step: float, rising: bool = True) -> str:
    """Return 45 degree hatch lines clipped to a rectangle, as path data.

    Lines, not an SVG pattern: tiles show seams in PDF viewers.
    """
    x, y = corner
    parts: list[str] = []
    offset = step / 2
    while offset < width + height:
        a = (x + max(0.0, offset - height), y + min(offset, height))
        b = (x + min(offset, width), y + max(0.0, offset - width))
        if not rising:
            a, b = (2 * x + width - a[0], a[1]), (2 * x + width - b[0], b[1])
        parts.append(path_d((a, b)))
        offset += step
    return "".join(parts)


def picture(
    *children: str, width: float, height: float, ident: str, title: str, description: str, kind: str
) -> str:
    """Return a whole SVG image with an accessible name and description.

    Parameters
    ----------
    ident : str
        Prefix of the ids inside; unique on the page, made by us and never from input.
    kind : str
        CSS class.
    """
    head = tag("title", escape(plain(title)), id=f"{ident}-t") + tag(
        "desc", escape(plain(description)), id=f"{ident}-d"
    )
    return tag(
        "svg",
        head,
        *children,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {number(width)} {number(height)}",
        width=float(width),
        height=float(height),
        class_=kind,
        role="img",
        aria_labelledby=f"{ident}-t",
        aria_describedby=f"{ident}-d",
        font_family="Arial, Helvetica, 'Liberation Sans', sans-serif",
        font_size=12,
        fill="#0b0c0c",
    )
