"""Writing: everything that a monitoring run leaves behind, each file whole or absent."""

from __future__ import annotations

import multiprocessing
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from throughcare.adapters.files.results import (
    write_attendance,
    write_events,
    write_incidents,
    write_manifest,
    write_measures,
    write_rejects,
)
from throughcare.adapters.reports.background import Background
from throughcare.adapters.reports.html import write_report
from throughcare.adapters.reports.pack import write_evidence
from throughcare.adapters.reports.view import ActivationView, RunView
from throughcare.monitoring.evidence import EvidenceBundle
from throughcare.monitoring.intake import Note
from throughcare.runners.loading import Loaded, Progress
from throughcare.runners.monitoring import Run
from throughcare.runners.views import run_view


def write_run(
    out_dir: Path,
    run: Run,
    loaded: Loaded,
    *,
    title: str,
    generated_us: int,
    inputs: Sequence[Path],
    background: Mapping[str, Any] | None = None,
    with_report: bool = True,
    with_packs: bool = True,
    progress: Progress,
) -> Path:
    """Write a run's data files, report and evidence packs to a folder; return the report, or the incidents file.

    Parameters
    ----------
    generated_us : int
        The clock of this run, for the title page; no result depends on it.
    inputs : sequence of Path
        Hashed into the manifest.
    background : GeoJSON FeatureCollection or None
        Streets and buildings under the maps.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    _clear_earlier(out_dir)
    written = _write_data(out_dir, run, loaded)
    entry = out_dir / "incidents.json"
    view = run_view(
        run,
        title=title,
        generated_us=generated_us,
        reject_counts=Counter(reject.reason for reject in loaded.rejects),
        notes=[_note_words(note) for note in loaded.notes],
    )
    if with_report:
        entry = write_report(
            out_dir / "report",
            view,
            background=background,
            progress=lambda done, total: progress("drawing the report", done, total),
        )
        written.extend(sorted(entry.parent.iterdir()))
    if with_packs:
        written.extend(_write_packs(out_dir / "evidence", view, background, progress))
    write_manifest(
        out_dir / "manifest.json",
        inputs=inputs,
        outputs=written,
        parameters=run.rules.parameters.as_dict(),
        now_us=run.now_us,
        known_at_us=run.rules.known_at_us,
    )
    return entry


def _clear_earlier(out_dir: Path) -> None:
    """Remove the report and the packs of an earlier run: a page of another run must not stand beside this one's.

    Only where a manifest shows that a run made them.
    """
    if (out_dir / "manifest.json").is_file():
        (out_dir / "manifest.json").unlink()
        for folder in ("report", "evidence"):
            shutil.rmtree(out_dir / folder, ignore_errors=True)


def _write_data(out_dir: Path, run: Run, loaded: Loaded) -> list[Path]:
    paths = {
        name: out_dir / name for name in ("rejects.csv", "attendance.csv", "measures.csv", "events.ndjson")
    }
    write_rejects(paths["rejects.csv"], loaded.rejects)
    write_attendance(paths["attendance.csv"], run.attendance)
    write_measures(paths["measures.csv"], run.measures)
    write_events(paths["events.ndjson"], (event.as_dict() for event in run.events))
    return [*write_incidents(out_dir, run.incidents), *paths.values()]


def _write_packs(
    folder: Path, view: RunView, background: Mapping[str, Any] | None, progress: Progress
) -> Iterable[Path]:
    jobs = [(folder, activation, bundle) for activation in view.activations for bundle in activation.bundles]
    workers = min(os.cpu_count() or 1, 1 + len(jobs) // JOBS_PER_WORKER)
    with ProcessPoolExecutor(
        workers, multiprocessing.get_context("spawn"), _set_background, (background,)
    ) as pool:
        for done, paths in enumerate(pool.map(_write_pack, jobs, chunksize=2), 1):
            yield from paths
            progress("writing evidence packs", done, len(jobs))


JOBS_PER_WORKER = 8  # a process takes about as long to start as this many packs take to write
_background: list[Background | None] = [None]  # of a worker process, set once when it starts


def _set_background(background: Mapping[str, Any] | None) -> None:
    _background[0] = Background.of(background) if background else None


def _write_pack(job: tuple[Path, ActivationView, EvidenceBundle]) -> tuple[Path, Path]:
    folder, activation, bundle = job
    return write_evidence(folder, bundle, activation=activation, background=_background[0])


def _note_words(note: Note) -> str:
    return f"{note.count:,}: {note.words}"
