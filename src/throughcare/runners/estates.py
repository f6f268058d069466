"""Estates: monitoring of more facts than memory holds, on every core, group of orders after group of orders.

First every file is read once and its facts are set down by group (:mod:`~throughcare.runners.spilling`); then each
group is monitored whole, as :func:`~throughcare.runners.monitoring.monitor` does, and written to a folder of its own.
Files and groups are the jobs, so that what is found does not depend on how many processes share them.
"""

from __future__ import annotations

import json
import multiprocessing
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from throughcare.adapters.files.options import ReadOptions
from throughcare.adapters.files.results import write_manifest
from throughcare.kernel.columns import NO_TIME_US
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.screening import Screen
from throughcare.monitoring.status import Statuses
from throughcare.orders.history import OrderHistory
from throughcare.runners.loading import Loaded, Progress, activations_of, places_of
from throughcare.runners.monitoring import monitor
from throughcare.runners.spilling import Spilled, SpillTask, read_back, spill_file
from throughcare.runners.writing import write_run

Job = TypeVar("Job")
Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class EstateQuestion:
    """What is asked of an estate.

    Parameters
    ----------
    orders_per_group : int
        Orders monitored, and held in memory, at once by each process.
    workers : int
        Processes; it changes no result.
    now_us : int or None
        The instant to evaluate at; None is the newest fact's.
    clock_us : int
        When the command began: nothing can have happened after it.
    """

    parameters: Parameters
    options: ReadOptions
    now_us: int | None
    known_at_us: int
    clock_us: int
    orders_per_group: int
    workers: int
    correct_week_rollover: bool = False
    with_reports: bool = True
    with_packs: bool = False


@dataclass(frozen=True, slots=True)
class EstateFound:
    """What was found: how many rows, facts, rejects by reason, and incidents by kind and code."""

    now_us: int
    groups: int
    rows: int
    facts: int
    rejected: Counter[str]
    incidents: Counter[tuple[str, str]]


