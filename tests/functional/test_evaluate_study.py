"""`throughcare evaluate lock`, `run` and `example`: exit codes 0, 1, 3, 4, and a report that is the same to the byte."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from tests.lib.reading_grade import grade
from throughcare.adapters.files.example_cohort import example_protocol
from throughcare.cli.main import main

FAST = "method: entropy_balancing_automatic"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The example, and its report by a method that takes no second."""
    folder = tmp_path_factory.mktemp("example")
    assert main(["evaluate", "example", "--out", str(folder), "--people", "3000", "--seed", "2"]) == 0
    protocol = folder / "protocol.yml"
    protocol.write_text(example_protocol().replace("method: cross_fitted_aipw", FAST), encoding="utf-8")
    assert main(["evaluate", "lock", str(protocol), "--cohort", str(folder / "cohort.csv")]) == 0
    assert study(folder) == 0
    return folder


def study(folder: Path, *, out: str = "report", cohort: str = "cohort.csv") -> int:
    given = [str(folder / "protocol.yml"), "--cohort", str(folder / cohort), "--out", str(folder / out)]
    return main(["evaluate", "run", *given])


@pytest.fixture
def small(tmp_path):
    """A cohort of 400 with four columns, small enough to change row by row."""
    rows = [
        {
            "person_id": f"p{number}",
            "tagged": str(int(number % 4 == 0)),
            "order_began": "2021-02-01",
            "age_years": str(20 + number % 31),
            "disposal": ("community", "suspended")[number % 3 == 0],
            "reoffended": str(int(number % 5 < 2)),
        }
        for number in range(400)
    ]
    return Small(tmp_path, rows)


