"""The worked example as files: an invented curfew cohort, the protocol of its study, and the truth, kept apart."""

from __future__ import annotations

import csv
import io
import json
from importlib.resources import files
from pathlib import Path

import numpy as np

from throughcare.adapters.files.atomic import atomic_bytes
from throughcare.simulation.curfew_cohort import InventedCohort

_FIRST = np.datetime64("2021-01-01", "D")
_DAYS = 90


def example_protocol() -> str:
    """Return the protocol's text."""
    return files("throughcare.adapters.files").joinpath("example_protocol.yml").read_text("utf-8")


def write_example(out_dir: Path, invented: InventedCohort, *, rng: np.random.Generator) -> tuple[Path, ...]:
    """Write ``cohort.csv``, ``protocol.yml`` and ``truth.json`` into a folder, and return them.

    Parameters
    ----------
    out_dir : Path
        Made where it is absent.
    invented : InventedCohort
    rng : numpy.random.Generator
        Of the days on which orders began, and of cautions before, which no tag can have changed.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    cohort, outcomes = invented.cohort, invented.outcomes
    score = cohort.columns["risk_score"]
    began = _FIRST + rng.integers(0, _DAYS, len(cohort))
    cautions = (rng.random(len(cohort)) < 0.15 + 0.002 * score).astype(int)
    cells = [cohort.people, cohort.treated.astype(int), began]
    header = ["person_id", "tagged", "order_began"]
    for covariate in cohort.covariates:
        column = cohort.columns[covariate.name]
        header.append(covariate.name)
        levels = np.array(covariate.levels, dtype=object)
        cells.append(levels[column.astype(int)] if covariate.levels else np.round(column, 4))
    header += ["caution_before", "reoffended", "reoffences"]
    cells += [cautions, outcomes.binary["reoffended"].astype(int), outcomes.counts["reoffences"].astype(int)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(zip(*cells, strict=True))
    truth = {
        "ratio": invented.truth.ratio,
        "difference": invented.truth.difference,
        "frequency_ratio": invented.truth.frequency_ratio,
    }
    paths = tuple(out_dir / name for name in ("cohort.csv", "protocol.yml", "truth.json"))
    atomic_bytes(paths[0], text.getvalue().encode())
    atomic_bytes(paths[1], example_protocol().encode())
    atomic_bytes(paths[2], (json.dumps(truth, indent=1) + "\n").encode())
    return paths
