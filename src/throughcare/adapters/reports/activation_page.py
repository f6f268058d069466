"""The pages of one activation: its conditions, its nights, and every incident with map, timeline and table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from throughcare.adapters.reports import contents, tables, words
from throughcare.adapters.reports.background import Background
from throughcare.adapters.reports.map import (
    NO_POSITION,
    MapDrawing,
    draw_incident_map,
    draw_map,
    no_map_words,
)
from throughcare.adapters.reports.nights import Night, night_span
from throughcare.adapters.reports.pages import PAGE_BYTES, pack, render, render_page, safe_stem, write
from throughcare.adapters.reports.points import GAP_US, points_of_fixes
from throughcare.adapters.reports.strip import draw_strip
from throughcare.adapters.reports.timeline import draw_timeline
from throughcare.adapters.reports.view import ActivationView, RunView
from throughcare.kernel.time import HOUR_US
from throughcare.monitoring.evidence import EvidenceBundle
from throughcare.monitoring.incidents import AttendanceRecord, Measure

ROWS_MOST = 400
_MARGIN_US = HOUR_US


@dataclass(frozen=True, slots=True)
class Looks:
    """How maps are drawn in this report."""

    gap_us: int = GAP_US
    background: Background | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What belongs to one activation besides its view."""

    nights: Sequence[Night]
    measures: Sequence[Measure]
    attendance: Sequence[AttendanceRecord]


def write_activation(
    folder: Path, view: ActivationView, facts: Facts, *, name: str, run: RunView, looks: Looks
) -> dict[str, str]:
    """Write the pages of one activation and return where each incident went (incident id to link)."""
    shown = [night for night in facts.nights if night.incidents or night.date in view.chosen_nights]
    sections = [_night_section(folder, view, night, index, looks) for index, night in enumerate(shown, 1)]
    strips = _strips(view, facts.nights)
    head = sum(len(strip) for _, strip in strips)
    pages = pack(sections, first_room=PAGE_BYTES - head)
    files = [name if k == 0 else name.replace(".html", f"--{k + 1}.html") for k in range(len(pages))]
    where = {
        bundle.incident.incident_id: f"{files[k]}#{anchor}"
        for k, page in enumerate(pages)
        for index in page
        for bundle, anchor in _anchored(view, shown[index], index + 1)
    }
    for k, page in enumerate(pages):
        whole = render_page(
            "activation.html.j2",
            first=k == 0,
            number=k + 1,
            files=files,
            sections=[Markup(sections[index]) for index in page],  # noqa: S704 - rendered by our templates
            **_header(run, view, facts, strips if k == 0 else [], where),
        )
        write(folder / files[k], whole)
    return where


def _header(
    run: RunView, view: ActivationView, facts: Facts, strips: list[tuple[str, str]], where: dict[str, str]
) -> dict[str, Any]:
    zone = view.time_zone
    return {
        "run": run,
        "view": view,
        "known": words.utc_words(run.known_at_us),
        "from_words": words.moment(view.monitored.start_us, zone),
        "to_words": words.moment(view.monitored.stop_us, zone),
        "lines": [contents.incident_line(incident, zone, where) for incident in view.incidents],
        "measures": [(*said, Markup(bar)) for *said, bar in contents.measure_lines(facts.measures)],  # noqa: S704 - strip.py
        "attendance": contents.attendance_lines(facts.attendance, zone),
        "strips": [(condition, Markup(strip)) for condition, strip in strips],  # noqa: S704 - made by strip.py
        "letters": contents.letter_key(),
        "positions": words.count(len(view.fixes), "position"),
        "reports": words.count(len(view.statuses), "equipment report"),
        "nights": words.count(len(facts.nights), "night"),
    }


def _strips(view: ActivationView, nights: Sequence[Night]) -> list[tuple[str, str]]:
    visits = {w.condition_id for w in view.windows if w.kind == "attendance"}
    conditions = [c for c in dict.fromkeys(name for name, _ in view.segments) if c not in visits]
    return [
        (condition, draw_strip(view, nights, condition_id=condition, ident=f"s{index}"))
        for index, condition in enumerate(conditions)
    ]


