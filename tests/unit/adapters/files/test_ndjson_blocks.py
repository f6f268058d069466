"""One JSON object a line; what is no object costs its own line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.lib.position_files import facts, read
from throughcare.kernel.time import parse_instant

SOUND = {
    "device": "T1",
    "t": "2026-03-02T19:00:00Z",
    "lat": 51.05,
    "lon": -1.32,
    "accuracy": 12,
    "source": "gps",
}


def ndjson(folder: Path, *records: object) -> Path:
    path = folder / "p.ndjson"
    path.write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in records))
    return path


def test_records_are_rows(tmp_path: Path):
    positions, rejects, _ = read(ndjson(tmp_path, SOUND, SOUND | {"device": "T2", "lat": 52}))
    assert rejects == []
    assert [(row[0], row[2], row[4], row[6]) for row in facts(positions)] == [
        ("T1", 51.05, 12.0, 1),
        ("T2", 52.0, 12.0, 1),
    ]


@pytest.mark.parametrize("line", ["{", "3", "[1]", '{"device": "T1", "t"', "nonsense", "[" * 5000, "\x00"])
def test_a_line_that_is_no_object_is_one_reject(tmp_path: Path, line):
    positions, rejects, _ = read(ndjson(tmp_path, SOUND, line, SOUND))
    assert positions.row.tolist() == [1, 3]
    assert [(r.row, r.reason, r.raw) for r in rejects] == [(2, "broken_row", line)]


def test_values_of_another_type_are_read_where_they_can_be_and_rejected_where_not(tmp_path: Path):
    records = [
        SOUND,
        SOUND | {"lat": "51.5"},
        SOUND | {"lat": True},
        SOUND | {"lat": [51.5]},
        SOUND | {"lat": None},
    ]
    positions, rejects, _ = read(ndjson(tmp_path, *records))
    assert positions.lat_deg.tolist() == [51.05, 51.5]
    assert [(r.row, r.reason) for r in rejects] == [
        (3, "not_a_number"),
        (4, "not_a_number"),
        (5, "missing_latitude"),
    ]


def test_fields_may_be_absent_here_and_there_and_epochs_may_be_numbers(tmp_path: Path):
    records = [
        {"device": 7, "t": 1_772_478_000, "lat": 51.0, "lon": 1.0},
        {"device": 7, "t": 1_772_478_000_500, "lat": 51.0, "lon": 1.0, "received": 1_772_478_060.5},
    ]
    positions, rejects, _ = read(ndjson(tmp_path, *records))
    assert rejects == []
    assert positions.keys == ("7",)
    assert positions.t_us.tolist() == [
        parse_instant("2026-03-02T19:00:00Z"),
        parse_instant("2026-03-02T19:00:00.5Z"),
    ]
    assert positions.received_us[1] == parse_instant("2026-03-02T19:01:00.5Z")


def test_a_last_object_without_a_line_break_is_whole_and_half_an_object_is_not(tmp_path: Path):
    path = ndjson(tmp_path, SOUND, SOUND)
    path.write_bytes(path.read_bytes().rstrip())
    assert len(read(path)[0]) == 2
    path.write_bytes(path.read_bytes()[:-4])
    positions, rejects, _ = read(path)
    assert positions.row.tolist() == [1]
    assert [(r.row, r.reason) for r in rejects] == [(2, "broken_row")]


def test_gzipped_lines_are_read(tmp_path: Path):
    path = tmp_path / "p.jsonl.gz"
    path.write_bytes(gzip.compress(ndjson(tmp_path, SOUND, SOUND).read_bytes()))
    assert len(read(path)[0]) == 2
