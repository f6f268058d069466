"""A simulation as a folder: what an agency would send, and the truth apart from it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from throughcare.adapters.files.atomic import atomic_bytes, atomic_file
from throughcare.adapters.files.positions_out import write_positions, write_readings
from throughcare.kernel.time import iso_utc
from throughcare.monitoring.fixes import Positions
from throughcare.monitoring.status import Readings
from throughcare.orders.document import dump_orders
from throughcare.orders.history import history_of
from throughcare.simulation.calendar import Calendar
from throughcare.simulation.errors import Regime, Sky
from throughcare.simulation.movement import Setting
from throughcare.simulation.scenario import Simulation
from throughcare.simulation.town import PLANE
from throughcare.simulation.townmap import town_geojson
from throughcare.simulation.truth import FixTruth, PersonTruth

Progress = Callable[[str, int, int], None]
_ROWS = 1_000_000
_Batch = TypeVar("_Batch", Positions, Readings)
_INSTANT = pa.timestamp("us", tz="UTC")
_FIX_SCHEMA = pa.schema(
    [
        ("position_id", pa.int64()),
        ("latitude", pa.float64()),
        ("longitude", pa.float64()),
        ("regime", pa.int8()),
        ("sky", pa.int8()),
    ]
)
_TRACK_SCHEMA = pa.schema(
    [
        ("wearer_ref", pa.string()),
        ("time", _INSTANT),
        ("latitude", pa.float64()),
        ("longitude", pa.float64()),
        ("setting", pa.int8()),
        ("at_home", pa.bool_()),
    ]
)


def write_simulation(
    simulation: Simulation, folder: Path, *, csv: bool = False, progress: Progress | None = None
) -> None:
    """Write a simulation to a folder; the same simulation gives the same bytes.

    Parameters
    ----------
    folder : Path
        Made if it does not exist; files of the same names in it are replaced.
    csv : bool
        Write positions as CSV beside the Parquet.
    progress : callable, optional
        Called with (stage, done, total) rows.
    """
    truth_folder = folder / "truth"
    truth_folder.mkdir(parents=True, exist_ok=True)
    orders = [history_of(list(group)) for _, group in groupby(simulation.orders, key=lambda o: o.order_id)]
    atomic_bytes(folder / "orders.json", dump_orders(orders).encode())
    town = json.dumps(town_geojson(simulation.town), separators=(",", ":"), ensure_ascii=False)
    atomic_bytes(folder / "town.geojson", town.encode())
    names = ["positions.parquet", "positions.csv"] if csv else ["positions.parquet"]
    for name in names:
        write_positions(folder / name, _slices(simulation.positions, name, progress))
    write_readings(folder / "statuses.csv", _slices(simulation.readings, "statuses.csv", progress))
    write_positions(folder / "protected_positions.parquet", [simulation.protected])
    people = [_person(person, simulation.calendar) for person in simulation.truth.people]
    atomic_bytes(truth_folder / "people.json", (json.dumps(people, indent=1) + "\n").encode())
    _write_tables(truth_folder / "tracks.parquet", _TRACK_SCHEMA, map(_track, simulation.truth.people))
    _write_tables(truth_folder / "fixes.parquet", _FIX_SCHEMA, _fixes(simulation.truth.fixes))
    atomic_bytes(folder / "README.txt", _readme(simulation).encode())


def _slices(batch: _Batch, stage: str, progress: Progress | None) -> Iterator[_Batch]:
    for first in range(0, max(len(batch), 1), _ROWS):
        part = batch.take(np.arange(first, min(first + _ROWS, len(batch))))
        yield part
        if progress is not None:
            progress(f"writing {stage}", min(first + _ROWS, len(batch)), len(batch))


def _write_tables(path: Path, schema: pa.Schema, tables: Iterator[pa.Table]) -> None:
    with atomic_file(path) as file, pq.ParquetWriter(file, schema) as writer:
        for table in tables:
            writer.write_table(table)


def _track(person: PersonTruth) -> pa.Table:
    lat, lon = PLANE.to_degrees(person.east_m.astype(np.float64), person.north_m.astype(np.float64))
    columns = [
        pa.array([person.wearer_ref] * len(lat)),
        pa.array(person.minute_us).cast(_INSTANT),
        pa.array(np.round(lat, 7)),
        pa.array(np.round(lon, 7)),
        pa.array(person.setting),
        pa.array(person.at_home),
    ]
    return pa.table(columns, schema=_TRACK_SCHEMA)


def _fixes(truth: FixTruth) -> Iterator[pa.Table]:
    for first in range(0, len(truth.regime), _ROWS):
        rows = slice(first, min(first + _ROWS, len(truth.regime)))
        lat, lon = PLANE.to_degrees(
            truth.east_m[rows].astype(np.float64), truth.north_m[rows].astype(np.float64)
        )
        columns = [
            pa.array(np.arange(rows.start + 1, rows.stop + 1)),
            pa.array(np.round(lat, 7)),
            pa.array(np.round(lon, 7)),
            pa.array(truth.regime[rows]),
            pa.array(truth.sky[rows]),
        ]
        yield pa.table(columns, schema=_FIX_SCHEMA)


def _person(person: PersonTruth, calendar: Calendar) -> dict[str, Any]:
    return {
        "wearer_ref": person.wearer_ref,
        "order_kind": person.order_kind,
        "home_class": person.home_class,
        "conduct": person.conduct,
        "windows": [[iso_utc(start), iso_utc(end)] for start, end in person.windows],
        "absences": [_with_times(asdict(item)) for item in person.absences],
        "zone_spans": [_with_times(asdict(item)) for item in person.zone_spans],
        "proximity": [_with_times(asdict(item)) for item in person.proximity],
        "appointments": [_with_times(asdict(item)) for item in person.appointments],
        "drinking": [
            {
                "start": iso_utc(calendar.to_us(item.start_s)),
                "end": iso_utc(calendar.to_us(item.end_s)),
                "drinks": item.drinks,
                "peak_pct": round(item.peak_pct, 4),
            }
            for item in person.drinking
        ],
        "device_events": [_with_times(asdict(item)) for item in person.device_events],
    }


def _with_times(record: dict[str, Any]) -> dict[str, Any]:
    """Return the record with every ``x_us`` written as the ISO 8601 instant ``x``."""
    return {
        name.removesuffix("_us"): iso_utc(value) if name.endswith("_us") and value is not None else value
        for name, value in record.items()
    }


def _readme(simulation: Simulation) -> str:
    days = f"{simulation.calendar.days} days from {simulation.calendar.start}"
    regimes = ", ".join(f"{flag.value} {flag.name.lower()}" for flag in Regime if flag.name)
    skies = ", ".join(f"{sky.value} {sky.name.lower()}" for sky in Sky)
    settings = ", ".join(f"{setting.value} {setting.name.lower()}" for setting in Setting)
    return f"""Simulated supervision in the invented town of {simulation.town.name}: {days}.

Nothing here is real. The town lies in the open North Sea (about 54.0 N 1.5 E) so that no coordinate can be
anybody's address; people are opaque references; every name of a street or a place is invented.

What an agency would send
  orders.json                  every version of every order
  positions.parquet            {len(simulation.positions)} positions, MoJ's column names, in order of arrival for
                               each device; speed in km/h; lbs 1 satellite, 5 cell, 6 Wi-Fi. A few lie outside
                               every activation and a few come twice: that is on purpose.
  statuses.csv                 {len(simulation.readings)} statuses: home unit, battery, strap, faults, alcohol
  protected_positions.parquet  protected persons' own positions, by the reference in the order; kept apart
  town.geojson                 the town, for a map's background

The truth, for scoring only
  truth/people.json            monitored curfew windows, absences, zone spans, proximity, appointments, drinking,
                               device events
  truth/tracks.parquet         true position a minute
                               setting: {settings}
  truth/fixes.parquet          the true position beside each position_id, and what was wrong with the fix
                               regime (sum of): {regimes}
                               sky: {skies}

Look at it
  throughcare monitor --orders orders.json --positions positions.parquet --statuses statuses.csv --out result
"""
