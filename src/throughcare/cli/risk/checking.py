"""``throughcare risk check``: anybody's instrument against known cases and the rules of the contract."""

from __future__ import annotations

import argparse
import importlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from throughcare.cli.risk.scoring import chosen
from throughcare.kernel.errors import RefusedInput
from throughcare.risk.answers import read_answers
from throughcare.risk.conformance import TOLERANCE, Case, check_instrument
from throughcare.risk.contract import Instrument, Status

_KEYS = frozenset({"name", "instrument", "answers", "status", "shown", "band"})


def add_parsers(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    """Add the sub-command."""
    check: argparse.ArgumentParser = commands.add_parser(
        "check",
        help="check an instrument, ours or yours, against known cases",
        description=(
            "Try an instrument against known cases (one JSON object a line: name, answers, and what is known of "
            "status, shown and band) and against every rule of the contract. Exit code 0: it conforms; 1: it does not."
        ),
    )
    check.add_argument("cases", metavar="CASES", type=Path, nargs="?", help="a .jsonl file; may be left out")
    which = check.add_mutually_exclusive_group(required=True)
    which.add_argument("--instrument", metavar="NAME", help="a name that `risk instruments` lists")
    which.add_argument(
        "--object", metavar="MODULE:NAME", help="an instrument of your own: an object of a Python module"
    )
    check.add_argument("--tolerance", type=float, default=TOLERANCE, metavar="X", help=f"({TOLERANCE})")
    check.add_argument("--random", type=int, default=50, metavar="N", help="people drawn at random (50)")
    check.add_argument("--seed", type=int, default=1, metavar="S", help="same seed, same people (1)")
    check.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check an instrument."""
    if arguments.instrument is not None:
        instrument = chosen(arguments.instrument)
    else:
        instrument = _loaded(arguments.object)
    cases = () if arguments.cases is None else read_cases(arguments.cases, instrument)
    report = check_instrument(
        instrument,
        cases,
        tolerance=arguments.tolerance,
        rng=np.random.default_rng(arguments.seed),
        random_people=arguments.random,
    )
    print(report.text())
    return 0 if report.passed else 1


def read_cases(path: Path, instrument: Instrument) -> tuple[Case, ...]:
    """Read the cases of one instrument; lines that name another are left out.

    Raises
    ------
    RefusedInput
        If a line is no case, or none is for the instrument.
    """
    cases = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if line.strip():
            case = _case(f"{path.name}, line {number}", line, instrument)
            if case is not None:
                cases.append(case)
    if not cases:
        raise _refused(path.name, f"a case of {instrument.spec.name}", "none")
    return tuple(cases)


def _case(where: str, line: str, instrument: Instrument) -> Case | None:
    try:
        record = json.loads(line)
        unknown = record.keys() - _KEYS
    except (ValueError, AttributeError):
        raise _refused(where, "one JSON object", repr(line[:80])) from None
    if unknown:
        raise _refused(where, f"only {', '.join(sorted(_KEYS))}", ", ".join(sorted(unknown)))
    if record.get("instrument", instrument.spec.name) != instrument.spec.name:
        return None
    answers, problems = read_answers(record.get("answers", {}), items=instrument.spec.by_name)
    if problems:
        raise _refused(where, "answers of the instrument's items", str(problems[0]))
    try:
        status = Status(record.get("status", Status.SCORED))
        shown = None if record.get("shown") is None else float(record["shown"])
    except (ValueError, TypeError):
        raise _refused(where, "a known status and a number", repr(line[:80])) from None
    return Case(str(record.get("name", where)), answers, status, shown, record.get("band"))


def _loaded(text: str) -> Instrument:
    module, _, name = text.partition(":")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as problem:
        raise _refused(
            "--object", "MODULE:NAME of an instrument that can be imported", str(problem)
        ) from None
    if not isinstance(found, Instrument):
        raise _refused("--object", "an object with spec, score and score_columns", type(found).__name__)
    return found


def _refused(where: str, expected: str, found: str) -> RefusedInput:
    return RefusedInput(where=where, expected=expected, found=found, action="See docs/risk/conformance.md.")
