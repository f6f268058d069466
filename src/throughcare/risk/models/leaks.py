"""The leak detector: what is measured after the prediction, and follow-up time that hides in the inputs.

A field that is filled in while people are followed up knows how long they were followed up, and so whether and
when the event came. Such a field wins any contest and is worth nothing on the day of release. Three tests find
it: when each column says that it was measured, the dates of each row, and the days themselves, which whole-number
ratios give away (so many days employed out of so many days at risk) or which a model finds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from throughcare.kernel.errors import RefusedInput
from throughcare.risk.models.additive import Floats
from throughcare.risk.models.boosting import BoostingSettings, fit_additive
from throughcare.risk.models.columns import Column, Form, Measured, Table, TableSpec, Texts, Use

_MOST_ROWS = 4_000  # rows that the search for days looks at: spread evenly over the table
_FEWEST_DAYS = 30  # a shorter follow-up has too few different ratios to tell
_DIGITS = 6  # decimals that a number needs before a ratio with a large denominator means anything
_SINGLE = 2.0**-24  # what storing a number in four bytes takes, of the number
_ALIVE = 0.5  # share of a column's testable rows for which some day count must fit
_BEYOND_CHANCE = 3.0
_KEPT_JOINTLY = 0.9
_RECOVERED = 0.2  # share of rows with a recovered day count from which on the columns are refused
_TIMED = 0.7  # AUC from which on inputs tell when, not whether
_Bools = npt.NDArray[np.bool_]


class LeakKind(StrEnum):
    """How an input knows what comes after the prediction."""

    MEASURED_AFTER = "measured_after"
    NOT_KNOWN_WHEN = "not_known_when"
    DATED_AFTER = "dated_after"
    DAYS_RECOVERED = "days_recovered"
    TELLS_WHEN = "tells_when"


@dataclass(frozen=True, slots=True)
class Leak:
    """One leak: the columns, how they leak, in words, and the share of rows or the AUC that shows it."""

    kind: LeakKind
    columns: tuple[str, ...]
    words: str
    measure: float = 1.0


@dataclass(frozen=True, slots=True)
class _Rule:
    """One way in which a number x can hold a day count D."""

    words: str
    per: float  # x * D / per is whole; 0: D / x is whole


_RULES = (
    _Rule("a share of the days", 1.0),
    _Rule("days for each event", 0.0),
    _Rule("events a year of 365.25 days", 365.25),
    _Rule("events a year of 365 days", 365.0),
)


def declared_leaks(spec: TableSpec) -> tuple[Leak, ...]:
    """Return the features that are measured after the prediction, or nobody says when."""
    found = []
    for column in spec.features:
        if column.measured is Measured.AFTER:
            words = f"{column.name} is measured after the prediction is made"
            found.append(Leak(LeakKind.MEASURED_AFTER, (column.name,), words))
        elif column.measured is Measured.NOT_KNOWN:
            words = f"nobody says when {column.name} is measured"
            found.append(Leak(LeakKind.NOT_KNOWN_WHEN, (column.name,), words))
    return tuple(found)


def dated_leaks(texts: Mapping[str, Sequence[str] | Texts], *, spec: TableSpec) -> tuple[Leak, ...]:
    """Return the features of which some row was measured after that row's prediction; days are ISO 8601 texts."""
    found = []
    for column in spec.features:
        if column.measured_on is None:
            continue
        if spec.predicted_on is None or not {spec.predicted_on, column.measured_on} <= texts.keys():
            words = (
                f"{column.name} has days of measurement, but the table lacks them or the days of prediction"
            )
            found.append(Leak(LeakKind.NOT_KNOWN_WHEN, (column.name,), words))
            continue
        late, undated = _late(texts[column.measured_on], texts[spec.predicted_on])
        if late.any():
            first = ", ".join(str(row + 1) for row in np.flatnonzero(late)[:3])
            words = (
                f"{column.name} was measured after the prediction in {late.sum():,} rows (first: row {first})"
            )
            found.append(Leak(LeakKind.DATED_AFTER, (column.name,), words, float(late.mean())))
        if undated.any():
            first = ", ".join(str(row + 1) for row in np.flatnonzero(undated)[:3])
            words = f"{column.name} has no readable day in {undated.sum():,} rows (first: row {first})"
            found.append(Leak(LeakKind.NOT_KNOWN_WHEN, (column.name,), words, float(undated.mean())))
    return tuple(found)


