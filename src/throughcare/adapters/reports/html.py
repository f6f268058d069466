"""Writing the whole report of a run into one folder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from throughcare.adapters.reports import contents, words
from throughcare.adapters.reports.activation_page import Facts, Looks, write_activation
from throughcare.adapters.reports.background import Background
from throughcare.adapters.reports.nights import Night, nights
from throughcare.adapters.reports.pages import PAGE_BYTES, page_names, render, render_page, write
from throughcare.adapters.reports.points import GAP_US
from throughcare.adapters.reports.view import RunView
from throughcare.monitoring.incidents import Incident

_LIST_MOST = 1_500  # incidents on one page of the list


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
    names = page_names([view.activation_id for view in run.activations])
    looks = Looks(gap_us, Background.of(background) if background else None)
    all_nights = {view.activation_id: nights(view) for view in run.activations}
    where: dict[str, str] = {}
    for done, (view, facts) in enumerate(_with_facts(run, all_nights), 1):
        where |= write_activation(out_dir, view, facts, name=names[view.activation_id], run=run, looks=looks)
        if progress is not None:
            progress(done, len(run.activations))
    return _write_index(out_dir, run, names, all_nights, where)


def _with_facts(run: RunView, all_nights: Mapping[str, tuple[Night, ...]]) -> list[tuple[Any, Facts]]:
    measures, attendance = defaultdict(list), defaultdict(list)
    for measure in run.measures:
        measures[measure.activation_id].append(measure)
    for record in run.attendance:
        attendance[record.activation_id].append(record)
    return [
        (
            view,
            Facts(
                all_nights[view.activation_id], measures[view.activation_id], attendance[view.activation_id]
            ),
        )
        for view in run.activations
    ]


def _write_index(
    out_dir: Path,
    run: RunView,
    names: Mapping[str, str],
    all_nights: Mapping[str, Sequence[Night]],
    where: Mapping[str, str],
) -> Path:
    grids = contents.grids(run, all_nights, links=names, places=where)
    grid_parts = [
        (f"nights-{k}.html", g.title, render("grid.html.j2", grid=g)) for k, g in enumerate(grids, 1)
    ]
    list_parts = _lists(run, where)
    room = PAGE_BYTES - 400 * len(run.activations) - 100_000
    inline_grids, room = _inline(out_dir, run, grid_parts, room, "People by nights")
    inline_lists, _ = _inline(out_dir, run, list_parts, room, "Incidents")
    page = render_page(
        "index.html.j2",
        run=run,
        known=words.utc_words(run.known_at_us),
        generated=words.utc_words(run.generated_us),
        summary=_summary(run, all_nights),
        counts=contents.kind_counts(run.incidents),
        people=[row | {"bar": Markup(row["bar"])} for row in contents.people(run, names)],  # noqa: S704 - strip.py
        outcomes=contents.outcome_counts(run.attendance),
        letters=contents.letter_key(),
        grids=inline_grids,
        lists=inline_lists,
        rejects=sorted(run.reject_counts.items()),
    )
    write(out_dir / "index.html", page)
    return out_dir / "index.html"


def _inline(
    out_dir: Path, run: RunView, parts: Sequence[tuple[str, str, str]], room: int, heading: str
) -> tuple[list[dict[str, Any]], int]:
    """Put parts on the index while all of them fit; else each on a page of its own, linked from the index."""
    size = sum(len(html.encode()) for _, _, html in parts)
    if size <= room:
        return [{"title": title, "html": Markup(html), "link": None} for _, title, html in parts], room - size  # noqa: S704
    for file, title, html in parts:
        page = render_page(
            "part.html.j2",
            run=run,
            heading=heading,
            title=title,
            html=Markup(html),  # noqa: S704 - rendered by our templates
            letters=contents.letter_key(),
        )
        write(out_dir / file, page)
    return [{"title": title, "html": None, "link": file} for file, title, _ in parts], room


def _lists(run: RunView, where: Mapping[str, str]) -> list[tuple[str, str, str]]:
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
            parts.append((f"incidents-{kind}-{k}.html", f"{title}: {len(block)}", html))
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
