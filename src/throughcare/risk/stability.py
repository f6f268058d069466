"""Stability: how often the band would stay the same if what is recorded were off by what records are off by.

Every answer has plausible other values, each with a stated share (`ErrorModel`). The shares are assumptions, declared
and open to change; nobody measured them on the records that are scored. From them the share of each band follows
exactly where the cases can be counted, and else from draws whose seed is the content.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from throughcare.kernel.ids import content_hash
from throughcare.risk.answers import Answers
from throughcare.risk.catalogue.making import PROBLEM_LEVELS
from throughcare.risk.contract import Band, Columns, Instrument, Measure, Score, Status
from throughcare.risk.items import Choices, Day, Item, Kind, Value, Whole, YesNo
from throughcare.risk.variants import (
    SCORED,
    UNDECIDED,
    Floats,
    changed_columns,
    coded,
    connected,
    grid_columns,
    grids_columns,
    months_later,
    rule_items,
    score_changes,
    sum_of_terms,
    summing,
    term_items,
    weighs,
)

LEAST = 0.80
"""A band that is less stable is never shown alone."""
FEW = 5_000
"""Cases that are all scored where sums over terms cannot be worked with."""
DRAWS = 2_000
MOST_ATOMS = 200_000
REMEMBERED_DAYS = frozenset({"last_offence_date", "last_sexual_offence_date"})
"""Days that are often only known to the month; the other days are those of a court, a birth or the assessment."""


@dataclass(frozen=True, slots=True)
class ErrorModel:
    """How often an entry is off; shares from 0 to under 1. Assumptions, not measurements.

    Parameters
    ----------
    count_off : float
        A count of the record is off by one, as often too high as too low.
    age_off : float
        An age in years is off by one, as often too high as too low.
    month_off : float
        A day that is only remembered is off by a month, as often too early as too late.
    fact_wrong : float
        A yes or no of the record is wrong.
    level_other : float
        A second officer would choose a neighbouring level, each neighbour as often as the other.
    need_other : float
        A second officer would answer a yes or no about a need the other way.
    """

    count_off: float = 0.10
    age_off: float = 0.10
    month_off: float = 0.10
    fact_wrong: float = 0.02
    level_other: float = 0.20
    need_other: float = 0.10

    def around(self, item: Item, value: Value) -> tuple[tuple[Value, float], ...]:
        """Return the plausible other values of an answer, each with its share."""
        match item.domain:
            case Whole(low=low, high=high, unit=unit):
                assert isinstance(value, int)
                share = self.age_off if unit == "years" else self.count_off
                near: Sequence[Value] = [each for each in (value - 1, value + 1) if low <= each <= high]
                return tuple((each, share / 2) for each in near)
            case Day():
                if item.name not in REMEMBERED_DAYS:
                    return ()
                assert isinstance(value, dt.date)
                return tuple((months_later(value, each), self.month_off / 2) for each in (-1, 1))
            case YesNo():
                return ((not value, self.fact_wrong if item.kind is Kind.STATIC else self.need_other),)
            case Choices() if item.kind is Kind.DYNAMIC or item.domain == PROBLEM_LEVELS:
                values = item.domain.values
                place = values.index(value)
                near = [values[each] for each in (place - 1, place + 1) if 0 <= each < len(values)]
                return tuple((each, self.level_other / len(near)) for each in near)
        return ()


DECLARED = ErrorModel()


@runtime_checkable
class ModelDraws(Protocol):
    """An instrument that knows how unsure its own numbers are."""

    def sum_offsets(self, answers: Answers) -> Floats:
        """Return how much the sum of weights of this person differs in each of a fixed set of refits, (draws,)."""
        ...


@dataclass(frozen=True, slots=True)
class Stability:
    """How often each band would be reached.

    Parameters
    ----------
    instrument : str
    recorded : Band
        The band of the answers as they are.
    shares : tuple of (Band, float)
        Every band of the instrument, in order; they add up to 1.
    exact : bool
        Counted; False if estimated from draws.
    cases : int
        Cases that were counted, or drawn.
    items : tuple of str
        The answers that were varied.
    with_model : bool
        The doubt of the instrument's own numbers is included.
    """

    instrument: str
    recorded: Band
    shares: tuple[tuple[Band, float], ...]
    exact: bool
    cases: int
    items: tuple[str, ...]
    with_model: bool = False

    @property
    def stable(self) -> float:
        """The share of the recorded band."""
        return next(share for band, share in self.shares if band == self.recorded)

    @property
    def margin(self) -> float:
        """Half of the 95 % interval of the share that comes from drawing; 0 where it was counted."""
        share = self.stable
        return 0.0 if self.exact else 1.96 * math.sqrt(share * (1.0 - share) / self.cases)


@dataclass(frozen=True, slots=True)
class ShownBand:
    """What may be shown: one band with its stability, or a range of bands where one alone would say too much.

    Parameters
    ----------
    bands : tuple of Band
        One, or the neighbouring bands that together reach `LEAST`.
    share : float
        How often one of them would be reached.
    stability : Stability
    words : str
    """

    bands: tuple[Band, ...]
    share: float
    stability: Stability
    words: str

    @property
    def single(self) -> Band | None:
        """The band, where it may stand alone."""
        return self.bands[0] if len(self.bands) == 1 else None


def shown_band(stability: Stability) -> ShownBand:
    """Return the recorded band if it is stable enough, else it with as many neighbours as it takes."""
    listed = stability.shares
    low = high = next(place for place, (band, _) in enumerate(listed) if band == stability.recorded)
    share = listed[low][1]
    while share < LEAST and (low > 0 or high + 1 < len(listed)):
        below = listed[low - 1][1] if low > 0 else -1.0
        above = listed[high + 1][1] if high + 1 < len(listed) else -1.0
        low, high = (low - 1, high) if below > above else (low, high + 1)
        share += max(below, above)
    bands = tuple(band for band, _ in listed[low : high + 1])
    return ShownBand(bands, share, stability, _words(bands, share, stability))


def _words(bands: tuple[Band, ...], share: float, stability: Stability) -> str:
    often = _percent(share)
    how = "" if stability.exact else f" (estimated from {stability.cases:,} drawn cases)"
    if len(bands) == 1:
        return (
            f"{bands[0].words}; it would be the same in {often} of 100 plausible readings of the record{how}"
        )
    return (
        f"{bands[0].words} to {bands[-1].words}: the answers as recorded give {stability.recorded.words}, but only in "
        f"{_percent(stability.stable)} of 100 plausible readings of the record, so no single band is shown{how}"
    )


def _percent(share: float) -> int:
    """Return whole percent, rounded down: a stability is never made to look better."""
    return math.floor(100.0 * share + 1e-9)


def stability(
    instrument: Instrument, answers: Answers, model: ErrorModel = DECLARED, *, score: Score | None = None
) -> Stability | None:
    """Return how often each band would be reached; None where there is no band.

    Parameters
    ----------
    instrument : Instrument
    answers : Answers
        Unanswered items count as their default: what they could do is said by bounds, not here.
    model : ErrorModel
    score : Score or None
        What the instrument answered; asked for if not given.

    Returns
    -------
    stability : Stability or None
        The same for the same content, always.
    """
    score = instrument.score(answers) if score is None else score
    if score.status is not Status.SCORED or score.band is None:
        return None
    around = plausible(instrument, answers, model)
    choices = {name: [value for value, _ in found] for name, found in around.items()}
    odds = {name: np.array([share for _, share in found]) for name, found in around.items()}
    offsets = instrument.sum_offsets(answers) if isinstance(instrument, ModelDraws) else np.zeros(1)
    found = _counted(instrument, answers, choices, odds, offsets, score) if weighs(instrument) else None
    if found is None and math.prod(len(each) for each in choices.values()) <= FEW:
        found = _enumerated(instrument, answers, choices, odds)
    exact = found is not None
    shares, cases = _drawn(instrument, answers, choices, odds) if found is None else found
    return Stability(
        instrument=instrument.spec.name,
        recorded=score.band,
        shares=tuple(zip(instrument.spec.bands, (float(share) for share in shares), strict=True)),
        exact=exact,
        cases=cases,
        items=tuple(choices),
        with_model=isinstance(instrument, ModelDraws) and weighs(instrument),
    )


def plausible(
    instrument: Instrument, answers: Answers, model: ErrorModel
) -> dict[str, list[tuple[Value, float]]]:
    """Return, for each answer that may be off, its plausible values with their shares, the recorded one first.

    A value that contradicts the rest of the record, or that leaves the person without a score, is not plausible.
    """
    rows = []
    for item in instrument.spec.items:
        value = answers.value(item.name)
        if value is not None:
            known = item.domain.read(value)
            rows += [
                (item.name, known, other, share) for other, share in model.around(item, known) if share > 0
            ]
    if not rows:
        return {}
    found: dict[str, list[tuple[Value, float]]] = {}
    fits = score_changes(instrument, answers, [{name: other} for name, _, other, _ in rows]).ok
    for (name, known, other, share), ok in zip(rows, fits, strict=True):
        if ok:
            found.setdefault(name, [(known, 1.0)]).append((other, share))
    return {
        name: [(values[0][0], 1.0 - sum(share for _, share in values[1:])), *values[1:]]
        for name, values in found.items()
    }


Found = tuple[Floats, int]


def _grid_odds(odds: Mapping[str, Floats], names: Sequence[str]) -> Floats:
    together = np.ones(1)
    for name in names:
        together = np.outer(together, odds[name]).ravel()
    return together


def _shares(band: npt.NDArray[np.integer], odds: Floats, size: int) -> Floats:
    counted = np.bincount(band, weights=odds, minlength=size)
    return np.asarray(counted / counted.sum(), dtype=np.float64)


def _enumerated(
    instrument: Instrument, answers: Answers, choices: Mapping[str, list[Value]], odds: Mapping[str, Floats]
) -> Found:
    columns, size = grid_columns(instrument, answers, choices)
    scored = instrument.score_columns(columns)
    ok = scored.status == SCORED
    together = _grid_odds(odds, list(choices))
    return _shares(scored.band[ok], together[ok], len(instrument.spec.bands)), size


def _drawn(
    instrument: Instrument, answers: Answers, choices: Mapping[str, list[Value]], odds: Mapping[str, Floats]
) -> Found:
    spec = instrument.spec
    content = [spec.name, spec.version, {name: str(answers.value(name)) for name in sorted(answers)}]
    rng = np.random.default_rng(int(content_hash(content)[:16], 16))
    columns: Columns = changed_columns(instrument, answers, [{}] * DRAWS)
    drawn = dict(columns)
    for name, values in choices.items():
        places = np.searchsorted(np.cumsum(odds[name])[:-1], rng.random(DRAWS), side="right")
        drawn[name] = coded(spec.by_name[name], values)[places]
    scored = instrument.score_columns(drawn)
    ok = scored.status == SCORED
    return _shares(scored.band[ok], np.ones(int(ok.sum())), len(spec.bands)), DRAWS


def _counted(
    instrument: Instrument,
    answers: Answers,
    choices: Mapping[str, list[Value]],
    odds: Mapping[str, Floats],
    offsets: Floats,
    score: Score,
) -> Found | None:
    """Count by groups of terms, which add: the sums of one half of the groups against those of the other."""
    atoms = [(offsets, np.full(len(offsets), 1.0 / len(offsets)))]
    base = math.fsum(term.weight for term in score.terms)
    cases = len(offsets)
    terms = term_items(instrument)
    groups = connected(choices, [*terms.values(), *rule_items(instrument, answers)])
    grids = [{name: choices[name] for name in group} for group in groups]
    if any(math.prod(len(values) for values in grid.values()) > MOST_ATOMS for grid in grids):
        return None
    if grids:
        columns, parts = grids_columns(instrument, answers, grids)
        usable = np.isin(instrument.score_columns(columns).status, UNDECIDED)
        sums = sum_of_terms(instrument, columns, terms)
        for group, part in zip(groups, parts, strict=True):
            kept = usable[part]
            moved = (sums[part] - sums[part.start])[kept]  # the first combination is as recorded
            together = _grid_odds(odds, group)[kept]
            atoms.append((moved, together / together.sum()))
            cases *= int(kept.sum())
    halves = _two_halves([_merged(*atom) for atom in atoms])
    if halves is None:
        return None
    edges = _edges(instrument, answers)
    (left, left_odds), (right, right_odds) = halves
    order = np.argsort(right)
    below = np.concatenate([[0.0], np.cumsum(right_odds[order])])
    reached = [
        float(left_odds @ below[np.searchsorted(right[order], edge - base - left, side="left")])
        for edge in edges
    ]
    cumulative = np.array([0.0, *reached, 1.0])
    return np.clip(np.diff(cumulative), 0.0, 1.0), cases


def _merged(sums: Floats, odds: Floats) -> tuple[Floats, Floats]:
    """Merge equal sums; what differs by rounding only is equal."""
    values, inverse = np.unique(sums.round(12), return_inverse=True)
    return values, np.bincount(inverse, weights=odds).astype(np.float64)


def _two_halves(
    atoms: Sequence[tuple[Floats, Floats]],
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]] | None:
    """Add the groups up into two halves of about equal size; None where they grow too large."""
    halves = [(np.zeros(1), np.ones(1)), (np.zeros(1), np.ones(1))]
    for sums, odds in sorted(atoms, key=lambda atom: -len(atom[0])):
        small = 0 if len(halves[0][0]) <= len(halves[1][0]) else 1
        values, shares = halves[small]
        if len(values) * len(sums) > MOST_ATOMS:
            return None
        halves[small] = _merged(np.add.outer(values, sums).ravel(), np.outer(shares, odds).ravel())
    return halves[0], halves[1]


def _edges(instrument: Instrument, answers: Answers) -> Floats:
    """Return the lowest sum of weights that reaches each band but the first, by halving."""
    spec = instrument.spec
    lows = np.array([band.low for band in spec.bands[1:]])
    if not len(lows):
        return lows
    score = summing(instrument, answers)
    reach = 60.0 if spec.measure is Measure.PROBABILITY else 1e4
    under, over = np.full(len(lows), -reach), np.full(len(lows), reach)
    while np.max(over - under) > 1e-11:
        middle = (under + over) / 2.0
        reached = score(middle)[1] >= lows
        under, over = np.where(reached, under, middle), np.where(reached, middle, over)
    return over