class Small:
    def __init__(self, folder: Path, rows: list[dict[str, str]]) -> None:
        self.folder, self.rows = folder, rows
        self.text = SMALL

    def locked(self) -> Small:
        (self.folder / "protocol.yml").write_text(self.text, encoding="utf-8")
        assert main(["evaluate", "lock", str(self.folder / "protocol.yml")]) == 0
        return self

    def run(self) -> int:
        with (self.folder / "cohort.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(self.rows[0]))
            writer.writeheader()
            writer.writerows(self.rows)
        return study(self.folder)


SMALL = """format: throughcare.protocol/1
question: Does a tag lower reoffending?
treated: {rule: a tag from the first day, column: tagged, words: the tag}
time_zero: {rule: the first day of the order, column: order_began}
comparison: orders without a tag
eligibility: [adults]
follow_up: {cohort_from: 2021-01-01, cohort_before: 2021-04-01, extract_on: 2023-01-02}
outcomes:
  primary: {column: reoffended, label: reoffending within a year, expected_without: 0.4, smallest_ratio: 0.5}
covariates:
  - {column: age_years, label: age in years}
  - {column: disposal, levels: [community, suspended]}
strata: [disposal]
estimand: effect_on_the_treated
estimator: {method: entropy_balancing, seed: 1}
"""


def test_a_locked_study_is_run_and_its_report_is_the_same_to_the_byte(made):
    found = json.loads((made / "report" / "result.json").read_text("utf-8"))
    assert found["effect"] == "shown"
    assert all(gate["met"] for gate in found["gates"])
    assert study(made, out="again") == 0
    for name in ("result.json", "index.html", "report.pdf"):
        assert (made / "report" / name).read_bytes() == (made / "again" / name).read_bytes()


def test_parquet_gives_the_report_of_csv(made):
    other = made / "parquet"
    other.mkdir(exist_ok=True)
    pq.write_table(pacsv.read_csv(made / "cohort.csv"), other / "cohort.parquet")
    (other / "protocol.yml").write_bytes((made / "protocol.yml").read_bytes())
    assert main(["evaluate", "lock", str(other / "protocol.yml")]) == 0
    assert study(other, cohort="cohort.parquet") == 0
    first = json.loads((made / "report" / "result.json").read_text("utf-8"))
    second = json.loads((other / "report" / "result.json").read_text("utf-8"))
    assert first["findings"] == second["findings"]


def numbers_in(text: str) -> set[float]:
    return {float(found) for found in re.findall(r"\d+(?:\.\d+)?", text)}


def numbers_of(value: object) -> set[float]:
    """Return the numbers of a document; texts, hashes among them, count for nothing."""
    if isinstance(value, dict):
        return set().union(*(numbers_of(inner) for inner in value.values()))
    if isinstance(value, list):
        return set().union(*(numbers_of(inner) for inner in value))
    return {float(value)} if isinstance(value, (int, float)) and not isinstance(value, bool) else set()


def test_no_number_is_said_that_the_result_does_not_hold(made):
    found = json.loads((made / "report" / "result.json").read_text("utf-8"))
    words = found.pop("words")
    said = [words["headline"], *words["sentences"], *words["can_say"], *words["cannot_say"]]
    assert numbers_in(" ".join(said)) <= numbers_of(found)
    assert grade(said) <= 12


def test_a_change_after_the_lock_exits_with_four_and_is_named(small, capsys):
    small.locked()
    path = small.folder / "protocol.yml"
    path.write_text(SMALL.replace("smallest_ratio: 0.5", "smallest_ratio: 0.9"), encoding="utf-8")
    assert small.run() == 4
    assert "smallest_ratio: 0.5 became 0.9" in capsys.readouterr().err
    assert main(["evaluate", "lock", str(path)]) == 4
    assert not (small.folder / "report").exists()


def test_a_change_of_layout_is_no_change(small):
    small.locked()
    text = "# a comment\n" + SMALL.replace("[adults]", "\n  - adults")
    (small.folder / "protocol.yml").write_text(text, encoding="utf-8")
    assert small.run() == 0


def test_an_amendment_is_listed_in_the_report_and_says_that_the_outcome_was_open(small):
    small.locked()
    assert small.run() == 0
    path = small.folder / "protocol.yml"
    path.write_text(SMALL.replace("seed: 1", "seed: 2"), encoding="utf-8")
    assert main(["evaluate", "lock", str(path), "--amend", "a better seed"]) == 0
    assert small.run() == 0
    found = json.loads((small.folder / "report" / "result.json").read_text("utf-8"))
    (entry,) = found["lock"]["amendments"]
    assert entry["reason"] == "a better seed"
    assert entry["changes"] == ["seed: 1 became 2"]
    assert entry["after_an_outcome_was_opened"] is True
    assert any("changed after it was first locked" in each for each in found["words"]["sentences"])


def test_a_lock_that_was_edited_is_refused(small, capsys):
    small.locked()
    lock = small.folder / "protocol.lock.json"
    lock.write_text(lock.read_text("utf-8").replace('"seed": 1', '"seed": 2'), encoding="utf-8")
    assert small.run() == 1
    assert "altered" in capsys.readouterr().err


def test_columns_that_changed_after_the_lock_exit_with_four(made, tmp_path):
    other = tmp_path / "wider"
    other.mkdir()
    for name in ("protocol.yml", "protocol.lock.json"):
        (other / name).write_bytes((made / name).read_bytes())
    lines = (made / "cohort.csv").read_text("utf-8").splitlines()
    wider = [f"{line},{'extra' if not place else 0}" for place, line in enumerate(lines)]
    (other / "cohort.csv").write_text("\n".join(wider) + "\n", encoding="utf-8")
    assert study(other) == 4


@pytest.mark.parametrize(
    ("before", "after", "gate"),
    [
        ("extract_on: 2023-01-02", "extract_on: 2022-01-02", "maturity"),
        ("smallest_ratio: 0.5", "smallest_ratio: 0.95", "power"),
        ("adults]", "adults]\ngates: {least_treated: 200}", "treated"),
        ("adults]", "adults]\ngates: {least_events: 100}", "events"),
    ],
)
def test_an_unmet_gate_exits_with_three_and_no_effect_is_computed(small, before, after, gate):
    small.text = SMALL.replace(before, after)
    assert small.locked().run() == 3
    found = json.loads((small.folder / "report" / "result.json").read_text("utf-8"))
    assert found["effect"] == "withheld"
    assert "findings" not in found
    assert [each["name"] for each in found["gates"] if not each["met"]] == [gate]
    page = (small.folder / "report" / "index.html").read_text("utf-8")
    assert "No effect is shown" in page


def test_a_cohort_of_twelve_stops_at_the_gate_of_numbers(small):
    small.rows = small.rows[:12]
    assert small.locked().run() == 3
    text = (small.folder / "report" / "result.json").read_text("utf-8")
    found = json.loads(text)
    assert {each["name"] for each in found["gates"] if not each["met"]} == {"treated", "comparison"}
    assert found["design"]["treated"] is None
    assert json.loads((small.folder / "protocol.lock.json").read_text("utf-8"))["opened_at"] is None


@pytest.mark.parametrize(
    ("row", "column", "value", "said"),
    [
        (6, "order_began", "", "row 7, column order_began"),
        (6, "order_began", "2021-05-01", "row 7, column order_began"),
        (9, "age_years", "old", "row 10, column age_years"),
        (9, "disposal", "fine", "row 10, column disposal"),
        (3, "tagged", "", "row 4, column tagged"),
        (5, "person_id", "p0", "row 6"),
        (4, "person_id", "p0", "row 5"),
        (2, "reoffended", "", "row 3, column reoffended"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(small, capsys, row, column, value, said):
    small.rows[row][column] = value
    assert small.locked().run() == 1
    assert said in capsys.readouterr().err


def test_a_person_in_both_arms_is_told_from_one_who_is_there_twice(small, capsys):
    small.rows[5]["person_id"] = "p0"
    assert small.locked().run() == 1
    assert "in the other arm" in capsys.readouterr().err


def test_a_stratum_in_which_everybody_was_treated_is_refused_by_name(small, capsys):
    for each in small.rows:
        if each["disposal"] == "suspended":
            each["tagged"] = "1"
    assert small.locked().run() == 1
    assert "stratum disposal: suspended" in capsys.readouterr().err


def test_an_outcome_among_the_covariates_is_refused_by_name_and_by_content(small, capsys):
    path = small.folder / "protocol.yml"
    named = SMALL.replace("covariates:\n", "covariates:\n  - {column: reoffended}\n")
    path.write_text(named, encoding="utf-8")
    assert main(["evaluate", "lock", str(path)]) == 1
    assert "reoffended" in capsys.readouterr().err
    for each in small.rows:
        each["convictions_of_the_year"] = each["reoffended"]
    small.text = SMALL.replace("covariates:\n", "covariates:\n  - {column: convictions_of_the_year}\n")
    assert small.locked().run() == 1
    assert "a copy of the outcome" in capsys.readouterr().err


def test_without_a_lock_nothing_runs(small, capsys):
    (small.folder / "protocol.yml").write_text(SMALL, encoding="utf-8")
    assert small.run() == 1
    assert "throughcare evaluate lock" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("question:", "questions:", "protocol.question"),
        ("adults]", "adults]\nextra: 1", "protocol.extra"),
        ("seed: 1", "seed: one", "protocol.estimator.seed"),
        ("extract_on: 2023-01-02", "extract_on: soon", "protocol.follow_up.extract_on"),
        ("strata: [disposal]", "strata: [age_years]", "protocol.strata"),
        ("method: entropy_balancing,", "method: magic,", "protocol.estimator.method"),
        ("eligibility: [adults]", "eligibility: [adults]\neligibility: [all]", "eligibility twice"),
        ("eligibility: [adults]", "eligibility: &a [adults]\nstrange: *a", "alias"),
    ],
)
def test_a_protocol_that_cannot_be_read_is_refused_at_its_place(tmp_path, capsys, before, after, said):
    path = tmp_path / "protocol.yml"
    path.write_text(SMALL.replace(before, after), encoding="utf-8")
    assert main(["evaluate", "lock", str(path)]) == 1
    assert said in capsys.readouterr().err


def test_a_tag_that_begins_after_time_zero_stops_at_the_gate_of_the_clock(small):
    for place, each in enumerate(small.rows):
        each["tag_began"] = "" if each["tagged"] == "0" else "2021-02-01" if place else "2021-02-20"
    small.text = SMALL.replace("column: tagged,", "column: tagged, start_column: tag_began,")
    assert small.locked().run() == 3
    found = json.loads((small.folder / "report" / "result.json").read_text("utf-8"))
    assert [each["name"] for each in found["gates"] if not each["met"]] == ["clock"]


def test_the_time_with_the_tag_and_the_time_after_are_set_apart(small):
    for place, each in enumerate(small.rows):
        each["during"], each["after"] = str(int(place % 7 < 2)), str(int(place % 9 < 3))
    periods = (
        "  periods:\n    during: {column: during, label: reoffending with the tag on}\n"
        "    after: {column: after, label: reoffending in the year after}\n"
    )
    small.text = SMALL.replace("covariates:\n", f"{periods}covariates:\n")
    assert small.locked().run() == 0
    found = json.loads((small.folder / "report" / "result.json").read_text("utf-8"))
    assert [each["label"] for each in found["findings"]["periods"]] == [
        "reoffending with the tag on",
        "reoffending in the year after",
    ]
    said = " ".join(found["words"]["sentences"])
    assert "While it lasted: " in said
    assert "After it ended: " in said


def test_a_gate_that_was_waived_or_loosened_is_said_first(small):
    gates = "gates: {underpowered_ok: yes, most_generated: 0.2}"
    small.text = SMALL.replace("smallest_ratio: 0.5", "smallest_ratio: 0.95").replace(
        "adults]", f"adults]\n{gates}"
    )
    assert small.locked().run() == 0
    words = json.loads((small.folder / "report" / "result.json").read_text("utf-8"))["words"]
    assert words["sentences"][0].startswith("The study went on though a gate was not met")
    assert any("ask for less than usual" in each for each in words["sentences"])
