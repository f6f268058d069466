"""Run the steps of ``make check`` or ``make test``, every one of them, and say which failed and how long each took.

A failed step does not hide the ones after it: one run shows everything that is wrong.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent

_PYTEST_CLOSING = re.compile(r"^=*\s*((?:\d+ [a-z]+(?:, )?)+ in [\d.]+s.*?)\s*=*$")


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a run, with its name for the summary."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a step ended: its exit code, how long it took and its closing pytest line, where it has one."""

    step: Step
    exit_code: int
    seconds_s: float
    closing: str | None


CHECK = (
    Step("format", (str(BIN / "ruff"), "format", "--check", ".")),
    Step("lint", (str(BIN / "ruff"), "check", ".")),
    Step("types", (str(BIN / "mypy"),)),
    Step("contracts", (str(BIN / "lint-imports"), "--no-logo")),
    Step("house rules", (sys.executable, "-m", "tools.house_rules")),
)
TEST = (
    Step("system packages", (str(ROOT / "tools" / "system_packages.sh"), "test")),
    *CHECK,
    Step(
        "on PostgreSQL",
        (
            *("env", "THROUGHCARE_TEST_DATABASE=postgres"),
            *(sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", "-m", "not browser"),
            "tests/service",
            # these bring up installations on both databases themselves
            *(
                f"--ignore=tests/service/operations/test_{n}.py"
                for n in ("backups", "processes", "demonstration")
            ),
        ),
    ),
    Step("tests", (sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal")),
)
RUNS = {"check": CHECK, "test": TEST}


def run_step(step: Step, *, root: Path) -> Outcome:
    """Run one command with its output passed on as it comes.

    A command that cannot be started counts as failed with exit code 127.
    """
    print(f"\n--- {step.name}", flush=True)
    began_s = time.monotonic()
    closing = None
    try:
        process = subprocess.Popen(
            step.command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
    except OSError as problem:
        print(f"cannot start {step.command[0]}: {problem.strerror}", flush=True)
        return Outcome(step, 127, 0.0, None)
    with process:
        assert process.stdout is not None, "Popen was asked for a pipe"
        for line in process.stdout:
            print(line, end="", flush=True)
            closing = closing_line(line) or closing
    return Outcome(step, process.wait(), time.monotonic() - began_s, closing)


def closing_line(line: str) -> str | None:
    """Return the counts of a pytest closing line without its rule, or None for any other line."""
    matched = _PYTEST_CLOSING.match(line.rstrip())
    return matched.group(1) if matched else None


def summary(outcomes: Sequence[Outcome]) -> str:
    """Return the table of steps and seconds; pytest's closing line comes last, where CI reads it."""
    rows = [
        f"{outcome.step.name:<16} {outcome.seconds_s:7.1f} s  {'ok' if outcome.exit_code == 0 else 'FAILED'}"
        for outcome in outcomes
    ]
    total_s = sum(outcome.seconds_s for outcome in outcomes)
    failed = [outcome.step.name for outcome in outcomes if outcome.exit_code]
    verdict = f"failed: {', '.join(failed)}" if failed else "all steps passed"
    closings = [f"=== {outcome.closing} ===" for outcome in outcomes if outcome.closing]
    return "\n".join(["", "--- summary", *rows, f"{'total':<16} {total_s:7.1f} s  {verdict}", *closings])


def main(arguments: Sequence[str]) -> int:
    """Run the named list of steps; return 1 if any failed."""
    outcomes = [run_step(step, root=ROOT) for step in RUNS[arguments[0]]]
    print(summary(outcomes), flush=True)
    return int(any(outcome.exit_code for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
