"""Writing what a tuning found: the table of trials, a page with the curve, and a parameter file a chosen set."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from throughcare.adapters.files.atomic import atomic_bytes
from throughcare.adapters.files.results import csv_sink
from throughcare.adapters.reports.curve import Mark, curve_svg
from throughcare.adapters.reports.pages import render_page, write
from throughcare.monitoring.parameters import Detector
from throughcare.monitoring.scoring import Summary
from throughcare.runners.monitoring import code_version
from throughcare.runners.tuning import (
    LEAST_ABSENCES,
    LEAST_NIGHTS,
    SEARCHED,
    Chosen,
    LabelSource,
    Trial,
    Tuning,
)

_NUMBERS = (
    "people", "nights", "left_out", "incidents", "false", "absences", "found", "false_per_day", "false_low",
    "false_high", "recall", "delay_p50_min", "delay_p90_min", "unknown_share", "worst_decile",
)  # fmt: skip
_VARIED = tuple(sorted({name for values in SEARCHED.values() for name in values}))
TRADEOFF_COLUMNS = (
    "trial",
    "detector",
    "chosen_for",
    *(f"{part}_{name}" for part in ("tuning", "held_back") for name in _NUMBERS),
    *_VARIED,
    "parameters_id",
)
_HEADINGS = ("Set", "Detector", "Tuning: false [95 %]", "Found", "Delay p50, p90, min", "Worst decile",
             "Held back: false [95 %]", "Found", "Delay p50, p90, min", "Worst decile", "Unknown")  # fmt: skip
_TRUTH = {
    LabelSource.CHECKED: "The truth comes from the labels that you gave.",
    LabelSource.RADIO: "The truth is taken from the home unit's radio, for a detector that has satellite positions "
    "only: false means that the two disagree while radio heard the tag, found that they agree on an absence.",
    LabelSource.NONE: "There is no truth: every incident counts as if it were false, which is the most that can be.",
}


def parameters_name(chosen: Chosen) -> str:
    """Return the name of a chosen set's parameter file."""
    return f"parameters-{chosen.point.name}-{chosen.detector}.json"


