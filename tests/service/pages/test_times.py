"""Days and times as people type them: what is read, what is refused in which words, and where an error leads."""

from __future__ import annotations

import datetime as dt
from html.parser import HTMLParser

import pytest
from django import forms
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from throughcare.kernel.time import civil_us, parse_instant
from throughcare.service.pages.times import (
    FIRST_YEAR,
    LAST_YEAR,
    ClockField,
    DayField,
    MomentField,
    clock_of,
    day_asked,
)


class Asked(forms.Form):
    """One of each."""

    first = DayField(label="First day", name="the first day", help_text="For example, 27 3 2026")
    at = MomentField(label="When", name="when it was", required=False)
    clock = ClockField(label="Time", name="the time", required=False)


class Read(HTMLParser):
    """Keeps every element with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [given for name, given in self.found if name == tag]


@pytest.mark.parametrize(
    ("boxes", "message"),
    [
        (["", "", ""], "Enter the first day"),
        (["27", "", "2026"], "The first day must include a month"),
        (["", "3", "2026"], "The first day must include a day"),
        (["", "", "2026"], "The first day must include a day and month"),
        (["27", "", ""], "The first day must include a month and year"),
        (["27", "3", "26"], "Year must include 4 numbers"),
        (["27", "3", "1066"], "Year must be between 1850 and 2199"),
        (["27", "3", "9999"], "Year must be between 1850 and 2199"),
        (["31", "2", "2026"], "The first day must be a real date"),
        (["0", "2", "2026"], "The first day must be a real date"),
        (["1_0", "2", "2026"], "The first day must be a real date"),
        (["\u0663", "2", "2026"], "The first day must be a real date"),
        (["-1", "2", "2026"], "The first day must be a real date"),
        (["1", "13", "2026"], "The first day must include a real month"),
        (["27", "Smarch", "2026"], "The first day must include a real month"),
        (["27", "marzipan", "2026"], "The first day must include a real month"),
        (["27", "ju", "2026"], "The first day must include a real month"),
        (["27", "%s", "2026"], "The first day must include a real month"),
    ],
)
def test_a_day_that_cannot_be_read_is_refused_in_words(boxes: list[str], message: str) -> None:
    with pytest.raises(forms.ValidationError, match=message):
        DayField(name="the first day").clean(boxes)


@pytest.mark.parametrize("month", ["3", "03", "mar", "March", "MAR.", " march "])
def test_a_month_may_be_a_word(month: str) -> None:
    assert DayField(name="the first day").clean([" 27 ", month, "2026"]) == dt.date(2026, 3, 27)


def test_every_month_is_known_by_its_name_and_its_first_letters() -> None:
    field = DayField(name="the day")
    for month in range(1, 13):
        day = dt.date(2026, month, 1)
        for word in (f"{day:%B}", f"{day:%b}", f"{day:%B}"[:4]):
            assert field.clean(["1", word, "2026"]) == day


def test_a_day_that_need_not_be_given_may_be_left_out_but_not_by_half() -> None:
    field = DayField(name="the last day", required=False)
    assert field.clean(["", " ", ""]) is None
    assert field.clean(None) is None
    with pytest.raises(forms.ValidationError, match="must include a year"):
        field.clean(["1", "2", ""])


@given(st.dates(dt.date(FIRST_YEAR, 1, 1), dt.date(LAST_YEAR, 12, 31)))
def test_what_the_boxes_show_is_read_back_as_it_was(day: dt.date) -> None:
    field = DayField(name="the day")
    boxes = field.widget.decompress(day)
    assert boxes == [str(day.day), str(day.month), str(day.year)]
    assert field.clean(list(boxes)) == day == day_asked(day.isoformat())


@given(st.lists(st.text(max_size=8), min_size=4, max_size=4))
def test_whatever_is_typed_is_a_day_and_time_or_an_error_in_words(boxes: list[str]) -> None:
    for field, typed in (
        (DayField(name="the day"), boxes[:3]),
        (MomentField(name="when it was"), boxes),
        (ClockField(name="the time"), boxes[3]),
    ):
        assert cleaned(field, typed)


def cleaned(field: forms.Field, typed: object) -> str:
    """Return what was read, or the words of the error."""
    try:
        return str(field.clean(typed))
    except forms.ValidationError as error:
        return " ".join(error.messages).strip()


@pytest.mark.parametrize(
    ("typed", "read"),
    [("19:00", "19:00"), ("09:00", "09:00"), ("9:00", "09:00"), ("7pm", "19:00"), ("9am", "09:00"), ("9 AM", "09:00"),
     ("7.30am", "07:30"), ("9.30pm", "21:30"), ("9.30 p.m.", "21:30"), ("12am", "00:00"), ("12 pm", "12:00"),
     ("12:30am", "00:30"), ("midnight", "00:00"), ("Noon", "12:00"), ("0700", "07:00"), ("930pm", "21:30"),
     ("21.30", "21:30"), ("0:05", "00:05")],
)  # fmt: skip
def test_a_clock_time_is_read_as_people_write_it(typed: str, read: str) -> None:
    assert ClockField(name="the start").clean(typed) == read == clock_of(typed)


@pytest.mark.parametrize(
    "typed",
    ["25:00", "13pm", "0pm", "7:60", "soon", "24:00", "19", "9:0", "-1:00", "\u0669:\u0660\u0660", "9 30"],
)
def test_what_is_no_clock_time_is_refused(typed: str) -> None:
    with pytest.raises(forms.ValidationError, match="must be a real time"):
        ClockField(name="the start").clean(typed)


def test_an_hour_alone_is_not_guessed_to_be_in_the_morning() -> None:
    with pytest.raises(forms.ValidationError, match="The start must include am or pm"):
        ClockField(name="the start").clean("7")


def test_an_end_may_be_the_midnight_that_ends_the_day() -> None:
    assert ClockField(name="the end", is_end=True).clean("midnight") == "24:00"


def test_a_moment_is_shown_and_read_in_local_time() -> None:
    field = MomentField(name="when it was")
    at_us = parse_instant("2026-07-01T20:45:00Z")
    assert field.prepare_value(at_us) == ["1", "7", "2026", "21:45"]
    assert field.clean(["1", "7", "2026", "9.45pm"]) == at_us
    assert field.clean(["25", "10", "2026", "01:30"]) == parse_instant(
        "2026-10-25T00:30:00Z"
    )  # it comes twice
    assert field.clean(["29", "3", "2026", "01:30"]) == civil_us(
        dt.date(2026, 3, 29), dt.time(2, 30), "Europe/London"
    )


@pytest.mark.parametrize(
    ("boxes", "message", "at_fault"),
    [
        (["1", "7", "2026", ""], "When it was must include a time", "id_at_3"),
        (["1", "", "2026", ""], "When it was must include a month and time", "id_at_1"),
        (["", "", "", "9am"], "When it was must include a day, month and year", "id_at_0"),
        (["1", "7", "2026", "soon"], "When it was must include a real time", "id_at_3"),
        (["1", "7", "26", "9am"], "Year must include 4 numbers", "id_at_2"),
    ],
)
def test_an_error_leads_to_the_box_at_fault(boxes: list[str], message: str, at_fault: str) -> None:
    sent = {"first_0": "27", "first_1": "3", "first_2": "2026"}
    form = Asked(sent | {f"at_{number}": part for number, part in enumerate(boxes)})
    page = Read(str(form))
    assert form.errors["at"][0].startswith(message)
    assert [link["href"] for link in page.of("a")] == [f"#{at_fault}"]
    faulty = [box["id"] for box in page.of("input") if "govuk-input--error" in (box["class"] or "")]
    assert faulty[0] == at_fault
    assert "id_first_0" not in faulty


def test_the_boxes_stand_in_a_described_fieldset_each_with_a_label() -> None:
    page = Read(str(Asked({"first_0": "27", "first_1": '"><script>', "first_2": ""})))
    fieldset = page.of("fieldset")[0]
    assert fieldset["aria-describedby"] == "id_first-hint id_first-error"
    ids = [given.get("id") for _, given in page.found if given.get("id")]
    assert len(ids) == len(set(ids))
    assert {"id_first-hint", "id_first-error"} <= set(ids)
    boxes = [box for box in page.of("input") if (box["name"] or "").startswith("first_")]
    assert [box["id"] for box in boxes] == [
        label["for"] for label in page.of("label") if (label["for"] or "").startswith("id_first_")
    ]
    assert {(box["type"], box["inputmode"]) for box in boxes} == {("text", "numeric")}
    assert boxes[1]["value"] == '"><script>'
    assert not page.of("script")


def test_a_link_may_carry_a_day_in_one_piece() -> None:
    form = Asked(QueryDict("first=2026-03-09&at=2026-03-09T21:45"))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["first"] == dt.date(2026, 3, 9)
    assert form.cleaned_data["at"] == parse_instant("2026-03-09T21:45:00Z")
    assert not Asked(QueryDict("first=soon")).is_valid()
    assert not Asked(QueryDict("first=2001-02-29")).is_valid()


@pytest.mark.parametrize("text", ["", "soon", "0001-01-01", "9999-12-31", "2026-02-30", "2026-03-09T00:00"])
def test_a_link_that_asks_for_no_day_asks_for_none(text: str) -> None:
    assert day_asked(text) is None
