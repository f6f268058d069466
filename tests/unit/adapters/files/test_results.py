"""Results that a spreadsheet, a program and a court can read."""

from __future__ import annotations

import csv
import hashlib
import json
import math
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from throughcare.adapters.files.results import (
    guarded,
    reject_sink,
    write_attendance,
    write_events,
    write_incidents,
    write_manifest,
    write_measures,
    write_rejects,
)
from throughcare.kernel.reasons import Reason
from throughcare.kernel.time import Interval, parse_instant
from throughcare.monitoring.incidents import (
    AlertCode,
    Allowed,
    AttendanceRecord,
    Incident,
    IncidentKind,
    IncidentStatus,
    Measure,
    Outcome,
    Spell,
)
from throughcare.monitoring.intake import Reject

T_US = parse_instant("2026-03-02T19:00:00Z")
HOUR_US = 3_600_000_000


def incident(**changes: object) -> Incident:
    spell = Spell(T_US, None, 60.0, 90.0, math.inf, AlertCode.LEFT_DURING_CURFEW, 5, 0.99)
    values: dict[str, object] = {
        "incident_id": "inc-1",
        "kind": IncidentKind.CURFEW_ABSENCE,
        "code": AlertCode.LEFT_DURING_CURFEW,
        "status": IncidentStatus.OPEN,
        "activation_id": "a1",
        "wearer_ref": "W1",
        "order_id": "O1",
        "order_version": 2,
        "condition_id": "c1",
        "window": Interval(T_US, T_US + HOUR_US),
        "start_us": T_US,
        "end_us": None,
        "detected_us": T_US + 1,
        "spells": (spell,),
        "low_s": 60.0,
        "best_s": 90.0,
        "high_s": math.inf,
        "unknown_s": 0.0,
        "allowed": (Allowed("reasonable_excuse", "x1", 5.0, "=medical"),),
        "atv_s": 90.0,
        "confidence": 0.99,
        "cause": None,
        "reasons": (Reason("left", "-Left at 19:00.", {"m": 12.5}), Reason("late", "Ångström.")),
        "watch_id": None,
        "parameters_id": "p1",
    }
    return Incident(**(values | changes))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("cell", ["=1+1", "+44", "-left", "@x", "\tx", "\rx", "\nx"])
def test_a_text_that_could_be_a_formula_is_disarmed(cell):
    assert guarded(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", [-1.5, 0, "plain", "a=b", True])
def test_numbers_and_plain_texts_stay_as_they_are(cell):
    assert guarded(cell) == cell


def test_rejects_are_csv_with_one_record_a_reject_whatever_they_hold(tmp_path: Path):
    path = tmp_path / "rejects.csv"
    nasty = Reject("f.csv", 3, "lat", "not_a_number", 'say "what"', "=T1", T_US, "a,b\nc\ud800")
    write_rejects(path, [nasty, Reject("g", -1, "t", "missing_time", "w")])
    assert b"\r\n" in path.read_bytes()
    first, second = rows_of(path)
    assert first["words"] == 'say "what"'
    assert first["key"] == "'=T1"
    assert first["t"] == "2026-03-02T19:00:00Z"
    assert first["raw"] == "a,b\nc\\ud800"
    assert (second["row"], second["t"], second["raw"]) == ("-1", "", "")


def killed_while_adding(path: Path, reject: Reject) -> None:
    with reject_sink(path) as add:
        add([reject])
        raise RuntimeError("killed")


def test_a_sink_takes_rejects_block_by_block_and_drops_the_file_on_an_error(tmp_path: Path):
    path = tmp_path / "rejects.csv"
    reject = Reject("f", 1, "t", "missing_time", "w")
    with reject_sink(path) as add:
        add([reject])
        add([])
        add([reject, reject])
    assert len(rows_of(path)) == 3
    with pytest.raises(RuntimeError, match="killed"):
        killed_while_adding(tmp_path / "half.csv", reject)
    assert [item.name for item in tmp_path.iterdir()] == ["rejects.csv"]


def test_incidents_are_whole_in_json_and_flat_in_csv_and_parquet(tmp_path: Path):
    whole, flat, columns = write_incidents(tmp_path, [incident(), incident(incident_id="inc-2")])
    read = json.loads(whole.read_text())
    assert [item["incident_id"] for item in read] == ["inc-1", "inc-2"]
    assert read[0]["high_s"] is None
    assert read[0]["spells"][0]["code"] == "AL10"
    row = rows_of(flat)[0]
    assert row["why"] == "'-Left at 19:00. Ångström."
    assert row["window_end"] == "2026-03-02T20:00:00Z"
    assert json.loads(row["allowed"])[0]["allowance_id"] == "x1"
    table = pq.read_table(columns).to_pylist()
    assert table[0]["start"].isoformat() == "2026-03-02T19:00:00+00:00"
    assert table[0]["end"] is None
    assert table[1]["order_version"] == 2


def test_a_run_without_incidents_still_says_so_in_every_format(tmp_path: Path):
    whole, flat, columns = write_incidents(tmp_path, [])
    assert json.loads(whole.read_text()) == []
    assert rows_of(flat) == []
    assert pq.read_table(columns).num_rows == 0


def test_appointments_measures_and_events_are_written(tmp_path: Path):
    due = Interval(T_US, T_US + HOUR_US)
    record = AttendanceRecord(
        "a1", "W1", "O1", "c1", due, Outcome.LATE, T_US + 1, 60.0, (Reason("late", "x"),)
    )
    write_attendance(tmp_path / "a.csv", [record])
    write_measures(
        tmp_path / "m.csv", [Measure("a1", "W1", "O1", None, "atv", -1.5, "s", low=None, high=math.nan)]
    )
    write_events(tmp_path / "e.ndjson", [{"x": math.nan, "y": [1]}, {"z": "é"}])
    assert rows_of(tmp_path / "a.csv")[0]["outcome"] == "late"
    measure = rows_of(tmp_path / "m.csv")[0]
    assert (measure["value"], measure["low"], measure["high"]) == ("-1.5", "", "")
    lines = (tmp_path / "e.ndjson").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [{"x": None, "y": [1]}, {"z": "é"}]


def test_the_manifest_seals_what_went_in_and_came_out(tmp_path: Path):
    (tmp_path / "in.csv").write_bytes(b"abc")
    (tmp_path / "out.csv").write_bytes(b"")
    path = tmp_path / "manifest.json"
    options: dict[str, object] = {
        "inputs": [tmp_path / "in.csv"],
        "outputs": [tmp_path / "out.csv"],
        "parameters": {"dwell_s": 60},
        "now_us": T_US,
    }
    write_manifest(path, **options)
    manifest = json.loads(path.read_text())
    digest = hashlib.sha256(b"abc").hexdigest()
    assert manifest["inputs"] == [{"name": "in.csv", "bytes": 3, "sha256": digest}]
    assert manifest["outputs"][0]["bytes"] == 0
    assert (manifest["now"], manifest["known_at"]) == ("2026-03-02T19:00:00Z", "2026-03-02T19:00:00Z")
    assert manifest["parameters"] == {"dwell_s": 60}
    assert set(manifest["versions"]) >= {"throughcare", "python", "numpy"}
    first = path.read_bytes()
    write_manifest(path, **options)
    assert path.read_bytes() == first
