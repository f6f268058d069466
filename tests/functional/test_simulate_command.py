from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from throughcare.cli import simulate
from throughcare.kernel.errors import RefusedInput


def _run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    simulate.add_parser(parser.add_subparsers())
    arguments = parser.parse_args(["simulate", *words])
    return int(arguments.run(arguments))


def test_the_command_writes_a_folder_and_says_what_is_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--people", "2", "--days", "1", "--seed", "5", "--start", "2026-10-24", "--interval-s", "15")
    assert _run("--out", str(tmp_path / "new"), *words) == 0
    assert "2 people, 1 days" in capsys.readouterr().out
    names = {path.name for path in (tmp_path / "new").iterdir()}
    assert {
        "orders.json",
        "positions.parquet",
        "statuses.csv",
        "town.geojson",
        "truth",
        "README.txt",
    } <= names
    orders = json.loads((tmp_path / "new/orders.json").read_text())["orders"]
    assert {order["start_date"] for order in orders} == {"2026-10-24"}


@pytest.mark.parametrize(
    ("start", "days"), [("9999-12-30", "1"), ("0001-01-01", "1"), ("1980-01-06", "1"), ("2099-12-31", "2")]
)
def test_days_that_no_device_can_date_are_refused_in_words(tmp_path: Path, start: str, days: str) -> None:
    with pytest.raises(RefusedInput, match="days from 1980-01-07 to 2099-12-31"):
        _run("--out", str(tmp_path), "--people", "1", "--start", start, "--days", days)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("start", ["1980-01-07", "2099-12-31"])
def test_the_first_and_the_last_day_that_devices_can_date_are_simulated(tmp_path: Path, start: str) -> None:
    assert _run("--out", str(tmp_path), "--people", "1", "--days", "1", "--start", start) == 0


@pytest.mark.parametrize(("flag", "value"), [("--people", "0"), ("--days", "-2"), ("--seed", "-1")])
def test_a_number_that_makes_no_sense_is_refused_in_words(tmp_path: Path, flag: str, value: str) -> None:
    with pytest.raises(RefusedInput, match=flag):
        _run("--out", str(tmp_path), flag, value)
    assert list(tmp_path.iterdir()) == []
