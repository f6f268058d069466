"""Every bad input that the issue names, through the real command: a clear error, good rows kept, nothing lost."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.lib.order_cases import curfew, order_json
from tests.lib.position_files import csv_text
from throughcare.cli.main import main

HOME_ROW = {"latitude": "50.9", "longitude": "-1.4"}
ACTIVATION = {
    "activation_id": "A1",
    "device_id": "T1",
    "from_time": "2026-03-02T12:00:00Z",
    "to_time": "2026-03-03T12:00:00Z",
}
NOW = "2026-03-03T12:00:00Z"
GOOD = 60  # sound rows beside the bad ones


def minute_rows(count: int = GOOD, *, day: str = "2026-03-02", hour: int = 18) -> list[dict[str, str]]:
    """Return sound rows of a tag at home, one a minute, received half a minute later."""
    return [
        HOME_ROW
        | {
            "gps_date": f"{day}T{hour + i // 60:02d}:{i % 60:02d}:00Z",
            "recorded_date": "",
            "uploaded_date": f"{day}T{hour + i // 60:02d}:{i % 60:02d}:30Z",
        }
        for i in range(count)
    ]


def sound_order(**more: Any) -> dict[str, Any]:
    return order_json(curfew(), **{"activations": [ACTIVATION]} | more)


class Run:
    """One run of ``throughcare monitor`` and everything that it said and left."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys, self.out = folder, capsys, folder / "out"

    def __call__(self, orders: object, positions: Path | str, *options: str, now: str | None = NOW) -> int:
        path = self.folder / "orders.json"
        path.write_text(orders if isinstance(orders, str) else json.dumps(orders), encoding="utf-8")
        if isinstance(positions, str):
            (self.folder / "positions.csv").write_text(positions, encoding="utf-8")
            positions = self.folder / "positions.csv"
        argv = ["monitor", "--orders", str(path), "--positions", str(positions), "--out", str(self.out)]
        argv += ["--no-report", "--no-packs", *options]
        code = main([*argv, "--now", now] if now else argv)
        captured = self.capsys.readouterr()
        self.said, self.refused = captured.out, captured.err
        return code

    def rejects(self) -> list[dict[str, str]]:
        with (self.out / "rejects.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def numbers(self) -> tuple[int, int, int, int]:
        """Return rows read, fixes, rejects and counted duplicates, as the command told them."""
        line = next(line for line in self.said.splitlines() if line.startswith("read "))
        read, fixes, _, rejects = (int(n.replace(",", "")) for n in re.findall(r"(\d[\d,]*) ", line)[:4])
        repeated = re.search(r"note ([\d,]+): The same fact", self.said)
        return read, fixes, rejects, int(repeated[1].replace(",", "")) if repeated else 0

    def check_nothing_lost(self, rows: int) -> None:
        read, fixes, rejects, duplicates = self.numbers()
        assert read == rows == fixes + rejects + duplicates
        assert rejects == len(self.rejects())

    def check_refusal(self, *words: str) -> None:
        for part in ("refused:", "expected:", "found:", "do:", *words):
            assert part in self.refused, self.refused
        assert "Traceback" not in self.refused


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(tmp_path, capsys)


def square(*corners: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[*map(list, corners), list(corners[0])]]}


def zone(**more: Any) -> dict[str, Any]:
    area = square((-1.45, 50.95), (-1.44, 50.95), (-1.44, 50.96), (-1.45, 50.96))
    return {
        "kind": "exclusion_zone",
        "condition_id": "z1",
        "name": "Square",
        "start_date": "2026-01-05",
        "area": area,
        **more,
    }


