"""`throughcare evaluate reoffending`: tables in, a row a person and a drop-out report out."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from throughcare.cli.main import main

PEOPLE = """person_id,arm,born,starts,ends,postcode
a,treated,1990-05-05,2023-01-10,2023-04-10,x
b,comparison,1991-05-05,,,x
c,treated,1992-05-05,2023-02-10,2023-04-10,x
c,comparison,1992-05-05,,,x
d,comparison,yesterday,,,x
"""
INDEX = """event_id,person_id,kind,date
1,a,community_order,2023-01-10
2,b,community_order,2023-02-10
3,b,caution,2023-01-20
4,c,community_order,2023-02-10
5,stranger,community_order,2023-02-10
"""
OFFENCES = """offence_id,person_id,offence_date,proven_date,outcome,tier,custody
o1,a,2023-03-01,2023-05-01,conviction,summary,no
o2,b,2023-03-01,2023-05-01,caution,summary,no
o3,b,2023-03-01,2023-02-01,conviction,summary,no
o4,b,1989-03-01,1995-02-01,conviction,summary,no
o5,b,2022-12-01,2023-02-01,conviction,summary,no
o6,a,2023-03-01
"""


@pytest.fixture
def tables(tmp_path: Path) -> list[str]:
    given = []
    for name, text in (("people", PEOPLE), ("index", INDEX), ("offences", OFFENCES)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        given.append(str(tmp_path / f"{name}.csv"))
    return given


def command(tables: list[str], out: Path, *more: str) -> int:
    window = ["--from", "2023-01-01", "--before", "2023-04-01", "--extract", "2025-06-30"]
    return main(["evaluate", "reoffending", *tables, *window, "--out", str(out), *more])


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_cohort_is_followed_up_and_every_row_is_accounted_for(tables, tmp_path, capsys):
    out = tmp_path / "out"
    assert command(tables, out) == 0
    people = {row["person_id"]: row for row in rows(out / "people.csv")}
    assert set(people) == {"a", "b"}
    assert people["b"]["time_zero"] == "2023-01-20"
    assert people["b"]["reoffences"] == "1"
    assert people["b"]["pseudo_reconvictions"] == "1"
    totals: Counter[str] = Counter()
    for row in rows(out / "drop_out.csv"):
        totals[row["table"]] += int(row["rows"])
    assert totals == {"people": 5, "index events": 5, "offences": 6}
    told = capsys.readouterr().out
    assert "2 people with an index event from 2023-01-01 to 2023-03-31" in told
    assert "not used: postcode" in told


def test_rejected_rows_have_the_number_that_they_have_in_the_file(tables, tmp_path):
    out = tmp_path / "out"
    command(tables, out)
    named = {(row["table"], row["row"], row["code"]) for row in rows(out / "rejected.csv")}
    assert named == {
        ("people", "3", "in_both_arms"),
        ("people", "4", "in_both_arms"),
        ("people", "5", "unreadable"),
        ("index events", "5", "unknown_person"),
        ("offences", "3", "proven_first"),
        ("offences", "4", "before_birth"),
        ("offences", "6", "unreadable"),
    }


def test_measures_stand_beside_what_they_were_made_of(tables, tmp_path):
    out = tmp_path / "out"
    assert command(tables, out, "--period-days", "30") == 0
    told = json.loads((out / "measures.json").read_text(encoding="utf-8"))
    rate = next(each for each in told["measures"]["everybody"] if each["code"] == "rate")
    assert (rate["estimate"], rate["numerator"], rate["denominator"]) == (1.0, 2.0, 2.0)
    assert {"during_rate", "after_rate"} <= {each["code"] for each in told["measures"]["treated"]}
    assert told["interim"] is False


def test_the_same_run_writes_the_same_bytes(tables, tmp_path):
    for name in ("one", "two"):
        command(tables, tmp_path / name)
    for name in ("people.csv", "measures.json", "drop_out.csv", "rejected.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_data_that_are_not_complete_are_refused_and_can_be_asked_for(tables, tmp_path, capsys):
    early = ["--extract", "2024-06-30"]
    assert command(tables, tmp_path / "out", *early) == 1
    assert "2025-01-01" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert command(tables, tmp_path / "out", *early, "--interim") == 0
    assert "interim" in capsys.readouterr().out


def test_a_cohort_of_nobody_is_refused(tables, tmp_path, capsys):
    assert command(tables, tmp_path / "out", "--from", "2022-01-01", "--before", "2022-04-01") == 1
    assert "nobody" in capsys.readouterr().err


def test_a_late_start_can_be_refused_by_row(tables, tmp_path, capsys):
    Path(tables[0]).write_text(
        PEOPLE.replace("2023-01-10,2023-04-10", "2023-01-15,2023-04-10"), encoding="utf-8"
    )
    assert command(tables, tmp_path / "out", "--late-start", "refuse") == 1
    assert "ids a" in capsys.readouterr().err
