"""Crossings from files: what is written, what is refused, and that the rows may come in any order."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.functional.test_documentation import first_column
from tests.functional.test_tutorial import follow
from throughcare.adapters.files.crossings_out import CROSSING_SCHEMA
from throughcare.cli.main import main

SQUARE = [[1.49, 53.99], [1.51, 53.99], [1.51, 54.01], [1.49, 54.01], [1.49, 53.99]]
HEADER = "device_id,time,lat,lon\n"
ROWS = [
    "TAG-1,2026-03-09T20:00:00Z,54.0,1.5",
    "TAG-1,2026-03-09T20:01:00Z,54.0,1.5",
    "TAG-1,2026-03-09T20:02:00Z,54.0,1.6",
    "TAG-2,2026-03-09T20:00:00Z,54.0,1.6",
    "TAG-2,2026-03-09T20:01:00Z,54.01,1.51",
]


def feature(geometry: dict[str, Any], **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def polygon(**properties: object) -> dict[str, Any]:
    return feature({"type": "Polygon", "coordinates": [SQUARE]}, **properties)


def point(**properties: object) -> dict[str, Any]:
    return feature({"type": "Point", "coordinates": [1.6, 54.0]}, **properties)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder, made the working one, with five positions and two zones."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "positions.csv").write_text(HEADER + "".join(f"{row}\n" for row in ROWS))
    zones(
        tmp_path, polygon(zone_id="square", colour="red"), point(zone_id="ring", radius_m=50, device="TAG-1")
    )
    return tmp_path


def zones(folder: Path, *features: object) -> None:
    document = {"type": "FeatureCollection", "features": features}
    (folder / "zones.geojson").write_text(json.dumps(document))


def call(*options: str, positions: str = "positions.csv", out: str = "out/events.csv") -> int:
    return main(["crossings", "--zones", "zones.geojson", "--positions", positions, "--out", out, *options])


def table(path: Path) -> list[tuple[str, ...]]:
    with path.open(newline="") as file:
        return [
            (row["device_id"], row["time"], row["zone_id"], row["shared"], row["change"])
            for row in csv.DictReader(file)
        ]


EXPECTED = [
    ("TAG-1", "2026-03-09T20:00:00Z", "square", "true", "enter"),
    ("TAG-1", "2026-03-09T20:02:00Z", "ring", "false", "enter"),
    ("TAG-1", "2026-03-09T20:02:00Z", "square", "true", "exit"),
    ("TAG-2", "2026-03-09T20:01:00Z", "square", "true", "enter"),
]


def test_every_crossing_is_a_row_and_the_console_says_that_none_is_a_violation(folder, capsys):
    assert call() == 0
    assert table(folder / "out/events.csv") == EXPECTED
    told = capsys.readouterr().out
    assert "5  positions of 2 devices" in told
    assert "3  enter" in told
    assert "1  exit" in told
    assert "2 zones; a crossing is a raw fact, and no violation" in told


def test_rows_in_any_order_and_more_than_once_give_the_same_crossings(folder, capsys):
    (folder / "other.csv").write_text(HEADER + "".join(f"{row}\n" for row in [*reversed(ROWS), ROWS[2]]))
    assert call("--threads", "3", positions="other.csv") == 0
    assert table(folder / "out/events.csv") == EXPECTED
    assert "1  at an instant for which the device has another position" in capsys.readouterr().out


def test_parquet_holds_the_same_with_types(folder):
    assert call(out="events.parquet") == 0
    found = pq.read_table(folder / "events.parquet").to_pylist()
    assert [(row["device_id"], row["zone_id"], row["change"]) for row in found] == [
        (device, zone, change) for device, _, zone, _, change in EXPECTED
    ]
    assert (found[0]["latitude"], found[0]["longitude"], found[0]["shared"]) == (54.0, 1.5, True)


def test_a_row_that_cannot_be_used_is_kept_with_its_reason(folder, capsys):
    (folder / "bad.csv").write_text(HEADER + "".join(f"{row}\n" for row in [*ROWS, "TAG-1,yesterday,54,1.5"]))
    assert call(positions="bad.csv") == 0
    assert "1  rejected (see events.rejects.csv)" in capsys.readouterr().out
    with (folder / "out/events.rejects.csv").open(newline="") as file:
        assert [(row["row"], row["field"]) for row in csv.DictReader(file)] == [("6", "time")]


@pytest.mark.parametrize(
    ("faulty", "where", "found"),
    [
        (polygon(), "feature 2: zone_id", "null"),
        (polygon(zone_id="z", device=7), "feature 2 (z): device", "7"),
        (point(zone_id="z"), "feature 2 (z): radius_m", "null"),
        (point(zone_id="z", radius_m=2), "feature 2 (z): radius_m", "2"),
        (
            feature({"type": "LineString", "coordinates": SQUARE}, zone_id="z"),
            "feature 2 (z): geometry",
            "LineString",
        ),
        (
            feature({"type": "Polygon", "coordinates": [SQUARE[:-1]]}, zone_id="z"),
            "feature 2 (z)",
            "starts at",
        ),
        (
            feature({"type": "Polygon", "coordinates": [[[a, b + 90] for a, b in SQUARE]]}, zone_id="z"),
            "feature 2 (z)",
            "143.99",
        ),
        ("text", "feature 2: zone_id", "null"),
        (polygon(zone_id="a"), "zone a", "two"),
    ],
)
def test_a_feature_that_is_no_zone_is_refused_by_its_number(folder, capsys, faulty, where, found):
    zones(folder, polygon(zone_id="a"), faulty)
    assert call() == 1
    told = capsys.readouterr().err
    assert where in told
    assert found in told
    assert not (folder / "out").exists()


@pytest.mark.parametrize(
    ("text", "found"),
    [("{", "line 1"), ('{"features": []}', "an empty list"), ("[1]", "no list"), (None, "No such file")],
)
def test_a_file_that_holds_no_zone_is_refused(folder, capsys, text, found):
    (folder / "zones.geojson").unlink()
    if text is not None:
        (folder / "zones.geojson").write_text(text)
    assert call() == 1
    assert found in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "where"), [(["--threads", "0"], "--threads"), (["--out", "events.txt"], "events.txt")]
)
def test_an_option_that_cannot_be_used_is_refused_before_any_work(folder, capsys, options, where):
    (folder / "positions.csv").unlink()
    assert call(*options) == 1
    assert f"refused: {where}\n" in capsys.readouterr().err


def test_the_page_on_crossings_shows_what_a_reader_gets(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert follow("crossings.md") == 2


def test_the_page_on_crossings_has_every_column():
    assert first_column("crossings.md", "Crossing column") == CROSSING_SCHEMA.names
