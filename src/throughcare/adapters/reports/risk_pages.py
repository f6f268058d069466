"""The pages of a validation and of the records: whole in themselves, drawn for people who compare."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from throughcare.adapters.files.atomic import atomic_bytes
from throughcare.adapters.reports.pages import render_page, write
from throughcare.adapters.reports.risk_drawings import calibration_svg, cusum_svg, rates_svg, ratios_svg
from throughcare.risk.fairness.audit import Fairness, GroupFound
from throughcare.risk.fairness.sweep import Sweep
from throughcare.risk.records.making import KnownFrom, Record
from throughcare.risk.records.validated import InTime, Validation, document
from throughcare.risk.validation.intervals import Estimate
from throughcare.risk.validation.performance import Performance

_ROWS_OF_SWEEP = 12
_FROM = {
    KnownFrom.CODE: "from code",
    KnownFrom.VALIDATION: "from the validation",
    KnownFrom.OWNER: "stated by the owner",
    KnownFrom.NOBODY: "nobody has stated it",
}
_LIMITS = (
    "It says what happened to people who were scored before. It says nothing about why, and nothing certain about one.",
    "An arrest or a conviction is recorded, not an offence: where policing differs, so do records.",
    "Groups are those that were recorded, as they were recorded.",
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table: caption, headings, rows of texts; the first cell of a row names it."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with words, drawings and tables."""

    title: str
    words: tuple[str, ...] = ()
    drawings: tuple[Markup, ...] = ()
    tables: tuple[Table, ...] = ()


def write_validation(out_dir: Path, found: Validation) -> tuple[Path, Path]:
    """Write ``validation.json`` and ``index.html`` into a folder, and return both."""
    out_dir.mkdir(parents=True, exist_ok=True)
    as_json = out_dir / "validation.json"
    atomic_bytes(as_json, _json(document(found)))
    page = render_page(
        "risk_validation.html.j2",
        code_version=found.code_version,
        found=found,
        made_on=found.made_on.isoformat(),
        words=found.words(),
        parts=_parts(found),
        about_limits=_LIMITS,
    )
    write(out_dir / "index.html", page)
    return as_json, out_dir / "index.html"


def write_records(out_dir: Path, records: Sequence[Record], *, code_version: str) -> tuple[Path, ...]:
    """Write each record as HTML and all of them as ``record.json``, and return the paths."""
    out_dir.mkdir(parents=True, exist_ok=True)
    paths = []
    for record in records:
        path = out_dir / f"{record.name}.html"
        page = render_page("risk_record.html.j2", record=record, origin=_FROM, code_version=code_version)
        write(path, page)
        paths.append(path)
    as_json = out_dir / "record.json"
    atomic_bytes(as_json, _json({record.name: _plain(record) for record in records}))
    return (*paths, as_json)


