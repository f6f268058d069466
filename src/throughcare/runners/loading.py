"""Loading: from files to facts about activations. What cannot be used is a reject; nothing is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from throughcare.adapters.files.options import ReadOptions
from throughcare.adapters.files.reading import open_positions, open_statuses
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import FOREVER_US, instant_us
from throughcare.monitoring.fixes import Fixes, Positions
from throughcare.monitoring.intake import Note, Reject
from throughcare.monitoring.items import Batch
from throughcare.monitoring.screening import Screen
from throughcare.monitoring.status import Statuses
from throughcare.orders.document import load_orders
from throughcare.orders.geometry import Circle, Geometry, Polygon
from throughcare.orders.history import OrderHistory, timeline
from throughcare.orders.model import Activation, Order

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """Facts tied to activations, and what was kept out of them.

    Parameters
    ----------
    rows : int
        Records read. Every one of them is a fix, a status, a reject, a counted duplicate or set aside.
    set_aside : int
        Records that state no position or status of their own, such as an NMEA sentence about satellites.
    """

    fixes: Fixes
    statuses: Statuses
    rejects: tuple[Reject, ...]
    notes: tuple[Note, ...]
    rows: int
    set_aside: int


def read_orders(path: Path) -> tuple[tuple[OrderHistory, ...], tuple[RefusedInput, ...]]:
    """Return the whole orders of a file and the refusals of the others.

    Raises
    ------
    RefusedInput
        If the file cannot be read, or holds no whole order.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise RefusedInput(
            where=str(path),
            expected="a JSON file of orders in UTF-8",
            found=str(problem),
            action="Check the path and the file's encoding.",
        ) from None
    loaded = load_orders(text, where=path.name)
    if not loaded.histories:
        raise RefusedInput(
            where=str(path),
            expected="at least one whole order",
            found=f"none; {len(loaded.refusals)} refused: {loaded.refusals[0] if loaded.refusals else 'empty file'}",
            action="Run `throughcare check-order` on the file and mend what it names.",
        )
    return loaded.histories, loaded.refusals


def activations_of(histories: Iterable[OrderHistory], *, known_at_us: int | None = None) -> list[Activation]:
    """Return the activations as the newest version in force of each order states them.

    Parameters
    ----------
    known_at_us : int or None
        Versions recorded later are not looked at; None looks at all.
    """
    known_us = FOREVER_US if known_at_us is None else known_at_us
    return [activation for history in histories for activation in _newest(history, known_us).values()]


def _newest(history: OrderHistory, known_at_us: int = FOREVER_US) -> dict[str, Activation]:
    pieces = timeline(history, known_at_us=known_at_us)
    return {a.activation_id: a for _, order in pieces for a in order.activations}


def places_of(histories: Iterable[OrderHistory]) -> dict[str, tuple[tuple[float, float], ...]]:
    """Return each activation's places as (latitude, longitude): what a swapped pair is recognised by."""
    found: dict[str, tuple[tuple[float, float], ...]] = {}
    for history in histories:
        points = tuple({point for order in history.versions for point in _points(order)})
        found.update(dict.fromkeys(_newest(history), points))
    return {activation_id: points for activation_id, points in found.items() if points}


def _points(order: Order) -> list[tuple[float, float]]:
    areas: list[Geometry] = [place.area for place in order.places]
    areas.extend(area for c in order.conditions if (area := getattr(c, "area", None)) is not None)
    return [_anchor(area) for area in areas]


def _anchor(area: Geometry) -> tuple[float, float]:
    if isinstance(area, Circle):
        lon, lat = area.centre
    elif isinstance(area, Polygon):
        lon, lat = area.coordinates[0][0]
    else:
        lon, lat = area.coordinates[0][0][0]
    return lat, lon


@dataclass(slots=True)
class _Tally:
    rejects: list[Reject] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    words: dict[str, str] = field(default_factory=dict)
    rows: int = 0
    set_aside: int = 0

    def add(self, rejects: Sequence[Reject], notes: Sequence[Note]) -> None:
        self.rejects.extend(rejects)
        for note in notes:
            self.counts[note.code] += note.count
            self.words[note.code] = note.words

    def notes(self) -> tuple[Note, ...]:
        return tuple(Note(code, count, self.words[code]) for code, count in sorted(self.counts.items()))