def _late(measured: Sequence[str] | Texts, predicted: Sequence[str] | Texts) -> tuple[_Bools, _Bools]:
    days = [_days(measured), _days(predicted)]
    undated = np.isnat(days[0]) | np.isnat(days[1])
    return np.asarray(~undated & (days[0] > days[1])), np.asarray(undated)


def _days(texts: Sequence[str] | Texts) -> npt.NDArray[np.datetime64]:
    days = np.full(len(texts), np.datetime64("NaT", "D"))
    for row, text in enumerate(texts):
        try:
            days[row] = np.datetime64(str(text).strip()[:10], "D")
        except ValueError:
            continue
    return days


def recovered_days(
    texts: Mapping[str, Sequence[str] | Texts], *, columns: Sequence[Column], most_days: int
) -> Leak | None:
    """Look for one number of days a person that makes several columns whole numbers at once.

    Parameters
    ----------
    texts : mapping
        Column name to n texts, as they stand in the table: the last decimals matter.
    columns : sequence of Column
        The features to look at; levels hold no decimals, so only numbers are tested.
    most_days : int
        The longest follow-up.

    Returns
    -------
    Leak or None
        With the share of rows for which a day count was recovered; None where no column gives days away.
    """
    tested = [column.name for column in columns if column.form is Form.NUMBER]
    length = len(next(iter(texts.values()), ()))
    rows = np.unique(np.linspace(0, max(length - 1, 0), min(length, _MOST_ROWS)).astype(np.intp))
    fits = []
    for name in tested:
        best = _best_rule(np.asarray(texts[name], dtype=np.str_)[rows], most_days)
        if best is not None:
            fits.append((name, *best))
    if not fits:
        return None
    fits.sort(key=lambda fit: float(fit[2][fit[3]].sum(axis=1).mean()))  # the most telling first
    together, joined = fits[0][2], [fits[0]]
    for fit in fits[1:]:
        both = together & fit[2]
        if both.any(axis=1).mean() >= _KEPT_JOINTLY * together.any(axis=1).mean():
            together, joined = both, [*joined, fit]
    telling = np.logical_or.reduce([fit[3] for fit in joined])
    fitted = together.any(axis=1)
    told = float((fitted & telling).mean())
    if told < _RECOVERED:
        return None
    share = float(fitted.mean())
    named = "; ".join(f"{name} as {rule.words}" for name, rule, _, _ in joined)
    words = (
        f"one number of days fits the numbers of {share:.0%} of people, and {told:.0%} have numbers that tell it: "
        f"the time of follow-up can be worked out ({named})"
    )
    return Leak(LeakKind.DAYS_RECOVERED, tuple(name for name, *_ in joined), words, share)


def _best_rule(texts: Texts, most_days: int) -> tuple[_Rule, _Bools, _Bools] | None:
    """Return the rule by which a column gives days away, which days fit each row, and which rows tell anything."""
    stripped = np.char.strip(texts)
    numbers = np.array([_number(text) for text in stripped])
    digits = np.array([len(text.partition(".")[2]) for text in stripped])
    telling = (digits >= _DIGITS) & (numbers > 0)
    if telling.mean() < _RECOVERED / 2:
        return None
    days = np.arange(_FEWEST_DAYS, most_days + 1, dtype=np.float64)
    slack = np.maximum(0.5 * 10.0 ** -digits.astype(np.float64), _SINGLE * np.abs(numbers))
    shifted = numbers * (
        1.0 + 0.6180339887 * 1e-2
    )  # numbers like these that hold no days: the hits by chance
    best: tuple[float, _Rule, _Bools] | None = None
    for rule in _RULES:
        fit = _fitting(numbers, slack, days, rule)
        hits = float(fit[telling].any(axis=1).mean())
        chance = float(_fitting(shifted[telling], slack[telling], days, rule).any(axis=1).mean())
        vague = float(fit[telling].sum(axis=1).mean())  # a rule that few days fit says more
        if hits >= _ALIVE and hits >= _BEYOND_CHANCE * chance and (best is None or vague < best[0]):
            fit[~telling] = True
            best = (vague, rule, fit)
    return None if best is None else (best[1], best[2], telling)


