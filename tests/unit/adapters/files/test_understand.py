"""Every row becomes a position or one reject that says what was expected, what was found and what to do."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.lib.position_files import csv_file, facts, read, read_statuses
from throughcare.kernel.columns import NO_TIME_US
from throughcare.kernel.time import parse_instant
from throughcare.monitoring.fixes import Source
from throughcare.monitoring.status import StatusKind

REJECTED = [
    ({"gps_date": "", "recorded_date": ""}, "gps_date", "missing_time"),
    ({"gps_date": "yesterday"}, "gps_date", "unreadable_time"),
    ({"gps_date": "02/03/2026 19:00:00"}, "gps_date", "unreadable_time"),
    ({"gps_date": "2026-03-02"}, "gps_date", "unreadable_time"),
    ({"gps_date": "", "recorded_date": "soon"}, "recorded_date", "unreadable_time"),
    ({"gps_date": "2026-03-02 19:00:00"}, "gps_date", "time_zone_missing"),
    ({"gps_date": "1970-01-01T00:00:00Z"}, "gps_date", "time_out_of_range"),
    ({"gps_date": "2126-01-01T00:00:00Z"}, "gps_date", "time_out_of_range"),
    ({"latitude": ""}, "latitude", "missing_latitude"),
    ({"longitude": "NULL"}, "longitude", "missing_longitude"),
    ({"latitude": "north"}, "latitude", "not_a_number"),
    ({"longitude": "inf"}, "longitude", "not_a_number"),
    ({"latitude": "91.5", "longitude": "100"}, "latitude", "latitude_out_of_range"),
    ({"latitude": "-181"}, "latitude", "latitude_out_of_range"),
    ({"longitude": "-180.001"}, "longitude", "longitude_out_of_range"),
    ({"latitude": "-122.08", "longitude": "37.39"}, "latitude", "latitude_longitude_swapped"),
    ({"latitude": "0", "longitude": "0.0"}, "latitude", "null_island"),
    ({"precision": "-3"}, "precision", "negative_accuracy"),
    ({"precision": "good"}, "precision", "not_a_number"),
    ({"precision_level": "1.0"}, "precision_level", "accuracy_level_out_of_range"),
    ({"precision_level": "high"}, "precision_level", "not_a_number"),
    ({"lbs": "2"}, "lbs", "unknown_source"),
    ({"device_id": ""}, "device_id", "missing_device"),
]


@pytest.mark.parametrize(("row", "field", "reason"), REJECTED, ids=[f"{r}:{f}" for _, f, r in REJECTED])
def test_a_bad_row_is_one_reject_with_its_row_field_reason_and_text(tmp_path: Path, row, field, reason):
    path = csv_file(tmp_path, {}, row, {"gps_date": "2026-03-02T19:02:00Z"})
    positions, rejects, _ = read(path)
    assert positions.row.tolist() == [1, 3]
    assert [(r.file, r.row, r.field, r.reason) for r in rejects] == [("positions.csv", 2, field, reason)]
    assert rejects[0].words.startswith(f"{field}: expected ")
    assert "; found " in rejects[0].words
    assert rejects[0].raw == path.read_text().splitlines()[2]


@pytest.mark.parametrize(("row", "field", "reason"), REJECTED, ids=[f"{r}:{f}" for _, f, r in REJECTED])
def test_parquet_text_columns_are_judged_as_csv_is(tmp_path: Path, row, field, reason):
    csv = csv_file(tmp_path, row)
    names, values = (line.split(",") for line in csv.read_text().splitlines())
    path = tmp_path / "positions.parquet"
    pq.write_table(pa.table({name: [value] for name, value in zip(names, values, strict=True)}), path)
    _, rejects, _ = read(path)
    assert [(r.row, r.field, r.reason) for r in rejects] == [(1, field, reason)]


def test_a_sound_row_is_read_in_our_units(tmp_path: Path):
    positions, rejects, notes = read(csv_file(tmp_path, {}))
    assert (rejects, dict(notes)) == ([], {})
    assert facts(positions) == [
        (
            "T1",
            parse_instant("2026-03-02T19:00:00Z"),
            51.0579,
            -1.3206,
            12.5,
            0.95,
            Source.GNSS,
            1.1,
            8.0,
            10.0,
            270.0,
            parse_instant("2026-03-02T19:05:00Z"),
            1,
        )
    ]


def test_an_unknown_accuracy_is_kept_and_counted_and_zero_is_unknown_not_perfect(tmp_path: Path):
    positions, rejects, notes = read(csv_file(tmp_path, {"precision": ""}, {"precision": "0"}, {}))
    assert np.isnan(positions.accuracy_m).tolist() == [True, True, False]
    assert rejects == []
    assert notes == {"missing_accuracy": 1, "zero_accuracy": 1}


def test_columns_that_decide_nothing_never_cost_a_position(tmp_path: Path):
    row = {"speed": "fast", "direction": "north", "satellite": "many", "hdop": "x", "uploaded_date": "later"}
    positions, rejects, notes = read(csv_file(tmp_path, row))
    assert rejects == []
    assert math.isnan(positions.speed_mps[0])
    assert positions.received_us[0] == NO_TIME_US
    assert dict(notes) == {
        f"unreadable_{name}": 1 for name in ("speed", "heading", "satellites", "hdop", "received")
    }


def test_the_time_of_recording_stands_in_where_the_fix_has_none(tmp_path: Path):
    positions, rejects, notes = read(csv_file(tmp_path, {"gps_date": ""}))
    assert rejects == []
    assert positions.t_us[0] == parse_instant("2026-03-02T19:00:01Z")
    assert notes == {"time_from_recorded_date": 1}


def test_a_declared_zone_reads_civil_times_and_refuses_the_two_that_are_no_instant(tmp_path: Path):
    rows = [
        {"gps_date": "2026-07-01 12:00:00"},
        {"gps_date": "2026-10-25 01:30:00"},
        {"gps_date": "2026-03-29 01:30:00"},
        {"gps_date": "2026-10-25 02:00:00"},
    ]
    positions, rejects, _ = read(csv_file(tmp_path, *rows), time_zone="Europe/London")
    assert positions.t_us.tolist() == [
        parse_instant("2026-07-01T11:00:00Z"),
        parse_instant("2026-10-25T02:00:00Z"),
    ]
    assert [(r.row, r.reason) for r in rejects] == [(2, "ambiguous_local_time"), (3, "skipped_local_time")]


def test_a_file_that_mixes_times_with_and_without_offset_is_said_to(tmp_path: Path):
    rows = [{"gps_date": "2026-03-02 19:00:00"}, {}, {"gps_date": "2026-03-02 20:00:00"}]
    _, rejects, notes = read(csv_file(tmp_path, *rows))
    assert [r.reason for r in rejects] == ["time_zone_missing", "time_zone_missing"]
    assert notes["mixed_time_zones"] == 2
    _, rejects, notes = read(csv_file(tmp_path, *rows), time_zone="Europe/London", block_bytes=120)
    assert rejects == []
    assert notes["mixed_time_zones"] == 2


@pytest.mark.parametrize(
    ("kind", "zone", "reason"),
    [
        (pa.timestamp("ms"), None, "time_zone_missing"),
        (pa.timestamp("ms"), "UTC", None),
        (pa.timestamp("ns", tz="America/Los_Angeles"), None, None),
        (pa.timestamp("s", tz="UTC"), None, None),
    ],
)
def test_parquet_timestamps_are_exact_with_a_zone_and_civil_without(tmp_path: Path, kind, zone, reason):
    moment = pa.array([1_772_478_000]).cast(pa.timestamp("s")).cast(kind)
    path = tmp_path / "p.parquet"
    pq.write_table(pa.table({"device": ["a"], "t": moment, "lat": [51.0], "lon": [1.0]}), path)
    positions, rejects, _ = read(path, time_zone=zone)
    assert [r.reason for r in rejects] == ([] if reason is None else [reason])
    assert positions.t_us.tolist() == ([] if reason else [1_772_478_000_000_000])


@pytest.mark.parametrize(
    ("column", "instant_us"),
    [
        (pa.array([1_772_478_000]), 1_772_478_000_000_000),
        (pa.array([1_772_478_000_123]), 1_772_478_000_123_000),
        (pa.array([1_772_478_000_123_456]), 1_772_478_000_123_456),
        (pa.array([1_772_478_000_123_456_789]), 1_772_478_000_123_456),
        (pa.array([1_772_478_000.25]), 1_772_478_000_250_000),
        (pa.array(["1772478000.123456"]), 1_772_478_000_123_456),
        (pa.array(["20260302T190000Z"]), 1_772_478_000_000_000),
        (pa.array(["2026-03-02T20:00:00,5+01:00"]), 1_772_478_000_500_000),
        (pa.array(["2026-03-02T19:00:00.1234567Z"]), 1_772_478_000_123_456),
    ],
)
def test_epochs_of_every_size_and_other_iso_forms_are_read(tmp_path: Path, column, instant_us):
    path = tmp_path / "p.parquet"
    pq.write_table(pa.table({"device": [5], "time": column, "lat": [51.0], "lng": [1.0]}), path)
    positions, rejects, _ = read(path)
    assert rejects == []
    assert positions.t_us.tolist() == [instant_us]
    assert positions.keys == ("5",)


def test_sources_have_codes_and_words(tmp_path: Path):
    words = ["0", "1", "4", "5", "6", "GPS", "wifi", "Cell", ""]
    positions, rejects, _ = read(csv_file(tmp_path, *({"lbs": word} for word in words)))
    assert rejects == []
    assert positions.source.tolist() == [0, 1, 4, 5, 6, 1, 6, 5, 0]


def test_a_level_may_be_a_share_or_a_percentage_or_declared(tmp_path: Path):
    rows = [{"precision_level": level} for level in ("0.68", "95", "")]
    positions, _, _ = read(csv_file(tmp_path, *rows), accuracy_level=0.5)
    assert positions.level.tolist() == [0.68, 0.95, 0.5]


def test_a_default_device_fills_rows_without_one(tmp_path: Path):
    positions, rejects, _ = read(csv_file(tmp_path, {"device_id": ""}, {}), default_device="T9")
    assert rejects == []
    assert [positions.keys[i] for i in positions.key] == ["T9", "T1"]


def test_statuses_are_read_by_the_lower_case_name_of_their_kind(tmp_path: Path):
    path = tmp_path / "statuses.csv"
    path.write_text(
        "device_id,time,kind,value,received\n"
        "U1,2026-03-02T19:00:00Z,radio_heard,,2026-03-02T19:00:02Z\n"
        "T1,2026-03-02T19:00:00Z,BATTERY_PERCENT,55.5,\n"
        "T1,2026-03-02T19:00:00Z,dancing,,\n"
        "T1,2026-03-02T19:00:00Z,,,\n"
        "T1,2026-03-02T19:00:00Z,alcohol_reading,lots,\n"
    )
    readings, rejects, _ = read_statuses(path)
    assert readings.kind.tolist() == [StatusKind.RADIO_HEARD, StatusKind.BATTERY_PERCENT]
    assert readings.value[1] == 55.5
    assert readings.received_us[0] == parse_instant("2026-03-02T19:00:02Z")
    assert [(r.row, r.field, r.reason) for r in rejects] == [
        (3, "kind", "unknown_kind"),
        (4, "kind", "unknown_kind"),
        (5, "value", "not_a_number"),
    ]
