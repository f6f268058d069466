"""Open position and status files of any known format as a stream of blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from throughcare.adapters.files.budget import RejectTally
from throughcare.adapters.files.csv_blocks import csv_blocks
from throughcare.adapters.files.fields import POSITION_FIELDS, STATUS_FIELDS
from throughcare.adapters.files.gpx_blocks import gpx_blocks
from throughcare.adapters.files.ndjson_blocks import ndjson_blocks
from throughcare.adapters.files.nmea_blocks import nmea_blocks
from throughcare.adapters.files.options import FORMATS, Chunk, ReadOptions, StatusChunk
from throughcare.adapters.files.parquet_blocks import parquet_blocks
from throughcare.adapters.files.tables import Block
from throughcare.adapters.files.understand import ZonesSeen, understand_positions, understand_statuses
from throughcare.kernel.errors import RefusedInput

_ENDINGS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".gpx": "gpx",
    ".nmea": "nmea",
    ".nma": "nmea",
    ".log": "nmea",
}
_READERS: dict[str, Callable[..., Iterator[Block]]] = {
    "csv": csv_blocks,
    "ndjson": ndjson_blocks,
    "parquet": parquet_blocks,
    "gpx": gpx_blocks,
    "nmea": nmea_blocks,
}
_NAMELESS = ("gpx", "nmea")  # formats that say nothing about the device


def open_positions(path: Path, *, options: ReadOptions | None = None) -> Iterator[Chunk]:
    """Yield a position file block by block, in bounded memory.

    Every row of the file ends up in exactly one of the chunk's positions, its rejects or (NMEA, blank lines of
    a format that has them) ``set_aside``: nothing is lost.

    Parameters
    ----------
    path : Path
        CSV, NDJSON, Parquet, GPX or NMEA by its ending; CSV, NDJSON and NMEA may be gzipped (``.csv.gz``).
    options : ReadOptions or None

    Raises
    ------
    RefusedInput
        If the file as a whole cannot be used, or so many rows are rejected that the mapping must be wrong.
    """
    options = options or ReadOptions()
    form = file_format(path, options)
    if form in _NAMELESS and options.default_device is None:
        options = replace(options, default_device=_stem(path))
    zones, tally = ZonesSeen(), RejectTally(str(path), options.budget)
    for block in _READERS[form](
        path, fields=POSITION_FIELDS, needed=("device", "t", "lat", "lon"), options=options
    ):
        chunk = understand_positions(block, file=path.name, options=options, zones=zones)
        tally.add(chunk.rows, chunk.rejects)
        yield chunk


def open_statuses(path: Path, *, options: ReadOptions | None = None) -> Iterator[StatusChunk]:
    """Yield a status file (CSV, NDJSON or Parquet) block by block, as :func:`open_positions`."""
    options = options or ReadOptions()
    form = file_format(path, options)
    if form in _NAMELESS:
        raise RefusedInput(
            where=str(path),
            expected="statuses as CSV, NDJSON or Parquet",
            found=form.upper(),
            action="GPX and NMEA hold positions only: give the file as --positions.",
        )
    zones, tally = ZonesSeen(), RejectTally(str(path), options.budget)
    for block in _READERS[form](path, fields=STATUS_FIELDS, needed=("device", "t", "kind"), options=options):
        chunk = understand_statuses(block, file=path.name, options=options, zones=zones)
        tally.add(chunk.rows, chunk.rejects)
        yield chunk


def file_format(path: Path, options: ReadOptions) -> str:
    """Return the format that the caller names, or else the one that the file's ending says.

    Raises
    ------
    RefusedInput
        If the ending is not known.
    """
    if options.format is not None:
        return options.format
    name = path.name.lower().removesuffix(".gz")
    for ending, form in _ENDINGS.items():
        if name.endswith(ending):
            return form
    raise RefusedInput(
        where=str(path),
        expected=f"a file ending in {', '.join(_ENDINGS)} (or .gz after it)",
        found=repr(path.name),
        action=f"Name the format with --format, one of {', '.join(FORMATS)}.",
    )


def _stem(path: Path) -> str:
    name = path.name.removesuffix(".gz")
    return Path(name).stem
