"""Positions and readings written in the field's own column names."""

from __future__ import annotations

from pathlib import Path

import pytest

from throughcare.adapters.files.positions_out import write_positions, write_readings
from throughcare.kernel.columns import NO_TIME_US
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import parse_instant
from throughcare.monitoring.fixes import Positions
from throughcare.monitoring.status import Readings, StatusKind


def one_position(**columns: object) -> Positions:
    t_us = parse_instant("2026-03-02T19:00:00Z")
    base: dict[str, object] = {"t_us": [t_us], "lat_deg": [51.5], "lon_deg": [-1.25], "speed_mps": [10.0]}
    return Positions.build(key=[0], keys=("T1",), **(base | columns))


def test_positions_have_mojs_names_units_and_empty_cells_where_nothing_is_known(tmp_path: Path):
    path = tmp_path / "p.csv"
    write_positions(path, [one_position(), one_position(received_us=[NO_TIME_US], source=[6])])
    header, first, second = path.read_text().splitlines()
    assert header.replace('"', "") == (
        "device_id,position_id,gps_date,uploaded_date,latitude,longitude,precision,precision_level,"
        "speed,direction,satellite,hdop,lbs"
    )
    assert first.replace('"', "") == "T1,1,2026-03-02T19:00:00.000000Z,,51.5,-1.25,,,36,,,,0"
    assert second.split(",")[1] == "2"
    assert second.split(",")[-1] == "6"


def test_readings_name_their_kind(tmp_path: Path):
    path = tmp_path / "s.csv"
    kinds = [StatusKind.STRAP_OPEN, StatusKind.ALCOHOL_READING]
    write_readings(
        path, [Readings.build(key=[0, 0], keys=("U1",), t_us=[0, 1], kind=kinds, value=[float("nan"), 0.02])]
    )
    lines = [line.replace('"', "") for line in path.read_text().splitlines()]
    assert lines[0] == "device_id,time,kind,value,received"
    assert lines[1].endswith(",strap_open,,")
    assert lines[2].endswith(",alcohol_reading,0.02,")


def test_another_ending_is_refused_and_a_failed_batch_leaves_no_file(tmp_path: Path):
    with pytest.raises(RefusedInput, match=r"\.parquet or \.csv"):
        write_positions(tmp_path / "p.xlsx", [])

    def batches():
        yield one_position()
        raise RuntimeError("killed")

    for name in ("p.csv", "p.parquet"):
        with pytest.raises(RuntimeError, match="killed"):
            write_positions(tmp_path / name, batches())
    assert list(tmp_path.iterdir()) == []
