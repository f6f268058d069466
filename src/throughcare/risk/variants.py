"""Variants: one person's answers with some of them replaced, thousands at a time, in the columns that are scored."""

from __future__ import annotations

import calendar
import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from throughcare.risk.answers import Answers
from throughcare.risk.arithmetic.frame import Frame
from throughcare.risk.arithmetic.parts import Tabled
from throughcare.risk.arithmetic.rounding import half_up, sigmoid
from throughcare.risk.columns import columns_of
from throughcare.risk.contract import STATUS_CODES, Columns, Instrument, Measure, Score, ScoredColumns, Status
from throughcare.risk.items import Day, Item, Value, Whole

Floats = npt.NDArray[np.float64]
Changes = Mapping[str, Value]
SCORED = STATUS_CODES.index(Status.SCORED)
UNDECIDED = (SCORED, STATUS_CODES.index(Status.INCOMPLETE))


@runtime_checkable
class Weighing(Protocol):
    """An additive instrument that weighs many people at once, without asking whether their answers may be scored."""

    def term_weights(self, columns: Columns) -> Mapping[str, Floats]:
        """Return the weight of every term, (n,); NaN where an item that it needs is unanswered."""
        ...

    def from_sum(self, total: Floats) -> Floats:
        """Return the unrounded score, in the unit of the instrument, of sums of weights."""
        ...

    def term_items(self) -> Mapping[str, tuple[str, ...]]:
        """Return the items that each term depends on."""
        ...