def write_tuning(folder: Path, tuning: Tuning) -> Path:
    """Write everything to a folder, made where it is absent, and return its page.

    Parameter files of an earlier tuning in the folder are removed: each would look like a choice of this one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("parameters-*.json"):
        old.unlink()
    for item in tuning.chosen:
        _write_json(folder / parameters_name(item), item.trial.parameters.as_dict())
    with csv_sink(folder / "tradeoff.csv", TRADEOFF_COLUMNS) as add:
        add(_record(trial, tuning) for trial in tuning.trials)
    _write_json(folder / "tuning.json", _whole(tuning))
    write(folder / "index.html", _page(tuning))
    return folder / "index.html"


def _write_json(path: Path, value: dict[str, Any]) -> None:
    atomic_bytes(path, (json.dumps(value, indent=2, sort_keys=True) + "\n").encode())


def _whole(tuning: Tuning) -> dict[str, Any]:
    return {
        "code_version": code_version(),
        "truth": str(tuning.source),
        "seed": tuning.seed,
        "hold_out": tuning.hold_out,
        "tuning_people": list(tuning.people),
        "held_back_people": list(tuning.held_back),
        "warnings": list(tuning.warnings),
        "least_absences": LEAST_ABSENCES,
        "least_nights": LEAST_NIGHTS,
        "adopted": False,
        "chosen": [
            {
                "point": item.point.name,
                "detector": str(item.detector),
                "trial": item.trial.number,
                "parameters_id": item.trial.parameters.parameters_id,
                "file": parameters_name(item),
            }
            for item in tuning.chosen
        ],
    }


def _record(trial: Trial, tuning: Tuning) -> dict[str, Any]:
    values = trial.parameters.as_dict()
    searched = SEARCHED[trial.parameters.detector]
    points = [c.point.name for c in tuning.chosen if c.trial.number == trial.number]
    parts = {"tuning": trial.tuning, "held_back": trial.held_back}
    numbers = {f"{part}_{name}": getattr(s, name) for part, s in parts.items() for name in _NUMBERS}
    return {
        "trial": trial.number,
        "detector": values["detector"],
        "chosen_for": " ".join(points),
        **numbers,
        **{name: values[name] if name in searched else None for name in _VARIED},
        "parameters_id": trial.parameters.parameters_id,
    }


def _page(tuning: Tuning) -> str:
    letters = {c.trial.number: chr(ord("A") + i) for i, c in enumerate(_distinct(tuning.chosen))}
    first = tuning.trials[0]
    return render_page(
        "tuning.html.j2",
        run={"code_version": code_version()},
        warnings=tuning.warnings,
        truth=_TRUTH[tuning.source],
        parts=[_part("Tuning", first.tuning), _part("Held back", first.held_back)],
        chosen=[_chosen(item, letters, first.held_back) for item in tuning.chosen],
        tenths=[f"{k + 1} of {len(first.held_back.deciles)}" for k in range(len(first.held_back.deciles))],
        drawings=[_drawing(tuning, letters, held_back=held) for held in (False, True)],
        headings=_HEADINGS,
        rows=[_row(trial, letters) for trial in tuning.trials],
    )


def _distinct(chosen: Sequence[Chosen]) -> list[Chosen]:
    return list({item.trial.number: item for item in chosen}.values())


def _part(name: str, s: Summary) -> list[str]:
    return [name, *(f"{n:,}" for n in (s.people, s.nights, s.left_out, s.absences))]


def _chosen(item: Chosen, letters: dict[int, str], default: Summary) -> dict[str, Any]:
    s = item.trial.held_back
    return {
        "letter": letters[item.trial.number],
        "name": f"{item.point.name}, {item.detector.replace('_', ' ')}.",
        "words": f"{_demand(item)} {_gain(s)} {_difference(s, default)}",
        "file": parameters_name(item),
        "deciles": [_figure(value, 4) for value in s.deciles],
    }


def _demand(item: Chosen) -> str:
    point, tuned = item.point, item.trial.tuning
    limit = (
        f", nine in ten told within {point.most_p90_min:g} minutes"
        if math.isfinite(point.most_p90_min)
        else ""
    )
    return (
        f"Asked on the tuning part: {point.least_recall:.0%} of absences found{limit}. "
        f"There it found {tuned.found} of {tuned.absences}."
    )


def _gain(s: Summary) -> str:
    return (
        f"On the held-back people it named {s.false} false in {s.nights:,} nights ({_false(s)} a person-day), "
        f"found {s.found} of {s.absences} absences and told nine in ten of those within "
        f"{_figure(s.delay_p90_min, 0)} minutes; {_figure(s.unknown_share * 100, 1)} % of the hours asked were unknown."
    )


def _difference(s: Summary, default: Summary) -> str:
    return (
        f"Against the default set: {s.false - default.false:+d} false incidents, "
        f"{s.found - default.found:+d} absences found."
    )


def _drawing(tuning: Tuning, letters: dict[int, str], *, held_back: bool) -> dict[str, Any]:
    title = "Held-back people" if held_back else "Tuning people"
    marks = []
    for trial in tuning.trials:
        s = trial.held_back if held_back else trial.tuning
        is_round = trial.parameters.detector is Detector.PROBABILISTIC
        marks.append(Mark(s.false_per_day, s.recall, is_round, letters.get(trial.number, "")))
    svg = curve_svg(marks, title=title, ident="held" if held_back else "tuned")
    return {"title": title, "svg": Markup(svg)}  # noqa: S704 - made by curve.py from numbers


def _row(trial: Trial, letters: dict[int, str]) -> list[str]:
    letter = letters.get(trial.number)
    cells = [
        f"{trial.number}{f' ({letter})' if letter else ''}",
        trial.parameters.detector.replace("_", " "),
    ]
    for s in (trial.tuning, trial.held_back):
        delays = f"{_figure(s.delay_p50_min, 1)}, {_figure(s.delay_p90_min, 1)}"
        cells += [_false(s), _figure(s.recall, 3), delays, _figure(s.worst_decile, 3)]
    return [*cells, _figure(trial.held_back.unknown_share, 3)]


def _false(s: Summary) -> str:
    return f"{s.false_per_day:.4f} [{s.false_low:.4f}, {s.false_high:.4f}]"


def _figure(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}" if math.isfinite(value) else "not known"
