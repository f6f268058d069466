"""Writing the whole report of a run into one folder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from markupsafe import Markup

from throughcare.adapters.reports import contents, words
from throughcare.adapters.reports.activation_page import Facts, Looks, write_activation
from throughcare.adapters.reports.background import Background
from throughcare.adapters.reports.nights import Night, nights
from throughcare.adapters.reports.pages import PAGE_BYTES, page_names, render, render_page, write
from throughcare.adapters.reports.points import GAP_US
from throughcare.adapters.reports.view import ActivationView, RunView
from throughcare.kernel.time import Interval
from throughcare.monitoring.incidents import AttendanceRecord, Incident, Measure

Record = TypeVar("Record", Measure, AttendanceRecord)

_LIST_MOST = 1_500  # incidents on one page of the list
_PEOPLE_MOST = 1_500  # people in one table
_INDEX_ROOM = 0.9  # of a page's bytes: the rest is the index's own words


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the index that may stand on a page of its own."""

    file: str
    title: str
    html: str


def write_report(
    out_dir: Path,
    run: RunView,
    *,
    background: Mapping[str, Any] | None = None,
    gap_us: int = GAP_US,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Write ``index.html`` and one page an activation into a folder, and return the index.

    Every page is whole in itself: style, script and drawings are inside it, and its policy lets it fetch nothing.

    Parameters
    ----------
    out_dir : Path
        The folder, made where it is absent; files of the same names are replaced.
    run : RunView
    background : GeoJSON FeatureCollection or None
        Streets and buildings, drawn faintly under every map.
    gap_us : int
        A silence longer than this is drawn as a gap.
    progress : callable or None
        Called as ``progress(done, total)`` after each activation.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    run = replace(run, activations=tuple(_until(view, run.known_at_us) for view in run.activations))
    names = page_names([view.activation_id for view in run.activations])
    looks = Looks(gap_us, Background.of(background) if background else None)
    all_nights = {view.activation_id: nights(view) for view in run.activations}
    measures, attendance = _by_activation(run.measures), _by_activation(run.attendance)
    where: dict[str, str] = {}
    for done, view in enumerate(run.activations, 1):
        key = view.activation_id
        facts = Facts(all_nights[key], measures.get(key, ()), attendance.get(key, ()))
        where |= write_activation(out_dir, view, facts, name=names[key], run=run, looks=looks)
        if progress is not None:
            progress(done, len(run.activations))
    return _write_index(out_dir, run, names=names, all_nights=all_nights, where=where)


def _until(view: ActivationView, known_at_us: int) -> ActivationView:
    """Leave out the time after what was known: an open record must not be drawn into it."""
    known = view.monitored.intersect(
        Interval(view.monitored.start_us, max(known_at_us, view.monitored.start_us + 1))
    )
    assert known is not None, "both begin at the same instant"
    return replace(view, monitored=known)


def _by_activation(records: Sequence[Record]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        found[record.activation_id].append(record)
    return found


def _write_index(
    out_dir: Path,
    run: RunView,
    *,
    names: Mapping[str, str],
    all_nights: Mapping[str, Sequence[Night]],
    where: Mapping[str, str],
) -> Path:
    groups = {
        "Incidents": _lists(run, where),
        "People and accumulated time": _people(run, names),
        "People by nights": _grids(run, all_nights, names, where),
    }
    inside = _place(out_dir, run, groups)
    page = render_page(
        "index.html.j2",
        run=run,
        known=words.utc_words(run.known_at_us),
        generated=words.utc_words(run.generated_us),
        summary=_summary(run, all_nights),
        counts=contents.kind_counts(run.incidents),
        outcomes=contents.outcome_counts(run.attendance),
        letters=contents.letter_key(),
        lists=inside["Incidents"],
        people=inside["People and accumulated time"],
        grids=inside["People by nights"],
        rejects=sorted(run.reject_counts.items()),
    )
    write(out_dir / "index.html", page)
    return out_dir / "index.html"


def _place(
    out_dir: Path, run: RunView, groups: Mapping[str, Sequence[Part]]
) -> dict[str, list[dict[str, Any]]]:
    """Put each group of parts on the index while there is room, else each part on its own page, linked."""
    room = PAGE_BYTES * _INDEX_ROOM
    placed: dict[str, list[dict[str, Any]]] = {}
    for heading, parts in groups.items():
        size = sum(len(part.html.encode()) for part in parts)
        apart = size > room
        room -= 0 if apart else size
        if apart:
            _write_apart(out_dir, run, heading, parts)
        placed[heading] = [
            {"title": part.title, "link": part.file, "html": None if apart else Markup(part.html)}  # noqa: S704
            for part in parts
        ]
    return placed


def _write_apart(out_dir: Path, run: RunView, heading: str, parts: Sequence[Part]) -> None:
    for part in parts:
        page = render_page(
            "part.html.j2",
            run=run,
            heading=heading,
            title=part.title,
            html=Markup(part.html),  # noqa: S704 - rendered by our templates
            letters=contents.letter_key(),
        )
        write(out_dir / part.file, page)


def _grids(
    run: RunView,
    all_nights: Mapping[str, Sequence[Night]],
    names: Mapping[str, str],
    where: Mapping[str, str],
) -> list[Part]:
    grids = contents.grids(run, all_nights, links=names, places=where)
    return [
        Part(f"nights-{k}.html", grid.title, render("grid.html.j2", grid=grid))
        for k, grid in enumerate(grids, 1)
    ]


def _people(run: RunView, names: Mapping[str, str]) -> list[Part]:
    rows = contents.people(run, _by_activation(run.measures), links=names)
    for row in rows:
        row["bar"] = Markup(row["bar"])  # noqa: S704 - made by strip.py
    blocks = [rows[i : i + _PEOPLE_MOST] for i in range(0, len(rows), _PEOPLE_MOST)]
    parts = []
    for k, block in enumerate(blocks, 1):
        title = f"Part {k} of {len(blocks)}" if len(blocks) > 1 else "All people"
        parts.append(Part(f"people-{k}.html", title, render("people.html.j2", title=title, rows=block)))
    return parts


def _lists(run: RunView, where: Mapping[str, str]) -> list[Part]:
    zones = {view.activation_id: view.time_zone for view in run.activations}
    by_kind: dict[str, list[Incident]] = defaultdict(list)
    for incident in sorted(run.incidents, key=lambda i: (i.start_us, i.incident_id)):
        by_kind[str(incident.kind)].append(incident)
    parts = []
    for kind, group in sorted(by_kind.items()):
        blocks = [group[i : i + _LIST_MOST] for i in range(0, len(group), _LIST_MOST)]
        for k, block in enumerate(blocks, 1):
            title = words.KIND_WORDS[block[0].kind] + (
                f", part {k} of {len(blocks)}" if len(blocks) > 1 else ""
            )
            lines = [contents.incident_line(i, zones[i.activation_id], where) for i in block]
            html = render("incidents.html.j2", anchor=f"kind-{kind}-{k}", title=title, lines=lines)
            parts.append(Part(f"incidents-{kind}-{k}.html", f"{title}: {len(block)}", html))
    return parts


def _summary(run: RunView, all_nights: Mapping[str, Sequence[Night]]) -> list[tuple[str, str]]:
    return [
        ("People", f"{len({view.wearer_ref for view in run.activations}):,}"),
        ("Activations", f"{len(run.activations):,}"),
        ("Nights", f"{sum(len(found) for found in all_nights.values()):,}"),
        ("Positions", f"{sum(len(view.fixes) for view in run.activations):,}"),
        ("Equipment reports", f"{sum(len(view.statuses) for view in run.activations):,}"),
        ("Incidents", f"{len(run.incidents):,}"),
        ("Records that could not be used", f"{sum(run.reject_counts.values()):,}"),
        ("Facts known until", words.utc_words(run.known_at_us)),
        ("Code", run.code_version),
    ]