@runtime_checkable
class ShownColumns(Protocol):
    """An instrument that rounds many scores as it publishes them."""

    def shown_columns(self, columns: Columns) -> Floats:
        """Return the scores as published; NaN where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Scored:
    """What became of variants: score, band and status of each, as `ScoredColumns` has them."""

    instrument: Instrument
    columns: Columns
    scored: ScoredColumns

    @property
    def value(self) -> Floats:
        """The unrounded scores."""
        return self.scored.value

    @property
    def band(self) -> npt.NDArray[np.int8]:
        """Positions in the bands, or -1."""
        return self.scored.band

    @property
    def status(self) -> npt.NDArray[np.int8]:
        """Positions in `STATUS_CODES`."""
        return self.scored.status

    def shown(self) -> Floats:
        """Return the scores as published, which are counted when asked for."""
        return shown_of(self.instrument, self.columns, self.scored)

    @property
    def ok(self) -> npt.NDArray[np.bool_]:
        """Where there is a score."""
        return np.asarray(self.status == SCORED, dtype=np.bool_)


def score_changes(instrument: Instrument, answers: Answers, changes: Sequence[Changes]) -> Scored:
    """Score one person once for each set of changed answers."""
    columns = changed_columns(instrument, answers, changes)
    return Scored(instrument, columns, instrument.score_columns(columns))


def changed_columns(instrument: Instrument, answers: Answers, changes: Sequence[Changes]) -> Columns:
    """Return the columns of one person with each set of changed answers in turn."""
    base = columns_of([answers], instrument.spec.items)
    columns = {name: np.repeat(column, len(changes)) for name, column in base.items()}
    rows_of: dict[str, list[int]] = {}
    for row, each in enumerate(changes):
        for name in each:
            rows_of.setdefault(name, []).append(row)
    for name, rows in rows_of.items():
        item = instrument.spec.by_name[name]
        columns[name][rows] = coded(item, [changes[row][name] for row in rows])
    return columns


def coded(item: Item, values: Sequence[Value]) -> npt.NDArray[np.generic]:
    """Return the column of values of one item, each of its domain."""
    if isinstance(item.domain, Day):
        return np.array(values, dtype="datetime64[D]")
    if isinstance(item.domain, Whole):
        return np.array(values, dtype=np.float64)
    places = {value: place for place, value in enumerate(item.domain.values)}
    return np.array([places[value] for value in values], dtype=np.int8)


def grid_columns(
    instrument: Instrument, answers: Answers, choices: Mapping[str, Sequence[Value]]
) -> tuple[Columns, int]:
    """Return the columns of every combination of the chosen answers, the last item varying fastest, and how many."""
    columns, [part] = grids_columns(instrument, answers, [choices])
    return columns, part.stop


def grids_columns(
    instrument: Instrument, answers: Answers, grids: Sequence[Mapping[str, Sequence[Value]]]
) -> tuple[Columns, list[slice]]:
    """Return the columns of several grids one below the other, and where each of them stands."""
    items = instrument.spec.by_name
    sizes = [math.prod(len(values) for values in grid.values()) for grid in grids]
    stops = np.cumsum(sizes).tolist()
    base = columns_of([answers], instrument.spec.items)
    columns = {name: np.repeat(column, stops[-1]) for name, column in base.items()}
    parts = [slice(stop - size, stop) for stop, size in zip(stops, sizes, strict=True)]
    for grid, part, size in zip(grids, parts, sizes, strict=True):
        each = size
        for name, values in grid.items():
            each //= len(values)
            codes = np.repeat(coded(items[name], values), each)
            columns[name][part] = np.tile(codes, size // len(codes))
    return columns, parts


def combination(choices: Mapping[str, Sequence[Value]], place: int) -> dict[str, Value]:
    """Return the answers of one row of `grid_columns`."""
    found: dict[str, Value] = {}
    for name, values in reversed(list(choices.items())):
        place, within = divmod(place, len(values))
        found[name] = values[within]
    return {name: found[name] for name in choices}


def with_changes(answers: Answers, changes: Changes) -> Answers:
    """Return the answers with the changes made."""
    for name, value in changes.items():
        answers = answers.having(name, value)
    return answers


def shown_of(instrument: Instrument, columns: Columns, scored: ScoredColumns) -> Floats:
    """Return the scores as published of columns that were scored."""
    if isinstance(instrument, ShownColumns):
        return instrument.shown_columns(columns)
    return half_up(scored.value, instrument.spec.decimals)


def weighs(instrument: Instrument) -> bool:
    """Return whether sums over terms may be worked with: an additive instrument whose band is that of its score."""
    if not instrument.spec.additive:
        return False
    if isinstance(instrument, Tabled):
        return instrument.reband is None
    return isinstance(instrument, Weighing)


def term_items(instrument: Instrument) -> dict[str, tuple[str, ...]]:
    """Return the items of each term of an instrument that `weighs`, by name of the term."""
    if isinstance(instrument, Tabled):
        return {part.name: part.items for part in instrument.parts}
    assert isinstance(instrument, Weighing)
    return dict(instrument.term_items())


def sum_of_terms(instrument: Instrument, columns: Columns, names: Iterable[str]) -> Floats:
    """Return the sum of the weights of the named terms for each row; NaN where a term needs an unanswered item."""
    wanted = set(names)
    if isinstance(instrument, Tabled):
        frame = Frame.of_columns(columns, instrument.spec.by_name).filled(instrument.spec.defaults)
        with np.errstate(all="ignore"):  # rows that contradict themselves carry NaN, and are never used
            weights = [part.weigh(frame) for part in instrument.parts if part.name in wanted]
        size = frame.size
    else:
        assert isinstance(instrument, Weighing)
        found = instrument.term_weights(columns)
        weights = [found[name] for name in wanted]
        size = len(next(iter(columns.values())))
    total = np.zeros(size)
    for weight in weights:
        total = total + weight
    return total


def summing(instrument: Instrument, answers: Answers) -> Callable[[Floats], tuple[Floats, Floats]]:
    """Return a function from sums of weights to the unrounded scores and the scores as published."""
    spec = instrument.spec
    if not isinstance(instrument, Tabled):
        assert isinstance(instrument, Weighing)
        vendor = instrument
        return lambda total: (vendor.from_sum(total), half_up(vendor.from_sum(total), spec.decimals))
    tabled, frame = instrument, Frame.of_answers(answers, spec.by_name)

    def score(total: Floats) -> tuple[Floats, Floats]:
        if tabled.value is not None:
            value = tabled.value(frame, total)
        else:
            value = 100.0 * sigmoid(total) if spec.measure is Measure.PROBABILITY else total
        shown = half_up(value, spec.decimals) if tabled.shown is None else tabled.shown(frame, value)
        return value, shown

    return score


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that takes the score away: where it holds there is none. It can be asked once its items are answered."""

    holds: Callable[[Frame], npt.NDArray[np.bool_]]
    items: frozenset[str]
    outside: bool


