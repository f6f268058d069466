"""The recidivism forecasting challenge of the National Institute of Justice, by the commands of `throughcare risk`.

    python -m benchmarks.nij prepare FOLDER             tables and descriptions
    python -m benchmarks.nij leaks                      what the leak detector says of each setting
    python -m benchmarks.nij cv NAME...                 five-fold cross-validation on the training split
    python -m benchmarks.nij predict FOLDER             both files of predictions of the held-back split
    python -m benchmarks.nij score FILE OUTCOMES        score one of them; OUTCOMES is a CSV with ID and the outcomes

A figure is the mean of the Brier scores of men and of women, as the challenge scored, on those still at risk.
Outcomes of the held-back split are not here: whoever has them scores FOLDER/predictions_*.csv.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.nij_tables import Setting, settings, table_of, write
from throughcare.cli.main import main as throughcare
from throughcare.risk.models.additive import Floats
from throughcare.risk.models.boosting import BoostingSettings
from throughcare.risk.models.columns import Table
from throughcare.risk.models.comparators import fit_boosted_trees
from throughcare.risk.models.fitting import FitSettings, fit_local, in_order
from throughcare.risk.models.hazard import known_at_risk, period_column, stacked
from throughcare.risk.models.leaks import Leak, LeakKind, find_leaks
from throughcare.risk.models.local_model import Layout, ModelKind
from throughcare.risk.models.scorecard import CardSettings

FOLDS = 5
PAIRS = 80
BOOSTING = BoostingSettings(rounds=1600, feature_share=0.3, pairs=PAIRS, bags=4)
Fit = Callable[[Table, np.random.Generator], Callable[[Table], Floats]]
_KNOWN = (Leak(LeakKind.MEASURED_AFTER, ("supervision",), "the challenge allows fields of the supervision"),)


def ours(kind: ModelKind = ModelKind.ADDITIVE, *, layout: Layout = Layout.POOLED, **boosting: float) -> Fit:
    """Return what fits a local model of ours."""
    asked = FitSettings(
        kind=kind, layout=layout, boosting=replace(BOOSTING, **boosting), replicates=0, folds=0
    )

    def fit(table: Table, rng: np.random.Generator) -> Callable[[Table], Floats]:
        model = fit_local(table, settings=asked, leaks=_KNOWN, rng=rng, allow_leaks=True)
        return lambda others: model.hazards(others.codes)

    return fit


def card(lines: int) -> Fit:
    """Return what fits a scorecard of ours."""
    asked = FitSettings(kind=ModelKind.SCORECARD, card=CardSettings(lines=lines), replicates=0, folds=0)

    def fit(table: Table, rng: np.random.Generator) -> Callable[[Table], Floats]:
        model = fit_local(table, settings=asked, leaks=_KNOWN, rng=rng, allow_leaks=True)
        return lambda others: model.hazards(others.codes)

    return fit


def trees(table: Table, rng: np.random.Generator) -> Callable[[Table], Floats]:
    """Fit gradient-boosted trees of scikit-learn to the hazard (two seeds): the comparator."""
    table = in_order(table)
    codes, target = stacked(table)
    columns = (*table.spec.features, period_column(table.spec))
    fits = [
        fit_boosted_trees(codes, target, columns=columns, seed=int(rng.integers(2**31))) for _ in range(2)
    ]

    def predict(others: Table) -> Floats:
        found = []
        for period in range(others.events.shape[1]):
            asked = np.hstack([others.codes, np.full((len(others), 1), period, dtype=np.int16)])
            found.append(np.mean([each(asked) for each in fits], axis=0))
        return np.stack(found, axis=1)

    return predict


def tried(setting: Setting, fit: Fit) -> tuple[list[float], Floats, Table, float]:
    """Return the score of each period by cross-validation, the predictions, their table, and the seconds."""
    table = table_of(setting)
    started = time.perf_counter()
    part = parts(table)
    found = np.zeros(table.events.shape)
    for number in range(FOLDS):
        predict = fit(table.rows(part != number), np.random.default_rng(number))
        found[part == number] = predict(table.rows(part == number))
    return scores(found, table), found, table, time.perf_counter() - started


def parts(table: Table) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return each person's part, the same person in the same part in every setting."""
    everybody = [row["ID"] for row in settings()["release"].training]
    drawn = np.random.default_rng(11).permutation(len(everybody)) % FOLDS
    by_name = dict(zip(everybody, drawn, strict=True))
    return np.array([by_name[str(name)] for name in table.identifiers])


def scores(found: Floats, table: Table) -> list[float]:
    """Return the mean of the Brier scores of men and of women, for each period."""
    sex = table.codes[:, [column.name for column in table.spec.features].index("Gender")]
    told = []
    for period in range(found.shape[1]):
        rows = known_at_risk(table, period)
        misses = (found[:, period] - table.events[:, period]) ** 2
        told.append(float(np.mean([misses[rows & (sex == code)].mean() for code in (0, 1)])))
    return told


def groups(found: Floats, table: Table) -> list[dict[str, object]]:
    """Return observed over expected for each race and sex, with a 95 % interval, where there are 500 or more."""
    sex = table.codes[:, [column.name for column in table.spec.features].index("Gender")]
    told: list[dict[str, object]] = []
    for period in range(found.shape[1]):
        rows = known_at_risk(table, period)
        for race in (0, 1):
            for code, word in ((0, "women"), (1, "men")):
                some = rows & (sex == code) & (table.groups["Race"] == race)
                observed, expected = table.events[some, period].sum(), found[some, period].sum()
                spread = 1.96 * np.sqrt((found[some, period] * (1 - found[some, period])).sum())
                told.append(
                    {
                        "period": table.spec.period_words[period],
                        "group": f"{('Black', 'White')[race]} {word}",
                        "people": int(some.sum()),
                        "observed_over_expected": round(float(observed / expected), 3),
                        "interval": [round(float((observed + s * spread) / expected), 3) for s in (-1, 1)],
                    }
                )
    return told


