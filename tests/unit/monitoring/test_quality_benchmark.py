"""The parts of the quality benchmarks that count: a wrong count would be believed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import quality
from benchmarks.burden import arrived
from benchmarks.live_nights import arrivals_us
from benchmarks.nights import nights
from throughcare.kernel.time import MINUTE_US, Interval
from throughcare.monitoring.parameters import Parameters


def test_a_silence_of_three_hours_is_six_missed_contacts_one_silence_and_one_incident() -> None:
    minutes = np.concatenate([np.arange(0, 60, 10), np.arange(240, 300, 10)])
    worn = Interval(0, 300 * MINUTE_US)
    assert arrived(minutes * MINUTE_US, worn, limit_s=1800, merge_s=900) == [6, 1, 1]


def test_silences_with_ten_minutes_of_contact_between_them_are_one_incident() -> None:
    minutes = np.array([0, 40, 50, 100, 110, 120])
    worn = Interval(0, 120 * MINUTE_US)
    assert arrived(minutes * MINUTE_US, worn, limit_s=1800, merge_s=900) == [2, 2, 1]


def test_no_record_arrives_before_it_was_made() -> None:
    t_us = quality.facts_of(0, nights(5, people=1, per_person=3), with_unit=False)[0].t_us
    late_us = arrivals_us(np.random.default_rng(1), t_us, 3) - t_us
    assert late_us.min() > 0
    assert np.median(late_us) < 11 * MINUTE_US


def test_absent_data_is_said_and_measured_nowhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["quality", "--real", "--data", str(tmp_path)])
    assert quality.main() == 0
    assert capsys.readouterr().out.startswith("skipped: the real data is not on this machine")


def test_every_detector_is_scored_on_every_night_and_radio_helps() -> None:
    world = quality.simulated_world([11], 12)
    found = {c.name: quality.scores(world, c) for c in quality.CONTENDERS}
    assert {sum(r.nights for r in rows) for rows in found.values()} == {12 * 14}
    assert Parameters() == next(c for c in quality.CONTENDERS if c.name == "ours, with radio").parameters
    unknown_s = [sum(r.unknown_s for r in found[n]) for n in ("ours, satellite only", "ours, with radio")]
    assert unknown_s[1] < unknown_s[0]
