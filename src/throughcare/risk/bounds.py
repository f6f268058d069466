"""Bounds: the best and the worst case over what is unanswered or disputed, exact or not told at all.

Nothing is sampled. Few combinations are all scored. Many are taken apart: terms that share an unanswered item, and
items that a rule reads together, stay together in a group; groups add, so the extremes of each give the extremes
of all. The two extreme cases are then scored as any other person is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from throughcare.kernel.reasons import Reason
from throughcare.risk.answers import Answers
from throughcare.risk.arithmetic.frame import Frame
from throughcare.risk.columns import columns_of
from throughcare.risk.contract import Band, Instrument, Score, Status
from throughcare.risk.items import Day, Value
from throughcare.risk.variants import (
    SCORED,
    Floats,
    Rule,
    changed_columns,
    combination,
    connected,
    grid_columns,
    rules_of,
    score_changes,
    score_of,
    shown_of,
    sum_of_terms,
    taken_away,
    term_items,
    weighs,
)

FEW = 2_000
"""Combinations that are scored without taking them apart."""
MOST = 200_000
"""Combinations, of one group or of an instrument that cannot be taken apart, beyond which no bounds are told."""

Choices = Mapping[str, Sequence[Value]]


@dataclass(frozen=True, slots=True)
class Extreme:
    """One end: the answers that lead to it, and the score that they give."""

    answers: Mapping[str, Value]
    score: Score


@dataclass(frozen=True, slots=True)
class Influence:
    """How much one unanswered item alone could move the score, in the unit of the score as published."""

    item: str
    label: str
    swing: float


@dataclass(frozen=True, slots=True)
class Bounds:
    """The best and the worst case.

    Parameters
    ----------
    instrument : str
    unanswered : tuple of str
        In form order: required items without an answer, and optional ones that count as their default.
    lowest, highest : Extreme or None
        None where there is nothing to bound, or it cannot be told.
    bands : tuple of Band
        Every band from the lowest case to the highest; empty without bounds or bands.
    influences : tuple of Influence
        The unanswered items that matter, the one that matters most first.
    combinations : int
        How many completions there are that can be scored or were looked through by group; 0 without bounds.
    some_abstain : bool
        Some answers would put the person outside the population; those are not in the bounds.
    why_none : Reason or None
        Why there are no bounds.
    """

    instrument: str
    unanswered: tuple[str, ...]
    lowest: Extreme | None = None
    highest: Extreme | None = None
    bands: tuple[Band, ...] = ()
    influences: tuple[Influence, ...] = ()
    combinations: int = 0
    some_abstain: bool = False
    why_none: Reason | None = None


@dataclass(frozen=True, slots=True)
class BothWays:
    """A disputed fact, scored both ways.

    Parameters
    ----------
    item, label : str
    recorded, claimed : Value or None
        What the record says and what the person says (None where that is not known).
    as_recorded : Score
    as_claimed : Score or None
    without : Bounds
        As if the fact were not known at all.
    """

    item: str
    label: str
    recorded: Value
    claimed: Value | None
    as_recorded: Score
    as_claimed: Score | None
    without: Bounds


@dataclass(frozen=True, slots=True)
class _Ends:
    lowest: dict[str, Value] = field(default_factory=dict)
    highest: dict[str, Value] = field(default_factory=dict)
    combinations: int = 1
    bands: tuple[int, int] | None = None
    some_abstain: bool = False


def bounds(
    instrument: Instrument, answers: Answers, score: Score | None = None, *, most: int = MOST
) -> Bounds:
    """Return the lowest and the highest score that answers to the unanswered items could give.

    Parameters
    ----------
    instrument : Instrument
    answers : Answers
    score : Score or None
        What the instrument answered; asked for if not given.
    most : int
        Combinations, together or in one group, beyond which no bounds are told.

    Returns
    -------
    bounds : Bounds
        Exact: both ends are scores of somebody. Completions that contradict themselves or lie outside the
        population have no score and do not count.
    """
    spec = instrument.spec
    unanswered = tuple(item.name for item in spec.items if answers.value(item.name) is None)
    plain = instrument.score(answers) if score is None else score
    rules = rules_of(instrument, answers)
    if _no_score(instrument, answers, plain, rules):
        return _none(instrument, unanswered, "no_score", "There is no score, so there is nothing to bound.")
    if not unanswered:
        return _of_one(instrument, plain)
    days = [spec.by_name[name].label for name in unanswered if isinstance(spec.by_name[name].domain, Day)]
    if days:
        words = f"A day has no list of possible answers, and this is not answered: {', '.join(days)}."
        return _none(instrument, unanswered, "day_unanswered", words)
    choices, some_abstain = possible(
        instrument,
        answers,
        {name: spec.by_name[name].domain.values for name in unanswered},
        rules=rules,
    )
    if not all(choices.values()):
        return _none(instrument, unanswered, "no_answer_fits", "No answer fits what is answered elsewhere.")
    together = math.prod(len(values) for values in choices.values())
    if together <= FEW or (not weighs(instrument) and together <= most):
        ends = _all(instrument, answers, choices)
    elif weighs(instrument):
        ends = _by_group(instrument, answers, choices, rules, most)
    else:
        ends = None
    if ends is None:
        words = f"There are more than {most:,} combinations of unanswered items. Answer some of them first."
        return _none(instrument, unanswered, "too_many_combinations", words)
    return _told(instrument, answers, choices, ends, some_abstain=some_abstain)


def possible(
    instrument: Instrument, answers: Answers, choices: Choices, *, rules: Sequence[Rule]
) -> tuple[dict[str, list[Value]], bool]:
    """Return, item by item, the answers that no rule takes out, and whether the population took out any.

    Only rules that read nothing else that is unanswered are asked: what they take out fits no completion.
    """
    rows: list[dict[str, Value]] = [{name: value} for name, values in choices.items() for value in values]
    kept: dict[str, list[Value]] = {name: [] for name in choices}
    if not rows:
        return kept, False
    away, outside = taken_away(instrument, changed_columns(instrument, answers, rows), rules)
    for row, gone in zip(rows, away, strict=True):
        [(name, value)] = row.items()
        if not gone:
            kept[name].append(value)
    return kept, bool(outside.any())


def _no_score(instrument: Instrument, answers: Answers, score: Score, rules: Sequence[Rule]) -> bool:
    """Return whether no answer to what is unanswered can lead to a score."""
    if score.status in {Status.SCORED, Status.INCOMPLETE}:
        return False
    if score.status is not Status.REFUSED or not rules:
        return True
    spec = instrument.spec
    bad = Frame.of_answers(answers, spec.by_name).problems
    return bool(bad) or bool(taken_away(instrument, columns_of([answers], spec.items), rules)[0][0])


def disputed(
    instrument: Instrument,
    answers: Answers,
    claims: Mapping[str, Value] | None = None,
    *,
    score: Score | None = None,
) -> tuple[BothWays, ...]:
    """Return every disputed fact that the instrument asks about, scored as recorded, as claimed and without it.

    Parameters
    ----------
    instrument : Instrument
    answers : Answers
    claims : mapping or None
        Item name to what the person says; an item that is claimed counts as disputed.
    score : Score or None
        What the instrument answered; asked for if not given.
    """
    said = claims or {}
    recorded_score = instrument.score(answers) if score is None else score
    found = []
    for item in instrument.spec.items:
        answer = answers.by_name.get(item.name)
        if answer is None or not (answer.disputed or item.name in said):
            continue
        claimed = said.get(item.name)
        found.append(
            BothWays(
                item=item.name,
                label=item.label,
                recorded=answer.value,
                claimed=claimed,
                as_recorded=recorded_score,
                as_claimed=None if claimed is None else score_of(instrument, answers, {item.name: claimed}),
                without=bounds(instrument, answers.without(item.name)),
            )
        )
    return tuple(found)


_OUTSIDE = tuple(Status).index(Status.OUTSIDE_POPULATION)


def _all(instrument: Instrument, answers: Answers, choices: Choices) -> _Ends | None:
    """Score every combination."""
    columns, _ = grid_columns(instrument, answers, choices)
    scored = instrument.score_columns(columns)
    places = np.flatnonzero(scored.status == SCORED)
    if not len(places):
        return _Ends(combinations=0)
    shown = shown_of(instrument, columns, scored)
    order = np.lexsort((scored.value[places], shown[places], scored.band[places]))
    by_value = places[np.argsort(scored.value[places], kind="stable")]
    low, high = int(by_value[0]), int(by_value[-1])
    bands = (int(scored.band[places[order[0]]]), int(scored.band[places].max()))
    return _Ends(
        combination(choices, low),
        combination(choices, high),
        len(places),
        bands,
        bool(np.any(scored.status == _OUTSIDE)),
    )


def _by_group(
    instrument: Instrument, answers: Answers, choices: Choices, rules: Sequence[Rule], most: int
) -> _Ends | None:
    """Find the extremes group by group; None where one group is too large."""
    terms = term_items(instrument)
    groups = connected(choices, [*terms.values(), *(rule.items for rule in rules)])
    lowest: dict[str, Value] = {}
    highest: dict[str, Value] = {}
    combinations = 1
    some_abstain = False
    for group in groups:
        within = {name: choices[name] for name in group}
        if math.prod(len(values) for values in within.values()) > most:
            return None
        columns, _ = grid_columns(instrument, answers, within)
        away, outside = taken_away(instrument, columns, rules)
        sums = _sums(instrument, columns, [name for name, items in terms.items() if set(items) & set(group)])
        usable = ~away & ~np.isnan(sums)
        some_abstain |= bool(outside.any())
        if not usable.any():
            return _Ends(combinations=0)
        lowest |= combination(within, int(np.argmin(np.where(usable, sums, np.inf))))
        highest |= combination(within, int(np.argmax(np.where(usable, sums, -np.inf))))
        combinations *= int(usable.sum())
    return _Ends(lowest, highest, combinations, None, some_abstain)


def _sums(instrument: Instrument, columns: Mapping[str, np.ndarray], names: list[str]) -> Floats:
    if names:
        return sum_of_terms(instrument, columns, names)
    return np.zeros(len(next(iter(columns.values()))))


def _told(
    instrument: Instrument, answers: Answers, choices: Choices, ends: _Ends, *, some_abstain: bool
) -> Bounds:
    unanswered = tuple(choices)
    if ends.combinations == 0:
        return _none(instrument, unanswered, "no_answer_fits", "No answer fits what is answered elsewhere.")
    low, high = (score_of(instrument, answers, found) for found in (ends.lowest, ends.highest))
    if Status.SCORED not in {low.status} & {high.status}:
        words = "The answers that would lead to the lowest or the highest score cannot be given together."
        return _none(instrument, unanswered, "ends_contradict", words)
    return Bounds(
        instrument=instrument.spec.name,
        unanswered=unanswered,
        lowest=Extreme(ends.lowest, low),
        highest=Extreme(ends.highest, high),
        bands=_band_range(instrument, low, high, ends.bands),
        influences=_influences(instrument, answers, choices, ends),
        combinations=ends.combinations,
        some_abstain=some_abstain or ends.some_abstain,
    )


def _band_range(
    instrument: Instrument, low: Score, high: Score, places: tuple[int, int] | None
) -> tuple[Band, ...]:
    listed = instrument.spec.bands
    if places is None:
        if low.band is None or high.band is None:
            return ()
        places = listed.index(low.band), listed.index(high.band)
    return listed[places[0] : places[1] + 1] if min(places) >= 0 else ()


def _influences(
    instrument: Instrument, answers: Answers, choices: Choices, ends: _Ends
) -> tuple[Influence, ...]:
    """Return how far each item alone moves the score, with the others as in the lowest and as in the highest case."""
    rows, owners = [], []
    for end, base in enumerate((ends.lowest, ends.highest)):
        for name, values in choices.items():
            rows += [{**base, name: value} for value in values]
            owners += [(end, name)] * len(values)
    scored = score_changes(instrument, answers, rows)
    spans: dict[tuple[int, str], list[float]] = {}
    for owner, fits, shown in zip(owners, scored.ok, scored.shown(), strict=True):
        if fits:
            spans.setdefault(owner, []).append(float(shown))
    found = []
    for name in choices:
        swings = [max(spans[end, name]) - min(spans[end, name]) for end in (0, 1) if (end, name) in spans]
        swing = round(max(swings, default=0.0), instrument.spec.decimals)
        if swing > 0:
            found.append(Influence(name, instrument.spec.by_name[name].label, swing))
    return tuple(sorted(found, key=lambda each: -each.swing))


def _of_one(instrument: Instrument, score: Score) -> Bounds:
    extreme = Extreme({}, score)
    bands = () if score.band is None else (score.band,)
    return Bounds(instrument.spec.name, (), extreme, extreme, bands, (), 1)


def _none(instrument: Instrument, unanswered: tuple[str, ...], code: str, words: str) -> Bounds:
    return Bounds(instrument.spec.name, unanswered, why_none=Reason(code, words))