def _anchored(view: ActivationView, night: Night, index: int) -> list[tuple[EvidenceBundle, str]]:
    ids = {incident.incident_id for incident in night.incidents}
    found = sorted(
        (b for b in view.bundles if b.incident.incident_id in ids),
        key=lambda b: (b.incident.start_us, b.incident.incident_id),
    )
    return [(bundle, f"n{index}i{k}") for k, bundle in enumerate(found, 1)]


def _night_section(folder: Path, view: ActivationView, night: Night, index: int, looks: Looks) -> str:
    anchored = _anchored(view, night, index)
    title = f"Night of {words.date_words(night.date)}"
    timeline = draw_timeline(
        view,
        [bundle for bundle, _ in anchored],
        shown=night_span(view, night, margin_us=_MARGIN_US),
        ident=f"n{index}t",
        title=f"Timeline, {title.lower()}",
    )
    plain_night = None if anchored else _plain_night(folder, view, night, index, looks)
    return render(
        "night.html.j2",
        anchor=f"n{index}",
        title=title,
        timeline=Markup(timeline.svg),  # noqa: S704 - made by svg.py, which escapes
        timeline_words=timeline.description,
        timeline_notes=timeline.notes,
        incidents=[_incident(folder, view, bundle, anchor, looks) for bundle, anchor in anchored],
        plain=plain_night,
        headings=tables.HEADINGS,
    )


def _plain_night(
    folder: Path, view: ActivationView, night: Night, index: int, looks: Looks
) -> dict[str, Any] | None:
    span = night_span(view, night, margin_us=_MARGIN_US)
    points = points_of_fixes(view.fixes, start_us=span.start_us, stop_us=span.stop_us)
    drawn = draw_map(
        points,
        places=view.places,
        time_zone=view.time_zone,
        ident=f"n{index}m",
        title=f"Map, night of {words.date_words(night.date)}",
        gap_us=looks.gap_us,
        background=looks.background,
    )
    rows = tables.point_rows(points, view.time_zone)
    csv_name = _spill(
        folder, f"points-{night.date:%Y%m%d}-{view.activation_id}", tables.points_csv(points), len(rows)
    )
    return _picture(drawn, otherwise=NO_POSITION) | _table(rows, csv_name)


def _incident(
    folder: Path, view: ActivationView, bundle: EvidenceBundle, anchor: str, looks: Looks
) -> dict[str, Any]:
    incident, zone = bundle.incident, view.time_zone
    drawn = draw_incident_map(
        bundle,
        places=view.places,
        time_zone=zone,
        ident=f"{anchor}m",
        gap_us=looks.gap_us,
        background=looks.background,
    )
    rows = tables.item_rows(bundle.items, zone)
    csv_name = _spill(folder, f"points-{incident.incident_id}", tables.items_csv(bundle.items), len(rows))
    said = {
        "anchor": anchor,
        "id": incident.incident_id,
        "headline": words.headline(incident, zone),
        "code": words.code_words(incident.code),
        "status": words.status_words(incident),
        "facts": words.incident_facts(incident, zone),
        "spells": tables.spell_rows(incident, zone),
        "reasons": [reason.words for reason in incident.reasons],
        "allowances": words.allowance_words(incident),
        "unknowns": words.unknowns(incident),
    }
    return said | _picture(drawn, otherwise=no_map_words(bundle)) | _table(rows, csv_name)


def _picture(drawn: MapDrawing | None, *, otherwise: str) -> dict[str, Any]:
    if drawn is None:
        return {"map": None, "no_map": otherwise, "map_notes": ()}
    return {"map": Markup(drawn.svg), "no_map": "", "map_notes": drawn.notes}  # noqa: S704 - made by svg.py


def _table(rows: Sequence[tables.ItemRow], csv_name: str | None) -> dict[str, Any]:
    return {"rows": rows[:ROWS_MOST], "rows_all": len(rows), "csv": csv_name}


def _spill(folder: Path, stem: str, csv_text: str, rows: int) -> str | None:
    """Write a table that is too long for its page beside it, so that nothing is cut off."""
    if rows <= ROWS_MOST:
        return None
    name = f"{safe_stem(stem)}.csv"
    write(folder / name, csv_text)
    return name
