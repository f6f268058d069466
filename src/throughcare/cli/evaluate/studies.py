"""``throughcare evaluate lock`` and ``run``: a study is declared first, and then run as it was declared.

Exit codes of ``run``: 0 an effect was shown, 1 refused, 3 a gate is not met, 4 the protocol or the columns are not
those that were locked.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

import throughcare
from throughcare.adapters.files.cohorts import file_columns, read_design, read_outcomes, require_columns
from throughcare.adapters.files.protocols import (
    Lock,
    amended,
    lock_path,
    make_lock,
    read_lock,
    read_protocol_file,
    write_lock,
)
from throughcare.adapters.reports.evaluation_report import write_report
from throughcare.cli.console import progress_bar
from throughcare.evaluation.cohort import Outcomes
from throughcare.evaluation.protocol import OutcomePlan, Protocol, changes
from throughcare.evaluation.result import document
from throughcare.evaluation.study import run_study
from throughcare.evaluation.wording import words_of

UNMET_GATE: Final = 3
CHANGED: Final = 4


def add_parsers(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    """Add the sub-commands."""
    lock: argparse.ArgumentParser = commands.add_parser(
        "lock",
        help="declare a study: write the lock of its protocol",
        description="Write the lock of a protocol beside it: its hash, the columns and the time, before an outcome is "
        "opened. Exit code 4: it is locked already, and differs.",
    )
    lock.add_argument("protocol", type=Path, metavar="PROTOCOL", help="a .yml file")
    lock.add_argument(
        "--cohort", type=Path, metavar="FILE", help="lock its columns and types too; no row is read"
    )
    lock.add_argument(
        "--amend", metavar="REASON", help="lock again; every report lists the change and this reason"
    )
    lock.set_defaults(run=run_lock)
    run: argparse.ArgumentParser = commands.add_parser(
        "run",
        help="run a locked study: design, gates, effect, report",
        description="Design without an outcome, judge the gates, and only then open the outcome. Exit code 0: an effect "
        "is shown; 1: refused; 3: a gate is not met; 4: the protocol or the columns are not those that were locked.",
    )
    run.add_argument("protocol", type=Path, metavar="PROTOCOL", help="a .yml file with its lock beside it")
    run.add_argument("--cohort", type=Path, required=True, metavar="FILE", help="CSV or Parquet")
    run.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the report is written")
    run.set_defaults(run=run_study_command)


def run_lock(arguments: argparse.Namespace) -> int:
    """Write the lock."""
    protocol = read_protocol_file(arguments.protocol)
    columns = None
    if arguments.cohort is not None:
        require_columns(arguments.cohort, protocol)
        columns = file_columns(arguments.cohort)
    path = lock_path(arguments.protocol)
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    lock = make_lock(protocol, locked_at=now, file_columns=columns)
    if path.exists():
        old = read_lock(path)
        if old.protocol_hash == lock.protocol_hash and old.schema_hash == lock.schema_hash:
            print(f"locked already on {old.locked_at}: {old.protocol_hash}")
            return 0
        if not arguments.amend:
            _print_changes(old, protocol, "lock again with --amend REASON, which every report lists")
            return CHANGED
        lock = amended(old, lock, reason=arguments.amend)
    write_lock(path, lock)
    print(f"locked: {lock.protocol_hash}")
    print(f"wrote {path}")
    return 0


def run_study_command(arguments: argparse.Namespace) -> int:
    """Run the study."""
    protocol = read_protocol_file(arguments.protocol)
    path = lock_path(arguments.protocol)
    lock = read_lock(path)
    if protocol.hash() != lock.protocol_hash:
        _print_changes(lock, protocol, "take the change back, or lock again with --amend REASON")
        return CHANGED
    if lock.file_columns and file_columns(arguments.cohort) != dict(lock.file_columns):
        print(f"changed after the lock: the columns of {arguments.cohort} or their types", file=sys.stderr)
        return CHANGED

    def open_outcomes(asked: Sequence[OutcomePlan]) -> Outcomes:
        nonlocal lock
        if lock.opened_at is None:
            lock = replace(lock, opened_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"))
            write_lock(path, lock)
        return read_outcomes(arguments.cohort, protocol, asked, count=len(given.cohort))

    with progress_bar() as progress:
        progress("reading the design", 0, 1)
        given = read_design(arguments.cohort, protocol)
        progress("reading the design", 1, 1)
        study = run_study(
            protocol,
            given,
            open_outcomes=open_outcomes,
            rng=np.random.default_rng(protocol.seed),
            progress=progress,
        )
    found = document(study, locked=lock.told(), code_version=f"throughcare {throughcare.__version__}")
    words = words_of(found)
    for written in write_report(arguments.out, found, words):
        print(f"wrote {written}")
    for sentence in (words.headline, *words.sentences):
        print(sentence)
    return UNMET_GATE if study.stopped else 0


def _print_changes(lock: Lock, protocol: Protocol, action: str) -> None:
    print(f"changed after the lock of {lock.locked_at}:", file=sys.stderr)
    for each in changes(lock.protocol, protocol.canonical()) or ("the columns of the cohort's file",):
        print(f"  {each}", file=sys.stderr)
    print(f"  do: {action}", file=sys.stderr)
