"""``throughcare risk fit | predict``: a model on an agency's own records, and what it says about each person."""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from throughcare.adapters.files.atomic import atomic_bytes
from throughcare.adapters.files.results import guarded
from throughcare.adapters.files.risk_tables import load_model, read_description, read_table, write_model
from throughcare.cli.console import counted, progress_bar
from throughcare.kernel.errors import RefusedInput
from throughcare.orders.problem import Problem
from throughcare.risk.models.additive import Floats
from throughcare.risk.models.boosting import BoostingSettings
from throughcare.risk.models.columns import Table, TableSpec, Texts, code_table
from throughcare.risk.models.fitting import FitSettings, Steps, fit_local
from throughcare.risk.models.leaks import find_leaks, refuse
from throughcare.risk.models.local_model import DecisionUse, Layout, LocalModel, ModelKind
from throughcare.risk.models.recalibrated import Recalibrated, percents, recalibrate_table
from throughcare.risk.models.scorecard import CardSettings

_DAYS_OF_PERIOD = 366
_SHOWN_PROBLEMS = 5
_MOST_PROBLEMS = 0.05  # of the rows; more say that the description is wrong, not the rows


def add_parsers(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    """Add the sub-commands of this module."""
    _add_fit(commands)
    predict: argparse.ArgumentParser = commands.add_parser(
        "predict",
        help="say what a fitted model expects for each person of a table",
        description="Write one row a person: the probability in each period, given that nothing happened before, "
        "and its interval where the model has one. Exit code 0: done; 1: something was refused.",
    )
    predict.add_argument("--model", type=Path, required=True, metavar="FILE", help="from `risk fit`")
    predict.add_argument("--table", type=Path, required=True, metavar="FILE", help="CSV or Parquet")
    predict.add_argument("--out", type=Path, required=True, metavar="FILE", help="CSV to write")
    predict.add_argument("--verify-with", type=Path, metavar="KEY", help="Ed25519 public key (PEM)")
    predict.add_argument("--unsigned-ok", action="store_true", help="take a model that nobody signed")
    predict.add_argument("--intervals", action="store_true", help="add the ends of each interval")
    predict.set_defaults(run=run_predict)


def _add_fit(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    fit: argparse.ArgumentParser = commands.add_parser(
        "fit",
        help="fit a readable model on your own records",
        description="Fit a model, or recalibrate a published instrument where there are too few people. Inputs that "
        "were not known on the day of the prediction are refused by name. Exit code 0: done; 1: something was refused.",
    )
    fit.add_argument("table", type=Path, metavar="TABLE", help="CSV or Parquet, one row a person")
    fit.add_argument("--spec", type=Path, required=True, metavar="FILE", help="description in TOML")
    fit.add_argument("--model", choices=[kind.value for kind in ModelKind], default="additive")
    fit.add_argument("--out", type=Path, required=True, metavar="FILE", help="model file to write")
    fit.add_argument("--layout", choices=[layout.value for layout in Layout], default="pooled")
    fit.add_argument("--seed", type=int, default=1, metavar="S", help="same seed, same model (1)")
    fit.add_argument("--rounds", type=int, metavar="N", help="trees of the booster")
    fit.add_argument("--pairs", type=int, metavar="N", help="most pairs of the booster")
    fit.add_argument("--bags", type=int, metavar="N", help="fits of the booster that are averaged")
    fit.add_argument("--feature-share", type=float, metavar="SHARE", help="share of features a tree sees")
    fit.add_argument("--lines", type=int, default=15, metavar="N", help="most lines of a scorecard (15)")
    fit.add_argument(
        "--folds", type=int, default=5, metavar="N", help="parts for cross-validation, 0 for none (5)"
    )
    fit.add_argument(
        "--intervals", type=int, default=40, metavar="N", help="fits for intervals, 0 for none (40)"
    )
    fit.add_argument(
        "--days",
        type=int,
        default=_DAYS_OF_PERIOD,
        metavar="N",
        help="days of follow-up for each outcome, at most (366)",
    )
    fit.add_argument(
        "--recalibrate",
        metavar="COLUMN",
        help="fit nothing: recalibrate the published percent that stands in this column",
    )
    fit.add_argument("--sign-with", type=Path, metavar="KEY", help="Ed25519 private key (PEM)")
    fit.add_argument(
        "--allow-after",
        action="store_true",
        help="fit in spite of leaks, to show what they are worth; the model can never be used",
    )
    fit.set_defaults(run=run_fit)


def run_fit(arguments: argparse.Namespace) -> int:
    """Fit or recalibrate, write the file, and say how it did."""
    _check(arguments)
    spec = read_description(arguments.spec)
    texts = read_table(arguments.table)
    table, kept, lost = _coded(texts, spec=spec, where=arguments.table)
    if arguments.recalibrate:
        return _recalibrate(arguments, table, texts, kept)
    with progress_bar() as progress:
        rng = np.random.default_rng(arguments.seed)
        progress("looking for leaks", 0, 1)
        leaks = find_leaks(
            texts, table=table, most_days=arguments.days * len(spec.outcomes), rng=np.random.default_rng(1)
        )
        progress("looking for leaks", 1, 1)
        if not arguments.allow_after:
            refuse(leaks, where=str(arguments.table))
        model = fit_local(
            table,
            settings=_settings(arguments),
            leaks=leaks,
            rng=rng,
            allow_leaks=arguments.allow_after,
            steps=Steps(progress),
        )
    model = replace(model, record={**model.record, "seed": arguments.seed, "rows_left_out": lost})
    write_model(arguments.out, model, private_key=arguments.sign_with)
    _say(model, arguments.out, signed=arguments.sign_with is not None)
    return 0


def _check(arguments: argparse.Namespace) -> None:
    for option, value, least, most in (
        ("--seed", arguments.seed, 0, 2**63 - 1),
        ("--rounds", arguments.rounds, 1, 20_000),
        ("--pairs", arguments.pairs, 0, 1_000),
        ("--bags", arguments.bags, 1, 50),
        ("--lines", arguments.lines, 1, 100),
        ("--intervals", arguments.intervals, 0, 1_000),
        ("--days", arguments.days, 1, 4_000),
        ("--folds", arguments.folds, 0, 50),
    ):
        if value is not None and not least <= value <= most:
            expected = f"a whole number from {least:,} to {most:,}"
            raise RefusedInput(where=option, expected=expected, found=str(value), action="Choose another.")
    share = arguments.feature_share
    if share is not None and not 0.0 < share <= 1.0:
        raise RefusedInput(
            where="--feature-share", expected="above 0, at most 1", found=str(share), action="Choose another."
        )
    if arguments.folds == 1:
        raise RefusedInput(
            where="--folds", expected="0, or 2 and more", found="1", action="One part cannot be held back."
        )


def _settings(arguments: argparse.Namespace) -> FitSettings:
    words = ("rounds", "pairs", "bags", "feature_share")
    given = {word: getattr(arguments, word) for word in words if getattr(arguments, word) is not None}
    return FitSettings(
        kind=ModelKind(arguments.model),
        layout=Layout(arguments.layout),
        boosting=BoostingSettings(**given),
        card=CardSettings(lines=arguments.lines),
        replicates=arguments.intervals,
        folds=arguments.folds,
    )


def _coded(
    texts: Mapping[str, Texts], *, spec: TableSpec, where: Path
) -> tuple[Table, np.ndarray[tuple[int], np.dtype[np.bool_]], int]:
    """Return the coded table, which rows it holds, and how many were left out, naming the first of them."""
    table, problems = code_table(texts, spec=spec)
    length = len(next(iter(texts.values())))
    if not len(table):
        _tell(problems)
        raise RefusedInput(
            where=str(where),
            expected=f"rows that {spec.name} describes",
            found=counted(len(problems), "problem", "problems"),
            action="See the problems above; mend the table or its description.",
        )
    bad = {int(str(problem.path[0]).removeprefix("row ")) - 1 for problem in problems}
    _tell(problems)
    if len(bad) > _MOST_PROBLEMS * length:
        raise RefusedInput(
            where=str(where),
            expected=f"at most {_MOST_PROBLEMS:.0%} of the rows with a problem",
            found=f"{len(bad):,} of {length:,}",
            action="So many bad rows say that the description is wrong: mend it first.",
        )
    kept = np.ones(length, dtype=np.bool_)
    kept[list(bad)] = False
    return table, kept, len(bad)


def _tell(problems: tuple[Problem, ...]) -> None:
    for problem in problems[:_SHOWN_PROBLEMS]:
        print(f"  ! left out: {problem}")
    if len(problems) > _SHOWN_PROBLEMS:
        print(f"  ! and {counted(len(problems) - _SHOWN_PROBLEMS, 'problem', 'problems')} more")


def _recalibrate(
    arguments: argparse.Namespace,
    table: Table,
    texts: Mapping[str, Texts],
    kept: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> int:
    published = percents(texts, arguments.recalibrate, where=str(arguments.table))[kept]
    model = recalibrate_table(table, published, column=arguments.recalibrate)
    write_model(arguments.out, model, private_key=arguments.sign_with)
    for words, period in zip(table.spec.period_words, model.periods, strict=True):
        for name, estimate in (("intercept", period.intercept), ("slope", period.slope)):
            print(f"{words}: {name} {estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]")
        print(f"{words}: {period.events:,} events among {counted(period.people, 'person', 'people')}")
    print(f"wrote {arguments.out}")
    return 0


def _say(model: LocalModel, out: Path, *, signed: bool) -> None:
    for period in model.record["periods"]:
        line = f"{period['period']}: {period['events']:,} events among {period['at_risk']:,} at risk"
        if "brier_held_back" in period:
            line += f"; held back: Brier {period['brier_held_back']:.4f}, {period['expected_held_back']:,.0f} expected"
        print(line)
    for card, words in zip(model.cards, model.spec.period_words, strict=False):
        print(f"points for {words} (log-odds {card.intercept:.3f} + {card.scale:.3f} a point)")
        for line_ in card.lines:
            print(f"  {line_.points:+3d}  {line_.words}")
    for reason in model.reasons:
        print(f"  ! {reason.words}")
    may = (
        "may support a decision"
        if model.decision_use is DecisionUse.SUPPORT
        else "must never be used to decide"
    )
    print(f"wrote {out}: {may}; {'signed' if signed else 'not signed'}")


def run_predict(arguments: argparse.Namespace) -> int:
    """Predict, and write the file."""
    envelope = load_model(
        arguments.model, public_key=arguments.verify_with, unsigned_ok=arguments.unsigned_ok
    )
    model = envelope.model
    texts = read_table(arguments.table)
    if isinstance(model, Recalibrated):
        found = percents(texts, model.column, where=str(arguments.table))
        names, hazards, low_high = _names(texts, model.spec), model.hazards(found), None
    else:
        table, _, _ = _coded(texts, spec=model.spec, where=arguments.table)
        names, hazards = [str(name) for name in table.identifiers], model.hazards(table.codes)
        low_high = model.interval(table.codes) if arguments.intervals else None
        if arguments.intervals and low_high is None:
            raise RefusedInput(
                where=str(arguments.model),
                expected="a model with intervals",
                found="one without",
                action="Fit an additive model with --intervals 40, or leave --intervals out.",
            )
    atomic_bytes(arguments.out, _rows(names, hazards, low_high).encode())
    print(f"{counted(len(names), 'person', 'people')} in {arguments.out}; model {envelope.content_hash[:16]}")
    for reason in model.reasons:
        print(f"  ! {reason.words}")
    return 0


def _names(texts: Mapping[str, Texts], spec: TableSpec) -> list[str]:
    named = [c.name for c in spec.columns if c.use.value == "identifier" and c.name in texts]
    length = len(next(iter(texts.values())))
    return [str(name) for name in texts[named[0]]] if named else [str(row + 1) for row in range(length)]


def _rows(names: list[str], hazards: Floats, low_high: tuple[Floats, Floats] | None) -> str:
    periods = range(hazards.shape[1])
    columns = [hazards[:, period] for period in periods]
    header = ["ID", *(f"year{period + 1}" for period in periods)]
    if low_high is not None:
        for period in periods:
            header += [f"year{period + 1}_low", f"year{period + 1}_high"]
            columns += [low_high[0][:, period], low_high[1][:, period]]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    for row, name in enumerate(names):
        cells = [column[row] for column in columns]
        writer.writerow([guarded(str(name)), *("" if np.isnan(cell) else f"{cell:.6f}" for cell in cells)])
    return text.getvalue()
