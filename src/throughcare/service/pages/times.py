"""Days and times in forms, as the government's services ask for them: boxes to type into, no picker, no script.

A day is three boxes in a fieldset; the month may be a word. A time is one box that takes what people write.
Each message says what is missing, and leads to the box that lacks it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from django import forms

from throughcare.kernel.time import civil_us, local_datetime

ZONE = "Europe/London"
FIRST_YEAR, LAST_YEAR = 1850, 2199  # further out no instant of the service can be written
DAY_HINT = "For example, 27 3 2026"
CLOCK_HINT = "For example, 9am or 21:30"
_CLOCK = re.compile(r"(\d{1,2})(?:[:.]?(\d\d))?\s*(?:([ap])\.?m\.?)?", re.ASCII)
_WORDS = {"midnight": "00:00", "midday": "12:00", "noon": "12:00"}
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_PARTS = ("day", "month", "year", "time")
_WIDTHS = (2, 2, 4, 5)


class DayWidget(forms.MultiWidget):
    """Three boxes: day, month, year. A link may carry the day in one piece, such as ``?day=2026-03-09``."""

    template_name = "pages/forms/day.html"
    in_fieldset = True
    boxes = 3

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__([forms.TextInput() for _ in range(self.boxes)], attrs)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:  # noqa: ANN401 - Django's
        """Add the words and the width of each box, and whether it is the one at fault."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        faulty = (attrs or {}).get("faulty", ())
        context["boxes"] = [
            {
                "box": box,
                "words": _PARTS[index].capitalize(),
                "width": _WIDTHS[index],
                "numeric": index < 3,
                "faulty": index in faulty,
            }
            for index, box in enumerate(context["widget"]["subwidgets"])
        ]
        return context

    def decompress(self, value: dt.date | str | None) -> list[str]:
        """Return day, month and year as they stand in the boxes; what is not written as a day stands in the first."""
        if not value:
            return [""] * self.boxes
        parts = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", str(value), re.ASCII)
        if parts is None:
            return [str(value), *[""] * (self.boxes - 1)]
        return [parts[3].removeprefix("0"), parts[2].removeprefix("0"), parts[1]]

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[str | None]:  # noqa: ANN401 - Django's
        """Return what stands in the boxes."""
        if name in data and f"{name}_0" not in data:
            return list(self.decompress(data[name]))
        found: list[str | None] = super().value_from_datadict(data, files, name)
        return found

    def id_for_label(self, id_: str, index: str = "0") -> str:
        """Return the id of the first box, to which an error summary leads."""
        return f"{id_}_0" if id_ else ""


class MomentWidget(DayWidget):
    """Four boxes: day, month, year, time. In one piece it is written ``2026-03-09T21:45``."""

    boxes = 4

    def decompress(self, value: dt.date | str | None) -> list[str]:
        """Return the parts as they stand in the boxes."""
        day, _, clock = str(value or "").partition("T")
        return [*super().decompress(day)[:3], clock]


class DayField(forms.Field):
    """A civil day in three boxes; the month may be a word.

    Parameters
    ----------
    name : str
        What the day is, as its messages say it, such as ``the first day``.
    """

    widget = DayWidget

    def __init__(self, *, name: str, required: bool = True, **rest: Any) -> None:  # noqa: ANN401 - Django's own
        self.words = name
        super().__init__(required=required, **rest)
        self.error_messages["required"] = f"Enter {name}"

    def clean(self, value: list[str | None] | None) -> dt.date | None:
        """Return the day, or None for three empty boxes where that is allowed."""
        parts = [(part or "").strip() for part in value or [""] * 3]
        if not any(parts):
            if self.required:
                raise _fault(str(self.error_messages["required"]), range(3))
            return None
        _refuse_missing(self.words, parts)
        return _day(self.words, parts)


class MomentField(forms.Field):
    """A civil day and time in four boxes; its value is in microseconds. Of a time that comes twice, the first."""

    widget = MomentWidget

    def __init__(self, *, name: str, required: bool = True, **rest: Any) -> None:  # noqa: ANN401 - Django's own
        self.words = name
        super().__init__(required=required, **rest)
        self.error_messages["required"] = f"Enter {name}"

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401 - Django's
        """Show an instant as local day and time."""
        if not isinstance(value, int):
            return value
        local = local_datetime(value, ZONE)
        return [str(local.day), str(local.month), str(local.year), f"{local:%H:%M}"]

    def clean(self, value: list[str | None] | None) -> int | None:
        """Return the instant, or None for four empty boxes where that is allowed."""
        parts = [(part or "").strip() for part in value or [""] * 4]
        if not any(parts):
            if self.required:
                raise _fault(str(self.error_messages["required"]), range(4))
            return None
        _refuse_missing(self.words, parts)
        day = _day(self.words, parts[:3])
        clock = clock_of(parts[3])
        if clock is None:
            raise _fault(f"{_subject(self.words)} must include a real time, like 9am or 21:30", (3,))
        return civil_moment(day, clock, ZONE)


