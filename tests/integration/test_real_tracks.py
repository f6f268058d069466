"""The engine on real tracks of phones and receivers, against what is known to be true of them.

The findings are those of docs/real-tracks.md, with room for a detector that is tuned anew: upper bounds on what
is false, lower bounds on what is found where evidence is plain. No row may be lost, whatever the detector.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.real_tracks import PHONE_OPTIONS
from benchmarks.tracks import cycles, receivers, still, trips
from benchmarks.tracks.running import DETECTORS, Case, Facts, account, evaluate, read, rejects_by_reason
from benchmarks.tracks.scoring import Outcome
from throughcare.cli.main import main
from throughcare.monitoring.incidents import IncidentKind
from throughcare.monitoring.parameters import Detector
from throughcare.runners.monitoring import Run

pytestmark = pytest.mark.real_data
EACH_DETECTOR = pytest.mark.parametrize("detector", DETECTORS, ids=str)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("orders")


@pytest.fixture(scope="module")
def journeys(shared_data: Path) -> list[trips.Journey]:
    """Return the days of car and bicycle trips: most phones, best truth."""
    found = trips.journeys(shared_data, still.locations(shared_data))
    return [journey for journey in found if journey.spec.startswith("unimodal")]


@pytest.fixture(scope="module")
def phones(shared_data: Path, journeys: list[trips.Journey], folder: Path) -> Facts:
    orders = still.still_orders(still.locations(shared_data)) + trips.trip_orders(journeys)
    path = shared_data / "mobilitynet" / "mobilitynet_locations.parquet"
    return read(Case("phones", orders, [path], options=PHONE_OPTIONS), folder)


@pytest.fixture(scope="module")
def phone_runs(phones: Facts) -> dict[Detector, Run]:
    return {detector: evaluate(phones, detector) for detector in DETECTORS}


@pytest.fixture(scope="module")
def rides(shared_data: Path, folder: Path) -> Facts:
    return read(cycles.case(shared_data), folder)


@pytest.fixture(scope="module")
def ride_outcomes(rides: Facts, shared_data: Path) -> dict[Detector, list[tuple[cycles.Area, Outcome]]]:
    return {detector: cycles.score(evaluate(rides, detector), shared_data) for detector in DETECTORS}


def test_every_row_of_the_phones_is_a_fix_a_reject_or_a_counted_duplicate(phones: Facts) -> None:
    counts = account(phones.loaded)
    assert counts["rows"] == 145_424
    assert counts["lost"] == 0
    assert {reason for reason, _ in rejects_by_reason(phones.loaded)} <= {
        "outside_every_activation",
        "unknown_device",
    }


def test_every_row_of_the_rides_is_a_fix(rides: Facts) -> None:
    assert account(rides.loaded) == {
        "rows": 30_910, "fixes": 30_910, "statuses": 0, "rejects": 0, "counted only": 0, "lost": 0,
    }  # fmt: skip


@EACH_DETECTOR
def test_phones_that_lay_still_for_62_days_are_hardly_ever_said_to_be_out(
    phone_runs: dict[Detector, Run], detector: Detector
) -> None:
    score = still.score(phone_runs[detector], str(detector))
    assert score.runs == 136
    assert score.worn_s / still.DAY_S == pytest.approx(61.6, abs=0.1)
    assert score.incidents <= 3  # measured 2 and 0
    assert score.outside_s <= 0.002 * score.worn_s
    assert score.inside_s > 0.05 * score.worn_s  # something is known, or the above would say nothing


@EACH_DETECTOR
def test_a_sleeping_phone_is_unknown_and_a_loss_of_contact_not_an_absence(
    phone_runs: dict[Detector, Run], detector: Detector
) -> None:
    score = still.score(phone_runs[detector], str(detector))
    assert score.unknown_s > 0.75 * score.worn_s
    assert score.silences > 100


@EACH_DETECTOR
def test_no_zone_beside_the_way_is_reported_by_any_phone_or_receiver(
    phone_runs: dict[Detector, Run],
    journeys: list[trips.Journey],
    ride_outcomes: dict[Detector, list[tuple[cycles.Area, Outcome]]],
    detector: Detector,
) -> None:
    ridden = [o for area, o in ride_outcomes[detector] if area.group.startswith("beside")]
    driven = [o for d, o in trips.zone_outcomes(phone_runs[detector], journeys) if "beside" in d.group]
    assert not [o for o in ridden + driven if o.false]


@EACH_DETECTOR
def test_receivers_on_one_ride_agree_on_visits_of_six_minutes_and_on_when_they_began(
    ride_outcomes: dict[Detector, list[tuple[cycles.Area, Outcome]]], detector: Detector
) -> None:
    long = [
        outcome
        for _, outcome in ride_outcomes[detector]
        if outcome.visit and outcome.visit.longest_s >= 360.0 and outcome.device != cycles.SPARSE
    ]
    assert len(long) >= 30
    assert {outcome.device for outcome in long if outcome.found} == {outcome.device for outcome in long}
    assert all(outcome.found for outcome in long)
    assert np.median([abs(outcome.enter_error_s()) for outcome in long]) <= 10.0
    assert np.percentile([outcome.delay_s() for outcome in long], 90) <= 300.0


@EACH_DETECTOR
def test_long_visits_are_found_on_trips_where_the_phone_saw_anything(
    phone_runs: dict[Detector, Run], journeys: list[trips.Journey], detector: Detector
) -> None:
    told = [o for _, o in trips.zone_outcomes(phone_runs[detector], journeys)]
    long = [o for o in told if o.visit and o.visit.longest_s >= 900.0 and not o.blind]
    assert len(long) >= 40
    assert sum(o.found for o in long) >= 0.7 * len(long)
    assert not [o for o in told if o.false]


def test_the_true_minutes_of_an_absence_lie_within_the_reported_bounds(
    phone_runs: dict[Detector, Run], journeys: list[trips.Journey]
) -> None:
    said = [
        c
        for c in trips.curfew_outcomes(phone_runs[Detector.PROBABILISTIC], journeys)
        if c.code and np.isfinite(c.truth_s)
    ]
    held = [c.low_s - 180.0 <= c.truth_s <= c.high_s + 180.0 for c in said]
    assert len(said) >= 20
    assert np.mean(held) >= 0.85


def test_nobody_who_kept_an_appointment_is_called_absent_more_than_seldom(
    phone_runs: dict[Detector, Run], journeys: list[trips.Journey]
) -> None:
    kept = [
        a.found
        for a in trips.attendance_outcomes(phone_runs[Detector.PROBABILISTIC], journeys)
        if a.truth in {"attended", "late"}
    ]
    assert len(kept) >= 5
    assert kept.count("absent") <= 0.1 * len(kept)


@EACH_DETECTOR
def test_83_logs_lose_no_line_and_no_still_antenna_leaves_home(
    shared_data: Path, tmp_path: Path, detector: Detector
) -> None:
    logs = receivers.unpack(shared_data, tmp_path)
    facts = read(receivers.logs_case(logs), tmp_path)
    counts = account(facts.loaded)
    assert len(logs) == 83
    assert counts["lost"] == 0
    assert counts["fixes"] == 2_184
    assert dict(rejects_by_reason(facts.loaded)) == {
        "missing_checksum": 110, "bad_checksum": 56, "not_nmea": 43, "broken_sentence": 7,
    }  # fmt: skip
    assert not [i for i in evaluate(facts, detector).incidents if i.kind is IncidentKind.CURFEW_ABSENCE]


def test_a_log_without_a_date_is_read_with_the_first_date_that_the_caller_states(
    shared_data: Path, tmp_path: Path
) -> None:
    drive = receivers.drive(shared_data)
    facts = read(receivers.drive_case(drive, tmp_path), tmp_path)
    assert len(facts.loaded.fixes) == len(drive.t_s) == 1_627
    assert facts.loaded.fixes.t_us[0] == drive.t_s[0] * 1e6


def test_the_command_line_monitors_and_replays_a_real_ride_to_the_same_incidents(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = cycles.case(shared_data)
    order = next(o for o in case.orders if o["wearer_ref"] == "openlog")
    orders = tmp_path / "orders.json"
    orders.write_text(json.dumps({"orders": [order]}), encoding="utf-8")
    given = ["--orders", str(orders), "--positions", str(case.positions[0])]
    assert main(["monitor", *given, "--out", str(tmp_path / "out"), "--no-packs"]) == 0
    told = capsys.readouterr().out
    assert "30,910 rows: 1,103 fixes" in told
    assert "rejected 29,807: unknown_device" in told
    assert (tmp_path / "out" / "report" / "index.html").is_file()
    assert main(["replay", *given, "--out", str(tmp_path / "again"), "--step-minutes", "30"]) == 0
    assert "equal to one evaluation of all facts at once" in capsys.readouterr().out
    first, second = (
        json.loads((tmp_path / name / "incidents.json").read_text(encoding="utf-8"))
        for name in ("out", "again")
    )
    assert first == second