def monitor_estate(
    histories: Sequence[OrderHistory],
    positions: Sequence[Path],
    statuses: Sequence[Path],
    *,
    question: EstateQuestion,
    out_dir: Path,
    progress: Progress,
) -> EstateFound:
    """Monitor files of any size; write each group to ``out_dir/groups/<number>`` and a summary beside them.

    Disk of about 110 bytes a position and 50 a status is used in ``out_dir`` meanwhile, and given back.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    ordered = sorted(histories, key=lambda history: history.order_id)
    size = question.orders_per_group
    groups = [tuple(ordered[first : first + size]) for first in range(0, len(ordered), size)]
    with tempfile.TemporaryDirectory(dir=out_dir, prefix=".spill-") as name:
        folder = Path(name)
        group_of = {
            activation.activation_id: number
            for number, group in enumerate(groups)
            for activation in activations_of(group, known_at_us=question.known_at_us)
        }
        spilled = _spill(histories, positions, statuses, question, group_of, folder, progress)
        now_us = max((part.newest_us for part in spilled), default=NO_TIME_US)
        now_us = max(now_us, 0) if question.now_us is None else question.now_us
        jobs = [
            _Group(
                number, group, tuple(group_of), folder, out_dir / "groups" / f"{number:06d}", now_us, question
            )
            for number, group in enumerate(groups)
        ]
        counts = _each(_monitor_group, jobs, question.workers, lambda n: progress("monitoring", n, len(jobs)))
        incidents: Counter[tuple[str, str]] = Counter()
        for counted in counts:
            incidents.update(counted)
        _join_rejects(out_dir / "rejects.csv", spilled)
    found = EstateFound(
        now_us=now_us,
        groups=len(groups),
        rows=sum(part.rows for part in spilled),
        facts=sum(part.facts for part in spilled),
        rejected=sum((part.rejected for part in spilled), Counter()),
        incidents=incidents,
    )
    _write_summary(out_dir, found, spilled, question, [*positions, *statuses])
    return found


@dataclass(frozen=True, slots=True)
class _Group:
    number: int
    histories: tuple[OrderHistory, ...]
    names: tuple[str, ...]
    folder: Path
    out_dir: Path
    now_us: int
    question: EstateQuestion


def _spill(
    histories: Sequence[OrderHistory],
    positions: Sequence[Path],
    statuses: Sequence[Path],
    question: EstateQuestion,
    group_of: dict[str, int],
    folder: Path,
    progress: Progress,
) -> list[Spilled]:
    screen = Screen(
        activations_of(histories, known_at_us=question.known_at_us),
        now_us=max(question.clock_us, question.now_us or 0),
        places=places_of(histories),
        correct_week_rollover=question.correct_week_rollover,
    )
    files = [(path, True) for path in positions] + [(path, False) for path in statuses]
    jobs = [
        SpillTask(number, path, is_positions, question.options, screen, group_of, folder)
        for number, (path, is_positions) in enumerate(files)
    ]
    return list(_each(spill_file, jobs, question.workers, lambda n: progress("reading files", n, len(jobs))))


def _each(
    work: Callable[[Job], Done], jobs: Sequence[Job], workers: int, done: Callable[[int], None]
) -> Iterator[Done]:
    """Yield the result of each job, in the order of the jobs."""
    if workers <= 1 or len(jobs) <= 1:
        yield from _told(map(work, jobs), done)
        return
    # spawned, not forked: the progress bar has a thread of its own
    with ProcessPoolExecutor(min(workers, len(jobs)), multiprocessing.get_context("spawn")) as pool:
        yield from _told(pool.map(work, jobs), done)


def _told(results: Iterable[Done], done: Callable[[int], None]) -> Iterator[Done]:
    for number, result in enumerate(results, 1):
        done(number)
        yield result


def _monitor_group(job: _Group) -> Counter[tuple[str, str]]:
    question = job.question
    fixes = read_back(job.folder, Fixes, group=job.number, names=job.names)
    statuses = read_back(job.folder, Statuses, group=job.number, names=job.names)
    found = monitor(
        job.histories,
        fixes,
        statuses,
        parameters=question.parameters,
        now_us=job.now_us,
        known_at_us=question.known_at_us,
        progress=lambda *_: None,
        with_evidence=question.with_reports or question.with_packs,
    )
    loaded = Loaded(fixes, statuses, rejects=(), notes=(), rows=len(fixes) + len(statuses), set_aside=0)
    write_run(
        job.out_dir,
        found,
        loaded,
        title=f"Group {job.number}",
        generated_us=question.clock_us,
        inputs=[],
        with_report=question.with_reports,
        with_packs=question.with_packs,
        progress=lambda *_: None,
    )
    return Counter((str(incident.kind), str(incident.code)) for incident in found.incidents)


def _join_rejects(path: Path, spilled: Sequence[Spilled]) -> None:
    with path.open("wb") as joined:
        for number, part in enumerate(spilled):
            with part.rejects_path.open("rb") as lines:
                if number:
                    lines.readline()  # the header stands once
                while block := lines.read(1 << 20):
                    joined.write(block)


def _write_summary(
    out_dir: Path,
    found: EstateFound,
    spilled: Sequence[Spilled],
    question: EstateQuestion,
    inputs: Sequence[Path],
) -> None:
    notes: Counter[str] = Counter()
    for part in spilled:
        notes.update({note.words: note.count for note in part.notes})
    content: dict[str, Any] = {
        "groups": found.groups,
        "rows": found.rows,
        "facts": found.facts,
        "set_aside": sum(part.set_aside for part in spilled),
        "rejected": dict(sorted(found.rejected.items())),
        "notes": dict(sorted(notes.items())),
        "incidents": [[kind, code, count] for (kind, code), count in sorted(found.incidents.items())],
    }
    summary = out_dir / "summary.json"
    summary.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    write_manifest(
        out_dir / "manifest.json",
        inputs=inputs,
        outputs=[summary, out_dir / "rejects.csv", *sorted((out_dir / "groups").glob("*/manifest.json"))],
        parameters=question.parameters.as_dict(),
        now_us=found.now_us,
        known_at_us=question.known_at_us,
    )
