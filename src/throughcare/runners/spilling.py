"""Spilling: facts of files larger than memory, tied to activations and set down by group.

A file is read block by block, whatever order its rows are in; each block's facts are appended to a file of their
group. No more than one block is held. What is read back is what :func:`~throughcare.runners.loading.load_facts`
would have held, and the rows are in the order of the input.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from throughcare.adapters.files.options import ReadOptions
from throughcare.adapters.files.reading import open_positions, open_statuses
from throughcare.adapters.files.results import reject_sink
from throughcare.kernel.columns import NO_TIME_US, Ints
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.intake import Note, Reject
from throughcare.monitoring.screening import Screen
from throughcare.monitoring.status import Statuses

Kind = TypeVar("Kind", Fixes, Statuses)


@dataclass(frozen=True, slots=True)
class SpillTask:
    """One file to read.

    Parameters
    ----------
    number : int
        Place of the file among all; parts that several processes set down are read back in this order.
    group_of : dict of activation id to int
    folder : Path
        Where parts are set down.
    """

    number: int
    path: Path
    is_positions: bool
    options: ReadOptions
    screen: Screen
    group_of: dict[str, int]
    folder: Path


@dataclass(frozen=True, slots=True)
class Spilled:
    """What became of one file's rows: every row is a fact, a reject, a counted duplicate or set aside."""

    rows: int
    facts: int
    set_aside: int
    newest_us: int
    rejected: Counter[str]
    notes: tuple[Note, ...]
    rejects_path: Path


def spill_file(task: SpillTask) -> Spilled:
    """Read one file and set its facts down by group."""
    rows = facts = set_aside = 0
    newest_us = NO_TIME_US
    rejected: Counter[str] = Counter()
    notes: list[Note] = []
    rejects_path = task.folder / f"rejects-{task.number:05d}.csv"
    with reject_sink(rejects_path) as add:
        for batch, rejects, noted, (read, aside) in _blocks(task):
            _set_down(batch, task)
            add(rejects)
            rejected.update(reject.reason for reject in rejects)
            notes.extend(noted)
            rows, facts, set_aside = rows + read, facts + len(batch), set_aside + aside
            newest_us = max(newest_us, int(batch.t_us.max()) if len(batch) else NO_TIME_US)
    return Spilled(rows, facts, set_aside, newest_us, rejected, tuple(notes), rejects_path)


Block = tuple[Fixes | Statuses, tuple[Reject, ...], tuple[Note, ...], tuple[int, int]]


def _blocks(task: SpillTask) -> Iterator[Block]:
    name = task.path.name
    if task.is_positions:
        for chunk in open_positions(task.path, options=task.options):
            tied = task.screen.positions(chunk.positions, file=name)
            yield (
                tied.fixes,
                (*chunk.rejects, *tied.rejects),
                (*chunk.notes, *tied.notes),
                (chunk.rows, chunk.set_aside),
            )
        return
    for block in open_statuses(task.path, options=task.options):
        known = task.screen.readings(block.readings, file=name)
        yield (
            known.statuses,
            (*block.rejects, *known.rejects),
            (*block.notes, *known.notes),
            (block.rows, block.set_aside),
        )


def _set_down(batch: Fixes | Statuses, task: SpillTask) -> None:
    if not len(batch):
        return
    group: Ints = np.array([task.group_of[name] for name in batch.keys], np.int64)[batch.key]
    order: Ints = np.argsort(group, kind="stable")
    edges = [0, *(np.flatnonzero(np.diff(group[order])) + 1).tolist(), len(order)]
    numbers = {name: number for number, name in enumerate(task.group_of)}
    activation = np.array([numbers[name] for name in batch.keys], np.int64)[batch.key]
    columns = [activation, *(getattr(batch, name).view(np.int64) for name in batch.columns())]
    words = np.stack(columns, axis=1)[order]
    for first, after in itertools.pairwise(edges):
        path = _part(task.folder, type(batch), int(group[order[first]]), task.number)
        with path.open("ab") as part:
            words[first:after].tofile(part)


def _part(folder: Path, kind: type[Fixes | Statuses], group: int, number: int) -> Path:
    return folder / f"{kind.__name__.lower()}-{group:06d}-{number:05d}.words"


def read_back(folder: Path, kind: type[Kind], *, group: int, names: Sequence[str]) -> Kind:
    """Return a group's facts.

    Parameters
    ----------
    names : sequence of str
        Every activation id, in the order of ``group_of``.
    """
    width = 1 + len(kind.columns())
    parts = sorted(folder.glob(f"{kind.__name__.lower()}-{group:06d}-*.words"))
    found = [np.fromfile(part, np.int64).reshape(-1, width) for part in parts]
    words = np.concatenate(found) if found else np.empty((0, width), np.int64)
    number, key = np.unique(words[:, 0], return_inverse=True)
    columns: dict[str, object] = {
        name: np.ascontiguousarray(words[:, place]).view(dtype)
        for place, (name, (dtype, _)) in enumerate(kind.columns().items(), 1)
    }
    return kind.build(key=key, keys=tuple(names[i] for i in number.tolist()), **columns)
