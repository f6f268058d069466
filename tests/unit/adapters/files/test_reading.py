"""What is refused as a whole file, and how formats, mappings and budgets are chosen."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.lib.position_files import SOUND, csv_file, csv_text, facts, read
from throughcare.adapters.files.budget import RejectBudget
from throughcare.adapters.files.options import ReadOptions
from throughcare.adapters.files.reading import open_positions, open_statuses
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import parse_instant
from throughcare.monitoring.fixes import Source
from throughcare.monitoring.status import StatusKind

HEADER = ",".join(SOUND).encode() + b"\n"
REFUSED = [
    ("empty.csv", b"", "0 bytes"),
    ("empty.ndjson", b"", "0 bytes"),
    ("empty.parquet", b"", "0 bytes"),
    ("header.csv", HEADER, "a header only"),
    ("blank.csv", b"\n\n\n", "blank lines only"),
    ("blank.ndjson", b"\n\n", "blank lines only"),
    ("other.csv", b"name,age\nx,3\n", "'name', 'age'"),
    ("utf16.csv", HEADER.decode().encode("utf-16"), "UTF-16"),
    ("latin.csv", b"ger\xe4t,t,lat,lon\n1,2,3,4\n", "not UTF-8"),
    ("really.csv", b"PAR1....PAR1", "a Parquet file"),
    ("sheet.csv", b"PK\x03\x04....", "a zip archive or a spreadsheet"),
    ("array.ndjson", b'[\n{"device": 1}\n]\n', "'[\\n"),
    ("keys.ndjson", b'{"a": 1}\n', "'a'"),
    ("cut.parquet", b"PAR1" + b"x" * 40, "cut short"),
    ("text.parquet", b"device,t\n" * 9, "begins with b'devi'"),
    ("broken.parquet", b"PAR1" + b"\x00" * 60 + b"PAR1", "expected a whole Parquet file"),
    ("noise.csv.gz", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + b"\xff" * 40, "damaged compressed data"),
    ("list.gpx", b"<html></html>", "the root 'html'"),
    ("not.gpx", b"device,t\n", "XML that breaks at line 1"),
    ("bomb.gpx", b'<!DOCTYPE gpx [<!ENTITY a "b">]><gpx>&a;</gpx>', "document type declaration"),
    ("plan.gpx", b"<gpx><wpt lat='1' lon='2'/></gpx>", "expected track points"),
    ("music.nmea", b"do re mi\n" * 5, "none with a right checksum"),
    ("what.xyz", b"1", "'what.xyz'"),
]


@pytest.mark.parametrize(("name", "data", "words"), REFUSED, ids=[name for name, _, _ in REFUSED])
def test_a_file_that_cannot_be_used_is_refused_in_words(tmp_path: Path, name, data, words):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(RefusedInput) as refusal:
        list(open_positions(path))
    assert words in str(refusal.value)
    assert refusal.value.action.endswith(".")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path):
    for name in ("no.csv", "no.parquet", "no.gpx", "no.nmea", "no.ndjson"):
        with pytest.raises(RefusedInput, match="found nothing"):
            list(open_positions(tmp_path / name))
    with pytest.raises(RefusedInput, match="found a directory"):
        list(open_positions(tmp_path, options=ReadOptions(format="csv")))


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
def test_a_parquet_file_cut_anywhere_is_refused_with_what_to_do(tmp_path: Path, share):
    whole, cut = tmp_path / "whole.parquet", tmp_path / "cut.parquet"
    table = {"device": ["a"] * 5000, "t": list(range(5000)), "lat": [51.0] * 5000, "lon": [1.0] * 5000}
    pq.write_table(pa.table(table), whole)
    cut.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * share)])
    with pytest.raises(RefusedInput, match="ask for it again"):
        list(open_positions(cut))


def test_damage_inside_a_parquet_file_is_refused_not_raised(tmp_path: Path):
    path = tmp_path / "p.parquet"
    table = {"device": [f"d{i}" for i in range(3000)], "t": list(range(3000)), "lat": [1.0] * 3000}
    pq.write_table(pa.table(table | {"lon": [1.0] * 3000}), path)
    data = bytearray(path.read_bytes())
    data[10:200] = b"\xff" * 190
    path.write_bytes(bytes(data))
    with pytest.raises(RefusedInput, match="expected a whole Parquet file"):
        list(open_positions(path))


def test_missing_columns_are_named_with_what_was_expected_and_found(tmp_path: Path):
    path = tmp_path / "p.csv"
    path.write_text("wearer,gps_date,latitude,longitude\nx,2026-03-02T19:00:00Z,51,1\n")
    with pytest.raises(RefusedInput) as refusal:
        list(open_positions(path))
    assert "device (one of device_id" in refusal.value.expected
    assert "'wearer'" in refusal.value.found
    assert "--map device=THEIR_COLUMN" in refusal.value.action


def test_the_callers_mapping_goes_before_the_names_known_by_default(tmp_path: Path):
    path = tmp_path / "p.csv"
    path.write_text("Phone,WHEN,lat,lon,speed,device\np1,2026-03-02T19:00:00Z,51,1,10,ignored\n")
    positions, rejects, _ = read(path, columns={"device": "phone", "t": "When", "speed_mps": "speed"})
    assert rejects == []
    assert positions.keys == ("p1",)
    assert positions.speed_mps.tolist() == [10.0]


def test_a_mapping_of_a_status_field_does_not_trouble_a_position_file(tmp_path: Path):
    positions, _, _ = read(csv_file(tmp_path, {}), columns={"kind": "event_name"})
    assert len(positions) == 1


@pytest.mark.parametrize(
    ("columns", "words"),
    [({"colour": "lbs"}, "one of our fields"), ({"lat": "breite"}, "found 0 of them")],
)
def test_a_mapping_that_names_nothing_is_refused(tmp_path: Path, columns, words):
    with pytest.raises(RefusedInput, match=words):
        read(csv_file(tmp_path, {}), columns=columns)


def test_a_used_column_that_stands_twice_is_refused(tmp_path: Path):
    path = tmp_path / "p.csv"
    path.write_text("device,t,lat,lat,lon\na,2026-03-02T19:00:00Z,51,52,1\n")
    with pytest.raises(RefusedInput, match="found 2 of them"):
        list(open_positions(path))


def test_column_names_are_found_without_case_or_space(tmp_path: Path):
    path = tmp_path / "p.csv"
    path.write_bytes(b"\xef\xbb\xbf Device_ID ;T; Latitude;LONGITUDE\r\na;2026-03-02T19:00:00Z;51.5;-1\r\n")
    positions, rejects, _ = read(path)
    assert rejects == []
    assert positions.lat_deg.tolist() == [51.5]


def test_the_format_may_be_named_and_gzip_is_seen_by_its_content(tmp_path: Path):
    path = tmp_path / "export.dat"
    path.write_bytes(gzip.compress(csv_text({}, {}).encode()))
    positions, _, _ = read(path, format="csv")
    assert len(positions) == 2
    with pytest.raises(RefusedInput, match="one of csv, ndjson, parquet, gpx, nmea"):
        ReadOptions(format="xlsx")


def test_options_that_make_no_sense_are_refused():
    with pytest.raises(RefusedInput, match="IANA"):
        ReadOptions(time_zone="Lonndon")
    with pytest.raises(RefusedInput, match="share between 0 and 1"):
        ReadOptions(accuracy_level=95)


def test_mostly_bad_rows_stop_the_feed_with_the_commonest_reason(tmp_path: Path):
    path = csv_file(tmp_path, *[{"gps_date": "2026-03-02 19:00:00"}] * 900, *[{}] * 100)
    with pytest.raises(RefusedInput) as refusal:
        list(open_positions(path))
    assert "900 of the first 1000 rows rejected" in refusal.value.found
    assert "'time_zone_missing'" in refusal.value.found
    assert "--time-zone" in refusal.value.action


def test_half_bad_rows_or_few_rows_do_not_stop_the_feed(tmp_path: Path):
    bad = {"latitude": "x"}
    assert len(read(csv_file(tmp_path, *[bad] * 500, *[{}] * 500), budget=RejectBudget())[1]) == 500
    assert len(read(csv_file(tmp_path, *[bad] * 999), budget=RejectBudget())[1]) == 999
    with pytest.raises(RefusedInput):
        read(csv_file(tmp_path, *[bad] * 20, *[{}] * 80), budget=RejectBudget(most=0.1, rows=100))


def test_rows_are_counted_over_blocks_and_progress_ends_at_the_whole_file(tmp_path: Path):
    path = csv_file(tmp_path, *[{"latitude": str(i)} for i in range(1, 81)])
    chunks = list(open_positions(path, options=ReadOptions(block_bytes=500)))
    assert len(chunks) > 5
    assert [row for chunk in chunks for row in chunk.positions.row.tolist()] == list(range(1, 81))
    done = [chunk.bytes_done for chunk in chunks]
    assert done == sorted(done)
    assert done[-1] == chunks[-1].bytes_total == path.stat().st_size


def test_tracks_hold_no_statuses(tmp_path: Path):
    with pytest.raises(RefusedInput, match="positions only"):
        list(open_statuses(tmp_path / "a.gpx"))


def test_the_device_of_a_nameless_format_is_the_files_stem(tmp_path: Path):
    path = tmp_path / "TAG-7.nmea.gz"
    path.write_bytes(gzip.compress(b"$GPRMC,092835.00,A,4804.14539,N,01621.54005,E,0.250,,210615,,,A*71\r\n"))
    positions, rejects, _ = read(path)
    assert rejects == []
    assert [row[0] for row in facts(positions)] == ["TAG-7"]
    assert read(path, default_device="x")[0].keys == ("x",)


def test_the_json_names_of_the_ministry_are_read(tmp_path: Path):
    path = tmp_path / "moj.ndjson"
    path.write_text(
        '{"positionId": 1, "deviceId": 7, "gpsDate": "2026-01-29T12:29:24Z", "uploadedDate": "2026-01-29T12:30:00Z", '
        '"speed": 36, "satellite": 14, "direction": 90, "precision": 20, "lbs": 5, "latitude": 52.5, "longitude": -1.5}\n'
        '{"deviceId": 7, "capturedDateTime": "2026-01-29T12:30:24Z", "precision": 20, "latitude": 52.5, "longitude": -1.5}\n'
    )
    positions = [chunk.positions for chunk in open_positions(path)]
    first = positions[0]
    assert (first.keys, int(first.t_us[0])) == (("7",), parse_instant("2026-01-29T12:29:24Z"))
    assert (first.speed_mps[0], first.heading_deg[0], first.accuracy_m[0]) == (10.0, 90.0, 20.0)
    assert (first.source[0], first.received_us[0]) == (Source.CELL, parse_instant("2026-01-29T12:30:00Z"))


def test_an_event_name_of_the_ministry_that_is_no_kind_of_ours_is_kept_as_a_reject(tmp_path: Path):
    path = tmp_path / "events.ndjson"
    said = '{"deviceId": 7, "eventStartDateUtc": "2026-01-29T12:29:24Z", "eventTypeName": "%s"}\n'
    path.write_text(said % "strap_open" + said % "Strap cut")
    (chunk,) = open_statuses(path)
    assert chunk.readings.kind.tolist() == [StatusKind.STRAP_OPEN]
    assert [(reject.reason, "Strap cut" in reject.raw) for reject in chunk.rejects] == [
        ("unknown_kind", True)
    ]
