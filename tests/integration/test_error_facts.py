"""The committed facts are what the data beside the project give today."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from benchmarks import fit_errors
from benchmarks.error_fits import real
from throughcare.simulation import error_facts


def _numbers(value: object) -> list[float]:
    """Return every number of nested facts, in order."""
    if isinstance(value, dict):
        return [n for part in value.values() for n in _numbers(part)]
    if isinstance(value, (list, tuple)):
        return [n for part in value for n in _numbers(part)]
    return [float(value)] if isinstance(value, (int, float)) else []


@pytest.mark.real_data
def test_the_committed_facts_are_those_of_a_fresh_fit_within_1_percent(shared_data: Path) -> None:
    found = fit_errors.fit(shared_data)
    for fresh, kept in (
        (found.collars, error_facts.COLLARS),
        (found.noise, error_facts.COLLAR_NOISE),
        (found.phones, error_facts.PHONES),
        (found.rides, error_facts.RIDES),
    ):
        assert _numbers(asdict(fresh)) == pytest.approx(_numbers(asdict(kept)), rel=0.01)


@pytest.mark.real_data
def test_stations_come_in_order_of_time_and_lose_no_fix(shared_data: Path) -> None:
    found = real.stations(shared_data)
    assert len(found) == error_facts.COLLARS.stations
    assert sum(run.shape[1] for run in found) == 8_466


def test_without_the_data_the_command_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mobilitynet").mkdir()
    monkeypatch.setattr("sys.argv", ["fit_errors.py", "--data", str(tmp_path)])
    assert fit_errors.main() == 0
    said = capsys.readouterr().out
    assert said.startswith("skipped: nofence_collar_static, gps_accuracy_hampshire not found in")