BAD_ORDERS = {
    "an unknown place": (
        sound_order(activations=[ACTIVATION | {"home_unit_id": "U", "home_unit_place_id": "cellar"}]),
        ("activations[0].home_unit_place_id", "the unknown place 'cellar'"),
    ),
    "an allowance of an unknown zone": (
        order_json(
            curfew(),
            zone(),
            activations=[ACTIVATION],
            authorised_absences=[
                {
                    "absence_id": "a1",
                    "condition_ids": ["zone-9"],
                    "from_time": "2026-03-02T19:00:00Z",
                    "to_time": "2026-03-02T20:00:00Z",
                    "reason": "Work",
                    "authorised_by": "PO",
                }
            ],
        ),
        ("authorised_absences[0].condition_ids[0]", "the unknown condition 'zone-9'"),
    ),
    "a kind of zone that does not exist": (
        order_json(curfew(), zone(kind="forbidden_zone"), activations=[ACTIVATION], ticked=["curfew"]),
        ("conditions[1]", "forbidden_zone"),
    ),
    "a zone whose boundary crosses itself": (
        order_json(
            curfew(),
            zone(area=square((-1.45, 50.95), (-1.44, 50.96), (-1.44, 50.95), (-1.45, 50.96))),
            activations=[ACTIVATION],
        ),
        ("conditions[1].area", "Self-intersection", "no edge crosses another"),
    ),
    "a ticked condition that is empty": (
        sound_order(ticked=["curfew", "exclusion_zone"]),
        ("the details of the exclusion_zone condition, which is ticked", "none: it is empty"),
    ),
    "a curfew without hours": (
        sound_order(conditions=[{**curfew(), "phases": []}]),
        ("conditions[0].phases",),
    ),
    "curfew hours that overlap": (
        order_json(curfew("mon 19:00-07:00; mon 22:00-23:00"), activations=[ACTIVATION]),
        ("conditions[0].phases[0].timetable", "overlap"),
    ),
    "an area with latitude first": (
        order_json(curfew(), zone(area={"type": "Circle", "centre": [50.95, -1.45], "radius_m": 50})),
        ("conditions[1].area", "only when swapped", "Swap the two numbers"),
    ),
}


@pytest.mark.parametrize("name", BAD_ORDERS)
def test_a_bad_order_is_refused_with_the_field_what_it_needs_and_what_to_do(run: Run, name: str) -> None:
    order, words = BAD_ORDERS[name]
    assert run(order, csv_text(*minute_rows())) == 1
    run.check_refusal("orders.json", *words)


def test_a_bad_order_takes_no_good_one_with_it(run: Run) -> None:
    bad = BAD_ORDERS["a ticked condition that is empty"][0] | {"order_id": "bad", "activations": []}
    assert run([sound_order(), bad], csv_text(*minute_rows())) == 1
    run.check_refusal("which is ticked")
    run.check_nothing_lost(GOOD)
    assert run.numbers()[1] == GOOD
    assert (run.out / "incidents.json").is_file()


def bad_row(**fields: str) -> dict[str, str]:
    return minute_rows()[0] | fields


