"""Tracks point by point; plans are set aside."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lib.position_files import GPX, facts, read
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import parse_instant

POINT = (
    '<trkpt lat="51.0579" lon="-1.3206"><ele>24</ele><time>2026-03-02T19:00:00Z</time><hdop>1.1</hdop>'
    "<sat>8</sat><extensions><x:speed xmlns:x='urn:x'>2.5</x:speed></extensions></trkpt>"
)


def gpx(folder: Path, *points: str, name: str = "TAG-3.gpx") -> Path:
    path = folder / name
    path.write_text(GPX.format(points="\n".join(points)))
    return path


def test_a_track_point_is_a_position_of_the_files_stem(tmp_path: Path):
    positions, rejects, notes = read(gpx(tmp_path, POINT))
    assert rejects == []
    assert notes == {"missing_accuracy": 1}
    t_us = parse_instant("2026-03-02T19:00:00Z")
    assert facts(positions)[0][:3] == ("TAG-3", t_us, 51.0579)
    assert (positions.hdop[0], positions.satellites[0], positions.speed_mps[0]) == (1.1, 8.0, 2.5)


@pytest.mark.parametrize(
    ("point", "reason"),
    [
        ('<trkpt lat="abc" lon="1"><time>2026-03-02T19:00:00Z</time></trkpt>', "not_a_number"),
        ('<trkpt lon="1"><time>2026-03-02T19:00:00Z</time></trkpt>', "missing_latitude"),
        ('<trkpt lat="1" lon="1"/>', "missing_time"),
        ('<trkpt lat="1" lon="1"><time>2026-03-02T19:00:00</time></trkpt>', "time_zone_missing"),
        ('<trkpt lat="1" lon="1"><time>noon</time></trkpt>', "unreadable_time"),
    ],
)
def test_one_bad_point_does_not_cost_the_file(tmp_path: Path, point, reason):
    positions, rejects, _ = read(gpx(tmp_path, POINT, point, POINT))
    assert positions.row.tolist() == [1, 3]
    assert [(r.row, r.reason) for r in rejects] == [(2, reason)]


def test_waypoints_and_routes_are_plans_not_recordings(tmp_path: Path):
    path = gpx(tmp_path, POINT)
    path.write_text(
        path.read_text().replace("<trk>", '<wpt lat="1" lon="1"/><rte><rtept lat="1" lon="1"/></rte><trk>')
    )
    positions, rejects, notes = read(path)
    assert (len(positions), rejects, notes["route_or_waypoint"]) == (1, [], 2)


def test_a_track_cut_short_gives_its_whole_points(tmp_path: Path):
    path = gpx(tmp_path, POINT, POINT, POINT)
    path.write_text(path.read_text()[: path.read_text().rindex("<sat>")])
    positions, rejects, notes = read(path)
    assert positions.row.tolist() == [1, 2]
    assert [(r.row, r.reason) for r in rejects] == [(3, "truncated_row")]
    assert notes["file_ended_early"] == 1


def test_damage_in_the_middle_of_a_track_is_refused_with_its_line(tmp_path: Path):
    with pytest.raises(RefusedInput, match="breaks at line 4"):
        read(gpx(tmp_path, POINT, "<trkpt lat='1'<<", POINT))
