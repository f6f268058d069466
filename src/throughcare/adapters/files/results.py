"""Results as files: incidents, rejects, appointments, measures, events, and the manifest that seals them."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import platform
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from throughcare.adapters.files.atomic import atomic_bytes, atomic_file
from throughcare.kernel.time import iso_utc, parse_instant
from throughcare.monitoring.incidents import AttendanceRecord, Incident, Measure
from throughcare.monitoring.intake import Reject

REJECT_COLUMNS = ("file", "row", "field", "reason", "words", "key", "t", "raw")
ATTENDANCE_COLUMNS = (
    "activation_id",
    "wearer_ref",
    "order_id",
    "condition_id",
    "due_start",
    "due_end",
    "outcome",
    "arrived",
    "stayed_s",
    "reasons",
)
MEASURE_COLUMNS = (
    "activation_id",
    "wearer_ref",
    "order_id",
    "condition_id",
    "name",
    "value",
    "unit",
    "low",
    "high",
)
_TEXT, _TIME, _FLOAT, _INT = pa.string(), pa.timestamp("us", tz="UTC"), pa.float64(), pa.int64()
INCIDENT_SCHEMA = pa.schema(
    [
        ("incident_id", _TEXT),
        ("kind", _TEXT),
        ("code", _TEXT),
        ("status", _TEXT),
        ("activation_id", _TEXT),
        ("wearer_ref", _TEXT),
        ("order_id", _TEXT),
        ("order_version", _INT),
        ("condition_id", _TEXT),
        ("window_start", _TIME),
        ("window_end", _TIME),
        ("start", _TIME),
        ("end", _TIME),
        ("detected", _TIME),
        ("low_s", _FLOAT),
        ("best_s", _FLOAT),
        ("high_s", _FLOAT),
        ("unknown_s", _FLOAT),
        ("atv_s", _FLOAT),
        ("confidence", _FLOAT),
        ("cause", _TEXT),
        ("why", _TEXT),
        ("spells", _TEXT),
        ("allowed", _TEXT),
        ("reasons", _TEXT),
        ("watch_id", _TEXT),
        ("parameters_id", _TEXT),
    ]
)
# the last four are the wide forms, which a spreadsheet in a Japanese or Chinese locale reads as the first four
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def guarded(cell: object) -> object:
    """Return a cell that a spreadsheet cannot take for a formula: such texts get an apostrophe in front.

    Numbers stay as they are; None is an empty cell. (OWASP, CSV Injection.)
    """
    if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
        return ""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


@contextmanager
def csv_sink(path: Path, columns: Sequence[str]) -> Iterator[Callable[[Iterable[Mapping[str, Any]]], None]]:
    """Give a function that adds rows to a CSV file (RFC 4180, UTF-8), which appears when the block ends well.

    Lists and objects are written as JSON; cells are guarded against formula injection.
    """
    with atomic_file(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="", errors="backslashreplace")
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(columns)

        def add(rows: Iterable[Mapping[str, Any]]) -> None:
            writer.writerows([guarded(_flat(row[column])) for column in columns] for row in rows)

        yield add
        text.flush()
        text.detach()


@contextmanager
def reject_sink(path: Path) -> Iterator[Callable[[Iterable[Reject]], None]]:
    """Give a function that adds rejects to the rejects file, so that a long run need not hold them."""
    with csv_sink(path, REJECT_COLUMNS) as add:
        yield lambda rejects: add(reject.as_dict() for reject in rejects)


def write_rejects(path: Path, rejects: Iterable[Reject]) -> None:
    """Write the rejects as CSV."""
    with reject_sink(path) as add:
        add(rejects)


def write_attendance(path: Path, records: Iterable[AttendanceRecord]) -> None:
    """Write what became of each appointment as CSV."""
    with csv_sink(path, ATTENDANCE_COLUMNS) as add:
        add(record.as_dict() for record in records)


def write_measures(path: Path, measures: Iterable[Measure]) -> None:
    """Write the measures as CSV."""
    with csv_sink(path, MEASURE_COLUMNS) as add:
        add(measure.as_dict() for measure in measures)


def write_events(path: Path, events: Iterable[Mapping[str, Any]]) -> None:
    """Write events (JSON values) as NDJSON, one a line."""
    with atomic_file(path) as file:
        for event in events:
            file.write(_json(event).encode() + b"\n")


def write_incidents(folder: Path, incidents: Sequence[Incident]) -> tuple[Path, Path, Path]:
    """Write the incidents as ``incidents.json``, ``incidents.csv`` and ``incidents.parquet``.

    JSON holds them whole. In CSV and Parquet the lists are JSON texts, and ``why`` joins the reasons' words.
    """
    paths = folder / "incidents.json", folder / "incidents.csv", folder / "incidents.parquet"
    rows = [incident.as_dict() for incident in incidents]
    lines = ",\n".join(_json(row) for row in rows)
    atomic_bytes(paths[0], f"[\n{lines}\n]\n".encode() if rows else b"[]\n")
    flat = [row | {"why": " ".join(reason["words"] for reason in row["reasons"])} for row in rows]
    with csv_sink(paths[1], INCIDENT_SCHEMA.names) as add:
        add(flat)
    with atomic_file(paths[2]) as file:
        pq.write_table(_incident_table(flat), file)
    return paths


def _incident_table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    columns = [
        pa.array([_typed(row[column.name], column.type) for row in rows], column.type)
        for column in INCIDENT_SCHEMA
    ]
    return pa.table(columns, schema=INCIDENT_SCHEMA)


def _typed(value: object, kind: pa.DataType) -> object:
    if value is None:
        return None
    if kind == _TIME:
        return parse_instant(str(value))
    return _flat(value)


def _flat(value: object) -> object:
    return _json(value) if isinstance(value, list | tuple | dict) else value


def _json(value: object) -> str:
    return json.dumps(_finite(value), ensure_ascii=False, allow_nan=False)


def _finite(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return JSON values with numbers that JSON does not know (NaN, infinity) as null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def file_record(path: Path) -> dict[str, Any]:
    """Return the file's name, size and SHA-256: what a manifest says of it."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"name": path.name, "bytes": path.stat().st_size, "sha256": digest}


def write_manifest(
    path: Path,
    *,
    inputs: Iterable[Path],
    outputs: Iterable[Path],
    parameters: Mapping[str, Any],
    now_us: int,
    known_at_us: int | None = None,
) -> None:
    """Write the manifest of a run: what went in, what came out, with which code, parameters and clock.

    Parameters
    ----------
    path : Path
    inputs, outputs : iterable of Path
        Hashed as they stand on the disk; only their names are recorded, never their folders.
    parameters : mapping
        JSON values.
    now_us : int
        The run's now.
    known_at_us : int or None
        The run used the orders as they were known then; None is ``now_us``.
    """
    packages = ("throughcare", "numpy", "numba", "pyarrow", "shapely")
    content = {
        "schema": "throughcare.manifest/1",
        "now": iso_utc(now_us),
        "known_at": iso_utc(now_us if known_at_us is None else known_at_us),
        "versions": {"python": platform.python_version()} | {name: version(name) for name in packages},
        "parameters": dict(parameters),
        "inputs": [file_record(item) for item in inputs],
        "outputs": [file_record(item) for item in outputs],
    }
    atomic_bytes(
        path, (json.dumps(_finite(content), indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()
    )
