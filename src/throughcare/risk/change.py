"""Change: what could lower a score, and what could not; needs only, and only in the direction that can be achieved."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from throughcare.risk.answers import Answers
from throughcare.risk.bounds import MOST
from throughcare.risk.contract import Band, Instrument, Score, Spec, Status
from throughcare.risk.items import Item, Kind, Value
from throughcare.risk.variants import (
    SCORED,
    combination,
    connected,
    grids_columns,
    months_later,
    rule_items,
    score_changes,
    score_of,
    term_items,
    weighs,
)

MOST_MONTHS = 60
"""How far the curve of months without an offence goes."""
_ASSESSED, _STARTED = "assessment_date", "follow_up_start"


@dataclass(frozen=True, slots=True)
class Step:
    """One need at a better answer, all else as it is.

    Parameters
    ----------
    item, label : str
    now, then : Value
    words : str
    shown : float
        The score as published.
    band : Band or None
    lowers_by : float
        The fall of the score as published; more than 0.
    moves_band : bool
    """

    item: str
    label: str
    now: Value
    then: Value
    words: str
    shown: float
    band: Band | None
    lowers_by: float
    moves_band: bool


@dataclass(frozen=True, slots=True)
class Month:
    """One point of the curve: whole months in the community without an offence, and the score on that day."""

    months: int
    day: dt.date
    shown: float
    band: Band | None


@dataclass(frozen=True, slots=True)
class WhatWouldChange:
    """What could lower a score.

    Parameters
    ----------
    instrument : str
    score : Score
        As it is now.
    steps : tuple of Step
        Each need alone, at the answer that lowers the score most; the largest fall first.
    together : Score or None
        All needs at once, each where the score is lowest; None where none lowers it, or it cannot be told.
    together_answers : mapping
        Those answers.
    months : tuple of Month
        If no offence is recorded and nothing else changes; empty where the instrument counts no time.
    words : str
        The whole in words; says plainly if nothing can lower the score.
    """

    instrument: str
    score: Score
    steps: tuple[Step, ...] = ()
    together: Score | None = None
    together_answers: Mapping[str, Value] = field(default_factory=dict)
    months: tuple[Month, ...] = ()
    words: str = ""

    @property
    def nothing(self) -> bool:
        """True if neither help nor time can lower the score."""
        return not self.steps and self.together is None and not self.time_lowers

    @property
    def time_lowers(self) -> bool:
        """True if on some later day without an offence the score is lower."""
        return any(self.score.shown is not None and month.shown < self.score.shown for month in self.months)

    @property
    def moves_band(self) -> bool:
        """True if help or time can move the band."""
        reached = [step.band for step in self.steps] + [month.band for month in self.months]
        if self.together is not None:
            reached.append(self.together.band)
        return any(band != self.score.band for band in reached)


def what_would_change(
    instrument: Instrument, answers: Answers, score: Score | None = None
) -> WhatWouldChange | None:
    """Return what could lower the score of a person; None where there is no score."""
    score = instrument.score(answers) if score is None else score
    if score.status is not Status.SCORED:
        return None
    better = achievable(instrument.spec, answers)
    steps = _steps(instrument, answers, score, better)
    found = WhatWouldChange(
        instrument=instrument.spec.name,
        score=score,
        steps=steps,
        months=_months(instrument, answers),
    )
    best = _best(instrument, answers, better)
    together = score_of(instrument, answers, best) if best else None
    if together is not None and together.shown is not None and _lower(together.shown, score):
        found = WhatWouldChange(
            found.instrument, score, steps, together, _changed(answers, best), found.months
        )
    return WhatWouldChange(
        found.instrument,
        score,
        steps,
        found.together,
        found.together_answers,
        found.months,
        _words(instrument.spec, found),
    )


def achievable(spec: Spec, answers: Answers) -> dict[str, tuple[Value, ...]]:
    """Return, for each answered need, the answers that effort or help can lead to; needs without any are left out."""
    found = {}
    for item in spec.items:
        value = answers.value(item.name)
        if item.kind is Kind.DYNAMIC and value is not None:
            reachable = item.achievable_values(item.domain.read(value))
            if reachable:
                found[item.name] = reachable
    return found


def _steps(
    instrument: Instrument, answers: Answers, score: Score, better: Mapping[str, tuple[Value, ...]]
) -> tuple[Step, ...]:
    rows = [(name, value) for name, values in better.items() for value in values]
    if not rows:
        return ()
    found = score_changes(instrument, answers, [{name: value} for name, value in rows])
    best: dict[str, int] = {}
    shown = found.shown()
    for row, (name, _) in enumerate(rows):
        lower = found.ok[row] and _lower(float(shown[row]), score)
        if lower and (name not in best or found.value[row] < found.value[best[name]]):
            best[name] = row
    steps = []
    for name, row in best.items():
        item = instrument.spec.by_name[name]
        place = int(found.band[row])
        band = instrument.spec.bands[place] if place >= 0 else None
        steps.append(
            _step(instrument.spec, item, answers, score, then=rows[row][1], shown=shown[row], band=band)
        )
    return tuple(sorted(steps, key=lambda step: -step.lowers_by))


def _step(
    spec: Spec, item: Item, answers: Answers, score: Score, *, then: Value, shown: float, band: Band | None
) -> Step:
    assert score.shown is not None
    now = item.domain.read(answers.value(item.name))
    fall = round(score.shown - float(shown), spec.decimals)
    moves = band != score.band
    to_band = f" and the band to {band.words}" if moves and band is not None else ""
    return Step(
        item=item.name,
        label=item.label,
        now=now,
        then=then,
        words=f"{item.label}: {item.domain.words(then)} instead of {item.domain.words(now)} would lower the score by "
        f"{fall:.{spec.decimals}f}{to_band}.",
        shown=float(shown),
        band=band,
        lowers_by=fall,
        moves_band=moves,
    )


def _best(
    instrument: Instrument, answers: Answers, better: Mapping[str, tuple[Value, ...]]
) -> dict[str, Value]:
    """Return the achievable answers with the lowest score; empty where they are too many to try."""
    choices = {
        name: [instrument.spec.by_name[name].domain.read(answers.value(name)), *values]
        for name, values in better.items()
    }
    if not choices:
        return {}
    grids = [choices]
    if weighs(instrument):
        coupled = [*term_items(instrument).values(), *rule_items(instrument, answers)]
        grids = [{name: choices[name] for name in group} for group in connected(choices, coupled)]
    if any(math.prod(len(values) for values in grid.values()) > MOST for grid in grids):
        return {}
    columns, parts = grids_columns(instrument, answers, grids)
    scored = instrument.score_columns(columns)
    level = np.where(scored.status == SCORED, scored.value, np.inf)
    best: dict[str, Value] = {}
    for grid, part in zip(grids, parts, strict=True):
        best |= combination(grid, int(np.argmin(level[part])))
    return best


def _changed(answers: Answers, best: Mapping[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in best.items() if answers.value(name) != value}


def _months(instrument: Instrument, answers: Answers) -> tuple[Month, ...]:
    asked = instrument.spec.by_name
    if _ASSESSED not in asked or _STARTED not in asked:
        return ()
    assessed = asked[_ASSESSED].domain.read(answers.value(_ASSESSED))
    started = asked[_STARTED].domain.read(answers.value(_STARTED))
    assert isinstance(assessed, dt.date)
    assert isinstance(started, dt.date)
    days = [(months, months_later(started, months)) for months in range(MOST_MONTHS + 1)]
    days = [(months, day) for months, day in days if day >= assessed]
    if not days:
        return ()
    found = score_changes(instrument, answers, [{_ASSESSED: day} for _, day in days])
    shown = found.shown()
    if not found.ok.any() or np.ptp(shown[found.ok]) == 0:
        return ()
    bands = instrument.spec.bands
    return tuple(
        Month(months, day, float(score), bands[int(band)] if band >= 0 else None)
        for (months, day), ok, score, band in zip(days, found.ok, shown, found.band, strict=True)
        if ok
    )


def _lower(shown: float, score: Score) -> bool:
    assert score.shown is not None
    return shown < score.shown


def _words(spec: Spec, found: WhatWouldChange) -> str:
    if found.nothing:
        return (
            "Nothing that the person or anybody else does now can lower this score: what it counts is the record, or "
            "is as good as it can be."
        )
    assert found.score.shown is not None
    said = []
    if found.together is not None and found.together.shown is not None:
        said.append(
            f"With help on every need that counts, the score would be {found.together.shown:.{spec.decimals}f} "
            f"instead of {found.score.shown:.{spec.decimals}f}{_band_words(found.together.band, found.score.band)}."
        )
    elif not found.steps:
        said.append("No need that is counted can lower the score.")
    lowest = min(found.months, key=lambda month: (month.shown, month.months), default=None)
    if lowest is not None and found.time_lowers:
        said.append(
            f"With {lowest.months} months without an offence, all else the same, it would be "
            f"{lowest.shown:.{spec.decimals}f}{_band_words(lowest.band, found.score.band)}."
        )
    if not found.moves_band and spec.bands:
        said.append("None of this moves the band.")
    return " ".join(said)


def _band_words(band: Band | None, now: Band | None) -> str:
    if band is None or now is None:
        return ""
    return ", in the same band" if band == now else f", and the band {band.words}"
