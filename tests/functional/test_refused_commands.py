"""Commands that cannot do what is asked say so in words; none ends in a traceback or in silence."""

from __future__ import annotations

import csv
import functools
import json
import operator
from pathlib import Path

import pytest

from throughcare.cli.main import main

ORDER = Path(__file__).parents[2] / "docs" / "examples" / "order.json"
HEADER = "device_id,time,lat,lon,accuracy"


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder, made the working one, with an order, ten positions and some broken files."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "order.json").write_bytes(ORDER.read_bytes())
    rows = [f"TAG-1,2026-03-09T20:{minute:02}:00Z,54.0,1.5,12" for minute in range(10)]
    (tmp_path / "positions.csv").write_text("".join(f"{line}\n" for line in [HEADER, *rows]))
    (tmp_path / "civil.csv").write_text("".join(f"{line}\n" for line in [HEADER, *rows]).replace("Z,", ","))
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "list.json").write_text("[1]")
    (tmp_path / "word.json").write_text('{"margin_m": "ten"}')
    (tmp_path / "rule.json").write_text('{"detector": "tea leaves"}')
    return tmp_path


def call(command: str, *options: str, positions: str = "positions.csv", out: str = "out") -> int:
    rest = ["--no-report", "--no-packs"] if command == "monitor" else []
    return main([command, "--orders", "order.json", "--positions", positions, "--out", out, *rest, *options])


@pytest.mark.parametrize(
    ("options", "where", "found"),
    [
        (["--background", "nothere.json"], "nothere.json", "No such file or directory"),
        (["--background", "broken.json"], "broken.json", "line 1"),
        (["--parameters", "list.json"], "list.json", "a list"),
        (["--parameters", "word.json"], "word.json: margin_m", "'ten'"),
        (["--parameters", "rule.json"], "rule.json: detector", "'tea leaves'"),
        (["--now", "yesterday"], "date-time", "'yesterday'"),
    ],
)
def test_an_option_that_cannot_be_used_is_refused_by_its_name(
    night: Path, capsys: pytest.CaptureFixture[str], options: list[str], where: str, found: str
) -> None:
    assert call("monitor", *options) == 1
    told = capsys.readouterr().err
    assert f"refused: {where}\n" in told
    assert found in told
    assert not (night / "out").exists()


@pytest.mark.parametrize("option", ["--step-minutes", "--retain-hours"])
@pytest.mark.parametrize("number", ["0", "-1", "nan", "inf"])
def test_a_length_of_time_that_is_none_is_refused_before_anything_is_read(
    night: Path, capsys: pytest.CaptureFixture[str], option: str, number: str
) -> None:
    assert call("replay", option, number) == 1
    assert f"refused: {option}\n  expected: a number above 0" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["monitor", "replay"])
def test_a_folder_that_cannot_be_written_to_is_refused(
    night: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert call(command, out="order.json") == 1
    assert "refused: order.json\n" in capsys.readouterr().err


def test_files_without_one_usable_fact_are_refused_and_leave_their_rejects(
    night: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("monitor", positions="civil.csv") == 1
    assert "10 rows; rejected: 10 time_zone_missing" in capsys.readouterr().err
    with (night / "out" / "rejects.csv").open(newline="") as file:
        assert [row["reason"] for row in csv.DictReader(file)] == ["time_zone_missing"] * 10
    assert not (night / "out" / "incidents.json").exists()


def test_silence_alone_is_evaluated_where_the_instant_is_given(night: Path) -> None:
    assert call("monitor", "--now", "2026-03-09T20:00:00Z", positions="civil.csv") == 0
    incidents = json.loads((night / "out" / "incidents.json").read_text())
    assert [incident["kind"] for incident in incidents] == ["loss_of_contact"]


def test_replay_names_a_refused_order_and_fails_as_monitor_does(
    night: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order = json.loads(ORDER.read_text())
    other = order | {"order_id": "OTHER", "ticked": ["curfew", "trail"]}
    (night / "order.json").write_text(json.dumps({"orders": [order, other]}))
    codes = [call(command) for command in ("monitor", "replay")]
    told = capsys.readouterr().err
    assert codes == [1, 1]
    assert told.count("refused: order.json: orders[1].conditions") == 2


def test_a_file_without_a_date_is_read_when_its_first_date_is_given(
    night: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "GPGGA,200000.00,5400.0000,N,00130.0000,E,1,08,0.9,10.0,M,45.0,M,,"
    total = functools.reduce(operator.xor, said.encode())
    (night / "TAG-1.nmea").write_text(f"${said}*{total:02X}\n")
    assert call("monitor", positions="TAG-1.nmea") == 1
    assert "1 row; rejected: 1 missing_date" in capsys.readouterr().err
    assert call("monitor", "--first-date", "2026-03-09", positions="TAG-1.nmea") == 0
    assert "as at 2026-03-09T20:00:00Z" in capsys.readouterr().out


def test_a_date_that_is_none_is_a_wrong_usage(night: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        call("monitor", "--first-date", "tomorrow")
    assert stopped.value.code == 2
    assert "expected a date such as 2026-03-09; found 'tomorrow'" in capsys.readouterr().err


def test_rows_of_protected_persons_that_cannot_be_used_are_counted_and_written_nowhere(
    night: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = "\nP-1,2026-03-09T20:00:00Z,53.987654,1.512345,10\n"
    (night / "protected.csv").write_text(HEADER + kept + "P-1,never,53.987654,1.512345,10\n")
    assert call("monitor", "--protected", "protected.csv") == 0
    assert "of protected persons, 1 row could not be used: unreadable_time" in capsys.readouterr().out
    for path in (night / "out").iterdir():
        assert b"53.98765" not in path.read_bytes()
