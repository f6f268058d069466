"""``throughcare evaluate example``: an invented cohort with its protocol and its truth, to try a study on."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from throughcare.adapters.files.example_cohort import write_example
from throughcare.kernel.errors import RefusedInput
from throughcare.simulation.curfew_cohort import CohortPlan, invent_cohort


def add_parsers(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    """Add the sub-command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "example",
        help="write an invented cohort, its protocol and the truth",
        description="Write cohort.csv, protocol.yml and truth.json. Nobody in the cohort exists.",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--people", type=int, default=6_000, metavar="N", help="(6000)")
    parser.add_argument("--world", choices=["linear", "nonlin"], default="nonlin", help="how straight it is")
    parser.add_argument("--ratio", type=float, default=0.8, metavar="R", help="the true effect (0.8)")
    parser.add_argument("--seed", type=int, default=2, metavar="S", help="same seed, same people (2)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the files."""
    for option, value, least, most in (
        ("--people", arguments.people, 10, 2_000_000),
        ("--ratio", arguments.ratio, 0.05, 1.5),
        ("--seed", arguments.seed, 0, 2**63 - 1),
    ):
        if not least <= value <= most:
            raise RefusedInput(
                where=option,
                expected=f"a number from {least:,} to {most:,}",
                found=str(value),
                action="Choose another.",
            )
    rng = np.random.default_rng(arguments.seed)
    plan = CohortPlan(people=arguments.people, world=arguments.world, true_ratio=arguments.ratio)
    for path in write_example(arguments.out, invent_cohort(plan, rng=rng), rng=rng):
        print(f"wrote {path}")
    return 0