# what is wrong, the bad rows, options, the reason of each reject and what its words must say
BAD_ROWS: dict[str, tuple[list[dict[str, str]], tuple[str, ...], str, tuple[str, ...]]] = {
    "a clock in the future": (
        [bad_row(gps_date="2026-03-02T19:30:00Z", uploaded_date="2026-03-02T18:30:00Z")],
        (),
        "clock_in_future",
        ("at most 120 s after receipt", "found 2026-03-02T19:30:00Z", "have it checked"),
    ),
    "a GPS week that rolled over": (
        [bad_row(gps_date="2006-07-17T18:30:00Z", uploaded_date="2026-03-02T18:30:30Z")],
        (),
        "gps_week_rollover",
        (
            "found 2006-07-17T18:30:00Z",
            "1,024 GPS weeks from 2026-03-02T18:30:00Z",
            "--correct-week-rollover",
        ),
    ),
    "before and after every activation": (
        [
            bad_row(gps_date="2026-03-02T11:59:59Z", uploaded_date=""),
            bad_row(gps_date=NOW, uploaded_date=""),
        ],
        (),
        "outside_every_activation",
        ("an instant while 'T1' was worn", "The nearest activation is A1", "Nobody is monitored outside"),
    ),
    "a device of nobody": (
        [bad_row(device_id="T9")],
        (),
        "unknown_device",
        ("found 'T9'", "Add its activation to the order"),
    ),
    "latitude and longitude exchanged": (
        [bad_row(latitude="-1.4", longitude="50.9")],
        (),
        "latitude_longitude_swapped",
        ("more than 500 km from all of them", "Check the column mapping"),
    ),
    "a longitude that no earth has": (
        [bad_row(latitude="50.9", longitude="190")],
        (),
        "longitude_out_of_range",
        ("a longitude from -180 to 180", "found '190'"),
    ),
    "a time without its zone among times that have one": (
        [bad_row(gps_date="2026-03-02T18:30:00", uploaded_date="")],
        (),
        "time_zone_missing",
        ("an offset (Z or +01:00) after the time", "--time-zone"),
    ),
    "a time that the spring night skipped": (
        [bad_row(gps_date="2026-03-29T01:30:00", uploaded_date="")],
        ("--time-zone", "Europe/London"),
        "skipped_local_time",
        ("a time that exists in the declared zone", "The clocks went forward"),
    ),
    "an accuracy that is no number": (
        [bad_row(precision="good")],
        (),
        "not_a_number",
        ("a radius in metres, or nothing where it is unknown", "found 'good'"),
    ),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_a_bad_row_is_kept_aside_with_its_reason_and_the_good_ones_are_used(run: Run, name: str) -> None:
    bad, options, reason, words = BAD_ROWS[name]
    assert run(sound_order(), csv_text(*bad, *minute_rows(), *bad), *options) == 0
    run.check_nothing_lost(GOOD + 2 * len(bad))
    assert run.numbers()[1] == GOOD
    rejects = run.rejects()
    assert Counter(item["reason"] for item in rejects) == {reason: 2 * len(bad)}
    assert {int(item["row"]) for item in rejects} == {
        *range(1, len(bad) + 1),
        *range(GOOD + len(bad) + 1, GOOD + 2 * len(bad) + 1),
    }
    for word in ("expected ", "; found ", *words):
        assert any(word in item["words"] for item in rejects), rejects[0]["words"]
    assert all(item["raw"] and item["field"] and item["file"] == "positions.csv" for item in rejects)
    assert reason in run.said


def test_a_gps_week_that_rolled_over_is_corrected_where_that_is_allowed(run: Run) -> None:
    rolled = BAD_ROWS["a GPS week that rolled over"][0]
    assert run(sound_order(), csv_text(*rolled, *minute_rows(30)), "--correct-week-rollover") == 0
    run.check_nothing_lost(31)
    assert run.numbers()[1] == 31
    assert "1,024-week GPS eras off and was corrected" in run.said


def test_a_clock_beyond_now_is_in_the_future_where_no_receipt_says_more(run: Run) -> None:
    rows = [*minute_rows(), bad_row(gps_date="2099-01-01T00:00:00Z", uploaded_date="")]
    order = sound_order(activations=[{k: v for k, v in ACTIVATION.items() if k != "to_time"}])
    assert run(order, csv_text(*rows), now=None) == 0
    run.check_nothing_lost(GOOD + 1)
    assert [item["reason"] for item in run.rejects()] == ["clock_in_future"]
    assert "as at 2026-03-02T18:59:00Z" in run.said


def test_an_exact_duplicate_is_counted_and_one_with_other_content_is_kept_and_told(run: Run) -> None:
    rows = minute_rows()
    other = rows[7] | {"latitude": "50.95"}
    assert run(sound_order(), csv_text(*rows, rows[3], rows[3], other)) == 0
    run.check_nothing_lost(GOOD + 3)
    read, fixes, rejects, duplicates = run.numbers()
    assert (read, fixes, rejects, duplicates) == (GOOD + 3, GOOD + 1, 0, 2)
    assert "note 2: Several records of one activation and instant differ in content" in run.said
    assert run.said.count("curfew_absence") == 0


def test_a_missing_accuracy_is_unknown_and_the_position_is_kept(run: Run) -> None:
    rows = [row | {"precision": "", "precision_level": ""} for row in minute_rows()]
    assert run(sound_order(), csv_text(*rows)) == 0
    run.check_nothing_lost(GOOD)
    assert run.numbers()[1] == GOOD
    assert f"note {GOOD}: No accuracy was given: it is unknown, and the position is kept." in run.said


def test_mixed_time_zones_are_told_and_read_where_the_zone_is_declared(run: Run) -> None:
    rows = minute_rows()
    local = [row | {"gps_date": row["gps_date"].removesuffix("Z"), "uploaded_date": ""} for row in rows[:20]]
    summer = [
        row | {"gps_date": row["gps_date"].replace("T18:", "T19:").replace("Z", "+01:00")} for row in rows
    ]
    assert run(sound_order(), csv_text(*local, *summer[20:]), "--time-zone", "Europe/London") == 0
    run.check_nothing_lost(GOOD)
    assert run.numbers()[1] == GOOD
    assert "note 20: The file mixes times with an offset and times without" in run.said
    assert run(sound_order(), csv_text(*local, *summer[20:])) == 0
    assert [item["reason"] for item in run.rejects()] == ["time_zone_missing"] * 20
    assert run.numbers()[1] == GOOD - 20


@pytest.mark.parametrize("kept", [0.5, 0.99, 0.0])
def test_a_truncated_parquet_file_is_refused_whole(run: Run, kept: float) -> None:
    rows = minute_rows()
    path = run.folder / "positions.parquet"
    pq.write_table(pa.table({name: [row[name] for row in rows] for name in rows[0]}), path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])
    assert run(sound_order(), path) == 1
    run.check_refusal("positions.parquet", "ask for it again" if kept else "positions.parquet")
    assert not (run.out / "incidents.json").exists()


