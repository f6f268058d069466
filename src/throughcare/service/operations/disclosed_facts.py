"""What tags and home units said, as tables for the person: too many rows for a page, so columns all the way."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from enum import IntEnum

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from numpy.typing import NDArray

from throughcare.kernel.time import DAY_US, SECOND_US
from throughcare.monitoring.fixes import Fixes, Source
from throughcare.monitoring.status import Statuses, StatusKind
from throughcare.service.monitoring.recorded import recorded
from throughcare.service.orders.queries import ActivationSpan, activations_of_person

_MONTH_US = 31 * DAY_US
_TEXT, _NUMBER = pa.string(), pa.float64()
POSITIONS = pa.schema(
    [
        ("at", _TEXT),
        ("tag", _TEXT),
        ("lat_deg", _NUMBER),
        ("lon_deg", _NUMBER),
        ("accuracy_m", _NUMBER),
        ("source", _TEXT),
    ]
)
STATUSES = pa.schema([("at", _TEXT), ("tag", _TEXT), ("what", _TEXT), ("value", _NUMBER)])


def write_facts(file: zipfile.ZipFile, person_ref: str, *, now_us: int) -> tuple[int, int]:
    """Write ``positions.csv`` and ``statuses.csv`` into a zip file, from the database and the archive.

    Returns
    -------
    tuple of int
        How many positions and how many statuses there were.
    """
    statuses: list[pa.Table] = []
    positions = 0
    with file.open("positions.csv", "w") as to, pa_csv.CSVWriter(to, POSITIONS) as writer:
        for span, fixes, said in _months(person_ref, now_us):
            table = _positions(fixes, span.device_id)
            writer.write_table(table)
            positions += table.num_rows
            statuses.append(_statuses(said, span.device_id))
    whole = pa.concat_tables([STATUSES.empty_table(), *statuses])
    with file.open("statuses.csv", "w") as to:
        pa_csv.write_csv(whole, to)
    return positions, whole.num_rows


def _months(person_ref: str, now_us: int) -> Iterator[tuple[ActivationSpan, Fixes, Statuses]]:
    for span in activations_of_person(person_ref):
        end_us = min(span.interval.stop_us, now_us + 1)
        for from_us in range(span.interval.start_us, end_us, _MONTH_US):
            to_us = min(from_us + _MONTH_US, end_us)
            yield span, *recorded(span.activation_id, from_us=from_us, to_us=to_us)


def _positions(fixes: Fixes, tag: str) -> pa.Table:
    numbers = (
        pa.array(values, from_pandas=True) for values in (fixes.lat_deg, fixes.lon_deg, fixes.accuracy_m)
    )
    return _table(
        POSITIONS, [_at(fixes.t_us), _same(tag, fixes.t_us), *numbers, _named(Source, fixes.source)]
    )


def _statuses(said: Statuses, tag: str) -> pa.Table:
    value = pa.array(said.value, from_pandas=True)
    return _table(STATUSES, [_at(said.t_us), _same(tag, said.t_us), _named(StatusKind, said.kind), value])


def _table(schema: pa.Schema, columns: list[pa.Array]) -> pa.Table:
    return pa.table(
        [column.cast(kind) for column, kind in zip(columns, schema.types, strict=True)], schema=schema
    )


def _at(t_us: NDArray[np.int64]) -> pa.Array:
    return pc.strftime(pa.array(t_us // SECOND_US, pa.timestamp("s")), "%Y-%m-%dT%H:%M:%SZ")


def _same(text: str, like: NDArray[np.int64]) -> pa.Array:
    return pa.array([text] * len(like), _TEXT)


def _named(kinds: type[IntEnum], codes: NDArray[np.generic]) -> pa.Array:
    names = {int(kind): kind.name.lower() for kind in kinds}
    return pa.array([names.get(code, str(code)) for code in codes.tolist()], _TEXT)
