"""Writing an order question by question, without a database: fields, areas, the document, what is still wrong."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lib.order_strategies import orders
from tests.service.makers import NOW_US
from tests.service.orders.examples import HOME, activation, curfew, document, nights, order, zone
from throughcare.kernel.time import DAY_US, iso_utc, local_datetime, parse_instant
from throughcare.orders.diff import diff_orders
from throughcare.orders.history import history_of, in_force
from throughcare.orders.model import Order
from throughcare.orders.vocabulary import ConditionKind
from throughcare.service.orders import areas
from throughcare.service.orders.amending import amended, with_item
from throughcare.service.orders.drafting import flow
from throughcare.service.orders.drafting.checking import Checked, check_draft
from throughcare.service.orders.drafting.document import (
    ID_NAMES,
    NoSuchItem,
    add_condition,
    add_item,
    blank_document,
    copied,
    find_item,
    remove_item,
    with_ticked,
)
from throughcare.service.orders.drafting.ending import ended_document
from throughcare.service.orders.drafting.forms_hours import HoursForm
from throughcare.service.orders.drafting.question import QuestionForm
from throughcare.service.orders.drafting.questions import ALL, BY_SLUG, answered_rows, locate, questions_of
from throughcare.service.orders.reading import check_document, read_order
from throughcare.service.pages.times import DayField


def checked(written: dict[str, Any], **accepted: str) -> Checked:
    plain = {name: value for name, value in written.items() if name != "recorded_at"}
    return check_draft(plain, version=1, now_us=NOW_US, variation={}, accepted=accepted)


def test_corners_are_read_latitude_first_and_closed() -> None:
    ring = areas.read_corners("54.0, 1.5\n54.1 1.5\n\n[54.1; 1.6],\n54.0, 1.5")
    assert ring == [[1.5, 54.0], [1.5, 54.1], [1.6, 54.1], [1.5, 54.0]]


@pytest.mark.parametrize(
    ("text", "message"),
    [("54.0, 1.5\nhere", "Line 2 must be"), ("54, 1\n54, 2", "at least 3 corners"),
     ("\n".join(f"54, {n}" for n in range(600)), "500 corners or fewer")],
)  # fmt: skip
def test_what_are_no_corners_is_refused(text: str, message: str) -> None:
    with pytest.raises(areas.NotPoints, match=message):
        areas.read_corners(text)


@pytest.mark.parametrize(
    ("centre", "words"),
    [([1.5, 54.01], "982 m to the north of home"), ([1.52, 54.0], "to the east of home"),
     ([1.5, 54.001], "It touches home"), ([1.5, 54.0], "It contains home")],
)  # fmt: skip
def test_how_far_a_zone_is_from_home_is_said_in_words(centre: list[float], words: str) -> None:
    far = areas.far_words({"type": "Circle", "centre": centre, "radius_m": 100.0}, HOME, home_label="home")
    assert words in far


def test_an_order_that_was_written_reads_back_as_itself() -> None:
    whole = document(conditions=[curfew(), zone()], ticked=["curfew", "exclusion_zone"])
    made, faults = check_document(whole)
    assert faults == ()
    assert made == order(conditions=[curfew(), zone()], ticked=["curfew", "exclusion_zone"])


def test_each_kind_that_is_ticked_is_asked_about_and_unticking_takes_it_out() -> None:
    blank = blank_document(order_id="O1", wearer_ref="P1")
    both = with_ticked(blank, ["curfew", "trail"])
    assert [item["kind"] for item in both["conditions"]] == ["curfew", "trail"]
    one = with_ticked(both, ["trail"])
    assert [item["kind"] for item in one["conditions"]] == ["trail"]
    assert blank["conditions"] == []


def test_removing_the_last_of_a_kind_unticks_it() -> None:
    written, first = add_condition(blank_document(order_id="O1", wearer_ref="P1"), "exclusion_zone")
    written, second = add_condition(written, "exclusion_zone")
    one = remove_item(written, "conditions", first)
    assert one["ticked"] == ["exclusion_zone"]
    assert remove_item(one, "conditions", second)["ticked"] == []


def test_an_item_that_was_removed_meanwhile_is_told() -> None:
    written, key = add_item(blank_document(order_id="O1", wearer_ref="P1"), "places")
    with pytest.raises(NoSuchItem):
        find_item(remove_item(written, "places", key), "places", key)


@pytest.mark.parametrize("kind", list(ConditionKind))
def test_every_gap_of_every_kind_leads_to_a_question_that_fills_it(kind: ConditionKind) -> None:
    written = with_ticked(document(conditions=[], ticked=[]), [kind])
    key = written["conditions"][0]["condition_id"]
    gaps = {(fault.question.slug, fault.key) for fault in checked(written).faults}
    assert gaps
    for slug, where in gaps:
        assert where.partition("~")[0] == key
        assert BY_SLUG[slug].section in {"conditions", "phases"}


@pytest.mark.parametrize(
    ("path", "slug", "key"),
    [
        ("order_type", "order-type", ""),
        ("end_date", "dates", ""),
        ("conditions", "ticked", ""),
        ("places[0].area.radius_m", "place-area", "home"),
        ("conditions[0].start_date", "curfew-dates", "c1"),
        ("conditions[0].phases[0].timetable[2].end", "phase-hours", "c1~0"),
        ("conditions[0].phases[0].end_date", "phase-dates", "c1~0"),
        ("conditions[0].phases", "phase-dates", "c1~0"),
        ("conditions[0]", "phase-hours", "c1~0"),
        ("conditions[0].release_day.place_id", "release-day", "c1"),
        ("conditions[1].area", "zone-area", "zone"),
        ("conditions[1].exemptions[0].to_time", "exemption-time", "zone~0"),
        ("activations[0].from_time", "worn", "A1"),
    ],
)
def test_a_fault_leads_to_the_question_of_its_field(path: str, slug: str, key: str) -> None:
    written = document(
        conditions=[curfew(), zone(exemptions=[{"reason": "court"}])], activations=[activation()]
    )
    question, where, _ = locate(written, path)
    assert (question.slug, where) == (slug, key)


def test_a_curfew_beyond_the_limit_waits_for_a_reason_and_then_may_be_proposed() -> None:
    long = curfew(phases=[{"start_date": "2026-03-02", "end_date": "2026-06-01",
                           "timetable": nights("08:00", "07:00")}])  # fmt: skip
    found = checked(document(conditions=[long]))
    unlawful = [warned for warned in found.findings if warned.is_unlawful]
    assert unlawful
    assert not found.may_be_proposed
    assert {error.question.slug for error in found.errors} == {"phase-hours"}
    accepted = checked(
        document(conditions=[long]), **{w.finding_id: "the court says so" for w in found.findings}
    )
    assert accepted.may_be_proposed
    assert accepted.errors == ()


def test_a_reason_does_not_cover_a_finding_that_has_changed() -> None:
    def hours(start: str) -> dict[str, Any]:
        phases = [{"start_date": "2026-03-02", "end_date": "2026-06-01", "timetable": nights(start, "07:00")}]
        return document(conditions=[curfew(phases=phases)])

    reasons = {warned.finding_id: "the court says so" for warned in checked(hours("09:00")).findings}
    assert checked(hours("09:00"), **reasons).may_be_proposed
    assert not checked(hours("08:00"), **reasons).may_be_proposed


def test_copying_monday_fills_every_day() -> None:
    form = HoursForm(
        {"monday_0_start": "7pm", "monday_0_end": "7am", "friday_0_start": "nonsense", "copy_monday": "yes"},
        document=document(),
        item={},
    )
    assert form.is_valid(), form.errors
    item: dict[str, Any] = {}
    form.write(item)
    assert [(span["start"], span["end"]) for span in item["timetable"]] == [("19:00", "07:00")] * 7


def test_half_a_span_and_an_empty_week_are_refused() -> None:
    half = HoursForm({"tuesday_0_start": "7pm"}, document=document(), item={})
    assert half.errors["tuesday_0_end"] == ["Enter the end on Tuesday"]
    empty = HoursForm({}, document=document(), item={})
    assert empty.errors["monday_0_start"] == ["Enter the hours of at least one day"]


def test_more_spans_than_the_usual_two_keep_their_boxes() -> None:
    spans = [{"day": "monday", "start": f"{hour:02}:00", "end": f"{hour:02}:30"} for hour in (9, 12, 15)]
    form = HoursForm(document=document(), item={"timetable": spans})
    assert form.stored()["monday_2_start"] == "15:00"


def test_ending_an_order_cuts_everything_to_its_last_day() -> None:
    later = {"start_date": "2026-05-01", "end_date": None, "timetable": nights()}
    written = document(
        conditions=[
            curfew(
                phases=[{"start_date": "2026-03-02", "end_date": "2026-04-30", "timetable": nights()}, later]
            ),
            zone(condition_id="z2", start_date="2026-05-10"),
        ],
        ticked=["curfew", "exclusion_zone"],
        activations=[activation()],
    )
    ended = ended_document(written, "2026-03-31")
    assert [item["condition_id"] for item in ended["conditions"]] == ["c1"]
    assert ended["ticked"] == ["curfew"]
    assert [phase["end_date"] for phase in ended["conditions"][0]["phases"]] == ["2026-03-31"]
    stop = local_datetime(parse_instant(ended["activations"][0]["to_time"]), "Europe/London")
    assert (stop.date(), stop.hour) == (dt.date(2026, 4, 1), 0)
    assert checked(ended).order is not None


def test_every_question_leads_somewhere_and_has_words() -> None:
    assert len({question.slug for question in ALL}) == len(ALL)
    for question in ALL:
        assert question.title.endswith("?")
        assert question.form.__doc__
    assert flow.start(blank_document(order_id="O1", wearer_ref="P1")).slug == "order-type"


@given(
    effects=st.lists(st.integers(-20, 60), max_size=4),
    from_day=st.integers(-10, 60),
    asked_day=st.integers(-10, 70),
)
def test_an_amendment_holds_from_its_instant_and_changes_nothing_else(
    effects: list[int], from_day: int, asked_day: int
) -> None:
    versions = [order()]
    for number, days in enumerate(effects, 2):
        versions.append(
            order(
                version=number,
                recorded_at=iso_utc(NOW_US),
                effective_from=iso_utc(NOW_US + days * DAY_US),
                places=[{"place_id": "home", "label": f"Address {number}", "area": HOME}],
            )
        )
    history = history_of(versions)
    absence = {"absence_id": "a", "condition_ids": [], "from_time": iso_utc(NOW_US), "reason": "x",
               "to_time": iso_utc(NOW_US + 1), "authorised_by": "y"}  # fmt: skip
    from_us, asked_us = NOW_US + from_day * DAY_US, NOW_US + asked_day * DAY_US
    made = amended(history, from_us=from_us, now_us=NOW_US, change=with_item("authorised_absences", absence))
    after = history_of([*versions, *made])
    before_then = in_force(history, at_us=asked_us, known_at_us=NOW_US)
    then = in_force(after, at_us=asked_us, known_at_us=NOW_US)
    assert (before_then is None) == (then is None)
    if before_then is not None and then is not None:
        assert then.places == before_then.places
        assert bool(then.authorised_absences) == (asked_us >= from_us)


def sent_again(form: QuestionForm) -> dict[str, Any]:
    """Return what a browser sends when somebody opens a page and saves it unchanged."""
    sent: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        if isinstance(bound.field, DayField):
            parts = bound.field.widget.decompress(value)
            sent |= {f"{bound.name}_{number}": part for number, part in enumerate(parts)}
        elif value is not None:
            sent[bound.name] = value if isinstance(value, list) else str(value)
    return sent


def saved_unchanged(written: dict[str, Any]) -> dict[str, Any]:
    """Return a document after every question about it was opened and saved."""
    again = copied(written)
    places = [("places", place["place_id"]) for place in written["places"]]
    conditions = [("conditions", item["condition_id"]) for item in written["conditions"]]
    parts = [
        (part, f"{item['condition_id']}~{number}")
        for item in written["conditions"]
        for part in ("phases", "exemptions")
        for number in range(len(item.get(part) or ()))
    ]
    records = [
        (name, item[ID_NAMES[name]]) for name in ID_NAMES for item in written[name] if name not in SEEN
    ]
    for section, key in [("", ""), *places, *conditions, *parts, *records]:
        for question in questions_of(again, section, find_item(again, section, key)):
            item = find_item(again, section, key)
            shown = question.form(document=again, item=item)
            form = question.form(sent_again(shown), document=again, item=item)
            assert form.is_valid(), (question.slug, form.errors)
            form.write(item)
    return again


SEEN = {"places", "conditions", "reasonable_excuses"}
EVERYTHING: dict[str, Any] = {
    "ticked": [str(kind) for kind in ConditionKind],
    "places": [
        {"place_id": "home", "label": "1 Invented Street", "area": HOME},
        {"place_id": "office", "label": "Office", "area": {"type": "Polygon", "coordinates": [
            [[1.5, 54.0], [1.6, 54.0], [1.6, 54.1], [1.5, 54.0]]]}},
    ],
    "conditions": [
        curfew(
            grace_s=300,
            release_day={"release_date": "2026-03-02", "start": "15:00", "end": "07:00", "place_id": "home"},
        ),
        zone(exemptions=[{"reason": "court", "details": "", "from_time": "2026-03-10T09:00:00Z",
                          "to_time": "2026-03-10T12:00:00Z"}]),
        zone(condition_id="z2", kind="inclusion_zone", timetable=[
            {"day": "monday", "start": "09:00", "end": "24:00"}]),
        zone(condition_id="z3", kind="restriction_zone", end_date=None),
        {"kind": "trail", "condition_id": "t1", "start_date": "2026-03-02", "device": "non_fitted"},
        {"kind": "attendance", "condition_id": "a1", "start_date": "2026-03-02", "purpose": "a course",
         "place_id": "office", "recurrence": "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE", "start": "10:00",
         "duration_min": 60},
        {"kind": "attendance", "condition_id": "a2", "start_date": "2026-03-02", "purpose": "a meeting",
         "place_id": "office", "recurrence": "FREQ=MONTHLY;BYDAY=1MO", "start": "10:00", "duration_min": 60},
        {"kind": "alcohol", "condition_id": "al", "start_date": "2026-03-02", "end_date": "2026-04-02",
         "monitoring": "level", "level_limit_pct": 0.02},
        {"kind": "victim_proximity", "condition_id": "v1", "start_date": "2026-03-02",
         "protected_ref": "V-1", "distance_m": 500.0, "warning_m": 800.0},
    ],
    "activations": [activation()],
    "suspensions": [{"suspension_id": "s1", "condition_ids": ["c1"], "from_time": "2026-03-20T00:00:00Z",
                     "reason": "in hospital"}],
    "authorised_absences": [{"absence_id": "x1", "condition_ids": [], "from_time": "2026-03-20T18:00:00Z",
                             "to_time": "2026-03-20T21:00:00Z", "reason": "work", "authorised_by": "user:1"}],
}  # fmt: skip


def test_saving_every_answer_again_changes_nothing_in_an_order_with_everything() -> None:
    written = order(**EVERYTHING).as_json()
    assert read_order(saved_unchanged(written)) == order(**EVERYTHING)


@given(drawn=orders(time_zone="Europe/London"))
def test_saving_every_answer_again_changes_nothing_in_any_order(drawn: Order) -> None:
    assert diff_orders(drawn, read_order(saved_unchanged(drawn.as_json()))) == ()


def test_an_order_with_everything_is_shown_with_an_answer_in_every_row() -> None:
    written = order(**EVERYTHING).as_json()
    for item in written["conditions"]:
        rows = dict(answered_rows(written, "conditions", item))
        assert all(rows.values()), {question.slug for question, words in rows.items() if not words}
        assert flow.gap_of_condition(written, item["condition_id"]) is None


def test_a_new_draft_asks_for_what_is_missing_in_plain_words() -> None:
    words = [fault.words for fault in checked(blank_document(order_id="O1", wearer_ref="P1")).faults]
    assert "Select the type of order" in words
    assert "Select at least one condition" in words
    assert not [told for told in words if "Expected" in told]
