"""Questions about weekly hours: a curfew's timetable with its addresses, and the hours of a zone.

Two rows a day, more where the order on record has more. Monday can be copied to every day with a button, so
that no script is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms

from throughcare.orders.vocabulary import Weekday
from throughcare.service.orders.drafting.document import Item, place_label
from throughcare.service.orders.drafting.question import QuestionForm
from throughcare.service.pages.times import ClockField

ROWS_A_DAY = 2
COPY = "copy_monday"
_SELECT = {"class": "govuk-select"}


class HoursForm(QuestionForm):
    """Start and end of each span of the week; an end at or before the start is on the next day."""

    template = "orders/drafts/hours.html"
    main_field = "monday_0_start"
    with_places = False

    def arrange(self) -> None:
        """Make the boxes of each day."""
        spans = self._by_day()
        for day in Weekday:
            for row in range(max(ROWS_A_DAY, len(spans[day]))):
                name = day.value.capitalize()
                self.fields[f"{day}_{row}_start"] = ClockField(
                    name=f"the start on {name}", label=f"{name}, start of span {row + 1}", required=False
                )
                self.fields[f"{day}_{row}_end"] = ClockField(
                    name=f"the end on {name}",
                    label=f"{name}, end of span {row + 1}",
                    required=False,
                    is_end=True,
                )
                if self.with_places:
                    self.fields[f"{day}_{row}_at"] = forms.ChoiceField(
                        label=f"{name}, address of span {row + 1}",
                        choices=self._place_choices(),
                        required=False,
                        widget=forms.Select(attrs=_SELECT),
                    )

    def stored(self) -> dict[str, Any]:
        """Return the hours on record; a copy of Monday where the button asked for it."""
        return {
            f"{day}_{row}_{name}": value
            for day, spans in self._by_day().items()
            for row, span in enumerate(spans)
            for name, value in (
                ("start", span["start"][:5]),
                ("end", span["end"]),
                ("at", ",".join(span.get("place_ids", ()))),
            )
            if f"{day}_{row}_{name}" in self.fields
        }

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the rows of the table: the day, and the boxes of each of its spans."""
        for day in Weekday:
            numbers = [row for row in range(99) if f"{day}_{row}_start" in self.fields]
            for row in numbers:
                yield {
                    "day": day.value.capitalize(),
                    "first": row == 0,
                    "spans": len(numbers),
                    "start": self[f"{day}_{row}_start"],
                    "end": self[f"{day}_{row}_end"],
                    "at": self[f"{day}_{row}_at"] if self.with_places else None,
                }

    def clean(self) -> dict[str, Any]:
        """Copy Monday where asked; refuse half a span, and a timetable without any."""
        values = super().clean() or {}
        if COPY in self.data:
            self._copy_monday(values)
        for day in Weekday:
            for row in range(99):
                if f"{day}_{row}_start" not in self.fields:
                    break
                self._check_whole(values, f"{day}_{row}", day.value.capitalize())
        if not self.errors and not list(self._spans(values)):
            self.add_error("monday_0_start", "Enter the hours of at least one day")
        return values

    def write(self, item: Item) -> None:
        """Write the spans, Monday first."""
        item["timetable"] = list(self._spans(self.cleaned_data))

    def _check_whole(self, values: dict[str, Any], name: str, day: str) -> None:
        start, end = values.get(f"{name}_start"), values.get(f"{name}_end")
        if f"{name}_start" in self.errors or f"{name}_end" in self.errors:
            return
        if start and not end:
            self.add_error(f"{name}_end", f"Enter the end on {day}")
        if end and not start:
            self.add_error(f"{name}_start", f"Enter the start on {day}")

    def _copy_monday(self, values: dict[str, Any]) -> None:
        for name in list(self.fields):
            day, _, rest = name.partition("_")
            if day != Weekday.MONDAY:
                values[name] = values.get(f"{Weekday.MONDAY}_{rest}", "")
                self.errors.pop(name, None)

    def _spans(self, values: dict[str, Any]) -> Iterator[dict[str, Any]]:
        for day in Weekday:
            for row in range(99):
                start = values.get(f"{day}_{row}_start")
                if f"{day}_{row}_start" not in self.fields:
                    break
                if start:
                    yield {
                        "day": str(day),
                        "start": start,
                        "end": values[f"{day}_{row}_end"],
                        **self._places(values.get(f"{day}_{row}_at", "")),
                    }

    def _places(self, chosen: str) -> dict[str, Any]:
        return {}

    def _by_day(self) -> dict[Weekday, list[dict[str, Any]]]:
        found: dict[Weekday, list[dict[str, Any]]] = {day: [] for day in Weekday}
        for span in self.item.get("timetable") or ():
            found[Weekday(span["day"])].append(span)
        return {day: sorted(spans, key=lambda span: str(span["start"])) for day, spans in found.items()}

    def _place_choices(self) -> list[tuple[str, str]]:
        return []


class CurfewHoursForm(HoursForm):
    """The hours of a curfew phase, each span at one address, or at any of several."""

    def arrange(self) -> None:
        """Ask for the address of each span where there is more than one to choose from."""
        self.with_places = len(self._place_choices()) > 2
        super().arrange()

    def clean(self) -> dict[str, Any]:
        """Refuse hours without an address."""
        values = super().clean()
        if not self.document["places"]:
            self.add_error("monday_0_start", "Add a place first: a curfew needs an address")
        for name in [name for name in values if name.endswith("_start") and values[name]]:
            at = name.replace("_start", "_at")
            if self.with_places and not values.get(at) and at not in self.errors:
                self.add_error(at, f"Select the address on {name.partition('_')[0].capitalize()}")
        return values

    def _places(self, chosen: str) -> dict[str, Any]:
        if not self.with_places:
            chosen = self.document["places"][0]["place_id"]
        return {"place_ids": chosen.split(",")}

    def _place_choices(self) -> list[tuple[str, str]]:
        single = [place["place_id"] for place in self.document["places"]]
        several = {
            ",".join(span.get("place_ids", ()))
            for span in self.item.get("timetable") or ()
            if len(span.get("place_ids", ())) > 1
        }
        if 1 < len(single) <= 3:
            several.add(",".join(single))
        options = [*single, *sorted(several)]
        return [("", "Select"), *((value, self._place_words(value)) for value in options)]

    def _place_words(self, value: str) -> str:
        return " or ".join(place_label(self.document, place) for place in value.split(","))