def rules_of(instrument: Instrument, answers: Answers) -> tuple[Rule, ...]:
    """Return the rules of an instrument, with the items that each reads; none is known of a vendor's."""
    if not isinstance(instrument, Tabled):
        parts = [part for part in getattr(instrument, "parts", ()) if isinstance(part, Tabled)]
        # a part outside its population may not apply either, which takes nothing away from the whole
        return tuple(rule for part in parts for rule in rules_of(part, answers) if not rule.outside)
    rules = instrument.rules
    tests = [(each.found_in, False) for each in rules.contradictions]
    tests += [(each.holds, True) for each in (*rules.outside, *rules.not_applicable)]
    frame = Frame.of_answers(answers, instrument.spec.by_name)
    found = []
    for test, outside in tests:
        seen: set[str] = set()
        noting = Frame(
            1, frame.items, _Noting(frame.days, seen), _Noting(frame.numbers, seen), frame.bad, frame.problems
        )
        with np.errstate(all="ignore"):
            test(noting)
        found.append(Rule(test, frozenset(seen), outside))
    return tuple(found)


def rule_items(instrument: Instrument, answers: Answers) -> tuple[frozenset[str], ...]:
    """Return the sets of items that a rule on the answers reads together."""
    return tuple(rule.items for rule in rules_of(instrument, answers))


def taken_away(
    instrument: Instrument, columns: Columns, rules: Iterable[Rule]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return where a rule whose items are all answered holds, and where one of them is a limit of population."""
    frame = Frame.of_columns(columns, instrument.spec.by_name)
    away = np.zeros(frame.size, dtype=np.bool_)
    outside = away.copy()
    with np.errstate(all="ignore"):
        for rule in rules:
            asked = np.logical_and.reduce([frame.known(name) for name in rule.items] or [~away])
            holds = asked & rule.holds(frame)
            away |= holds
            if rule.outside:
                outside |= holds
    return away, outside


class _Noting(dict):  # type: ignore[type-arg]  # of days or of numbers
    """A mapping that notes what is read from it."""

    def __init__(self, values: Mapping[str, object], seen: set[str]) -> None:
        super().__init__(values)
        self._seen = seen

    def __getitem__(self, name: str) -> object:
        self._seen.add(name)
        return super().__getitem__(name)


def connected(names: Iterable[str], together: Iterable[Iterable[str]]) -> list[tuple[str, ...]]:
    """Return the names in groups: two that stand in one of the sets are in one group, and so on from group to group."""
    order = list(names)
    group_of = {name: {name} for name in order}
    for each in together:
        joined: set[str] = set().union(*(group_of[name] for name in each if name in group_of))
        for name in joined:
            group_of[name] = joined
    kept: dict[int, set[str]] = {id(group): group for group in group_of.values()}
    groups = [tuple(name for name in order if name in group) for group in kept.values()]
    return sorted(groups, key=lambda group: order.index(group[0]))


def months_later(day: dt.date, months: int) -> dt.date:
    """Return the same day some months later (earlier if negative), or the last day of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def score_of(instrument: Instrument, answers: Answers, changes: Changes) -> Score:
    """Return the score of one person with some answers changed."""
    return instrument.score(with_changes(answers, changes))
