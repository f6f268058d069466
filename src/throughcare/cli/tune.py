"""``throughcare tune``: what other settings would gain and lose on your own data, before anyone signs them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from throughcare.adapters.files.labels import read_labels
from throughcare.cli.console import counted, progress_bar
from throughcare.cli.facts import Question, add_fact_arguments, read_facts, read_question
from throughcare.kernel.errors import RefusedInput
from throughcare.orders.history import OrderHistory
from throughcare.runners.loading import Loaded, Progress, activations_of
from throughcare.runners.tuning import Tuning, nights_of, tune
from throughcare.runners.tuning_files import parameters_name, write_tuning

_DESCRIPTION = (
    "Try settings of both curfew detectors on recorded nights, score them on people held back, and show the "
    "trade-off. Adopts nothing. Exit code 0: done; 1: something was refused."
)
_MOST_TRIALS = 10_000


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "tune", help="show what other settings would gain and lose on your data", description=_DESCRIPTION
    )
    add_fact_arguments(parser, with_parameters=False)
    parser.add_argument(
        "--labels",
        type=Path,
        metavar="FILE",
        help="CSV of checked periods and true absences (default: the home units' radio is the truth)",
    )
    parser.add_argument("--trials", type=int, default=40, metavar="N", help="sets to try, a detector (40)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="same seed, same result (1)")
    parser.add_argument(
        "--hold-out", type=float, default=0.4, metavar="SHARE", help="share of the people held back (0.4)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Tune, write the folder and say what was found."""
    _check(arguments)
    question = read_question(arguments)
    labels = None
    if arguments.labels is not None:
        labels = read_labels(arguments.labels, wearers=_wearers(question.histories))
    with progress_bar() as progress:
        loaded = _load(arguments, question, progress)
        source, nights = nights_of(
            question.histories,
            loaded.fixes,
            loaded.statuses,
            labels=labels,
            now_us=question.as_at_us(loaded),
            known_at_us=question.known_at_us,
        )
        found = tune(
            nights,
            source=source,
            trials=arguments.trials,
            seed=arguments.seed,
            hold_out=arguments.hold_out,
            progress=progress,
        )
    page = write_tuning(arguments.out, found)
    _say(found, page)
    return 1 if question.refused else 0


def _load(arguments: argparse.Namespace, question: Question, progress: Progress) -> Loaded:
    loaded = read_facts(arguments, question, progress=progress)
    if not (len(loaded.fixes) or len(loaded.statuses)):
        raise RefusedInput(
            where="the facts",
            expected="at least one position or status that can be used",
            found=f"{counted(loaded.rows, 'row', 'rows')}, of which {len(loaded.rejects):,} rejected",
            action="Run `throughcare monitor` on the same files: its rejects.csv says why.",
        )
    return loaded


def _wearers(histories: tuple[OrderHistory, ...]) -> dict[str, str]:
    return {a.activation_id: h.versions[-1].wearer_ref for h in histories for a in activations_of([h])}


def _check(arguments: argparse.Namespace) -> None:
    for option, value, fits, expected in (
        ("--trials", arguments.trials, 1 <= arguments.trials <= _MOST_TRIALS, f"1 to {_MOST_TRIALS:,}"),
        ("--seed", arguments.seed, arguments.seed >= 0, "0 or more"),
        (
            "--hold-out",
            arguments.hold_out,
            0 < arguments.hold_out < 1,
            "a share between 0 and 1, such as 0.4",
        ),
    ):
        if not fits:
            raise RefusedInput(where=option, expected=expected, found=f"{value:g}", action="Choose another.")


def _say(found: Tuning, page: Path) -> None:
    first = found.trials[0]
    for name, people, summary in (
        ("tuning", found.people, first.tuning),
        ("held back", found.held_back, first.held_back),
    ):
        print(
            f"{name}: {counted(len(people), 'person', 'people')}, {counted(summary.nights, 'night', 'nights')} "
            f"scored, {summary.left_out:,} left out, {counted(summary.absences, 'true absence', 'true absences')}"
        )
    for item in found.chosen:
        held = item.trial.held_back
        print(
            f"{parameters_name(item)}: held back {held.false} false in {held.nights:,} nights, "
            f"{held.found} of {held.absences} absences found"
        )
    for warning in found.warnings:
        print(f"  ! {warning}")
    print(f"nothing was adopted; read {page}")
