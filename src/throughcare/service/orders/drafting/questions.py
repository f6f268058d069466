"""Every question of the form, in sequence, and which of them a faulty field belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from throughcare.orders.vocabulary import ConditionKind
from throughcare.service.orders.drafting import (
    answers,
    forms_areas,
    forms_basics,
    forms_conditions,
    forms_hours,
    forms_records,
)
from throughcare.service.orders.drafting.document import (
    ID_NAMES,
    PART_MARK,
    PARTS,
    Document,
    Item,
    find_item,
)
from throughcare.service.orders.drafting.question import Question

_ZONES = frozenset(
    {ConditionKind.EXCLUSION_ZONE, ConditionKind.INCLUSION_ZONE, ConditionKind.RESTRICTION_ZONE}
)
_K = ConditionKind


BASICS: tuple[Question, ...] = (
    Question(
        "order-type",
        "What type of order is it?",
        forms_basics.TypeForm,
        "Type of order",
        answers.choice("order_type"),
        covers=("order_type",),
    ),
    Question(
        "legal-basis",
        "What is the legal basis of the monitoring?",
        forms_basics.BasisForm,
        "Legal basis",
        answers.choice("legal_basis"),
        covers=("legal_basis",),
    ),
    Question(
        "sentence",
        "Which sentence or bail type does it state?",
        forms_basics.SentenceForm,
        "Sentence or bail type",
        answers.choice("sentence_type"),
        covers=("sentence_type",),
    ),
    Question(
        "notifying",
        "Who sent the order?",
        forms_basics.NotifyingForm,
        "Sent by",
        answers.choice("notifying_organisation"),
        covers=("notifying_organisation",),
    ),
    Question(
        "responsible",
        "Who is responsible for the person?",
        forms_basics.ResponsibleForm,
        "Responsible",
        answers.choice("responsible_organisation"),
        covers=("responsible_organisation",),
    ),
    Question(
        "dates",
        "When does the order run?",
        forms_basics.DatesForm,
        "Dates",
        answers.dates,
        covers=("start_date", "end_date"),
    ),
    Question(
        "convicted",
        "When was the person convicted?",
        forms_basics.ConvictedForm,
        "Convicted on",
        answers.day("convicted_on"),
        covers=("convicted_on",),
    ),
    Question(
        "hdc",
        "Is it a home detention curfew?",
        forms_basics.HdcForm,
        "Home detention curfew",
        answers.yes("home_detention_curfew"),
        covers=("home_detention_curfew",),
    ),
    Question(
        "ticked",
        "Which conditions does the order have?",
        forms_basics.TickedForm,
        "Conditions",
        answers.ticked,
        covers=("ticked", "conditions"),
        hint="Each one that you tick is asked about in full.",
    ),
)


def _area_questions(prefix: str, section: str, kinds: frozenset[str], title: str) -> tuple[Question, ...]:
    """Return the pages that ask for an area: how, then the page of that way, then a look at it."""

    def page(ending: str, heading: str, form: Any) -> Question:  # noqa: ANN401 - a form's class
        return Question(
            f"{prefix}{ending}", heading, form, "", lambda _document, _item: "", section=section, kinds=kinds,
            needed=lambda _document, _item: False, follows=f"{prefix}-check",
        )  # fmt: skip

    return (
        Question(prefix, title, forms_areas.HowForm, "Area", answers.area, section=section, kinds=kinds, covers=("area",),
                 hint="You can change it on the next page. None of the ways needs a map."),
        page("-circle", "Where is the circle?", forms_areas.CircleForm),
        page("-points", "Where are the corners?", forms_areas.PointsForm),
        page("-known", "Which known place is it?", forms_areas.KnownForm),
        Question(f"{prefix}-check", "Is this the right area?", forms_areas.AreaCheckForm, "", lambda _document, _item: "",
                 section=section, kinds=kinds, needed=lambda _document, _item: False),
    )  # fmt: skip


PLACES: tuple[Question, ...] = (
    Question(
        "place-name",
        "What is the place called?",
        forms_basics.PlaceNameForm,
        "Name",
        answers.plain("label"),
        section="places",
        covers=("label", "place_id"),
        takes_rest=True,
    ),
    *_area_questions("place-area", "places", frozenset(), "How do you want to give the area of the place?"),
)

CONDITIONS: tuple[Question, ...] = (
    # curfew
    Question(
        "curfew-dates",
        "When does the curfew run?",
        forms_basics.DatesForm,
        "Dates",
        answers.dates,
        section="conditions",
        kinds=frozenset({_K.CURFEW}),
        covers=("start_date", "end_date"),
    ),
    Question(
        "phase-dates",
        "When do these curfew hours apply?",
        forms_basics.DatesForm,
        "Dates",
        answers.dates,
        section="phases",
        covers=("start_date", "end_date"),
        hint="A curfew whose hours change has one phase after the other.",
    ),
    Question(
        "phase-hours",
        "What are the curfew hours?",
        forms_hours.CurfewHoursForm,
        "Hours",
        answers.hours,
        section="phases",
        covers=("timetable",),
        takes_rest=True,
        hint="Write times like 19:00 or 7pm. An end at or before the start is on the next day.",
    ),
    Question(
        "release-day",
        "Is there a curfew on the day of release?",
        forms_conditions.ReleaseDayForm,
        "Day of release",
        answers.release,
        section="conditions",
        kinds=frozenset({_K.CURFEW}),
        covers=("release_day",),
    ),
    Question(
        "grace",
        "How many minutes may the person be late?",
        forms_conditions.GraceForm,
        "Grace",
        answers.grace,
        section="conditions",
        kinds=frozenset({_K.CURFEW}),
        covers=("grace_s", "condition_id"),
    ),
    # zones
    Question(
        "zone-name",
        "What is the zone called?",
        forms_conditions.ZoneNameForm,
        "Name",
        answers.plain("name"),
        section="conditions",
        kinds=_ZONES,
        covers=("name", "condition_id"),
        takes_rest=True,
    ),
    Question(
        "zone-dates",
        "When does the zone apply?",
        forms_basics.DatesForm,
        "Dates",
        answers.dates,
        section="conditions",
        kinds=_ZONES,
        covers=("start_date", "end_date"),
    ),
    *_area_questions("zone-area", "conditions", _ZONES, "How do you want to give the area of the zone?"),
    Question(
        "zone-buffer",
        "How wide is the ring around the zone?",
        forms_conditions.BufferForm,
        "Ring",
        answers.plain("buffer_m", "m"),
        section="conditions",
        kinds=_ZONES,
        covers=("buffer_m",),
        hint="Round an exclusion zone the person is warned in the ring. Past the edge of the others the person may be up to this far.",
    ),
    Question(
        "zone-times",
        "When does the zone apply?",
        forms_conditions.AlwaysForm,
        "When",
        answers.always,
        section="conditions",
        kinds=_ZONES,
        covers=("exemptions",),
    ),
    Question(
        "zone-times-hours",
        "At which hours does the zone apply?",
        forms_hours.HoursForm,
        "Hours",
        answers.hours,
        section="conditions",
        kinds=_ZONES,
        covers=("timetable",),
        needed=lambda _document, item: bool(item.get("timetable")),
    ),
    Question(
        "exemption",
        "Why is there an exemption?",
        forms_conditions.ExemptionForm,
        "Reason",
        answers.exemption,
        section="exemptions",
        covers=("reason", "details"),
        takes_rest=True,
    ),
    Question(
        "exemption-time",
        "When does the exemption apply?",
        forms_conditions.ExemptionTimeForm,
        "When",
        answers.times,
        section="exemptions",
        covers=("from_time", "to_time"),
        needed=lambda _document, item: "corridor" not in item,
    ),
    # attendance
    Question(
        "purpose",
        "What does the person attend?",
        forms_conditions.PurposeForm,
        "Purpose",
        answers.plain("purpose"),
        section="conditions",
        kinds=frozenset({_K.ATTENDANCE}),
        covers=("purpose", "condition_id"),
        takes_rest=True,
    ),
    Question(
        "where",
        "Where do they attend?",
        forms_conditions.WhereForm,
        "Place",
        answers.place,
        section="conditions",
        kinds=frozenset({_K.ATTENDANCE}),
        covers=("place_id",),
    ),
    Question(
        "attendance-dates",
        "From when to when do they attend?",
        forms_basics.DatesForm,
        "Dates",
        answers.dates,
        section="conditions",
        kinds=frozenset({_K.ATTENDANCE}),
        covers=("start_date", "end_date"),
    ),
    Question(
        "how-often",
        "How often do they attend?",
        forms_conditions.HowOftenForm,
        "How often",
        answers.plain("recurrence"),
        section="conditions",
        kinds=frozenset({_K.ATTENDANCE}),
        covers=("recurrence",),
    ),
    Question(
        "appointment",
        "When does an appointment start, and how long is it?",
        forms_conditions.AppointmentForm,
        "Time",
        answers.appointment,
        section="conditions",
        kinds=frozenset({_K.ATTENDANCE}),
        covers=("start", "duration_min"),
    ),
    Question(
        "tolerance",
        "When are they late, and how long must they stay?",
        forms_conditions.ToleranceForm,
        "Late, stay",
        answers.tolerance,
        section="conditions",
        kinds=frozenset({_K.ATTENDANCE}),
        covers=("late_after_min", "min_stay_min"),
    ),
    # alcohol, trail, protected person
    Question(
        "alcohol",
        "Which kind of alcohol monitoring is it?",
        forms_conditions.AlcoholForm,
        "Kind",
        answers.alcohol,
        section="conditions",
        kinds=frozenset({_K.ALCOHOL}),
        covers=("monitoring", "level_limit_pct", "condition_id"),
        takes_rest=True,
    ),
    Question(
        "alcohol-dates",
        "From when to when is alcohol monitored?",
        forms_basics.DatesForm,
        "Dates",
        answers.dates,
        section="conditions",
        kinds=frozenset({_K.ALCOHOL}),
        covers=("start_date", "end_date"),
    ),
    Question(
        "reading",
        "How often does the tag take a reading?",
        forms_conditions.ReadingForm,
        "Readings every",
        answers.plain("reading_interval_min", "minutes"),
        section="conditions",
        kinds=frozenset({_K.ALCOHOL}),
        covers=("reading_interval_min",),
    ),
    Question(
        "trail",
        "Which device records the trail?",
        forms_conditions.TrailForm,
        "Device",
        answers.choice("device"),
        section="conditions",
        kinds=frozenset({_K.TRAIL}),
        covers=("device", "condition_id"),
        takes_rest=True,
    ),
    Question(
        "trail-dates",
        "From when to when is the trail recorded?",
        forms_basics.DatesForm,
        "Dates",
        answers.dates,
        section="conditions",
        kinds=frozenset({_K.TRAIL}),
        covers=("start_date", "end_date"),
    ),
    Question(
        "protected",
        "Whose device must the person keep away from?",
        forms_conditions.ProtectedForm,
        "Protected person",
        answers.plain("protected_ref"),
        section="conditions",
        kinds=frozenset({_K.VICTIM_PROXIMITY}),
        covers=("protected_ref", "condition_id"),
        takes_rest=True,
    ),
    Question(
        "distance",
        "How far must they keep away?",
        forms_conditions.DistanceForm,
        "Distance",
        answers.distance,
        section="conditions",
        kinds=frozenset({_K.VICTIM_PROXIMITY}),
        covers=("distance_m", "warning_m"),
    ),
    Question(
        "protected-dates",
        "From when to when must they keep away?",
        forms_basics.DatesForm,
        "Dates",
        answers.dates,
        section="conditions",
        kinds=frozenset({_K.VICTIM_PROXIMITY}),
        covers=("start_date", "end_date"),
    ),
)

RECORDS: tuple[Question, ...] = (
    Question(
        "device",
        "Which device is worn?",
        forms_records.DeviceForm,
        "Device",
        answers.device,
        section="activations",
        covers=("device_id", "home_unit_id", "home_unit_place_id", "activation_id"),
        takes_rest=True,
    ),
    Question(
        "worn",
        "From when to when is the device worn?",
        forms_records.WornForm,
        "Worn",
        answers.times,
        section="activations",
        covers=("from_time", "to_time"),
    ),
    Question(
        "absence-reason",
        "Why may the person be absent?",
        forms_records.ReasonForm,
        "Reason",
        answers.plain("reason"),
        section="authorised_absences",
        covers=("reason", "absence_id", "authorised_by"),
        takes_rest=True,
    ),
    Question(
        "absence-times",
        "From when to when may they be absent?",
        forms_records.SpanForm,
        "Times",
        answers.times,
        section="authorised_absences",
        covers=("from_time", "to_time"),
    ),
    Question(
        "absence-conditions",
        "From which conditions?",
        forms_records.CoveredForm,
        "Conditions",
        answers.covered,
        section="authorised_absences",
        covers=("condition_ids",),
    ),
    Question(
        "suspension-reason",
        "Why is it suspended?",
        forms_records.ReasonForm,
        "Reason",
        answers.plain("reason"),
        section="suspensions",
        covers=("reason", "suspension_id"),
        takes_rest=True,
    ),
    Question(
        "suspension-times",
        "From when to when is it suspended?",
        forms_records.SuspendedForm,
        "Times",
        answers.times,
        section="suspensions",
        covers=("from_time", "to_time"),
    ),
    Question(
        "suspension-conditions",
        "Which conditions are suspended?",
        forms_records.CoveredForm,
        "Conditions",
        answers.covered,
        section="suspensions",
        covers=("condition_ids",),
    ),
)

ALL: tuple[Question, ...] = (*BASICS, *PLACES, *CONDITIONS, *RECORDS)
BY_SLUG = {question.slug: question for question in ALL}
_PART = re.compile(r"([a-z_]+)(?:\[(\d+)\])?")


def questions_of(document: Document, section: str, item: Item) -> tuple[Question, ...]:
    """Return the questions of an item that are asked, in sequence."""
    return tuple(
        question
        for question in ALL
        if question.section == section
        and (not question.kinds or item.get("kind") in question.kinds)
        and question.needed(document, item)
    )


def next_question(document: Document, question: Question, item: Item) -> Question | None:
    """Return the first question after one that has no answer yet; None where all are answered."""
    asked = questions_of(document, question.section, item)
    slugs = [candidate.slug for candidate in asked]
    anchor = question.slug if question.slug in slugs else _parent(question.slug, slugs)
    rest = asked[slugs.index(anchor) + 1 :] if anchor else ()
    return next((candidate for candidate in rest if not candidate.answer(document, item)), None)


def _parent(slug: str, slugs: list[str]) -> str:
    """Return the page that leads to one that is not in the ordinary sequence."""
    return next((name for name in slugs if slug.startswith(f"{name}-")), "")


def locate(document: Document, path: str) -> tuple[Question, str, str]:
    """Return the question, the key of its item and the field that a fault's path belongs to.

    Parameters
    ----------
    path : str
        As of a fault or a finding, such as ``conditions[0].phases[1].timetable[2].end``.
    """
    section, key, rest = _descend(document, path)
    item = find_item(document, section, key)
    asked = [q for q in ALL if q.section == section and (not q.kinds or item.get("kind") in q.kinds)]
    name = rest.partition(".")[0].partition("[")[0]
    if item.get("kind") == ConditionKind.CURFEW and name in {"", "phases"}:
        return _of_phases(key, item, name)
    chosen = next((q for q in asked if name in q.covers), None)
    if chosen is None:
        chosen = next((q for q in asked if q.takes_rest), BY_SLUG["ticked"])
    return chosen, key, rest


def _of_phases(key: str, curfew: Item, name: str) -> tuple[Question, str, str]:
    """Return where a fault of a whole curfew is mended: its first hours, or the dates of its last phase."""
    last = len(curfew.get("phases", [{}])) - 1
    if name:
        return BY_SLUG["phase-dates"], f"{key}{PART_MARK}{last}", "start_date"
    return BY_SLUG["phase-hours"], f"{key}{PART_MARK}0", ""


def _descend(document: Document, path: str) -> tuple[str, str, str]:
    parts = [(match[1], match[2]) for match in _PART.finditer(path)]
    if not parts or parts[0][0] not in ID_NAMES or parts[0][1] is None:
        return "", "", path
    section, position = parts[0][0], int(parts[0][1])
    key = str(document[section][position][ID_NAMES[section]])
    rest = path.partition("].")[2] if "]." in path else ""
    if section == "conditions" and len(parts) > 1 and parts[1][0] in PARTS and parts[1][1] is not None:
        inner = rest.partition("].")[2] if "]." in rest else ""
        return parts[1][0], f"{key}{PART_MARK}{parts[1][1]}", inner
    return section, key, rest


def answered_rows(document: Document, section: str, item: Item) -> Iterator[tuple[Question, str]]:
    """Yield the questions that a list of answers shows, with the answer in words (empty if none yet)."""
    for question in questions_of(document, section, item):
        if question.row:
            yield question, question.answer(document, item)
