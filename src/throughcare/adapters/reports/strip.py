"""The strip of a person's nights, one thin row each, and the bars of a number with its bounds."""

from __future__ import annotations

from collections.abc import Sequence

from throughcare.adapters.reports import words
from throughcare.adapters.reports.nights import Night
from throughcare.adapters.reports.palette import INK, LINE, NIGHT_LETTERS, PALE, PAPER, QUIET, RED
from throughcare.adapters.reports.stretches import Reading, Stretch, stretches
from throughcare.adapters.reports.svg import number, path_d, picture, tag, text
from throughcare.adapters.reports.view import ActivationView
from throughcare.kernel.time import Interval

_FILL = {Reading.AS_ASKED: PALE, Reading.NOT_AS_ASKED: RED, Reading.FREE: LINE, Reading.UNKNOWN: QUIET}
_WIDTH, _LEFT, _RIGHT, _ROW, _TOP = 960.0, 170.0, 950.0, 17.0, 30.0


def draw_strip(view: ActivationView, nights: Sequence[Night], *, condition_id: str, ident: str) -> str:
    """Return one row a night, noon to noon: presence for one condition, its hours outlined, and the letter."""
    shown = tuple(stretches(view, condition_id))
    windows = [w.interval for w in view.windows if w.condition_id == condition_id]
    rows = []
    for index, night in enumerate(nights):
        y = _TOP + index * _ROW
        rows.append(_label(night, y) + _presence(shown, night, y) + _hours(windows, night, y))
    height = _TOP + len(nights) * _ROW + 6
    description = (
        "One row a night, from noon to noon: pale green is where the condition asks to be, solid red in its hours is not, grey is outside its hours, a thin line is not known; "
        "the outlined part is the hours of the condition. The letter is that of the grid."
    )
    return picture(
        tag("rect", width=_WIDTH, height=height, fill=PAPER),
        _ticks(height),
        *rows,
        width=_WIDTH,
        height=height,
        ident=ident,
        title=f"Nights of {view.wearer_ref} for {condition_id}",
        description=description,
        kind="strip",
    )


def _ticks(height: float) -> str:
    parts = []
    for hour in range(0, 25, 3):
        x = _LEFT + hour / 24 * (_RIGHT - _LEFT)
        parts.append(tag("path", d=path_d(((x, _TOP - 6), (x, height))), stroke=LINE, stroke_width=0.7))
        label = f"{(12 + hour) % 24:02d}:00"
        parts.append(
            text(min(x, _RIGHT - 6), _TOP - 10, label, text_anchor="middle", font_size=11, fill=QUIET)
        )
    return "".join(parts)


def _label(night: Night, y: float) -> str:
    fill, ink, _ = NIGHT_LETTERS[night.letter]
    box = tag(
        "rect", x=_LEFT - 26, y=y + 1, width=18.0, height=_ROW - 2, fill=fill, stroke=LINE, stroke_width=0.6
    )
    mark = text(
        _LEFT - 17, y + 13, night.letter, text_anchor="middle", font_size=11, fill=ink, font_weight="bold"
    )
    return text(8, y + 13, f"{night.date:%a} {night.date.day} {night.date:%b %Y}", font_size=11) + box + mark


def _x(t_us: int, span: Interval) -> float:
    share = (t_us - span.start_us) / (span.stop_us - span.start_us)
    return _LEFT + min(max(share, 0.0), 1.0) * (_RIGHT - _LEFT)


def _presence(shown: Sequence[Stretch], night: Night, y: float) -> str:
    parts: dict[str, list[str]] = {}
    for stretch in shown:
        if stretch.start_us >= night.interval.stop_us or stretch.stop_us <= night.interval.start_us:
            continue
        left, right = _x(stretch.start_us, night.interval), _x(stretch.stop_us, night.interval)
        wide = number(max(right - left, 1.2))
        tall, top = (2.0, y + _ROW / 2 - 1) if stretch.reading == Reading.UNKNOWN else (_ROW - 5, y + 2.5)
        box = f"M{number(left)},{number(top)}h{wide}v{number(tall)}h-{wide}z"
        parts.setdefault(_FILL[stretch.reading], []).append(box)
    return "".join(tag("path", d="".join(ds), fill=fill) for fill, ds in sorted(parts.items()))


def _hours(windows: Sequence[Interval], night: Night, y: float) -> str:
    shown = [
        w for w in windows if w.start_us < night.interval.stop_us and w.stop_us > night.interval.start_us
    ]
    return "".join(
        tag(
            "rect",
            x=_x(w.start_us, night.interval),
            y=y + 1,
            width=_x(w.stop_us, night.interval) - _x(w.start_us, night.interval),
            height=_ROW - 2,
            fill="none",
            stroke=INK,
            stroke_width=1,
        )
        for w in shown
    )


def bounded_bar(value: float, low: float, high: float, *, most: float) -> str:
    """Return a small bar from 0 to ``most`` with a whisker from low to high. The number stands beside it in text."""
    wide = 200.0 / most if most > 0 else 0.0
    whisker = path_d(((low * wide, 8), (high * wide, 8)))
    caps = "".join(path_d(((end * wide, 3), (end * wide, 13))) for end in (low, high))
    return tag(
        "svg",
        tag("rect", x=0, y=4, width=value * wide, height=8, fill="#e6a5ab", stroke=RED, stroke_width=0.8),
        tag("path", d=whisker + caps, stroke=INK, stroke_width=1.4, fill="none"),
        viewBox="-2 0 204 16",
        width=204,
        height=16,
        aria_hidden="true",
        focusable="false",
        class_="bar",
    )


def bound_words(value: float, low: float | None, high: float | None) -> str:
    """Return a length with its bounds in words."""
    if low is None or high is None:
        return words.duration(value)
    return f"{words.duration(value)} (at least {words.duration(low)}, at most {words.duration(high)})"
