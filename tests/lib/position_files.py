"""Small position files for tests: a sound row, rows with one thing wrong, and everything that a reader gave."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path

from throughcare.adapters.files.budget import RejectBudget
from throughcare.adapters.files.options import Chunk, ReadOptions, StatusChunk
from throughcare.adapters.files.reading import open_positions, open_statuses
from throughcare.monitoring.fixes import Positions
from throughcare.monitoring.intake import Reject
from throughcare.monitoring.status import Readings

ANY_BUDGET = RejectBudget(most=1.0)
SOUND = {
    "device_id": "T1",
    "position_id": "7",
    "gps_date": "2026-03-02T19:00:00Z",
    "recorded_date": "2026-03-02T19:00:01Z",
    "uploaded_date": "2026-03-02T19:05:00Z",
    "latitude": "51.0579",
    "longitude": "-1.3206",
    "precision": "12.5",
    "precision_level": "0.95",
    "speed": "36",
    "direction": "270",
    "satellite": "8",
    "hdop": "1.1",
    "lbs": "1",
}
GPX = """<?xml version="1.0"?>
<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
{points}
</trkseg></trk></gpx>
"""


def csv_text(*rows: dict[str, str]) -> str:
    """Return MoJ-style CSV of rows given by what differs from the sound one."""
    lines = [",".join(SOUND)]
    lines += [",".join((SOUND | row)[name] for name in SOUND) for row in rows]
    return "\n".join(lines) + "\n"


def csv_file(folder: Path, *rows: dict[str, str], name: str = "positions.csv") -> Path:
    """Write :func:`csv_text` to a file."""
    path = folder / name
    path.write_text(csv_text(*rows), encoding="utf-8")
    return path


def read(path: Path, **options: object) -> tuple[Positions, list[Reject], Counter[str]]:
    """Return all positions, rejects and note counts of a file, having checked that no row was lost."""
    chunks = list(open_positions(path, options=ReadOptions(**{"budget": ANY_BUDGET} | options)))
    check_nothing_lost(chunks)
    positions = Positions.concat([chunk.positions for chunk in chunks])
    return positions, [r for c in chunks for r in c.rejects], note_counts(chunks)


def read_statuses(path: Path, **options: object) -> tuple[Readings, list[Reject], Counter[str]]:
    """As :func:`read`, for a status file."""
    chunks = list(open_statuses(path, options=ReadOptions(**{"budget": ANY_BUDGET} | options)))
    check_nothing_lost(chunks)
    readings = Readings.concat([chunk.readings for chunk in chunks])
    return readings, [r for c in chunks for r in c.rejects], note_counts(chunks)


def check_nothing_lost(chunks: list[Chunk] | list[StatusChunk]) -> None:
    """Assert the law of every chunk: each row is a fact, a reject, or set aside."""
    for chunk in chunks:
        facts = chunk.positions if isinstance(chunk, Chunk) else chunk.readings
        assert chunk.rows == len(facts) + len(chunk.rejects) + chunk.set_aside
        assert 0 <= chunk.bytes_done <= chunk.bytes_total


def note_counts(chunks: list[Chunk] | list[StatusChunk]) -> Counter[str]:
    """Return how often each note was counted."""
    counts: Counter[str] = Counter()
    for chunk in chunks:
        for note in chunk.notes:
            counts[note.code] += note.count
    return counts


def facts(positions: Positions | Readings) -> list[tuple[object, ...]]:
    """Return the rows as comparable tuples, NaN as None, in the order of the file."""
    names = [positions.keys[i] for i in positions.key]
    columns = [getattr(positions, name).tolist() for name in positions.columns()]
    clean = [[None if value != value else value for value in column] for column in columns]  # noqa: PLR0124
    return list(zip(names, *clean, strict=True))


def told(rejects: list[Reject]) -> list[dict[str, object]]:
    """Return the rejects as comparable values."""
    return [dataclasses.asdict(reject) for reject in rejects]