def _json(found: Any) -> bytes:  # noqa: ANN401 - any JSON value
    return (json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _plain(record: Record) -> dict[str, Any]:
    return {
        "title": record.title,
        "note": record.note,
        "unknown": list(record.unknown),
        "sections": [
            {
                "title": section.title,
                "fields": [
                    {"name": field.name, "lines": list(field.lines), "known_from": field.known_from.value}
                    for field in section.fields
                ],
            }
            for section in record.sections
        ],
    }


def _parts(found: Validation) -> tuple[Part, ...]:
    parts = [_people_part(found), _performance_part(found.performance)]
    if found.fairness is not None:
        parts += [_groups_part(found.fairness), *_sweep_parts(found.fairness), _tests_part(found.fairness)]
    if found.in_time is not None:
        parts.append(_time_part(found.in_time))
    return tuple(parts)


def _people_part(found: Validation) -> Part:
    people = found.people
    rows = [
        ("Rows of the table", f"{people.rows:,}"),
        ("Used", f"{people.used:,}"),
        *((f"Left out: {reason}", f"{count:,}") for reason, count in people.left_out.items()),
        ("Outcome", people.outcome),
        ("Weight", people.weight or "none"),
        ("Groups", ", ".join(people.groups) or "none"),
    ]
    return Part("Whom it rests on", tables=(Table("People", ("What", "Found"), tuple(rows)),))


def _performance_part(found: Performance) -> Part:
    rows = [
        ("It happened to", _told(found.base_rate), found.base_rate.method),
        ("AUC", _told(found.auc), found.auc.method),
    ]
    for name, each in (("Brier score", found.brier), ("Brier skill", found.skill)):
        if each is not None:
            rows.append((name, _told(each), each.method))
    measures = Table("Measures with 95 % intervals", ("Measure", "Value", "Interval"), tuple(rows))
    calibration = found.calibration
    if calibration is None:
        return Part("How well the score puts people in order", tables=(measures,))
    told = (
        f"Over the bins, said and happened are {100 * calibration.error:.2f} percentage points apart on average; a "
        f"perfect score of as many people would show {100 * calibration.error_by_chance:.2f} by chance."
    )
    fits = Table(
        "Calibration with 95 % intervals",
        ("Measure", "Value", "Interval", "Right"),
        tuple(
            (name, _told(each), each.method, right)
            for name, each, right in (
                ("Observed over expected", calibration.ratio, "1"),
                ("In the large (log-odds)", calibration.in_the_large, "0"),
                ("Intercept", calibration.intercept, "0"),
                ("Slope", calibration.slope, "1"),
            )
        ),
    )
    bins = Table(
        "Bins of equal number",
        ("Bin", "People", "Said", "Happened"),
        tuple(
            (str(number), f"{each.people:,}", _number(each.predicted), _told(each.observed))
            for number, each in enumerate(calibration.bins, 1)
        ),
    )
    drawing = Markup(calibration_svg(calibration, ident="cal"))  # noqa: S704 - drawn by us, labels escaped
    return Part("How well the score says what happens", (told,), (drawing,), (measures, fits, bins))


def _groups_part(found: Fairness) -> Part:
    rows = tuple(_group_row(each) for each in found.groups)
    headings = ("Group", "People", "It happened to", "AUC", "Observed over expected", "Slope")
    drawing = ratios_svg(found.groups, ident="ratios")
    told = (
        f"A group is shown where at least {found.minimum_cell} are of either outcome. A group that totals would give "
        "away is withheld with it."
    )
    words = [told]
    if found.withheld:
        words.append(f"Withheld: {'; '.join(f'{name}: {group}' for name, group in found.withheld)}.")
    return Part(
        "Groups",
        tuple(words),
        (Markup(drawing),) if drawing else (),  # noqa: S704 - drawn by us, labels escaped
        (Table("Every group with 95 % intervals", headings, rows),),
    )


def _group_row(found: GroupFound) -> tuple[str, ...]:
    performance = found.performance
    calibration = performance.calibration
    return (
        f"{found.grouping}: {found.group}",
        f"{performance.people:,}",
        _told(performance.base_rate),
        _told(performance.auc),
        "points" if calibration is None else _told(calibration.ratio),
        "points" if calibration is None else _told(calibration.slope),
    )


def _sweep_parts(found: Fairness) -> list[Part]:
    parts = []
    for place, (grouping, members) in enumerate(groupby(found.groups, key=lambda each: each.grouping)):
        groups = list(members)
        drawings = tuple(
            Markup(  # noqa: S704 - drawn by us, labels escaped
                rates_svg(groups, measure=measure, words=words, ident=f"sweep-{place}-{measure}")
            )
            for measure, words in (
                ("false_positive", "Flagged, of those to whom it did not happen"),
                ("false_negative", "Missed, of those to whom it happened"),
                ("predictive", "It happened, of those flagged"),
            )
        )
        tables = tuple(_sweep_table(each.group, each.sweep) for each in groups)
        middle = found.thresholds[len(found.thresholds) // 2] if found.thresholds else None
        told = [
            " ".join(each.words)
            for each in found.tensions
            if each.grouping == grouping and each.threshold == middle
        ]
        parts.append(Part(f"Every threshold: {grouping}", (found.bands, *told), drawings, tables))
    return parts


def _sweep_table(name: str, found: Sweep) -> Table:
    places = np.unique(np.linspace(0, len(found.threshold) - 1, _ROWS_OF_SWEEP).round().astype(int))
    bands = (found.above, found.false_positive, found.false_negative, found.predictive)
    rows = tuple(
        (
            f"{found.threshold[place]:g}",
            *(
                _span(float(each.value[place]), float(each.low[place]), float(each.high[place]))
                for each in bands
            ),
        )
        for place in places
    )
    return Table(
        name,
        ("At or above", "Flagged", "Flagged, did not happen", "Missed, did happen", "Happened, of flagged"),
        rows,
    )


def _tests_part(found: Fairness) -> Part:
    tests = Table(
        "Tests, adjusted after Holm for all of them together",
        ("Group", "Measure", "Value or largest gap", "At threshold", "p", "Adjusted p", "Stands out"),
        tuple(
            (
                f"{each.grouping}: {each.group}" + (f" against {each.against}" if each.against else ""),
                each.measure,
                _number(each.difference),
                "" if np.isnan(each.threshold) else f"{each.threshold:g}",
                f"{each.p:.2g}",
                f"{each.adjusted_p:.2g}",
                "yes" if each.stands_out else "no",
            )
            for each in sorted(found.tests, key=lambda test: test.p)
        ),
    )
    gaps = Table(
        "Differences at the thresholds, group less the group it is held against, with 95 % intervals (pointwise)",
        ("Groups", "At or above", "Flagged, did not happen", "Missed, did happen", "Happened, of flagged"),
        tuple(
            (
                f"{each.grouping}: {each.group} less {each.against}",
                f"{at.threshold:.4g}",
                _told(at.false_positive),
                _told(at.false_negative),
                _told(at.predictive),
            )
            for each in found.comparisons
            for at in each.at
        ),
    )
    return Part("What chance explains and what not", (), (), (tests, gaps))


def _time_part(found: InTime) -> Part:
    words = [f"Outcomes are known until {found.known_until}; the follow-up is {found.horizon_months} months."]
    tables, drawings = [], []
    if found.earlier is not None:
        row = (_told(found.earlier.auc), *_ratio_and_slope(found.earlier))
        tables.append(
            Table(
                f"Those scored before {found.split_at}, for comparison",
                ("AUC", "Observed over expected", "Slope"),
                (row,),
            )
        )
    if found.limits is not None:
        words.append(
            f"A perfect score would raise an alarm once in {found.limits.run_length_months:.0f} months (measured by "
            f"simulation; 95 % interval {found.limits.low:.0f} to {found.limits.high:.0f}). Odds a quarter above the "
            f"stated are noticed after {found.limits.months_to_notice:.1f} months on average."
        )
    if found.limits is not None and found.months:
        drawings.append(Markup(cusum_svg(found.months, found.limits, ident="cusum")))  # noqa: S704 - drawn by us
        tables.append(
            Table(
                "Months in which follow-up was over",
                ("Month", "People", "Happened", "Expected", "Alarm"),
                tuple(
                    (
                        each.month,
                        f"{each.people:,}",
                        f"{each.events:,}",
                        f"{each.expected:.1f}",
                        each.alarm or "no",
                    )
                    for each in found.months
                ),
            )
        )
    for caption, rows in (("Scores", found.stability), ("Inputs", found.inputs)):
        if rows:
            tables.append(_stability_table(caption, rows))
    return Part("Time", tuple(words), tuple(drawings), tuple(tables))


def _stability_table(caption: str, rows: Sequence[tuple[str, Any]]) -> Table:
    return Table(
        f"{caption} beside those before the split: population stability index",
        ("What", "People", "Index", "By chance", "Nineteen in twenty below", "Changed"),
        tuple(
            (
                name,
                f"{each.people:,}",
                f"{each.value:.3f}",
                f"{each.by_chance:.3f}",
                f"{each.limit:.3f}",
                "yes" if each.changed else "no",
            )
            for name, each in rows
        ),
    )


def _ratio_and_slope(found: Performance) -> tuple[str, str]:
    if found.calibration is None:
        return "points", "points"
    return _told(found.calibration.ratio), _told(found.calibration.slope)


def _told(found: Estimate) -> str:
    return _span(found.value, found.low, found.high)


def _span(value: float, low: float, high: float) -> str:
    if not np.isfinite(value):
        return "none"
    if not (np.isfinite(low) and np.isfinite(high)):
        return _number(value)
    return f"{value:.3f} ({low:.3f} to {high:.3f})"


def _number(value: float) -> str:
    return f"{value:.3f}" if np.isfinite(value) else "none"
