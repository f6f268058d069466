"""Crossings as a table: one row for each time that a device's positions entered or left a zone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from throughcare.adapters.files.atomic import atomic_file
from throughcare.adapters.files.results import csv_sink
from throughcare.kernel.columns import Floats, Ints
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import iso_utc
from throughcare.monitoring.crossing_zones import ZoneSet
from throughcare.monitoring.crossings import Crossings

CROSSING_SCHEMA = pa.schema(
    [
        ("device_id", pa.string()),
        ("time", pa.timestamp("us", tz="UTC")),
        ("zone_id", pa.string()),
        ("shared", pa.bool_()),
        ("change", pa.string()),
        ("latitude", pa.float64()),
        ("longitude", pa.float64()),
    ]
)
ENDINGS = (".parquet", ".csv")
CHANGES = ("exit", "enter")


def check_ending(path: Path) -> None:
    """Refuse a name that says no format, before any work is done."""
    if path.suffix.lower() not in ENDINGS:
        raise RefusedInput(
            where=str(path),
            expected=f"a name ending in {' or '.join(ENDINGS)}",
            found=repr(path.name),
            action="Choose one of these endings.",
        )


def write_crossings(
    path: Path, crossings: Crossings, *, zones: ZoneSet, t_us: Ints, lat_deg: Floats, lon_deg: Floats
) -> None:
    """Write the crossings, Parquet or CSV by the ending; the file appears only when all is written.

    Parameters
    ----------
    t_us, lat_deg, lon_deg : arrays of shape (n,)
        The positions whose rows the crossings name.

    Raises
    ------
    RefusedInput
        If the ending is neither ``.parquet`` nor ``.csv``.
    """
    check_ending(path)
    row = crossings.row
    shared = np.array([zone.activation is None for zone in zones.zones], np.bool_)
    columns = [
        _named(crossings.activation, zones.activations),
        pa.array(t_us[row]).cast(CROSSING_SCHEMA.field("time").type),
        _named(crossings.zone, tuple(zone.zone_id for zone in zones.zones)),
        pa.array(shared[crossings.zone]),
        _named(crossings.entered.astype(np.int64), CHANGES),
        pa.array(lat_deg[row]),
        pa.array(lon_deg[row]),
    ]
    table = pa.table(columns, schema=CROSSING_SCHEMA)
    if path.suffix.lower() == ".csv":
        with csv_sink(path, CROSSING_SCHEMA.names) as add:
            for batch in table.to_batches(max_chunksize=100_000):
                add(_texts(batch))
        return
    with atomic_file(path) as file:
        pq.write_table(table, file)


def _named(index: Ints, names: tuple[str, ...]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(index), pa.array(names, pa.string())).cast(pa.string())


def _texts(batch: pa.RecordBatch) -> Iterator[Mapping[str, Any]]:
    instants = batch.column("time").cast(pa.int64()).to_pylist()
    for row, t_us in zip(batch.drop_columns(["time"]).to_pylist(), instants, strict=True):
        yield {**row, "time": iso_utc(t_us), "shared": "true" if row["shared"] else "false"}
