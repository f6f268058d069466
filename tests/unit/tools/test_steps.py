"""One run shows every failed step, how long each took, and pytest's own closing line last."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tools.steps import RUNS, Outcome, Step, closing_line, run_step, summary

ROOT = Path(__file__).parents[3]
FINE = Step("fine", (sys.executable, "-c", "print('=== 3 passed, 1 skipped in 0.12s ===')"))
BROKEN = Step("broken", (sys.executable, "-c", "import sys; print('why'); sys.exit(3)"))


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("==== 12 passed in 3.20s ====\n", "12 passed in 3.20s"),
        (
            "= 1 failed, 2 passed, 3 skipped in 75.01s (0:01:15) =\n",
            "1 failed, 2 passed, 3 skipped in 75.01s (0:01:15)",
        ),
        ("4 passed, 1 warning in 0.50s\n", "4 passed, 1 warning in 0.50s"),
        ("= no tests ran in 0.01s =\n", None),
        ("12 passed the gate\n", None),
    ],
)
def test_a_closing_line_of_pytest_is_told_from_other_lines(line, counts):
    assert closing_line(line) == counts


def test_a_step_passes_its_output_on_and_reports_how_it_ended(capfd, tmp_path):
    outcome = run_step(FINE, root=tmp_path)
    assert (outcome.exit_code, outcome.closing) == (0, "3 passed, 1 skipped in 0.12s")
    assert "--- fine\n=== 3 passed" in capfd.readouterr().out


def test_a_command_that_cannot_start_is_a_failed_step(capfd, tmp_path):
    outcome = run_step(Step("gone", (str(tmp_path / "gone"),)), root=tmp_path)
    assert outcome.exit_code == 127
    assert "cannot start" in capfd.readouterr().out


def test_the_summary_names_each_failed_step_and_ends_with_the_closing_line():
    text = summary(
        [
            Outcome(BROKEN, 3, 1.25, None),
            Outcome(FINE, 0, 60.0, "3 passed in 0.12s"),
        ]
    )
    assert re.search(r"broken +1\.2 s  FAILED", text)
    assert re.search(r"fine +60\.0 s  ok", text)
    assert "61.2 s  failed: broken" in text
    assert text.endswith("\n=== 3 passed in 0.12s ===")


def test_the_test_run_holds_every_check():
    assert set(RUNS["check"]) < set(RUNS["test"])
    assert [step.name for step in RUNS["test"]][-1] == "tests"


def test_the_readme_and_ci_call_the_same_command():
    assert "make run\nmake test\n" in (ROOT / "README.md").read_text()
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == "make test"
