"""What the caller says about a file, and what a reader gives back, block by block."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from throughcare.adapters.files.budget import RejectBudget
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import time_zone
from throughcare.monitoring.fixes import Positions
from throughcare.monitoring.intake import Note, Reject
from throughcare.monitoring.status import Readings

FORMATS = ("csv", "ndjson", "parquet", "gpx", "nmea")
BLOCK_ROWS = 250_000
BLOCK_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What a file does not say about itself.

    Parameters
    ----------
    time_zone : str or None
        IANA zone of times written without an offset. None: such times are rejected, never guessed.
    default_device : str or None
        Device of rows that name none. GPX and NMEA files fall back to the file's stem.
    accuracy_level : float or None
        Share of errors that the accuracy radius holds (0.68, 0.95), where no column says so.
    columns : mapping of str to str
        Our field to the file's column (``{"t": "when"}``); it goes before every name known by default.
    format : str or None
        One of ``FORMATS``; None takes it from the file's ending.
    first_date : date or None
        UTC date of the first sentence of an NMEA file that never states a date.
    block_rows, block_bytes : int
        Size of one block of columns (Parquet, GPX, NMEA) and of text (CSV, NDJSON).
    budget : RejectBudget
        When to stop because so many rows are rejected that the mapping must be wrong.
    """

    time_zone: str | None = None
    default_device: str | None = None
    accuracy_level: float | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    format: str | None = None
    first_date: dt.date | None = None
    block_rows: int = BLOCK_ROWS
    block_bytes: int = BLOCK_BYTES
    budget: RejectBudget = field(default_factory=RejectBudget)

    def __post_init__(self) -> None:
        if self.time_zone is not None:
            time_zone(self.time_zone)
        if self.format is not None and self.format not in FORMATS:
            raise RefusedInput(
                where="format",
                expected=f"one of {', '.join(FORMATS)}",
                found=repr(self.format),
                action="Name the file's format, or leave it out to take it from the file's ending.",
            )
        if self.accuracy_level is not None and not 0.0 < self.accuracy_level < 1.0:
            raise RefusedInput(
                where="accuracy level",
                expected="a share between 0 and 1, such as 0.68 or 0.95",
                found=repr(self.accuracy_level),
                action="Ask the device's maker what share of errors its accuracy radius holds.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """One block of a position file.

    ``rows == len(positions) + len(rejects) + set_aside`` holds for every chunk of every format.

    Parameters
    ----------
    positions : Positions
        Rows that can be used, keyed by device.
    rejects : tuple of Reject
    notes : tuple of Note
        What was made of rows that were kept (an accuracy of 0 read as unknown) or set aside.
    rows : int
        Rows of the input in this block (NMEA: lines).
    set_aside : int
        Rows that by design are neither a position nor an error (NMEA: satellites in view, comments).
    bytes_done, bytes_total : int
        Progress through the file as stored, compressed where it is compressed.
    """

    positions: Positions
    rejects: tuple[Reject, ...]
    notes: tuple[Note, ...]
    rows: int
    set_aside: int
    bytes_done: int
    bytes_total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChunk:
    """One block of a status file; the fields as :class:`Chunk`, with ``readings`` keyed by device or home unit."""

    readings: Readings
    rejects: tuple[Reject, ...]
    notes: tuple[Note, ...]
    rows: int
    set_aside: int
    bytes_done: int
    bytes_total: int
