"""Correction: the smallest slip in one recorded answer that would put the person into another band.

It says which entry to check first; it does not say that the entry is wrong.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from throughcare.risk.answers import Answers
from throughcare.risk.contract import Band, Instrument, Score, Status
from throughcare.risk.items import Achievable, Choices, Day, Item, Value, Whole
from throughcare.risk.variants import months_later, score_changes

MOST_STEPS = 20
"""Counts and ages are tried this far up and down."""
MOST_MONTHS = 60
"""Days are tried this many months earlier and later."""
NEVER_TRIED = frozenset({"sex", "assessment_date"})
"""What chooses the form, and the day of the assessment itself: neither is an entry that slips."""
LEVELS = 5
"""A choice with at most so many answers is read as steps in the order of its form; a longer one as kinds."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One other value of one answer, and what it would do.

    Parameters
    ----------
    item, label : str
    recorded, corrected : Value
    steps : int
        How many units, months or neighbouring answers lie between the two.
    words : str
        The whole correction in one sentence.
    shown : float
        The score that it would give, as published.
    band : Band
    """

    item: str
    label: str
    recorded: Value
    corrected: Value
    steps: int
    words: str
    shown: float
    band: Band


def smallest_correction(
    instrument: Instrument, answers: Answers, score: Score | None = None
) -> Correction | None:
    """Return the fewest steps in one answer that move the band; None if none does within reach."""
    return next(iter(corrections(instrument, answers, score)), None)


def corrections(
    instrument: Instrument, answers: Answers, score: Score | None = None
) -> tuple[Correction, ...]:
    """Return the smallest correction of each answer that moves the band, the smallest of all first.

    Parameters
    ----------
    instrument : Instrument
    answers : Answers
    score : Score or None
        What the instrument answered; asked for if not given.

    Returns
    -------
    corrections : tuple of Correction
        At most one an item: counts by units, days by months, choices by neighbouring answers (any other answer of
        a list of kinds is one step away). Where two are as far, the one that moves the score less; then form order.
        A correction that leaves the person without a score moves no band.
    """
    score = instrument.score(answers) if score is None else score
    if score.status is not Status.SCORED or score.band is None or len(instrument.spec.bands) < 2:
        return ()
    tried = [
        (item, steps, value)
        for item in instrument.spec.items
        if item.name not in NEVER_TRIED and answers.value(item.name) is not None
        for steps, value in neighbours(item, item.domain.read(answers.value(item.name)))
    ]
    if not tried:
        return ()
    place = instrument.spec.bands.index(score.band)
    found = score_changes(instrument, answers, [{item.name: value} for item, _, value in tried])
    moved = np.flatnonzero(found.ok & (found.band != place))
    nearest: dict[str, tuple[tuple[int, float], int]] = {}
    assert score.value is not None
    for row in moved.tolist():
        item, steps, _ = tried[row]
        rank = (steps, abs(float(found.value[row]) - score.value))
        if item.name not in nearest or rank < nearest[item.name][0]:
            nearest[item.name] = (rank, row)
    chosen = [row for _, row in sorted(nearest.values())]
    made = []
    for row, shown in zip(chosen, found.shown()[chosen], strict=True):
        item, steps, value = tried[row]
        band = instrument.spec.bands[int(found.band[row])]
        made.append(_correction(item, answers, steps=steps, value=value, shown=float(shown), band=band))
    return tuple(made)


def neighbours(item: Item, recorded: Value) -> Iterator[tuple[int, Value]]:
    """Yield the values around a recorded one, each with how many steps away it is."""
    match item.domain:
        case Day():
            assert isinstance(recorded, dt.date)
            for months in range(1, MOST_MONTHS + 1):
                yield months, months_later(recorded, -months)
                yield months, months_later(recorded, months)
        case Whole(low=low, high=high):
            assert isinstance(recorded, int)
            for steps in range(1, MOST_STEPS + 1):
                if recorded - steps >= low:
                    yield steps, recorded - steps
                if recorded + steps <= high:
                    yield steps, recorded + steps
        case _:
            values = item.domain.values
            now = values.index(recorded)
            for place, value in enumerate(values):
                if place != now:
                    yield (abs(place - now) if in_steps(item) else 1), value


def in_steps(item: Item) -> bool:
    """Return whether the answers of a choice are read as levels, in the order of its form."""
    if item.achievable in {Achievable.TO_EARLIER_OPTION, Achievable.TO_LATER_OPTION}:
        return True
    return isinstance(item.domain, Choices) and len(item.domain.options) <= LEVELS


def _correction(
    item: Item, answers: Answers, *, steps: int, value: Value, shown: float, band: Band
) -> Correction:
    recorded = item.domain.read(answers.value(item.name))
    return Correction(
        item=item.name,
        label=item.label,
        recorded=recorded,
        corrected=value,
        steps=steps,
        words=f"If {item.label} were {_moved(item, recorded, value, steps)}, the band would be {band.words}. "
        f"Check {item.label} first.",
        shown=shown,
        band=band,
    )


def _moved(item: Item, recorded: Value, value: Value, steps: int) -> str:
    now, then = item.domain.words(recorded), item.domain.words(value)
    if isinstance(item.domain, Day):
        assert isinstance(recorded, dt.date)
        assert isinstance(value, dt.date)
        way = "earlier" if value < recorded else "later"
        return f"{steps} {'month' if steps == 1 else 'months'} {way} ({then}, not {now})"
    return f"{then}, not {now}"