def _fitting(numbers: Floats, slack: Floats, days: Floats, rule: _Rule) -> _Bools:
    """Return which day counts make which numbers whole, (n, days); the slack is what rounding took."""
    fit = np.zeros((len(numbers), len(days)), dtype=np.bool_)
    for start in range(0, len(numbers), 500):
        part = slice(start, start + 500)
        x, loose = numbers[part, None], slack[part, None]
        with np.errstate(all="ignore"):
            if rule.per:
                whole, off = x * days / rule.per, loose * days / rule.per
            else:
                whole, off = days / x, loose * days / (x * x)
            near = np.abs(whole - np.round(whole)) <= 1.1 * off + 1e-7
            fit[part] = near & (np.round(whole) >= 1.0) & (off < 0.05)
    return fit


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def telling_when(table: Table, *, rng: np.random.Generator) -> Leak | None:
    """Ask a model to tell, among people who had the event, the first period from the later ones.

    Inputs known on the day of the prediction say who is at risk, and hardly when. Only a table with several
    periods and enough events in them can be asked.

    Returns
    -------
    Leak or None
        None where the AUC on people held back is below 0.7.
    """
    had = (table.events == 1).any(axis=1)
    if table.events.shape[1] < 2 or had.sum() < 500:
        return None
    some = table.rows(had)
    early = (some.events[:, 0] == 1).astype(np.int8)
    if min(early.mean(), 1.0 - early.mean()) < 0.05:
        return None
    auc, model_columns = _timed(some, early, rng)
    if auc < _TIMED:
        return None
    words = (
        f"among people who had {table.spec.predicts}, the inputs tell {table.spec.period_words[0]} from later "
        f"with an AUC of {auc:.2f}: what is known on the day of the prediction cannot"
    )
    return Leak(LeakKind.TELLS_WHEN, model_columns, words, auc)


def _timed(
    some: Table, early: npt.NDArray[np.int8], rng: np.random.Generator
) -> tuple[float, tuple[str, ...]]:
    folds = rng.integers(0, 2, len(some))
    settings = BoostingSettings(rounds=150, rate=0.1, pairs=10, min_rows=40)
    log_odds = np.zeros(len(some))
    spread = np.zeros(len(some.spec.features))
    columns = tuple(replace(column, rising=0) for column in some.spec.features)
    for fold in (0, 1):
        learnt, held = folds != fold, folds == fold
        model = fit_additive(some.codes[learnt], early[learnt], columns=columns, settings=settings, rng=rng)
        log_odds[held] = model.log_odds(some.codes[held])
        for single in model.singles:
            spread[single.feature] += float(np.std(single.values[some.codes[held, single.feature]]))
    named = [columns[place].name for place in np.argsort(-spread)[:3]]
    aucs = [_auc(log_odds[folds == fold], early[folds == fold]) for fold in (0, 1)]
    return float(np.mean(aucs)), tuple(named)


def _auc(scores: Floats, events: npt.NDArray[np.int8]) -> float:
    order = np.argsort(scores, kind="stable")
    _, inverse, counts = np.unique(scores[order], return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2.0)[inverse]
    positive = events[order] == 1
    ones, noughts = positive.sum(), (~positive).sum()
    if not ones or not noughts:
        return 0.5
    return float((ranks[positive].sum() - ones * (ones + 1) / 2.0) / (ones * noughts))


def find_leaks(
    texts: Mapping[str, Sequence[str] | Texts],
    *,
    table: Table,
    most_days: int,
    rng: np.random.Generator,
) -> tuple[Leak, ...]:
    """Run every test on a table of texts and its coded form.

    Parameters
    ----------
    texts : mapping
    table : Table
        The same, coded.
    most_days : int
        The longest follow-up: all periods together.
    rng : numpy.random.Generator
    """
    spec = table.spec
    days = recovered_days(texts, columns=spec.features, most_days=most_days)
    when = telling_when(table, rng=rng)
    return (
        *declared_leaks(spec),
        *dated_leaks(texts, spec=spec),
        *(leak for leak in (days, when) if leak is not None),
    )


def refuse(leaks: Sequence[Leak], *, where: str) -> None:
    """Refuse a table whose inputs leak, with every column named.

    Raises
    ------
    RefusedInput
        If there is at least one leak.
    """
    if not leaks:
        return
    named = dict.fromkeys(name for leak in leaks for name in leak.columns)
    raise RefusedInput(
        where=where,
        expected="inputs that are known on the day of the prediction",
        found="; ".join(leak.words for leak in leaks),
        action=f"Take out {', '.join(named)}, or describe as measured before what truly was.",
    )


def without_features(spec: TableSpec, names: Sequence[str]) -> TableSpec:
    """Return the description with some features set aside."""
    return replace(
        spec,
        columns=tuple(
            replace(column, use=Use.IGNORED) if column.name in names else column for column in spec.columns
        ),
    )
