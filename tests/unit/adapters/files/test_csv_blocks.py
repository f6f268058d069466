"""Broken lines cost themselves and nothing else."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.lib.position_files import SOUND, csv_file, csv_text, facts, read


def with_line(line: bytes) -> bytes:
    first, rest = csv_text({}, {}).encode().split(b"\n", 1)
    sound = rest.split(b"\n")[0]
    return b"\n".join([first, sound, line, sound, b""])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"T1,1,2026", "wrong_column_count"),
        (b"a" + b",b" * 20, "wrong_column_count"),
        (b'T1,"2026-03-02 19:00:00', "broken_row"),
        (b"T1,\xff\xfe,3,4,5,6,7,8,9,10,11,12,13,14", "not_utf8"),
        (b"a\rb", "broken_row"),
    ],
)
def test_a_broken_line_is_one_reject_and_its_neighbours_are_kept(tmp_path: Path, line, reason):
    path = tmp_path / "p.csv"
    path.write_bytes(with_line(line))
    positions, rejects, _ = read(path)
    assert positions.row.tolist() == [1, 3]
    assert [(r.row, r.reason) for r in rejects] == [(2, reason)]
    assert rejects[0].raw == line.decode(errors="backslashreplace")


def test_a_stray_quote_cannot_swallow_the_lines_after_it(tmp_path: Path):
    path = tmp_path / "p.csv"
    path.write_bytes(with_line(b'"' + b"T1,1" * 3) + b'x,"y\n')
    positions, rejects, _ = read(path)
    assert positions.row.tolist() == [1, 3]
    assert [r.row for r in rejects] == [2, 4]


def test_quoted_values_and_windows_line_ends_are_read(tmp_path: Path):
    path = tmp_path / "p.csv"
    text = csv_text({"device_id": '"T,1"'}, {"device_id": '"say ""hi"""'}).replace("\n", "\r\n")
    path.write_bytes(text.encode())
    positions, rejects, _ = read(path)
    assert rejects == []
    assert [row[0] for row in facts(positions)] == ["T,1", 'say "hi"']


def test_blank_lines_are_no_rows(tmp_path: Path):
    path = tmp_path / "p.csv"
    path.write_text("\n" + csv_text({}).replace("\n", "\n\n  \n") + csv_text({}).split("\n", 1)[1])
    positions, rejects, _ = read(path)
    assert positions.row.tolist() == [1, 2]
    assert rejects == []


def test_a_file_cut_in_the_middle_of_a_row_loses_that_row_only(tmp_path: Path):
    path = csv_file(tmp_path, {}, {}, {})
    path.write_bytes(path.read_bytes()[:-30])
    positions, rejects, _ = read(path)
    assert positions.row.tolist() == [1, 2]
    assert [(r.row, r.reason) for r in rejects] == [(3, "wrong_column_count")]


def test_a_last_value_that_may_be_cut_is_not_trusted(tmp_path: Path):
    path = tmp_path / "p.csv"
    row = "T1,2026-03-02T19:00:00Z,51.0579,-1.3206\n"
    path.write_text("device,t,lat,lon\n" + row + row[:-4])
    positions, rejects, _ = read(path)
    assert positions.lon_deg.tolist() == [-1.3206]
    assert [(r.row, r.reason) for r in rejects] == [(2, "truncated_row")]
    assert "end the file with a line break" in rejects[0].words


def test_a_last_row_without_a_line_break_is_whole_where_its_last_value_cannot_mislead(tmp_path: Path):
    path = csv_file(tmp_path, {}, {})
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    assert list(SOUND)[-1] == "lbs"
    positions, rejects, _ = read(path)
    assert positions.row.tolist() == [1, 2]
    assert rejects == []


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_gzip_file_cut_short_gives_what_it_holds_and_says_so(tmp_path: Path, share):
    rows = [{"latitude": f"{i / 100}", "longitude": f"{i / 70:.5f}"} for i in range(1, 3000)]
    data = gzip.compress(csv_text(*rows).encode())
    path = tmp_path / "p.csv.gz"
    path.write_bytes(data[: int(len(data) * share)])
    positions, rejects, notes = read(path, block_bytes=4096)
    assert 0 < len(positions) < 2999
    assert positions.lat_deg.tolist() == [i / 100 for i in range(1, len(positions) + 1)]
    assert len(rejects) <= 1
    assert notes["file_ended_early"] == 1


def test_gzip_members_written_one_after_the_other_are_one_file(tmp_path: Path):
    first, rest = csv_text({}, {}, {}).encode().split(b"\n", 1)
    path = tmp_path / "p.csv.gz"
    path.write_bytes(gzip.compress(first + b"\n") + gzip.compress(rest))
    assert len(read(path)[0]) == 3
