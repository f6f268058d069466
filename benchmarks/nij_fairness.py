"""Is the NIJ model fair, and at which threshold? ``python -m benchmarks.nij_fairness FOLDER [logistic]``

The predictions are those of people held back (five folds) by the model of ``benchmarks/nij.py`` with release fields only;
Race is never an input. They are written to FOLDER once and used again. Each year is then audited through
``throughcare risk validate``, on the people not arrested in an earlier year. Prints one line of JSON for each year: how long
the audit took, observed over expected of each race and sex, rates at the thresholds that flag the top tenth, fifth and
three tenths and at one half, and the challenge's fair-and-accurate index before and after clipping.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.nij import ours, tried
from benchmarks.nij_tables import OUTCOMES, settings
from throughcare.cli.main import main as throughcare
from throughcare.risk.fairness.nij_index import gaming
from throughcare.risk.models.local_model import ModelKind
from throughcare.risk.validation.intervals import plain_values

LEAST = 500
YEARS = (1, 2, 3)


def predictions(folder: Path, kind: ModelKind) -> Path:
    """Return the table of held-back predictions, made where it is absent."""
    path = folder / f"out_of_fold_{kind.value}.csv"
    if path.is_file():
        return path
    found, table = tried(settings()["release"], ours(kind))[1:3]
    known = {row["ID"]: row for row in settings()["release"].training}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["ID", "Race", "Gender", *(f"year{year}" for year in YEARS), *OUTCOMES])
        for name, row in zip(table.identifiers, found, strict=True):
            person = known[str(name)]
            cells = [f"{value:.6f}" for value in row]
            writer.writerow(
                [name, person["Race"], person["Gender"], *cells, *(person[each] for each in OUTCOMES)]
            )
    return path


def audited(path: Path, folder: Path, year: int) -> dict[str, object]:
    """Return what the audit of one year says, and how long the whole command took."""
    words = [
        "risk",
        "validate",
        "--scores",
        str(path),
        "--score",
        f"year{year}",
        "--outcome",
        OUTCOMES[year - 1],
    ]
    for before in OUTCOMES[: year - 1]:
        words += ["--free-of", before]
    for threshold in thresholds(path, year):
        words += ["--threshold", f"{threshold:.6f}"]
    out = folder / f"report_year{year}"
    began, cpu = time.perf_counter(), time.process_time()
    if throughcare([*words, "--group", "Race", "--group", "Gender", "--out", str(out)]):
        raise SystemExit("refused")
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    found = json.loads((out / "validation.json").read_text())
    return {
        "year": year,
        "people": found["performance"]["people"],
        "seconds": round(took, 1),
        "cpu_seconds": round(cpu, 1),
        "overall": rounded(found["performance"]["calibration"]["ratio"]),
        "auc": rounded(found["performance"]["auc"]),
        "slope": rounded(found["performance"]["calibration"]["slope"]),
        "groups": [group(each) for each in found["fairness"]["groups"]],
        "stand_out": [each for each in found["words"] if "adjusted p" in each],
        "rates": [rates(each) for each in found["fairness"]["tensions"] if each["grouping"] == "Race"],
        "index": index(path, year),
    }


def thresholds(path: Path, year: int) -> list[float]:
    """Return the thresholds that flag the top tenth, fifth and three tenths of those at risk, and one half."""
    score, *_ = at_risk(path, year)
    return [*(float(np.quantile(score, 1 - share, method="higher")) for share in (0.1, 0.2, 0.3)), 0.5]


def at_risk(path: Path, year: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return score, outcome, Black or not, and man or not, of those not arrested in an earlier year."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if all(row[each] == "0" for each in OUTCOMES[: year - 1])]
    return (
        np.array([float(row[f"year{year}"]) for row in rows]),
        np.array([row[OUTCOMES[year - 1]] == "1" for row in rows]),
        np.array([row["Race"] == "BLACK" for row in rows]),
        np.array([row["Gender"] == "M" for row in rows]),
    )


def index(path: Path, year: int) -> dict[str, object]:
    """Return the fair-and-accurate index of men and of women, before and after clipping at 0.4999."""
    score, happened, black, men = at_risk(path, year)
    return {
        name: plain_values(gaming(score[rows], happened[rows], black[rows]))
        for name, rows in (("men", men), ("women", ~men))
    }


def group(found: dict) -> dict[str, object]:
    """Return a group in short."""
    performance = found["performance"]
    ratio = performance["calibration"]["ratio"]
    return {
        "group": found["group"],
        "people": performance["people"],
        "observed_over_expected": rounded(ratio),
        "contains_1": ratio["low"] <= 1.0 <= ratio["high"] if performance["people"] >= LEAST else "too few",
        "auc": rounded(performance["auc"]),
    }


def rates(found: dict) -> dict[str, object]:
    """Return the rates of two groups at one threshold."""
    told = {"threshold": round(found["threshold"], 4)}
    for side in ("group", "reference"):
        told[found[side]["group"]] = {
            name: round(found[side][name], 4) if found[side][name] is not None else None
            for name in ("false_positive", "false_negative", "predictive")
        }
    return told


def rounded(found: dict) -> list[float]:
    """Return value, low and high."""
    return [round(found[name], 3) for name in ("value", "low", "high")]


def main(arguments: list[str]) -> None:
    """Predict, audit and print."""
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    kind = ModelKind(arguments[1]) if arguments[1:] else ModelKind.ADDITIVE
    path = predictions(folder, kind)
    for year in YEARS:
        print(json.dumps(audited(path, folder, year)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
