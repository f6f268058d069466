"""Real receivers' files are read whole: every line is a position, a reject with its reason, or set aside."""

from __future__ import annotations

import tarfile
from collections import Counter
from pathlib import Path

import pytest

from tests.lib.position_files import read
from throughcare.adapters.files.budget import RejectBudget
from throughcare.kernel.errors import RefusedInput

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def logs(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("nmea")
    with tarfile.open(shared_data / "gpsd_nmea" / "gpsd_daemon_nmea_logs.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    return sorted(folder.rglob("*.log"))


def test_every_line_of_83_receivers_logs_is_accounted_for(logs: list[Path]):
    found: Counter[str] = Counter()
    for path in logs:
        positions, rejects, notes = read(path)
        lines = path.read_bytes().removesuffix(b"\n").count(b"\n") + 1
        aside = sum(count for code, count in notes.items() if code != "missing_accuracy")
        assert lines == len(positions) + len(rejects) + aside, path.name
        found.update(reject.reason for reject in rejects)
        found["positions"] += len(positions)
    assert len(logs) == 83
    assert found == {
        "positions": 2184,
        "missing_checksum": 111,
        "bad_checksum": 56,
        "not_nmea": 43,
        "broken_sentence": 8,
    }


def test_a_receiver_that_stands_still_is_where_its_log_says(logs: list[Path]):
    path = next(path for path in logs if path.name == "hab-gpspi.log")
    positions, _, _ = read(path)
    assert positions.lat_deg == pytest.approx([48.069] * 3, abs=1e-4)
    assert positions.lon_deg == pytest.approx([16.359] * 3, abs=1e-4)
    assert positions.hdop.tolist() == [0.96] * 3


def test_the_mobilitynet_phones_are_read_through_a_mapping(shared_data: Path):
    path = shared_data / "mobilitynet" / "mobilitynet_locations.parquet"
    columns = {"device": "phone", "speed_mps": "speed"}
    positions, rejects, notes = read(path, time_zone="UTC", columns=columns, accuracy_level=0.68)
    assert (len(positions), rejects, dict(notes)) == (145_424, [], {})
    assert len(positions.keys) == 8
    assert set(positions.level.tolist()) == {0.68}
    with pytest.raises(RefusedInput, match="'time_zone_missing'"):
        read(path, columns=columns, budget=RejectBudget(), block_rows=2000)


def test_the_hampshire_receivers_are_read_as_they_are(shared_data: Path):
    path = shared_data / "gps_accuracy_hampshire" / "hampshire_cycle_multi_receiver.parquet"
    positions, rejects, notes = read(path)
    assert (len(positions), rejects) == (30_910, [])
    assert notes == {"missing_accuracy": 30_910}
    assert len(positions.keys) == 8


def test_a_bus_in_local_time_is_read_in_the_declared_zone(shared_data: Path):
    path = shared_data / "bus_liverpool" / "route14_outbound.csv"
    positions, rejects, _ = read(
        path, time_zone="Europe/London", columns={"device": "vehicle_id", "heading": "bearing"}
    )
    assert len(positions) + len(rejects) == 1533
    assert rejects == []


def test_a_time_of_day_without_a_date_is_no_time(shared_data: Path):
    path = shared_data / "google_ublox_vs_span" / "ublox_f9k_vs_span_1hz.csv"
    positions, rejects, _ = read(path, default_device="f9k", columns={"t": "utc"})
    assert len(positions) == 0
    assert {reject.reason for reject in rejects} == {"time_out_of_range"}
