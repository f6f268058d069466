"""Positions and readings as files that the readers read back: MoJ's column names, Parquet or CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from throughcare.adapters.files.atomic import atomic_file
from throughcare.adapters.files.understand import KMH_PER_MPS
from throughcare.kernel.columns import NO_TIME_US, Floats, Ints
from throughcare.kernel.errors import RefusedInput
from throughcare.monitoring.fixes import Positions
from throughcare.monitoring.status import Readings, StatusKind

_INSTANT = pa.timestamp("us", tz="UTC")
_POSITION_SCHEMA = pa.schema(
    [
        ("device_id", pa.string()),
        ("position_id", pa.int64()),
        ("gps_date", _INSTANT),
        ("uploaded_date", _INSTANT),
        ("latitude", pa.float64()),
        ("longitude", pa.float64()),
        ("precision", pa.float64()),
        ("precision_level", pa.float64()),
        ("speed", pa.float64()),
        ("direction", pa.float64()),
        ("satellite", pa.float64()),
        ("hdop", pa.float64()),
        ("lbs", pa.int64()),
    ]
)
_READING_SCHEMA = pa.schema(
    [
        ("device_id", pa.string()),
        ("time", _INSTANT),
        ("kind", pa.string()),
        ("value", pa.float64()),
        ("received", _INSTANT),
    ]
)


def write_positions(path: Path, batches: Iterable[Positions]) -> None:
    """Write batches of positions one after the other, in MoJ's column names (speed in kilometres an hour).

    Parameters
    ----------
    path : Path
        Parquet or CSV by its ending. The file appears only when all is written.
    batches : iterable of Positions
        Keyed by device. ``position_id`` numbers the rows from 1.

    Raises
    ------
    RefusedInput
        If the ending is neither ``.parquet`` nor ``.csv``.
    """
    with position_sink(path) as add:
        for batch in batches:
            add(batch)


def write_readings(path: Path, batches: Iterable[Readings]) -> None:
    """Write batches of readings (device_id, time, kind, value, received) as :func:`write_positions`."""
    with reading_sink(path) as add:
        for batch in batches:
            add(batch)


@contextmanager
def position_sink(path: Path) -> Iterator[Callable[[Positions], None]]:
    """Give a function that adds positions to a file, for who has them piece by piece; else as :func:`write_positions`."""
    with _table_sink(path, _POSITION_SCHEMA) as writer:
        written = 0

        def add(batch: Positions) -> None:
            nonlocal written
            writer.write_table(_position_table(batch, written + 1))
            written += len(batch)

        yield add


@contextmanager
def reading_sink(path: Path) -> Iterator[Callable[[Readings], None]]:
    """Give a function that adds readings to a file, as :func:`position_sink`."""
    with _table_sink(path, _READING_SCHEMA) as writer:
        yield lambda batch: writer.write_table(_reading_table(batch))


def _position_table(batch: Positions, first: int) -> pa.Table:
    columns = [
        _names(batch.key, batch.keys),
        pa.array(np.arange(first, first + len(batch))),
        _instants(batch.t_us),
        _instants(batch.received_us),
        _numbers(batch.lat_deg),
        _numbers(batch.lon_deg),
        _numbers(batch.accuracy_m),
        _numbers(batch.level),
        _numbers(batch.speed_mps * KMH_PER_MPS),
        _numbers(batch.heading_deg),
        _numbers(batch.satellites),
        _numbers(batch.hdop),
        pa.array(batch.source),
    ]
    return pa.table(columns, schema=_POSITION_SCHEMA)


def _reading_table(batch: Readings) -> pa.Table:
    kinds = tuple(kind.name.lower() for kind in StatusKind)
    place = {int(kind): i for i, kind in enumerate(StatusKind)}
    kind = np.array([place[number] for number in batch.kind.tolist()], dtype=np.int64)
    columns = [
        _names(batch.key, batch.keys),
        _instants(batch.t_us),
        _names(kind, kinds),
        _numbers(batch.value),
        _instants(batch.received_us),
    ]
    return pa.table(columns, schema=_READING_SCHEMA)


def _names(key: Ints, keys: tuple[str, ...]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(key), pa.array(keys, pa.string())).cast(pa.string())


def _instants(t_us: Ints) -> pa.Array:
    return pa.array(t_us, mask=np.asarray(t_us == NO_TIME_US)).cast(_INSTANT)


def _numbers(values: Floats) -> pa.Array:
    return pa.array(values, mask=np.isnan(values))


class _CsvWriter:
    """Writes tables as CSV with ISO 8601 times, as the Parquet writer writes them as Parquet."""

    def __init__(self, file: IO[bytes], schema: pa.Schema) -> None:
        texts = [pa.field(f.name, pa.string() if f.type == _INSTANT else f.type) for f in schema]
        self._schema = pa.schema(texts)
        options = pacsv.WriteOptions(quoting_style="needed")
        self._writer = pacsv.CSVWriter(file, self._schema, write_options=options)

    def write_table(self, table: pa.Table) -> None:
        """Write the table's rows."""
        columns = [
            pc.strftime(column, format="%Y-%m-%dT%H:%M:%SZ") if column.type == _INSTANT else column
            for column in table.columns
        ]
        self._writer.write_table(pa.table(columns, schema=self._schema))

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()


@contextmanager
def _table_sink(path: Path, schema: pa.Schema) -> Iterator[pq.ParquetWriter | _CsvWriter]:
    ending = path.suffix.lower()
    if ending not in {".parquet", ".csv"}:
        action = "Choose one of these endings."
        raise RefusedInput(
            where=str(path), expected="a name ending in .parquet or .csv", found=ending, action=action
        )
    with atomic_file(path) as file:
        writer = pq.ParquetWriter(file, schema) if ending == ".parquet" else _CsvWriter(file, schema)
        try:
            yield writer
        finally:
            writer.close()