def runs() -> dict[str, tuple[str, Fit]]:
    """Return every run of cross-validation: its setting and what it fits."""
    found: dict[str, tuple[str, Fit]] = {
        "release_additive": ("release", ours()),
        "release_logistic": ("release", ours(ModelKind.LOGISTIC)),
        "release_trees": ("release", trees),
    }
    for pairs in (0, 10, 20, 40):
        found[f"release_additive_{pairs}_pairs"] = ("release", ours(pairs=pairs))
    for year, name in (("year1", "year1"), ("year2", "year2"), ("year3", "year3")):
        found[f"official_{year}_additive"] = (name, ours(layout=Layout.YEARLY))
        found[f"official_{year}_trees"] = (name, trees)
        found[f"official_{year}_logistic"] = (name, ours(ModelKind.LOGISTIC, layout=Layout.YEARLY))
        for lines in (5, 10, 15, 20):
            found[f"official_{year}_card_{lines}"] = (name, card(lines))
    return found


def cross_validate(names: list[str]) -> None:
    """Print one line of JSON for each run."""
    every = runs()
    known = settings()
    for name in names or list(every):
        setting, fit = every[name]
        told, found, table, seconds = tried(known[setting], fit)
        line: dict[str, object] = {"run": name, "brier": [round(score, 5) for score in told]}
        line["seconds"] = round(seconds)
        if name in {"release_additive"}:
            line["groups"] = groups(found, table)
        print(json.dumps(line), flush=True)


def leaks() -> None:
    """Print what the leak detector finds in each setting, apart from what the description declares."""
    for name, setting in settings().items():
        table = table_of(setting)
        texts = {
            column: np.array([row[column] for row in setting.training]) for column in setting.training[0]
        }
        found = find_leaks(texts, table=table, most_days=1096, rng=np.random.default_rng(1))
        told = [
            {"kind": leak.kind, "columns": leak.columns, "measure": round(leak.measure, 3)}
            for leak in found
            if leak.kind is not LeakKind.MEASURED_AFTER
        ]
        declared = sum(leak.kind is LeakKind.MEASURED_AFTER for leak in found)
        print(json.dumps({"setting": name, "declared_after": declared, "found": told}), flush=True)


def predict(folder: Path) -> None:
    """Fit on the training split and write predictions_release.csv and predictions_official.csv."""
    write(folder)
    for name in ("release", "year2", "year3"):
        home = folder / name
        words = ["risk", "fit", str(home / "train.csv"), "--spec", str(home / "columns.toml")]
        words += ["--out", str(home / "model.json"), "--seed", "1", "--folds", "0", "--intervals", "0"]
        words += ["--rounds", str(BOOSTING.rounds), "--pairs", str(BOOSTING.pairs)]
        words += ["--feature-share", str(BOOSTING.feature_share), "--bags", str(BOOSTING.bags)]
        if name != "release":
            words += ["--layout", "yearly", "--allow-after", "--days", "1096"]
        _run(words)
        words = ["risk", "predict", "--model", str(home / "model.json"), "--unsigned-ok"]
        _run([*words, "--table", str(home / "test.csv"), "--out", str(home / "predictions.csv")])
    release = _read(folder / "release" / "predictions.csv")
    _write(folder / "predictions_release.csv", release)
    for year in (2, 3):
        later = {row["ID"]: row["year1"] for row in _read(folder / f"year{year}" / "predictions.csv")}
        for row in release:
            row[f"year{year}"] = later.get(row["ID"], "")
    _write(folder / "predictions_official.csv", release)


def score(predictions: Path, outcomes: Path) -> None:
    """Print the Brier scores of men and of women, and their mean, for each year, on those still at risk."""
    known = {_number(row["ID"]): row for row in _read(outcomes)}
    sex = {_number(row["ID"]): row["Gender"] for row in settings()["release"].held_back}
    found = {_number(row["ID"]): row for row in _read(predictions)}
    lacking = sorted(known.keys() - found.keys())
    if lacking:
        raise SystemExit(f"{predictions}: no prediction for {len(lacking):,} people, such as {lacking[0]}")
    for year in (1, 2, 3):
        misses: dict[str, list[float]] = {"M": [], "F": []}
        for name, row in known.items():
            happened = [float(row[f"Recidivism_Arrest_Year{each}"] or 0) for each in range(1, year + 1)]
            if not any(happened[:-1]):
                misses[sex[name]].append((float(found[name][f"year{year}"]) - happened[-1]) ** 2)
        men, women = (float(np.mean(misses[code])) for code in ("M", "F"))
        told = {"year": year, "people": len(misses["M"]) + len(misses["F"])}
        print(
            json.dumps(
                {**told, "men": round(men, 5), "women": round(women, 5), "mean": round((men + women) / 2, 5)}
            )
        )


def _number(text: str) -> int:
    return int(float(text))


def _run(words: list[str]) -> None:
    if throughcare(words):
        raise SystemExit(f"throughcare {' '.join(words)}: refused")


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["ID", "year1", "year2", "year3"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"wrote {path}: {len(rows):,} people")


def main(arguments: list[str]) -> None:
    """Run one of the commands."""
    match arguments:
        case ["prepare", folder]:
            write(Path(folder))
        case ["leaks"]:
            leaks()
        case ["cv", *names]:
            cross_validate(names)
        case ["predict", folder]:
            predict(Path(folder))
        case ["score", predictions, outcomes]:
            score(Path(predictions), Path(outcomes))
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
