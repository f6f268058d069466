"""The sentences of one instant make one position, and every line is accounted for."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from pynmeagps.nmeahelpers import calc_checksum

from tests.lib.position_files import read
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import iso_utc


def sealed(content: str) -> str:
    return f"${content}*{calc_checksum(content)}"


def rmc(time: str = "190000.00", date: str = "020326", *, talker: str = "GP", status: str = "A") -> str:
    return sealed(f"{talker}RMC,{time},{status},5103.474,N,00119.236,W,10.0,270.0,{date},,,A")


def gga(time: str = "190000.00", *, quality: int = 1, hdop: str = "1.10", talker: str = "GP") -> str:
    return sealed(f"{talker}GGA,{time},5103.47400,N,00119.23600,W,{quality},08,{hdop},24.0,M,47.0,M,,")


def log(folder: Path, *lines: str | bytes) -> Path:
    path = folder / "tag.nmea"
    path.write_bytes(b"".join((x if isinstance(x, bytes) else x.encode()) + b"\r\n" for x in lines))
    return path


def instants(path: Path, **options: object) -> list[str]:
    return [iso_utc(t) for t in read(path, **options)[0].t_us.tolist()]


def test_rmc_and_gga_of_one_instant_are_one_position(tmp_path: Path):
    positions, rejects, notes = read(log(tmp_path, gga(), sealed("GPGSV,1,1,00"), rmc()))
    assert rejects == []
    assert [iso_utc(t) for t in positions.t_us.tolist()] == ["2026-03-02T19:00:00Z"]
    assert positions.row.tolist() == [1]
    np.testing.assert_allclose([positions.lat_deg[0], positions.lon_deg[0]], [51.0579, -1.3206], atol=1e-9)
    assert (positions.hdop[0], positions.satellites[0], positions.heading_deg[0]) == (1.1, 8.0, 270.0)
    assert positions.speed_mps[0] == pytest.approx(10 * 1852 / 3600)
    assert notes == {"merged_sentence": 1, "other_sentence": 1, "missing_accuracy": 1}


@pytest.mark.parametrize("talker", ["GP", "GN", "GL", "GA", "GB", "BD"])
def test_every_talker_is_heard(tmp_path: Path, talker):
    assert instants(log(tmp_path, rmc(talker=talker))) == ["2026-03-02T19:00:00Z"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (rmc().replace("270.0", "271.0"), "bad_checksum"),
        (rmc()[:-3], "missing_checksum"),
        (rmc()[:-1], "broken_sentence"),
        (rmc()[1:], "not_nmea"),
    ],
)
def test_a_damaged_line_is_rejected_with_its_number(tmp_path: Path, line, reason):
    positions, rejects, _ = read(log(tmp_path, rmc("185900"), line, rmc("190100")))
    assert positions.row.tolist() == [1, 3]
    assert [(r.row, r.reason, r.raw) for r in rejects] == [(2, reason, line)]


@pytest.mark.parametrize(
    "lines",
    [
        (rmc(status="V"),),
        (gga(quality=0), rmc(status="V")),
        (gga(quality=8),),
        (gga(quality=6), rmc()),
        (gga(), rmc(status="V")),
        (sealed("GPRMC,190000,A,5103.474,N,00119.236,W,10.0,270.0,020326,,,S"),),
    ],
)
def test_a_position_that_the_receiver_did_not_measure_is_no_fix(tmp_path: Path, lines):
    positions, rejects, notes = read(log(tmp_path, *lines, rmc("190100")))
    assert len(positions) == 1
    assert rejects == []
    assert notes["no_fix"] == len(lines)


def test_dates_run_over_midnight_and_back_to_the_first_sentences(tmp_path: Path):
    path = log(
        tmp_path,
        gga("235958"),
        gga("235959"),
        rmc("000000", "030326"),
        gga("120000"),
        gga("235959"),
        gga("000001"),
    )
    assert instants(path) == [
        "2026-03-02T23:59:58Z",
        "2026-03-02T23:59:59Z",
        "2026-03-03T00:00:00Z",
        "2026-03-03T12:00:00Z",
        "2026-03-03T23:59:59Z",
        "2026-03-04T00:00:01Z",
    ]


def test_zda_gives_the_date_too(tmp_path: Path):
    path = log(tmp_path, gga(), sealed("GPZDA,190000.00,02,03,2026,00,00"))
    assert instants(path) == ["2026-03-02T19:00:00Z"]


def test_a_log_without_a_date_is_rejected_line_by_line_unless_one_is_declared(tmp_path: Path):
    path = log(tmp_path, gga("235959"), gga("000001"))
    positions, rejects, _ = read(path)
    assert len(positions) == 0
    assert [(r.row, r.reason) for r in rejects] == [(1, "missing_date"), (2, "missing_date")]
    assert instants(path, first_date=dt.date(2026, 3, 2)) == ["2026-03-02T23:59:59Z", "2026-03-03T00:00:01Z"]


def test_a_position_without_a_time_is_rejected(tmp_path: Path):
    positions, rejects, _ = read(log(tmp_path, rmc(), gga("")))
    assert len(positions) == 1
    assert [(r.row, r.reason) for r in rejects] == [(2, "missing_time")]


def test_comments_blank_lines_and_binary_data_are_set_aside_and_counted(tmp_path: Path):
    path = log(
        tmp_path,
        "# a comment",
        "",
        b"\xb5b\x01\x07\xff\xfe",
        b"\xb5b\x01\xff" + rmc().encode(),
        "!AIVDM,1,1,,A,,0*26",
    )
    positions, rejects, notes = read(path)
    assert (len(positions), rejects) == (1, [])
    assert notes == {"comment": 2, "binary_data": 1, "other_sentence": 1, "missing_accuracy": 1}


def test_what_a_maker_defined_is_not_taken_for_a_position(tmp_path: Path):
    positions, rejects, _ = read(log(tmp_path, sealed("PGRMC,A,225.1,100,6378137.000,298.257"), rmc()))
    assert (len(positions), rejects) == (1, [])


def test_an_impossible_place_is_rejected_like_in_any_other_format(tmp_path: Path):
    line = sealed("GPRMC,190000,A,9903.474,N,00119.236,W,10.0,270.0,020326,,,A")
    _, rejects, _ = read(log(tmp_path, line))
    assert [(r.row, r.reason, r.raw) for r in rejects] == [(1, "latitude_longitude_swapped", line)]


def test_a_week_that_rolled_over_is_kept_as_sent_for_screening_to_find(tmp_path: Path):
    assert instants(log(tmp_path, rmc(date="170706"))) == ["2006-07-17T19:00:00Z"]


def test_a_log_without_any_sentence_is_refused(tmp_path: Path):
    with pytest.raises(RefusedInput, match="NMEA 0183"):
        read(log(tmp_path, "# only a comment"))
