"""``throughcare risk validate | record``: what a score is worth, for whom, and what must be published about it."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import throughcare
from throughcare.adapters.files.atomic import atomic_bytes
from throughcare.adapters.reports.risk_pages import write_records, write_validation
from throughcare.cli.console import counted, day, progress_bar
from throughcare.cli.risk.outcomes import Outcomes, named_instrument, read_model_subject, read_outcomes
from throughcare.kernel.disclosure import MINIMUM_CELL
from throughcare.kernel.errors import RefusedInput
from throughcare.risk.fairness.audit import Fairness, audit
from throughcare.risk.fairness.groups import grouping_of_texts
from throughcare.risk.records.making import records
from throughcare.risk.records.owner import blank_owner, read_owner
from throughcare.risk.records.subject import Subject, of_instrument, of_scores
from throughcare.risk.records.validated import InTime, People, Validation, checked
from throughcare.risk.validation.cases import Cases, Scale, too_few
from throughcare.risk.validation.drift import (
    Limits,
    Month,
    calibration_cusum,
    limits,
    monthly_stability,
    stability_of_texts,
)
from throughcare.risk.validation.intervals import Bools
from throughcare.risk.validation.performance import performance
from throughcare.risk.validation.periods import TemporalSplit, is_complete, split_in_time

_MOST_GROUPS = 40  # words in one column; more are no groups but free text or numbers
_MOST_COLUMNS = 4


def add_parsers(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    """Add the sub-commands of this module."""
    validate: argparse.ArgumentParser = commands.add_parser(
        "validate",
        help="say what a score is worth, for everybody and for every group",
        description="Compare scores with what happened: calibration, order, every threshold by group and "
        "intersection, and drift. Writes validation.json, index.html and rejects.csv. Exit code 0: done; 1: refused, "
        "as when there are too few people.",
    )
    _add_subject(validate)
    validate.add_argument(
        "--table", type=Path, metavar="FILE", help="CSV or Parquet with outcomes and groups"
    )
    validate.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the report")
    validate.add_argument("--score", metavar="COLUMN", help="column of --scores (year1, or that of --period)")
    validate.add_argument("--id", metavar="COLUMN", help="join --scores to --table by this column")
    validate.add_argument("--scale", choices=("probability", "percent", "points"), default="probability")
    validate.add_argument(
        "--outcome", metavar="COLUMN", help="1 where it happened, 0 where not, blank: unknown"
    )
    validate.add_argument(
        "--free-of", action="append", default=[], metavar="COLUMN", help="leave out who has 1"
    )
    validate.add_argument(
        "--group", action="append", default=[], metavar="COLUMN", help="check by this; again"
    )
    validate.add_argument(
        "--input", action="append", default=[], metavar="COLUMN", help="watch its drift; again"
    )
    validate.add_argument("--weight", metavar="COLUMN", help="how many people each row stands for")
    validate.add_argument(
        "--threshold", action="append", type=float, default=[], metavar="X", help="compare at"
    )
    validate.add_argument(
        "--minimum-cell", type=int, default=MINIMUM_CELL, metavar="N", help="least shown (10)"
    )
    validate.add_argument("--on", metavar="COLUMN", help="day of each score")
    validate.add_argument(
        "--months", type=int, metavar="N", help="length of follow-up (the instrument's own)"
    )
    validate.add_argument("--known-until", type=day, metavar="DAY", help="outcomes before this day are known")
    validate.add_argument(
        "--split-at", type=day, metavar="DAY", help="validate on those scored from this day"
    )
    validate.add_argument("--seed", type=int, default=1, metavar="S", help="same seed, same alarm limits (1)")
    validate.set_defaults(run=run_validate)
    _add_record(commands)


def _add_subject(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--model", type=Path, metavar="FILE", help="from `risk fit`")
    which.add_argument("--instrument", metavar="NAME", help="a name that `risk instruments` lists")
    which.add_argument("--scores", type=Path, metavar="FILE", help="scores made elsewhere")
    parser.add_argument("--period", type=int, default=1, metavar="N", help="period of the model (1)")
    parser.add_argument("--verify-with", type=Path, metavar="KEY", help="Ed25519 public key (PEM)")
    parser.add_argument("--unsigned-ok", action="store_true", help="take a model that nobody signed")
    parser.add_argument("--name", metavar="TEXT", help="what the scores of --scores are called")
    parser.add_argument(
        "--scores-version", default="not stated", metavar="TEXT", help="version of the scores"
    )
    parser.add_argument("--predicts", metavar="TEXT", help="what the scores of --scores predict")


def _add_record(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    record: argparse.ArgumentParser = commands.add_parser(
        "record",
        help="write the transparency record, the model card and the annex of the impact assessment",
        description="From code, the last validation and what the owner states. Exit code 1 where the validation is "
        "over 12 months old, was altered, or is of another model.",
    )
    _add_subject(record)
    record.add_argument("--validation", type=Path, required=True, metavar="FILE", help="validation.json")
    record.add_argument(
        "--owner", type=Path, required=True, metavar="FILE", help="what the owner states (TOML)"
    )
    record.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the records")
    record.add_argument("--on-day", type=day, metavar="DAY", help="day of the record (today)")
    record.set_defaults(run=run_record)
    blank: argparse.ArgumentParser = commands.add_parser(
        "owner",
        help="print the questions that only the owner of a tool can answer",
        description="Print a TOML document in which every fact of the owner is asked for.",
    )
    blank.set_defaults(run=run_owner)


def run_owner(_arguments: argparse.Namespace) -> int:
    """Print the blank document."""
    print(blank_owner(), end="")
    return 0


def run_validate(arguments: argparse.Namespace) -> int:
    """Validate, write the folder and say what was found."""
    _check(arguments)
    with progress_bar() as progress:
        progress("reading", 0, 1)
        found = read_outcomes(arguments)
        progress("reading", 1, 1)
        split = _split(arguments, found)
        tried = found.cases if split is None else found.cases.rows(split.trial)
        _refuse_few(tried, where=str(arguments.table or arguments.scores))
        fairness = _fairness(arguments, found, tried, split, progress)
        progress("drift", 0, 1)
        in_time = None if split is None else _in_time(arguments, found, split)
        progress("drift", 1, 1)
        validation = Validation(
            dt.datetime.now(dt.UTC).date(),
            throughcare.__version__,
            found.subject,
            _people(arguments, found, len(tried)),
            performance(tried),
            fairness,
            in_time,
        )
    as_json, page = write_validation(arguments.out, validation)
    atomic_bytes(arguments.out / "rejects.csv", found.rejects.as_csv())
    for sentence in validation.words():
        print(f"  {sentence}")
    print(f"{counted(len(tried), 'person', 'people')} used of {found.rejects.length:,} rows; {as_json}")
    print(f"read {page}")
    return 0


def _check(arguments: argparse.Namespace) -> None:
    refused = (
        (arguments.minimum_cell < 5, "--minimum-cell", "5 or more", str(arguments.minimum_cell)),
        (arguments.seed < 0, "--seed", "0 or more", str(arguments.seed)),
        (
            len(arguments.group) > _MOST_COLUMNS,
            "--group",
            f"at most {_MOST_COLUMNS}",
            str(len(arguments.group)),
        ),
        (arguments.table is None and arguments.scores is None, "--table", "a table with outcomes", "none"),
        (
            arguments.months is not None and not 1 <= arguments.months <= 240,
            "--months",
            "1 to 240",
            "another",
        ),
        (arguments.split_at is not None and arguments.on is None, "--on", "the column of days", "none"),
        (arguments.on is not None and arguments.known_until is None, "--known-until", "a day", "none"),
        (bool(arguments.input) and arguments.split_at is None, "--split-at", "a day, for --input", "none"),
    )
    for wrong, option, expected, found in refused:
        if wrong:
            raise RefusedInput(where=option, expected=expected, found=found, action="Give it, or see --help.")


def _split(arguments: argparse.Namespace, found: Outcomes) -> TemporalSplit | None:
    """Return who is tried; without a day to split at, everybody whose follow-up is over."""
    if found.started_on is None:
        return None
    until, months = np.datetime64(arguments.known_until, "D"), _months(arguments, found.subject)
    if arguments.split_at is not None:
        at = np.datetime64(arguments.split_at, "D")
        return split_in_time(found.started_on, split_at=at, horizon_months=months, known_until=until)
    over = is_complete(found.started_on, horizon_months=months, known_until=until)
    return TemporalSplit(np.zeros(len(over), dtype=np.bool_), over, ~over)


def _months(arguments: argparse.Namespace, subject: Subject) -> int:
    stated = subject.horizon_words.removesuffix(" months")
    if arguments.months is not None:
        return int(arguments.months)
    if stated.isdigit():
        return int(stated)
    raise RefusedInput(
        where="--months", expected="how long the follow-up is", found="none", action="Say how many months."
    )


def _refuse_few(cases: Cases, *, where: str) -> None:
    problem = too_few(cases)
    if problem is not None:
        raise RefusedInput(where=where, expected=problem.expected, found=problem.found, action=problem.action)


def _fairness(
    arguments: argparse.Namespace,
    found: Outcomes,
    tried: Cases,
    split: TemporalSplit | None,
    progress: Callable[[str, int, int], None],
) -> Fairness | None:
    if not found.groups:
        return None
    groupings = []
    for name, texts in found.groups.items():
        grouping = grouping_of_texts(name, texts if split is None else texts[split.trial])
        if len(grouping.groups) > _MOST_GROUPS:
            raise RefusedInput(
                where=f"--group {name}",
                expected=f"a column of at most {_MOST_GROUPS} different words",
                found=f"{len(grouping.groups):,}",
                action="Band it first, or name another column.",
            )
        groupings.append(grouping)
    return audit(
        tried,
        groupings,
        thresholds=arguments.threshold,
        minimum=arguments.minimum_cell,
        progress=lambda done, total: progress("groups", done, total),
    )


def _in_time(arguments: argparse.Namespace, found: Outcomes, split: TemporalSplit) -> InTime:
    assert found.started_on is not None, "a split needs days"
    cases, months = found.cases, _months(arguments, found.subject)
    before = np.zeros(len(cases), dtype=np.bool_)
    if arguments.split_at is not None:
        before = np.asarray(found.started_on < np.datetime64(arguments.split_at, "D"))
    reference = before if before.any() else split.trial
    earlier = cases.rows(split.development)
    within: Limits | None = None
    run: tuple[Month, ...] = ()
    if cases.calibratable:
        length = max(len(np.unique(found.started_on[split.trial].astype("datetime64[M]"))), 1)
        within = limits(
            cases.score[reference],
            people_a_month=float(np.count_nonzero(split.trial)) / length,
            rng=np.random.default_rng(arguments.seed),
        )
        later = ~before
        run = calibration_cusum(
            cases.score[later],
            cases.happened[later],
            found.started_on[later],
            horizon_months=months,
            known_until=np.datetime64(arguments.known_until, "D"),
            within=within,
        )
    return InTime(
        known_until=arguments.known_until.isoformat(),
        split_at="" if arguments.split_at is None else arguments.split_at.isoformat(),
        horizon_months=months,
        earlier=performance(earlier) if too_few(earlier) is None else None,
        under_way=int(np.count_nonzero(split.under_way)),
        stability=monthly_stability(cases.score, found.started_on, reference=before) if before.any() else (),
        inputs=_input_stability(found, before),
        limits=within,
        months=run,
    )


def _input_stability(found: Outcomes, before: Bools) -> tuple[tuple[str, Any], ...]:
    if not before.any() or before.all():
        return ()
    return tuple(
        (name, stability_of_texts(texts[before], texts[~before])) for name, texts in found.inputs.items()
    )


def _people(arguments: argparse.Namespace, found: Outcomes, used: int) -> People:
    left_out = found.rejects.counts()
    rest = len(found.cases) - used
    if rest:
        left_out["scored before the split, or follow-up not over"] = rest
    return People(
        (arguments.table or arguments.scores).name,
        found.table_hash,
        found.rejects.length,
        used,
        left_out,
        found.outcome,
        arguments.weight or "",
        tuple(arguments.group),
    )


def run_record(arguments: argparse.Namespace) -> int:
    """Write the records; refused where the validation cannot carry them."""
    validation = _read_json(arguments.validation)
    today = arguments.on_day or dt.datetime.now(dt.UTC).date()
    subject = _subject(arguments, validation)
    validation = checked(validation, subject=subject, today=today, where=str(arguments.validation))
    try:
        stated = tomllib.loads(arguments.owner.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RefusedInput(
            where=str(arguments.owner),
            expected="TOML",
            found=str(error),
            action="`throughcare risk owner` prints a blank one.",
        ) from None
    owner, problems = read_owner(stated)
    if problems:
        first = problems[0]
        raise RefusedInput(
            where=f"{arguments.owner}, {'.'.join(map(str, first.path))}",
            expected=first.expected,
            found=first.found,
            action=first.action,
        )
    made = records(subject, validation, owner)
    paths = write_records(arguments.out, made, code_version=throughcare.__version__)
    for path in paths:
        print(path)
    if owner.missing:
        print(f"{counted(len(owner.missing), 'fact is', 'facts are')} unknown; the records say so:")
        for question in owner.missing:
            print(f"  {question.key}: {question.words}")
    return 0


def _subject(arguments: argparse.Namespace, validation: dict[str, Any]) -> Subject:
    if arguments.model is not None:
        subject: Subject = read_model_subject(arguments)[0]
        return subject
    if arguments.instrument is not None:
        return of_instrument(named_instrument(arguments.instrument))
    theirs = validation.get("subject", {})
    return of_scores(
        arguments.name or str(theirs.get("name")),
        version=arguments.scores_version,
        predicts=str(theirs.get("predicts")),
        scale=Scale(theirs.get("scale", "points")),
    )


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise RefusedInput(
            where=str(path),
            expected="the validation.json of `throughcare risk validate`",
            found="something else",
            action="Name that file.",
        )
    return found