def load_facts(
    positions: Sequence[Path],
    statuses: Sequence[Path],
    *,
    histories: Sequence[OrderHistory],
    options: ReadOptions,
    now_us: int,
    known_at_us: int | None = None,
    correct_week_rollover: bool = False,
    progress: Progress,
) -> Loaded:
    """Return the facts of the files, tied to the orders' activations.

    Parameters
    ----------
    now_us : int
        Nothing can have happened after it; a later instant is a clock in the future.
    known_at_us : int or None
        Activations recorded later are unknown devices, as they are to the evaluation; None knows all.

    Raises
    ------
    RefusedInput
        If a file cannot be used at all, or so many rows are rejected that the mapping must be wrong.
    """
    screen = Screen(
        activations_of(histories, known_at_us=known_at_us),
        now_us=now_us,
        places=places_of(histories),
        correct_week_rollover=correct_week_rollover,
    )
    tally = _Tally()
    fixes: list[Fixes] = []
    for path in positions:
        for chunk in open_positions(path, options=options):
            screened = screen.positions(chunk.positions, file=path.name)
            fixes.append(screened.fixes)
            tally.add((*chunk.rejects, *screened.rejects), (*chunk.notes, *screened.notes))
            tally.rows += chunk.rows
            tally.set_aside += chunk.set_aside
            progress(f"reading {path.name}", chunk.bytes_done, chunk.bytes_total)
    read: list[Statuses] = []
    for path in statuses:
        for status_chunk in open_statuses(path, options=options):
            tied = screen.readings(status_chunk.readings, file=path.name)
            read.append(tied.statuses)
            tally.add((*status_chunk.rejects, *tied.rejects), (*status_chunk.notes, *tied.notes))
            tally.rows += status_chunk.rows
            tally.set_aside += status_chunk.set_aside
            progress(f"reading {path.name}", status_chunk.bytes_done, status_chunk.bytes_total)
    tally.add((), _unstated_levels(fixes))
    return Loaded(
        fixes=_without_repeats(fixes, Fixes, tally),
        statuses=_without_repeats(read, Statuses, tally),
        rejects=tuple(tally.rejects),
        notes=tally.notes(),
        rows=tally.rows,
        set_aside=tally.set_aside,
    )


def _unstated_levels(batches: list[Fixes]) -> list[Note]:
    count = sum(int(np.count_nonzero(np.isnan(b.level) & ~np.isnan(b.accuracy_m))) for b in batches)
    words = (
        "An accuracy came without the share of errors that it holds: it is read as 68 %, in the wearer's favour. "
        "State it with --accuracy-level."
    )
    return [Note("accuracy_level_not_stated", count, words)] if count else []


def _without_repeats(batches: list[Batch], kind: type[Batch], tally: _Tally) -> Batch:
    """Return the facts of all batches; a fact that two files or blocks repeat is kept once and counted."""
    whole = kind.concat(batches)
    if len(batches) < 2:
        return whole
    order = np.lexsort((whole.received_us, whole.content()))
    _, first = np.unique(whole.content()[order], return_index=True)
    if len(first) == len(whole):
        return whole
    repeated = len(whole) - len(first)
    tally.add(
        (), [Note("repeated_fact", repeated, "A fact that an earlier file or block held: it is kept once.")]
    )
    return whole.take(np.sort(order[first]))


def read_protected(paths: Sequence[Path], *, options: ReadOptions) -> tuple[Positions, Counter[str]]:
    """Return protected persons' positions, keyed by their opaque reference, and why others cannot be used.

    They are kept apart from everything else: the rejected rows are counted by reason and written nowhere.
    """
    chunks = [chunk for path in paths for chunk in open_positions(path, options=options)]
    rejected = Counter(reject.reason for chunk in chunks for reject in chunk.rejects)
    return Positions.concat([chunk.positions for chunk in chunks]), rejected


def earliest_us(histories: Iterable[OrderHistory]) -> int:
    """Return the first instant of any activation."""
    return min((instant_us(a.from_time) for a in activations_of(histories)), default=0)
