"""Crossings of recorded files: zones and positions in, changes of zone state out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from throughcare.adapters.files.options import ReadOptions
from throughcare.adapters.files.reading import open_positions
from throughcare.adapters.files.zones_in import read_zones
from throughcare.kernel.columns import Floats, Ints
from throughcare.monitoring.crossing_zones import ZoneSet, compile_zones
from throughcare.monitoring.crossings import Crossings, find_crossings
from throughcare.monitoring.intake import Reject
from throughcare.runners.loading import Progress


@dataclass(frozen=True, slots=True)
class RecordedCrossings:
    """What was found, and the positions that the crossings' rows name.

    Parameters
    ----------
    devices : int
        Devices with a position.
    rows, set_aside : int
        Records read; records that by design are no position.
    """

    zones: ZoneSet
    crossings: Crossings
    t_us: Ints
    lat_deg: Floats
    lon_deg: Floats
    rejects: tuple[Reject, ...]
    devices: int
    rows: int
    set_aside: int


def recorded_crossings(
    zones: Path, positions: Sequence[Path], *, options: ReadOptions, threads: int, progress: Progress
) -> RecordedCrossings:
    """Return the crossings of the zones of a GeoJSON file by the positions of some files.

    Positions are known by device, as the files have them: no order is asked whose a device was. All of them are
    held at once, 32 bytes each and twice that while they are put together, so that any order of rows will do.

    Raises
    ------
    RefusedInput
        If a file cannot be used, or a zone cannot.
    """
    known = read_zones(zones)
    read = _Columns.read(positions, options, progress)
    names = tuple(
        sorted({*read.devices, *(zone.activation for zone in known if zone.activation is not None)})
    )
    place = {name: number for number, name in enumerate(names)}
    key = np.array([place[name] for name in read.devices], np.int64)[read.key]
    progress("finding crossings", 0, 1)
    compiled = compile_zones(known, activations=names)
    found = find_crossings(
        compiled, key=key, t_us=read.t_us, lat_deg=read.lat_deg, lon_deg=read.lon_deg, threads=threads
    )
    progress("finding crossings", 1, 1)
    return RecordedCrossings(
        zones=compiled,
        crossings=found,
        t_us=read.t_us,
        lat_deg=read.lat_deg,
        lon_deg=read.lon_deg,
        rejects=read.rejects,
        devices=len(read.devices),
        rows=read.rows,
        set_aside=read.set_aside,
    )


@dataclass(frozen=True, slots=True)
class _Columns:
    devices: tuple[str, ...]
    key: Ints
    t_us: Ints
    lat_deg: Floats
    lon_deg: Floats
    rejects: tuple[Reject, ...]
    rows: int
    set_aside: int

    @classmethod
    def read(cls, paths: Sequence[Path], options: ReadOptions, progress: Progress) -> _Columns:
        place: dict[str, int] = {}
        parts: list[tuple[Ints, Ints, Floats, Floats]] = []
        rejects: list[Reject] = []
        rows = set_aside = 0
        for path in paths:
            for chunk in open_positions(path, options=options):
                some = chunk.positions
                here = np.array([place.setdefault(name, len(place)) for name in some.keys], np.int64)
                parts.append((here[some.key], some.t_us, some.lat_deg, some.lon_deg))
                rejects.extend(chunk.rejects)
                rows += chunk.rows
                set_aside += chunk.set_aside
                progress(f"reading {path.name}", chunk.bytes_done, chunk.bytes_total)
        none = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0))
        key, t_us, lat_deg, lon_deg = (np.concatenate(column) for column in zip(none, *parts, strict=True))
        return cls(tuple(place), key, t_us, lat_deg, lon_deg, tuple(rejects), rows, set_aside)