def test_mostly_bad_rows_stop_the_run_for_the_mapping_must_be_wrong(run: Run) -> None:
    rows = [row | {"latitude": "51 3.5 N"} for row in minute_rows(60)] * 20
    assert run(sound_order(), csv_text(*rows)) == 1
    run.check_refusal("at most 50% of the rows to be rejected", "wrong column mapping")


def test_all_of_it_at_once_keeps_every_good_row_and_accounts_for_every_bad_one(run: Run) -> None:
    bad = [row for rows, options, _, _ in BAD_ROWS.values() if not options for row in rows]
    rows = [*minute_rows(30), *bad, *minute_rows(GOOD)[30:], minute_rows()[0]]
    assert run(sound_order(), csv_text(*rows)) == 0
    run.check_nothing_lost(len(rows))
    assert run.numbers() == (len(rows), GOOD, len(bad), 1)


def test_what_was_not_yet_recorded_makes_its_device_unknown_and_is_no_crash(run: Run) -> None:
    later = sound_order(
        version=2,
        recorded_at="2026-03-20T10:00:00Z",
        activations=[ACTIVATION, ACTIVATION | {"activation_id": "A2", "device_id": "T2"}],
    )
    rows = csv_text(*minute_rows(), *(row | {"device_id": "T2"} for row in minute_rows(5)))
    assert run([sound_order(), later], rows, "--known-at", "2026-03-04T00:00:00Z") == 0
    run.check_nothing_lost(GOOD + 5)
    assert Counter(item["reason"] for item in run.rejects()) == {"unknown_device": 5}
    assert run([sound_order(), later], rows, "--known-at", "2026-03-21T00:00:00Z") == 0
    assert run.rejects() == []
    assert run([sound_order()], rows, "--known-at", "2025-01-01T00:00:00Z") == 0
    assert Counter(item["reason"] for item in run.rejects()) == {"unknown_device": GOOD + 5}


def test_evaluating_as_at_an_earlier_instant_calls_no_clock_wrong(run: Run) -> None:
    rows = [row | {"uploaded_date": ""} for row in minute_rows()]
    assert run(sound_order(), csv_text(*rows), now="2026-03-02T18:29:00Z") == 0
    run.check_nothing_lost(GOOD)
    assert run.rejects() == []
    assert "30 facts from after --now not evaluated" in run.said


def test_two_orders_that_name_one_activation_are_refused_rather_than_one_left_unwatched(run: Run) -> None:
    assert run([sound_order(), sound_order(order_id="o2")], csv_text(*minute_rows())) == 1
    run.check_refusal("activation A1", "an activation of one order", "order o1 and in order o2")