class ClockField(forms.CharField):
    """A clock time, such as 19:00, 7pm or 7.30am. An end may be 24:00, or midnight in words."""

    def __init__(self, *, name: str, is_end: bool = False, **rest: Any) -> None:  # noqa: ANN401 - Django's own
        self.words = name
        self.is_end = is_end
        rest.setdefault("widget", forms.TextInput(attrs={"class": "govuk-input--width-5"}))
        super().__init__(max_length=20, **rest)
        self.error_messages["required"] = f"Enter {name}"

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401 - Django's
        """Show a time as it is typed."""
        return f"{value:%H:%M}" if isinstance(value, dt.time) else value

    def clean(self, value: str | None) -> str:
        """Return ``HH:MM``, or nothing."""
        text = str(super().clean(value))
        if not text:
            return ""
        if self.is_end and text.lower() in {"midnight", "24:00", "2400"}:
            return "24:00"
        found = clock_of(text)
        if found is None and text.isdecimal() and len(text) <= 2 and 1 <= int(text) <= 12:
            raise forms.ValidationError(f"{_subject(self.words)} must include am or pm", code="half")
        if found is None:
            raise forms.ValidationError(
                f"{_subject(self.words)} must be a real time, like 19:00 or 7pm", code="real"
            )
        return found


def clock_of(text: str) -> str | None:
    """Return what somebody wrote as ``HH:MM``; None for what is no time, and for an hour that is am or pm."""
    text = text.strip().lower()
    match = _CLOCK.fullmatch(text)
    if text in _WORDS or match is None:
        return _WORDS.get(text)
    hour, minute, half = int(match[1]), int(match[2] or 0), match[3]
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    elif match[2] is None:
        return None
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None


def civil_moment(day: dt.date, clock: str, zone: str) -> int:
    """Return the instant of a day and a clock time; midnight without a time, and 24:00 is the next midnight."""
    if clock == "24:00":
        return civil_us(day + dt.timedelta(days=1), dt.time(0), zone)
    hour, minute = (int(part) for part in (clock or "00:00").split(":"))
    return civil_us(day, dt.time(hour, minute), zone)


def day_asked(text: str) -> dt.date | None:
    """Return the day that a link asks for as ``YYYY-MM-DD``; None for anything else."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _refuse_missing(words: str, parts: list[str]) -> None:
    missing = [index for index, part in enumerate(parts) if not part]
    if missing:
        names = [_PARTS[index] for index in missing]
        listed = " and ".join([part for part in (", ".join(names[:-1]), names[-1]) if part])
        raise _fault(f"{_subject(words)} must include a {listed}", missing)


def _day(words: str, parts: list[str]) -> dt.date:
    if not re.fullmatch(r"\d{4}", parts[2], re.ASCII):
        raise _fault("Year must include 4 numbers", (2,))
    if not FIRST_YEAR <= int(parts[2]) <= LAST_YEAR:
        raise _fault(f"Year must be between {FIRST_YEAR} and {LAST_YEAR}", (2,))
    month = _month(parts[1])
    if month is None:
        raise _fault(f"{_subject(words)} must include a real month", (1,))
    try:
        return dt.date(int(parts[2]), month, _number(parts[0]) or 0)
    except ValueError:
        raise _fault(f"{_subject(words)} must be a real date", range(3)) from None


def _month(text: str) -> int | None:
    """Return a month from its number, its name or the name's first three or more letters."""
    number = _number(text)
    if number is not None:
        return number if 1 <= number <= 12 else None
    name = text.rstrip(".").lower()
    known = [
        index for index, month in enumerate(_MONTHS, start=1) if len(name) >= 3 and month.startswith(name)
    ]
    return known[0] if known else None


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,2}", text, re.ASCII) else None


def _subject(words: str) -> str:
    return words[0].upper() + words[1:]


def _fault(words: str, parts: Any) -> forms.ValidationError:  # noqa: ANN401 - indexes, however they come
    """Return an error that knows the boxes at fault."""
    return forms.ValidationError(words.replace("%", "%%"), code="parts", params={"parts": tuple(parts)})
